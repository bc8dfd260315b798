"""Draws samples from a loaded model by a reverse chain, in memory that stays bounded."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.diffusion.chains import ChainStep, PredictX0, initial_noise
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.diffusion.samplers import reverse_chain
from ddpm_studio.networks.configuration import NetworkConfiguration, UNetConfiguration

_ACTIVATION_BYTES = 256_000_000
_LIVE_FEATURE_MAPS = 24  # full-resolution maps at once: the skips, a block's own and its im2col
# Layers of so many points still fit a CPU's caches: all 5,000 at once take twice as long.
_POINTS_AT_ONCE_ON_CPU = 1024


def samples_at_once(network: NetworkConfiguration, device: torch.device) -> int:
    """How many samples the network is given at once: as many as memory and a CPU's caches like."""
    width = network.channels if isinstance(network, UNetConfiguration) else network.width
    sample_bytes = 4 * width * math.prod(network.sample_shape[1:]) * _LIVE_FEATURE_MAPS
    fitting = max(1, _ACTIVATION_BYTES // sample_bytes)
    return min(fitting, _POINTS_AT_ONCE_ON_CPU) if device.type == "cpu" else fitting


def sampling_steps(
    model: LoadedModel, count: int, seed: int, sampler: SamplerConfiguration | None = None
) -> Iterator[ChainStep]:
    """One reverse chain of ``count`` >= 1 samples, from t = T to 0.

    ``sampler`` is by default the model's own (:attr:`ModelDescription.sampler`), which takes all T
    steps; with fewer each step carries the t that it has come to. The noise is drawn for all
    samples together, so that it depends on ``seed`` and ``count`` alone; the network sees a part
    of them at a time. Raises ScheduleError and NotFiniteError as the chain does.
    """
    if count < 1:
        raise ValueError(f"The number of samples must be at least 1, not {count}.")
    # On the CPU whatever the device, so that the same seed gives the same noise everywhere.
    generator = torch.Generator().manual_seed(seed)
    shape, device = model.description.network.sample_shape, model.denoiser.device
    x_T = initial_noise(count, shape, generator, device)
    return resumed_steps(model, x_T, model.denoiser.schedule.T, generator, sampler)


def resumed_steps(
    model: LoadedModel,
    x_t: Tensor,
    t: int,
    generator: torch.Generator,
    sampler: SamplerConfiguration | None = None,
) -> Iterator[ChainStep]:
    """The rest of a chain that has come to x_t (N, …), or a branch of it; t from 1 to T.

    It is the rest bit for bit with the state that the generator, a CPU one, had when x_t was
    yielded; with any other it is a branch.
    """
    description, denoiser = model.description, model.denoiser
    chosen = description.sampler if sampler is None else sampler
    start = x_t.to(denoiser.device)
    return reverse_chain(denoiser.schedule, _in_parts(model), start, generator, chosen, t=t)


def _in_parts(model: LoadedModel) -> PredictX0:
    denoiser = model.denoiser
    part = samples_at_once(model.description.network, denoiser.device)

    def predict_x_0(x_t: Tensor, t: int) -> Tensor:
        parts = [denoiser.predict_x_0(piece, t) for piece in x_t.split(part)]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    return predict_x_0


def sample_model(
    model: LoadedModel, count: int, seed: int, sampler: SamplerConfiguration | None = None
) -> Tensor:
    """``count`` samples x_0, float32 (count, *sample_shape) on the CPU: the end of that chain."""
    for step in sampling_steps(model, count, seed, sampler):
        last = step
    return last.x.to("cpu")
