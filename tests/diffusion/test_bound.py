"""The bound against closed forms on Gaussian data, entropies, and the decoder of eq. 13 by SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import norm
from torch import Tensor

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.datasets.digits import Digits
from ddpm_studio.datasets.mixtures import exact_mixture
from ddpm_studio.datasets.points import POINT_DISTRIBUTIONS
from ddpm_studio.diffusion.adequacy import schedule_adequacy
from ddpm_studio.diffusion.bound import VariationalBound, prior_term, variational_bound
from ddpm_studio.diffusion.chains import Predict, Prediction
from ddpm_studio.diffusion.exact_denoisers import FiniteDataDenoiser, MixtureDenoiser
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.gaussians import marginal
from ddpm_studio.diffusion.respacing import respaced
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance
from ddpm_studio.diffusion.schedule import NoiseSchedule

PAPER = NoiseSchedule.linear(1000)
SMALL, LARGE = ReverseVariance.FIXED_SMALL, ReverseVariance.FIXED_LARGE
LN2 = math.log(2)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def bound(
    schedule: NoiseSchedule, predict: Predict, x_0: Tensor, **options: object
) -> VariationalBound:
    *_, result = variational_bound(schedule, predict, x_0, seeded(9), **options)  # type: ignore[arg-type]
    return result


def zero(x: Tensor, t: int) -> Tensor:
    return torch.zeros_like(x)


# Closed forms


def gaussian_bound(
    beta: np.ndarray, mean: float, std: float, variance: ReverseVariance
) -> np.ndarray:
    """L_0 … L_T per coordinate of a perfect model of N(mean, std²), from the paper's equations alone.

    A perfect prediction's squared error is Var[x_0 | x_t] = s² (1 - ab) / (ab s² + 1 - ab).
    """
    T = len(beta)
    ab = np.concatenate(([1.0], np.cumprod(1 - beta)))
    error = std**2 * (1 - ab) / (ab * std**2 + 1 - ab)
    tilde = [0.0, *((1 - ab[t - 1]) / (1 - ab[t]) * beta[t - 1] for t in range(1, T + 1))]
    terms = np.zeros(T + 1)
    for t in range(2, T + 1):
        weight = math.sqrt(ab[t - 1]) * beta[t - 1] / (1 - ab[t])
        model = beta[t - 1] if variance is LARGE else tilde[t]
        ratio = tilde[t] / model
        terms[t - 1] = (ratio - 1 - math.log(ratio) + weight**2 * error[t] / model) / 2
    terms[0] = (math.log(2 * math.pi * tilde[2]) + error[1] / tilde[2]) / 2
    terms[T] = (ab[T] * (mean**2 + std**2 - 1) - math.log(1 - ab[T])) / 2
    return terms


@pytest.mark.parametrize("variance", [SMALL, LARGE])
@pytest.mark.parametrize(
    "beta", [np.linspace(1e-4, 0.02, 1000), np.linspace(0.01, 0.3, 20)], ids=["paper", "short"]
)
def test_on_gaussian_data_every_term_is_its_closed_form(
    beta: np.ndarray, variance: ReverseVariance
) -> None:
    mean, std, count = 0.5, 0.4, 1000
    schedule = NoiseSchedule.linear(len(beta), beta[0], beta[-1])
    law = GaussianMixture(np.ones(1), np.full((1, 2), mean), np.full((1, 2), std**2))
    x_0 = mean + std * torch.randn(count, 2, generator=seeded(1), dtype=torch.float64)
    found = bound(schedule, MixtureDenoiser(law, schedule).predict_x_0, x_0, variance=variance)
    expected = 2 * gaussian_bound(beta, mean, std, variance)
    # 5.5 standard errors for a thousand terms; and rounding in x_t.
    assert np.all(np.abs(found.nats - expected) < 5.5 * found.standard_error + 1e-9)
    # They are sharp, but where a constant squared error leaves a chi-squared with 2 per coordinate.
    assert np.median(found.standard_error / expected) < 1.5 / math.sqrt(count)
    assert abs(found.total - expected.sum()) < 5 * found.total_standard_error
    assert found.total_standard_error < 0.1
    assert found.total_bits_per_dimension == pytest.approx(found.total / (2 * LN2))
    assert found.rate + found.distortion == pytest.approx(found.total)
    assert found.nats.sum() == pytest.approx(found.total)


@pytest.mark.parametrize("variance", [SMALL, LARGE])
def test_of_a_chain_with_fewer_steps_it_is_that_of_the_merged_betas(
    variance: ReverseVariance,
) -> None:
    """Ten of the paper's thousand steps; the denoiser is asked with the paper's t."""
    mean, std, count = 0.5, 0.4, 1000
    path = respaced(PAPER, 10)
    law = GaussianMixture(np.ones(1), np.full((1, 2), mean), np.full((1, 2), std**2))
    exact = MixtureDenoiser(law, PAPER)
    x_0 = mean + std * torch.randn(count, 2, generator=seeded(1), dtype=torch.float64)
    found = bound(
        path.schedule,
        lambda x, i: exact.predict_x_0(x, int(path.times[i])),
        x_0,
        variance=variance,
    )
    alpha_bar = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))[99::100]
    merged = 1 - alpha_bar / np.append(1.0, alpha_bar[:-1])
    expected = 2 * gaussian_bound(merged, mean, std, variance)
    assert np.all(np.abs(found.nats - expected) < 5 * found.standard_error + 1e-9)
    assert abs(found.total - expected.sum()) < 5 * found.total_standard_error


STANDARD_NORMAL_ENTROPY = 0.5 * math.log(2 * math.pi * math.e)


def standard_normal_bound(T: int, beta_T: float, variance: ReverseVariance) -> VariationalBound:
    schedule = NoiseSchedule.linear(T, beta_T / 60, beta_T)
    law = GaussianMixture(np.ones(1), np.zeros((1, 1)), np.ones((1, 1)))
    x_0 = torch.randn(50_000, 1, generator=seeded(2), dtype=torch.float64)
    return bound(schedule, MixtureDenoiser(law, schedule).predict_x_0, x_0, variance=variance)


def test_fixed_large_reaches_the_entropy_of_standard_normal_data() -> None:
    """ "Best where x_0 ~ N(0, I)" (DDPM, section 3.2): p_theta is exact, but for sigma_1² (6e-4 nats)."""
    found = standard_normal_bound(5, 0.9, LARGE)
    assert found.total_standard_error < 0.01
    assert abs(found.total - STANDARD_NORMAL_ENTROPY - 6e-4) < 5 * found.total_standard_error
    narrow = standard_normal_bound(5, 0.9, SMALL)
    assert narrow.total > STANDARD_NORMAL_ENTROPY + 1


def test_fixed_small_nears_the_entropy_from_above_with_more_steps() -> None:
    few, many = standard_normal_bound(10, 0.6, SMALL), standard_normal_bound(50, 0.3, SMALL)
    gaps = [each.total - STANDARD_NORMAL_ENTROPY for each in (few, many)]
    assert gaps[0] > 2 * gaps[1] > 20 * many.total_standard_error


def test_standard_error_of_the_total_counts_what_the_terms_share() -> None:
    """Of a model that always says 0, every term grows with the same |x_0|: errors add, not squares."""
    schedule = NoiseSchedule.linear(20, 0.01, 0.3)
    x_0 = torch.randn(500, 3, generator=seeded(3))
    found = bound(schedule, zero, x_0)
    assert found.total_standard_error == pytest.approx(found.standard_error.sum(), rel=1e-6)
    totals = [
        bound(schedule, zero, torch.randn(100, 3, generator=seeded(s))) for s in range(100, 300)
    ]
    spread = np.std([each.total for each in totals])
    # The deviation of 200 values is known to 5 %, skewed data a little less.
    assert np.mean([each.total_standard_error for each in totals]) == pytest.approx(
        spread, rel=0.25
    )


# L_T


@pytest.mark.parametrize("mean_square", [0.25, 1.0, 4.0])
def test_prior_term_is_the_published_number(mean_square: float) -> None:
    """2.911e-5 E x_0² bits/dim for the paper's schedule, and the formula to all digits."""
    x_0 = np.full((3, 5), math.sqrt(mean_square))
    bits = prior_term(PAPER, x_0) / (5 * LN2)
    assert np.allclose(bits, 2.911e-5 * mean_square, rtol=2e-4)
    alpha_bar = float(np.prod(1 - np.linspace(1e-4, 0.02, 1000)))
    exact = (alpha_bar * (mean_square - 1) - math.log1p(-alpha_bar)) / 2 / LN2
    np.testing.assert_allclose(bits, exact, rtol=1e-9)
    assert schedule_adequacy(PAPER, mean_square).L_T_bits == pytest.approx(bits[0], rel=1e-9)


# L_0


def test_levels_are_the_decoder_of_eq_13_by_scipy() -> None:
    """T = 1 leaves L_0 alone with L_T: sigma_1² = beta_1, the mean is the prediction."""
    schedule = NoiseSchedule.linear(1, 0.01, 0.01)
    levels = np.linspace(-1, 1, 256)
    x_0 = torch.from_numpy(levels[np.random.default_rng(4).integers(256, size=(50, 1, 3, 3))])
    x_0[0].fill_(1.0)
    x_0[1].fill_(-1.0)
    guess = 0.1 * torch.randn(x_0.shape, generator=seeded(5), dtype=torch.float64)
    found = bound(schedule, lambda x, t: x_0 + guess, x_0, levels=256)
    mean, x = (x_0 + guess).numpy(), x_0.numpy()
    upper = np.where(x == 1, np.inf, x + 1 / 255)
    lower = np.where(x == -1, -np.inf, x - 1 / 255)
    masses = norm.cdf(upper, mean, 0.1) - norm.cdf(lower, mean, 0.1)
    expected = -np.log(masses).sum(axis=(1, 2, 3))
    assert found.nats[0] == pytest.approx(expected.mean(), rel=1e-9)
    assert found.standard_error[0] == pytest.approx(expected.std(ddof=1) / math.sqrt(50), rel=1e-9)
    assert (found.dimension, found.count, found.levels) == (9, 50, 256)


def test_the_masses_of_all_levels_sum_to_1() -> None:
    schedule = NoiseSchedule.linear(1, 0.04, 0.04)
    levels = torch.linspace(-1, 1, 17, dtype=torch.float64)
    masses = []
    for level in levels:
        x_0 = level.expand(2, 1).clone()
        found = bound(schedule, lambda x, t: torch.full_like(x, 0.37), x_0, levels=17)
        masses.append(math.exp(-found.nats[0]))
    assert sum(masses) == pytest.approx(1, abs=1e-9)
    assert masses[11] == max(masses)  # 0.375 is nearest


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_hopeless_guesses_cost_finite_amounts(side: float) -> None:
    """200 deviations away: -ln of a mass near exp(-(200 - ½ w)² / 2), which itself is 0."""
    schedule = NoiseSchedule.linear(1, 1e-4, 1e-4)
    x_0 = torch.full((2, 1), side, dtype=torch.float64)
    found = bound(schedule, lambda x, t: -side * torch.ones_like(x), x_0, levels=256)
    nearest = (2 - 1 / 255) / 0.01
    assert found.nats[0] == pytest.approx(-norm.logsf(nearest), rel=1e-9)


def test_a_fine_scale_of_levels_is_the_density_times_its_width() -> None:
    schedule = NoiseSchedule.linear(10, 0.05, 0.3)
    levels = 4097
    x_0 = torch.linspace(-0.5, 0.5, 2049, dtype=torch.float64)[:, None]
    density = bound(schedule, lambda x, t: x_0 * 0.9, x_0)
    mass = bound(schedule, lambda x, t: x_0 * 0.9, x_0, levels=levels)
    assert mass.nats[0] == pytest.approx(density.nats[0] - math.log(2 / (levels - 1)), abs=1e-5)
    np.testing.assert_array_equal(mass.nats[1:], density.nats[1:])


# Models


def test_the_bundled_network_is_not_better_than_the_exact_model() -> None:
    model = load_inspected(find_model("mixture-1d"))
    law = exact_mixture("mixture-1d")
    assert law is not None
    x_0 = POINT_DISTRIBUTIONS["mixture-1d"].sample(1000, seeded(6))
    exact = MixtureDenoiser(law, PAPER).predict_x_0
    clip = model.description.clip
    found = {
        name: bound(PAPER, predict, x_0, variance=LARGE, clip=clip)
        for name, predict in {
            "exact": exact,
            "network": model.denoiser.predict_x_0,
            "biased": lambda x, t: exact(x, t) + 0.01,
        }.items()
    }
    # All see the same x_t: the difference has a far smaller error than either, under 0.005 nats.
    assert found["exact"].total < found["network"].total + 0.005
    assert found["network"].total < found["exact"].total + 0.1  # and it is close
    assert found["biased"].total > found["exact"].total + 0.1  # 0.01 is seen
    entropy = -float(law.log_density(x_0.double().numpy()).mean())
    assert found["exact"].total > entropy


def test_the_bundled_digits_beat_memory_on_digits_nobody_has_seen() -> None:
    """On 17 grey levels; guessing all alike costs log2 17 = 4.09 bits, the data's own histogram 2.9."""
    digits = Digits()
    model = load_inspected(find_model("digits"))
    schedule = model.denoiser.schedule
    x_0 = digits.held_out_images()[:10]
    options = {"variance": model.description.variance, "clip": 1.0, "levels": 17}
    network = bound(schedule, model.denoiser.predict_x_0, x_0, **options)
    memory = FiniteDataDenoiser(digits.training_images(), schedule)
    assert network.total_bits_per_dimension < 2.7
    assert bound(schedule, memory.predict_x_0, x_0, **options).total_bits_per_dimension > 10
    known = bound(schedule, memory.predict_x_0, digits.training_images()[:10], **options)
    assert known.total_bits_per_dimension < 1.0


# How it runs


def test_it_reports_every_term_from_T_down_and_returns_the_whole() -> None:
    schedule = NoiseSchedule.linear(4, 0.1, 0.4)
    asked: list[int] = []

    def predict(x: Tensor, t: int) -> Tensor:
        asked.append(t)
        return x

    run = variational_bound(schedule, predict, torch.randn(10, 2, generator=seeded()), seeded(1))
    seen = []
    while True:
        try:
            seen.append(next(run))
        except StopIteration as end:
            result = end.value
            break
    assert asked == [4, 3, 2, 1]
    assert [int(np.isnan(each.nats).sum()) for each in seen] == [4, 3, 2, 1, 0]
    assert not np.isnan(seen[0].nats[4])
    assert [math.isnan(each.total) for each in seen] == [True] * 4 + [False]
    np.testing.assert_array_equal(result.nats, seen[-1].nats)
    np.testing.assert_array_equal(seen[2].nats[2:], result.nats[2:])


def test_the_same_seed_gives_the_same_bound() -> None:
    schedule = NoiseSchedule.linear(20, 0.01, 0.3)
    x_0 = torch.randn(50, 2, generator=seeded())
    first, again = (bound(schedule, lambda x, t: x, x_0) for _ in range(2))
    np.testing.assert_array_equal(first.nats, again.nats)


def test_the_clip_is_that_of_the_chain() -> None:
    schedule = NoiseSchedule.linear(20, 0.01, 0.3)
    x_0 = torch.randn(50, 2, generator=seeded()).clamp(-1, 1)
    clipped = bound(schedule, lambda x, t: torch.full_like(x, 5.0), x_0, clip=1.0)
    ones = bound(schedule, lambda x, t: torch.ones_like(x), x_0)
    np.testing.assert_array_equal(clipped.nats, ones.nats)


@pytest.mark.parametrize(
    ("x_0", "levels", "message"),
    [
        (torch.zeros(1, 2), None, "two x_0"),
        (torch.zeros(4, 2), 1, "grey levels"),
        (torch.zeros(4, 2), 256, "do not lie"),  # 0 is no level of 256
        (torch.full((4, 2), 1.25), 17, "do not lie"),
    ],
)
def test_data_that_do_not_fit_are_refused(x_0: Tensor, levels: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bound(PAPER, zero, x_0, levels=levels)


# Learned variances


@pytest.mark.parametrize(("share", "fixed"), [(0.0, SMALL), (1.0, LARGE)])
def test_the_ends_of_a_learned_range_are_the_fixed_variances(
    share: float, fixed: ReverseVariance
) -> None:
    """All but L_0, whose variance is beta_1 at the upper end; its own bound by SciPy's density."""
    schedule = NoiseSchedule.linear(20, 0.01, 0.3)
    x_0 = torch.randn(50, 3, generator=seeded())

    def learned(x: Tensor, t: int) -> Prediction:
        return Prediction(0.5 * x, torch.full_like(x, share))

    mine = bound(schedule, learned, x_0, variance="learned-range")
    theirs = bound(schedule, lambda x, t: 0.5 * x, x_0, variance=fixed)
    assert mine.nats[1:] == pytest.approx(theirs.nats[1:], rel=1e-12)
    ignored = bound(schedule, learned, x_0, variance=fixed)
    assert np.array_equal(ignored.nats, theirs.nats)
    *_, x_1 = (marginal(schedule, x_0, t).sample(g) for g in [seeded(9)] for t in range(20, 0, -1))
    variance = schedule.beta[1] if share else schedule.posterior_variance[2]
    density = norm(0.5 * x_1.double().numpy(), variance**0.5).logpdf(x_0.double().numpy())
    assert mine.distortion == pytest.approx(-density.sum(axis=1).mean(), rel=1e-6)


def test_a_variance_of_its_own_for_every_pixel() -> None:
    """Half of the pixels with either end: the mean of two models that learned nothing."""
    schedule = NoiseSchedule.linear(10, 0.05, 0.4)
    x_0 = torch.randint(0, 5, (40, 4), generator=seeded()) / 2.0 - 1
    share = torch.tensor([0.0, 1.0, 0.0, 1.0])

    def predict(shares: Tensor) -> Predict:
        return lambda x, t: Prediction(torch.zeros_like(x), shares.expand_as(x))

    mixed, low, high = (
        bound(schedule, predict(shares), columns, variance="learned-range", levels=5)
        for shares, columns in (
            (share, x_0),
            (torch.zeros(2), x_0[:, [0, 2]]),
            (torch.ones(2), x_0[:, [1, 3]]),
        )
    )
    # Nothing depends on x_t, so that the noise does not matter: only the data do.
    assert mixed.nats == pytest.approx(low.nats + high.nats, rel=1e-9)
