"""Draws samples from a loaded model by a reverse chain, in memory that stays bounded."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.diffusion.chains import ChainStep, Predict, Prediction, initial_noise
from ddpm_studio.diffusion.gaussians import clipped
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.diffusion.samplers import reverse_chain
from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    MlpConfiguration,
    NetworkConfiguration,
    UNetConfiguration,
)

_ACTIVATION_BYTES = 256_000_000
_LIVE_FEATURE_MAPS = 24  # full-resolution maps at once: the skips, a block's own and its im2col
# Layers of so many points still fit a CPU's caches: all 5,000 at once take twice as long.
_POINTS_AT_ONCE_ON_CPU = 1024


def samples_at_once(network: NetworkConfiguration, device: torch.device) -> int:
    """How many samples the network is given at once: as many as memory and a CPU's caches like."""
    width = network.width if isinstance(network, MlpConfiguration) else _widest_map(network)
    sample_bytes = 4 * width * math.prod(network.sample_shape[1:]) * _LIVE_FEATURE_MAPS
    fitting = max(1, _ACTIVATION_BYTES // sample_bytes)
    return min(fitting, _POINTS_AT_ONCE_ON_CPU) if device.type == "cpu" else fitting


def _widest_map(network: UNetConfiguration | LucidrainsConfiguration) -> int:
    """Feature maps at full resolution; keys and values of attention count there, too."""
    if isinstance(network, UNetConfiguration):
        return network.channels
    attention = network.level_heads[0] * network.level_head_widths[0]
    return max(*network.widths[:2], attention)


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
    predicted_x_0: Tensor | None = None,
) -> Iterator[ChainStep]:
    """The rest of a chain that has come to x_t (N, …), or a branch of it; t from 1 to T.

    It is the rest bit for bit with the state that the generator, a CPU one, had when x_t was
    yielded; with any other it is a branch. A network with self-conditioning needs the
    ``predicted_x_0`` of that step, too; without it, it goes on as at the start of a chain.
    """
    description, denoiser = model.description, model.denoiser
    chosen = description.sampler if sampler is None else sampler
    start = x_t.to(denoiser.device)
    predict = _in_parts(model)
    if _sees_its_prediction(description.network):
        predict = _remembering(model, chosen.clip, predicted_x_0)
    return reverse_chain(denoiser.schedule, predict, start, generator, chosen, t=t)


def _sees_its_prediction(network: NetworkConfiguration) -> bool:
    return isinstance(network, LucidrainsConfiguration) and network.self_condition


def _in_parts(model: LoadedModel) -> Predict:
    denoiser = model.denoiser
    part = samples_at_once(model.description.network, denoiser.device)
    return lambda x_t, t: _joined([denoiser.predict(piece, t) for piece in x_t.split(part)])


def _remembering(model: LoadedModel, clip: float | None, predicted_x_0: Tensor | None) -> Predict:
    """:func:`_in_parts` of one chain, in which the network sees the x_0 that it predicted last.

    Limited like the x_0 that the step was made of, and nothing at the first step (Chen et al. 2023).
    """
    denoiser = model.denoiser
    part = samples_at_once(model.description.network, denoiser.device)
    before = predicted_x_0

    def predict(x_t: Tensor, t: int) -> Tensor | Prediction:
        nonlocal before
        seen = torch.zeros_like(x_t) if before is None else before.to(x_t.device)
        pieces = zip(x_t.split(part), seen.split(part), strict=True)
        found = _joined([denoiser.predict(piece, t, before=x_0) for piece, x_0 in pieces])
        before = clipped(found.x_0 if isinstance(found, Prediction) else found, clip)
        return found

    return predict


def _joined(parts: list[Tensor | Prediction]) -> Tensor | Prediction:
    """What was predicted for parts of the samples, for all of them; of one kind."""
    if len(parts) == 1:
        return parts[0]
    with_variance = [part for part in parts if isinstance(part, Prediction)]
    if with_variance:
        shares = torch.cat([part.variance_share for part in with_variance])
        return Prediction(torch.cat([part.x_0 for part in with_variance]), shares)
    return torch.cat([part for part in parts if isinstance(part, Tensor)])


def sample_model(
    model: LoadedModel, count: int, seed: int, sampler: SamplerConfiguration | None = None
) -> Tensor:
    """``count`` samples x_0, float32 (count, *sample_shape) on the CPU: the end of that chain."""
    for step in sampling_steps(model, count, seed, sampler):
        last = step
    return last.x.to("cpu")
