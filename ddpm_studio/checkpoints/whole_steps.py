"""A reverse chain whose steps are queued for a GPU, each of them whole, and not waited for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.checkpoints.ready_network import ready
from ddpm_studio.checkpoints.samples_at_once import samples_at_once
from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.diffusion.chains import ChainStep
from ddpm_studio.diffusion.device_queue import Arrival
from ddpm_studio.diffusion.noise_feed import NoiseFeed
from ddpm_studio.diffusion.respacing import RespacedSchedule
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.diffusion.samplers import chain_path, steps_along
from ddpm_studio.diffusion.step_table import learns, step_table
from ddpm_studio.networks.precision import Precision
from ddpm_studio.networks.recording import DIFFERENCE
from ddpm_studio.networks.static_step import StaticStep, StepInputs, StepOutputs

_STEPS_AHEAD = 2
"""So many may be queued that nobody has looked at yet: a chain that is not finite ends soon."""


@dataclass(frozen=True, eq=False)
class Unguided:
    """A chain from x_t, float32 (N, …) on the model's device, and a CPU generator.

    ``labels`` (N,) and ``before``, the x_0 predicted last, of x_t's shape: for a network that looks
    at them, None for any other.
    """

    model: LoadedModel
    x_t: Tensor
    t: int
    generator: torch.Generator
    sampler: SamplerConfiguration
    labels: Tensor | None
    before: Tensor | None
    precision: Precision | str


@torch.inference_mode()
def whole_steps(chain: Unguided, otherwise: Iterator[ChainStep]) -> Iterator[ChainStep]:
    """The steps of reverse_chain, to rounding; those of ``otherwise`` where these cannot be queued.

    Raises as reverse_chain does, but NotFiniteError up to two steps after the first that is not
    finite: :meth:`ChainStep.require_finite` says it of a step. x_0 is yielded only where all were.
    """
    path = chain_path(chain.model.denoiser.schedule, chain.sampler.steps, chain.t)
    try:
        take = _WholeSteps(chain, path)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError:  # no page-locked memory, for one
        yield from otherwise
        return
    yield from steps_along(path, chain.x_t, chain.t, take)


class _WholeSteps:
    """Queues one step after the other, of as many samples at a time as memory likes."""

    def __init__(self, chain: Unguided, path: RespacedSchedule) -> None:
        self._chain, self._times = chain, path.times.tolist()
        denoiser, device = chain.model.denoiser, chain.x_t.device
        self._table = step_table(denoiser.target, denoiser.schedule, path, chain.sampler, device)
        self._noise = NoiseFeed(tuple(chain.x_t.shape), chain.generator, device)
        self._before = chain.before
        self._part = samples_at_once(chain.model.description.network, device)
        self._steps: dict[torch.Size, StaticStep] = {}
        self._unseen: deque[ChainStep] = deque()
        first = next(self._inputs(chain.x_t, self._times.index(chain.t), None))
        self._steps[first.x.shape] = self._recorded(first)

    def __call__(self, x: Tensor, i: int) -> ChainStep:
        self._look(_STEPS_AHEAD - 1)
        drawn: AbstractContextManager[Tensor | None] = (
            self._noise.drawn() if self._table.draws[i] else nullcontext()
        )
        with drawn as z:
            step = self._queued(x, i, z)
        self._unseen.append(step)
        if i == 1:
            self._look(0)
        return step

    def _look(self, left: int) -> None:
        while len(self._unseen) > left:
            self._unseen.popleft().require_finite()

    def _queued(self, x: Tensor, i: int, z: Tensor | None) -> ChainStep:
        after, x_0 = torch.empty_like(x), torch.empty_like(x)
        pieces = list(self._inputs(x, i, z))
        are_finite = torch.empty(len(pieces), dtype=torch.bool, device=x.device)
        outputs = zip(after.split(self._part), x_0.split(self._part), are_finite, strict=True)
        for inputs, out in zip(pieces, outputs, strict=True):
            self._step_of(inputs).take(inputs, StepOutputs(*out))
        if self._before is not None:
            self._before = x_0
        return ChainStep(self._times[i - 1], after, x_0, Arrival(are_finite))

    def _inputs(self, x: Tensor, i: int, z: Tensor | None) -> Iterator[StepInputs]:
        """Of every part of the samples."""
        row, t = self._table.rows[i], self._table.times[i : i + 1]
        wholes = x, z, self._chain.labels, self._before
        for first in range(0, len(x), self._part):
            part, *more = (
                None if whole is None else whole[first : first + self._part] for whole in wholes
            )
            assert part is not None
            yield StepInputs(part, row, t, *more)

    def _step_of(self, inputs: StepInputs) -> StaticStep:
        """The recorded one; another for the last part, where that has fewer samples."""
        shape = inputs.x.shape
        if shape not in self._steps:
            self._steps[shape] = self._made(inputs)
        return self._steps[shape]

    def _made(self, inputs: StepInputs) -> StaticStep:
        denoiser = ready(self._chain.model, inputs.x, inputs.label, self._chain.precision)
        return StaticStep(denoiser, inputs, learns(self._chain.sampler))

    def _recorded(self, inputs: StepInputs) -> StaticStep:
        precision = Precision(self._chain.precision)

        def make() -> StaticStep:
            step = self._made(inputs)
            step.record(inputs, DIFFERENCE[precision])
            return step

        asked = precision, inputs.x.shape, learns(self._chain.sampler)
        return self._chain.model.forms.get("step", asked, make)
