"""Fewer steps of the same process: a subset of the times t, with the betas that lead from one to the next.

With kept times 0 = t_0 < t_1 < … < t_S the shorter schedule has alpha_bar'_i = alpha_bar_{t_i}, so
beta'_i = 1 - alpha_bar_{t_i} / alpha_bar_{t_{i-1}} (Nichol & Dhariwal 2021, section 4; Song, Meng &
Ermon 2021, section 4.2). That is not truncation: the first S of the old betas end far from N(0, I).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.diffusion.beta_curves import FloatArray, ScheduleError
from ddpm_studio.diffusion.schedule import NoiseSchedule

TimeArray = NDArray[np.int64]

_LARGEST_BETA = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, eq=False)
class RespacedSchedule:
    """A schedule of S steps, and the t of the original that each of its steps stands for.

    ``times`` has shape (S + 1,), int64, read-only: times[0] = 0 and schedule.alpha_bar[i] is the
    original's alpha_bar at times[i]. A network that was trained with the original is asked about
    step i with t = times[i].
    """

    schedule: NoiseSchedule
    times: TimeArray

    @property
    def steps(self) -> int:
        """S, the number of steps."""
        return self.schedule.T


def respaced(schedule: NoiseSchedule, steps: int | None = None) -> RespacedSchedule:
    """``steps`` of the schedule's T, evenly spaced, T itself always among them; None keeps all.

    Raises ScheduleError unless 1 <= steps <= T.
    """
    return respaced_at(schedule, kept_times(schedule.T, schedule.T if steps is None else steps))


def kept_times(T: int, steps: int) -> TimeArray:
    """t_i = i T / S rounded to even, i = 0 … S: shape (S + 1,), from 0 to T, strictly increasing.

    This is the "trailing" spacing of Lin et al. 2024, table 2. The "leading" one, t_i = 1 + (i - 1)
    T / S as in improved-diffusion and DDIM's code, leaves T out: its chain would begin at a time
    whose x_t still holds signal, with N(0, I) in the place of it.
    """
    if not isinstance(steps, int) or isinstance(steps, bool) or not 1 <= steps <= T:
        raise ScheduleError(
            "A chain of {T} steps can be sampled in 1 to {T} of them, not in {steps}.",
            T=T,
            steps=steps,
        )
    return np.rint(np.arange(steps + 1) * T / steps).astype(np.int64)


def respaced_at(schedule: NoiseSchedule, times: Sequence[int] | TimeArray) -> RespacedSchedule:
    """The schedule through the given times, which begin with 0 and strictly increase to at most T.

    Raises ValueError for other times. With all of them it is the original, bit for bit.
    """
    kept = np.array(times, dtype=np.int64)
    if len(kept) < 2 or kept[0] != 0 or kept[-1] > schedule.T or np.any(np.diff(kept) < 1):
        raise ValueError(f"The times must increase from 0 to at most T = {schedule.T}: {times}.")
    kept.setflags(write=False)
    if len(kept) == schedule.T + 1:
        return RespacedSchedule(schedule, kept)
    return RespacedSchedule(NoiseSchedule.from_betas(_merged_betas(schedule, kept)), kept)


def _merged_betas(schedule: NoiseSchedule, times: TimeArray) -> FloatArray:
    """1 - prod of alpha_t over each t_{i-1} < t <= t_i, shape (S,).

    As logarithms, which keep the smallest betas; where the product is lost in 1 - it, the largest
    number below 1.
    """
    log_alpha = np.log1p(-schedule.beta[: times[-1] + 1])
    return np.minimum(-np.expm1(np.add.reduceat(log_alpha, times[:-1] + 1)), _LARGEST_BETA)
