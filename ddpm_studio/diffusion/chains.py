"""The two Markov chains as generators: q simulated step by step, p_theta by ancestral sampling.

Both yield a :class:`ChainStep` for every t. The driver (a thread, a test, the command line) owns
progress and cancelling: it just stops asking for the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.diffusion.gaussians import (
    ReverseVariance,
    reverse_step,
    standard_normal,
    transition,
)
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.explained_error import ExplainedError

PredictX0 = Callable[[Tensor, int], Tensor]
"""(x_t of shape (N, …), t) -> predicted x_0 of the same shape."""


class NotFiniteError(ExplainedError, ArithmeticError):
    """A chain produced NaN or infinity; the message says at which t and what to try."""


@dataclass(frozen=True)
class ChainStep:
    """x_t of one chain. ``x`` has shape (N, …) and is never written to again."""

    t: int
    x: Tensor
    predicted_x_0: Tensor | None = None


def forward_chain(
    schedule: NoiseSchedule, x_0: Tensor, generator: torch.Generator
) -> Iterator[ChainStep]:
    """x_0, x_1, …, x_T with x_t = sqrt(1 - beta_t) x_{t-1} + sqrt(beta_t) z_t (DDPM, eq. 2).

    A true simulation of the chain: each z_t is fresh and x_t is made from x_{t-1} alone, so
    successive frames belong together (the closed form with a new epsilon per t would flicker).
    """
    x = x_0
    yield ChainStep(0, x)
    for t in range(1, schedule.T + 1):
        x = transition(schedule, x, t).sample(generator)
        yield ChainStep(t, x)


def initial_noise(
    count: int,
    sample_shape: tuple[int, ...],
    generator: torch.Generator,
    device: torch.device | str,
) -> Tensor:
    """x_T ~ N(0, I), shape (count, *sample_shape), float32."""
    return standard_normal((count, *sample_shape), generator, device)


@torch.inference_mode()
def reverse_chain(
    schedule: NoiseSchedule,
    predict_x_0: PredictX0,
    x_T: Tensor,
    generator: torch.Generator,
    *,
    variance: ReverseVariance = ReverseVariance.FIXED_LARGE,
    clip: float | None = None,
) -> Iterator[ChainStep]:
    """x_T, x_{T-1}, …, x_0 by ancestral sampling (DDPM, Algorithm 2).

    ``predict_x_0`` gives x_0 as the network sees it in x_t; with ``clip`` it is limited to
    [-clip, clip] *before* the mean is formed, as in the paper's own code. Each step yielded
    carries the prediction that led to it (None at t = T). Raises NotFiniteError at the first
    step that is not finite.
    """
    x = x_T
    yield ChainStep(schedule.T, x)
    for t in range(schedule.T, 0, -1):
        x_0 = predict_x_0(x, t)
        if clip is not None:
            x_0 = x_0.clamp(-clip, clip)
        x = reverse_step(schedule, x_0, x, t, variance).sample(generator)
        if not torch.isfinite(x).all():
            raise NotFiniteError(
                "The reverse chain is not finite at t = {t}. Its numbers grew without limit: try "
                "another seed or another model.",
                t=t - 1,
            )
        yield ChainStep(t - 1, x, x_0)
