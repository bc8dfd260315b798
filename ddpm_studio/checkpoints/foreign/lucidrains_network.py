"""The U-Net of a denoising-diffusion-pytorch checkpoint: its settings from the shapes, and our names.

Names and shapes are those of that project's versions 1.9 to 2.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading, read_in_turn

if TYPE_CHECKING:
    from torch import Tensor

Shape = tuple[int, ...]

_NAMES = [
    (re.compile(theirs), ours)
    for theirs, ours in (
        (r"^init_conv\.", "stem."),
        (r"^time_mlp\.1\.", "time.0."),
        (r"^time_mlp\.3\.", "time.2."),
        (r"^mid_block1\.", "middle_in."),
        (r"^mid_attn\.", "middle_attention."),
        (r"^mid_block2\.", "middle_out."),
        (r"^final_res_block\.", "end."),
        (r"^final_conv\.", "head."),
        (r"^(down|up)s\.(\d+)\.0\.", r"\1.\2.first."),
        (r"^(down|up)s\.(\d+)\.1\.", r"\1.\2.second."),
        (r"^(down|up)s\.(\d+)\.2\.", r"\1.\2.attention."),
        # Where there is a change of resolution it is the first layer of two, and has no weights.
        (r"^downs\.(\d+)\.3\.(1\.)?", r"down.\1.resize."),
        (r"^ups\.(\d+)\.3\.(1\.)?", r"up.\1.resize.1."),
        (r"\.mlp\.1\.", ".time."),
        (r"\.block1\.proj\.", ".conv_in."),
        (r"\.block1\.norm\.", ".norm_in."),
        (r"\.block2\.proj\.", ".conv_out."),
        (r"\.block2\.norm\.", ".norm_out."),
        (r"\.res_conv\.", ".shortcut."),
        (r"\.to_qkv\.", ".query_key_value."),
        (r"\.to_out\.", ".projection."),
        (r"\.mem_kv$", ".memory"),
        (r"\.g$", ".weight"),
    )
]


class UnknownNetworkError(Exception):
    """Tensors that are not those of that project's Unet."""


@dataclass(frozen=True)
class NetworkShapes:
    """What the shapes of its tensors tell of the network; the names are LucidrainsConfiguration's."""

    settings: dict[str, Any]
    widths: tuple[int, ...]
    has_group_norm: bool


def network_shapes(tensors: Mapping[str, StoredTensor]) -> NetworkShapes:
    """All that can be known without asking. Raises UnknownNetworkError where it is another network."""
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    try:
        return _network_shapes(shapes)
    except (KeyError, ValueError, IndexError):
        raise UnknownNetworkError from None


def _network_shapes(shapes: dict[str, Shape]) -> NetworkShapes:
    stem, inputs, *kernel = shapes["init_conv.weight"]
    if kernel != [7, 7]:
        raise UnknownNetworkError
    _, channels = shapes["time_mlp.1.weight"]
    levels = 1 + max(int(name.split(".")[1]) for name in shapes if name.startswith("downs."))
    handed_on = [_resized_width(shapes, level) for level in range(levels)]
    attention = [_attention(shapes, f"downs.{level}.2") for level in range(levels)]
    full, heads, head_widths = zip(*attention, strict=True)
    settings = {
        "channels": channels,
        "stem_channels": stem,
        "channel_multipliers": tuple(_whole_share(width, channels) for width in handed_on),
        "full_attention": full,
        "level_heads": heads,
        "level_head_widths": head_widths,
        **_image_settings(inputs, shapes["final_conv.weight"][0]),
    }
    has_group_norm = "mid_block1.block1.norm.bias" in shapes
    return NetworkShapes(settings, (stem, *handed_on), has_group_norm)


def _image_settings(inputs: int, outputs: int) -> dict[str, int | bool]:
    """With self-conditioning two images go in; with a learned variance two come out; never both."""
    if 0 < inputs == 2 * outputs:
        return {"image_channels": outputs, "self_condition": True}
    if inputs != outputs and outputs != 2 * inputs:
        raise UnknownNetworkError
    return {"image_channels": inputs, "learned_range": outputs != inputs}


def _resized_width(shapes: dict[str, Shape], level: int) -> int:
    name = f"downs.{level}.3"
    shape = shapes.get(f"{name}.1.weight") or shapes[f"{name}.weight"]
    return shape[0]


def _attention(shapes: dict[str, Shape], name: str) -> tuple[bool, int, int]:
    """Whether it is full, its heads, and their width."""
    _, heads, *both = shapes[f"{name}.mem_kv"]
    is_full = f"{name}.to_out.weight" in shapes
    positions_then_width = both if is_full else both[::-1]
    return is_full, heads, positions_then_width[1]


def _whole_share(width: int, channels: int) -> int:
    if channels < 1 or width % channels:
        raise UnknownNetworkError
    return width // channels


def our_shapes(tensors: Mapping[str, StoredTensor]) -> dict[str, Shape]:
    """Shapes under our names and in our layouts. Raises UnknownNetworkError for other tensors."""
    shapes = {
        _our_name(name): _our_shape(name, tensor.shape, tensors) for name, tensor in tensors.items()
    }
    if len(shapes) < len(tensors):
        raise UnknownNetworkError
    return shapes


def our_weights(tensors: Mapping[str, StoredTensor]) -> WeightReading:
    """The numbers themselves, float32. Raises ModelFileError where they cannot be read."""
    theirs = {_our_name(name): name for name in tensors}

    def made_of(ours: str, parts: list[Tensor]) -> Tensor:
        return _our_tensor(theirs[ours], parts[0].float(), tensors)

    return read_in_turn({ours: [tensors[name]] for ours, name in theirs.items()}, made_of)


def _our_name(name: str) -> str:
    for theirs, ours in _NAMES:
        name = theirs.sub(ours, name)
    return name


def _our_shape(name: str, shape: Shape, tensors: Mapping[str, StoredTensor]) -> Shape:
    if len(shape) != 4:
        return shape
    if name.endswith(".g"):  # (1, C, 1, 1)
        return shape[1:2]
    if _is_halving(
        name
    ):  # (O, 4 I, 1, 1) behind the pixels of 2x2 beside each other: I, row, column
        return (shape[0], shape[1] // 4, 2, 2)
    if _has_positions_first(name, tensors):
        return (*shape[:2], shape[3], shape[2])
    return shape


def _our_tensor(name: str, tensor: Tensor, tensors: Mapping[str, StoredTensor]) -> Tensor:
    if _has_positions_first(name, tensors):
        return tensor.transpose(2, 3).contiguous()
    return tensor.reshape(_our_shape(name, tensors[name].shape, tensors))


def _is_halving(name: str) -> bool:
    return name.startswith("downs.") and name.endswith(".3.1.weight")


def _has_positions_first(name: str, tensors: Mapping[str, StoredTensor]) -> bool:
    """Of full attention's memories they stand before the width, of linear attention's behind it."""
    attention, _, last = name.rpartition(".")
    return last == "mem_kv" and f"{attention}.to_out.weight" in tensors
