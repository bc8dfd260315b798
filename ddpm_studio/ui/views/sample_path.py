"""The way of one sample of points through all recorded t."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory


class SamplePath:
    """x_t of one sample for every recorded t; only frames that are new are read again."""

    def __init__(self, trajectory: Trajectory, index: int) -> None:
        self.index = index
        self._trajectory = trajectory
        self._read = np.zeros(trajectory.T + 1, bool)
        self._points = np.full((trajectory.T + 1, *trajectory.sample_shape), np.nan, np.float32)
        self.extend()

    @property
    def points(self) -> NDArray[np.float32]:
        """Shape (T + 1, D), row t is x_t; NaN where it is not recorded yet."""
        return self._points

    @property
    def recorded_count(self) -> int:
        """How many t it knows."""
        return int(self._read.sum())

    def extend(self) -> bool:
        """Read the frames recorded since; whether there were any."""
        new = np.flatnonzero(self._trajectory.recorded & ~self._read)
        for t in new:
            self._points[t] = self._trajectory.frame(int(t))[self.index]
        self._read[new] = True
        return len(new) > 0
