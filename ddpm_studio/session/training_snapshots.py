"""What the network can do by now: a reverse chain from the same noise, every few seconds of a training.

Nothing here touches Qt. torch is imported on the worker's thread alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.datasets.catalogue import open_data_set
from ddpm_studio.datasets.mixtures import exact_mixture
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.respacing import kept_times
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration, SamplerKind
from ddpm_studio.networks.configuration import class_count
from ddpm_studio.training.configuration import TrainingConfiguration

if TYPE_CHECKING:
    from torch import Tensor

    from ddpm_studio.checkpoints.weights import LoadedModel
    from ddpm_studio.diffusion.trajectory import Trajectory

POINT_COUNT, IMAGE_COUNT = 500, 16
POINT_STEPS, IMAGE_STEPS = 50, 25
TIME_SHARE = 0.15
"""Of a training's time, at most, goes into samples."""

MAX_SNAPSHOTS = 120
HISTORY_BYTES = 200_000_000
_MIN_SNAPSHOTS = 8
_CHAIN_BYTES = (2_000_000, 16_000_000, 128_000_000)  # the first that does
_FIRST_GAP_SECONDS, _LAST_GAP_SECONDS = 0.5, 3.0
_NOISE_SEED, _DATA_SEED, _DIRECTION_SEED = 1, 2, 3
_OTHER_DATA = 15


@dataclass(frozen=True, eq=False)
class TrainingSnapshot:
    """Samples of the moving-average weights after ``step`` steps.

    seconds      of training by then, pauses left out
    trajectory   the reverse chain, complete, with fewer steps than T: of the same x_T each time
    distance     sliced Wasserstein distance of its x_0 to as many data, which stay the same
    """

    step: int
    seconds: float
    trajectory: Trajectory
    distance: float


class SnapshotHistory:
    """Snapshots in the order of their steps: evenly thinned out, but never the first and the newest."""

    def __init__(self, most: int = MAX_SNAPSHOTS, most_bytes: int = HISTORY_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self.snapshots: tuple[TrainingSnapshot, ...] = ()

    def add(self, snapshot: TrainingSnapshot) -> None:
        """Take in a newer one; one of the same step takes the place of the last."""
        kept = [each for each in self.snapshots if each.step < snapshot.step]
        kept.append(snapshot)
        fitting = self._most_bytes // max(1, snapshot.trajectory.byte_count)
        while len(kept) > max(_MIN_SNAPSHOTS, min(self._most, fitting)):
            del kept[least_missed([each.step for each in kept])]
        self.snapshots = tuple(kept)


def least_missed(steps: Sequence[int]) -> int:
    """Index of the one between two others that lie closest to each other; of at least three."""
    gaps = [after - before for before, after in zip(steps[:-2], steps[2:], strict=True)]
    return gaps.index(min(gaps)) + 1


class SnapshotClock:
    """When the next snapshot is due: at first often, later every few seconds, never too much of it."""

    def __init__(self) -> None:
        self._due_at = 0.0

    def is_due(self, seconds: float) -> bool:
        """``seconds`` of training, pauses left out."""
        return seconds >= self._due_at

    def taken(self, seconds: float, cost_seconds: float) -> None:
        """One is there at ``seconds``, after so long a computation; or was given up."""
        gap = min(max(_FIRST_GAP_SECONDS, seconds / 10), _LAST_GAP_SECONDS)
        self._due_at = seconds + max(gap, cost_seconds * (1 - TIME_SHARE) / TIME_SHARE)


def snapshot_sampler(configuration: TrainingConfiguration) -> SamplerConfiguration:
    """DDIM without noise: from the same x_T alone, so that what changes is what was learned."""
    steps = IMAGE_STEPS if _is_image(configuration) else POINT_STEPS
    return SamplerConfiguration(
        kind=SamplerKind.DDIM,
        steps=min(steps, configuration.schedule.T),
        clip=configuration.clip,
    )


class SnapshotMaker:
    """Draws the snapshots of one training, all from the same noise. On the worker's thread."""

    def __init__(self, configuration: TrainingConfiguration) -> None:
        self._sampler = snapshot_sampler(configuration)
        self._shape = configuration.network.sample_shape
        self._count = IMAGE_COUNT if _is_image(configuration) else POINT_COUNT
        self._times = kept_times(configuration.schedule.T, self._sampler.steps or 1)
        self._source = open_data_set(configuration.data_set)
        self._classes = class_count(configuration.network)
        self._data = self._draw(_DATA_SEED)
        self._schedule = configuration.schedule.build()
        self._data_set = configuration.data_set

    @property
    def data_distance(self) -> float:
        """The same distance of other samples of the data, their median: of a perfect network."""
        others = range(_DATA_SEED + 1, _DATA_SEED + 1 + _OTHER_DATA)
        return median(self._distance(self._draw(seed)) for seed in others)

    def _draw(self, seed: int) -> Tensor:
        """Data of the samples' classes, where there are classes: they are shown in turn."""
        import torch

        from ddpm_studio.datasets.labelled_draws import draw_in_turn

        generator = torch.Generator().manual_seed(seed)
        return draw_in_turn(self._source, self._count, self._classes, generator)

    def make(
        self, model: LoadedModel, step: int, seconds: float
    ) -> Generator[None, None, TrainingSnapshot | None]:
        """Yields after every step of the chain; returns None where it is not finite.

        Raises torch.OutOfMemoryError.
        """
        from ddpm_studio.checkpoints.sampling import sampling_steps
        from ddpm_studio.diffusion.chains import NotFiniteError

        trajectory = self._new_trajectory()
        try:
            for done, chain_step in enumerate(
                sampling_steps(model, self._count, _NOISE_SEED, self._sampler)
            ):
                chain_step.require_finite()
                trajectory.record(trajectory.T - done, chain_step.x)
                yield
        except NotFiniteError:  # of a network that has learned nothing yet
            return None
        distance = self._distance(chain_step.x.float().cpu())
        return TrainingSnapshot(step, seconds, trajectory, distance)

    def restored(
        self,
        step: int,
        seconds: float,
        distance: float,
        times: NDArray[np.int64],
        frames: NDArray[np.float32],
    ) -> TrainingSnapshot:
        """One that was made before, of its chain's ``times`` and frames (T + 1, N, …).

        Raises ValueError where it is not such a chain as is drawn here.
        """
        import torch

        trajectory = self._new_trajectory()
        if not np.array_equal(times, self._times) or len(frames) != len(times):
            raise ValueError("These are the times of another chain.")
        for t, frame in enumerate(frames):
            trajectory.record(t, torch.from_numpy(frame))
        return TrainingSnapshot(step, seconds, trajectory, distance)

    def _distance(self, x_0: Tensor) -> float:
        import torch

        from ddpm_studio.diffusion.distances import sliced_wasserstein

        if not torch.isfinite(x_0).all():
            return math.nan
        return sliced_wasserstein(x_0, self._data, torch.Generator().manual_seed(_DIRECTION_SEED))

    def _new_trajectory(self) -> Trajectory:
        from ddpm_studio.diffusion.trajectory import Trajectory, TrajectoryTooLargeError

        steps, law = len(self._times) - 1, self._law()
        make = partial(Trajectory, steps, self._count, self._shape, times=self._times, law=law)
        for budget in _CHAIN_BYTES:
            with suppress(TrajectoryTooLargeError):
                return make(budget_bytes=budget)
        return make()

    def _law(self) -> Callable[[int], GaussianMixture] | None:
        mixture = exact_mixture(self._data_set)
        if mixture is None:
            return None
        return lambda frame: mixture.at(self._schedule, int(self._times[frame]))


def _is_image(configuration: TrainingConfiguration) -> bool:
    return len(configuration.network.sample_shape) == 3
