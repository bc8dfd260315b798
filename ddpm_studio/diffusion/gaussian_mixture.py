"""Gaussian mixtures, for which everything that a network must learn is known exactly.

If x_0 is a mixture, so is x_t (weights kept, means sqrt(alpha_bar_t) mu_k, variances
alpha_bar_t sigma_k² + 1 - alpha_bar_t; DDPM, eq. 4), and so is every x_s given x_t by Bayes' rule.
This module needs numpy alone, so a window can draw exact curves before torch is imported.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ddpm_studio.diffusion.normal_distribution import normal_cdf
from ddpm_studio.diffusion.schedule import NoiseSchedule

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    """sum_k w_k N(mu_k, diag(sigma_k²)) over R^D, K >= 1 components.

    weights    (K,), >= 0, sum 1
    means      (K, D)
    variances  (K, D), > 0, the diagonals of the covariances

    Kept as read-only float64. Points ``x`` have shape (N, D), or (N,) where D = 1. Raises
    ValueError for numbers that make no mixture and for points of another dimension.
    """

    weights: FloatArray
    means: FloatArray
    variances: FloatArray

    def __post_init__(self) -> None:
        for name in ("weights", "means", "variances"):
            values = np.array(getattr(self, name), np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        shape = self.means.shape
        if len(shape) != 2 or self.variances.shape != shape or self.weights.shape != shape[:1]:
            raise ValueError("A mixture has weights (K,), means (K, D) and variances (K, D).")
        if not (np.all(self.weights >= 0) and abs(self.weights.sum() - 1) < 1e-9):
            raise ValueError("The weights of a mixture are at least 0 and sum to 1.")
        if not (np.all(self.variances > 0) and np.isfinite([self.means, self.variances]).all()):
            raise ValueError("Means and variances must be finite, variances above 0.")

    @property
    def dimension(self) -> int:
        """D."""
        return self.means.shape[1]

    @property
    def mean(self) -> FloatArray:
        """The mean of every coordinate, shape (D,)."""
        return self.weights @ self.means

    @property
    def variance(self) -> FloatArray:
        """The variance of every coordinate, shape (D,), between and within the components."""
        return self.weights @ (self.variances + np.square(self.means - self.mean))

    def standardised(self) -> GaussianMixture:
        """The law of (x - mean) / standard deviation, coordinate by coordinate."""
        means = (self.means - self.mean) / np.sqrt(self.variance)
        return GaussianMixture(self.weights, means, self.variances / self.variance)

    def marginal(self, coordinate: int) -> GaussianMixture:
        """The law of one coordinate, 0 … D - 1: a mixture on the line."""
        one = slice(coordinate, coordinate + 1)
        return GaussianMixture(self.weights, self.means[:, one], self.variances[:, one])

    def at(self, schedule: NoiseSchedule, t: int) -> GaussianMixture:
        """p_t, the law of x_t for x_0 from this mixture, t = 0 … T."""
        _require_step(schedule, 0, t)
        alpha_bar = schedule.alpha_bar[t]
        variances = alpha_bar * self.variances + schedule.marginal_variance[t]
        return GaussianMixture(self.weights, math.sqrt(alpha_bar) * self.means, variances)

    def log_density(self, x: ArrayLike) -> FloatArray:
        """ln p(x) in nats, shape (N,); finite wherever x is."""
        logs = self._log_joint(self._points(x))
        highest = logs.max(axis=1)
        return highest + np.log(np.exp(logs - highest[:, None]).sum(axis=1))

    def density(self, x: ArrayLike) -> FloatArray:
        """p(x), shape (N,)."""
        return np.exp(self.log_density(x))

    def cdf(self, x: ArrayLike) -> FloatArray:
        """P(X <= x), of x's shape; on the line alone. Raises ValueError where D > 1."""
        if self.dimension != 1:
            raise ValueError("A distribution function needs one coordinate: take a marginal.")
        away = np.asarray(x, np.float64)[..., None] - self.means[:, 0]
        return normal_cdf(away / np.sqrt(self.variances[:, 0])) @ self.weights

    def responsibilities(self, x: ArrayLike) -> FloatArray:
        """P(component k | x), shape (N, K); every row sums to 1, however far x lies outside."""
        logs = self._log_joint(self._points(x))
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    def score(self, x: ArrayLike) -> FloatArray:
        """The gradient of ln p(x), shape (N, D)."""
        pulls = (self.means - self._points(x)[:, None]) / self.variances
        return np.einsum("nk,nkd->nd", self.responsibilities(x), pulls)

    def posterior(self, schedule: NoiseSchedule, x_t: ArrayLike, t: int) -> ConditionalMixture:
        """p(x_0 | x_t), t = 1 … T; its mean is what a perfect network predicts."""
        return self.given(schedule, x_t, t, 0)

    def reverse_kernel(self, schedule: NoiseSchedule, x_t: ArrayLike, t: int) -> ConditionalMixture:
        """q(x_{t-1} | x_t), t = 1 … T: the exact step back, of which p_theta is a Gaussian guess."""
        return self.given(schedule, x_t, t, t - 1)

    def given(self, schedule: NoiseSchedule, x_t: ArrayLike, t: int, s: int) -> ConditionalMixture:
        """p(x_s | x_t) for x_0 from this mixture, 0 <= s < t <= T, by Bayes' rule.

        In component k, x_t = a x_s + sqrt(b) z with a² = alpha_bar_t / alpha_bar_s and b = 1 - a²
        is a linear observation of x_s ~ N(m_s, v_s): the mean is m_s + a v_s / v_t (x_t - m_t),
        the variance b v_s / v_t.
        """
        _require_step(schedule, s + 1, t)
        points = self._points(x_t)
        before, after = self.at(schedule, s), self.at(schedule, t)
        log_signal = np.log1p(-schedule.beta[s + 1 : t + 1]).sum()
        ratio = before.variances / after.variances
        means = before.means + math.exp(log_signal / 2) * ratio * (points[:, None] - after.means)
        return ConditionalMixture(
            after.responsibilities(points), means, -math.expm1(log_signal) * ratio
        )

    def sample(self, uniforms: FloatArray, normals: FloatArray) -> FloatArray:
        """Draws, shape (N, D), from the caller's own U(0, 1), (N,), and N(0, 1), (N, D).

        So one torch.Generator may feed all chance, though this module does without torch.
        """
        component = _choose(
            np.broadcast_to(self.weights, (len(uniforms), len(self.weights))), uniforms
        )
        return self.means[component] + np.sqrt(self.variances[component]) * normals

    def _log_joint(self, points: FloatArray) -> FloatArray:
        """ln w_k + ln N(x; mu_k, sigma_k²), shape (N, K)."""
        squares = np.square(points[:, None] - self.means) / self.variances
        with np.errstate(divide="ignore"):  # a weight of 0
            weights = np.log(self.weights)
        return weights - 0.5 * (squares + np.log(2 * np.pi * self.variances)).sum(axis=2)

    def _points(self, x: ArrayLike) -> FloatArray:
        points = np.asarray(x, np.float64)
        if points.ndim == 1 and self.dimension == 1:
            points = points[:, None]
        if points.ndim != 2 or points.shape[1] != self.dimension:
            raise ValueError(f"Points (N, {self.dimension}) are needed, not {points.shape}.")
        return points


@dataclass(frozen=True, eq=False)
class ConditionalMixture:
    """For each of N conditions a mixture of K components over R^D, all with the same variances.

    weights (N, K), means (N, K, D), variances (K, D).
    """

    weights: FloatArray
    means: FloatArray
    variances: FloatArray

    def __getitem__(self, index: int) -> GaussianMixture:
        """The law under condition ``index``, with its density, distribution function and score."""
        return GaussianMixture(self.weights[index], self.means[index], self.variances)

    @property
    def mean(self) -> FloatArray:
        """The conditional means, shape (N, D)."""
        return np.einsum("nk,nkd->nd", self.weights, self.means)

    @property
    def variance(self) -> FloatArray:
        """The conditional variance of every coordinate, shape (N, D)."""
        spread = self.variances + np.square(self.means - self.mean[:, None])
        return np.einsum("nk,nkd->nd", self.weights, spread)

    def sample(self, uniforms: FloatArray, normals: FloatArray) -> FloatArray:
        """One draw under each condition, (N, D), from U(0, 1), (N,), and N(0, 1), (N, D)."""
        component = _choose(self.weights, uniforms)
        means = self.means[np.arange(len(component)), component]
        return means + np.sqrt(self.variances[component]) * normals


def _choose(weights: FloatArray, uniforms: FloatArray) -> NDArray[np.intp]:
    """Component k of row n with probability weights[n, k], by inversion."""
    chosen = (np.cumsum(weights, axis=1) <= uniforms[:, None]).sum(axis=1)
    return np.minimum(chosen, weights.shape[1] - 1)


def _require_step(schedule: NoiseSchedule, first: int, t: int) -> None:
    if not 0 <= first <= t <= schedule.T:
        raise ValueError(f"t must lie between {max(first, 0)} and T = {schedule.T}, not {t}.")
