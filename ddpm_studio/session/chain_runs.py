"""The long work behind the main screen, as generators for a background task.

Nothing here touches Qt, and torch is imported inside the functions: they run on a worker's thread,
and the window's thread never imports torch.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.session.devices import find_devices, prepare_torch

if TYPE_CHECKING:
    from ddpm_studio.checkpoints.weights import LoadedModel
    from ddpm_studio.diffusion.trajectory import Trajectory


@dataclass(frozen=True)
class ForwardRequest:
    """Simulate q from ``count`` samples of a data set."""

    data_set: str
    schedule: ScheduleConfiguration
    count: int
    seed: int


@dataclass(frozen=True)
class ReverseRequest:
    """Sample ``count`` chains of p_theta with a model on a device; "" stands for the fastest."""

    model: ModelFile
    count: int
    seed: int
    device: str


@dataclass(frozen=True)
class ChainProgress:
    """A chain's trajectory, how many of its ``total`` steps are done, and for how long it ran."""

    trajectory: Trajectory
    done: int
    total: int
    elapsed_seconds: float

    @property
    def seconds_left(self) -> float:
        """At the pace so far; 0 before the first step is done."""
        return self.elapsed_seconds / self.done * (self.total - self.done) if self.done else 0.0


ChainWork = Generator[ChainProgress, None, "Trajectory"]


def record_forward_chain(request: ForwardRequest) -> ChainWork:
    """x_0 … x_T of q, recorded; yields after every step and returns the trajectory.

    Raises TrajectoryTooLargeError before anything is computed.
    """
    import torch

    from ddpm_studio.datasets.catalogue import entry, open_data_set
    from ddpm_studio.diffusion.chains import forward_chain
    from ddpm_studio.diffusion.trajectory import Trajectory

    prepare_torch()
    schedule = request.schedule.build()
    trajectory = Trajectory(schedule.T, request.count, entry(request.data_set).sample_shape)
    generator = torch.Generator().manual_seed(_forward_seed(request.seed))
    x_0 = open_data_set(request.data_set).sample(request.count, generator)
    began = time.monotonic()
    for step in forward_chain(schedule, x_0, generator):
        trajectory.record(step.t, step.x)
        yield ChainProgress(trajectory, step.t, schedule.T, time.monotonic() - began)
    return trajectory


def record_reverse_chain(request: ReverseRequest) -> ChainWork:
    """x_T … x_0 of p_theta, recorded; yields after every step and returns the trajectory.

    The same seed and count give the x_0 that ``ddpm-studio sample`` writes. Raises
    ModelFileError, TrajectoryTooLargeError, NotFiniteError or torch.OutOfMemoryError.
    """
    from ddpm_studio.checkpoints.sampling import sampling_steps
    from ddpm_studio.diffusion.trajectory import Trajectory

    prepare_torch()
    model = _load(request.model, request.device or find_devices()[0].key)
    shape = request.model.description.network.sample_shape
    trajectory = Trajectory(model.denoiser.schedule.T, request.count, shape)
    T, began = trajectory.T, time.monotonic()
    for step in sampling_steps(model, request.count, request.seed):
        trajectory.record(step.t, step.x)
        yield ChainProgress(trajectory, T - step.t, T, time.monotonic() - began)
    return trajectory


def _forward_seed(seed: int) -> int:
    """A stream of its own for the forward chain, from the person's seed.

    With the same one for both chains they would be driven by the very same z_t, and look alike for
    the wrong reason: the correlation of their x_t came to 0.95.
    """
    digest = hashlib.sha256(f"forward chain {seed}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


@lru_cache(maxsize=2)
def _load(model: ModelFile, device: str) -> LoadedModel:
    from ddpm_studio.checkpoints.weights import load_inspected

    return load_inspected(model, device)
