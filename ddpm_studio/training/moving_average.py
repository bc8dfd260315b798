"""The exponential moving average of the weights, from which samples are drawn (DDPM, appendix B)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MovingAverage:
    """average <- decay · average + (1 - decay) · weights, after every step.

    The decay warms up as (1 + n) / (10 + n) until it reaches ``decay``, so that a short training
    is not dominated by the random start.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self._updates = 0
        self._live = list(network.state_dict(keep_vars=True).values())
        self._names = list(network.state_dict())
        self._average = [tensor.detach().clone() for tensor in self._live]

    @torch.no_grad()
    def update(self) -> None:
        """Take in the network's present weights."""
        self._updates += 1
        decay = min(self.decay, (1 + self._updates) / (10 + self._updates))
        torch._foreach_lerp_(self._average, [w.detach() for w in self._live], 1.0 - decay)

    def weights(self) -> dict[str, Tensor]:
        """A copy of the averaged weights, by name."""
        return {name: t.clone() for name, t in zip(self._names, self._average, strict=True)}
