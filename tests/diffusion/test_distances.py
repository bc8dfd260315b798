"""Distances of two samples against closed forms, SciPy and scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist
from scipy.stats import wasserstein_distance
from sklearn.metrics.pairwise import rbf_kernel
from torch import Generator, Tensor

from ddpm_studio.diffusion import distances
from ddpm_studio.diffusion.distances import (
    maximum_mean_discrepancy,
    median_distance,
    sliced_wasserstein,
)


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


# Sliced Wasserstein


def test_on_a_line_a_shift_is_its_own_distance() -> None:
    x = normal(1000, 1)
    assert sliced_wasserstein(x, x - 0.37, seeded()) == pytest.approx(0.37, abs=1e-12)


def test_on_a_line_it_is_scipys_distance() -> None:
    a, b = normal(500, 1), 2 * normal(500, 1, seed=1) + 1
    expected = wasserstein_distance(a[:, 0].numpy(), b[:, 0].numpy())
    assert sliced_wasserstein(a, b, seeded()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("dimension", "mean_cosine"),
    # E |cos| of the angle to a uniform direction: Γ(D/2) / (√π Γ((D+1)/2))
    [
        (2, 2 / math.pi),
        (3, 1 / 2),
        (64, math.exp(math.lgamma(32) - math.lgamma(32.5)) / 1.77245385),
    ],
)
def test_a_shift_is_seen_by_its_mean_cosine(dimension: int, mean_cosine: float) -> None:
    x, shift = normal(50, dimension), normal(dimension, seed=1)
    found = sliced_wasserstein(x, x + shift, seeded(), projections=40_000)
    assert found == pytest.approx(float(shift.norm()) * mean_cosine, rel=0.02)


def test_images_are_compared_as_vectors() -> None:
    a, b = normal(40, 1, 4, 4), normal(40, 1, 4, 4, seed=1)
    as_vectors = sliced_wasserstein(a.flatten(1), b.flatten(1), seeded())
    assert sliced_wasserstein(a, b, seeded()) == as_vectors


def test_the_order_of_samples_does_not_matter() -> None:
    x = normal(300, 2)
    assert sliced_wasserstein(x, x[torch.randperm(300, generator=seeded())], seeded()) < 1e-12


def test_the_same_generator_gives_the_same_distance_and_no_other_is_used() -> None:
    a, b = normal(100, 2), normal(100, 2, seed=1)
    before = torch.get_rng_state()
    assert sliced_wasserstein(a, b, seeded(3)) == sliced_wasserstein(a, b, seeded(3))
    assert sliced_wasserstein(a, b, seeded(3)) != sliced_wasserstein(a, b, seeded(4))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("shape", [(9, 2), (10, 3), (10,)])
def test_samples_of_two_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one shape"):
        sliced_wasserstein(normal(10, 2), normal(*shape), seeded())


# Maximum mean discrepancy


def brute_force(a: Tensor, b: Tensor, bandwidth: float) -> float:
    gamma = 1 / (2 * bandwidth**2)
    n, m = len(a), len(b)
    within = [
        (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))
        for k in (rbf_kernel(x.flatten(1).numpy(), gamma=gamma) for x in (a, b))
    ]
    across = rbf_kernel(a.flatten(1).numpy(), b.flatten(1).numpy(), gamma=gamma).sum()
    return float(sum(within) - 2 * across / (n * m))


@pytest.mark.parametrize("block_numbers", [1, 500, 4_000_000])
def test_mmd_is_scikit_learns_kernel_summed_whatever_the_blocks(
    block_numbers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distances, "_BLOCK_NUMBERS", block_numbers)
    a, b = normal(70, 1, 2, 2), 0.5 + normal(90, 1, 2, 2, seed=1)
    found = maximum_mean_discrepancy(a, b, bandwidth=1.3)
    assert found.squared == pytest.approx(brute_force(a, b, 1.3), abs=1e-13)
    assert found.bandwidth == 1.3


def test_mmd_is_the_closed_form_between_gaussians() -> None:
    """E k(x, y) with x - y ~ N(d, v I) is (s² / (s² + v))^(D/2) exp(-|d|² / (2 (s² + v)))."""
    n, repeats, s, shift, std, dimension = 300, 60, 1.5, 0.4, 1.3, 2

    def mean_kernel(square: float, variance: float) -> float:
        total = s**2 + variance
        return (s**2 / total) ** (dimension / 2) * math.exp(-square / (2 * total))

    exact = mean_kernel(0, 2) + mean_kernel(0, 2 * std**2)
    exact -= 2 * mean_kernel(dimension * shift**2, 1 + std**2)
    found = []
    for i in range(repeats):
        a, b = normal(n, dimension, seed=2 * i), normal(n, dimension, seed=2 * i + 1)
        found.append(maximum_mean_discrepancy(a, shift + std * b, bandwidth=s).squared)
    error = np.std(found) / math.sqrt(repeats)
    assert abs(np.mean(found) - exact) < 4.5 * error
    assert exact > 20 * error


def test_mmd_of_one_law_is_0_on_average_and_is_not_biased() -> None:
    repeats, n = 200, 60
    found = np.array(
        [
            maximum_mean_discrepancy(
                normal(n, 2, seed=2 * i), normal(n, 2, seed=2 * i + 1), bandwidth=1.0
            ).squared
            for i in range(repeats)
        ]
    )
    error = found.std() / math.sqrt(repeats)
    assert abs(found.mean()) < 4 * error
    assert found.min() < 0
    # With the diagonals it would be (1 - E k) 2 / n too high: that is far more than the error.
    assert (1 - 1 / 3) * 2 / n > 10 * error


def test_bandwidth_is_the_median_distance() -> None:
    a, b = normal(40, 3), 1 + normal(50, 3, seed=1)
    expected = np.median(pdist(torch.cat((a, b)).numpy()))
    assert maximum_mean_discrepancy(a, b).bandwidth == pytest.approx(expected, rel=1e-12)
    # Many are thinned out: the median of some is near the median of all, which is 2.37 for N(0, I).
    many = median_distance(normal(20_000, 3), normal(7001, 3, seed=1))
    assert many == pytest.approx(math.sqrt(2 * 2.36597), rel=0.02)


def test_samples_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match="Two samples"):
        maximum_mean_discrepancy(normal(10, 2), normal(10, 3))
    with pytest.raises(ValueError, match="Two samples"):
        maximum_mean_discrepancy(normal(1, 2), normal(10, 2))
    with pytest.raises(ValueError, match="bandwidth"):
        maximum_mean_discrepancy(torch.ones(5, 2), torch.ones(5, 2))
