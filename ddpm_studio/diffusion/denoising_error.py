"""The denoising error by t, and the floor under it: "my loss is flat, has it converged?"

The loss E ||epsilon - epsilon_theta(x_t, t)||² (DDPM, eq. 14) does not go to 0. Since
epsilon - epsilon_theta = sqrt(SNR_t) (x_0_theta - x_0), it is SNR_t E ||x_0 - x_0_theta||², and

    E ||x_0 - x_0_theta||² = E Var[x_0 | x_t] + E ||E[x_0 | x_t] - x_0_theta||²:

a floor that no network gets under, and an excess that training can still remove.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ddpm_studio.diffusion.chains import PredictX0
from ddpm_studio.diffusion.exact_denoisers import ExactDenoiser
from ddpm_studio.diffusion.gaussians import marginal
from ddpm_studio.diffusion.schedule import NoiseSchedule

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate:
    """Means over N independent samples for every t, and their standard errors, both (T + 1,).

    NaN where nothing was measured, as at t = 0.
    """

    value: FloatArray
    standard_error: FloatArray

    @property
    def mean(self) -> float:
        """Over all t that were measured; with all of 1 … T comparable to the training loss."""
        return float(np.nanmean(self.value))


@dataclass(frozen=True, eq=False)
class DenoisingErrors:
    """Squared errors in epsilon by t, per coordinate (as the training loss counts): 1 for a guess of 0.

    error   E ||epsilon - epsilon_theta||² / D
    floor   what an exact denoiser's remains at, SNR_t E Var[x_0 | x_t] / D
    excess  SNR_t E ||E[x_0 | x_t] - x_0_theta||² / D, the part of the error that is the network's;
            far sharper than error - floor, whose noise it does not share

    floor and excess are NaN without an exact denoiser.
    """

    error: Estimate
    floor: Estimate
    excess: Estimate


@torch.inference_mode()
def denoising_errors(
    schedule: NoiseSchedule,
    predict_x_0: PredictX0,
    x_0: Tensor,
    generator: torch.Generator,
    *,
    steps: Sequence[int] | None = None,
    exact: ExactDenoiser | None = None,
) -> Generator[DenoisingErrors, None, DenoisingErrors]:
    """Measure at each of ``steps`` (all of T … 1 by default) with x_0 (N, …), N >= 2, fresh noise.

    ``predict_x_0`` must not clip, since the loss does not. ``exact`` must know the law that x_0 is
    drawn from. Yields what is measured so far after every t, and returns all of it.
    Raises ValueError for fewer than two x_0 and for a t outside 1 … T.
    """
    if len(x_0) < 2:
        raise ValueError("At least two x_0 are needed for a standard error.")
    times = range(schedule.T, 0, -1) if steps is None else steps
    if not all(1 <= t <= schedule.T for t in times):
        raise ValueError(f"Every t must lie between 1 and T = {schedule.T}.")
    values = np.full((3, 2, schedule.T + 1), np.nan)  # error, floor, excess; mean, standard error
    for t in times:
        x_t = marginal(schedule, x_0, t).sample(generator)
        predicted = predict_x_0(x_t, t)
        squares = [(x_0 - predicted).square()]
        if exact is not None:
            best = exact.predict_x_0(x_t, t)
            squares += [exact.posterior_variance(x_t, t), (best - predicted).square()]
        for kind, square in enumerate(squares):
            values[kind, :, t] = _estimate(schedule.signal_to_noise[t], square)
        yield _errors(values)
    return _errors(values)


def _estimate(signal_to_noise: float, square: Tensor) -> tuple[float, float]:
    per_sample = signal_to_noise * square.flatten(1).double().mean(dim=1)
    return float(per_sample.mean()), float(per_sample.std()) / math.sqrt(len(per_sample))


def _errors(values: FloatArray) -> DenoisingErrors:
    return DenoisingErrors(*(Estimate(value, error) for value, error in values.copy()))
