"""Mixtures against SciPy's densities, Bayes' rule on a grid, quadrature and finite differences."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import ks_1samp, multivariate_normal, norm

from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.schedule import NoiseSchedule

Array = NDArray[np.float64]

UNLUCKY = 1e-6
"""How often a statistical test of right code would fail, were its seed not fixed."""

T = 40
BETA = np.linspace(0.01, 0.3, T)
ALPHA_BAR = np.concatenate(([1.0], np.cumprod(1 - BETA)))
SCHEDULE = NoiseSchedule.linear(T, 0.01, 0.3)

WEIGHTS, MEANS, STDS = (0.3, 0.5, 0.2), (-2.0, 0.5, 2.5), (0.35, 0.5, 0.25)
LINE = GaussianMixture(
    np.array(WEIGHTS), np.array(MEANS)[:, None], np.square(np.array(STDS))[:, None]
)
PLANE = GaussianMixture(
    np.array([0.6, 0.4]),
    np.array([[1.0, -0.5], [-1.5, 2.0]]),
    np.array([[0.09, 0.64], [0.25, 0.01]]),
)


def line_density(x: Array | float, alpha_bar: float = 1.0) -> Array:
    """p_t of LINE, by SciPy."""
    parts = zip(WEIGHTS, MEANS, STDS, strict=True)
    return np.sum(
        [
            w * norm.pdf(x, math.sqrt(alpha_bar) * m, math.sqrt(alpha_bar * s**2 + 1 - alpha_bar))
            for w, m, s in parts
        ],
        axis=0,
    )


def on_grid(x_t: float, s: int, t: int) -> tuple[Array, Array]:
    """A grid of x_s and p(x_s | x_t) on it, from p_s and the noise between s and t alone."""
    x = np.linspace(-9, 9, 90_001)
    ratio = ALPHA_BAR[t] / ALPHA_BAR[s]
    joint = line_density(x, ALPHA_BAR[s]) * norm.pdf(x_t, math.sqrt(ratio) * x, (1 - ratio) ** 0.5)
    return x, joint / (joint.sum() * (x[1] - x[0]))


# Density, distribution function, score


@pytest.mark.parametrize("t", [0, 1, 13, 40])
def test_p_t_is_the_data_convolved_with_the_noise(t: int) -> None:
    x = np.linspace(-5, 5, 41)
    np.testing.assert_allclose(
        LINE.at(SCHEDULE, t).density(x), line_density(x, ALPHA_BAR[t]), rtol=1e-12
    )


@pytest.mark.parametrize("t", [5, 30])
def test_p_t_by_quadrature_over_x_0(t: int) -> None:
    """p_t(x) = ∫ p_0(x_0) N(x; sqrt(alpha_bar) x_0, 1 - alpha_bar) dx_0, with nothing in closed form."""
    signal, noise = math.sqrt(ALPHA_BAR[t]), math.sqrt(1 - ALPHA_BAR[t])
    for x in (-2.2, 0.1, 1.7):
        expected, _ = quad(
            lambda x_0, x=x: float(line_density(x_0)) * norm.pdf(x, signal * x_0, noise),
            -6,
            6,
            points=[*MEANS, x / signal],
            epsabs=1e-12,
        )
        found = LINE.at(SCHEDULE, t).density([x])
        assert found.item() == pytest.approx(expected, rel=1e-9)


def test_density_in_the_plane_is_scipys() -> None:
    x = np.random.default_rng(0).normal(size=(200, 2)) * 2
    expected = sum(
        w * multivariate_normal(m, np.diag(v)).pdf(x)
        for w, m, v in zip(PLANE.weights, PLANE.means, PLANE.variances, strict=True)
    )
    np.testing.assert_allclose(PLANE.density(x), expected, rtol=1e-11)


def test_log_density_and_score_far_outside_are_finite() -> None:
    """At distance d from a Gaussian the logarithm is -d² / (2 v), where the density itself is 0."""
    x = np.array([1e4])
    assert LINE.density(x).item() == 0.0
    away = (1e4 - 0.5) ** 2 / (2 * 0.25)  # the widest component wins
    assert LINE.log_density(x).item() == pytest.approx(-away, rel=1e-7)
    assert LINE.score(x).item() == pytest.approx(-(1e4 - 0.5) / 0.25, rel=1e-12)


def test_distribution_function_is_scipys_and_integrates_the_density() -> None:
    x = np.linspace(-5, 5, 60).reshape(3, 20)
    expected = sum(w * norm.cdf(x, m, s) for w, m, s in zip(WEIGHTS, MEANS, STDS, strict=True))
    np.testing.assert_allclose(LINE.cdf(x), expected, rtol=1e-12)
    between = quad(lambda u: LINE.density([u]).item(), -2.5, 0.9, points=[-2, 0.5])[0]
    assert LINE.cdf(0.9) - LINE.cdf(-2.5) == pytest.approx(between, abs=1e-9)


@pytest.mark.parametrize("t", [0, 7, 40])
@pytest.mark.parametrize("mixture", [LINE, PLANE])
def test_score_is_the_slope_of_the_log_density(mixture: GaussianMixture, t: int) -> None:
    p_t, h = mixture.at(SCHEDULE, t), 1e-5
    x = np.random.default_rng(1).normal(size=(50, mixture.dimension)) * 1.5
    for d in range(mixture.dimension):
        step = h * np.eye(mixture.dimension)[d]
        slope = (p_t.log_density(x + step) - p_t.log_density(x - step)) / (2 * h)
        # Central differences: h² / 6 of a third derivative up to 1e6, and rounding / h.
        np.testing.assert_allclose(p_t.score(x)[:, d], slope, rtol=1e-5, atol=1e-4)


def test_moments_are_those_of_the_density() -> None:
    x = np.linspace(-7, 7, 20_001)
    weight = line_density(x) * (x[1] - x[0])
    mean = weight @ x
    assert LINE.mean.item() == pytest.approx(mean, abs=1e-10)
    assert LINE.variance.item() == pytest.approx(weight @ (x - mean) ** 2, abs=1e-10)


def test_standardised_is_the_same_law_in_other_units() -> None:
    standard = PLANE.standardised()
    np.testing.assert_allclose(standard.mean, 0, atol=1e-15)
    np.testing.assert_allclose(standard.variance, 1, rtol=1e-14)
    x = np.random.default_rng(2).normal(size=(20, 2))
    scale = np.sqrt(PLANE.variance)
    expected = PLANE.density(x * scale + PLANE.mean) * scale.prod()
    np.testing.assert_allclose(standard.density(x), expected, rtol=1e-12)


@pytest.mark.parametrize("coordinate", [0, 1])
def test_marginal_is_the_integral_over_the_other_coordinate(coordinate: int) -> None:
    p_t = PLANE.at(SCHEDULE, 10)
    grid = np.linspace(-9, 9, 4001)
    for value in (-1.0, 0.3, 1.4):
        points = np.full((len(grid), 2), value)
        points[:, 1 - coordinate] = grid
        expected = p_t.density(points).sum() * (grid[1] - grid[0])
        assert p_t.marginal(coordinate).density([value]).item() == pytest.approx(expected, rel=1e-9)


# Bayes' rule


@pytest.mark.parametrize(("s", "t"), [(0, 1), (0, 13), (0, 40), (6, 7), (39, 40), (3, 20)])
@pytest.mark.parametrize("x_t", [-1.8, 0.4, 2.6])
def test_any_earlier_x_given_x_t_is_bayes_rule_on_a_grid(s: int, t: int, x_t: float) -> None:
    law = LINE.given(SCHEDULE, [x_t], t, s)
    x, expected = on_grid(x_t, s, t)
    step = x[1] - x[0]
    # The grid's step, 2e-4, is 1/400 of the narrowest deviation.
    assert np.abs(law[0].density(x) - expected).max() < 1e-9 * expected.max()
    mean = expected @ x * step
    assert law.mean.item() == pytest.approx(mean, abs=1e-9)
    assert law.variance.item() == pytest.approx(expected @ (x - mean) ** 2 * step, rel=1e-8)


@pytest.mark.parametrize("t", [1, 9, 40])
def test_posterior_is_given_0_and_reverse_kernel_given_the_step_before(t: int) -> None:
    x_t = np.array([-1.1, 0.2])
    for law, s in (
        (LINE.posterior(SCHEDULE, x_t, t), 0),
        (LINE.reverse_kernel(SCHEDULE, x_t, t), t - 1),
    ):
        for index, value in enumerate(x_t):
            x, expected = on_grid(value, s, t)
            assert np.abs(law[index].density(x) - expected).max() < 1e-9 * expected.max()


@pytest.mark.parametrize("t", [1, 2, 10, 40])
@pytest.mark.parametrize("mixture", [LINE, PLANE])
def test_tweedie(mixture: GaussianMixture, t: int) -> None:
    """E[x_0 | x_t] = (x_t + (1 - alpha_bar) score) / sqrt(alpha_bar), and the score has its own formula."""
    x = np.random.default_rng(3).normal(size=(100, mixture.dimension)) * 1.5
    noise = 1 - ALPHA_BAR[t]
    expected = (x + noise * mixture.at(SCHEDULE, t).score(x)) / math.sqrt(ALPHA_BAR[t])
    found = mixture.posterior(SCHEDULE, x, t).mean
    # Dividing by sqrt(alpha_bar), 0.03 at T, enlarges rounding.
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("t", [2, 15])
def test_second_order_tweedie(t: int) -> None:
    """Var[x_0 | x_t] = (1 - alpha_bar) / alpha_bar (1 + (1 - alpha_bar) d score / dx)."""
    x, h, noise = np.linspace(-3, 3, 25), 1e-5, 1 - ALPHA_BAR[t]
    p_t = LINE.at(SCHEDULE, t)
    curvature = (p_t.score(x + h) - p_t.score(x - h)) / (2 * h)
    expected = noise / ALPHA_BAR[t] * (1 + noise * curvature)
    np.testing.assert_allclose(LINE.posterior(SCHEDULE, x, t).variance, expected, rtol=1e-6)


def test_posterior_in_the_plane_by_sums_over_a_grid() -> None:
    t, x_t = 12, np.array([0.2, 0.7])
    axis = np.linspace(-6, 6, 1201)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    likelihood = norm.pdf(x_t, math.sqrt(ALPHA_BAR[t]) * grid, math.sqrt(1 - ALPHA_BAR[t]))
    weight = PLANE.density(grid) * likelihood.prod(axis=1)
    weight /= weight.sum()
    mean = weight @ grid
    law = PLANE.posterior(SCHEDULE, x_t[None], t)
    np.testing.assert_allclose(law.mean[0], mean, atol=1e-9)
    np.testing.assert_allclose(law.variance[0], weight @ np.square(grid - mean), rtol=1e-8)


def test_the_smallest_steps_lose_no_digits() -> None:
    """With beta = 1e-12 the kernel's variance is beta, which 1 - alpha_bar_t / alpha_bar_s rounds away."""
    schedule = NoiseSchedule.linear(3, 1e-12, 1e-12)
    law = LINE.reverse_kernel(schedule, [0.5], 3)
    np.testing.assert_allclose(law.variances, 1e-12, rtol=1e-9)


# Draws


def test_draws_have_the_law() -> None:
    random = np.random.default_rng(4)
    n = 20_000
    x = LINE.sample(random.uniform(size=n), random.normal(size=(n, 1)))
    parts = list(zip(WEIGHTS, MEANS, STDS, strict=True))
    found = ks_1samp(x[:, 0], lambda u: sum(w * norm.cdf(u, m, s) for w, m, s in parts))
    assert found.pvalue > UNLUCKY


def test_draws_of_the_reverse_kernel_have_its_law_on_the_grid() -> None:
    n, t, x_t = 20_000, 20, 0.1
    random = np.random.default_rng(5)
    law = LINE.reverse_kernel(SCHEDULE, np.full(n, x_t), t)
    draws = law.sample(random.uniform(size=n), random.normal(size=(n, 1)))
    x, density = on_grid(x_t, t - 1, t)
    cumulative = np.cumsum(density) * (x[1] - x[0])
    assert ks_1samp(draws[:, 0], lambda u: np.interp(u, x, cumulative)).pvalue > UNLUCKY


def test_components_are_chosen_by_their_weights_up_to_the_ends() -> None:
    sharp = GaussianMixture(
        np.array([0.25, 0.0, 0.75]), np.array([[0.0], [1.0], [2.0]]), np.full((3, 1), 1e-30)
    )
    uniforms = np.array([0.0, 0.2499, 0.25, 0.9, np.nextafter(1, 0)])
    x = sharp.sample(uniforms, np.zeros((5, 1)))
    np.testing.assert_allclose(x[:, 0], [0, 0, 2, 2, 2], atol=1e-12)


# What is refused


@pytest.mark.parametrize(
    ("weights", "means", "variances"),
    [
        ([0.5, 0.6], [[0.0], [1.0]], [[1.0], [1.0]]),
        ([1.5, -0.5], [[0.0], [1.0]], [[1.0], [1.0]]),
        ([0.5, 0.5], [[0.0], [1.0]], [[1.0], [0.0]]),
        ([0.5, 0.5], [[0.0], [np.nan]], [[1.0], [1.0]]),
        ([0.5, 0.5], [[0.0], [1.0]], [[1.0], [np.inf]]),
        ([0.5, 0.5], [0.0, 1.0], [1.0, 1.0]),
        ([1.0], [[0.0], [1.0]], [[1.0], [1.0]]),
        ([0.5, 0.5], [[0.0], [1.0]], [[1.0]]),
    ],
)
def test_what_is_no_mixture_is_refused(weights: Array, means: Array, variances: Array) -> None:
    with pytest.raises(ValueError, match=r"mixture|finite"):
        GaussianMixture(weights, means, variances)


@pytest.mark.parametrize(("s", "t"), [(0, 0), (5, 5), (6, 5), (-1, 5), (3, 41)])
def test_times_out_of_order_or_range_are_refused(s: int, t: int) -> None:
    with pytest.raises(ValueError, match="t must lie"):
        LINE.given(SCHEDULE, [0.0], t, s)


def test_points_of_another_dimension_are_refused() -> None:
    with pytest.raises(ValueError, match="Points"):
        PLANE.density(np.zeros((4, 3)))
    with pytest.raises(ValueError, match="Points"):
        PLANE.density(np.zeros(4))
    with pytest.raises(ValueError, match="one coordinate"):
        PLANE.cdf(0.0)


def test_arrays_are_the_mixtures_own_and_cannot_be_written() -> None:
    means = np.array([[0.0], [1.0]])
    mixture = GaussianMixture(np.array([0.5, 0.5]), means, np.ones((2, 1)))
    means[0] = 9
    assert mixture.means[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        mixture.means[0] = 1


def test_what_a_window_draws_needs_no_torch() -> None:
    code = (
        "import sys; from ddpm_studio.datasets.mixtures import exact_mixture; "
        "from ddpm_studio.diffusion import NoiseSchedule, kolmogorov_smirnov, kullback_leibler; "
        "p = exact_mixture('eight-gaussians').at(NoiseSchedule.linear(10), 5); "
        "p.marginal(0).density([0.0]); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
