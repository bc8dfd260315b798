"""The chains against closed forms, exact solutions and the published result of another project."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.stats import ks_1samp, kstwo, norm
from torch import Tensor

from ddpm_studio.diffusion.chains import (
    ChainStep,
    NotFiniteError,
    PredictX0,
    forward_chain,
    initial_noise,
)
from ddpm_studio.diffusion.gaussians import reverse_step
from ddpm_studio.diffusion.sampler_configuration import FIXED_VARIANCES, ReverseVariance
from ddpm_studio.diffusion.samplers import SamplerConfiguration, reverse_chain
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import Target, predicted_x_0

SMALL, LARGE = ReverseVariance.FIXED_SMALL, ReverseVariance.FIXED_LARGE
UNLUCKY = 1e-6
"""How often a statistical test of right code would fail, were its seed not fixed."""


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def gaussian_denoiser(schedule: NoiseSchedule, mean: float, std: float) -> PredictX0:
    """E[x_0 | x_t] for x_0 ~ N(mean, std²)."""

    def predict(x_t: Tensor, t: int) -> Tensor:
        alpha_bar = float(schedule.alpha_bar[t])
        gain = math.sqrt(alpha_bar) * std**2 / (alpha_bar * std**2 + 1 - alpha_bar)
        return mean + gain * (x_t - math.sqrt(alpha_bar) * mean)

    return predict


WEIGHTS, MEANS, STDS = (0.3, 0.5, 0.2), (-2.0, 0.5, 2.5), (0.35, 0.5, 0.25)


def mixture_cdf(x: NDArray[np.float64], signal: float = 1.0) -> NDArray[np.float64]:
    """Of x_t = signal x_0 + sqrt(1 - signal²) epsilon, x_0 from the mixture."""
    parts = [
        weight * norm.cdf(x, signal * mean, math.sqrt(signal**2 * std**2 + 1 - signal**2))
        for weight, mean, std in zip(WEIGHTS, MEANS, STDS, strict=True)
    ]
    return np.sum(parts, axis=0)


def mixture_denoiser(schedule: NoiseSchedule) -> PredictX0:
    """E[x_0 | x_t] of the mixture: its parts' own, weighted by their responsibility for x_t."""

    def predict(x_t: Tensor, t: int) -> Tensor:
        alpha_bar = float(schedule.alpha_bar[t])
        logits, predictions = [], []
        for weight, mean, std in zip(WEIGHTS, MEANS, STDS, strict=True):
            variance = alpha_bar * std**2 + 1 - alpha_bar
            away = x_t - math.sqrt(alpha_bar) * mean
            logits.append(math.log(weight / math.sqrt(variance)) - away**2 / (2 * variance))
            predictions.append(mean + math.sqrt(alpha_bar) * std**2 / variance * away)
        return (torch.stack(logits).softmax(0) * torch.stack(predictions)).sum(0)

    return predict


def last(chain: Iterator[ChainStep]) -> Tensor:
    *_, step = chain
    return step.x


# The forward chain


def cosine_alpha_bar(T: int) -> NDArray[np.float64]:
    f = np.cos((np.arange(T) / T + 0.008) / 1.008 * np.pi / 2) ** 2
    return np.append(f, 0.001 * f[-1]) / f[0]  # beta_T is clipped at 0.999


# alpha_bar_0 … alpha_bar_T once more, from the definitions.
FORWARD = {
    "linear": (
        NoiseSchedule.linear(1000),
        np.append(1.0, np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))),
    ),
    "cosine": (NoiseSchedule.cosine(1000), cosine_alpha_bar(1000)),
}


def least_p_value_of_the_forward_chain(name: str, later: int = 0) -> float:
    """Of KS tests of 20,000 values at every tenth t against the closed form's law at t + ``later``.

    x_0 = 100 is so far from 0 that an alpha_bar_t that is off by 1 % can be seen.
    """
    (schedule, alpha_bar), x_0 = FORWARD[name], 100.0
    p_values = []
    for step in forward_chain(schedule, torch.full((20_000, 1), x_0), seeded(1)):
        if step.t > 0 and step.t % 10 == 0 and step.t + later <= 1000:
            signal_square = alpha_bar[step.t + later]
            law = norm(math.sqrt(signal_square) * x_0, math.sqrt(1 - signal_square))
            x = step.x.double().flatten().numpy()
            p_values.append(ks_1samp(x, law.cdf, method="asymp").pvalue)
    assert len(p_values) >= 99
    return min(p_values)


@pytest.mark.parametrize("name", FORWARD)
def test_forward_chain_step_by_step_has_the_law_of_the_closed_form(name: str) -> None:
    # Bonferroni: all the tests share the probability to be unlucky.
    assert least_p_value_of_the_forward_chain(name) > UNLUCKY / 100
    assert least_p_value_of_the_forward_chain(name, later=1) < UNLUCKY / 100


def test_forward_chain_of_the_mixture_has_its_exact_law() -> None:
    schedule, alpha_bar = FORWARD["linear"]
    random, count = np.random.default_rng(2), 20_000
    parts = random.choice(3, size=count, p=WEIGHTS)
    x_0 = random.normal(np.array(MEANS)[parts], np.array(STDS)[parts])
    for step in forward_chain(schedule, torch.from_numpy(x_0), seeded(3)):
        if step.t % 100 == 0:
            cdf = mixture_cdf(step.x.numpy(), math.sqrt(alpha_bar[step.t]))
            assert ks_1samp(cdf, lambda u: u, method="asymp").pvalue > UNLUCKY / 11


def test_forward_chain_visits_every_t_from_the_data_on() -> None:
    x_0 = torch.full((3, 2), 1.5)
    steps = list(forward_chain(NoiseSchedule.linear(40), x_0, seeded(1)))
    assert [step.t for step in steps] == list(range(41))
    assert torch.equal(steps[0].x, x_0)
    assert all(step.x.shape == x_0.shape and step.predicted_x_0 is None for step in steps)


def test_frames_of_the_forward_chain_belong_together() -> None:
    """Cov(x_s, x_t) = sqrt(alpha_bar_t / alpha_bar_s) (1 - alpha_bar_s) for s < t, x_0 fixed.

    Fresh noise per t in the closed form would give 0.
    """
    T, count = 100, 20_000
    schedule = NoiseSchedule.linear(T, 1e-3, 0.04)
    alpha_bar = np.concatenate(([1.0], np.cumprod(1 - np.linspace(1e-3, 0.04, T))))
    x = [step.x for step in forward_chain(schedule, torch.zeros(count, 1), seeded(2))]
    for s, t in ((1, 2), (20, 21), (20, 60), (50, 100)):
        covariance = (x[s].double() * x[t].double()).mean().item()
        expected = math.sqrt(alpha_bar[t] / alpha_bar[s]) * (1 - alpha_bar[s])
        product_variance = (1 - alpha_bar[s]) * (1 - alpha_bar[t]) + expected**2
        assert abs(covariance - expected) < 5 * math.sqrt(product_variance / count)
        assert expected > 10 * math.sqrt(product_variance / count)  # far from 0


def test_increments_of_the_forward_chain_are_fresh_noise() -> None:
    T, count = 50, 20_000
    schedule = NoiseSchedule.linear(T, 1e-3, 0.04)
    x = [step.x.double() for step in forward_chain(schedule, torch.zeros(count, 1), seeded(3))]
    beta = np.linspace(1e-3, 0.04, T)
    noise = [(x[t] - math.sqrt(1 - b) * x[t - 1]) / math.sqrt(b) for t, b in enumerate(beta, 1)]
    correlation = np.corrcoef(torch.cat(noise, 1).numpy().T)
    # Each has deviation 1 / sqrt(n); 1,225 pairs stay within 5.5 of them with p = 1 - 5e-5.
    assert np.abs(correlation - np.eye(T)).max() < 5.5 / math.sqrt(count)


# The reverse chain


@pytest.mark.parametrize(
    ("T", "mean", "std", "variance", "expected", "digit"),
    [
        (50, 2.0, 0.25, SMALL, (1.82663, 0.25073), 1e-5),
        (1000, 2.0, 0.25, SMALL, (1.999995, 0.246279), 1e-6),
        (1000, 2.0, 0.25, LARGE, (1.999995, 0.250936), 1e-6),
        (1000, 0.0, 1.0, LARGE, (0.0, 0.99995), 1e-5),
        (1000, 0.0, 1.0, SMALL, (0.0, 0.99552), 1e-5),
    ],
)
def test_perfect_model_of_gaussian_data_follows_its_affine_recursion(
    T: int,
    mean: float,
    std: float,
    variance: ReverseVariance,
    expected: tuple[float, float],
    digit: float,
) -> None:
    """x_{t-1} = c + k x_t + sigma z, so (m, v) -> (c + k m, k² v + sigma²) exactly.

    Expected is FACTS 4, to half of the last ``digit`` that it gives.
    """
    schedule = NoiseSchedule.linear(T)
    predict = gaussian_denoiser(schedule, mean, std)
    m, v = 0.0, 1.0
    for t in range(T, 0, -1):
        x = torch.tensor([0.0, 1.0], dtype=torch.float64)
        step = reverse_step(schedule, predict(x, t), x, t, variance)
        constant, sum_with_slope = step.mean.tolist()
        slope = sum_with_slope - constant
        m, v = constant + slope * m, slope**2 * v + step.variance
    assert (m, math.sqrt(v)) == pytest.approx(expected, rel=0, abs=0.51 * digit)


def test_reverse_chain_samples_the_affine_recursion() -> None:
    count = 20_000
    schedule = NoiseSchedule.linear(50)
    x_T = initial_noise(count, (1,), seeded(4), "cpu")
    chain = reverse_chain(
        schedule,
        gaussian_denoiser(schedule, 2.0, 0.25),
        x_T,
        seeded(5),
        SamplerConfiguration(variance=SMALL),
    )
    x_0 = last(chain).double()
    assert abs(x_0.mean().item() - 1.82663) < 5 * 0.25073 / math.sqrt(count)
    assert abs(x_0.std().item() - 0.25073) < 5 * 0.25073 / math.sqrt(2 * count)


@pytest.mark.parametrize("variance", FIXED_VARIANCES)
def test_reverse_chain_with_the_exact_denoiser_recovers_the_data(
    variance: ReverseVariance,
) -> None:
    count = 4000
    schedule = NoiseSchedule.linear(1000)
    x_T = initial_noise(count, (1,), seeded(6), "cpu")
    sampler = SamplerConfiguration(variance=variance)
    chain = reverse_chain(schedule, mixture_denoiser(schedule), x_T, seeded(7), sampler)
    x_0 = last(chain).double().flatten().numpy()
    threshold = kstwo.isf(UNLUCKY, count)
    assert ks_1samp(x_0, mixture_cdf).statistic < threshold
    # A chain of 100 steps with the same betas starts far from N(0, I): the test must notice.
    short = NoiseSchedule.linear(100)
    chain = reverse_chain(short, mixture_denoiser(short), x_T, seeded(7), sampler)
    assert ks_1samp(last(chain).double().flatten().numpy(), mixture_cdf).statistic > threshold


def test_reverse_chain_has_the_law_of_the_forward_chain_at_every_t() -> None:
    count = 4000
    schedule = NoiseSchedule.linear(1000)
    x_T = initial_noise(count, (1,), seeded(8), "cpu")
    for step in reverse_chain(schedule, mixture_denoiser(schedule), x_T, seeded(9)):
        if step.t % 100 == 0:
            signal = math.sqrt(schedule.alpha_bar[step.t])
            cdf = mixture_cdf(step.x.double().flatten().numpy(), signal)
            assert ks_1samp(cdf, lambda u: u).statistic < kstwo.isf(UNLUCKY / 11, count)


def test_full_loop_of_diffusers_ddpm_scheduler() -> None:
    """diffusers, tests/schedulers/test_scheduler_ddpm.py: sum |x| = 258.9606 within 0.01.

    Its schedule is float32; in float64 the same loop gives 258.9591.
    """
    schedule = NoiseSchedule.linear(1000)
    size = 4 * 3 * 8 * 8
    sample = (torch.arange(size).reshape(3, 8, 8, 4) / size).permute(3, 0, 1, 2)

    def predict(x_t: Tensor, t: int) -> Tensor:
        index = t - 1  # diffusers counts from 0
        output = x_t * index / (index + 1)
        return predicted_x_0(Target.NOISE, output, x_t, schedule, torch.tensor([t]))

    chain = reverse_chain(
        schedule, predict, sample, seeded(0), SamplerConfiguration(variance=SMALL, clip=1.0)
    )
    x_0 = last(chain)
    assert x_0.abs().sum().item() == pytest.approx(258.9606, abs=0.01)
    assert x_0.abs().mean().item() == pytest.approx(0.3372, abs=0.001)


def test_reverse_chain_counts_down_and_carries_its_predictions() -> None:
    schedule = NoiseSchedule.linear(5, 0.1, 0.4)
    x_T = initial_noise(3, (2,), seeded(), "cpu")
    asked: list[int] = []

    def predict(x_t: Tensor, t: int) -> Tensor:
        asked.append(t)
        return x_t / t

    steps = list(reverse_chain(schedule, predict, x_T, seeded(1)))
    assert [step.t for step in steps] == [5, 4, 3, 2, 1, 0]
    assert asked == [5, 4, 3, 2, 1]
    assert torch.equal(steps[0].x, x_T)
    assert steps[0].predicted_x_0 is None
    for before, after in pairwise(steps):
        assert after.predicted_x_0 is not None
        assert torch.equal(after.predicted_x_0, before.x / before.t)
    # At t = 1 the posterior is the prediction itself.
    assert (steps[-1].x - steps[-1].predicted_x_0).abs().max() < 1e-6


def test_prediction_is_clipped_before_the_mean_is_formed() -> None:
    """beta = ½, T = 2: the mean at t = 2 is sqrt(½) · ½ / ¾ x_0 + sqrt(½) · ½ / ¾ x_2."""
    schedule = NoiseSchedule.linear(2, 0.5, 0.5)
    x_T = torch.full((1000, 1), 3.0)
    chain = reverse_chain(
        schedule, lambda x, t: 10 * x, x_T, seeded(1), SamplerConfiguration(clip=1.0)
    )
    _, first, second = chain
    coefficient = math.sqrt(0.5) * 0.5 / 0.75
    noise = torch.randn(1000, 1, generator=seeded(1))
    expected = coefficient * (1.0 + 3.0) + math.sqrt(0.5) * noise
    assert first.predicted_x_0 is not None
    assert torch.equal(first.predicted_x_0, torch.ones(1000, 1))
    assert (first.x - expected).abs().max() < 1e-5
    assert first.x.max() > 1.5  # x itself is not clipped
    assert second.x.abs().max() <= 1 + 1e-6  # but the last step is the clipped prediction


def test_without_a_clip_predictions_pass_unchanged() -> None:
    schedule = NoiseSchedule.linear(1, 0.5, 0.5)
    _, final = reverse_chain(schedule, lambda x, t: 10 * x, torch.full((2, 1), 3.0), seeded())
    assert (final.x - 30.0).abs().max() < 1e-4


Chain = Callable[[int], list[ChainStep]]


def forward(seed: int) -> list[ChainStep]:
    schedule = NoiseSchedule.linear(20, 0.01, 0.2)
    return list(forward_chain(schedule, torch.ones(500, 3), seeded(seed)))


def reverse(seed: int) -> list[ChainStep]:
    schedule = NoiseSchedule.linear(20, 0.01, 0.2)
    x_T = initial_noise(500, (3,), seeded(seed), "cpu")
    return list(reverse_chain(schedule, lambda x, t: 0.5 * x, x_T, seeded(seed + 100)))


@pytest.mark.parametrize("chain", [forward, reverse])
def test_same_seed_gives_the_same_chain_bit_for_bit(chain: Chain) -> None:
    first, again, other = chain(1), chain(1), chain(2)
    assert all(torch.equal(a.x, b.x) for a, b in zip(first, again, strict=True))
    differing = [
        t for t, (a, b) in enumerate(zip(first, other, strict=True)) if not torch.equal(a.x, b.x)
    ]
    assert len(differing) >= 20


@pytest.mark.parametrize("chain", [forward, reverse])
def test_chain_does_not_depend_on_threads_or_on_the_global_generator(chain: Chain) -> None:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    first = chain(1)
    assert torch.equal(torch.get_rng_state(), state)  # nor does it draw from it
    try:
        torch.set_num_threads(threads + 2)
        second = chain(1)
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(a.x, b.x) for a, b in zip(first, second, strict=True))


def test_chains_never_write_to_a_step_again() -> None:
    schedule = NoiseSchedule.linear(10, 0.01, 0.2)
    starts = torch.ones(4, 2), torch.full((4, 2), 2.0)
    for chain in (
        forward_chain(schedule, starts[0], seeded()),
        reverse_chain(schedule, lambda x, t: x, starts[1], seeded()),
    ):
        kept = [(step, step.x.clone()) for step in chain]
        assert all(torch.equal(step.x, copy) for step, copy in kept)
        assert len({step.x.data_ptr() for step, _ in kept}) == 11
    assert torch.equal(starts[0], torch.ones(4, 2))
    assert torch.equal(starts[1], torch.full((4, 2), 2.0))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_chain_stops_at_the_first_step_that_is_not_finite(bad: float) -> None:
    schedule = NoiseSchedule.linear(10, 0.01, 0.2)

    def predict(x_t: Tensor, t: int) -> Tensor:
        x_0 = torch.zeros_like(x_t)
        if t == 7:
            x_0[3, 1] = bad  # one value of one sample
        return x_0

    seen: list[int] = []
    with pytest.raises(NotFiniteError, match=r"not finite at t = 6\."):
        seen.extend(s.t for s in reverse_chain(schedule, predict, torch.zeros(5, 2), seeded()))
    assert seen == [10, 9, 8, 7]


def test_chain_does_nothing_until_it_is_asked() -> None:
    generator = seeded()
    untouched = generator.get_state()
    chain = forward_chain(NoiseSchedule.linear(10), torch.zeros(2, 1), generator)
    next(chain)
    assert torch.equal(generator.get_state(), untouched)
    next(chain)
    assert not torch.equal(generator.get_state(), untouched)


def test_inference_mode_is_left_between_steps() -> None:
    """The driver trains in the same thread: a chain must not leave gradients switched off."""
    weight = torch.ones(1, requires_grad=True)
    chain = reverse_chain(
        NoiseSchedule.linear(3, 0.1, 0.2), lambda x, t: weight * x, torch.ones(2, 1), seeded()
    )
    for step in chain:
        assert not step.x.requires_grad
        assert not torch.is_inference_mode_enabled()
        assert (weight * 2).requires_grad


def test_initial_noise_is_standard_normal() -> None:
    x = initial_noise(64, (3, 8, 8), seeded(10), "cpu")
    assert x.shape == (64, 3, 8, 8)
    assert x.dtype == torch.float32
    assert ks_1samp(x.double().flatten().numpy(), norm.cdf).pvalue > UNLUCKY
