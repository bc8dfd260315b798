"""A recorded chain: every x_t of N samples, and its statistics, in memory that is bounded.

Frames are kept as float32 where that fits the budget, else as float16 (error at most 5e-4 of the
value or 3e-8, whichever is larger; limited to ±65504), else as 8-bit levels between each frame's
own extremes (absolute error at most (max - min) / 510, about 0.018 for noise). T = 1000 of 64
samples of 3x32x32 takes 197 MB.
Statistics are always measured on the exact frame, before it is stored.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ddpm_studio.diffusion.frame_statistics import (
    HISTOGRAM_BINS,
    FrameStatistics,
    marginal_count,
    measure_frame,
)
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.explained_error import ExplainedError

DEFAULT_BUDGET_BYTES = 256 * 1000 * 1000


class Precision(StrEnum):
    """How a trajectory keeps its numbers."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    LEVELS = "8-bit levels"


_FLOAT16_RANGE = float(np.finfo(np.float16).min), float(np.finfo(np.float16).max)
_BYTES = {Precision.FLOAT32: 4, Precision.FLOAT16: 2, Precision.LEVELS: 1}
_DTYPES = {Precision.FLOAT32: np.float32, Precision.FLOAT16: np.float16, Precision.LEVELS: np.uint8}


class TrajectoryTooLargeError(ExplainedError, ValueError):
    """No precision fits the budget; ``largest_count`` samples would, or with 0 a smaller T."""

    def __init__(self, T: int, count: int, largest_count: int) -> None:
        self.largest_count = largest_count
        if largest_count == 0:
            super().__init__(
                "T = {T:,} is too long: even a single sample needs more memory than one chain may "
                "take.",
                T=T,
            )
        else:
            super().__init__(
                "{count:,} samples need more memory than one chain may take; "
                "choose {largest_count:,} or fewer.",
                count=count,
                largest_count=largest_count,
            )


@dataclass(frozen=True)
class _Plan:
    precision: Precision
    byte_count: int


def _statistics_bytes(T: int, sample_shape: tuple[int, ...]) -> int:
    per_marginal = HISTOGRAM_BINS * 4 + 5 * 8
    per_frame = 2 * 4 + 8 + 1  # the level range, the time, whether it is recorded
    return (T + 1) * (marginal_count(sample_shape) * per_marginal + per_frame)


def _plan(T: int, count: int, sample_shape: tuple[int, ...], budget_bytes: int) -> _Plan:
    per_sample = (T + 1) * math.prod(sample_shape)
    overhead = _statistics_bytes(T, sample_shape)
    for precision, size in _BYTES.items():
        if overhead + per_sample * count * size <= budget_bytes:
            return _Plan(precision, overhead + per_sample * count * size)
    raise TrajectoryTooLargeError(T, count, max(0, (budget_bytes - overhead) // per_sample))


class Trajectory:
    """Random access to x_0 … x_T of one chain while it is being recorded, in any order of t.

    One thread records, others read frames already recorded; a frame is announced only after it
    is complete, so no lock is needed. ``count`` samples of ``sample_shape``.

    A chain that takes fewer steps than its schedule has its own number of steps as T: then ``times``,
    int64 of shape (T + 1,) and strictly increasing from 0, says which t of the schedule each frame
    is. ``law`` gives the distribution that the points of a frame should have, where it is known; it
    is asked with the frame's index.

    Raises TrajectoryTooLargeError before any memory is taken.
    """

    def __init__(
        self,
        T: int,
        count: int,
        sample_shape: tuple[int, ...],
        *,
        times: NDArray[np.int64] | None = None,
        law: Callable[[int], GaussianMixture] | None = None,
        budget_bytes: int = DEFAULT_BUDGET_BYTES,
    ) -> None:
        plan = _plan(T, count, sample_shape, budget_bytes)
        self.T = T
        self.count = count
        self.sample_shape = sample_shape
        self.times = np.arange(T + 1) if times is None else times
        self.law = law
        self.precision = plan.precision
        self.byte_count = plan.byte_count
        marginals = marginal_count(sample_shape)
        self._frames = np.empty((T + 1, count, *sample_shape), _DTYPES[plan.precision])
        self._level_range = np.zeros((T + 1, 2), np.float32)  # lowest value, size of a level
        self._recorded = np.zeros(T + 1, bool)
        self._counts = np.zeros((T + 1, marginals, HISTOGRAM_BINS), np.int32)
        # mean, std, KS, W_1, KS to the law
        self._moments = np.full((5, marginals, T + 1), np.nan)
        self._value_counts = (0, 0)

    def record(self, t: int, x: Tensor) -> None:
        """Keep x_t, of shape (count, *sample_shape), and measure it. Raises ValueError for another."""
        if x.shape != (self.count, *self.sample_shape):  # numpy would repeat a smaller one
            raise ValueError(
                f"x_{t} has shape {tuple(x.shape)}, not {(self.count, *self.sample_shape)}."
            )
        frame = x.detach().to("cpu").numpy()
        self._store(t, frame)
        measured = measure_frame(frame, self.law(t) if self.law is not None else None)
        self._counts[t] = measured.counts
        self._moments[:, :, t] = (
            measured.mean,
            measured.std,
            measured.kolmogorov_smirnov,
            measured.wasserstein,
            measured.law_kolmogorov_smirnov,
        )
        self._value_counts = (measured.value_count, measured.distance_value_count)
        self._recorded[t] = True

    def _store(self, t: int, frame: NDArray[np.float32]) -> None:
        if self.precision is Precision.LEVELS:
            low, high = float(frame.min()), float(frame.max())
            size = (high - low) / 255 or 1.0
            self._level_range[t] = low, size
            np.rint((frame - low) / size, out=self._frames[t], casting="unsafe")
        elif self.precision is Precision.FLOAT16:
            self._frames[t] = np.clip(frame, *_FLOAT16_RANGE)
        else:
            self._frames[t] = frame

    def is_recorded(self, t: int) -> bool:
        """Whether x_t can be read already; False for any t outside 0 … T."""
        return 0 <= t <= self.T and bool(self._recorded[t])

    @property
    def recorded(self) -> NDArray[np.bool_]:
        """Which t can be read, shape (T + 1,); a read-only view that stays live."""
        view = self._recorded.view()
        view.setflags(write=False)
        return view

    @property
    def is_complete(self) -> bool:
        """Whether all T + 1 frames are recorded."""
        return bool(self._recorded.all())

    def frame(self, t: int) -> NDArray[np.float32]:
        """x_t as float32, shape (count, *sample_shape), read-only. No copy where kept as float32.

        Raises LookupError where x_t is not recorded yet.
        """
        self._require(t)
        if self.precision is Precision.FLOAT32:
            frame = self._frames[t].view()
        elif self.precision is Precision.FLOAT16:
            frame = self._frames[t].astype(np.float32)
        else:
            low, size = self._level_range[t]
            frame = self._frames[t] * size + low
        frame.setflags(write=False)
        return frame

    def statistics(self, t: int) -> FrameStatistics:
        """The statistics of x_t. Raises LookupError where x_t is not recorded yet."""
        self._require(t)
        return FrameStatistics(*self._value_counts, self._counts[t], *self._moments[:, :, t])

    @property
    def kolmogorov_smirnov(self) -> NDArray[np.float64]:
        """KS distance of every marginal to N(0, 1), shape (C, T + 1); NaN where not recorded."""
        return self._moments[2]

    @property
    def wasserstein(self) -> NDArray[np.float64]:
        """1-Wasserstein distance of every marginal to N(0, 1), (C, T + 1); NaN where not recorded."""
        return self._moments[3]

    def _require(self, t: int) -> None:
        if not self.is_recorded(t):
            raise LookupError(f"x_{t} is not recorded.")
