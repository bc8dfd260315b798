"""The Kullback-Leibler divergence: between Gaussians exactly, of a histogram from a law by estimate.

This module needs numpy alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def gaussian_kl(
    mean_p: ArrayLike, variance_p: ArrayLike, mean_q: ArrayLike, variance_q: ArrayLike
) -> FloatArray:
    """KL(p || q) in nats between diagonal Gaussians, summed over the last axis, D coordinates.

    ½ sum_d [v_p / v_q - 1 - ln(v_p / v_q) + (m_p - m_q)² / v_q]; means and variances, > 0, are
    broadcast to one shape (…, D).
    """
    values = (np.asarray(value, np.float64) for value in (mean_p, variance_p, mean_q, variance_q))
    m_p, v_p, m_q, v_q = np.broadcast_arrays(*values)
    spread = v_p / v_q - 1 - np.log(v_p / v_q)
    result: FloatArray = 0.5 * (spread + np.square(m_p - m_q) / v_q).sum(axis=-1)
    return result


@dataclass(frozen=True)
class HistogramKl:
    """KL(histogram || law) in nats, and how much of it is the noise of the finite sample.

    nats  of the shares in the cells; 0 where they are exactly the law's
    bias  (cells - 1) / (2 n): the value that samples of the law itself have on average, for expected
          counts above about 5 (2 n KL is the statistic of the G-test, chi-squared with cells - 1
          degrees of freedom)

    The cells hide what happens inside of them: without noise, nats is at most the true divergence.
    """

    nats: float
    bias: float

    @property
    def corrected(self) -> float:
        """nats - bias: 0 on average for samples of the law itself, and so sometimes below 0."""
        return self.nats - self.bias


def histogram_kl(
    counts: ArrayLike, edges: ArrayLike, count: int, cdf: Callable[[FloatArray], FloatArray]
) -> HistogramKl:
    """Of ``count`` samples, ``counts`` (B,) of them between ``edges`` (B + 1,), from ``cdf``'s law.

    The samples beyond the outer edges make one more cell. Infinite where a cell that the law never
    meets is not empty. Raises ValueError where the counts are more than ``count``, or none.
    """
    inside = np.asarray(counts, np.float64)
    outside = count - inside.sum()
    if count < 1 or outside < 0:
        raise ValueError(f"{inside.sum():g} of {count} samples cannot lie in the histogram.")
    cumulative = cdf(np.asarray(edges, np.float64))
    law = np.append(np.diff(cumulative), 1 - (cumulative[-1] - cumulative[0]))
    shares = np.append(inside, outside) / count
    met = shares > 0
    with np.errstate(divide="ignore"):
        nats = float((shares[met] * np.log(shares[met] / law[met])).sum())
    return HistogramKl(nats, (np.count_nonzero(law > 0) - 1) / (2 * count))
