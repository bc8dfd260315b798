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
        live = network.state_dict(keep_vars=True)
        self._names = list(live)
        self._live = [tensor.detach() for tensor in live.values()]  # they share their memory
        self._average = [tensor.clone() for tensor in self._live]

    @torch.no_grad()
    def update(self) -> None:
        """Take in the network's present weights."""
        self._updates += 1
        decay = min(self.decay, (1 + self._updates) / (10 + self._updates))
        torch._foreach_lerp_(self._average, self._live, 1.0 - decay)

    def weights(self) -> dict[str, Tensor]:
        """A copy of the averaged weights, by name."""
        return {name: tensor.clone() for name, tensor in self.state().items()}

    def state(self) -> dict[str, Tensor]:
        """The averaged weights themselves, by name."""
        return dict(zip(self._names, self._average, strict=True))

    def restore(self, weights: dict[str, Tensor], updates: int) -> None:
        """Go on from stored weights, after so many updates. Raises KeyError or ValueError."""
        for name, tensor in self.state().items():
            if weights[name].shape != tensor.shape:
                raise ValueError  # copying would repeat a smaller one
            tensor.copy_(weights[name])
        self._updates = updates
