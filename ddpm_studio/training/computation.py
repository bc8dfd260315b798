"""How a network is trained fastest, in which precision and layout: measured on its device, not assumed."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

AUTO_WORTH, LAYOUT_WORTH = 1 / 1.1, 0.97
"""Of the usual way's time: what another may take at most. A rougher precision must be worth it."""

_ROUNDS = 5
_LONG_ENOUGH_SECONDS = 0.2  # of one measured step; a part of the batch may do

Inputs = tuple[Tensor, ...]

FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


@dataclass(frozen=True)
class Computation:
    """precision: "float32" or "bfloat16" (autocast); memory_format: a key of FORMATS."""

    precision: str
    memory_format: str

    def autocast(self, device: torch.device) -> torch.autocast:
        """The block in which the network is called."""
        enabled = self.precision == "bfloat16"
        return torch.autocast(device.type, torch.bfloat16, enabled=enabled)

    def laid_out(self, x: Tensor) -> Tensor:
        """The network's input."""
        if self.memory_format == "contiguous":
            return x
        return x.contiguous(memory_format=FORMATS[self.memory_format])


def has_bfloat16(device: torch.device) -> bool:
    """Whether torch has autocast there."""
    return torch.amp.is_autocast_available(device.type)


def possible_computations(
    device: torch.device, precision: str | None, memory_format: str | None, *, has_layouts: bool
) -> list[Computation]:
    """Those to choose from, the usual one first; what is given, and not None, is settled already.

    ``has_layouts``: the network's inputs can lie in memory in more than one way. On the CPU
    "float32" is one thing, the same bit for bit every time.
    """
    precisions = [precision or "float32"]
    if precision is None and has_bfloat16(device):
        precisions.append("bfloat16")
    formats = [memory_format or "contiguous"]
    may_differ = device.type == "cuda" or precision is None
    if memory_format is None and may_differ and has_layouts:
        formats.append("channels_last")
    return [Computation(kind, name) for kind in precisions for name in formats]


def fastest(
    network: nn.Module,
    inputs: Inputs,
    candidates: Sequence[Computation],
    worth: float,
    agreed: Callable[[Tensor], Tensor],
) -> Computation:
    """The one of ``candidates`` with the shortest step, if it takes ``worth`` of the first one's time.

    ``inputs`` are what is trained with: x_t (B, …), t (B,) and what else the network is given.
    ``agreed`` turns this process's seconds into those that all decide by. The network and the global
    generators are left as they were.
    """
    if len(candidates) == 1:
        return candidates[0]
    device = inputs[0].device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        try:
            seconds = _shortest(network, inputs, candidates)
        except torch.OutOfMemoryError:  # the first step will say so
            seconds = [1.0] * len(candidates)
    usual, *others = agreed(torch.tensor(seconds, device=device)).tolist()
    if min(others) <= worth * usual:
        return candidates[1 + others.index(min(others))]
    return candidates[0]


def _shortest(network: nn.Module, inputs: Inputs, candidates: Sequence[Computation]) -> list[float]:
    """Seconds of each. They take turns: what slows the machine down for a while slows all."""
    layouts = _copies(network, {each.memory_format for each in candidates})
    part = _enough(layouts, inputs, candidates[0])
    rounds = [
        [_step_seconds(layouts, part, each) for each in candidates] for _ in range(1 + _ROUNDS)
    ]
    return [min(times) for times in zip(*rounds[1:], strict=True)]  # the first one is a warm-up


def _copies(network: nn.Module, formats: Iterable[str]) -> dict[str, nn.Module]:
    return {name: in_layout(copy.deepcopy(network).train(), name) for name in formats}


def in_layout(network: nn.Module, name: str) -> nn.Module:
    """The same network with its weights in the memory format of that name."""
    # torch's stubs have no overload with a memory format alone.
    laid_out: nn.Module = network.to(memory_format=FORMATS[name])  # type: ignore[call-overload]
    return laid_out


def _enough(layouts: dict[str, nn.Module], inputs: Inputs, usual: Computation) -> Inputs:
    """A part of a step that is long enough to be measured; for large networks few samples."""
    whole = len(inputs[0])
    size = min(2, whole)
    _step_seconds(layouts, _first(inputs, size), usual)
    while size < whole:
        if _step_seconds(layouts, _first(inputs, size), usual) >= _LONG_ENOUGH_SECONDS:
            break
        size = min(2 * size, whole)
    return _first(inputs, size)


def _first(inputs: Inputs, size: int) -> Inputs:
    return tuple(each[:size] for each in inputs)


def _step_seconds(layouts: dict[str, nn.Module], inputs: Inputs, computation: Computation) -> float:
    x, *given = inputs
    network = layouts[computation.memory_format]
    network.zero_grad(set_to_none=True)
    began = time.perf_counter()
    with computation.autocast(x.device):
        output = network(computation.laid_out(x), *given)
    loss = output.float().square().mean()
    loss.backward()
    loss.item()  # waits for the device
    return time.perf_counter() - began
