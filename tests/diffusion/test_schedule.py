"""Schedules against published values, closed forms and a product in exact arithmetic."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from ddpm_studio.diffusion.beta_curves import betas_of_alpha_bars
from ddpm_studio.diffusion.schedule import (
    MAX_STEPS,
    SCHEDULE_KINDS,
    NoiseSchedule,
    ScheduleConfiguration,
    ScheduleError,
)

SCHEDULES = [
    NoiseSchedule.linear(1),
    NoiseSchedule.linear(2, 0.5, 0.1),
    NoiseSchedule.linear(1000),
    NoiseSchedule.linear(MAX_STEPS, 0.9, 0.9),  # alpha_bar falls below the smallest float64
    NoiseSchedule.cosine(1),
    NoiseSchedule.cosine(50),
    NoiseSchedule.cosine(MAX_STEPS),
    NoiseSchedule.sigmoid(1, 0.5, 0.1),
    NoiseSchedule.sigmoid(100, 1e-300, 1 - 1e-16),
    NoiseSchedule.quadratic(1),
    NoiseSchedule.quadratic(1000, 0.00085, 0.012),
    NoiseSchedule.quadratic(3, 1e-300, 1 - 1e-16),  # its root's square rounds to 1
    NoiseSchedule.constant(1, 0.5),
    NoiseSchedule.constant(700, 0.02),
    NoiseSchedule.from_betas([0.3]),
    NoiseSchedule.from_betas([0.2, 1e-9, 0.7, 0.1]),
]
TWO_ENDS = (NoiseSchedule.linear, NoiseSchedule.sigmoid, NoiseSchedule.quadratic)
EVERY_T = (*TWO_ENDS, NoiseSchedule.constant, NoiseSchedule.cosine)
ARRAYS = (
    "beta",
    "alpha",
    "alpha_bar",
    "marginal_variance",
    "signal_to_noise",
    "posterior_variance",
    "posterior_x_0_coefficient",
    "posterior_x_t_coefficient",
)


def test_linear_schedule_of_the_paper() -> None:
    schedule = NoiseSchedule.linear(1000)
    for t, alpha_bar in {100: 0.897018, 259: 0.500245, 260: 0.497614, 500: 0.0785872}.items():
        assert schedule.alpha_bar[t] == pytest.approx(alpha_bar, rel=2e-6)
    # Lin et al. 2024, "Common Diffusion Noise Schedules and Sample Steps are Flawed", table 1
    assert schedule.alpha_bar[1000] == pytest.approx(4.035830e-5, rel=1e-6)
    assert math.sqrt(schedule.alpha_bar[1000]) == pytest.approx(0.006353, abs=5e-7)
    assert schedule.signal_to_noise[1000] == pytest.approx(4.035993e-5, rel=1e-6)


def test_short_linear_schedules_do_not_reach_noise() -> None:
    assert NoiseSchedule.linear(50).alpha_bar[50] == pytest.approx(0.603, abs=5e-4)
    assert NoiseSchedule.linear(300).alpha_bar[300] == pytest.approx(0.048, abs=5e-4)


def test_linear_betas_are_evenly_spaced_between_their_ends() -> None:
    beta = NoiseSchedule.linear(7, 0.3, 0.06).beta
    np.testing.assert_allclose(beta, [0, 0.3, 0.26, 0.22, 0.18, 0.14, 0.1, 0.06], rtol=1e-14)
    np.testing.assert_array_equal(NoiseSchedule.linear(1, 0.25, 0.5).beta, [0, 0.25])


def test_cosine_schedule_of_nichol_and_dhariwal() -> None:
    schedule = NoiseSchedule.cosine(1000)
    # Published as 2.428735e-9 by Lin et al. 2024, from float32 arithmetic.
    assert schedule.signal_to_noise[1000] == pytest.approx(2.428735e-9, rel=1e-4)
    assert np.count_nonzero(schedule.beta == 0.999) == 1
    assert schedule.beta[1000] == 0.999

    def f(t: int) -> float:
        return math.cos((t / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2

    for t in (1, 10, 500, 999):
        assert schedule.alpha_bar[t] == pytest.approx(f(t) / f(0), rel=1e-9)


def test_quadratic_schedule_of_stable_diffusion() -> None:
    """Lin et al. 2024, table 1: sqrt(alpha_bar_T) = 0.068265 and SNR_T = 0.004682."""
    schedule = NoiseSchedule.quadratic(1000, 0.00085, 0.012)
    assert math.sqrt(schedule.alpha_bar[1000]) == pytest.approx(0.068265, abs=5e-7)
    assert schedule.signal_to_noise[1000] == pytest.approx(0.004682, abs=5e-7)
    beta = NoiseSchedule.quadratic(4, 0.01, 0.16).beta
    np.testing.assert_allclose(beta, [0, 0.01, 0.04, 0.09, 0.16], rtol=1e-14)
    np.testing.assert_array_equal(NoiseSchedule.quadratic(1, 0.25, 0.5).beta, [0, 0.25])


def test_sigmoid_schedule_is_a_sigmoid_of_beta() -> None:
    schedule = NoiseSchedule.sigmoid(5, 0.1, 0.3)
    expected = [0.1 + 0.2 / (1 + math.exp(-u)) for u in (-6, -3, 0, 3, 6)]
    np.testing.assert_allclose(schedule.beta, [0, *expected], rtol=1e-14)
    assert schedule.beta[3] == pytest.approx(0.2, rel=1e-15)
    assert schedule.beta[1] + schedule.beta[5] == pytest.approx(0.4, rel=1e-15)


def test_constant_schedule_is_a_power() -> None:
    schedule = NoiseSchedule.constant(200, 0.03)
    np.testing.assert_array_equal(schedule.beta[1:], 0.03)
    np.testing.assert_allclose(schedule.alpha_bar, 0.97 ** np.arange(201), rtol=1e-13)


def test_a_list_of_betas_is_taken_as_it_is() -> None:
    betas = [0.2, 1e-300, 1 - 1e-16, 0.2]
    for given in (betas, tuple(betas), np.array(betas)):
        np.testing.assert_array_equal(NoiseSchedule.from_betas(given).beta, [0, *betas])
    linear = NoiseSchedule.linear(1000)
    for name in ARRAYS:
        same = NoiseSchedule.from_betas(linear.beta[1:])
        np.testing.assert_array_equal(getattr(same, name), getattr(linear, name))


def test_betas_of_alpha_bars_multiply_to_them_again() -> None:
    np.testing.assert_allclose(betas_of_alpha_bars([0.9, 0.45, 0.09]), [0.1, 0.5, 0.8], rtol=1e-14)
    for schedule in (NoiseSchedule.linear(1000), NoiseSchedule.cosine(50)):
        again = NoiseSchedule.from_betas(betas_of_alpha_bars(schedule.alpha_bar[1:]))
        # alpha_bar's last digit, near 1 where beta is 1e-4.
        np.testing.assert_allclose(again.beta, schedule.beta, rtol=1e-11)
        np.testing.assert_allclose(again.alpha_bar, schedule.alpha_bar, rtol=1e-12)


@pytest.mark.parametrize(
    ("alpha_bars", "wrong"),
    [
        ([1.0, 0.5], "alpha_bar_1 = 1.0"),
        ([0.9, 0.9], "alpha_bar_2 = 0.9"),
        ([0.9, 0.95], "alpha_bar_2 = 0.95"),
        ([0.9, 0.0], "alpha_bar_2 = 0.0"),
        ([0.9, math.nan], "alpha_bar_2 = nan"),
    ],
)
def test_alpha_bars_that_do_not_fall(alpha_bars: list[float], wrong: str) -> None:
    with pytest.raises(ScheduleError, match=f"{wrong} must lie between 0 and the one before it"):
        betas_of_alpha_bars(alpha_bars)


def test_posterior_coefficients_of_the_linear_schedule() -> None:
    schedule = NoiseSchedule.linear(1000)
    expected = {
        1: (1.0, 0.0, 0.0),
        2: (0.545291, 0.454708, 5.453188e-5),
        1000: (1.283515e-4, 0.989948678, 0.0199999835),
    }
    # Half of the last digit printed; beta_T itself, 0.02, differs from the last value by 1.6e-8.
    digits = {1: (1e-15,) * 3, 2: (5e-7, 5e-7, 5e-12), 1000: (5e-11, 5e-10, 5e-11)}
    for t, values in expected.items():
        measured = (
            schedule.posterior_x_0_coefficient[t],
            schedule.posterior_x_t_coefficient[t],
            schedule.posterior_variance[t],
        )
        assert np.all(np.abs(np.subtract(measured, values)) < 1.001 * np.array(digits[t]))
    # diffusers' tests call this step 487, counted from 0.
    assert schedule.posterior_variance[488] == pytest.approx(0.00979, abs=5e-6)


@pytest.mark.parametrize("beta", [0.01, 1e-9, 1e-17, 1e-150])
def test_coefficients_agree_with_exact_arithmetic(beta: float) -> None:
    schedule = NoiseSchedule.linear(12, beta, beta)
    b = Fraction(beta)
    for t in range(1, 13):
        before, after = 1 - (1 - b) ** (t - 1), 1 - (1 - b) ** t  # 1 - alpha_bar
        expected = {
            "marginal_variance": after,
            "signal_to_noise": (1 - after) / after,
            "posterior_variance": before / after * b,
        }
        for name, value in expected.items():
            assert getattr(schedule, name)[t] == pytest.approx(float(value), rel=1e-13, abs=0)
        signal_before, alpha = math.sqrt(1 - before), math.sqrt(1 - b)
        x_0, x_t = float(b / after) * signal_before, float(before / after) * alpha
        assert schedule.posterior_x_0_coefficient[t] == pytest.approx(x_0, rel=1e-13, abs=0)
        assert schedule.posterior_x_t_coefficient[t] == pytest.approx(x_t, rel=1e-13, abs=0)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_laws_that_every_schedule_obeys(schedule: NoiseSchedule) -> None:
    assert schedule.beta[0] == 0.0
    assert schedule.alpha_bar[0] == 1.0
    assert schedule.marginal_variance[0] == 0.0
    assert schedule.signal_to_noise[0] == math.inf
    assert np.all((schedule.beta[1:] > 0) & (schedule.beta[1:] < 1))
    assert np.all(np.diff(schedule.alpha_bar) <= 0)
    assert np.all(schedule.posterior_variance <= schedule.beta)
    assert np.abs(schedule.alpha_bar + schedule.marginal_variance - 1).max() < 1e-12
    # x_t = sqrt(alpha_bar_t) x_0 without noise must lead back to sqrt(alpha_bar_{t-1}) x_0.
    signal = np.sqrt(schedule.alpha_bar)
    back = (schedule.posterior_x_0_coefficient + schedule.posterior_x_t_coefficient * signal)[1:]
    assert np.abs(back - signal[:-1]).max() < 1e-12


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_are_indexed_by_t_and_read_only(schedule: NoiseSchedule, name: str) -> None:
    values = getattr(schedule, name)
    assert values.shape == (schedule.T + 1,)
    assert values.dtype == np.float64
    assert np.isfinite(values[1:]).all()
    with pytest.raises(ValueError, match="read-only"):
        values[-1] = 0.5


@pytest.mark.parametrize("T", [0, -1, MAX_STEPS + 1, 10**400])
def test_number_of_steps_out_of_range(T: int) -> None:
    for build in EVERY_T:
        with pytest.raises(ScheduleError, match=f"between 1 and {MAX_STEPS}, not {T}"):
            build(T)


@pytest.mark.parametrize("T", [True, 10.0, math.nan, "10", None])
def test_number_of_steps_of_the_wrong_kind(T: int) -> None:
    for build in EVERY_T:
        with pytest.raises(ScheduleError, match="T must be a whole number"):
            build(T)


@pytest.mark.parametrize("beta", [0.0, 1.0, -0.1, 1.5, math.nan, math.inf, 10**400])
def test_beta_out_of_range(beta: float) -> None:
    for build in TWO_ENDS:
        with pytest.raises(ScheduleError, match="beta_1 must lie strictly between 0 and 1"):
            build(10, beta, 0.02)
        with pytest.raises(ScheduleError, match="beta_T must lie strictly between 0 and 1"):
            build(10, 1e-4, beta)
    with pytest.raises(ScheduleError, match="beta must lie strictly between 0 and 1"):
        NoiseSchedule.constant(10, beta)
    with pytest.raises(ScheduleError, match="beta_2 must lie strictly between 0 and 1"):
        NoiseSchedule.from_betas([0.1, beta, 0.1])


@pytest.mark.parametrize("beta", [True, np.True_, "0.1", None, 0.1j])
def test_beta_of_the_wrong_kind(beta: float) -> None:
    with pytest.raises(ScheduleError, match="beta_1 must be a number"):
        NoiseSchedule.linear(10, beta, 0.02)
    with pytest.raises(ScheduleError, match="beta_3 must be a number"):
        NoiseSchedule.from_betas([0.1, 0.1, beta])


@pytest.mark.parametrize("count", [0, MAX_STEPS + 1])
def test_a_list_of_no_betas_or_of_too_many(count: int) -> None:
    with pytest.raises(ScheduleError, match=f"from 1 to {MAX_STEPS:,} numbers, not {count:,}"):
        NoiseSchedule.from_betas([0.1] * count)


@pytest.mark.parametrize(
    "betas", ["0.1", b"0.1", {0.1: 0.2}, 0.1, None, np.float64(0.1), np.array(0.1), [[0.1], [0.2]]]
)
def test_what_is_no_list_of_betas(betas: list[float]) -> None:
    with pytest.raises(ScheduleError, match=r"must be a (list of numbers|number between)"):
        NoiseSchedule.from_betas(betas)


def test_numbers_of_pages_are_cut_short() -> None:
    for build in (NoiseSchedule.constant, NoiseSchedule.linear):
        with pytest.raises(ScheduleError) as caught:
            build(10, 10**4000)
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_configuration_rebuilds_the_schedule_exactly(schedule: NoiseSchedule) -> None:
    configuration = ScheduleConfiguration(**schedule.configuration.as_dict())
    assert configuration == schedule.configuration
    assert hash(configuration) == hash(schedule.configuration)
    np.testing.assert_array_equal(configuration.build().beta, schedule.beta)
    written = json.loads(json.dumps(configuration.as_dict()))
    again = ScheduleConfiguration(**written | {"betas": tuple(written.get("betas", ())) or None})
    assert again == configuration


@pytest.mark.parametrize("kind", SCHEDULE_KINDS)
def test_every_kind_is_built_of_what_it_needs(kind: str) -> None:
    complete = ScheduleConfiguration(kind, 3, 0.1, 0.2, (0.1, 0.4, 0.2))
    built = complete.build().configuration
    assert (built.kind, built.T) == (kind, 3)
    needed = {name for name, value in vars(built).items() if value is not None} - {"kind", "T"}
    for name in needed:
        with pytest.raises(ScheduleError, match=r"needs (both )?(beta_1|the list)"):
            replace(complete, **{name: None}).build()
    assert built.build().configuration == built


def test_configurations_that_allow_no_schedule() -> None:
    with pytest.raises(ScheduleError, match="needs both beta_1 and beta_T"):
        ScheduleConfiguration("linear", 10, 1e-4).build()
    with pytest.raises(ScheduleError, match=r"Unknown schedule 'laplace'.* linear, cosine,"):
        ScheduleConfiguration("laplace", 10).build()
    with pytest.raises(ScheduleError, match="T is 10, but the list holds 2 betas"):
        ScheduleConfiguration("custom", 10, betas=(0.1, 0.2)).build()


def test_schedule_configuration_and_catalogue_need_no_torch() -> None:
    program = (
        "import sys, ddpm_studio.diffusion, ddpm_studio.diffusion.noise_floor\n"
        "import ddpm_studio.diffusion.adequacy, ddpm_studio.diffusion.respacing\n"
        "import ddpm_studio.diffusion.sampler_configuration\n"
        "import ddpm_studio.networks.configuration, ddpm_studio.datasets.catalogue\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
