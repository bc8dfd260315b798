"""The four Gaussians against Bayes' rule on a grid, each other and their own samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import chi2, kstest

from ddpm_studio.diffusion.gaussians import (
    Gaussian,
    clipped,
    ddim_step,
    fixed_variance,
    learned_range_variance,
    marginal,
    mean_from_noise,
    mean_from_x_0,
    posterior,
    reverse_step,
    score_from_noise,
    standard_normal,
    transition,
)
from ddpm_studio.diffusion.sampler_configuration import FIXED_VARIANCES, ReverseVariance
from ddpm_studio.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule.linear(40, 0.01, 0.3)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tensor(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("t", [2, 7, 40])
@pytest.mark.parametrize(("x_0", "x_t"), [(0.7, -1.3), (-2.0, 0.4)])
def test_posterior_is_bayes_rule(t: int, x_0: float, x_t: float) -> None:
    beta = np.linspace(0.01, 0.3, 40)
    alpha_bar_before, beta_t = np.prod(1 - beta[: t - 1]), beta[t - 1]
    x = np.linspace(-12, 12, 200_001)
    log_prior = -((x - math.sqrt(alpha_bar_before) * x_0) ** 2) / (2 * (1 - alpha_bar_before))
    log_likelihood = -((x_t - math.sqrt(1 - beta_t) * x) ** 2) / (2 * beta_t)
    weight = np.exp(log_prior + log_likelihood - (log_prior + log_likelihood).max())
    weight /= weight.sum()
    mean = weight @ x
    variance = weight @ (x - mean) ** 2

    exact = posterior(SCHEDULE, tensor(x_0), tensor(x_t), t)
    assert exact.mean.item() == pytest.approx(mean, abs=1e-10)
    assert exact.variance == pytest.approx(variance, rel=1e-9)


def test_posterior_of_the_first_step_is_the_data() -> None:
    exact = posterior(SCHEDULE, tensor(0.7), tensor(-1.3), 1)
    assert exact.mean.item() == pytest.approx(0.7, abs=1e-15)
    assert exact.variance == 0.0


@pytest.mark.parametrize("t", [1, 2, 17, 40])
def test_a_transition_carries_one_marginal_to_the_next(t: int) -> None:
    """N(a m, a² v + beta) for x_{t-1} ~ N(m, v) is q(x_t | x_0)."""
    x_0 = tensor(0.7, -2.0, 1e3)
    before = marginal(SCHEDULE, x_0, t - 1)
    step = transition(SCHEDULE, before.mean, t)
    slope = transition(SCHEDULE, tensor(1.0), t).mean.item()
    after = marginal(SCHEDULE, x_0, t)
    assert (step.mean - after.mean).abs().max() < 1e-11
    assert slope**2 * before.variance + step.variance == pytest.approx(after.variance, rel=1e-13)


def test_two_steps_equal_one_of_merged_variance() -> None:
    beta = 0.1, 0.4
    two = NoiseSchedule.linear(2, *beta)
    merged_beta = 1 - (1 - beta[0]) * (1 - beta[1])
    one = NoiseSchedule.linear(1, merged_beta, merged_beta)
    x_0 = tensor(1.5)
    first, second = transition(two, x_0, 1), transition(two, tensor(1.0), 2)
    mean = second.mean * first.mean
    variance = second.mean.item() ** 2 * first.variance + second.variance
    merged = transition(one, x_0, 1)
    assert mean.item() == pytest.approx(merged.mean.item(), rel=1e-14)
    assert variance == pytest.approx(merged.variance, rel=1e-14)


def test_marginal_at_the_ends() -> None:
    x_0 = tensor(0.7, -2.0)
    start = marginal(SCHEDULE, x_0, 0)
    assert torch.equal(start.mean, x_0)
    assert start.variance == 0.0
    end = marginal(NoiseSchedule.linear(1000), x_0, 1000)
    assert (end.mean / x_0 - 0.00635282).abs().max() < 5e-9
    assert end.variance == pytest.approx(1 - 4.035830e-5, rel=1e-11)


@pytest.mark.parametrize("variance", FIXED_VARIANCES)
def test_reverse_step_has_the_posterior_mean_of_the_prediction(variance: ReverseVariance) -> None:
    x_0, x_t = tensor(0.3, -0.9), tensor(1.0, 2.0)
    for t in (2, 40):
        step = reverse_step(SCHEDULE, x_0, x_t, t, variance)
        assert torch.equal(step.mean, posterior(SCHEDULE, x_0, x_t, t).mean)
        beta = np.linspace(0.01, 0.3, 40)
        alpha_bar = np.cumprod(1 - beta)
        beta_tilde = beta[t - 1] * (1 - alpha_bar[t - 2]) / (1 - alpha_bar[t - 1])
        expected = {
            ReverseVariance.FIXED_LARGE: beta[t - 1],
            ReverseVariance.FIXED_SMALL: beta_tilde,
        }
        assert step.variance == pytest.approx(expected[variance], rel=1e-12)


@pytest.mark.parametrize(
    "schedule", [SCHEDULE, NoiseSchedule.linear(1000), NoiseSchedule.cosine(50)]
)
def test_the_mean_is_the_same_from_the_noise_and_from_x_0(schedule: NoiseSchedule) -> None:
    """DDPM, eqs. 7 and 11, by the definition of epsilon: x_t = a x_0 + s epsilon."""
    for t in (1, 2, schedule.T // 2, schedule.T):
        x_t, noise = tensor(0.4, -2.0, 1.0), tensor(-0.3, 1.5, 0.0)
        alpha_bar = np.prod(1 - schedule.beta[1 : t + 1])
        x_0 = (x_t - math.sqrt(1 - alpha_bar) * noise) / math.sqrt(alpha_bar)
        of_noise = mean_from_noise(schedule, noise, x_t, t)
        of_x_0 = mean_from_x_0(schedule, x_0, x_t, t)
        assert (of_noise - of_x_0).abs().max() < 1e-9
        expected = (x_t - schedule.beta[t] / math.sqrt(1 - alpha_bar) * noise) / math.sqrt(
            1 - schedule.beta[t]
        )
        assert (of_noise - expected).abs().max() < 1e-9


def test_the_score_is_the_gradient_of_the_log_density() -> None:
    """Of q(x_t | x_0), by a central difference."""
    x_0, h = tensor(0.7, -1.2), 1e-5
    for t in (1, 7, 40):
        law = marginal(SCHEDULE, x_0, t)
        x_t = law.sample(seeded()).double()
        noise = (x_t - law.mean) / math.sqrt(law.variance)

        def log_density(x: torch.Tensor, law: Gaussian = law) -> torch.Tensor:
            return -((x - law.mean) ** 2) / (2 * law.variance)

        gradient = (log_density(x_t + h) - log_density(x_t - h)) / (2 * h)
        assert (score_from_noise(SCHEDULE, noise, t) - gradient).abs().max() < 1e-5


def test_a_learned_variance_lies_between_the_fixed_ones() -> None:
    """Nichol & Dhariwal 2021, eq. 15: a straight line between the logarithms, per element."""
    v = tensor(0.0, 0.25, 0.5, 1.0)
    for t in (2, 7, 40):
        small = fixed_variance(SCHEDULE, t, ReverseVariance.FIXED_SMALL)
        large = fixed_variance(SCHEDULE, t, "fixed-large")
        learned = learned_range_variance(SCHEDULE, v, t)
        expected = [small, small**0.75 * large**0.25, math.sqrt(small * large), large]
        np.testing.assert_allclose(learned, expected, rtol=1e-12)
        step = reverse_step(SCHEDULE, tensor(0.3), tensor(1.0), t, learned)
        assert step.variance is learned


def test_a_learned_variance_at_the_first_step_is_that_of_their_code() -> None:
    """ "log calculation clipped because the posterior variance is 0 at the beginning"."""
    first = learned_range_variance(SCHEDULE, tensor(0.0, 1.0), 1)
    np.testing.assert_allclose(
        first, [SCHEDULE.posterior_variance[2], SCHEDULE.beta[1]], rtol=1e-12
    )
    alone = learned_range_variance(NoiseSchedule.linear(1, 0.3, 0.3), tensor(0.0, 0.5, 1.0), 1)
    np.testing.assert_allclose(alone, 0.3, rtol=1e-12)


def test_samples_of_many_variances_have_each_its_own() -> None:
    count = 40_000
    variance = torch.tensor([0.01, 1.0, 9.0])
    sample = Gaussian(torch.full((count, 3), 2.0), variance).sample(seeded(4))
    for column, each in zip(sample.T, variance.tolist(), strict=True):
        assert kstest(column.numpy(), "norm", args=(2.0, math.sqrt(each))).pvalue > 1e-6


@pytest.mark.parametrize("variance", [0.25, torch.tensor(0.25), torch.full((2, 3), 0.25)])
def test_a_draw_may_take_the_memory_of_its_noise(variance: float | torch.Tensor) -> None:
    z, mean = torch.ones(2, 3), torch.full((2, 3), 2.0)
    drawn = Gaussian(mean, variance).at(z, out=z)
    assert drawn is z
    assert torch.equal(z, torch.full((2, 3), 2.5))


def test_clipping() -> None:
    x_0 = tensor(-3.0, 0.5, 1.5)
    assert clipped(x_0, 1.0).tolist() == [-1.0, 0.5, 1.0]
    assert clipped(x_0, None) is x_0


@pytest.mark.parametrize("t", [1, 2, 7, 40])
@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
def test_ddim_keeps_the_marginals(t: int, eta: float) -> None:
    """Song et al. 2021, lemma 1: of x_t ~ q(x_t | x_0), the step's x_{t-1} ~ q(x_{t-1} | x_0)."""
    x_0 = tensor(0.7, -2.0)
    at_t, before = marginal(SCHEDULE, x_0, t), marginal(SCHEDULE, x_0, t - 1)
    step = ddim_step(SCHEDULE, x_0, at_t.mean, t, eta)
    slope = (ddim_step(SCHEDULE, x_0, at_t.mean + 1, t, eta).mean - step.mean)[0].item()
    assert (step.mean - before.mean).abs().max() < 1e-14
    assert slope**2 * at_t.variance + step.variance == pytest.approx(before.variance, abs=1e-14)
    assert step.variance == pytest.approx(eta**2 * SCHEDULE.posterior_variance[t], rel=1e-14)


@pytest.mark.parametrize("t", [1, 2, 7, 40])
def test_ddim_with_all_its_noise_is_the_ancestral_step(t: int) -> None:
    x_0, x_t = tensor(0.3, -0.9), tensor(1.0, 2.0)
    step = ddim_step(SCHEDULE, x_0, x_t, t, eta=1.0)
    ancestral = reverse_step(SCHEDULE, x_0, x_t, t, ReverseVariance.FIXED_SMALL)
    assert (step.mean - ancestral.mean).abs().max() < 1e-14
    assert step.variance == ancestral.variance


@pytest.mark.parametrize("variance", FIXED_VARIANCES)
def test_last_reverse_step_draws_nothing(variance: ReverseVariance) -> None:
    step = reverse_step(SCHEDULE, tensor(0.3), tensor(5.0), 1, variance)
    generator = seeded()
    untouched = generator.get_state()
    assert step.sample(generator).item() == pytest.approx(0.3, abs=1e-15)
    assert torch.equal(generator.get_state(), untouched)


@pytest.mark.parametrize("t", [0, -1, 41])
def test_steps_outside_the_chain(t: int) -> None:
    x = tensor(0.0)
    message = f"t must lie between 1 and T = 40, not {t}"
    with pytest.raises(ValueError, match=message):
        transition(SCHEDULE, x, t)
    with pytest.raises(ValueError, match=message):
        posterior(SCHEDULE, x, x, t)
    with pytest.raises(ValueError, match=message):
        reverse_step(SCHEDULE, x, x, t)
    with pytest.raises(ValueError, match=message):
        ddim_step(SCHEDULE, x, x, t)
    with pytest.raises(ValueError, match=message):
        mean_from_noise(SCHEDULE, x, x, t)
    with pytest.raises(ValueError, match=message):
        score_from_noise(SCHEDULE, x, t)
    with pytest.raises(ValueError, match=message):
        learned_range_variance(SCHEDULE, x, t)
    if t != 0:
        with pytest.raises(ValueError, match=message):
            marginal(SCHEDULE, x, t)


def test_samples_have_the_mean_the_variance_and_the_shape() -> None:
    count = 40_000
    gaussian = Gaussian(torch.full((count, 1), 3.0), 0.25)
    sample = gaussian.sample(seeded(1))
    assert sample.shape == (count, 1)
    assert sample.dtype == torch.float32
    # One chance in a million to fail by bad luck; the seed is fixed.
    assert kstest(sample.flatten().numpy(), "norm", args=(3.0, 0.5)).pvalue > 1e-6


def test_a_sample_without_variance_is_a_copy_of_the_mean() -> None:
    mean = tensor(1.0, 2.0)
    sample = Gaussian(mean, 0.0).sample(seeded())
    assert torch.equal(sample, mean)
    assert sample.data_ptr() != mean.data_ptr()


def test_components_of_the_noise_are_independent() -> None:
    count, dimension = 20_000, 8
    z = standard_normal((count, dimension), seeded(2), "cpu").double().numpy()
    correlation = np.corrcoef(z.T)[np.triu_indices(dimension, 1)]
    # n r² summed over the pairs is chi² with as many degrees of freedom.
    assert count * np.square(correlation).sum() < chi2.isf(1e-6, len(correlation))


def test_noise_does_not_depend_on_the_number_of_threads() -> None:
    threads = torch.get_num_threads()
    drawn = []
    try:
        for number in (1, 2, 5):
            torch.set_num_threads(number)
            drawn.append(standard_normal((200_000,), seeded(), "cpu"))
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(drawn[0], drawn[1])
    assert torch.equal(drawn[0], drawn[2])
    assert not torch.equal(drawn[0], standard_normal((200_000,), seeded(1), "cpu"))


def test_noise_is_drawn_where_the_generator_lives() -> None:
    """A device that holds no numbers shows it: the CPU's generator advances all the same."""
    generator, reference = seeded(), seeded()
    noise = standard_normal((5, 2), generator, "meta")
    assert noise.device.type == "meta"
    assert noise.shape == (5, 2)
    torch.randn((5, 2), generator=reference)
    assert torch.equal(generator.get_state(), reference.get_state())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_noise_on_a_gpu_is_the_noise_on_the_cpu() -> None:
    on_gpu = standard_normal((64, 3), seeded(), "cuda")
    assert on_gpu.is_cuda
    assert torch.equal(on_gpu.cpu(), standard_normal((64, 3), seeded(), "cpu"))
