"""The Gaussians of the paper, each as a mean and a variance (DDPM, eqs. 1, 2, 4, 6, 7 and 11).

Tensors have any shape, in which x_0, x_t and epsilon agree; t runs from 1 to T and is one for all
samples. Steps outside that raise ValueError.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.diffusion.sampler_configuration import FIXED_VARIANCES, ReverseVariance
from ddpm_studio.diffusion.schedule import NoiseSchedule

Number = float | Tensor
"""A coefficient: a float, or a tensor of no dimension, of a step whose kernels are recorded once."""


@dataclass(frozen=True)
class Gaussian:
    """N(mean, variance · I): ``mean`` of any shape, ``variance`` one number >= 0.

    Or, with a tensor of variances >= 0 that broadcasts to the mean's shape, N(mean, diag(variance)).
    """

    mean: Tensor
    variance: float | Tensor

    def sample(self, generator: torch.Generator) -> Tensor:
        """One draw, of the mean's shape.

        The noise comes from ``generator`` (a CPU one): one seed, one chain, on every device.
        """
        if not isinstance(self.variance, Tensor) and self.variance == 0.0:
            return self.mean.clone()
        noise = standard_normal(self.mean.shape, generator, self.mean.device)
        # Into the noise's own memory where that may be: to get as much anew takes as long as to add.
        reuses = noise.dtype == self.mean.dtype and not self.mean.requires_grad
        return self.at(noise, out=noise if reuses else None)

    def at(self, z: Tensor, out: Tensor | None = None) -> Tensor:
        """mean + sqrt(variance) z, of the mean's shape, as is z; ``out`` may be z itself."""
        if isinstance(self.variance, Tensor):
            return torch.addcmul(self.mean, z, self.variance.sqrt(), out=out)
        return torch.add(self.mean, z, alpha=self.variance**0.5, out=out)


@dataclass(frozen=True)
class StepCoefficients:
    """N(of_x_0 · x_0 + of_x_t · x_t, variance · I): a step before x_0 is predicted."""

    of_x_0: Number
    of_x_t: Number
    variance: Number

    def gaussian(self, x_0: Tensor, x_t: Tensor, variance: Tensor | None = None) -> Gaussian:
        """That of such a prediction; ``variance``, where it was predicted, takes the place of ours."""
        mean = self.of_x_0 * x_0 + self.of_x_t * x_t
        return Gaussian(mean, self.variance if variance is None else variance)


def standard_normal(
    shape: torch.Size | tuple[int, ...], generator: torch.Generator, device: torch.device | str
) -> Tensor:
    """z ~ N(0, I) of ``shape``, float32, drawn where the generator lives and then moved."""
    return torch.randn(shape, generator=generator, device=generator.device).to(device)


def _require_step(schedule: NoiseSchedule, t: int) -> None:
    if not 1 <= t <= schedule.T:
        raise ValueError(f"t must lie between 1 and T = {schedule.T}, not {t}.")


def marginal(schedule: NoiseSchedule, x_0: Tensor, t: int) -> Gaussian:
    """q(x_t | x_0) = N(sqrt(alpha_bar_t) x_0, (1 - alpha_bar_t) I), t = 0 … T (DDPM, eq. 4)."""
    if t != 0:
        _require_step(schedule, t)
    signal = float(schedule.alpha_bar[t]) ** 0.5
    return Gaussian(signal * x_0, float(schedule.marginal_variance[t]))


def transition(schedule: NoiseSchedule, x_previous: Tensor, t: int) -> Gaussian:
    """q(x_t | x_{t-1}) = N(sqrt(1 - beta_t) x_{t-1}, beta_t I), t = 1 … T (DDPM, eq. 2)."""
    _require_step(schedule, t)
    return Gaussian(float(schedule.alpha[t]) ** 0.5 * x_previous, float(schedule.beta[t]))


def posterior(schedule: NoiseSchedule, x_0: Tensor, x_t: Tensor, t: int) -> Gaussian:
    """q(x_{t-1} | x_t, x_0) = N(mu_tilde_t, beta_tilde_t I), t = 1 … T (DDPM, eqs. 6 and 7)."""
    return posterior_coefficients(schedule, t).gaussian(x_0, x_t)


def posterior_coefficients(
    schedule: NoiseSchedule, t: int, variance: float | None = None
) -> StepCoefficients:
    """Of q(x_{t-1} | x_t, x_0), t = 1 … T (DDPM, eq. 7), or of its mean with another variance."""
    _require_step(schedule, t)
    return StepCoefficients(
        float(schedule.posterior_x_0_coefficient[t]),
        float(schedule.posterior_x_t_coefficient[t]),
        float(schedule.posterior_variance[t]) if variance is None else variance,
    )


def mean_from_x_0(schedule: NoiseSchedule, x_0: Tensor, x_t: Tensor, t: int) -> Tensor:
    """mu_tilde_t(x_t, x_0), the posterior's mean and, of a predicted x_0, p_theta's (DDPM, eq. 7)."""
    return posterior(schedule, x_0, x_t, t).mean


def mean_from_noise(schedule: NoiseSchedule, noise: Tensor, x_t: Tensor, t: int) -> Tensor:
    """(x_t - beta_t / sqrt(1 - alpha_bar_t) epsilon) / sqrt(alpha_t), of a predicted epsilon.

    DDPM, eq. 11: the same as :func:`mean_from_x_0` of the x_0 that epsilon implies.
    """
    _require_step(schedule, t)
    share = float(schedule.beta[t]) / float(schedule.marginal_variance[t]) ** 0.5
    return (x_t - share * noise) / float(schedule.alpha[t]) ** 0.5


def score_from_noise(schedule: NoiseSchedule, noise: Tensor, t: int) -> Tensor:
    """grad log q(x_t) as a predicted epsilon implies it: -epsilon / sqrt(1 - alpha_bar_t).

    Exact where epsilon is E[epsilon | x_t] (DDPM, section 3.2; Song & Ermon 2019).
    """
    _require_step(schedule, t)
    return noise / -(float(schedule.marginal_variance[t]) ** 0.5)


def clipped(x_0: Tensor, clip: Number | None) -> Tensor:
    """x_0 limited to [-clip, clip], or as it is with None; to be done before a mean is formed."""
    if isinstance(clip, Tensor):
        return x_0.clamp(-clip, clip)
    return x_0 if clip is None else x_0.clamp(-clip, clip)


def fixed_variance(schedule: NoiseSchedule, t: int, kind: ReverseVariance | str) -> float:
    """sigma_t² = beta_t where ``kind`` is "fixed-large", beta_tilde_t where "fixed-small".

    Raises ValueError for the learned one, which is not fixed.
    """
    _require_step(schedule, t)
    if kind not in FIXED_VARIANCES:
        raise ValueError(f"{kind!r} is no fixed variance.")
    large = kind == ReverseVariance.FIXED_LARGE
    return float((schedule.beta if large else schedule.posterior_variance)[t])


def learned_range_variance(schedule: NoiseSchedule, v: Tensor, t: int) -> Tensor:
    """sigma_t² = exp(v ln beta_t + (1 - v) ln beta_tilde_t), one for each element of ``v``.

    ``v`` is the network's share, 0 for beta_tilde_t to 1 for beta_t (Nichol & Dhariwal 2021,
    eq. 15; an output from -1 to 1 in their code is 2 v - 1). beta_tilde_1 = 0 has no logarithm:
    as in their code beta_tilde_2 stands in for it, and beta_1 where T = 1.
    """
    return variance_within(learned_log_range(schedule, t), v)


def learned_log_range(schedule: NoiseSchedule, t: int) -> tuple[float, float]:
    """(ln beta_tilde_t, ln beta_t), the ends of :func:`learned_range_variance`."""
    _require_step(schedule, t)
    smallest = float(schedule.posterior_variance[min(max(t, 2), schedule.T)])
    large = float(schedule.beta[t])
    return math.log(smallest or large), math.log(large)


def variance_within(log_range: tuple[Number, Number], v: Tensor) -> Tensor:
    """The variances at the shares v between the ends of a range of logarithms."""
    low, high = log_range
    return torch.exp(v * high + (1 - v) * low)


def reverse_step(
    schedule: NoiseSchedule,
    predicted_x_0: Tensor,
    x_t: Tensor,
    t: int,
    variance: ReverseVariance | Tensor = ReverseVariance.FIXED_LARGE,
) -> Gaussian:
    """p_theta(x_{t-1} | x_t): the posterior with x_0 replaced by its prediction (DDPM, eq. 11).

    ``variance`` is a fixed one, or the variances themselves, as from
    :func:`learned_range_variance`. With any the last step, t = 1, draws nothing: it returns the
    mean (DDPM, Algorithm 2, "z = 0 if t = 1").
    """
    if not isinstance(variance, Tensor):
        return reverse_coefficients(schedule, t, variance).gaussian(predicted_x_0, x_t)
    # At t = 1 the posterior's variance is 0.
    learned = variance if t > 1 else None
    return posterior_coefficients(schedule, t).gaussian(predicted_x_0, x_t, learned)


def reverse_coefficients(
    schedule: NoiseSchedule, t: int, variance: ReverseVariance | str
) -> StepCoefficients:
    """Of :func:`reverse_step` with a fixed variance."""
    fixed = fixed_variance(schedule, t, variance) if t > 1 else 0.0
    return posterior_coefficients(schedule, t, fixed)


def ddim_step(
    schedule: NoiseSchedule, predicted_x_0: Tensor, x_t: Tensor, t: int, eta: float = 0.0
) -> Gaussian:
    """The step of DDIM (Song, Meng & Ermon 2021, eq. 12), with sigma_t² = eta² beta_tilde_t (eq. 16).

    mean = sqrt(alpha_bar_{t-1}) x_0 + sqrt(1 - alpha_bar_{t-1} - sigma_t²) epsilon, with the
    epsilon that x_t and ``predicted_x_0`` imply: where x_0 was clipped, epsilon follows (as in
    improved-diffusion; diffusers' ``use_clipped_model_output``), so that eta = 1 is exactly
    :func:`reverse_step` with the fixed small variance. eta from 0, which draws nothing, to 1.
    """
    return ddim_coefficients(schedule, t, eta).gaussian(predicted_x_0, x_t)


def ddim_coefficients(schedule: NoiseSchedule, t: int, eta: float = 0.0) -> StepCoefficients:
    """Of :func:`ddim_step`."""
    _require_step(schedule, t)
    variance = eta**2 * float(schedule.posterior_variance[t])
    left = max(0.0, float(schedule.marginal_variance[t - 1]) - variance)
    direction = (left / float(schedule.marginal_variance[t])) ** 0.5
    signal_before, signal = (float(schedule.alpha_bar[s]) ** 0.5 for s in (t - 1, t))
    return StepCoefficients(signal_before - direction * signal, direction, variance)
