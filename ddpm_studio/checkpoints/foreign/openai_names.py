"""How the tensors of OpenAI's networks are named here and there, and how their rows are ordered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ddpm_studio.checkpoints.foreign.openai_layout import Layout, LayoutError, Shapes
from ddpm_studio.explained_error import brief
from ddpm_studio.networks.classifier_configuration import Pooling
from ddpm_studio.networks.configuration import Resampling

if TYPE_CHECKING:
    from torch import Tensor

Layers = Iterator[tuple[str, str]]
"""Pairs of our name of a layer and theirs."""

_BLOCK = {
    "norm_in": "in_layers.0",
    "conv_in": "in_layers.2",
    "time": "emb_layers.1",
    "norm_out": "out_layers.0",
    "conv_out": "out_layers.3",
    "shortcut": "skip_connection",
}
_ATTENTION = {"norm": "norm", "query_key_value": "qkv", "projection": "proj_out"}
_POOLS = {
    Pooling.ATTENTION: {"norm": "0", "query_key_value": "2.qkv_proj", "projection": "2.c_proj"},
    Pooling.AVERAGE: {"norm": "0", "output": "3"},
    Pooling.ALL_LEVELS: {"hidden": "0", "output": "2"},
    Pooling.ALL_LEVELS_NORMED: {"hidden": "0", "norm": "1", "output": "3"},
}
_POSITION = ("pool.position", "out.2.positional_embedding")

LEGACY, NEW = "legacy", "new"
"""Rows of their q, k and v: head by head, each with its own three; or all q, all k, all v as ours."""


def tensor_names(layers: Layers, shapes: Shapes) -> dict[str, str]:
    """Theirs by ours, of all the file's tensors. Raises LayoutError where one is left over.

    A layer that a file does not have, such as a shortcut between equal widths, is left out.
    """
    names = {
        f"{ours}.{kind}": f"{theirs}.{kind}"
        for ours, theirs in layers
        for kind in ("weight", "bias")
        if f"{theirs}.{kind}" in shapes
    }
    if _POSITION[1] in shapes:
        names |= dict([_POSITION])  # a tensor that is no layer's
    left = set(shapes) - set(names.values())
    if left:
        raise LayoutError("its {name} has no place in such a network", name=brief(min(left)))
    return names


def way_down(layout: Layout) -> Layers:
    """All up to the middle."""
    yield "time.0", "time_embed.0"
    yield "time.2", "time_embed.2"
    yield "stem", "input_blocks.0.0"
    n = 1
    for level in range(layout.levels):
        for block in range(layout.blocks_per_level):
            yield from _stage(f"down.{level}.{block}", f"input_blocks.{n}", layout.attends[level])
            n += 1
        if level < layout.levels - 1:
            yield from _joint(f"shrink.{level}", f"input_blocks.{n}.0", layout, "op")
            n += 1
    yield from _block("middle.0.block", "middle_block.0")
    yield from _attention("middle.0.attention", "middle_block.1")
    yield from _block("middle.1.block", "middle_block.2")


def way_up(layout: Layout) -> Layers:
    """All after the middle."""
    m = 0
    for step, level in enumerate(reversed(range(layout.levels))):
        attend = layout.attends[level]
        for block in range(layout.blocks_per_level + 1):
            yield from _stage(f"up.{step}.{block}", f"output_blocks.{m}", attend)
            m += 1
        if level:
            place = f"output_blocks.{m - 1}.{2 if attend else 1}"
            yield from _joint(f"grow.{step}", place, layout, "conv")
    yield "head_norm", "out.0"
    yield "head", "out.2"


def pool(pooling: str) -> Layers:
    """What a classifier has after the middle."""
    yield from (
        (f"pool.{ours}", f"out.{theirs}") for ours, theirs in _POOLS[Pooling(pooling)].items()
    )


def _stage(ours: str, theirs: str, attend: bool) -> Layers:
    yield from _block(f"{ours}.block", f"{theirs}.0")
    if attend:
        yield from _attention(f"{ours}.attention", f"{theirs}.1")


def _joint(ours: str, theirs: str, layout: Layout, convolution: str) -> Layers:
    if layout.resampling == Resampling.BLOCKS:
        yield from _block(ours, theirs)
    elif layout.resampling == Resampling.CONVOLUTION:
        yield ours, f"{theirs}.{convolution}"


def _block(ours: str, theirs: str) -> Layers:
    return ((f"{ours}.{mine}", f"{theirs}.{other}") for mine, other in _BLOCK.items())


def _attention(ours: str, theirs: str) -> Layers:
    return ((f"{ours}.{mine}", f"{theirs}.{other}") for mine, other in _ATTENTION.items())


# Shapes and rows


def our_shape(ours: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Their attention convolves a line and ours an image; their pooling convolves, ours is linear."""
    if ours.startswith("pool.") and ours.endswith(".weight"):
        return shape[:2]
    is_attention = ours.endswith((".query_key_value.weight", ".projection.weight"))
    return (*shape, 1) if is_attention and len(shape) == 3 else shape


def our_layout(ours: str, tensor: Tensor, order: str, heads: int) -> Tensor:
    """A tensor of theirs with its rows in our order and of our shape."""
    # The attention of a classifier's pooling is always in the new order.
    if order == LEGACY and ".attention.query_key_value." in ours:
        # (heads, 3, width, …) becomes (3, heads, width, …).
        by_head = tensor.reshape(heads, 3, -1, *tensor.shape[1:])
        tensor = by_head.transpose(0, 1).reshape(tensor.shape)
    return tensor.reshape(our_shape(ours, tuple(tensor.shape))).contiguous()
