"""Schedules against published values, closed forms and a product in exact arithmetic."""

from __future__ import annotations

import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from ddpm_studio.diffusion.schedule import (
    MAX_STEPS,
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
]
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


def test_posterior_coefficients_of_the_linear_schedule() -> None:
    schedule = NoiseSchedule.linear(1000)
    expected = {
        1: (1.0, 0.0, 0.0),
        2: (0.545291, 0.454708, 5.453188e-5),
        1000: (1.283515e-4, 0.989948678, 0.0199999835),
    }
    for t, values in expected.items():
        measured = (
            schedule.posterior_x_0_coefficient[t],
            schedule.posterior_x_t_coefficient[t],
            schedule.posterior_variance[t],
        )
        assert measured == pytest.approx(values, rel=2e-6, abs=1e-15)
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
    for build in (NoiseSchedule.linear, NoiseSchedule.cosine):
        with pytest.raises(ScheduleError, match=f"between 1 and {MAX_STEPS}, not {T}"):
            build(T)


@pytest.mark.parametrize("T", [True, 10.0, math.nan, "10", None])
def test_number_of_steps_of_the_wrong_kind(T: int) -> None:
    for build in (NoiseSchedule.linear, NoiseSchedule.cosine):
        with pytest.raises(ScheduleError, match="T must be a whole number"):
            build(T)


@pytest.mark.parametrize("beta", [0.0, 1.0, -0.1, 1.5, math.nan, math.inf, 10**400])
def test_beta_out_of_range(beta: float) -> None:
    with pytest.raises(ScheduleError, match="beta_1 must lie strictly between 0 and 1"):
        NoiseSchedule.linear(10, beta, 0.02)
    with pytest.raises(ScheduleError, match="beta_T must lie strictly between 0 and 1"):
        NoiseSchedule.linear(10, 1e-4, beta)


@pytest.mark.parametrize("beta", [True, np.True_, "0.1", None, 0.1j])
def test_beta_of_the_wrong_kind(beta: float) -> None:
    with pytest.raises(ScheduleError, match="beta_1 must be a number"):
        NoiseSchedule.linear(10, beta, 0.02)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_configuration_rebuilds_the_schedule_exactly(schedule: NoiseSchedule) -> None:
    configuration = ScheduleConfiguration(**schedule.configuration.as_dict())
    assert configuration == schedule.configuration
    np.testing.assert_array_equal(configuration.build().beta, schedule.beta)


def test_configurations_that_allow_no_schedule() -> None:
    with pytest.raises(ScheduleError, match="needs both beta_1 and beta_T"):
        ScheduleConfiguration("linear", 10, 1e-4).build()
    with pytest.raises(ScheduleError, match="Unknown schedule 'sigmoid'"):
        ScheduleConfiguration("sigmoid", 10).build()


def test_schedule_configuration_and_catalogue_need_no_torch() -> None:
    program = (
        "import sys, ddpm_studio.diffusion, ddpm_studio.diffusion.noise_floor\n"
        "import ddpm_studio.networks.configuration, ddpm_studio.datasets.catalogue\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
