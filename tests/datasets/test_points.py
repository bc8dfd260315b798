"""Points against scikit-learn's generators, exact distribution functions and their own moments."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import chi2, ks_1samp, ks_2samp, norm, uniform
from sklearn.datasets import make_circles, make_moons, make_swiss_roll

from ddpm_studio.datasets.points import POINT_DISTRIBUTIONS

NAMES = sorted(POINT_DISTRIBUTIONS)
UNLUCKY = 1e-6
"""How often a statistical test of right code would fail, were its seed not fixed."""

Points = NDArray[np.float64]


def draw(name: str, count: int, seed: int = 0) -> Points:
    generator = torch.Generator().manual_seed(seed)
    return POINT_DISTRIBUTIONS[name].sample(count, generator).double().numpy()


def raw(name: str, count: int) -> Points:
    """Points before they were scaled."""
    distribution = POINT_DISTRIBUTIONS[name]
    return draw(name, count) * distribution.std + distribution.mean


def curve(name: str) -> tuple[Points, float]:
    """The distribution without its blur, as equally likely points (N, 2), and the blur."""
    u = (np.arange(100_000) + 0.5) / 100_000
    angle = math.pi * u
    half = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    turn = np.stack((np.cos(2 * angle), np.sin(2 * angle)), axis=1)
    eighth = np.arange(8)[:, None] * math.pi / 4
    roll = 1.5 * math.pi * (1 + 2 * u)[:, None]
    along = np.sqrt(u)[:, None]
    arm = along * np.hstack((np.cos(3 * math.pi * along), np.sin(3 * math.pi * along)))
    return {
        "moons": (np.concatenate((half, [1.0, 0.5] - half)), 0.06),
        "swiss-roll": (roll * np.hstack((np.cos(roll), np.sin(roll))), 0.4),
        "circles": (np.concatenate((turn, turn / 2)), 0.05),
        "spiral": (np.concatenate((arm, -arm)), 0.03),
        "eight-gaussians": (np.hstack((np.cos(eighth), np.sin(eighth))), 0.1),
    }[name]


@pytest.mark.parametrize("name", ["moons", "swiss-roll", "circles", "spiral", "eight-gaussians"])
def test_scaling_uses_the_exact_moments_of_the_distribution(name: str) -> None:
    """Var[curve + noise] = Var[curve] + blur², by the midpoint rule; no sample tells as much."""
    points, blur = curve(name)
    distribution = POINT_DISTRIBUTIONS[name]
    std = np.sqrt(points.var(axis=0) + blur**2)
    np.testing.assert_allclose(distribution.mean, points.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(distribution.std, std, rtol=1e-8)


def chi_square(counts: NDArray[np.int64]) -> float:
    """Pearson's statistic against equally likely cells."""
    expected = counts.sum() / len(counts)
    return float(np.square(counts - expected).sum() / expected)


@pytest.mark.parametrize("name", NAMES)
def test_every_coordinate_has_mean_0_and_variance_1(name: str) -> None:
    count = 200_000
    x = draw(name, count)
    # Standard errors: 1 / sqrt(n) of the mean, sqrt((E x^4 - 1) / n) of E x².
    assert np.abs(x.mean(axis=0)).max() < 5 / math.sqrt(count)
    kurtosis = (x**4).mean(axis=0)
    assert np.all(np.abs((x**2).mean(axis=0) - 1) < 5 * np.sqrt((kurtosis - 1) / count))
    assert np.all(kurtosis < 4)  # so that the bound says something


@pytest.mark.parametrize("name", NAMES)
def test_samples_have_their_shape_and_follow_their_generator(name: str) -> None:
    distribution = POINT_DISTRIBUTIONS[name]
    first = distribution.sample(100, torch.Generator().manual_seed(1))
    again = distribution.sample(100, torch.Generator().manual_seed(1))
    other = distribution.sample(100, torch.Generator().manual_seed(2))
    assert first.shape == (100, *distribution.sample_shape)
    assert first.dtype == torch.float32
    assert torch.equal(first, again)
    assert (first - other).abs().max() > 0.1
    state = torch.get_rng_state()
    distribution.sample(10, torch.Generator().manual_seed(1))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("moons", make_moons(20_000, noise=0.06, random_state=0)[0]),
        ("circles", make_circles(20_000, noise=0.05, factor=0.5, random_state=0)[0]),
        ("swiss-roll", make_swiss_roll(20_000, noise=0.4, random_state=0)[0][:, [0, 2]]),
    ],
)
def test_shapes_are_scikit_learns(name: str, reference: Points) -> None:
    """Two distributions in the plane are equal where all their projections are."""
    points = raw(name, 20_000)
    for angle in np.arange(8) * math.pi / 8:
        direction = np.array([math.cos(angle), math.sin(angle)])
        assert ks_2samp(points @ direction, reference @ direction).pvalue > UNLUCKY


def test_mixture_has_its_distribution_function() -> None:
    parts = ((0.3, -2.0, 0.35), (0.5, 0.5, 0.5), (0.2, 2.5, 0.25))

    def cdf(x: Points) -> Points:
        return np.sum([weight * norm.cdf(x, mean, std) for weight, mean, std in parts], axis=0)

    assert ks_1samp(raw("mixture-1d", 50_000)[:, 0], cdf).pvalue > UNLUCKY


def test_checkerboard_is_uniform_on_eight_squares() -> None:
    x = raw("checkerboard", 40_000)
    assert np.abs(x).max() <= 2 + 1e-6
    squares = np.clip(np.floor(x), -2, 1).astype(int) + 2
    # A point within float32's rounding of an edge may seem to lie next door.
    inside = np.all(np.abs(x - np.rint(x)) > 1e-6, axis=1)
    assert np.all(squares[inside].sum(axis=1) % 2 == 0)
    cells, counts = np.unique(squares[inside], axis=0, return_counts=True)
    assert len(cells) == 8
    assert chi_square(counts) < chi2.isf(UNLUCKY, 7)
    for c in range(2):
        assert ks_1samp(x[:, c] - np.floor(x[:, c]), uniform.cdf).pvalue > UNLUCKY


def test_eight_gaussians_lie_on_a_circle() -> None:
    x = raw("eight-gaussians", 20_000)
    angle = np.arange(8) * math.pi / 4
    centres = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    nearest = np.linalg.norm(x[:, None] - centres, axis=2).argmin(axis=1)
    assert chi_square(np.bincount(nearest, minlength=8)) < chi2.isf(UNLUCKY, 7)
    # Half the distance of two centres is 3.8 deviations: one point in 4,000 changes its centre.
    offsets = (x - centres[nearest]) / 0.1
    for c in range(2):
        assert ks_1samp(offsets[:, c], norm.cdf).pvalue > UNLUCKY


def test_spiral_has_two_opposite_arms_of_one_and_a_half_turns() -> None:
    x = raw("spiral", 20_000)
    along = np.linspace(0, 1, 3001)[:, None]
    arm = along * np.hstack((np.cos(3 * math.pi * along), np.sin(3 * math.pi * along)))
    distance, _ = cKDTree(np.concatenate((arm, -arm))).query(x)
    # The blur has deviation 0.03 in each direction; r > 6 deviations has p = exp(-18).
    assert distance.max() < 6 * 0.03
    # Across an arm it is |N(0, 0.03²)|, a little less where arms are close or end.
    assert np.sqrt(np.mean(distance**2)) == pytest.approx(0.03, rel=0.05)
    # Opposite arms, equally likely: the distribution is the same after half a turn.
    for c in range(2):
        assert ks_2samp(x[:10_000, c], -x[10_000:, c]).pvalue > UNLUCKY
    # An even density along the arm, whose length grows as r², is a uniform r².
    quartiles = np.quantile(np.square(x).sum(axis=1), [0.25, 0.5, 0.75])
    # 5 standard errors of a median; the blur adds its own 2 · 0.03² = 0.002.
    assert np.abs(quartiles - [0.25, 0.5, 0.75]).max() < 5 * 0.5 / math.sqrt(len(x)) + 0.002
