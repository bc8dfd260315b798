"""Exact denoisers against brute force, and the chains they drive against the data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.stats import chi2, ks_1samp, kstwo, norm
from torch import Tensor

from ddpm_studio.datasets.mixtures import exact_mixture
from ddpm_studio.diffusion.chains import ChainStep, PredictX0, initial_noise
from ddpm_studio.diffusion.exact_denoisers import (
    FiniteDataDenoiser,
    MixtureDenoiser,
    exact_reverse_chain,
)
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance, SamplerConfiguration
from ddpm_studio.diffusion.samplers import reverse_chain
from ddpm_studio.diffusion.schedule import NoiseSchedule

UNLUCKY = 1e-6
"""How often a statistical test of right code would fail, were its seed not fixed."""

SMALL, LARGE = ReverseVariance.FIXED_SMALL, ReverseVariance.FIXED_LARGE
PAPER = NoiseSchedule.linear(1000)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def last(chain: Iterator[ChainStep]) -> Tensor:
    *_, step = chain
    return step.x


def ancestral(
    schedule: NoiseSchedule, predict: PredictX0, count: int, dimension: int, variance: str
) -> Tensor:
    sampler = SamplerConfiguration(variance=variance)
    return sampled(schedule, predict, count, dimension, sampler)


def sampled(
    schedule: NoiseSchedule,
    predict: PredictX0,
    count: int,
    dimension: int,
    sampler: SamplerConfiguration,
) -> Tensor:
    x_T = initial_noise(count, (dimension,), seeded(1), "cpu")
    return last(reverse_chain(schedule, predict, x_T, seeded(2), sampler))


# The definition of the data sets, once more: 0.3 N(-2, 0.35²) + 0.5 N(0.5, 0.5²) + 0.2 N(2.5, 0.25²).
PARTS = ((0.3, -2.0, 0.35), (0.5, 0.5, 0.5), (0.2, 2.5, 0.25))
CENTRE = sum(w * m for w, m, _ in PARTS)
SCALE = math.sqrt(sum(w * (m**2 + s**2) for w, m, s in PARTS) - CENTRE**2)


def line_cdf(x: NDArray[np.float64], alpha_bar: float = 1.0) -> NDArray[np.float64]:
    signal = math.sqrt(alpha_bar)
    return np.sum(
        [
            w * norm.cdf(x, signal * m, math.sqrt(alpha_bar * s**2 + 1 - alpha_bar))
            for w, m, s in ((w, (m - CENTRE) / SCALE, s / SCALE) for w, m, s in PARTS)
        ],
        axis=0,
    )


def mixture(name: str) -> GaussianMixture:
    found = exact_mixture(name)
    assert found is not None
    return found


# The mixture's denoiser drives chains


@pytest.mark.parametrize(
    "sampler",
    [
        SamplerConfiguration(variance=SMALL),
        SamplerConfiguration(variance=LARGE),
        SamplerConfiguration("ddim", eta=0.0),
    ],
    ids=["small", "large", "ddim"],
)
def test_the_reverse_chain_gives_back_the_mixture_on_the_line(
    sampler: SamplerConfiguration,
) -> None:
    count = 4000
    exact = MixtureDenoiser(mixture("mixture-1d"), PAPER)
    x = sampled(PAPER, exact.predict_x_0, count, 1, sampler).double().numpy()[:, 0]
    assert ks_1samp(x, line_cdf).statistic < kstwo.isf(UNLUCKY, count)
    # 5 standard errors; 0.5 % more for the steps, whose kernels are only nearly Gaussian.
    assert abs(x.mean()) < 5 / math.sqrt(count)
    assert abs(x.std() - 1) < 5 * math.sqrt(((x**4).mean() - 1) / (4 * count)) + 0.005
    # A component's weight is the mean of its probability given x.
    joint = np.stack([w * norm.pdf(x * SCALE + CENTRE, m, s) for w, m, s in PARTS])
    shares = joint / joint.sum(axis=0)
    error = np.abs(shares.mean(axis=1) - [w for w, _, _ in PARTS])
    assert np.all(error < 5 * shares.std(axis=1) / math.sqrt(count))


def test_the_reverse_chain_gives_back_the_eight_gaussians() -> None:
    count = 2000
    exact = MixtureDenoiser(mixture("eight-gaussians"), PAPER)
    x = ancestral(PAPER, exact.predict_x_0, count, 2, SMALL).double().numpy()
    ring = math.sqrt(0.5 + 0.1**2)
    angle = np.arange(8) * math.pi / 4
    centres = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    away = x[:, None] * ring - centres
    nearest = np.linalg.norm(away, axis=2).argmin(axis=1)
    counts = np.bincount(nearest, minlength=8)
    assert np.square(counts - count / 8).sum() / (count / 8) < chi2.isf(UNLUCKY, 7)
    offsets = away[np.arange(count), nearest] / 0.1
    for c in range(2):
        assert abs(offsets[:, c].mean()) < 5 / math.sqrt(count)
        # The fixed small variance is a little too small where data are wide: up to 3 % is normal.
        assert offsets[:, c].std() == pytest.approx(1, abs=5 / math.sqrt(2 * count) + 0.03)
        law = np.sum([norm.cdf(np.sort(x[:, c]), m / ring, 0.1 / ring) for m in centres[:, c]], 0)
        rank = np.arange(1, count + 1) / count
        assert np.abs(rank - law / 8).max() < kstwo.isf(UNLUCKY, count)


def test_a_wrong_mixture_is_noticed() -> None:
    """The thresholds of the tests above tell 0.30 from 0.38 in one weight."""
    wrong = mixture("mixture-1d")
    wrong = GaussianMixture(np.array([0.38, 0.42, 0.2]), wrong.means, wrong.variances)
    x = ancestral(PAPER, MixtureDenoiser(wrong, PAPER).predict_x_0, 4000, 1, SMALL).numpy()[:, 0]
    assert ks_1samp(x, line_cdf).statistic > kstwo.isf(UNLUCKY, 4000)


@pytest.mark.parametrize(
    ("T", "variance", "expected", "digit"),
    [
        (50, SMALL, (1.82663, 0.25073), 1e-5),
        (1000, SMALL, (1.999995, 0.246279), 1e-6),
        (1000, LARGE, (1.999995, 0.250936), 1e-6),
    ],
)
def test_gaussian_data_follow_the_published_affine_recursion(
    T: int, variance: str, expected: tuple[float, float], digit: float
) -> None:
    """N(2, 0.25²) as a mixture of one; FACTS 4, to half of the last ``digit`` that it gives."""
    schedule = NoiseSchedule.linear(T)
    one = GaussianMixture(np.ones(1), np.array([[2.0]]), np.array([[0.25**2]]))
    predict = MixtureDenoiser(one, schedule).predict_x_0
    m, v = 0.0, 1.0
    probe = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    for t in range(T, 0, -1):
        at_0, at_1 = predict(probe, t).flatten().tolist()
        c_0, c_t = schedule.posterior_x_0_coefficient[t], schedule.posterior_x_t_coefficient[t]
        slope = c_0 * (at_1 - at_0) + c_t
        kept = schedule.beta if variance == LARGE else schedule.posterior_variance
        m, v = c_0 * at_0 + slope * m, slope**2 * v + (kept[t] if t > 1 else 0.0)
    assert (m, math.sqrt(v)) == pytest.approx(expected, rel=0, abs=0.51 * digit)
    if T == 50:
        count = 20_000
        x = ancestral(schedule, predict, count, 1, variance).double()
        assert abs(x.mean().item() - expected[0]) < 5 * expected[1] / math.sqrt(count)
        assert abs(x.std().item() - expected[1]) < 5 * expected[1] / math.sqrt(2 * count)


# The true reverse kernel


def test_true_kernels_are_exact_however_few_the_steps() -> None:
    """From x_T ~ p_T, eight steps give p_t at every t, where Gaussian steps fail."""
    count = 20_000
    schedule = NoiseSchedule.linear(8, 0.05, 0.9)
    alpha_bar = np.concatenate(([1.0], np.cumprod(1 - np.linspace(0.05, 0.9, 8))))
    exact = MixtureDenoiser(mixture("mixture-1d"), schedule)
    random = np.random.default_rng(0)
    p_T = exact.mixture.at(schedule, 8)
    x_T = torch.from_numpy(p_T.sample(random.uniform(size=count), random.normal(size=(count, 1))))
    steps = list(exact_reverse_chain(exact, x_T, seeded(3)))
    assert [step.t for step in steps] == list(range(8, -1, -1))
    for step in steps:
        found = ks_1samp(step.x[:, 0].numpy(), line_cdf, args=(alpha_bar[step.t],))
        assert found.pvalue > UNLUCKY / len(steps)
    for before, after in pairwise(steps):
        assert after.predicted_x_0 is not None
        assert torch.equal(after.predicted_x_0, exact.predict_x_0(before.x, before.t))
    sampler = SamplerConfiguration(variance=SMALL)
    gaussian = last(reverse_chain(schedule, exact.predict_x_0, x_T, seeded(3), sampler))
    assert ks_1samp(gaussian[:, 0].numpy(), line_cdf).pvalue < UNLUCKY


def test_true_kernels_of_the_plane_keep_both_coordinates_together() -> None:
    """E[x_{t-1} | x_t] and the two-dimensional law: all eight Gaussians come back alike."""
    count, schedule = 8000, NoiseSchedule.linear(5, 0.3, 0.95)
    exact = MixtureDenoiser(mixture("eight-gaussians"), schedule)
    random = np.random.default_rng(1)
    p_T = exact.mixture.at(schedule, 5)
    x_T = torch.from_numpy(p_T.sample(random.uniform(size=count), random.normal(size=(count, 2))))
    x = last(exact_reverse_chain(exact, x_T, seeded(4))).numpy()
    centres = exact.mixture.means
    away = x[:, None] - centres
    nearest = np.linalg.norm(away, axis=2).argmin(axis=1)
    counts = np.bincount(nearest, minlength=8)
    assert np.square(counts - count / 8).sum() / (count / 8) < chi2.isf(UNLUCKY, 7)
    offsets = away[np.arange(count), nearest] / np.sqrt(exact.mixture.variances[0])
    for c in range(2):
        # Half the distance of two centres is 3.8 deviations: one point in 4,000 changes its centre.
        assert ks_1samp(offsets[:, c], norm.cdf).pvalue > UNLUCKY


def test_the_same_seed_gives_the_same_draws_and_no_other_generator_is_used() -> None:
    exact = MixtureDenoiser(mixture("eight-gaussians"), PAPER)
    x = torch.randn(50, 2, generator=seeded())
    before = torch.get_rng_state()
    first, again, other = (exact.sample_previous(x, 400, seeded(s)) for s in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.dtype == torch.float32


def test_single_precision_in_and_out_double_inside() -> None:
    exact = MixtureDenoiser(mixture("mixture-1d"), PAPER)
    x = torch.randn(100, 1, generator=seeded())
    for predict in (exact.predict_x_0, exact.posterior_variance):
        found, expected = predict(x, 3), predict(x.double(), 3)
        assert (found.dtype, expected.dtype) == (torch.float32, torch.float64)
        assert torch.equal(found, expected.float())


# Finite data


def brute_force(
    data: Tensor, schedule: NoiseSchedule, x_t: Tensor, t: int
) -> tuple[Tensor, Tensor]:
    """Mean and variance from the distances themselves, point by point in float64."""
    alpha_bar = np.prod(1 - schedule.beta[1 : t + 1])
    points, x = data.double().flatten(1), x_t.double().flatten(1)
    means, variances = [], []
    for row in x:
        squares = (row - math.sqrt(alpha_bar) * points).square().sum(dim=1)
        weights = (-squares / (2 * schedule.marginal_variance[t])).softmax(dim=0)[:, None]
        mean = (weights * points).sum(dim=0)
        means.append(mean)
        variances.append((weights * (points - mean).square()).sum(dim=0))
    return torch.stack(means).reshape(x_t.shape), torch.stack(variances).reshape(x_t.shape)


@pytest.mark.parametrize("t", [1, 30, 300, 1000])
@pytest.mark.parametrize("batch_bytes", [1, 4000, 64_000_000])
def test_finite_data_by_brute_force_whatever_the_batches(t: int, batch_bytes: int) -> None:
    """Images that lie far from 0: without care their squares would hide their differences."""
    data = 100 + torch.randn(60, 1, 3, 3, generator=seeded(1), dtype=torch.float64)
    noise = torch.randn(20, 1, 3, 3, generator=seeded(2), dtype=torch.float64)
    x_t = PAPER.alpha_bar[t] ** 0.5 * data[:20] + PAPER.marginal_variance[t] ** 0.5 * noise
    exact = FiniteDataDenoiser(data, PAPER, batch_bytes=batch_bytes)
    mean, variance = brute_force(data, PAPER, x_t, t)
    # Distances of 1e4 / s² with s² = 1e-4 lose eight of sixteen digits in the reference itself.
    assert (exact.predict_x_0(x_t, t) - mean).abs().max() < 1e-6
    assert (exact.posterior_variance(x_t, t) - variance).abs().max() < 1e-6


@pytest.mark.parametrize("t", [1, 30, 300, 1000])
def test_finite_data_near_the_centre_to_all_digits(t: int) -> None:
    data = torch.randn(60, 2, generator=seeded(1), dtype=torch.float64)
    x_t = torch.randn(40, 2, generator=seeded(2), dtype=torch.float64)
    exact = FiniteDataDenoiser(data, PAPER, batch_bytes=700)
    mean, variance = brute_force(data, PAPER, x_t, t)
    assert (exact.predict_x_0(x_t, t) - mean).abs().max() < 1e-11
    assert (exact.posterior_variance(x_t, t) - variance).abs().max() < 1e-11


def test_almost_without_noise_it_is_the_nearest_of_the_data() -> None:
    data = torch.randn(200, 5, generator=seeded(1))
    x_t = torch.randn(50, 5, generator=seeded(2))
    schedule = NoiseSchedule.linear(3, 1e-9, 1e-9)
    exact = FiniteDataDenoiser(data, schedule, batch_bytes=3000)
    nearest = data[torch.cdist(x_t.double(), data.double()).argmin(dim=1)]
    assert (exact.predict_x_0(x_t, 1) - nearest).abs().max() < 1e-6
    assert exact.posterior_variance(x_t, 1).max() < 1e-12


def test_almost_without_signal_it_is_the_mean_of_the_data() -> None:
    data = 5 + torch.randn(200, 5, generator=seeded(1))
    x_t = torch.randn(50, 5, generator=seeded(2))
    schedule = NoiseSchedule.linear(4, 0.999, 0.999)  # alpha_bar = 1e-12
    exact = FiniteDataDenoiser(data, schedule)
    assert (exact.predict_x_0(x_t, 4) - data.mean(dim=0)).abs().max() < 1e-4
    variance = data.var(dim=0, correction=0)
    assert (exact.posterior_variance(x_t, 4) - variance).abs().max() < 1e-4


def test_repeated_data_count_twice() -> None:
    data = torch.tensor([[-1.0], [1.0], [1.0]])
    exact = FiniteDataDenoiser(data, PAPER)
    # At x_t = 0 both places are equally far: 2 of 3 are at 1.
    found = exact.predict_x_0(torch.zeros(1, 1, dtype=torch.float64), 500)
    assert found.item() == pytest.approx(1 / 3, abs=1e-12)


def test_finite_data_tend_to_their_law() -> None:
    """10,000 draws of the mixture denoise like the mixture, where the noise spans many of them."""
    law = mixture("mixture-1d")
    random = np.random.default_rng(2)
    data = law.sample(random.uniform(size=10_000), random.normal(size=(10_000, 1)))
    x_t = torch.linspace(-1.5, 1.5, 13, dtype=torch.float64)[:, None]
    finite = FiniteDataDenoiser(torch.from_numpy(data), PAPER)
    exact = MixtureDenoiser(law, PAPER)
    for t in (200, 500, 800):
        # The mean of draws of deviation 1, at least 1,000 of which count: 5 standard errors.
        difference = finite.predict_x_0(x_t, t) - exact.predict_x_0(x_t, t)
        assert difference.abs().max() < 5 / math.sqrt(1000)


def test_its_reverse_chain_ends_on_the_data() -> None:
    data = torch.randn(30, 1, 2, 2, generator=seeded(1))
    exact = FiniteDataDenoiser(data, PAPER)
    x_T = initial_noise(300, (1, 2, 2), seeded(2), "cpu")
    sampler = SamplerConfiguration(variance=SMALL)
    x = last(reverse_chain(PAPER, exact.predict_x_0, x_T, seeded(3), sampler))
    distance = torch.cdist(x.flatten(1).double(), data.flatten(1).double())
    assert distance.min(dim=1).values.max() < 1e-3
    counts = np.bincount(distance.argmin(dim=1).numpy(), minlength=30)
    assert np.square(counts - 10).sum() / 10 < chi2.isf(UNLUCKY, 29)


@pytest.mark.parametrize("t", [0, 1001])
def test_a_t_outside_the_schedule_is_refused(t: int) -> None:
    x = torch.zeros(3, 1)
    with pytest.raises(ValueError, match="t must lie"):
        FiniteDataDenoiser(x, PAPER).predict_x_0(x, t)
    with pytest.raises(ValueError, match="t must lie"):
        MixtureDenoiser(mixture("mixture-1d"), PAPER).predict_x_0(x, t)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="Data"):
        FiniteDataDenoiser(torch.zeros(0, 2), PAPER)
    with pytest.raises(ValueError, match="shaped like"):
        FiniteDataDenoiser(torch.zeros(4, 2), PAPER).predict_x_0(torch.zeros(5, 3), 1)
