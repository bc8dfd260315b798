"""The network of diffusers, UNet2DModel: its settings, with that class's defaults, and its layers' names."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from ddpm_studio.checkpoints.foreign.json_settings import JsonSettings
from ddpm_studio.checkpoints.foreign.key_map import BlockNames, LayerMap
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.explained_error import brief
from ddpm_studio.networks.configuration import (
    FrequencyFormula,
    Resampling,
    TimeOrder,
    UNetConfiguration,
)

UNET_CLASS = "UNet2DModel"

# Kind of a block -> whether it attends, and how it joins the next level (None: a setting says it).
_DOWN = {
    "DownBlock2D": (False, "conv"),
    "AttnDownBlock2D": (True, None),
    "ResnetDownsampleBlock2D": (False, "resnet"),
}
_UP = {
    "UpBlock2D": (False, "conv"),
    "AttnUpBlock2D": (True, None),
    "ResnetUpsampleBlock2D": (False, "resnet"),
}
_MAX_LEVELS, _MAX_BLOCKS = 8, 8  # as our configuration has it; names are made for each of them
_OLD_PREFIX = "UNetRes"  # of the kinds of blocks, in the first versions
_PADDED = {0: Resampling.CONVOLUTION_END_PADDED, 1: Resampling.CONVOLUTION}

_BLOCK = {
    "norm_in": "norm1",
    "conv_in": "conv1",
    "time": "time_emb_proj",
    "norm_out": "norm2",
    "conv_out": "conv2",
}
_NAMES = BlockNames(
    block=_BLOCK,
    shortcut="conv_shortcut",
    attention={
        "norm": ("group_norm",),
        "query_key_value": ("to_q", "to_k", "to_v"),
        "projection": ("to_out.0",),
    },
)
_OLD_NAMES = BlockNames(  # until diffusers 0.15
    block=_BLOCK,
    shortcut="conv_shortcut",
    attention={
        "norm": ("group_norm",),
        "query_key_value": ("query", "key", "value"),
        "projection": ("proj_attn",),
    },
)
_ENDS: LayerMap = {
    "time.0": ("time_embedding.linear_1",),
    "time.2": ("time_embedding.linear_2",),
    "stem": ("conv_in",),
    "head_norm": ("conv_norm_out",),
    "head": ("conv_out",),
}


@dataclass(frozen=True)
class DiffusersUNet:
    """What a configuration of UNet2DModel says. ``read`` raises ModelFileError for what we lack."""

    settings: JsonSettings
    widths: tuple[int, ...]
    attends: tuple[bool, ...]
    resampling: str
    image_size: int | None

    @classmethod
    def read(cls, settings: JsonSettings) -> DiffusersUNet:
        """From the settings in ``config.json``."""
        _refuse_variations(settings)
        widths = settings.wholes("block_out_channels", (224, 448, 672, 896))
        if not 1 <= len(widths) <= _MAX_LEVELS or min(widths) < 1:
            raise _unsupported(settings, "block_out_channels")
        if _positive(settings, "layers_per_block", 2) > _MAX_BLOCKS:
            raise _unsupported(settings, "layers_per_block")
        attends, resampling = _levels(settings, len(widths))
        return cls(settings, widths, attends, resampling, _image_size(settings))

    @property
    def learns_variance(self) -> bool:
        """Whether the output has twice the channels of the input."""
        channels = _positive(self.settings, "in_channels", 3)
        output = _positive(self.settings, "out_channels", 3)
        if output not in (channels, 2 * channels):
            raise _unsupported(self.settings, "out_channels")
        return output == 2 * channels

    def network(self, image_size: int) -> UNetConfiguration:
        """The same network as ours. Raises NetworkConfigurationError where the size does not fit."""
        settings = self.settings
        stem = self.widths[0]
        # Ours are whole multiples of one width.
        unit = stem if all(width % stem == 0 for width in self.widths) else math.gcd(*self.widths)
        learned = settings.text("time_embedding_type", "positional") == "learned"
        flipped = settings.flag("flip_sin_to_cos", True)
        order = TimeOrder.COS_SIN if flipped else TimeOrder.SIN_COS
        return UNetConfiguration(
            image_size=image_size,
            image_channels=_positive(settings, "in_channels", 3),
            channels=unit,
            channel_multipliers=tuple(width // unit for width in self.widths),
            blocks_per_level=_positive(settings, "layers_per_block", 2),
            attention_sizes=tuple(
                image_size // 2**level for level, attends in enumerate(self.attends) if attends
            ),
            dropout=settings.number("dropout", 0.0),
            norm_groups=_positive(settings, "norm_num_groups", 32),
            norm_epsilon=settings.number("norm_eps", 1e-5),
            time_order=TimeOrder.TABLE if learned else order,
            time_shift=1 if learned else _whole(settings, "freq_shift", 0),
            time_formula=FrequencyFormula.PRODUCT_FIRST,
            time_rows=_positive(settings, "num_train_timesteps", None) if learned else None,
            time_channels=None if unit == stem else stem,
            stem_channels=None if unit == stem else stem,
            resampling=self.resampling,
            scale_shift=_scales(settings),
            head_width=settings.whole("attention_head_dim", 8),
            learned_range=self.learns_variance,
            classes=settings.whole("num_class_embeds", None),
        )

    def layers(self, tensors: Collection[str]) -> LayerMap:
        """Our layers -> theirs, with the names that these tensors have."""
        is_old = any(".proj_attn." in name for name in tensors)
        layers: dict[str, tuple[str, ...]] = dict(_ENDS)
        if self.settings.text("time_embedding_type", "positional") == "learned":
            layers["time_table"] = ("time_proj",)
        if self.settings.whole("num_class_embeds", None) is not None:
            layers["label"] = ("class_embedding",)
        for stage in self._stages():
            layers |= (_OLD_NAMES if is_old else _NAMES).stage(tensors, *stage)
        return layers | self._joints(tensors)

    def _stages(self) -> Iterator[tuple[str, str, str]]:
        """Our stage, and the block and the attention that it is theirs."""
        middle = "mid_block.resnets.0", "mid_block.attentions.0"
        yield "middle.0", *middle
        yield "middle.1", "mid_block.resnets.1", "-"
        blocks = _positive(self.settings, "layers_per_block", 2)
        for side, count in (("down", blocks), ("up", blocks + 1)):
            for level in range(len(self.widths)):
                block = f"{side}_blocks.{level}"
                for place in range(count):
                    yield (
                        f"{side}.{level}.{place}",
                        f"{block}.resnets.{place}",
                        f"{block}.attentions.{place}",
                    )

    def _joints(self, tensors: Collection[str]) -> dict[str, tuple[str, ...]]:
        layers: dict[str, tuple[str, ...]] = {}
        for level in range(len(self.widths) - 1):
            for ours, theirs in (
                (f"shrink.{level}", f"down_blocks.{level}.downsamplers.0"),
                (f"grow.{level}", f"up_blocks.{level}.upsamplers.0"),
            ):
                if self.resampling == Resampling.BLOCKS:
                    layers |= {f"{ours}.{mine}": (f"{theirs}.{it}",) for mine, it in _BLOCK.items()}
                else:
                    layers[ours] = (f"{theirs}.conv",)
        return layers


def _refuse_variations(settings: JsonSettings) -> None:
    """Raises where a setting asks for what our network cannot do."""
    supported: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "center_input_sample": (False, (False,)),
        "time_embedding_type": ("positional", ("positional", "learned")),
        "mid_block_type": ("UNetMidBlock2D", ("UNetMidBlock2D",)),
        "mid_block_scale_factor": (1, (1,)),
        "act_fn": ("silu", ("silu", "swish")),
        "resnet_time_scale_shift": ("default", ("default", "scale_shift")),
        "add_attention": (True, (True,)),
        "class_embed_type": (None, (None,)),
    }
    for name, (default, allowed) in supported.items():
        if settings.values.get(name, default) not in allowed:
            raise _unsupported(settings, name)
    stem = settings.wholes("block_out_channels", (224, 448, 672, 896))[:1]
    if settings.whole("time_embedding_dim", None) not in (None, *(4 * width for width in stem)):
        raise _unsupported(settings, "time_embedding_dim")
    _refuse_other_norms(settings)


def _refuse_other_norms(settings: JsonSettings) -> None:
    """Attention in the middle has its own number of groups, and none at all beside "scale_shift"."""
    groups = settings.whole("norm_num_groups", 32)
    of_attention = settings.whole("attn_norm_num_groups", None)
    if of_attention is None and _scales(settings):
        raise _unsupported(settings, "attn_norm_num_groups")
    if of_attention not in (None, groups):
        raise _unsupported(settings, "attn_norm_num_groups")


def _levels(settings: JsonSettings, count: int) -> tuple[tuple[bool, ...], str]:
    """Whether each level attends, the finest first, and how they are joined."""
    down = settings.texts("down_block_types", ("DownBlock2D", *["AttnDownBlock2D"] * 3))
    up = settings.texts("up_block_types", (*["AttnUpBlock2D"] * 3, "UpBlock2D"))
    downward = _kinds(settings, "down_block_types", down, _DOWN, "downsample_type")
    upward = _kinds(settings, "up_block_types", up, _UP, "upsample_type")
    attends = tuple(attends for attends, _ in downward)
    if not count == len(down) == len(up):
        raise _unsupported(settings, "block_out_channels")
    if attends != tuple(attends for attends, _ in reversed(upward)):
        raise _unsupported(settings, "up_block_types")
    joints = {joint for _, joint in (*downward[:-1], *upward[:-1])}
    if len(joints) > 1:
        raise _unsupported(settings, "up_block_types")
    if joints == {"resnet"}:
        return attends, Resampling.BLOCKS
    return attends, _padded(settings) if joints else Resampling.CONVOLUTION


def _padded(settings: JsonSettings) -> Resampling:
    padding = _whole(settings, "downsample_padding", 1)
    if padding not in _PADDED:
        raise _unsupported(settings, "downsample_padding")
    return _PADDED[padding]


def _kinds(
    settings: JsonSettings,
    name: str,
    types: tuple[str, ...],
    known: dict[str, tuple[bool, str | None]],
    joining: str,
) -> list[tuple[bool, str]]:
    """Of each block, whether it attends and how it joins the next level: "conv" or "resnet"."""
    kinds = []
    for each in types:
        kind = each.removeprefix(_OLD_PREFIX)
        if kind not in known:
            raise _unsupported(settings, name)
        attends, joint = known[kind]
        kinds.append((attends, joint or str(settings.values.get(joining, "conv"))))
    if any(joint not in ("conv", "resnet") for _, joint in kinds[:-1]):  # the last joins nothing
        raise _unsupported(settings, joining)
    return kinds


def _image_size(settings: JsonSettings) -> int | None:
    """Height = width; None where it is left open."""
    value = settings.values.get("sample_size")
    if isinstance(value, list) and len(value) == 2 and value[0] == value[1]:
        value = value[0]
    if value is not None and (type(value) is not int or value < 1):
        raise _unsupported(settings, "sample_size")
    return value


def _scales(settings: JsonSettings) -> bool:
    return settings.values.get("resnet_time_scale_shift", "default") == "scale_shift"


def _whole(settings: JsonSettings, name: str, default: int | None) -> int:
    value = settings.whole(name, default)
    if value is None:
        raise _unsupported(settings, name)
    return value


def _positive(settings: JsonSettings, name: str, default: int | None) -> int:
    value = _whole(settings, name, default)
    if value < 1:
        raise _unsupported(settings, name)
    return value


def _unsupported(settings: JsonSettings, name: str) -> ModelFileError:
    value = settings.values.get(name, "left open")
    return ModelFileError(
        "{file} describes a network that DDPM Studio does not know: its {name} is {value}.",
        file=settings.path.name,
        name=name,
        value=brief(value if isinstance(value, str) else repr(value)),
    )
