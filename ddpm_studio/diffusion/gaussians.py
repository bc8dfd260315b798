"""The four Gaussians of the paper, each as a mean and a variance (DDPM, eqs. 1, 2, 4, 6 and 7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor

from ddpm_studio.diffusion.schedule import NoiseSchedule


class ReverseVariance(StrEnum):
    """Which fixed variance p_theta(x_{t-1} | x_t) has (DDPM, section 3.2)."""

    FIXED_LARGE = "fixed-large"  # sigma_t² = beta_t, best where x_0 ~ N(0, I)
    FIXED_SMALL = "fixed-small"  # sigma_t² = beta_tilde_t, best where x_0 is a single point


@dataclass(frozen=True)
class Gaussian:
    """N(mean, variance · I): ``mean`` of any shape, ``variance`` one number >= 0."""

    mean: Tensor
    variance: float

    def sample(self, generator: torch.Generator) -> Tensor:
        """One draw, of the mean's shape.

        The noise comes from ``generator`` (a CPU one): one seed, one chain, on every device.
        """
        if self.variance == 0.0:
            return self.mean.clone()
        noise = standard_normal(self.mean.shape, generator, self.mean.device)
        return torch.add(self.mean, noise, alpha=self.variance**0.5)


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
    _require_step(schedule, t)
    mean = (
        float(schedule.posterior_x_0_coefficient[t]) * x_0
        + float(schedule.posterior_x_t_coefficient[t]) * x_t
    )
    return Gaussian(mean, float(schedule.posterior_variance[t]))


def reverse_step(
    schedule: NoiseSchedule,
    predicted_x_0: Tensor,
    x_t: Tensor,
    t: int,
    variance: ReverseVariance = ReverseVariance.FIXED_LARGE,
) -> Gaussian:
    """p_theta(x_{t-1} | x_t): the posterior with x_0 replaced by its prediction (DDPM, eq. 11).

    With either variance the last step, t = 1, draws nothing: it returns the mean (DDPM,
    Algorithm 2, "z = 0 if t = 1").
    """
    mean = posterior(schedule, predicted_x_0, x_t, t).mean
    if t == 1:
        return Gaussian(mean, 0.0)
    values = (
        schedule.beta if variance is ReverseVariance.FIXED_LARGE else schedule.posterior_variance
    )
    return Gaussian(mean, float(values[t]))
