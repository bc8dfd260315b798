"""What one frame x_t says about itself: histogram, moments and distances to N(0, 1).

Measured once, when a frame is recorded, and only read while someone drags the slider.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.kolmogorov_smirnov import largest_deviation

HISTOGRAM_LOW, HISTOGRAM_HIGH, HISTOGRAM_BINS = -4.0, 4.0, 80
BIN_WIDTH = (HISTOGRAM_HIGH - HISTOGRAM_LOW) / HISTOGRAM_BINS

MAX_DISTANCE_VALUES = 32_768
"""Above this many values the two distances are measured on a fixed random subset of this size."""

_BLOCK_VALUES = 1 << 16  # with what is made of them, these stay in a processor's cache


@dataclass(frozen=True)
class FrameStatistics:
    """Statistics of C marginals of x_t: the coordinates of points, or all pixels taken together.

    counts        (C, HISTOGRAM_BINS) int32, values inside [-4, 4); the few outside count in
                  ``value_count`` alone, so densities stay true
    mean, std     (C,) float64, over all values; std is the population's (divided by n)
    kolmogorov_smirnov, wasserstein
                  (C,) float64, distances of the empirical distribution to N(0, 1): the largest
                  |F_n - Phi| and the integral of |F_n - Phi|; exact for ``distance_value_count``
                  values
    law_kolmogorov_smirnov
                  (C,) float64, the first of these distances to the law that x_t should have; NaN
                  where that is not known
    """

    value_count: int
    distance_value_count: int
    counts: NDArray[np.int32]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    kolmogorov_smirnov: NDArray[np.float64]
    wasserstein: NDArray[np.float64]
    law_kolmogorov_smirnov: NDArray[np.float64]

    def density(self) -> NDArray[np.float64]:
        """The histogram as a density, shape (C, HISTOGRAM_BINS)."""
        return self.counts / (self.value_count * BIN_WIDTH)


def marginal_count(sample_shape: tuple[int, ...]) -> int:
    """C: one marginal for each coordinate of a point; a single one for an image's pixels."""
    return sample_shape[0] if len(sample_shape) == 1 else 1


def measure_frame(x: NDArray[np.float32], law: GaussianMixture | None = None) -> FrameStatistics:
    """Statistics of a frame x of shape (N, D) for points or (N, channels, height, width).

    ``law``, of points alone, is what x should be drawn from: over R^D.
    """
    marginals = x.T if x.ndim == 2 else x.reshape(1, -1)
    measured = [_measure_values(np.ascontiguousarray(values)) for values in marginals]
    to_law = [
        np.nan if law is None else _law_distance(values, law.marginal(coordinate))
        for coordinate, values in enumerate(marginals)
    ]
    return FrameStatistics(
        value_count=marginals.shape[1],
        distance_value_count=min(marginals.shape[1], MAX_DISTANCE_VALUES),
        counts=np.stack([counts for counts, *_ in measured]),
        mean=np.array([mean for _, mean, *_ in measured]),
        std=np.array([std for _, _, std, *_ in measured]),
        kolmogorov_smirnov=np.array([ks for *_, ks, _ in measured]),
        wasserstein=np.array([wasserstein for *_, wasserstein in measured]),
        law_kolmogorov_smirnov=np.array(to_law),
    )


def _measure_values(
    values: NDArray[np.float32],
) -> tuple[NDArray[np.int32], float, float, float, float]:
    counts, mean, std = _count_and_moments(values)
    ks, wasserstein = normal_distances(_for_distances(values))
    return counts, mean, std, ks, wasserstein


def _count_and_moments(values: NDArray[np.float32]) -> tuple[NDArray[np.int32], float, float]:
    """The histogram, the mean and the population's standard deviation of values (n,).

    Block by block, in what a processor's cache holds: for millions of values that takes a third of
    the time and none of the memory.
    """
    blocks = [values[i : i + _BLOCK_VALUES] for i in range(0, len(values), _BLOCK_VALUES)]
    counts = sum((_histogram(block) for block in blocks), np.zeros(HISTOGRAM_BINS, np.int32))
    mean = sum(float(block.sum(dtype=np.float64)) for block in blocks) / len(values)
    squares = sum(_sum_of_squares(block, mean) for block in blocks)
    return counts, mean, math.sqrt(squares / len(values))


def _sum_of_squares(block: NDArray[np.float32], mean: float) -> float:
    apart = block.astype(np.float64)
    apart -= mean
    return float(np.dot(apart, apart))


def _law_distance(values: NDArray[np.float32], law: GaussianMixture) -> float:
    """sup |F_n - F| of values (n,) from a mixture on the line.

    As ``law.cdf``, which does without torch and takes ten times as long.
    """
    x = np.sort(_for_distances(values)).astype(np.float64)
    scaled = (x[:, None] - law.means[:, 0]) / np.sqrt(law.variances[:, 0])
    return largest_deviation(torch.special.ndtr(torch.from_numpy(scaled)).numpy() @ law.weights)


def _for_distances(values: NDArray[np.float32]) -> NDArray[np.float32]:
    few_enough = len(values) <= MAX_DISTANCE_VALUES
    return values if few_enough else values[distance_subset(len(values))]


def _histogram(values: NDArray[np.float32]) -> NDArray[np.int32]:
    """Counts of the bins [low + i w, low + (i + 1) w).

    bincount on scaled integers is 4 times faster than np.histogram. Bins 0 and HISTOGRAM_BINS + 1
    gather what lies outside.
    """
    # Clipped first: a value beyond float32's largest / 10 must not overflow.
    bins = np.clip(values, HISTOGRAM_LOW - BIN_WIDTH, HISTOGRAM_HIGH)
    bins -= HISTOGRAM_LOW
    bins *= 1.0 / BIN_WIDTH
    np.floor(bins, out=bins)
    bins += 1.0
    return np.bincount(bins.astype(np.intp), minlength=HISTOGRAM_BINS + 2)[1:-1].astype(np.int32)


@lru_cache(maxsize=4)
def distance_subset(count: int) -> NDArray[np.intp]:
    """The same random positions for every frame of one size, so the curve over t is smooth."""
    return np.random.default_rng(0).choice(count, MAX_DISTANCE_VALUES, replace=False)


@lru_cache(maxsize=4)
def _levels(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """u_i = i / n and the quantiles q_i = Phi^-1(u_i) for i = 0 … n, and the sum of all phi(q_i)."""
    level = np.arange(count + 1) / count
    quantile = torch.special.ndtri(torch.from_numpy(level)).numpy()
    return level, quantile, _sum_of_densities(quantile)


def _sum_of_densities(values: NDArray[np.float64]) -> float:
    """The sum of phi at ``values``; 0 where they are infinite."""
    return float(np.exp(-0.5 * values * values).sum()) / math.sqrt(2 * math.pi)


def normal_distances(values: NDArray[np.float32]) -> tuple[float, float]:
    """(Kolmogorov-Smirnov, 1-Wasserstein) distance of an empirical distribution to N(0, 1).

    ``values`` has shape (n,), n >= 1. Both are exact. W_1 is the sum over the sorted x_i, which
    share the levels u_{i-1} … u_i, of ∫ |x_i - Phi^-1(u)| du. There -phi(Phi^-1(u)) is the
    antiderivative of Phi^-1(u), and the sign changes at most once, at u = Phi(x_i).
    """
    x = np.sort(values).astype(np.float64)
    cdf = torch.special.ndtr(torch.from_numpy(x)).numpy()
    level, quantile, densities_at_ends = _levels(len(x))
    low, high = level[:-1], level[1:]
    change = np.minimum(np.maximum(cdf, low), high)
    at_change = np.minimum(np.maximum(x, quantile[:-1]), quantile[1:])  # Phi^-1 of it
    wasserstein = float(np.dot(x, 2 * change - low - high))
    wasserstein += 2 * (_sum_of_densities(at_change) - densities_at_ends)
    return largest_deviation(cdf), wasserstein
