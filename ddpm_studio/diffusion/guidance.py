"""Classifier guidance: chains drawn towards what a noisy classifier knows (Dhariwal & Nichol 2021).

With the score s ∇ ln p(y | x_t), the gradient with respect to x_t and times a scale s,

    mean + Sigma s ∇ ln p(y | x_t)                           (Algorithm 1, ancestral)
    epsilon - sqrt(1 - alpha_bar_t) s ∇ ln p(y | x_t)        (Algorithm 2, DDIM)

take the place of the mean and of epsilon. Since ∇ ln p(x_t | y) = ∇ ln p(x_t) + ∇ ln p(y | x_t),
s = 1 samples p(x_0 | y): exactly with Algorithm 2, and with Algorithm 1 in the limit of small steps.
A larger s sharpens: p(x_0) p(y | x_0)^s, in a manner of speaking.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from ddpm_studio.diffusion.gaussians import Gaussian
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance
from ddpm_studio.diffusion.schedule import NoiseSchedule

Guide = Callable[[Tensor, int], Tensor]
"""(x_t of shape (N, …), t) -> s ∇ ln p(y | x_t), of the same shape; t from 1 to T."""


def guided_step(step: Gaussian, variance: float | Tensor, score: Tensor) -> Gaussian:
    """Algorithm 1: the step of an ancestral chain with its mean moved by ``variance`` · ``score``.

    ``variance`` is that of :func:`guiding_variance`, which is not the step's at t = 1: the last step
    draws nothing, but it is guided like the others.
    """
    return Gaussian(step.mean + variance * score, step.variance)


def guiding_variance(
    schedule: NoiseSchedule, t: int, variance: ReverseVariance | Tensor
) -> float | Tensor:
    """Sigma of Algorithm 1 at t = 1 … T: p_theta's variance, a fixed one or the variances themselves.

    At t = 1 the fixed large one is beta_tilde_2, and the fixed small one 0, as in their code.
    """
    if isinstance(variance, Tensor):
        return variance
    if variance is ReverseVariance.FIXED_SMALL:
        return float(schedule.posterior_variance[t])
    if t > 1:
        return float(schedule.beta[t])
    return float(schedule.posterior_variance[2] if schedule.T > 1 else schedule.beta[1])


def guided_x_0(schedule: NoiseSchedule, x_0: Tensor, score: Tensor, t: int) -> Tensor:
    """Algorithm 2: x_0 + (1 - alpha_bar_t) / sqrt(alpha_bar_t) · score, which that epsilon implies."""
    signal = float(schedule.alpha_bar[t]) ** 0.5
    return x_0 + float(schedule.marginal_variance[t]) / signal * score
