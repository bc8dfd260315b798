"""Reads a network's tensors one after another, and says after each how many bytes of theirs are read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING

from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.loading_progress import LoadingProgress

if TYPE_CHECKING:
    from torch import Tensor

WeightReading = Generator[LoadingProgress, None, "dict[str, Tensor]"]
"""Whoever drives it may give it up between two tensors."""


def read_in_turn(
    sources: Mapping[str, Sequence[StoredTensor]], made_of: Callable[[str, list[Tensor]], Tensor]
) -> WeightReading:
    """Our tensors, ``made_of(name, those at sources[name])`` each; the file's are float32 by then.

    The total is what the numbers of these tensors take in the file: of a checkpoint, which also holds
    an optimiser or another set of weights, a part. Raises ModelFileError.
    """
    total = sum(tensor.byte_count for theirs in sources.values() for tensor in theirs)
    done = 0
    yield LoadingProgress(done, total)
    found = {}
    for name, theirs in sources.items():
        parts = []
        for tensor in theirs:
            parts.append(tensor.read())
            done += tensor.byte_count
            yield LoadingProgress(done, total)
        found[name] = made_of(name, parts)
    return found
