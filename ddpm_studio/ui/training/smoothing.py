"""A long history in few points: what a plot can show of it, smoothed and raw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

POINTS = 400  # of a curve; more cannot be told apart
_WINDOW = 0.04  # of the steps so far, over which the smoothed curve is a mean
_SHORTEST_WINDOW = 5


class GrowingHistory:
    """Values (n,) of a run that grows, with their running sum: a poll looks at new ones alone."""

    def __init__(self) -> None:
        self._sums = np.zeros(1024)  # [k]: of the first k finite values
        self._counts = np.zeros(1024, np.int64)
        self._values: NDArray[np.float32] = np.zeros(0, np.float32)

    def __len__(self) -> int:
        return len(self._values)

    def take(self, values: NDArray[np.float32]) -> None:
        """The whole history so far; what was taken before is its beginning, unless it is shorter."""
        known = len(self._values) if len(values) >= len(self._values) else 0
        new = values[known:].astype(np.float64)
        self._reserve(len(values) + 1)
        finite = np.isfinite(new)
        area = slice(known + 1, len(values) + 1)
        np.cumsum(np.where(finite, new, 0.0), out=self._sums[area])
        np.cumsum(finite, out=self._counts[area])
        self._sums[area] += self._sums[known]
        self._counts[area] += self._counts[known]
        self._values = values

    def _reserve(self, count: int) -> None:
        if count > len(self._sums):
            room = max(count, 2 * len(self._sums)) - len(self._sums)
            self._sums = np.concatenate([self._sums, np.zeros(room)])
            self._counts = np.concatenate([self._counts, np.zeros(room, np.int64)])

    def _ends(self, *, logarithmic: bool) -> NDArray[np.int64]:
        """Up to POINTS + 1 limits between which values are summed up, evenly on the axis."""
        count = len(self._values)
        if logarithmic and count > 1:
            ends = np.geomspace(1, count, POINTS).round().astype(np.int64)
            return np.unique(np.concatenate([[0], ends]))
        return np.unique(np.linspace(0, count, min(count, POINTS) + 1).round().astype(np.int64))

    def smoothed(self, *, logarithmic: bool) -> tuple[FloatArray, FloatArray]:
        """Steps from 1, and the mean over a window around each that is longer the later it is."""
        count = len(self._values)
        if not count:
            return np.zeros(0), np.zeros(0)
        at = self._ends(logarithmic=logarithmic)[1:]
        half = np.maximum(_SHORTEST_WINDOW, _WINDOW * at).astype(np.int64) // 2
        half = np.minimum(half, np.minimum(at - 1, count - at) + _SHORTEST_WINDOW)
        first, last = np.maximum(0, at - 1 - half), np.minimum(count, at + half)
        known = np.maximum(1, self._counts[last] - self._counts[first])
        return at.astype(np.float64), (self._sums[last] - self._sums[first]) / known

    def raw(self, *, logarithmic: bool) -> tuple[FloatArray, FloatArray]:
        """Steps from 1 and values; where several share a pixel, the least and the greatest of them."""
        count = len(self._values)
        ends = self._ends(logarithmic=logarithmic)
        if count <= POINTS or len(ends) < 2:
            return np.arange(1.0, count + 1), self._values.astype(np.float64)
        starts = ends[:-1]
        low = np.fmin.reduceat(self._values, starts).astype(np.float64)
        high = np.fmax.reduceat(self._values, starts).astype(np.float64)
        middle = (ends[:-1] + 1 + ends[1:]) / 2
        return np.repeat(middle, 2), np.stack([low, high], axis=1).ravel()
