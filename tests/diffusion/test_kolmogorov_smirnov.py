"""Distances and p-values against SciPy's, and against how often noise is that far away."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import beta as beta_law
from scipy.stats import ks_1samp, ks_2samp, kstwo, kstwobign, norm

from ddpm_studio.datasets.mixtures import exact_mixture
from ddpm_studio.diffusion.kolmogorov_smirnov import (
    kolmogorov_sf,
    one_sample,
    p_value,
    two_samples,
)
from ddpm_studio.diffusion.normal_distribution import normal_cdf
from ddpm_studio.diffusion.schedule import NoiseSchedule


def test_limit_law_is_scipys_on_both_sides_of_the_transform() -> None:
    for x in (0.0, 0.05, 0.3, 0.7, 0.999, 1.0, 1.001, 1.5, 3.0, 6.0):
        # scipy's own values differ by 1e-15 near 1.
        assert kolmogorov_sf(x) == pytest.approx(kstwobign.sf(x), rel=1e-12, abs=1e-15)
    assert kolmogorov_sf(-1.0) == 1.0


@pytest.mark.parametrize("n", [1, 2, 3, 5, 10, 37, 99, 100])
def test_small_samples_are_exact(n: int) -> None:
    for distance in (*np.linspace(0.01, 0.99, 50), 0.5 / n, 1 / n, 1.0):
        expected = kstwo.sf(distance, n)
        # 1 minus a matrix's power: absolute, not relative digits.
        assert p_value(float(distance), n) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("n", [101, 300, 2000, 32_768])
@pytest.mark.parametrize(("p", "rel"), [(0.9, 0.01), (0.05, 0.01), (0.01, 0.01), (0.001, 0.03),
                                        (1e-6, 0.2)])  # fmt: skip
def test_large_samples_are_as_near_as_stated(n: int, p: float, rel: float) -> None:
    assert p_value(float(kstwo.isf(p, n)), n) == pytest.approx(p, rel=rel)


def test_the_correction_is_better_than_none() -> None:
    distance = float(kstwo.isf(0.05, 200))
    plain = kolmogorov_sf(math.sqrt(200) * distance)
    assert abs(p_value(distance, 200) - 0.05) < abs(plain - 0.05) / 10


@pytest.mark.parametrize("n", [1, 7, 1000])
def test_against_the_normal_law_it_is_scipys(n: int) -> None:
    x = np.random.default_rng(n).normal(0.05, 1.02, size=n)
    found, expected = one_sample(x, normal_cdf), ks_1samp(x, norm.cdf)
    assert found.distance == pytest.approx(expected.statistic, abs=1e-14)
    assert found.p_value == pytest.approx(expected.pvalue, rel=0.01)


def test_against_an_exact_p_t_it_is_scipys_and_p_values_are_uniform() -> None:
    mixture = exact_mixture("mixture-1d")
    assert mixture is not None
    p_t = mixture.at(NoiseSchedule.linear(1000), 150)
    random, n, repeats = np.random.default_rng(3), 150, 400
    found = []
    for _ in range(repeats):
        x = p_t.sample(random.uniform(size=n), random.normal(size=(n, 1)))[:, 0]
        found.append(one_sample(x, p_t.cdf))
    expected = ks_1samp(x, p_t.cdf)
    assert found[-1].distance == pytest.approx(expected.statistic, abs=1e-14)
    assert found[-1].p_value == pytest.approx(expected.pvalue, rel=0.01)
    p_values = np.sort([each.p_value for each in found])
    # The i-th of sorted uniform values is Beta(i, repeats + 1 - i); looked at in nine places.
    for i in range(40, repeats, 40):
        assert 1e-6 < beta_law(i, repeats + 1 - i).cdf(p_values[i - 1]) < 1 - 1e-6
    other = mixture.at(NoiseSchedule.linear(1000), 10)
    x = other.sample(random.uniform(size=2000), random.normal(size=(2000, 1)))[:, 0]
    assert one_sample(x, p_t.cdf).p_value < 1e-6


def test_two_samples_are_scipys() -> None:
    random = np.random.default_rng(4)
    for n, m, shift in ((500, 500, 0.0), (700, 400, 0.1), (2000, 500, 0.05), (600, 600, 1.0)):
        a, b = random.normal(size=n), random.normal(shift, 1, size=m)
        found, expected = two_samples(a, b), ks_2samp(a, b, method="exact")
        assert found.distance == pytest.approx(expected.statistic, abs=1e-14)
        assert found.p_value == pytest.approx(expected.pvalue, abs=0.02)


def test_two_samples_with_ties_are_at_the_distance_of_their_steps() -> None:
    assert two_samples([1, 1, 2], [1, 2, 2]).distance == pytest.approx(1 / 3)
    assert two_samples([1, 2, 3], [3, 2, 1]).distance == 0.0
    assert two_samples([1, 2, 3], [3, 2, 1]).p_value == 1.0


def test_without_values_there_is_no_p_value() -> None:
    with pytest.raises(ValueError, match="At least one"):
        p_value(0.1, 0)
