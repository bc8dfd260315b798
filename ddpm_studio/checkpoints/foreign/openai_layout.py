"""Networks of OpenAI's improved-diffusion and guided-diffusion, read off the shapes of their tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ddpm_studio.explained_error import ExplainedError, brief
from ddpm_studio.networks.configuration import Resampling, TimeOrder, UNetConfiguration

Shapes = Mapping[str, tuple[int, ...]]

NORM_GROUPS = 32  # of every normalisation in their code


class LayoutError(ExplainedError):
    """Tensors that make none of their networks; the message is the end of a sentence."""


@dataclass(frozen=True)
class Layout:
    """The way down of one of their networks, which a classifier has, too.

    time_channels   sines and cosines of t; their "model_channels"
    level_widths    feature maps of each level
    attends         of each level, whether its blocks are followed by attention
    """

    image_channels: int
    time_channels: int
    stem_width: int
    level_widths: tuple[int, ...]
    attends: tuple[bool, ...]
    blocks_per_level: int
    resampling: str
    scale_shift: bool

    @property
    def levels(self) -> int:
        """How many resolutions there are."""
        return len(self.level_widths)

    @property
    def attended_widths(self) -> tuple[int, ...]:
        """Feature maps of all attentions; there is always one at the coarsest level."""
        widths = zip(self.level_widths, self.attends, strict=True)
        return (*(width for width, attend in widths if attend), self.level_widths[-1])

    def configuration(self, image_size: int, **answers: Any) -> UNetConfiguration:
        """The network, with what the shapes do not tell. Raises NetworkConfigurationError."""
        common = math.gcd(*self.level_widths)
        channels = self.time_channels if common % self.time_channels == 0 else common
        sizes = (image_size // 2**level for level in range(self.levels) if self.attends[level])
        return UNetConfiguration(
            image_size=image_size,
            image_channels=self.image_channels,
            channels=channels,
            channel_multipliers=tuple(width // channels for width in self.level_widths),
            blocks_per_level=self.blocks_per_level,
            attention_sizes=tuple(sizes),
            dropout=0.0,
            norm_groups=NORM_GROUPS,
            time_order=TimeOrder.COS_SIN,
            time_shift=0,
            time_channels=None if self.time_channels == channels else self.time_channels,
            stem_channels=None if self.stem_width == channels else self.stem_width,
            resampling=self.resampling,
            scale_shift=self.scale_shift,
            **answers,
        )


def input_count(shapes: Shapes) -> int:
    """How many entries "input_blocks" has; some may have no tensors."""
    indices = [name.split(".")[1] for name in shapes if name.startswith("input_blocks.")]
    numbers = [int(index) for index in indices if index.isdecimal() and len(index) < 4]
    return max(numbers, default=-1) + 1


def possible_blocks(shapes: Shapes) -> tuple[int, ...]:
    """Blocks per level; of a classifier whose levels are joined by blocks there may be several.

    A layer between two levels is known by its convolution or, without one, by having no tensors.
    Where it is a block like any other, the way up says how many come before it.
    """
    count = input_count(shapes)
    joints = [n for n in range(1, count) if not _is_block(shapes, n)]
    if joints:
        return (joints[0] - 1,)
    if any(name.startswith("output_blocks.") for name in shapes):
        growing = (m for m in range(count) if _grows(shapes, m))
        return (next(growing, count - 1),)
    return tuple(blocks for blocks in range(1, count) if _may_have(shapes, count, blocks))


def _is_block(shapes: Shapes, n: int) -> bool:
    return f"input_blocks.{n}.0.in_layers.2.weight" in shapes


def _attends(shapes: Shapes, n: int) -> bool:
    return f"input_blocks.{n}.1.qkv.weight" in shapes


def _grows(shapes: Shapes, m: int) -> bool:
    return any(f"output_blocks.{m}.{k}.in_layers.2.weight" in shapes for k in (1, 2))


def _may_have(shapes: Shapes, count: int, blocks: int) -> bool:
    """Whether no level mixes blocks with and without attention, or joint and attention."""
    if count % (blocks + 1):
        return False
    for start in range(0, count, blocks + 1):
        level = range(start + 1, start + blocks + 1)
        if len({_attends(shapes, n) for n in level}) > 1:
            return False
        if any(f"input_blocks.{n}.0.skip_connection.weight" in shapes for n in level[1:]):
            return False
        is_joint = start > 0
        if is_joint and (
            _attends(shapes, start) or f"input_blocks.{start}.0.skip_connection.weight" in shapes
        ):
            return False
    return True


def read_layout(shapes: Shapes, blocks: int) -> Layout:
    """The layout with so many blocks per level. Raises LayoutError."""
    count = input_count(shapes)
    if blocks < 1 or count % (blocks + 1):
        raise LayoutError("its levels do not have the same number of blocks")
    firsts = range(1, count, blocks + 1)
    stem, time = (
        required_shape(shapes, "input_blocks.0.0.weight", 4),
        required_shape(shapes, "time_embed.0.weight"),
    )
    convolutions = [
        required_shape(shapes, f"input_blocks.{n}.0.in_layers.2.weight", 4) for n in firsts
    ]
    widths = tuple(shape[0] for shape in convolutions)
    rows = required_shape(shapes, "input_blocks.1.0.emb_layers.1.weight")[0]
    return Layout(
        image_channels=stem[1],
        time_channels=time[1],
        stem_width=stem[0],
        level_widths=widths,
        attends=tuple(_attends(shapes, n) for n in firsts),
        blocks_per_level=blocks,
        resampling=_resampling(shapes, blocks + 1, count),
        scale_shift=rows == 2 * widths[0],
    )


def _resampling(shapes: Shapes, joint: int, count: int) -> Resampling:
    if joint >= count or f"input_blocks.{joint}.0.op.weight" in shapes:
        return Resampling.CONVOLUTION
    return Resampling.BLOCKS if _is_block(shapes, joint) else Resampling.AVERAGE


def required_shape(shapes: Shapes, name: str, dimensions: int = 2) -> tuple[int, ...]:
    """A tensor's shape. Raises LayoutError where it is missing, empty or of other dimensions."""
    shape = shapes.get(name, ())
    if len(shape) != dimensions or not all(shape):
        raise LayoutError("it has no {name} of the usual shape", name=brief(name))
    return shape
