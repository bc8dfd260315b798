"""Everything that a training needs, by name; the bundled models are made from these and nothing else."""

from __future__ import annotations

from dataclasses import replace

from ddpm_studio.datasets.catalogue import entry
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import MlpConfiguration, UNetConfiguration
from ddpm_studio.training.configuration import TrainingConfiguration


class UnknownPresetError(ExplainedError, ValueError):
    """No preset has this name; the message lists those there are."""


PAPER_LINEAR = ScheduleConfiguration("linear", 1000, 1e-4, 0.02)
# The paper's betas stretched over a quarter of its steps: nearly the same alpha_bar at both ends.
QUARTER_LINEAR = ScheduleConfiguration("linear", 250, 4e-4, 0.08)

QUICK_SUFFIX = "-quick"


def _points(name: str, *, steps: int, cosine: bool = False) -> TrainingConfiguration:
    return TrainingConfiguration(
        name=name,
        data_set=name,
        network=MlpConfiguration(dimension=entry(name).sample_shape[0]),
        schedule=ScheduleConfiguration("cosine", 1000) if cosine else PAPER_LINEAR,
        steps=steps,
        batch_size=2048,
        learning_rate=2e-3,
        ema_decay=0.999,
        variance="fixed-small",
        clip=3.0,
    )


def _quick(name: str, *, cosine: bool = False) -> TrainingConfiguration:
    """The same in 20 to 30 seconds on one core; coarser, but within MAX_POINT_RATIO of the data."""
    full = _points(name, steps=6_000, cosine=cosine)
    return replace(full, name=f"{name}{QUICK_SUFFIX}", batch_size=512, learning_rate=4e-3)


def _digits(name: str, *, steps: int, levels: tuple[int, ...]) -> TrainingConfiguration:
    channels, size, _ = entry(name).sample_shape
    return TrainingConfiguration(
        name=name,
        data_set=name,
        network=UNetConfiguration(
            image_size=size,
            image_channels=channels,
            channels=32,
            channel_multipliers=levels,
            blocks_per_level=1,
            attention_sizes=(4,),
            dropout=0.1,
            norm_groups=8,
        ),
        schedule=QUARTER_LINEAR,
        steps=steps,
        batch_size=128,
        learning_rate=1e-3,
        ema_decay=0.999,
        clip=1.0,
    )


def _cifar10() -> TrainingConfiguration:
    """The network and the training of the paper (DDPM, appendix B), with its 35.7 M parameters."""
    return TrainingConfiguration(
        name="cifar10",
        data_set="cifar-10",
        network=UNetConfiguration(image_size=32, image_channels=3),
        schedule=PAPER_LINEAR,
        steps=800_000,
        batch_size=128,
        learning_rate=2e-4,
        learning_rate_schedule="constant",
        warm_up_steps=5000,
        ema_decay=0.9999,
        clip=1.0,
    )


PRESETS: tuple[TrainingConfiguration, ...] = (
    _points("mixture-1d", steps=10_000),
    _points("moons", steps=20_000),
    _points("swiss-roll", steps=20_000),
    _points("circles", steps=20_000),
    _points("spiral", steps=20_000),
    _points("checkerboard", steps=20_000),
    _points("eight-gaussians", steps=20_000, cosine=True),
    _digits("digits", steps=8_000, levels=(1, 2)),
    _digits("digits-16", steps=8_000, levels=(1, 2, 2)),
    _cifar10(),
    _quick("mixture-1d"),
    _quick("moons"),
    _quick("swiss-roll"),
    _quick("circles"),
    _quick("spiral"),
    _quick("checkerboard"),
    _quick("eight-gaussians", cosine=True),
)

QUICK_PRESETS = tuple(each.name for each in PRESETS if each.name.endswith(QUICK_SUFFIX))
"""Of points: for whoever wants to watch one learn, and not to wait."""

_NOT_BUNDLED = ("digits-16", "cifar10", *QUICK_PRESETS)
BUNDLED_PRESETS = tuple(each.name for each in PRESETS if each.name not in _NOT_BUNDLED)
"""Those whose models ship with the application."""


def preset(name: str) -> TrainingConfiguration:
    """The preset of that name. Raises UnknownPresetError."""
    for candidate in PRESETS:
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in PRESETS)
    raise UnknownPresetError(
        "There is no preset {name!r}; there are {names}.", name=name, names=names
    )
