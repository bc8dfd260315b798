"""A network on CUDA whose kernels are recorded: for chains of which a whole step is not."""

from __future__ import annotations

import threading

import torch
from torch import Tensor, nn

from ddpm_studio.networks.recording import recorded


class GraphedNetwork(nn.Module):
    """Predicts for samples of one shape by replaying; for any other shape it asks the network.

    It always asks it where it cannot be recorded. ``example`` (B, …) and ``label`` (B,) lie on a
    CUDA device, t goes up to T; outputs may differ by ``limit`` of their norm. Several threads may
    ask it: a chain that was given up takes its last step beside the next one's first. Raises
    torch.OutOfMemoryError.
    """

    def __init__(
        self, network: nn.Module, example: Tensor, T: int, label: Tensor | None, limit: float
    ) -> None:
        super().__init__()
        self.network = network
        self._lock = threading.Lock()  # of the memory that is read and written by a replay
        with torch.inference_mode(False):  # such tensors may be written to in any mode
            self._x = example.new_zeros(example.shape)
            self._t = torch.ones(1, dtype=torch.long, device=example.device)
            self._label = None if label is None else label.new_zeros(label.shape)
        more = () if label is None else (label,)
        self._recording = recorded(
            self._ask, example.device, lambda: self._load(example, self._t * T, *more), limit
        )

    @property
    def is_recorded(self) -> bool:
        """Whether it replays at all."""
        return self._recording is not None

    def _ask(self) -> tuple[Tensor]:
        more = () if self._label is None else (self._label,)
        return (self.network(self._x, self._t, *more),)

    def _load(self, x: Tensor, t: Tensor, *more: Tensor) -> None:
        self._x.copy_(x)
        self._t.copy_(t)
        if self._label is not None:
            self._label.copy_(more[0])

    def forward(self, x: Tensor, t: Tensor, *more: Tensor) -> Tensor:
        """As the network's own."""
        fits = x.shape == self._x.shape and len(more) == (self._label is not None)
        if self._recording is None or not fits:
            output: Tensor = self.network(x, t, *more)
            return output
        with self._lock:
            self._load(x, t, *more)
            self._recording.replay()
            return self._recording.outputs[0].clone()  # the next replay writes there
