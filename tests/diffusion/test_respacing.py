"""Fewer steps of the same process: the marginals stay, T stays, and nothing is cut off."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from ddpm_studio.diffusion.respacing import kept_times, respaced, respaced_at
from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleError

SCHEDULES = [
    NoiseSchedule.linear(1000),
    NoiseSchedule.cosine(1000),
    NoiseSchedule.quadratic(1000, 0.00085, 0.012),
    NoiseSchedule.sigmoid(1000),
    NoiseSchedule.constant(1000, 0.01),
]


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 3, 10, 37, 250, 999])
def test_alpha_bar_is_that_of_the_kept_times(schedule: NoiseSchedule, steps: int) -> None:
    fewer = respaced(schedule, steps)
    assert fewer.steps == fewer.schedule.T == steps
    assert fewer.times.shape == (steps + 1,)
    assert (fewer.times[0], fewer.times[-1]) == (0, 1000)
    kept = fewer.times
    np.testing.assert_allclose(fewer.schedule.alpha_bar, schedule.alpha_bar[kept], 1e-12, 1e-16)
    np.testing.assert_allclose(
        fewer.schedule.marginal_variance, schedule.marginal_variance[kept], rtol=1e-12
    )
    # Truncation would leave the first betas as they are.
    assert steps == 1000 or fewer.schedule.alpha_bar[-1] < schedule.alpha_bar[steps]


@pytest.mark.parametrize("T", [1, 2, 3, 7, 10, 97, 1000])
def test_times_are_evenly_spaced(T: int) -> None:
    for steps in range(1, T + 1):
        times = kept_times(T, steps)
        assert (times[0], times[-1], len(times)) == (0, T, steps + 1)
        assert np.all(np.diff(times) >= 1)
        # |t_i - i T / S| <= ½ in whole numbers.
        assert np.all(np.abs(2 * steps * times - 2 * T * np.arange(steps + 1)) <= steps)


def test_all_steps_are_the_schedule_itself() -> None:
    schedule = NoiseSchedule.linear(50)
    for same in (respaced(schedule), respaced(schedule, 50), respaced_at(schedule, range(51))):
        assert same.schedule is schedule
        assert same.times.tolist() == list(range(51))


def test_merged_betas_by_exact_arithmetic() -> None:
    betas = [Fraction(1, 3), Fraction(1, 1000), Fraction(1, 7), Fraction(1, 2), Fraction(1, 10**9)]
    fewer = respaced_at(NoiseSchedule.from_betas([float(b) for b in betas]), [0, 2, 3, 5])
    merged = [
        1 - (1 - betas[0]) * (1 - betas[1]),
        betas[2],
        1 - (1 - betas[3]) * (1 - betas[4]),
    ]
    np.testing.assert_allclose(fewer.schedule.beta[1:], [float(b) for b in merged], rtol=1e-15)


def test_the_smallest_and_the_largest_betas() -> None:
    tiny = respaced(NoiseSchedule.constant(1000, 1e-19), 10)
    np.testing.assert_allclose(tiny.schedule.beta[1:], 1e-17, rtol=1e-12)
    huge = respaced(NoiseSchedule.constant(10_000, 0.9), 10)
    assert np.all(huge.schedule.beta < 1)
    for name in ("posterior_variance", "posterior_x_0_coefficient", "posterior_x_t_coefficient"):
        assert np.isfinite(getattr(huge.schedule, name)).all()


def test_times_can_be_chosen_and_need_not_reach_the_end() -> None:
    schedule = NoiseSchedule.linear(1000)
    fewer = respaced_at(schedule, [0, 1, 101, 901])
    np.testing.assert_allclose(
        fewer.schedule.alpha_bar, schedule.alpha_bar[[0, 1, 101, 901]], rtol=1e-12
    )
    with pytest.raises(ValueError, match="read-only"):
        fewer.times[0] = 1


@pytest.mark.parametrize("steps", [0, -1, 11, True, 2.0, "3"])
def test_steps_that_there_are_not(steps: int) -> None:
    with pytest.raises(
        ScheduleError, match=f"chain of 10 steps .* 1 to 10 of them, not in {steps}"
    ):
        respaced(NoiseSchedule.linear(10), steps)


@pytest.mark.parametrize("times", [[], [0], [1, 2], [0, 2, 2], [0, 3, 1], [0, 11]])
def test_times_that_there_are_not(times: list[int]) -> None:
    with pytest.raises(ValueError, match="must increase from 0 to at most T = 10"):
        respaced_at(NoiseSchedule.linear(10), times)
