"""What OpenAI says of the networks it published, each known by its layers."""

from __future__ import annotations

from dataclasses import dataclass, field

from ddpm_studio.checkpoints.foreign.openai_layout import Layout
from ddpm_studio.checkpoints.foreign.openai_names import LEGACY, NEW
from ddpm_studio.checkpoints.foreign.questions import Value
from ddpm_studio.networks.configuration import Resampling

_IMAGENET_CLASSES = 1000


@dataclass(frozen=True)
class Preset:
    """A published network, or several of the same layers, and the answers that their authors give."""

    names: str
    layout: Layout
    classes: int | None
    answers: dict[str, Value] = field(hash=False)


def preset_for(layout: Layout, classes: int | None, learned_range: bool) -> Preset | None:
    """The published network of these layers; all of them learned their variance."""
    found = (each for each in _ALL if (each.layout, each.classes) == (layout, classes))
    return next(found, None) if learned_range else None


def _layout(
    channels: int,
    multipliers: tuple[float, ...],
    blocks: int,
    attention_levels: tuple[int, ...],
    resampling: str = Resampling.CONVOLUTION,
    scale_shift: bool = True,
) -> Layout:
    widths = tuple(int(channels * multiplier) for multiplier in multipliers)
    attends = tuple(level in attention_levels for level in range(len(widths)))
    return Layout(3, channels, widths[0], widths, attends, blocks, resampling, scale_shift)


def _answers(
    image_size: int,
    T: int,
    schedule: str,
    *,
    heads: int = 4,
    head_width: int = 0,
    rescale: bool = False,
    order: str = LEGACY,
) -> dict[str, Value]:
    return {
        "image_size": image_size,
        "T": T,
        "schedule": schedule,
        "heads": heads,
        "head_width": head_width,
        "qkv_order": order,
        "rescale_timesteps": rescale,
    }


_BLOCKS = Resampling.BLOCKS
_ALL = (
    Preset(
        "cifar10_uncond_50M_500K",
        _layout(128, (1, 2, 2, 2), 3, (1, 2)),
        None,
        _answers(32, 4000, "cosine", rescale=True),
    ),
    Preset(
        "imagenet64_uncond_100M_1500K",
        _layout(128, (1, 2, 3, 4), 3, (2, 3)),
        None,
        _answers(64, 4000, "cosine", rescale=True),
    ),
    Preset(
        "imagenet64_cond_270M_250K",
        _layout(192, (1, 2, 3, 4), 3, (2, 3)),
        _IMAGENET_CLASSES,
        _answers(64, 4000, "cosine"),
    ),
    Preset(
        "lsun_uncond_100M_1200K_bs128, lsun_uncond_100M_2400K_bs64",
        _layout(128, (1, 1, 2, 2, 4, 4), 2, (4,), scale_shift=False),
        None,
        _answers(256, 1000, "linear", heads=1),
    ),
    Preset(
        "64x64_diffusion",
        _layout(192, (1, 2, 3, 4), 3, (1, 2, 3), _BLOCKS),
        _IMAGENET_CLASSES,
        _answers(64, 1000, "cosine", head_width=64, order=NEW),
    ),
    Preset(
        "128x128_diffusion",
        _layout(256, (1, 1, 2, 3, 4), 2, (2, 3, 4), _BLOCKS),
        _IMAGENET_CLASSES,
        _answers(128, 1000, "linear"),
    ),
    Preset(
        "256x256_diffusion",
        _layout(256, (1, 1, 2, 2, 4, 4), 2, (3, 4, 5), _BLOCKS),
        _IMAGENET_CLASSES,
        _answers(256, 1000, "linear", head_width=64),
    ),
    Preset(
        "256x256_diffusion_uncond, lsun_bedroom, lsun_cat, lsun_horse",
        _layout(256, (1, 1, 2, 2, 4, 4), 2, (3, 4, 5), _BLOCKS),
        None,
        _answers(256, 1000, "linear", head_width=64),
    ),
    Preset(
        "512x512_diffusion",
        _layout(256, (0.5, 1, 1, 2, 2, 4, 4), 2, (4, 5, 6), _BLOCKS),
        _IMAGENET_CLASSES,
        _answers(512, 1000, "linear", head_width=64),
    ),
)
