"""Draws samples from a loaded model by a reverse chain, in memory that stays bounded."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ddpm_studio.checkpoints.condition import UNCONDITIONED, Condition
from ddpm_studio.checkpoints.conditioned import conditioned
from ddpm_studio.checkpoints.ready_network import ready, ready_alone
from ddpm_studio.checkpoints.samples_at_once import samples_at_once
from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.checkpoints.whole_steps import Unguided, whole_steps
from ddpm_studio.diffusion.chains import (
    ChainStep,
    Prediction,
    initial_noise,
    together,
)
from ddpm_studio.diffusion.gaussians import clipped
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.diffusion.samplers import reverse_chain
from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    NetworkConfiguration,
    class_count,
)
from ddpm_studio.networks.denoiser import Denoiser
from ddpm_studio.networks.precision import Precision
from ddpm_studio.networks.sampling_form import relative_error

__all__ = ["resumed_steps", "sample_model", "samples_at_once", "sampling_steps"]


def sampling_steps(
    model: LoadedModel,
    count: int,
    seed: int,
    sampler: SamplerConfiguration | None = None,
    condition: Condition = UNCONDITIONED,
    precision: Precision | str = Precision.FLOAT32,
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
    T = model.denoiser.schedule.T
    return resumed_steps(model, x_T, T, generator, sampler, condition, precision=precision)


def resumed_steps(
    model: LoadedModel,
    x_t: Tensor,
    t: int,
    generator: torch.Generator,
    sampler: SamplerConfiguration | None = None,
    condition: Condition = UNCONDITIONED,
    predicted_x_0: Tensor | None = None,
    precision: Precision | str = Precision.FLOAT32,
) -> Iterator[ChainStep]:
    """The rest of a chain that has come to x_t (N, …), or a branch of it; t from 1 to T.

    It is the rest bit for bit with the state that the generator, a CPU one, had when x_t was
    yielded; with any other it is a branch. N is that of the whole chain where classes are in turn.
    A network with self-conditioning needs the ``predicted_x_0`` of that step, too; without it, it
    goes on as at the start of a chain. With the ``precision`` "bfloat16" the network is faster where
    the device knows such numbers, and errs by about a hundredth.

    On CUDA steps are yielded while the GPU still computes them, unless a classifier guides:
    :meth:`ChainStep.require_finite` waits for one.
    """
    description, denoiser = model.description, model.denoiser
    chosen = description.sampler if sampler is None else sampler
    start = x_t.to(denoiser.device)
    made = conditioned(description, denoiser.device, condition, len(start))
    labels = None if class_count(description.network) is None else made.labels
    before = _seen_before(description.network, start, predicted_x_0)
    predict = _InParts(model, labels, chosen.clip, before, precision)
    plain = reverse_chain(
        denoiser.schedule, predict, start, generator, chosen, t=t, guide=made.guide
    )
    if not start.is_cuda or made.guide is not None:
        return plain
    chain = Unguided(model, start, t, generator, chosen, labels, before, precision)
    return whole_steps(chain, otherwise=plain)


def _seen_before(
    network: NetworkConfiguration, x_t: Tensor, predicted_x_0: Tensor | None
) -> Tensor | None:
    """What a network with self-conditioning is shown of the step before: nothing, 0, at the first.

    None for any other network.
    """
    if not isinstance(network, LucidrainsConfiguration) or not network.self_condition:
        return None
    return torch.zeros_like(x_t) if predicted_x_0 is None else predicted_x_0.to(x_t.device)


class _InParts:
    """What the network predicts in one chain: it is shown as many samples as memory likes.

    A network with self-conditioning sees the x_0 that it predicted last, limited like the x_0 that
    the step was made of; and nothing at the first step (Chen et al. 2023).
    """

    def __init__(
        self,
        model: LoadedModel,
        labels: Tensor | None,
        clip: float | None,
        before: Tensor | None,
        precision: Precision | str,
    ) -> None:
        self._model, self._precision = model, precision
        self._denoiser: Denoiser | None = None  # once there is a sample to choose its form with
        self._part = samples_at_once(model.description.network, model.denoiser.device)
        self._labels, self._clip, self._before = labels, clip, before

    def __call__(self, x_t: Tensor, t: int) -> Tensor | Prediction:
        pieces = x_t.split(self._part)
        labels = self._split(self._labels, pieces)
        if self._denoiser is None:
            self._denoiser = ready_alone(self._model, pieces[0], labels[0], self._precision)
        parts = zip(pieces, labels, self._split(self._before, pieces), strict=True)
        found = together(
            [self._denoiser.predict(piece, t, label, before) for piece, label, before in parts]
        )
        if self._before is not None:
            x_0 = found.x_0 if isinstance(found, Prediction) else found
            self._before = clipped(x_0, self._clip)
        return found

    def _split(self, whole: Tensor | None, pieces: tuple[Tensor, ...]) -> tuple[Tensor | None, ...]:
        return (None,) * len(pieces) if whole is None else tuple(whole.split(self._part))


@torch.inference_mode()
def precision_error(
    model: LoadedModel, x: Tensor, precision: Precision | str, condition: Condition = UNCONDITIONED
) -> float:
    """How far the network's output in that precision is from its output in float32.

    |difference| / |output| for the samples x (N, …), the largest of t = 1, T / 2 and T. What a
    network is shown of noise alone at small t is unlike data: it says how exact its arithmetic is,
    not how good its samples are.
    """
    x = x.to(model.denoiser.device)
    label = conditioned(model.description, x.device, condition, len(x)).labels
    label = None if class_count(model.description.network) is None else label
    rounded, T = ready(model, x, label, precision), model.denoiser.schedule.T
    more = () if label is None else (label,)
    errors = []
    for t in {1, (T + 1) // 2, T}:
        step = torch.full((1,), t, device=x.device)
        exact = model.denoiser.network(x, step, *more)
        errors.append(relative_error(exact, rounded.network(x, step, *more)))
    return max(errors)


def sample_model(
    model: LoadedModel,
    count: int,
    seed: int,
    sampler: SamplerConfiguration | None = None,
    condition: Condition = UNCONDITIONED,
    precision: Precision | str = Precision.FLOAT32,
) -> Tensor:
    """``count`` samples x_0, float32 (count, *sample_shape) on the CPU: the end of that chain."""
    for step in sampling_steps(model, count, seed, sampler, condition, precision):
        last = step
    return last.x.to("cpu")
