"""The end of a schedule measured against published values and a divergence computed on a grid."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ddpm_studio.diffusion.adequacy import Verdict, schedule_adequacy
from ddpm_studio.diffusion.schedule import NoiseSchedule

FIT, WEAK, UNFIT = Verdict


@pytest.mark.parametrize(
    ("schedule", "alpha_bar", "bits", "verdict"),
    [
        (NoiseSchedule.linear(1000), 4.035830e-5, 2.911e-5, FIT),
        (NoiseSchedule.linear(300), 0.048058, 0.035528, UNFIT),
        (NoiseSchedule.linear(50), 0.602952, 0.666307, UNFIT),
        (NoiseSchedule.cosine(1000), 2.428767e-9, 1.751985e-9, FIT),
        (NoiseSchedule.cosine(50), 9.71193e-7, 7.00568e-7, FIT),
        (NoiseSchedule.quadratic(1000, 0.00085, 0.012), 0.0046601, 0.0033694, WEAK),
    ],
)
def test_schedules_that_are_known(
    schedule: NoiseSchedule, alpha_bar: float, bits: float, verdict: Verdict
) -> None:
    measured = schedule_adequacy(schedule)
    assert measured.alpha_bar_T == pytest.approx(alpha_bar, rel=2e-5)
    assert measured.signal_T == pytest.approx(math.sqrt(alpha_bar), rel=1e-5)
    assert measured.signal_to_noise_T == pytest.approx(alpha_bar / (1 - alpha_bar), rel=1e-4)
    # ½ alpha_bar / (1 - …) / ln 2 to first order: FACTS gives 2.911e-5 for the first.
    assert measured.L_T_bits == pytest.approx(bits, rel=2e-4)
    assert measured.verdict is verdict


def test_terminal_values_of_lin_et_al() -> None:
    """Table 1 of "Common Diffusion Noise Schedules and Sample Steps are Flawed" (2024)."""
    stable_diffusion = schedule_adequacy(NoiseSchedule.quadratic(1000, 0.00085, 0.012))
    assert stable_diffusion.signal_T == pytest.approx(0.068265, abs=5e-7)
    assert stable_diffusion.signal_to_noise_T == pytest.approx(0.004682, abs=5e-7)
    linear = schedule_adequacy(NoiseSchedule.linear(1000))
    assert linear.signal_T == pytest.approx(0.006353, abs=5e-7)
    assert linear.signal_to_noise_T == pytest.approx(4.036e-5, abs=5e-9)
    cosine = schedule_adequacy(NoiseSchedule.cosine(1000))
    assert cosine.signal_to_noise_T == pytest.approx(2.428735e-9, rel=1e-4)


@pytest.mark.parametrize("T", [1, 20, 300])
@pytest.mark.parametrize("x_0", [0.0, 0.5, 2.0])
def test_bits_are_the_divergence_from_the_prior(T: int, x_0: float) -> None:
    """KL(N(a x_0, 1 - a²) || N(0, 1)) on a grid."""
    schedule = NoiseSchedule.linear(T, 0.01, 0.02)
    alpha_bar = float(np.prod(1 - np.linspace(0.01, 0.02, T)))
    mean, variance = math.sqrt(alpha_bar) * x_0, 1 - alpha_bar
    sd = math.sqrt(variance)
    x = np.linspace(mean - 12 * sd, mean + 12 * sd, 200_001)
    log_p = -((x - mean) ** 2) / (2 * variance) - 0.5 * math.log(2 * math.pi * variance)
    log_prior = -(x**2) / 2 - 0.5 * math.log(2 * math.pi)
    divergence = np.exp(log_p) @ (log_p - log_prior) * (x[1] - x[0])
    bits = schedule_adequacy(schedule, mean_square=x_0**2).L_T_bits
    assert bits == pytest.approx(divergence / math.log(2), rel=1e-9)


@pytest.mark.parametrize("T", [1, 50, 150, 300, 600, 1000])
def test_the_share_bounds_what_lies_in_the_wrong_place(T: int) -> None:
    """Half the integral of |p(x_T) - N(0, 1)|, for x_0 = ±1 each half of the time."""
    schedule = NoiseSchedule.linear(T)
    measured = schedule_adequacy(schedule)
    sd = math.sqrt(float(schedule.marginal_variance[-1]))
    x = np.linspace(-9, 9, 400_001)

    def density(mean: float, sd: float) -> np.ndarray:
        return np.exp(-((x - mean) ** 2) / (2 * sd**2)) / (sd * math.sqrt(2 * math.pi))

    p = 0.5 * (density(measured.signal_T, sd) + density(-measured.signal_T, sd))
    total_variation = 0.5 * np.abs(p - density(0, 1)).sum() * (x[1] - x[0])
    assert total_variation <= measured.misplaced_share <= 1


@pytest.mark.parametrize(
    ("schedule", "share"),
    [
        (NoiseSchedule.linear(1000), 0.0031764),
        (NoiseSchedule.quadratic(1000, 0.00085, 0.012), 0.0341723),
        (NoiseSchedule.linear(300), 0.1109635),
    ],
)
def test_the_share_is_pinskers_bound(schedule: NoiseSchedule, share: float) -> None:
    """sqrt(½ KL), with KL = -½ ln(1 - alpha_bar_T) for E[x_0²] = 1."""
    assert schedule_adequacy(schedule).misplaced_share == pytest.approx(share, rel=2e-5)
    kl = -0.5 * math.log(1 - float(np.prod(1 - schedule.beta)))
    assert schedule_adequacy(schedule).misplaced_share == pytest.approx(math.sqrt(kl / 2))


def test_more_steps_and_less_data_are_never_worse() -> None:
    shares = [schedule_adequacy(NoiseSchedule.linear(T)).misplaced_share for T in range(1, 1200, 7)]
    assert shares == sorted(shares, reverse=True)
    squares = [
        schedule_adequacy(NoiseSchedule.linear(300), square).L_T_bits for square in (0, 0.1, 1, 9)
    ]
    assert squares == sorted(squares)


def test_the_ends_of_the_scale() -> None:
    """Betas so small that 1 - alpha_bar is 0 in float64, and alpha_bar smaller than any number."""
    almost_data = schedule_adequacy(NoiseSchedule.constant(3, 1e-18))
    assert almost_data.L_T_bits == pytest.approx(-0.5 * math.log2(3e-18), rel=1e-9)
    assert almost_data.misplaced_share == 1.0
    assert almost_data.verdict is UNFIT
    noise = schedule_adequacy(NoiseSchedule.constant(10_000, 0.9))
    assert (noise.L_T_bits, noise.verdict) == (0.0, FIT)


@pytest.mark.parametrize("square", [-0.1, math.nan, math.inf])
def test_a_mean_square_that_cannot_be(square: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        schedule_adequacy(NoiseSchedule.linear(10), square)
