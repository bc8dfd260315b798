"""How wide the bins and how high the vertical scale of the histograms are, without jitter.

Two rules, both known before the person moves: few values are shown in wider bins, and the scale
over t rises only towards the data, in at most two steps.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.ui.panels.marginal_plot import LIMIT, NORMAL_PEAK

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_TOPS = (0.6, 0.9, 1.2)
_STEPS = (1, 2, 4)
_NOISE = 4.5  # standard errors that the highest bin of a long chain of noise reaches
_MOST_FRAMES = 251  # are looked at for their peaks; of longer chains every second, third, …


def merged_bins(value_count: int) -> int:
    """How many of the 80 bins become one: 1 from 2,000 values on, 2 from 500, else 4."""
    return 1 if value_count >= 2000 else 2 if value_count >= 500 else 4


def merge(density: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Densities (C, 80) in wider bins, shape (C, 80 / bins)."""
    if bins == 1:
        return density
    return density.reshape(len(density), -1, bins).mean(axis=2)


def base_top(value_count: int) -> float:
    """The lowest top that holds the histogram of N(0, 1) itself, noise of its bins included."""
    width = 2 * LIMIT / 80 * merged_bins(value_count)
    reach = NORMAL_PEAK + _NOISE * math.sqrt(NORMAL_PEAK / (value_count * width))
    return next((top for top in _TOPS if top >= reach), _TOPS[-1])


class HistogramScale:
    """The top at every t of one trajectory: once, twice or four times the base.

    At t it holds all peaks from t on, so that it changes at most twice over a chain, at the same t
    in both directions. Peaks above four times the base are left to be cut.
    """

    def __init__(self, trajectory: Trajectory) -> None:
        self._trajectory = trajectory
        self._stride = max(1, math.ceil(trajectory.T / (_MOST_FRAMES - 1)))
        self._peaks = np.full(trajectory.T // self._stride + 1, -1.0)
        self._highest = self._peaks
        self._base = _TOPS[0]
        self._seen = 0

    def update(self) -> None:
        """Look at frames that were recorded since the last time; free where there are none."""
        recorded = self._trajectory.recorded[:: self._stride]
        count = int(np.count_nonzero(recorded))
        if count == self._seen:
            return
        for index in np.flatnonzero(recorded & (self._peaks < 0)):
            statistics = self._trajectory.statistics(int(index) * self._stride)
            bins = merged_bins(statistics.value_count)
            self._peaks[index] = merge(statistics.density(), bins).max()
            self._base = base_top(statistics.value_count)
        self._seen = count
        self._highest = np.maximum.accumulate(self._peaks[::-1])[::-1]

    def top(self, t: int) -> float:
        """The top for x_t, t in 0 … T."""
        peak = float(self._highest[t // self._stride])
        tops = [self._base * step for step in _STEPS]
        return next((top for top in tops if top >= peak), tops[-1])
