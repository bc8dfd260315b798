"""Draws samples from a loaded model by a reverse chain, in memory that stays bounded."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ddpm_studio.checkpoints.condition import UNCONDITIONED, Condition, class_count
from ddpm_studio.checkpoints.conditioned import conditioned
from ddpm_studio.checkpoints.samples_at_once import samples_at_once
from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.diffusion.chains import (
    ChainStep,
    Predict,
    Prediction,
    initial_noise,
    together,
)
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.diffusion.samplers import reverse_chain

__all__ = ["resumed_steps", "sample_model", "samples_at_once", "sampling_steps"]


def sampling_steps(
    model: LoadedModel,
    count: int,
    seed: int,
    sampler: SamplerConfiguration | None = None,
    condition: Condition = UNCONDITIONED,
) -> Iterator[ChainStep]:
    """One reverse chain of ``count`` >= 1 samples, from t = T to 0.

    ``sampler`` is by default the model's own (:attr:`ModelDescription.sampler`), which takes all T
    steps; with fewer each step carries the t that it has come to. The noise is drawn for all
    samples together, so that it depends on ``seed`` and ``count`` alone; the network sees a part
    of them at a time. Raises ConditionError, ModelFileError for the classifier, and ScheduleError
    and NotFiniteError as the chain does.
    """
    if count < 1:
        raise ValueError(f"The number of samples must be at least 1, not {count}.")
    # On the CPU whatever the device, so that the same seed gives the same noise everywhere.
    generator = torch.Generator().manual_seed(seed)
    shape, device = model.description.network.sample_shape, model.denoiser.device
    x_T = initial_noise(count, shape, generator, device)
    return resumed_steps(model, x_T, model.denoiser.schedule.T, generator, sampler, condition)


def resumed_steps(
    model: LoadedModel,
    x_t: Tensor,
    t: int,
    generator: torch.Generator,
    sampler: SamplerConfiguration | None = None,
    condition: Condition = UNCONDITIONED,
) -> Iterator[ChainStep]:
    """The rest of a chain that has come to x_t (N, …), or a branch of it; t from 1 to T.

    It is the rest bit for bit with the state that the generator, a CPU one, had when x_t was
    yielded; with any other it is a branch. N is that of the whole chain where classes are in turn.
    """
    description, denoiser = model.description, model.denoiser
    chosen = description.sampler if sampler is None else sampler
    start = x_t.to(denoiser.device)
    ready = conditioned(description, denoiser.device, condition, len(start))
    predict = _in_parts(model, ready.labels)
    return reverse_chain(
        denoiser.schedule, predict, start, generator, chosen, t=t, guide=ready.guide
    )


def _in_parts(model: LoadedModel, labels: Tensor | None) -> Predict:
    denoiser = model.denoiser
    part = samples_at_once(model.description.network, denoiser.device)
    knows_classes = class_count(model.description.network) is not None

    def predict(x_t: Tensor, t: int) -> Tensor | Prediction:
        pieces = x_t.split(part)
        if labels is None or not knows_classes:
            return together([denoiser.predict(piece, t) for piece in pieces])
        both = zip(pieces, labels.split(part), strict=True)
        return together([denoiser.predict(piece, t, label) for piece, label in both])

    return predict


def sample_model(
    model: LoadedModel,
    count: int,
    seed: int,
    sampler: SamplerConfiguration | None = None,
    condition: Condition = UNCONDITIONED,
) -> Tensor:
    """``count`` samples x_0, float32 (count, *sample_shape) on the CPU: the end of that chain."""
    for step in sampling_steps(model, count, seed, sampler, condition):
        last = step
    return last.x.to("cpu")
