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


def _digits(
    name: str, *, steps: int, levels: tuple[int, ...], channels: int = 32
) -> TrainingConfiguration:
    colours, size, _ = entry(name).sample_shape
    return TrainingConfiguration(
        name=name,
        data_set=name,
        network=UNetConfiguration(
            image_size=size,
            image_channels=colours,
            channels=channels,
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


def _quick_digits() -> TrainingConfiguration:
    """Half the channels and a quarter of the images: digits that can be read, in a few minutes."""
    return replace(
        _digits("digits", steps=4_000, levels=(1, 2), channels=16),
        name=f"digits{QUICK_SUFFIX}",
        batch_size=64,
        learning_rate=3e-3,
        ema_decay=0.998,
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
    _quick("mixture-1d"),
    _points("mixture-1d", steps=10_000),
    _quick("moons"),
    _points("moons", steps=20_000),
    _quick("swiss-roll"),
    _points("swiss-roll", steps=20_000),
    _quick("circles"),
    _points("circles", steps=20_000),
    _quick("spiral"),
    _points("spiral", steps=20_000),
    _quick("checkerboard"),
    _points("checkerboard", steps=20_000),
    _quick("eight-gaussians", cosine=True),
    _points("eight-gaussians", steps=20_000, cosine=True),
    _quick_digits(),
    _digits("digits", steps=8_000, levels=(1, 2)),
    _digits("digits-16", steps=8_000, levels=(1, 2, 2)),
    _cifar10(),
)
"""The first for some data is the one to begin with: it is done soon."""

QUICK_PRESETS = tuple(each.name for each in PRESETS if each.name.endswith(QUICK_SUFFIX))
"""For whoever wants to watch one learn, and not to wait."""

_NOT_BUNDLED = ("digits-16", "cifar10", *QUICK_PRESETS)
BUNDLED_PRESETS = tuple(each.name for each in PRESETS if each.name not in _NOT_BUNDLED)
"""Those whose models ship with the application."""


_POINTS_MINUTES, _QUICK_POINTS_MINUTES = 5.0, 0.5
_MINUTES = {
    **{each.name: _POINTS_MINUTES for each in PRESETS if each.batch_size == 2048},
    **dict.fromkeys(QUICK_PRESETS, _QUICK_POINTS_MINUTES),
    "mixture-1d": 2.5,
    "digits-quick": 4.0,
    "digits": 25.0,
    "digits-16": 95.0,
}


def minutes_on_two_cores(name: str) -> float | None:
    """How long a preset takes in the window where there are two CPU cores, measured on one machine.

    torch computes on one of them, and the window is drawn on the other. None where it was not
    measured: that of CIFAR-10 is for a GPU.
    """
    return _MINUTES.get(name)


def preset(name: str) -> TrainingConfiguration:
    """The preset of that name. Raises UnknownPresetError."""
    for candidate in PRESETS:
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in PRESETS)
    raise UnknownPresetError(
        "There is no preset {name!r}; there are {names}.", name=name, names=names
    )
