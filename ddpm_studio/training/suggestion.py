"""A training to begin with for a data set that nobody has tuned one for: a U-Net of its size."""

from __future__ import annotations

from ddpm_studio.datasets.catalogue import DataSetEntry
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.presets import PAPER_LINEAR

_LEAST_LEVEL, _MOST_LEVELS = 4, 6
_ATTENTION_UP_TO = 16


def suggested_training(data: DataSetEntry) -> TrainingConfiguration:
    """For images of any size: as many levels as the size can be halved, attention where it is cheap.

    The paper's schedule and learning rate; fewer channels than its network has for 32 x 32, so that
    one GPU, or a patient CPU, can train it.
    """
    channels, size, _ = data.sample_shape
    levels = 1
    while size % 2**levels == 0 and size // 2**levels >= _LEAST_LEVEL and levels < _MOST_LEVELS:
        levels += 1
    sizes = [size // 2**level for level in range(levels)]
    is_small = size <= 32
    return TrainingConfiguration(
        name=data.name,
        data_set=data.name,
        network=UNetConfiguration(
            image_size=size,
            image_channels=channels,
            channels=32 if is_small else 64,
            channel_multipliers=(1, *(2 for _ in sizes[1:])),
            blocks_per_level=1 if is_small else 2,
            attention_sizes=tuple(each for each in sizes[-1:] if each <= _ATTENTION_UP_TO),
            dropout=0.1,
            norm_groups=8,
        ),
        schedule=PAPER_LINEAR,
        steps=20_000 if is_small else 200_000,
        batch_size=128 if is_small else 16,
        learning_rate=1e-3 if is_small else 2e-4,
        warm_up_steps=500,
        ema_decay=0.999 if is_small else 0.9999,
        clip=1.0,
    )
