"""The least possible loss in each part of 1 … T, for a training whose data have an exact denoiser."""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.networks.configuration import class_count
from ddpm_studio.training.configuration import TrainingConfiguration

_TIMES_PER_BUCKET = 8
_POINTS, _IMAGES = 1000, 32
_SEED = 5


def loss_floor(
    configuration: TrainingConfiguration, edges: NDArray[np.int64]
) -> Generator[None, None, NDArray[np.float64] | None]:
    """(B,) means over t, in the unit of the training's target; None without an exact denoiser.

    ``edges`` as in TrainingProgress. Of images it is the floor of the finitely many training images,
    which a network reaches that knows them by heart: session.sampling_choice.exact_for says so. Of a
    network that knows classes it is the floor for somebody who is told the class, too.
    Yields after every t.
    """
    import torch

    from ddpm_studio.datasets.catalogue import open_data_set
    from ddpm_studio.datasets.labelled_draws import labelled_draw
    from ddpm_studio.datasets.mixtures import known_denoiser
    from ddpm_studio.diffusion.loss_floor import least_losses
    from ddpm_studio.diffusion.targets import Target

    schedule = configuration.schedule.build()
    generator = torch.Generator().manual_seed(_SEED)
    count = _IMAGES if len(configuration.network.sample_shape) == 3 else _POINTS
    x_0, labels = labelled_draw(open_data_set(configuration.data_set), count, generator)
    labels = None if class_count(configuration.network) is None else labels
    exact = known_denoiser(configuration.data_set, schedule, labels)
    if exact is None:
        return None
    floor = np.full(len(edges) - 1, np.nan)
    for bucket, times in enumerate(_times(edges)):
        losses: list[float] = []
        for loss in least_losses(exact, Target(configuration.target), x_0, generator, times):
            losses.append(loss)
            yield
        if losses:
            floor[bucket] = np.mean(losses)
    return floor


def _times(edges: NDArray[np.int64]) -> list[list[int]]:
    """The middles of equal parts of each bucket; all of its t where they are few."""
    chosen = []
    for below, last in pairwise(edges.tolist()):
        size = last - below
        count = min(size, _TIMES_PER_BUCKET)
        chosen.append([below + int((i + 0.5) * size / count) + 1 for i in range(count)])
    return chosen
