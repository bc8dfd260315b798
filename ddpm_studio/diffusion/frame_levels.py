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

    @classmethod
    def of(cls, numbers: Tensor) -> LevelRange:
        """Of what :func:`queue_levels` returned; waits for a GPU."""
        low, size = numbers.tolist()
        return cls(low, size)


def write_levels(x: Tensor, out: Tensor) -> LevelRange:
    """Write x, float32, as levels to ``out``, uint8 of x's shape and on its device."""
    return LevelRange.of(queue_levels(x, out))


def queue_levels(x: Tensor, out: Tensor) -> Tensor:
    """The same without a wait for a GPU: low and size as a tensor (2,) where x lies."""
    flat, levels = x.reshape(-1), out.view(-1)
    low, high = torch.aminmax(flat)
    size = (high - low) / 255
    size = torch.where(size == 0, torch.ones_like(size), size)
    block = _BLOCK_VALUES if x.device.type == "cpu" else len(flat)
    for values, part in zip(flat.split(block), levels.split(block), strict=True):
        part.copy_((values - low).div_(size).round_())
    return torch.stack((low, size))


@dataclass(frozen=True)
class FrameRecord:
    """One frame of ``count`` images (C, H, W) as bytes: its levels, then its overviews.

    An overview shows the images 2, 4, … times smaller, as bytes of what a screen shows: clipped to
    [-1, 1], averaged over squares, and 0 … 255 from -1 to 1. With ``preview_shrinking`` another such
    overview follows, which is not a part of the record: memory has room for it at every t.
    """

    count: int
    sample_shape: tuple[int, ...]
    preview_shrinking: int = 0

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

    @property
    def preview_bytes(self) -> int:
        """Of the preview; 0 where there is none."""
        return math.prod(self.shape(self.preview_shrinking)) if self.preview_shrinking else 0

    def queue(self, x: Tensor, out: Tensor) -> Tensor:
        """Write a frame (count, C, H, W) to ``out``, on the same device; a GPU is not waited for.

        uint8 (byte_count + preview_bytes,). Returns the tensor of :meth:`LevelRange.of`.
        """
        level_range = queue_levels(x, self._part(out, 1, 0))
        parts = [(s, self._part(out, s, self.start(s))) for s in self.shrinkings[1:]]
        if self.preview_shrinking:
            parts.append(
                (self.preview_shrinking, self._part(out, self.preview_shrinking, self.byte_count))
            )
        at_once = self.count if x.device.type != "cpu" else 1
        for first in range(0, self.count if parts else 0, at_once):
            few = slice(first, first + at_once)
            _write_overviews(x[few], [(shrinking, part[few]) for shrinking, part in parts])
        return level_range

    def _part(self, record: Tensor, shrinking: int, start: int) -> Tensor:
        shape = self.shape(shrinking)
        return record[start : start + math.prod(shape)].view(shape)


def _write_overviews(x: Tensor, outs: list[tuple[int, Tensor]]) -> None:
    """By their shrinkings, which are powers of two."""
    small = x.clamp(-1, 1).add_(1).mul_(127.5)
    shrinking = 1
    while shrinking < max(wanted for wanted, _ in outs):
        small, shrinking = _halved(small), 2 * shrinking
        for wanted, out in outs:
            if wanted == shrinking:
                out.copy_(small.round())


def _halved(images: Tensor) -> Tensor:
    """The means of squares of 2 x 2 pixels; on a CPU half the time of avg_pool2d."""
    rows = images[..., 0::2, :] + images[..., 1::2, :]
    return (rows[..., 0::2] + rows[..., 1::2]).mul_(0.25)
