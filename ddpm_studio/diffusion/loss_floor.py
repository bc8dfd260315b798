"""The loss that no network gets under, by t, in the unit of what the network is trained to predict.

A prediction of x_0 that is off by e is one of epsilon that is off by a e / s, and one of v that is
off by e / s, with a² = alpha_bar_t and s² = 1 - alpha_bar_t: for x_0 = (x_t - s epsilon) / a and
x_0 = a x_t - s v. The least E e² is E Var[x_0 | x_t], so that the loss per coordinate stays above

    noise   SNR_t E Var[x_0 | x_t] / D      (a² / s²)
    x_0           E Var[x_0 | x_t] / D
    v             E Var[x_0 | x_t] / (s² D) = (1 + SNR_t) E Var[x_0 | x_t] / D
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from ddpm_studio.diffusion.exact_denoisers import ExactDenoiser
from ddpm_studio.diffusion.gaussians import marginal
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import Target


def error_factor(schedule: NoiseSchedule, target: Target, t: int) -> float:
    """How many times the squared error in x_0 the squared error in ``target`` is; t = 1 … T."""
    if target is Target.X_0:
        return 1.0
    if target is Target.X_PREV:
        return float(schedule.posterior_x_0_coefficient[t]) ** 2
    numerator = float(schedule.alpha_bar[t]) if target is Target.NOISE else 1.0
    return numerator / float(schedule.marginal_variance[t])


@torch.inference_mode()
def least_losses(
    exact: ExactDenoiser,
    target: Target,
    x_0: Tensor,
    generator: torch.Generator,
    times: Sequence[int],
) -> Iterator[float]:
    """The least loss at each of ``times`` (1 … T), averaged over x_0 (N, …) with fresh noise.

    ``exact`` must know the law that x_0 is drawn from.
    """
    for t in times:
        x_t = marginal(exact.schedule, x_0, t).sample(generator)
        variance = float(exact.posterior_variance(x_t, t).double().mean())
        yield error_factor(exact.schedule, target, t) * variance
