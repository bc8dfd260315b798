"""The random numbers of a training that are drawn elsewhere: dropout draws from torch's own generators."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Generator, Tensor, nn


def restore_generator(generator: Generator, state: Tensor | None, fresh_seed: int) -> None:
    """Put a generator into a stored state; without one, seed it. Raises RuntimeError for no state."""
    if state is None:
        generator.manual_seed(fresh_seed)
    else:
        generator.set_state(state)


class DropoutRandomness:
    """The global generator of a device is the training's while it computes, and nobody else's after.

    So a driver may draw from it between two steps, and a checkpoint can hold its state. Where a
    network draws nothing, nothing is exchanged.
    """

    def __init__(self, network: nn.Module, seed: int, device: torch.device) -> None:
        self._device = device
        self._is_used = any(
            isinstance(module, nn.Dropout) and module.p > 0 for module in network.modules()
        )
        self._state = self._seeded(seed)

    def _seeded(self, seed: int) -> Tensor:
        kind = self._device.type
        return Generator(self._device if kind == "cuda" else "cpu").manual_seed(seed).get_state()

    @contextmanager
    def ours(self, *, keep: bool = True) -> Iterator[None]:
        """With ``keep`` false, what is drawn in the block is drawn again in the next one."""
        if not self._is_used:
            yield
            return
        others = self._global_state()
        self._set_global(self._state)
        try:
            yield
        finally:
            if keep:
                self._state = self._global_state()
            self._set_global(others)

    def _global_state(self) -> Tensor:
        if self._device.type == "cuda":
            return torch.cuda.get_rng_state(self._device)
        return torch.get_rng_state()

    def _set_global(self, state: Tensor) -> None:
        if self._device.type == "cuda":
            torch.cuda.set_rng_state(state, self._device)
        else:
            torch.set_rng_state(state)

    def state(self) -> dict[str, Tensor]:
        """What decides all further draws; one uint8 tensor, named after the kind of device."""
        return {self._name: self._state}

    def restore(self, states: dict[str, Tensor], fresh_seed: int) -> None:
        """Go on where :meth:`state` was taken; on another kind of device, with ``fresh_seed``."""
        state = states.get(self._name)
        self._state = self._seeded(fresh_seed) if state is None else state

    def reseed(self, seed: int) -> None:
        """Begin anew: for the processes of which a checkpoint keeps no state."""
        self._state = self._seeded(seed)

    @property
    def _name(self) -> str:
        return f"dropout_{'cuda' if self._device.type == 'cuda' else 'cpu'}"
