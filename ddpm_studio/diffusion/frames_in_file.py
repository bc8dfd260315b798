"""Frames of images as levels in a temporary file: of chains for which memory is too small."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ddpm_studio.diffusion.frame_levels import Bytes, FrameRecord, LevelRange
from ddpm_studio.temporary_file import TemporaryFile


class FramesInFile:
    """x_t of images (count, C, H, W) for every ``kept_every``-th t from 0, and for T.

    One thread keeps frames, others read those kept already. Reading waits for the disk.
    Raises TemporaryFileError, as do all of its methods.
    """

    is_in_memory = False

    def __init__(self, T: int, record: FrameRecord, kept_every: int, folder: Path) -> None:
        self._T = T
        self.kept_every = kept_every
        self.record = record
        kept = math.ceil(T / kept_every) + 1
        self._file = TemporaryFile(folder, kept * record.byte_count)
        self._previews = np.empty((kept, record.preview_bytes), np.uint8)
        self._ranges: dict[int, LevelRange] = {}
        self._bytes = torch.empty(0, dtype=torch.uint8)  # of the frame being kept, on the CPU

    def keeps(self, t: int) -> bool:
        """Whether x_t is one of those that are kept."""
        return t % self.kept_every == 0 or t == self._T

    def keep(self, t: int, x: Tensor) -> None:
        """Store x_t, wherever it lies; nothing where it is none of those that are kept."""
        if self.keeps(t):
            level_range, content = self._written(x)
            end = self.record.byte_count
            self._file.write(self._order(t) * end, content[:end].numpy().data)
            self._previews[self._order(t)] = content[end:].numpy()
            self._ranges[t] = level_range

    def _written(self, x: Tensor) -> tuple[LevelRange, Tensor]:
        """The bytes of x on the CPU, in a buffer that is used again.

        They are computed where x lies. Memory that a GPU can write to itself is filled twice as fast
        and without a copy in between; the wait is for that copy alone.
        """
        if not len(self._bytes):
            size = self.record.byte_count + self.record.preview_bytes
            self._bytes = torch.empty(size, dtype=torch.uint8, pin_memory=x.is_cuda)
        if x.device.type == "cpu":
            return self.record.write(x, self._bytes), self._bytes
        there = torch.empty(len(self._bytes), dtype=torch.uint8, device=x.device)
        level_range = self.record.write(x, there)
        self._bytes.copy_(there, non_blocking=True)
        if x.is_cuda:
            torch.cuda.current_stream(x.device).synchronize()
        return level_range, self._bytes

    def samples(self, t: int, first: int, end: int) -> NDArray[np.float32]:
        """Samples ``first`` … ``end`` - 1 of x_t: no others are read."""
        return self._ranges[t].values(self._read(t, 1, first, end))

    def overview(self, t: int, shrinking: int) -> Bytes:
        """All images, ``shrinking`` times smaller: :class:`FrameRecord` says what the bytes are."""
        return self._read(t, shrinking, 0, self.record.count)

    def preview(self, t: int) -> Bytes | None:
        """An overview that is there at once, however small; None where memory has no room for any."""
        shrinking = self.record.preview_shrinking
        if not shrinking:
            return None
        return self._previews[self._order(t)].reshape(self.record.shape(shrinking))

    def _read(self, t: int, shrinking: int, first: int, end: int) -> Bytes:
        _, *image = self.record.shape(shrinking)
        levels = np.empty((end - first, *image), np.uint8)
        start = self._order(t) * self.record.byte_count
        start += self.record.start(shrinking) + first * math.prod(image)
        self._file.read(start, levels.data)
        return levels

    def _order(self, t: int) -> int:
        """Which of the frames kept x_t is."""
        return math.ceil(t / self.kept_every)
