"""Frames as bytes: 256 levels between a frame's own extremes, and small overviews of its images.

Everything is computed where the frame lies, so that from a GPU bytes travel and not numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Bytes = NDArray[np.uint8]

OVERVIEW_PIXELS = 512 * 512
"""All images of the smallest overview together have at most so many pixels, if they can be halved."""

_BLOCK_VALUES = 1 << 18  # what a processor's cache holds beside the results


@dataclass(frozen=True)
class LevelRange:
    """x ≈ low + size · level, level from 0 to 255: off by half a ``size`` at most."""

    low: float
    size: float

    def values(self, levels: Bytes) -> NDArray[np.float32]:
        """The numbers that levels stand for, in a new array of their shape."""
        return levels * np.float32(self.size) + np.float32(self.low)


def write_levels(x: Tensor, out: Tensor) -> LevelRange:
    """Write x, float32, as levels to ``out``, uint8 of x's shape and on its device."""
    flat, levels = x.reshape(-1), out.view(-1)
    low, high = torch.aminmax(flat)
    size = (high - low) / 255
    size = torch.where(size == 0, torch.ones_like(size), size)
    block = _BLOCK_VALUES if x.device.type == "cpu" else len(flat)
    for values, part in zip(flat.split(block), levels.split(block), strict=True):
        part.copy_((values - low).div_(size).round_())
    return LevelRange(float(low), float(size))


@dataclass(frozen=True)
class FrameRecord:
    """One frame of ``count`` images (C, H, W) as bytes: its levels, then its overviews.

    An overview shows the images 2, 4, … times smaller, as bytes of what a screen shows: clipped to
    [-1, 1], averaged over squares, and 0 … 255 from -1 to 1.
    """

    count: int
    sample_shape: tuple[int, ...]

    @property
    def shrinkings(self) -> tuple[int, ...]:
        """1 for the frame itself, then how much smaller each overview is."""
        _, height, width = self.sample_shape
        factors = [1]
        while self._pixels(factors[-1]) > OVERVIEW_PIXELS:
            factor = 2 * factors[-1]
            if height % factor or width % factor:
                break
            factors.append(factor)
        return tuple(factors)

    def _pixels(self, shrinking: int) -> int:
        return self.count * math.prod(self.sample_shape[1:]) // shrinking**2

    def shape(self, shrinking: int) -> tuple[int, ...]:
        """(count, C, H / shrinking, W / shrinking)."""
        channels, height, width = self.sample_shape
        return (self.count, channels, height // shrinking, width // shrinking)

    def start(self, shrinking: int) -> int:
        """The byte at which an overview begins."""
        return sum(math.prod(self.shape(s)) for s in self.shrinkings if s < shrinking)

    @property
    def byte_count(self) -> int:
        """Of the whole record."""
        return sum(math.prod(self.shape(shrinking)) for shrinking in self.shrinkings)

    def write(self, x: Tensor, out: Tensor) -> LevelRange:
        """Write a frame (count, C, H, W) to ``out``, uint8 (byte_count,) on the same device."""
        parts = [self._part(out, shrinking) for shrinking in self.shrinkings]
        level_range = write_levels(x, parts[0])
        at_once = self.count if x.device.type != "cpu" else 1
        if len(parts) > 1:
            for first in range(0, self.count, at_once):
                few = slice(first, first + at_once)
                _write_overviews(x[few], [part[few] for part in parts[1:]])
        return level_range

    def _part(self, record: Tensor, shrinking: int) -> Tensor:
        shape, start = self.shape(shrinking), self.start(shrinking)
        return record[start : start + math.prod(shape)].view(shape)


def _write_overviews(x: Tensor, outs: list[Tensor]) -> None:
    """Each half as large as the one before."""
    small = x.clamp(-1, 1).add_(1).mul_(127.5)
    for out in outs:
        small = _halved(small)
        out.copy_(small.round())


def _halved(images: Tensor) -> Tensor:
    """The means of squares of 2 x 2 pixels; on a CPU half the time of avg_pool2d."""
    rows = images[..., 0::2, :] + images[..., 1::2, :]
    return (rows[..., 0::2] + rows[..., 1::2]).mul_(0.25)
