"""The long work behind the main screen, as generators for a background task.

Nothing here touches Qt, and torch is imported inside the functions: they run on a worker's thread,
and the window's thread never imports torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.datasets.mixtures import exact_denoiser, exact_mixture
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.respacing import TimeArray, kept_times
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance, SamplerConfiguration
from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration
from ddpm_studio.networks.precision import Precision
from ddpm_studio.session.chain_recording import (
    ChainProgress,
    ChainWork,
    record_steps,
)
from ddpm_studio.session.devices import prepare_torch
from ddpm_studio.session.loaded_models import loading
from ddpm_studio.session.sampling_choice import (
    DenoiserChoice,
    SamplingChoice,
    data_labels,
    own_sampling,
)

if TYPE_CHECKING:
    import torch
    from torch import Generator as RandomGenerator
    from torch import Tensor

    from ddpm_studio.checkpoints.weights import LoadedModel
    from ddpm_studio.diffusion.chains import ChainPosition, ChainStep
    from ddpm_studio.diffusion.exact_denoisers import ExactDenoiser
    from ddpm_studio.diffusion.trajectory import Trajectory

__all__ = [
    "ChainProgress",
    "ChainWork",
    "ForwardRequest",
    "ReverseRequest",
    "record_forward_chain",
    "record_reverse_chain",
]


@dataclass(frozen=True)
class ForwardRequest:
    """Simulate q from ``count`` samples of a data set, or from where another chain has ended.

    ``labels`` are the classes of the x_0, one for each; None for data of any class.
    ``start`` is the complete reverse chain of a model whose data are not known (``data_set`` ""):
    its x_0 are this chain's.
    """

    data_set: str
    schedule: ScheduleConfiguration
    count: int
    seed: int
    labels: tuple[int, ...] | None = None
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


def record_forward_chain(request: ForwardRequest, stopped: Trajectory | None = None) -> ChainWork:
    """x_0 … x_T of q, recorded; yields after every step and returns the trajectory.

    ``stopped`` is one of the same request that was left before its end: it is gone on with, to the
    same numbers. Raises TrajectoryTooLargeError or TemporaryFileError before anything is computed,
    and the latter where a disk gets full; the steps so far stay.
    """
    prepare_torch()
    from ddpm_studio.diffusion.chains import forward_chain

    schedule = request.schedule.build()
    trajectory = stopped or _forward_trajectory(request, schedule)
    position = trajectory.position
    if position is not None:
        x_t, generator = position.x, position.generator()
    elif request.start is None:
        x_t, generator = _forward_start(
            request.data_set, request.count, request.seed, request.labels
        )
    else:
        x_t, generator = _end_of(request.start), _forward_generator(request.seed)
    first = position.frame if position is not None else 0
    steps = forward_chain(schedule, x_t, generator, t=first)
    return (yield from record_steps(trajectory, range(first, trajectory.T + 1), steps, generator))


def _forward_trajectory(request: ForwardRequest, schedule: NoiseSchedule) -> Trajectory:
    from ddpm_studio.datasets.catalogue import entry
    from ddpm_studio.diffusion.trajectory import Trajectory

    start = request.start
    return Trajectory(
        schedule.T,
        request.count,
        entry(request.data_set).sample_shape if start is None else start.sample_shape,
        law=_law(request.data_set, schedule, range(schedule.T + 1)),
        may_use_disk=True,
    )


def record_reverse_chain(request: ReverseRequest, stopped: Trajectory | None = None) -> ChainWork:
    """x_T … x_0 of p_theta, recorded; yields after every step and returns the trajectory.

    With fewer steps than T the trajectory has as many frames as the chain. With the network, the
    same sampler, seed and count give the x_0 that ``ddpm-studio sample`` writes. ``stopped`` as in
    :func:`record_forward_chain`. Raises ModelFileError, ConditionError, ScheduleError,
    TrajectoryTooLargeError, TemporaryFileError, NotFiniteError or torch.OutOfMemoryError.
    """
    prepare_torch()
    sampling = request.sampling or own_sampling(request.model.description)
    trajectory = stopped or _reverse_trajectory(request, sampling)
    model = None
    if sampling.denoiser is DenoiserChoice.NETWORK:
        model = yield from loading(request.model, request.device)
        if trajectory.prediction_error is None:
            trajectory.prediction_error = _prediction_error(model, request, sampling)
    device = "cpu" if model is None else model.denoiser.device
    position = trajectory.position or _at_noise(request, trajectory, device)
    generator = position.generator()
    t = int(trajectory.times[position.frame])
    steps = _reverse_steps(request, sampling, model, position, t, generator)
    return (yield from record_steps(trajectory, range(position.frame, -1, -1), steps, generator))


def _reverse_trajectory(request: ReverseRequest, sampling: SamplingChoice) -> Trajectory:
    from ddpm_studio.diffusion.trajectory import Trajectory

    description = request.model.description
    schedule = description.schedule.build()
    times = kept_times(schedule.T, sampling.sampler.steps or schedule.T)
    return Trajectory(
        len(times) - 1,
        request.count,
        description.network.sample_shape,
        times=times,
        law=_law(description.data_set, schedule, times),
        may_use_disk=True,
    )


def _at_noise(
    request: ReverseRequest, trajectory: Trajectory, device: torch.device | str
) -> ChainPosition:
    """x_T: the same for every denoiser and every sampler."""
    from ddpm_studio.diffusion.chains import ChainPosition, initial_noise

    generator = _seeded_generator(request.seed)
    x_T = initial_noise(request.count, trajectory.sample_shape, generator, device)
    return ChainPosition(trajectory.T, x_T, generator.get_state())


def _reverse_steps(
    request: ReverseRequest,
    sampling: SamplingChoice,
    model: LoadedModel | None,
    position: ChainPosition,
    t: int,
    generator: RandomGenerator,
) -> Iterator[ChainStep]:
    """From x_t on: with the network, or without a model with E[x_0 | x_t] in its place."""
    from ddpm_studio.checkpoints.sampling import resumed_steps
    from ddpm_studio.diffusion.chains import ChainStep

    if t == 0:
        return iter([ChainStep(0, position.x)])
    if model is None:
        return _exact_steps(request, sampling, position.x, t, generator)
    return resumed_steps(
        model,
        position.x,
        t,
        generator,
        sampling.sampler,
        sampling.condition,
        position.predicted_x_0,
        sampling.precision,
    )


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
    request: ReverseRequest,
    sampling: SamplingChoice,
    x_t: Tensor,
    t: int,
    generator: RandomGenerator,
) -> Iterator[ChainStep]:
    """The chain with E[x_0 | x_t] in place of the network."""
    from ddpm_studio.checkpoints.conditioned import conditioned
    from ddpm_studio.diffusion.samplers import reverse_chain

    description = request.model.description
    schedule = description.schedule.build()
    denoiser = _exact_denoiser(request, sampling, schedule)
    guide = conditioned(description, x_t.device, sampling.condition, request.count).guide
    sampler = _with_fixed_variance(sampling.sampler)
    return reverse_chain(schedule, denoiser.predict_x_0, x_t, generator, sampler, t=t, guide=guide)


def _with_fixed_variance(sampler: SamplerConfiguration) -> SamplerConfiguration:
    """The exact denoiser has learned none: it takes the small one, best where x_0 is known well."""
    if sampler.variance != ReverseVariance.LEARNED_RANGE:
        return sampler
    return replace(sampler, variance=ReverseVariance.FIXED_SMALL)


def _exact_denoiser(
    request: ReverseRequest, sampling: SamplingChoice, schedule: NoiseSchedule
) -> ExactDenoiser:
    """E[x_0 | x_t]: session.sampling_choice.exact_for says of which data."""
    from ddpm_studio.diffusion.exact_denoisers import FiniteDataDenoiser

    data_set = request.model.description.data_set
    known = exact_denoiser(data_set, schedule)
    if known is not None:
        return known
    labels = data_labels(sampling, request.model.description, request.count)
    x_0, _ = _forward_start(data_set, request.count, request.seed, labels)
    return FiniteDataDenoiser(x_0, schedule)


def _law(
    data_set: str, schedule: NoiseSchedule, times: range | TimeArray
) -> Callable[[int], GaussianMixture] | None:
    """p_t of every frame, frame i being x_t at t = times[i]; None where p_0 is not known."""
    mixture = exact_mixture(data_set) if data_set else None
    return None if mixture is None else lambda frame: mixture.at(schedule, int(times[frame]))


def _forward_start(
    data_set: str, count: int, seed: int, labels: tuple[int, ...] | None = None
) -> tuple[Tensor, RandomGenerator]:
    """x_0 of the forward chain, shape (count, …), and the generator as it is after drawing it."""
    from ddpm_studio.datasets.catalogue import open_data_set
    from ddpm_studio.datasets.labelled_draws import draw_of_classes

    data, generator = open_data_set(data_set), _forward_generator(seed)
    if labels is None:
        return data.sample(count, generator), generator
    return draw_of_classes(data, labels, generator), generator


def _end_of(reverse: Trajectory) -> Tensor:
    """Its x_0, shape (count, …), as a copy."""
    import torch

    return torch.tensor(reverse.frame(0))


def _forward_generator(seed: int) -> RandomGenerator:
    return _seeded_generator(_forward_seed(seed))


def _seeded_generator(seed: int) -> RandomGenerator:
    import torch

    return torch.Generator().manual_seed(seed)


def _forward_seed(seed: int) -> int:
    """A stream of its own for the forward chain, from the person's seed.

    With the same one for both chains they would be driven by the very same z_t, and look alike for
    the wrong reason: the correlation of their x_t came to 0.95.
    """
    digest = hashlib.sha256(f"forward chain {seed}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
