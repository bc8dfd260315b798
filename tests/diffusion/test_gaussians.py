"""The four Gaussians against Bayes' rule on a grid, each other and their own samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import chi2, kstest

from ddpm_studio.diffusion.gaussians import (
    Gaussian,
    ReverseVariance,
    marginal,
    posterior,
    reverse_step,
    standard_normal,
    transition,
)
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


@pytest.mark.parametrize("variance", ReverseVariance)
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


@pytest.mark.parametrize("variance", ReverseVariance)
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
