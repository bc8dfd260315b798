"""Histogram, moments and distances against NumPy, SciPy, quadrature and closed forms."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import kstest, norm, wasserstein_distance

from ddpm_studio.diffusion import frame_statistics
from ddpm_studio.diffusion.frame_statistics import (
    BIN_WIDTH,
    HISTOGRAM_BINS,
    MAX_DISTANCE_VALUES,
    marginal_count,
    measure_frame,
    normal_distances,
)
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture

Values = NDArray[np.float32]
EDGES = np.linspace(-4, 4, 81)  # bins of one tenth


def float32(values: object) -> Values:
    return np.asarray(values, dtype=np.float32)


def samples(name: str, count: int) -> Values:
    random = np.random.default_rng(count)
    drawn = {
        "normal": lambda: random.normal(size=count),
        "shifted": lambda: random.normal(3.0, 0.5, count),
        "narrow": lambda: random.normal(0.0, 1e-3, count),
        "wide": lambda: random.normal(0.0, 50.0, count),
        "two levels": lambda: random.choice([-1.0, 1.0], count),
        "constant": lambda: np.full(count, 0.3),
    }
    return float32(drawn[name]())


SHAPES = ["normal", "shifted", "narrow", "wide", "two levels", "constant"]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 7, 1000])
def test_kolmogorov_smirnov_is_scipys(name: str, count: int) -> None:
    values = samples(name, count)
    expected = kstest(values.astype(np.float64), "norm").statistic
    assert normal_distances(values)[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_wasserstein_is_the_area_between_the_distribution_functions(name: str, count: int) -> None:
    values = np.sort(samples(name, count).astype(np.float64))

    def gap(u: float) -> float:
        return abs(np.searchsorted(values, u, side="right") / count - norm.cdf(u))

    # Between its jumps and crossings the integrand is smooth; Phi(-40) is 0 in float64.
    crossings = norm.ppf(np.arange(1, count) / count)
    ends = np.unique(np.concatenate(([-40.0, 0.0, 40.0], values, crossings)))
    pieces = [quad(gap, a, b, epsabs=1e-11)[0] for a, b in pairwise(ends)]
    assert normal_distances(float32(values))[1] == pytest.approx(sum(pieces), abs=1e-8, rel=1e-9)


def test_wasserstein_agrees_with_scipys_on_a_fine_grid_of_quantiles() -> None:
    values = samples("shifted", 500)
    grid = norm.ppf((np.arange(500_000) + 0.5) / 500_000)
    # Half a cell beyond each end of the grid, |q| > 4.75, weighs 1e-6.
    expected = wasserstein_distance(values, grid)
    assert normal_distances(values)[1] == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize("a", [0.0, 0.5, -2.0, 6.0, -40.0, 1e6])
def test_distances_of_a_single_value(a: float) -> None:
    """KS = max(Phi, 1 - Phi) and W_1 = E |Z - a| = 2 phi(a) + a (2 Phi(a) - 1)."""
    ks, wasserstein = normal_distances(float32([a]))
    assert ks == pytest.approx(max(norm.cdf(a), norm.sf(a)), abs=1e-15)
    expected = 2 * norm.pdf(a) + a * (2 * norm.cdf(a) - 1)
    assert wasserstein == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("shift", [4.0, -25.0, 1e3])
def test_a_sample_far_to_one_side_lies_as_far_as_its_mean(shift: float) -> None:
    """W_1 = |E F_n - E Phi| where one distribution function lies below the other."""
    quantiles = norm.ppf((np.arange(200) + 0.5) / 200)
    values = float32(quantiles + shift)
    assert normal_distances(values)[1] == pytest.approx(abs(values.mean(dtype=float)), rel=1e-6)


def test_distances_do_not_depend_on_order_or_sign() -> None:
    values = samples("shifted", 300)
    ks, wasserstein = normal_distances(values)
    assert normal_distances(values[::-1]) == (ks, wasserstein)
    assert normal_distances(-values) == pytest.approx((ks, wasserstein), rel=1e-12)


@pytest.mark.parametrize("count", [1, 30, 5000])
def test_distance_to_a_law_is_scipys_for_every_coordinate(count: int) -> None:
    weights, means = np.array([0.3, 0.7]), np.array([[-1.0, 2.0], [0.5, -0.4]])
    stds = np.array([[0.3, 0.1], [0.8, 1.1]])
    law = GaussianMixture(weights, means, stds**2)
    x = float32(np.random.default_rng(count).normal(size=(count, 2)))
    measured = measure_frame(x, law)
    for c in range(2):

        def cdf(u: NDArray[np.float64], c: int = c) -> NDArray[np.float64]:
            return norm.cdf(u[:, None], means[:, c], stds[:, c]) @ weights

        expected = kstest(x[:, c].astype(np.float64), cdf).statistic
        assert measured.law_kolmogorov_smirnov[c] == pytest.approx(expected, abs=1e-12)
    without = measure_frame(x)
    assert np.isnan(without.law_kolmogorov_smirnov).tolist() == [True, True]
    np.testing.assert_array_equal(without.kolmogorov_smirnov, measured.kolmogorov_smirnov)


def test_histogram_is_numpys() -> None:
    values = samples("normal", 50_000) * float32(1.7)
    # float32 has a spacing of 5e-7 near 4: a value that close to an edge may fall on either side.
    distance = np.abs(values[:, None].astype(np.float64) - EDGES).min(axis=1)
    values = values[distance > 1e-6]
    counts = measure_frame(values[:, None]).counts
    assert counts.dtype == np.int32
    np.testing.assert_array_equal(counts[0], np.histogram(values, EDGES)[0])
    assert counts.sum() < len(values)  # some lie outside


def test_bins_are_half_open_and_leave_out_what_lies_outside() -> None:
    inside = float32([-4.0, -0.5, 0.0, 1.0, 3.95])
    outside = float32([-4.001, 4.0, 100.0, -3e38, 3e38])
    measured = measure_frame(np.concatenate((inside, outside))[:, None])
    expected = np.zeros(HISTOGRAM_BINS, int)
    for value in inside:
        expected[np.flatnonzero(value + 1e-9 >= EDGES)[-1]] += 1
    np.testing.assert_array_equal(measured.counts[0], expected)
    assert measured.value_count == 10
    assert measured.density().sum() * BIN_WIDTH == pytest.approx(0.5)


def test_density_of_noise_is_the_normal_density() -> None:
    count = 200_000
    density = measure_frame(samples("normal", count)[:, None]).density()[0]
    probability = np.diff(norm.cdf(EDGES))
    # A bin's count is binomial; 5 deviations for each of 80 bins, plus one count for empty ones.
    error = 5 * np.sqrt(probability / count) + 1 / count
    assert np.all(np.abs(density * BIN_WIDTH - probability) < error)


def test_each_coordinate_of_points_is_a_marginal() -> None:
    x = np.stack((samples("normal", 500), samples("shifted", 500)), axis=1)
    both = measure_frame(x)
    assert both.counts.shape == (2, HISTOGRAM_BINS)
    assert both.value_count == both.distance_value_count == 500
    for c in range(2):
        values = x[:, c].astype(np.float64)
        assert both.mean[c] == pytest.approx(values.mean(), rel=1e-12)
        assert both.std[c] == pytest.approx(math.sqrt(np.mean((values - values.mean()) ** 2)))
        assert both.kolmogorov_smirnov[c] == pytest.approx(kstest(values, "norm").statistic)
        assert both.wasserstein[c] == normal_distances(x[:, c])[1]


def test_all_pixels_of_images_are_one_marginal() -> None:
    images = samples("normal", 4 * 3 * 8 * 8).reshape(4, 3, 8, 8)
    together = measure_frame(images)
    flat = measure_frame(images.reshape(-1, 1))
    assert together.value_count == 768
    np.testing.assert_array_equal(together.counts, flat.counts)
    for name in ("mean", "std", "kolmogorov_smirnov", "wasserstein"):
        values = getattr(together, name)
        assert values.shape == (1,)
        np.testing.assert_array_equal(values, getattr(flat, name))


def test_marginal_count() -> None:
    assert [marginal_count(shape) for shape in ((1,), (3,), (1, 8, 8), (3, 32, 32))] == [1, 3, 1, 1]


def test_moments_do_not_lose_a_small_spread_beside_a_large_mean() -> None:
    values = float32(1000 + np.tile([-0.25, 0.25], 50_000))  # exact in float32
    measured = measure_frame(values[:, None])
    assert measured.mean[0] == pytest.approx(1000, abs=1e-9)
    assert measured.std[0] == pytest.approx(0.25, abs=1e-9)


@pytest.mark.parametrize("count", [MAX_DISTANCE_VALUES, MAX_DISTANCE_VALUES + 1, 100_000])
def test_distances_of_many_values_use_a_fixed_random_subset(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[Values] = []

    def spy(values: Values) -> tuple[float, float]:
        used.append(values)
        return 0.25, 0.75

    monkeypatch.setattr(frame_statistics, "normal_distances", spy)
    positions = np.arange(count, dtype=np.float32)
    measured = measure_frame(positions[:, None])
    for other in range(10):  # more sizes than a cache of subsets holds
        measure_frame(np.zeros((count + 1 + other, 1), np.float32))
    measure_frame(positions[:, None])

    assert measured.value_count == count
    assert measured.distance_value_count == len(used[0]) == MAX_DISTANCE_VALUES
    assert measured.mean[0] == pytest.approx((count - 1) / 2)  # of all values
    assert measured.std[0] == pytest.approx(math.sqrt((count**2 - 1) / 12))
    assert (measured.kolmogorov_smirnov[0], measured.wasserstein[0]) == (0.25, 0.75)

    np.testing.assert_array_equal(used[0], used[-1])
    assert len(np.unique(used[0])) == MAX_DISTANCE_VALUES  # without repeats
    # The mean of a sample without replacement, within 5 of its standard errors.
    left_out = (count - MAX_DISTANCE_VALUES) / (count - 1)
    error = math.sqrt((count**2 - 1) / 12 / MAX_DISTANCE_VALUES * left_out)
    assert abs(used[0].mean(dtype=float) - (count - 1) / 2) <= 5 * error
