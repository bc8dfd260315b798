"""The long work behind the main screen, as generators for a background task.

Nothing here touches Qt, and torch is imported inside the functions: they run on a worker's thread,
and the window's thread never imports torch.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.datasets.mixtures import exact_denoiser, exact_mixture
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.respacing import TimeArray, kept_times
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance, SamplerConfiguration
from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration
from ddpm_studio.networks.precision import Precision
from ddpm_studio.session.devices import prepare_torch
from ddpm_studio.session.loaded_models import loading
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice, own_sampling

if TYPE_CHECKING:
    from torch import Generator as RandomGenerator
    from torch import Tensor

    from ddpm_studio.checkpoints.weights import LoadedModel
    from ddpm_studio.diffusion.chains import ChainStep
    from ddpm_studio.diffusion.exact_denoisers import ExactDenoiser
    from ddpm_studio.diffusion.trajectory import Trajectory


LONG_SECONDS = 4.0


@dataclass(frozen=True)
class ForwardRequest:
    """Simulate q from ``count`` samples of a data set, or from where another chain has ended.

    ``start`` is the complete reverse chain of a model whose data are not known (``data_set`` ""):
    its x_0 are this chain's.
    """

    data_set: str
    schedule: ScheduleConfiguration
    count: int
    seed: int
    start: Trajectory | None = None


@dataclass(frozen=True)
class ReverseRequest:
    """Sample ``count`` chains of p_theta with a model on a device; "" stands for the fastest.

    ``sampling`` is the model's own where it is None.
    """

    model: ModelFile
    count: int
    seed: int
    device: str
    sampling: SamplingChoice | None = None


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

    @property
    def is_long(self) -> bool:
        """Whether it will take so long that nobody should have to wait for it."""
        return self.elapsed_seconds > 1.0 and self.seconds_left > LONG_SECONDS


ChainWork = Generator[ChainProgress | LoadingProgress, None, "Trajectory"]
"""A LoadingProgress comes before the first step alone, and only where the model's file is large."""


def record_forward_chain(request: ForwardRequest) -> ChainWork:
    """x_0 … x_T of q, recorded; yields after every step and returns the trajectory.

    Raises TrajectoryTooLargeError or TemporaryFileError before anything is computed, and the latter
    where a disk gets full; the steps so far stay.
    """
    from ddpm_studio.datasets.catalogue import entry
    from ddpm_studio.diffusion.chains import forward_chain
    from ddpm_studio.diffusion.trajectory import Trajectory

    prepare_torch()
    schedule, start = request.schedule.build(), request.start
    trajectory = Trajectory(
        schedule.T,
        request.count,
        entry(request.data_set).sample_shape if start is None else start.sample_shape,
        law=_law(request.data_set, schedule, range(schedule.T + 1)),
        may_use_disk=True,
    )
    if start is None:
        x_0, generator = _forward_start(request.data_set, request.count, request.seed)
    else:
        x_0, generator = _end_of(start), _forward_generator(request.seed)
    began = time.monotonic()
    for step in forward_chain(schedule, x_0, generator):
        trajectory.record(step.t, step.x)
        yield ChainProgress(trajectory, step.t, schedule.T, time.monotonic() - began)
    return trajectory


def record_reverse_chain(request: ReverseRequest) -> ChainWork:
    """x_T … x_0 of p_theta, recorded; yields after every step and returns the trajectory.

    With fewer steps than T the trajectory has as many frames as the chain. With the network, the
    same sampler, seed and count give the x_0 that ``ddpm-studio sample`` writes. Raises
    ModelFileError, ConditionError, ScheduleError, TrajectoryTooLargeError, TemporaryFileError,
    NotFiniteError or torch.OutOfMemoryError.
    """
    from ddpm_studio.diffusion.trajectory import Trajectory

    prepare_torch()
    description = request.model.description
    schedule = description.schedule.build()
    sampling = request.sampling or own_sampling(description)
    times = kept_times(schedule.T, sampling.sampler.steps or schedule.T)
    trajectory = Trajectory(
        len(times) - 1,
        request.count,
        description.network.sample_shape,
        times=times,
        law=_law(description.data_set, schedule, times),
        may_use_disk=True,
    )
    if sampling.denoiser is DenoiserChoice.NETWORK:
        from ddpm_studio.checkpoints.sampling import sampling_steps

        model = yield from loading(request.model, request.device)
        steps = sampling_steps(
            model,
            request.count,
            request.seed,
            sampling.sampler,
            sampling.condition,
            sampling.precision,
        )
        trajectory.prediction_error = _prediction_error(model, request, sampling)
    else:
        steps = _exact_steps(request, sampling, schedule)
    began = time.monotonic()
    for done, step in enumerate(steps):
        trajectory.record(trajectory.T - done, step.x)
        yield ChainProgress(trajectory, done, trajectory.T, time.monotonic() - began)
    return trajectory


def _prediction_error(
    model: LoadedModel, request: ReverseRequest, sampling: SamplingChoice
) -> float | None:
    """None of a network that computes in float32: the rest is rounding."""
    if sampling.precision == Precision.FLOAT32:
        return None
    import torch

    from ddpm_studio.checkpoints.sampling import precision_error
    from ddpm_studio.diffusion.chains import initial_noise

    count, generator = min(request.count, 4), torch.Generator().manual_seed(request.seed)
    x_T = initial_noise(count, model.description.network.sample_shape, generator, "cpu")
    return precision_error(model, x_T, sampling.precision, sampling.condition)


def _exact_steps(
    request: ReverseRequest, sampling: SamplingChoice, schedule: NoiseSchedule
) -> Iterator[ChainStep]:
    """The chain with E[x_0 | x_t] in place of the network."""
    import torch

    from ddpm_studio.checkpoints.conditioned import conditioned
    from ddpm_studio.diffusion.chains import initial_noise
    from ddpm_studio.diffusion.samplers import reverse_chain

    generator = torch.Generator().manual_seed(request.seed)
    shape = request.model.description.network.sample_shape
    x_T = initial_noise(request.count, shape, generator, "cpu")  # the network's, for comparison
    denoiser = _exact_denoiser(request, schedule)
    description = request.model.description
    guide = conditioned(description, x_T.device, sampling.condition, request.count).guide
    sampler = _with_fixed_variance(sampling.sampler)
    return reverse_chain(schedule, denoiser.predict_x_0, x_T, generator, sampler, guide=guide)


def _with_fixed_variance(sampler: SamplerConfiguration) -> SamplerConfiguration:
    """The exact denoiser has learned none: it takes the small one, best where x_0 is known well."""
    if sampler.variance != ReverseVariance.LEARNED_RANGE:
        return sampler
    return replace(sampler, variance=ReverseVariance.FIXED_SMALL)


def _exact_denoiser(request: ReverseRequest, schedule: NoiseSchedule) -> ExactDenoiser:
    """E[x_0 | x_t]: session.sampling_choice.exact_for says of which data."""
    from ddpm_studio.diffusion.exact_denoisers import FiniteDataDenoiser

    data_set = request.model.description.data_set
    known = exact_denoiser(data_set, schedule)
    if known is not None:
        return known
    x_0, _ = _forward_start(data_set, request.count, request.seed)
    return FiniteDataDenoiser(x_0, schedule)


def _law(
    data_set: str, schedule: NoiseSchedule, times: range | TimeArray
) -> Callable[[int], GaussianMixture] | None:
    """p_t of every frame, frame i being x_t at t = times[i]; None where p_0 is not known."""
    mixture = exact_mixture(data_set) if data_set else None
    return None if mixture is None else lambda frame: mixture.at(schedule, int(times[frame]))


def _forward_start(data_set: str, count: int, seed: int) -> tuple[Tensor, RandomGenerator]:
    """x_0 of the forward chain, shape (count, …), and the generator as it is after drawing it."""
    from ddpm_studio.datasets.catalogue import open_data_set

    generator = _forward_generator(seed)
    return open_data_set(data_set).sample(count, generator), generator


def _end_of(reverse: Trajectory) -> Tensor:
    """Its x_0, shape (count, …), as a copy."""
    import torch

    return torch.tensor(reverse.frame(0))


def _forward_generator(seed: int) -> RandomGenerator:
    import torch

    return torch.Generator().manual_seed(_forward_seed(seed))


def _forward_seed(seed: int) -> int:
    """A stream of its own for the forward chain, from the person's seed.

    With the same one for both chains they would be driven by the very same z_t, and look alike for
    the wrong reason: the correlation of their x_t came to 0.95.
    """
    digest = hashlib.sha256(f"forward chain {seed}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
