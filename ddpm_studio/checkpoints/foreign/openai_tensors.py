"""The tensors of a file that OpenAI's improved-diffusion or guided-diffusion wrote: a state dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ddpm_studio.checkpoints.foreign.openai_layout import Shapes
from ddpm_studio.checkpoints.foreign.openai_names import our_layout, our_shape
from ddpm_studio.checkpoints.foreign.state_dict import named_tensors
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading, read_in_turn
from ddpm_studio.checkpoints.foreign.torch_file import TorchFile

if TYPE_CHECKING:
    from torch import Tensor

_MARKS = ("input_blocks.0.0.weight", "middle_block.0.in_layers.2.weight", "time_embed.0.weight")


def openai_tensors(file: TorchFile) -> dict[str, StoredTensor] | None:
    """By name; None where the file is of another project."""
    tensors = named_tensors(file.value)
    is_one = tensors is not None and all(mark in tensors for mark in _MARKS)
    return tensors if is_one else None


def is_model(tensors: Mapping[str, StoredTensor]) -> bool:
    """Whether there is a way up again; a classifier has none."""
    return any(name.startswith("output_blocks.") for name in tensors)


def shapes_of(tensors: Mapping[str, StoredTensor]) -> Shapes:
    """Their shapes."""
    return {name: tensor.shape for name, tensor in tensors.items()}


def our_shapes(names: Mapping[str, str], shapes: Shapes) -> dict[str, tuple[int, ...]]:
    """Shapes of what :func:`read_openai` gives."""
    return {ours: our_shape(ours, shapes[theirs]) for ours, theirs in names.items()}


def read_openai(
    tensors: Mapping[str, StoredTensor],
    names: Mapping[str, str],
    *,
    order: str,
    heads: int,
    head_width: int,
) -> WeightReading:
    """The weights under our names, float32, with the rows of attention in our order.

    ``head_width`` of 0 stands for ``heads`` of them at every width. Raises ModelFileError.
    """

    def made_of(ours: str, parts: list[Tensor]) -> Tensor:
        (tensor,) = parts
        here = tensor.shape[0] // 3 // head_width if head_width else heads
        return our_layout(ours, tensor.float(), order, here)

    return read_in_turn({ours: [tensors[theirs]] for ours, theirs in names.items()}, made_of)
