"""Frames in memory: as float32, as float16, or as 256 levels."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ddpm_studio.diffusion.frame_levels import LevelRange, write_levels
from ddpm_studio.diffusion.storage_plan import Precision

_FLOAT16_RANGE = float(np.finfo(np.float16).min), float(np.finfo(np.float16).max)
_DTYPES = {Precision.FLOAT32: np.float32, Precision.FLOAT16: np.float16, Precision.LEVELS: np.uint8}


class FramesInMemory:
    """x_t of shape (count, *sample_shape) for t = 0 … T."""

    is_in_memory = True
    kept_every = 1

    def __init__(
        self, T: int, count: int, sample_shape: tuple[int, ...], precision: Precision
    ) -> None:
        self._precision = precision
        self._frames = np.empty((T + 1, count, *sample_shape), _DTYPES[precision])
        self._level_range = np.zeros((T + 1, 2), np.float32)  # lowest value, size of a level

    def keep(self, t: int, x: Tensor) -> None:
        """Store x_t, which lies on the CPU."""
        if self._precision is Precision.LEVELS:
            found = write_levels(x, torch.from_numpy(self._frames[t]))
            self._level_range[t] = found.low, found.size
        elif self._precision is Precision.FLOAT16:
            self._frames[t] = np.clip(x.numpy(), *_FLOAT16_RANGE)
        else:
            self._frames[t] = x.numpy()

    def samples(self, t: int, first: int, end: int) -> NDArray[np.float32]:
        """Samples ``first`` … ``end`` - 1 of x_t; no copy where kept as float32."""
        kept = self._frames[t, first:end]
        if self._precision is Precision.FLOAT32:
            return kept
        if self._precision is Precision.FLOAT16:
            return kept.astype(np.float32)
        return LevelRange(*self._level_range[t]).values(kept)
