"""Frames of images as levels in a temporary file: of chains for which memory is too small."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ddpm_studio.diffusion.device_queue import Arrival
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
        # Of a frame that is being kept and lies on the CPU; memory is taken when it is written.
        self._bytes = torch.empty(record.byte_count + record.preview_bytes, dtype=torch.uint8)

    def keeps(self, t: int) -> bool:
        """Whether x_t is one of those that are kept."""
        return t % self.kept_every == 0 or t == self._T

    def keep(self, t: int, x: Tensor) -> None:
        """Store x_t, which lies on the CPU; nothing where it is none of those that are kept."""
        if self.keeps(t):
            level_range = self.record.queue(x, self._bytes)
            self._store(t, LevelRange.of(level_range), self._bytes)

    def queue(self, t: int, x: Tensor) -> Callable[[], None]:
        """The same of x_t on another device, where its bytes are computed: they alone travel.

        What is returned waits for them and stores them.
        """
        if not self.keeps(t):
            return lambda: None
        content = torch.empty(len(self._bytes), dtype=torch.uint8, device=x.device)
        level_range = Arrival(self.record.queue(x, content))
        arriving = Arrival(content)
        return lambda: self._store(t, LevelRange.of(level_range.wait()), arriving.wait())

    def _store(self, t: int, level_range: LevelRange, content: Tensor) -> None:
        end = self.record.byte_count
        self._file.write(self._order(t) * end, content[:end].numpy().data)
        self._previews[self._order(t)] = content[end:].numpy()
        self._ranges[t] = level_range

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
