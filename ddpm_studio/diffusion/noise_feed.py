"""Noise for a device that computes meanwhile: drawn on the CPU, and copied while nobody waits.

One buffer is drawn into while the other is copied and read. A buffer is used again only behind what
reads it, on either side.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import torch
from torch import Tensor

from ddpm_studio.diffusion.device_queue import Mark, also_used, host_memory, second_queue


class _Buffer:
    """The same noise in both memories, and how far each copy of it is used."""

    def __init__(self, shape: tuple[int, ...], device: torch.device) -> None:
        self.here = host_memory(shape, torch.float32, device)
        self.there = torch.empty(shape, device=device)
        self.copied = self.read = Mark(device)


class NoiseFeed:
    """z ~ N(0, I) of ``shape``, float32, one draw after the other: the numbers of standard_normal.

    ``generator`` is a CPU one. It is drawn from when noise is asked for and no earlier, so that its
    state always says where the chain is.
    """

    def __init__(
        self, shape: tuple[int, ...], generator: torch.Generator, device: torch.device
    ) -> None:
        self._generator, self._device = generator, device
        self._buffers = cycle([_Buffer(shape, device) for _ in range(2)])

    @contextmanager
    def drawn(self) -> Iterator[Tensor]:
        """The next z, on the device, for what is queued in here: it is written to again later."""
        buffer = next(self._buffers)
        buffer.copied.wait()  # the last copy out of this memory
        torch.randn(buffer.here.shape, generator=self._generator, out=buffer.here)
        with second_queue(self._device, "noise", after=buffer.read):
            also_used(buffer.there).copy_(buffer.here, non_blocking=True)
            buffer.copied = Mark(self._device)
        buffer.copied.goes_before(self._device)
        try:
            yield buffer.there
        finally:
            buffer.read = Mark(self._device)
