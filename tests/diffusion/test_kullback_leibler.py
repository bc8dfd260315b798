"""Divergences against quadrature, SciPy and their own sampling distribution."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import entropy, norm, power_divergence

from ddpm_studio.diffusion.frame_statistics import measure_frame
from ddpm_studio.diffusion.kullback_leibler import gaussian_kl, histogram_kl
from ddpm_studio.diffusion.normal_distribution import normal_cdf

EDGES = np.linspace(-4, 4, 81)


@pytest.mark.parametrize(
    ("mean_p", "std_p", "mean_q", "std_q"),
    [(0.3, 1.2, -0.5, 0.7), (0.0, 0.1, 0.0, 1.0), (2.0, 1.0, 0.0, 1.0)],
)
def test_between_gaussians_on_the_line_by_quadrature(
    mean_p: float, std_p: float, mean_q: float, std_q: float
) -> None:
    p, q = norm(mean_p, std_p), norm(mean_q, std_q)
    low, high = mean_p - 12 * std_p, mean_p + 12 * std_p
    expected, _ = quad(
        lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), low, high, points=[mean_p], epsabs=1e-12
    )
    found = gaussian_kl([mean_p], std_p**2, [mean_q], std_q**2)
    assert found.item() == pytest.approx(expected, rel=1e-9)


def test_coordinates_add_up_and_rows_stay_apart() -> None:
    random = np.random.default_rng(0)
    m_p, m_q = random.normal(size=(2, 5, 3))
    v_p, v_q = random.uniform(0.1, 2, size=(2, 3))
    found = gaussian_kl(m_p, v_p, m_q, v_q)
    assert found.shape == (5,)
    for row in range(5):
        inverse = np.diag(1 / v_q)
        away = m_q[row] - m_p[row]
        # The textbook's form for full covariances.
        expected = 0.5 * (
            np.trace(inverse @ np.diag(v_p)) - 3 + away @ inverse @ away
            + math.log(np.linalg.det(np.diag(v_q)) / np.linalg.det(np.diag(v_p)))
        )  # fmt: skip
        assert found[row] == pytest.approx(expected, rel=1e-12)
    assert gaussian_kl(m_p, v_p, m_p, v_p) == pytest.approx(0, abs=1e-15)


def test_of_a_histogram_it_is_scipys() -> None:
    x = np.random.default_rng(1).normal(0.2, 1.1, size=3000)
    counts, _ = np.histogram(x, EDGES)
    found = histogram_kl(counts, EDGES, 3000, normal_cdf)
    outside = 3000 - counts.sum()
    assert outside > 0
    law = np.append(np.diff(norm.cdf(EDGES)), 2 * norm.cdf(-4))
    observed = np.append(counts, outside)
    assert found.nats == pytest.approx(entropy(observed / 3000, law), rel=1e-11)
    g_test = power_divergence(observed, 3000 * law, lambda_="log-likelihood").statistic
    assert 2 * 3000 * found.nats == pytest.approx(g_test, rel=1e-11)


def test_noise_alone_has_the_stated_bias() -> None:
    """2 n KL is chi-squared with 8 degrees of freedom for the 9 cells, and its mean 8."""
    edges, n, repeats = np.linspace(-2, 2, 9), 2000, 1000
    random = np.random.default_rng(2)
    found = [
        histogram_kl(np.histogram(random.normal(size=n), edges)[0], edges, n, normal_cdf)
        for _ in range(repeats)
    ]
    nats = np.array([each.nats for each in found])
    assert found[0].bias == 8 / (2 * n)
    # 4 standard errors; the smallest cell expects 46, so the next order is under 1 %.
    tolerance = 4 * 4 / (2 * n) / math.sqrt(repeats) + 0.01 * found[0].bias
    assert abs(nats.mean() - found[0].bias) < tolerance
    assert abs(np.mean([each.corrected for each in found])) < tolerance
    assert tolerance < found[0].bias / 10


def test_of_many_samples_it_is_the_divergence_of_the_laws() -> None:
    """N(0.3, 0.8²) from N(0, 1), whose cells of 0.1 hide little."""
    n = 400_000
    x = np.random.default_rng(3).normal(0.3, 0.8, size=(n, 1)).astype(np.float32)
    statistics = measure_frame(x)
    found = histogram_kl(statistics.counts[0], EDGES, statistics.value_count, normal_cdf)
    exact = gaussian_kl([0.3], 0.64, [0.0], 1.0).item()
    # 5 standard errors: ln p/q has a deviation of about 0.5. What the cells hide is w² / 24 of
    # E (d ln p/q / dx)², under 1e-3.
    assert abs(found.corrected - exact) < 5 * 0.5 / math.sqrt(n) + 1e-3
    assert found.bias < 2e-4 < exact


def test_what_the_law_never_meets_is_infinitely_far() -> None:
    def uniform(x: np.ndarray) -> np.ndarray:
        return np.clip(x, 0, 1)

    edges = np.array([0.0, 0.5, 1.0])
    assert histogram_kl([5, 5], edges, 10, uniform).nats == pytest.approx(0, abs=1e-15)
    assert histogram_kl([10, 0], edges, 10, uniform).nats == pytest.approx(math.log(2))
    assert histogram_kl([5, 4], edges, 10, uniform).nats == math.inf
    # The cell outside has no share in the law, and so none in the bias.
    assert histogram_kl([5, 5], edges, 10, uniform).bias == 1 / 20


@pytest.mark.parametrize(("counts", "count"), [([3, 4], 6), ([0, 0], 0)])
def test_counts_that_do_not_fit_are_refused(counts: list[int], count: int) -> None:
    with pytest.raises(ValueError, match="cannot lie"):
        histogram_kl(counts, [0.0, 0.5, 1.0], count, normal_cdf)
