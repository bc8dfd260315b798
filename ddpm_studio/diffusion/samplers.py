"""The reverse chain as a generator: ancestral sampling (DDPM, Algorithm 2) or DDIM (Song et al. 2021).

Either takes all T steps or evenly spaced ones, and begins at x_T or at any other x_t: a chain is
resumed with the state that its generator had when x_t was yielded, and branched with another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.diffusion.chains import ChainStep, Predict, Prediction, require_finite
from ddpm_studio.diffusion.gaussians import (
    Gaussian,
    clipped,
    ddim_step,
    learned_range_variance,
    reverse_step,
)
from ddpm_studio.diffusion.guidance import Guide, guided_step, guided_x_0, guiding_variance
from ddpm_studio.diffusion.respacing import RespacedSchedule, kept_times, respaced_at
from ddpm_studio.diffusion.sampler_configuration import (
    ReverseVariance,
    SamplerConfiguration,
    SamplerError,
    SamplerKind,
)
from ddpm_studio.diffusion.schedule import NoiseSchedule

__all__ = [
    "SamplerConfiguration",
    "SamplerError",
    "SamplerKind",
    "chain_path",
    "learned_share",
    "reverse_chain",
    "steps_along",
]


@torch.inference_mode()
def reverse_chain(
    schedule: NoiseSchedule,
    predict: Predict,
    x_t: Tensor,
    generator: torch.Generator,
    sampler: SamplerConfiguration = SamplerConfiguration(),  # noqa: B008 (frozen)
    *,
    t: int | None = None,
    guide: Guide | None = None,
) -> Iterator[ChainStep]:
    """x_t, …, x_0 of p_theta; with ``t`` None it begins at T, with x_T ~ N(0, I).

    ``predict`` gives x_0 as the network sees it in x_t (N, …); it is asked with the schedule's
    own t, of which a sampler with fewer steps visits some: the steps yielded carry those t. Where
    the t to begin with is none of them, it comes before those below it. With a clip the prediction
    is limited *before* the mean is formed, as in the paper's own code. Each step yielded carries
    the x_0 predicted that led to it (None at the first). With the variance
    "learned-range" ancestral steps take theirs from the prediction's share. A ``guide``, asked like
    the network, draws every step towards a class; with DDIM it moves the x_0 that a step carries.

    Raises, at the first step: ScheduleError for more steps than T, ValueError for t outside
    1 … T; SamplerError for a learned variance that there is not; and NotFiniteError at the first x
    that is not finite.
    """
    start = schedule.T if t is None else t
    path = chain_path(schedule, sampler.steps, start)
    times = path.times.tolist()

    def take(x: Tensor, i: int) -> ChainStep:
        prediction = predict(x, times[i])
        score = None if guide is None else guide(x, times[i])
        step, x_0 = _step(path.schedule, prediction, score, x, i, sampler)
        x = step.sample(generator)
        require_finite(torch.isfinite(x), times[i - 1])
        return ChainStep(times[i - 1], x, x_0)

    yield from steps_along(path, x_t, start, take)


def steps_along(
    path: RespacedSchedule, x_t: Tensor, t: int, take: Callable[[Tensor, int], ChainStep]
) -> Iterator[ChainStep]:
    """x_t, and then every step that ``take`` makes of x and its index i in the path, i … 1."""
    step = ChainStep(t, x_t)
    yield step
    for i in range(path.times.tolist().index(t), 0, -1):
        step = take(step.x, i)
        yield step


def chain_path(schedule: NoiseSchedule, steps: int | None, t: int) -> RespacedSchedule:
    """The schedule through the kept times and t; through the kept ones alone where t is of them.

    Those above t stay: without them the betas could differ in the last digit from a whole chain's.
    Raises ScheduleError for more steps than T, ValueError for t outside 1 … T.
    """
    if not 1 <= t <= schedule.T:
        raise ValueError(f"t must lie between 1 and T = {schedule.T}, not {t}.")
    times = kept_times(schedule.T, schedule.T if steps is None else steps)
    return respaced_at(schedule, np.union1d(times, t))


def _step(
    schedule: NoiseSchedule,
    prediction: Tensor | Prediction,
    score: Tensor | None,
    x_t: Tensor,
    i: int,
    sampler: SamplerConfiguration,
) -> tuple[Gaussian, Tensor]:
    """p_theta(x_{i-1} | x_i), and the x_0 that it was made of; a score guides either."""
    x_0 = prediction.x_0 if isinstance(prediction, Prediction) else prediction
    x_0 = clipped(x_0, sampler.clip)
    if sampler.kind == SamplerKind.DDIM:
        if score is not None:
            x_0 = guided_x_0(schedule, x_0, score, i)
        return ddim_step(schedule, x_0, x_t, i, sampler.eta), x_0
    variance = _variance(schedule, prediction, i, sampler)
    step = reverse_step(schedule, x_0, x_t, i, variance)
    if score is not None:
        step = guided_step(step, guiding_variance(schedule, i, variance), score)
    return step, x_0


def _variance(
    schedule: NoiseSchedule,
    prediction: Tensor | Prediction,
    i: int,
    sampler: SamplerConfiguration,
) -> ReverseVariance | Tensor:
    if sampler.variance != ReverseVariance.LEARNED_RANGE:
        return ReverseVariance(sampler.variance)
    return learned_range_variance(schedule, learned_share(prediction), i)


def learned_share(prediction: Tensor | Prediction) -> Tensor:
    """Its share of the variance. Raises SamplerError where it has none."""
    if not isinstance(prediction, Prediction):
        raise SamplerError(
            "This network did not learn a variance: choose a fixed one, large or small."
        )
    return prediction.variance_share
