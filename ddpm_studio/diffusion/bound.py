"""The variational bound on -ln p_theta(x_0), term by term (DDPM, eqs. 3 and 5).

    L_T = KL(q(x_T | x_0) || N(0, I))
    L_{t-1} = KL(q(x_{t-1} | x_t, x_0) || p_theta(x_{t-1} | x_t)), t = 2 … T
    L_0 = -ln p_theta(x_0 | x_1)

All the Gaussians are known, so that only the means over x_0 and x_t are estimates.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ddpm_studio.diffusion.chains import Predict, Prediction
from ddpm_studio.diffusion.gaussians import (
    clipped,
    fixed_variance,
    learned_range_variance,
    marginal,
)
from ddpm_studio.diffusion.kullback_leibler import gaussian_kl
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance
from ddpm_studio.diffusion.schedule import NoiseSchedule

FloatArray = NDArray[np.float64]

_LEVEL_TOLERANCE = 1e-3
"""How far from its grey level a pixel may lie, in half widths of a level: float32 rounds."""


@dataclass(frozen=True, eq=False)
class VariationalBound:
    """The terms L_j, means over ``count`` samples of D coordinates.

    nats             (T + 1,) indexed as in the paper: L_0, L_1 … L_{T-1}, L_T; the sum over the D
                     coordinates; NaN where not measured yet
    standard_error   (T + 1,) of nats, from the spread over x_0 and x_t
    total, total_standard_error
                     of the sum of all terms, in nats; NaN until all are measured. One x_0 is in all
                     terms, so the error is not that of independent terms
    levels           number of grey levels of which L_0 is the probability (eq. 13), or None where
                     it is a density: then it depends on the data's unit and may be below 0
    """

    nats: FloatArray
    standard_error: FloatArray
    total: float
    total_standard_error: float
    dimension: int
    count: int
    levels: int | None

    @property
    def bits_per_dimension(self) -> FloatArray:
        """The terms divided by D ln 2, shape (T + 1,)."""
        return self.nats / (self.dimension * math.log(2))

    @property
    def total_bits_per_dimension(self) -> float:
        """The bound itself divided by D ln 2: "NLL <= …" of the paper's Table 1."""
        return self.total / (self.dimension * math.log(2))

    @property
    def rate(self) -> float:
        """L_1 + … + L_T in nats (section 4.3)."""
        return float(self.nats[1:].sum())

    @property
    def distortion(self) -> float:
        """L_0 in nats (section 4.3)."""
        return float(self.nats[0])


@torch.inference_mode()
def variational_bound(
    schedule: NoiseSchedule,
    predict: Predict,
    x_0: Tensor,
    generator: torch.Generator,
    *,
    variance: ReverseVariance | str = ReverseVariance.FIXED_LARGE,
    clip: float | None = None,
    levels: int | None = None,
) -> Generator[VariationalBound, None, VariationalBound]:
    """Measure L_T, L_{T-1}, …, L_0 with x_0 (N, …), N >= 2, and one fresh x_t per sample and t.

    ``variance`` and ``clip`` are those of the reverse chain; with "learned-range" the variance is the
    network's own, at every t and in L_0, too. With ``levels`` = G >= 2 the data are
    images on G grey levels in [-1, 1], and L_0 is the discretised decoder of eq. 13; without, L_0
    is the Gaussian's density at x_0. For a chain with fewer steps, pass the respaced schedule and a
    ``predict`` that asks its model with the step's own t. Yields what is measured so far after
    every term, and returns all of it. Raises ValueError for fewer than two x_0 and for pixels that
    are not on their levels.
    """
    data = _flat(x_0)
    _check(data, levels)
    samples = np.zeros(len(data))  # sum of the terms measured, for every x_0
    nats, errors = np.full((2, schedule.T + 1), np.nan)
    for j, terms in _terms(schedule, predict, x_0, generator, variance, clip, levels):
        nats[j], errors[j] = _mean_and_error(terms)
        samples += terms
        total, error = _mean_and_error(samples) if j == 0 else (math.nan, math.nan)
        measured = VariationalBound(
            nats.copy(), errors.copy(), total, error, data.shape[1], len(data), levels
        )
        yield measured
    return measured


def _terms(
    schedule: NoiseSchedule,
    predict: Predict,
    x_0: Tensor,
    generator: torch.Generator,
    variance: ReverseVariance | str,
    clip: float | None,
    levels: int | None,
) -> Iterator[tuple[int, FloatArray]]:
    """(j, L_j of every x_0 in nats, shape (N,)) for j = T … 0."""
    data = _flat(x_0)
    yield schedule.T, prior_term(schedule, data)
    for t in range(schedule.T, 0, -1):
        x_t = marginal(schedule, x_0, t).sample(generator)
        prediction = predict(x_t, t)
        wide = _model_variance(schedule, prediction, t, variance)
        x_0_theta = prediction.x_0 if isinstance(prediction, Prediction) else prediction
        predicted = _flat(clipped(x_0_theta, clip))
        yield t - 1, _step_term(schedule, data, predicted, t, wide, levels)


def prior_term(schedule: NoiseSchedule, x_0: FloatArray) -> FloatArray:
    """L_T of every x_0 (N, D), nats, shape (N,): nothing in it is learned."""
    signal = math.sqrt(schedule.alpha_bar[-1])
    return gaussian_kl(signal * x_0, schedule.marginal_variance[-1], 0.0, 1.0)


def decoder_variance(schedule: NoiseSchedule) -> float:
    """sigma_1² of p_theta(x_0 | x_1): beta_tilde_2 for either variance, as in the paper's own code.

    beta_tilde_1 is 0 and would make L_0 infinite. With T = 1 it is beta_1.
    """
    return float(schedule.posterior_variance[2] if schedule.T > 1 else schedule.beta[1])


def _model_variance(
    schedule: NoiseSchedule,
    prediction: Tensor | Prediction,
    t: int,
    variance: ReverseVariance | str,
) -> float | FloatArray:
    """sigma_t² of p_theta(x_{t-1} | x_t), a number or, where it is learned, (N, D)."""
    if variance == ReverseVariance.LEARNED_RANGE and isinstance(prediction, Prediction):
        return _flat(learned_range_variance(schedule, prediction.variance_share.double(), t))
    return decoder_variance(schedule) if t == 1 else fixed_variance(schedule, t, variance)


def _step_term(
    schedule: NoiseSchedule,
    x_0: FloatArray,
    predicted: FloatArray,
    t: int,
    wide: float | FloatArray,
    levels: int | None,
) -> FloatArray:
    """L_{t-1} of every x_0 (N, D) whose x_t gave the prediction (N, D), nats, shape (N,)."""
    if t == 1:
        # The mean of p_theta(x_0 | x_1) is the prediction itself.
        if levels is None:
            return _density_term(x_0, predicted, wide)
        return _level_term(x_0, predicted, wide, levels)
    # Both means have the same multiple of x_t; only x_0 differs.
    weight, narrow = schedule.posterior_x_0_coefficient[t], schedule.posterior_variance[t]
    return gaussian_kl(weight * x_0, narrow, weight * predicted, wide)


def _density_term(x_0: FloatArray, mean: FloatArray, variance: float | FloatArray) -> FloatArray:
    """-ln N(x_0; mean, variance), shape (N,)."""
    squares = np.square(x_0 - mean) / variance
    terms: FloatArray = 0.5 * (squares + np.log(2 * math.pi * variance)).sum(axis=1)
    return terms


def _level_term(
    x_0: FloatArray, mean: FloatArray, variance: float | FloatArray, levels: int
) -> FloatArray:
    """-ln of the Gaussian's mass within half a level of x_0 (DDPM, eq. 13), shape (N,).

    The outermost levels reach to infinity. In logarithms: mass that is tiny stays above 0, which
    the paper's code cuts off at 1e-12.
    """
    half, std = 1 / (levels - 1), np.sqrt(variance)
    upper = np.where(x_0 > 1 - half, np.inf, (x_0 + half - mean) / std)
    lower = np.where(x_0 < -1 + half, -np.inf, (x_0 - half - mean) / std)
    # Above the mean both ends are close to 1; mirrored, their difference keeps its digits.
    mirrored = lower + upper > 0
    low, high = np.where(mirrored, -upper, lower), np.where(mirrored, -lower, upper)
    log_low, log_high = (torch.special.log_ndtr(torch.from_numpy(x)).numpy() for x in (low, high))
    masses = log_high + np.log1p(-np.exp(log_low - log_high))
    terms: FloatArray = -masses.sum(axis=1)
    return terms


def _check(data: FloatArray, levels: int | None) -> None:
    if len(data) < 2:
        raise ValueError("At least two x_0 are needed for a standard error.")
    if levels is None:
        return
    if levels < 2:
        raise ValueError(f"There must be at least 2 grey levels, not {levels}.")
    position = (data + 1) / 2 * (levels - 1)
    off = 2 * np.abs(position - np.rint(position)).max()
    if off > _LEVEL_TOLERANCE or np.abs(data).max() > 1 + _LEVEL_TOLERANCE / levels:
        raise ValueError(f"The data do not lie on {levels} levels in [-1, 1].")


def _mean_and_error(terms: FloatArray) -> tuple[float, float]:
    return float(terms.mean()), float(terms.std(ddof=1)) / math.sqrt(len(terms))


def _flat(x: Tensor) -> FloatArray:
    values: FloatArray = x.detach().flatten(1).to("cpu", torch.float64).numpy()
    return values
