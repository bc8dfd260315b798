"""Everything that a training needs, by name; the bundled models are made from these and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ddpm_studio.datasets.catalogue import entry
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import (
    MlpConfiguration,
    NetworkConfiguration,
    UNetConfiguration,
)


@dataclass(frozen=True)
class TrainingConfiguration:
    """One training run, from the data to the moving average.

    The learning rate rises linearly over ``warm_up_steps`` and then falls to zero along a cosine.
    Gradients are clipped to norm 1 (DDPM, appendix B).
    """

    name: str
    data_set: str
    network: NetworkConfiguration
    schedule: ScheduleConfiguration
    steps: int
    batch_size: int
    learning_rate: float
    ema_decay: float
    target: str = "noise"
    variance: str = "fixed-large"
    clip: float | None = None
    warm_up_steps: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value in (("steps", self.steps), ("batch_size", self.batch_size)):
            if value < 1:
                raise TrainingConfigurationError(
                    "{name} must be at least 1, not {value}.", name=name, value=value
                )
        if not 0.0 < self.learning_rate < math.inf:  # false for NaN, too
            raise TrainingConfigurationError(
                "learning_rate must be a positive number, not {learning_rate:g}.",
                learning_rate=self.learning_rate,
            )
        if not 0.0 <= self.ema_decay < 1.0:
            raise TrainingConfigurationError(
                "ema_decay must be at least 0 and under 1, not {ema_decay:g}.",
                ema_decay=self.ema_decay,
            )


class TrainingConfigurationError(ExplainedError, ValueError):
    """A training that cannot be; the message says which number is wrong and what is allowed."""


class UnknownPresetError(ExplainedError, ValueError):
    """No preset has this name; the message lists those there are."""


PAPER_LINEAR = ScheduleConfiguration("linear", 1000, 1e-4, 0.02)
# The paper's betas stretched over a quarter of its steps: nearly the same alpha_bar at both ends.
QUARTER_LINEAR = ScheduleConfiguration("linear", 250, 4e-4, 0.08)


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
)

BUNDLED_PRESETS = tuple(candidate.name for candidate in PRESETS if candidate.name != "digits-16")
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
