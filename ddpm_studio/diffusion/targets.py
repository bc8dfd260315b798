"""What a network may be trained to predict, and how one prediction turns into the others.

With a = sqrt(alpha_bar_t) and s = sqrt(1 - alpha_bar_t), x_t = a x_0 + s epsilon (DDPM, eq. 4) and
v = a epsilon - s x_0 (Salimans & Ho 2022, appendix D).
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.diffusion.schedule import NoiseSchedule


class Target(StrEnum):
    """The quantity that a network's output stands for."""

    NOISE = "noise"
    X_0 = "x_0"
    V = "v"
    X_PREV = "x_prev"  # the posterior's mean mu_tilde_t(x_t, x_0); of opened networks alone


def signal_and_noise_scales(
    schedule: NoiseSchedule, t: Tensor, like: Tensor
) -> tuple[Tensor, Tensor]:
    """(sqrt(alpha_bar_t), sqrt(1 - alpha_bar_t)) for a batch of t.

    ``t`` is an integer tensor of shape (1,) or (B,); the results broadcast over ``like`` (B, …),
    in its dtype and on its device. The square roots are taken in float64.
    """
    squares = np.stack((schedule.alpha_bar, schedule.marginal_variance))
    scales = torch.from_numpy(squares)[:, t.cpu()].sqrt().to(like)
    signal, noise = scales.reshape(2, -1, *(1,) * (like.ndim - 1))
    return signal, noise


def _posterior_weights(schedule: NoiseSchedule, t: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
    """The coefficients of x_0 and of x_t in mu_tilde_t (DDPM, eq. 7), as the scales above."""
    both = np.stack((schedule.posterior_x_0_coefficient, schedule.posterior_x_t_coefficient))
    weights = torch.from_numpy(both)[:, t.cpu()].to(like)
    of_x_0, of_x_t = weights.reshape(2, -1, *(1,) * (like.ndim - 1))
    return of_x_0, of_x_t


def target_value(
    target: Target, x_0: Tensor, noise: Tensor, schedule: NoiseSchedule, t: Tensor
) -> Tensor:
    """What the network should output for x_t = a x_0 + s noise; shapes (B, …), t of shape (B,)."""
    if target is Target.NOISE:
        return noise
    if target is Target.X_0:
        return x_0
    signal, sigma = signal_and_noise_scales(schedule, t, x_0)
    if target is Target.X_PREV:
        of_x_0, of_x_t = _posterior_weights(schedule, t, x_0)
        return of_x_0 * x_0 + of_x_t * (signal * x_0 + sigma * noise)
    return signal * noise - sigma * x_0


def predicted_x_0(
    target: Target, output: Tensor, x_t: Tensor, schedule: NoiseSchedule, t: Tensor
) -> Tensor:
    """The x_0 that a network's output implies (DDPM, eq. 15 for the noise target)."""
    if target is Target.X_0:
        return output
    return implied_x_0(target, output, x_t, output_scales(target, schedule, t, x_t))


def output_scales(
    target: Target, schedule: NoiseSchedule, t: Tensor, like: Tensor
) -> tuple[Tensor, Tensor]:
    """The two numbers of :func:`implied_x_0`: the coefficients of x_0 and of what is added to it.

    Of t and ``like`` as in :func:`signal_and_noise_scales`, whose numbers they are but for x_prev.
    """
    if target is Target.X_0:  # which needs none
        return like.new_ones(len(t)), like.new_ones(len(t))
    if target is Target.X_PREV:
        return _posterior_weights(schedule, t, like)
    return signal_and_noise_scales(schedule, t, like)


def implied_x_0(
    target: Target, output: Tensor, x_t: Tensor, scales: tuple[Tensor, Tensor]
) -> Tensor:
    """:func:`predicted_x_0` with the coefficients at hand, which broadcast over x_t."""
    if target is Target.X_0:
        return output
    of_x_0, of_rest = scales
    if target is Target.X_PREV:
        return (output - of_rest * x_t) / of_x_0
    if target is Target.NOISE:
        return (x_t - of_rest * output) / of_x_0
    return of_x_0 * x_t - of_rest * output


def predicted_noise(
    target: Target, output: Tensor, x_t: Tensor, schedule: NoiseSchedule, t: Tensor
) -> Tensor:
    """The epsilon that a network's output implies; t >= 1."""
    if target is Target.NOISE:
        return output
    signal, sigma = signal_and_noise_scales(schedule, t, x_t)
    if target is Target.X_PREV:
        output = predicted_x_0(target, output, x_t, schedule, t)
    if target in (Target.X_0, Target.X_PREV):
        return (x_t - signal * output) / sigma
    return signal * output + sigma * x_t
