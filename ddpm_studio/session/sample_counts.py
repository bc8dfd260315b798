"""How many samples the chains of a model have: what may be chosen, and what nobody needs to choose."""

from __future__ import annotations

import math

from ddpm_studio.checkpoints.model_file import ModelFile

POINT_COUNTS = (250, 500, 1000, 2000, 5000)
IMAGE_COUNTS = (4, 16, 36, 64, 100, 144)
DEFAULT_POINT_COUNT, DEFAULT_IMAGE_COUNT = 2000, 36
_DEFAULT_CHAIN_BYTES = 1_000_000_000
"""Of all images of a chain, a byte for each value: large ones are few."""


def count_choices(model: ModelFile | None) -> tuple[int, ...]:
    """Numbers of samples to choose from, for the model's kind of data."""
    return IMAGE_COUNTS if model and _is_image(model) else POINT_COUNTS


def default_count(model: ModelFile) -> int:
    """How many samples its chains have unless somebody chooses."""
    if not _is_image(model):
        return DEFAULT_POINT_COUNT
    description = model.description
    values = math.prod(description.network.sample_shape) * (description.schedule.T + 1)
    fitting = [
        count
        for count in IMAGE_COUNTS
        if count <= DEFAULT_IMAGE_COUNT and count * values <= _DEFAULT_CHAIN_BYTES
    ]
    return max(fitting, default=IMAGE_COUNTS[0])


def _is_image(model: ModelFile) -> bool:
    return len(model.description.network.sample_shape) == 3
