"""The samplers against each other, a published result and themselves resumed half-way."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp
from torch import Tensor

from ddpm_studio.diffusion.chains import (
    ChainStep,
    NotFiniteError,
    Predict,
    Prediction,
    PredictX0,
    forward_chain,
    initial_noise,
)
from ddpm_studio.diffusion.exact_denoisers import MixtureDenoiser, exact_reverse_chain
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.gaussians import marginal
from ddpm_studio.diffusion.respacing import kept_times, respaced_at
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance
from ddpm_studio.diffusion.samplers import (
    SamplerConfiguration,
    SamplerError,
    SamplerKind,
    reverse_chain,
)
from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleError
from ddpm_studio.diffusion.targets import Target, predicted_x_0

UNLUCKY = 1e-6
SCHEDULE = NoiseSchedule.linear(50, 0.001, 0.2)
SAMPLERS = [
    SamplerConfiguration(),
    SamplerConfiguration(variance="fixed-small", clip=0.8),
    SamplerConfiguration(steps=7),
    SamplerConfiguration("ddim"),
    SamplerConfiguration("ddim", eta=0.5, clip=0.8),
    SamplerConfiguration("ddim", eta=1.0, steps=7),
    SamplerConfiguration("ddim", steps=1),
]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def two_points(schedule: NoiseSchedule) -> PredictX0:
    """E[x_0 | x_t] for x_0 = ±1 with equal chances, a law that is far from Gaussian."""

    def predict(x_t: Tensor, t: int) -> Tensor:
        alpha_bar = float(schedule.alpha_bar[t])
        return torch.tanh(x_t * alpha_bar**0.5 / (1 - alpha_bar))

    return predict


def chain(
    sampler: SamplerConfiguration, seed: int = 0, count: int = 200, **start: Any
) -> list[ChainStep]:
    x_T = initial_noise(count, (2,), seeded(seed), "cpu")
    generator = seeded(seed + 1000)
    return list(reverse_chain(SCHEDULE, two_points(SCHEDULE), x_T, generator, sampler, **start))


# What is yielded


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_steps_carry_the_schedules_own_t(sampler: SamplerConfiguration) -> None:
    steps = chain(sampler)
    expected = kept_times(50, sampler.steps or 50)[::-1]
    assert [step.t for step in steps] == expected.tolist()
    assert steps[0].predicted_x_0 is None
    for before, after in itertools.pairwise(steps):
        predicted = two_points(SCHEDULE)(before.x, before.t)
        limit = sampler.clip or 2.0
        assert after.predicted_x_0 is not None
        assert torch.equal(after.predicted_x_0, predicted.clamp(-limit, limit))
        assert after.x.shape == (200, 2)
    assert steps[-1].predicted_x_0 is not None
    assert (steps[-1].x - steps[-1].predicted_x_0).abs().max() < 1e-6


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_seed_is_a_chain(sampler: SamplerConfiguration) -> None:
    first, again, other = chain(sampler), chain(sampler), chain(sampler, seed=1)
    assert all(torch.equal(a.x, b.x) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[1].x, other[1].x)


@contextmanager
def others_drawing() -> Iterator[Callable[[], None]]:
    """Two threads that seed and draw from torch's global generator; gives a wait for their next draws.

    The generator is put back in the end.
    """
    state, drawn, end = torch.get_rng_state(), [0, 0], threading.Event()

    def draw(thread: int) -> None:
        while not end.is_set():
            torch.manual_seed(thread)
            torch.randn(100)
            drawn[thread] += 1

    def wait() -> None:
        before = drawn.copy()
        while any(now == then for now, then in zip(drawn, before, strict=True)):
            time.sleep(0)

    threads = [threading.Thread(target=draw, args=(thread,)) for thread in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield wait
    finally:
        end.set()
        for thread in threads:
            thread.join()
        torch.set_rng_state(state)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_seed_is_a_chain_whatever_other_threads_draw(sampler: SamplerConfiguration) -> None:
    """Each of them draws between any two draws of the chain, and all run side by side."""
    alone = chain(sampler)
    predict = two_points(SCHEDULE)
    with others_drawing() as wait:

        def interrupted(x_t: Tensor, t: int) -> Tensor:
            wait()
            return predict(x_t, t)

        x_T = initial_noise(200, (2,), seeded(), "cpu")
        beside = list(reverse_chain(SCHEDULE, interrupted, x_T, seeded(1000), sampler))
    assert all(torch.equal(a.x, b.x) for a, b in zip(alone, beside, strict=True))


def test_the_forward_and_the_exact_chain_are_seeds_whatever_other_threads_draw() -> None:
    law = GaussianMixture(np.array([0.4, 0.6]), np.array([[-1.0], [0.8]]), np.full((2, 1), 0.1))
    exact, x = MixtureDenoiser(law, SCHEDULE), initial_noise(200, (1,), seeded(), "cpu")
    for make in (
        lambda: forward_chain(SCHEDULE, x, seeded(1)),
        lambda: exact_reverse_chain(exact, x, seeded(1)),
    ):
        alone, beside = list(make()), []
        with others_drawing() as wait:
            for step in make():
                wait()
                beside.append(step)
        assert all(torch.equal(a.x, b.x) for a, b in zip(alone, beside, strict=True))


def test_ddim_without_eta_draws_nothing() -> None:
    generator = seeded()
    untouched = generator.get_state()
    x_T = initial_noise(10, (2,), seeded(1), "cpu")
    predict = two_points(SCHEDULE)
    for sampler in (SamplerConfiguration("ddim"), SamplerConfiguration("ddim", steps=3)):
        list(reverse_chain(SCHEDULE, predict, x_T, generator, sampler))
        assert torch.equal(generator.get_state(), untouched)
    list(reverse_chain(SCHEDULE, predict, x_T, generator, SamplerConfiguration("ddim", eta=0.1)))
    assert not torch.equal(generator.get_state(), untouched)


def test_a_respaced_chain_is_the_chain_of_the_respaced_schedule() -> None:
    path = respaced_at(SCHEDULE, kept_times(50, 7))
    x_T = initial_noise(20, (2,), seeded(1), "cpu")
    predict = two_points(SCHEDULE)
    short = reverse_chain(
        path.schedule, lambda x, i: predict(x, int(path.times[i])), x_T, seeded(2)
    )
    through = reverse_chain(SCHEDULE, predict, x_T, seeded(2), SamplerConfiguration(steps=7))
    for inner, outer in zip(short, through, strict=True):
        assert torch.equal(inner.x, outer.x)
        assert outer.t == path.times[inner.t]


# Laws


def test_full_loop_of_diffusers_ddim_scheduler() -> None:
    """diffusers, tests/schedulers/test_scheduler_ddim.py: 10 steps, sum |x| = 172.0067 ± 0.01.

    Its schedule is float32, and its times "leading": 901, 801, …, 1 as we count.
    """
    schedule = NoiseSchedule.linear(1000)
    path = respaced_at(schedule, [0, *range(1, 1000, 100)])
    size = 4 * 3 * 8 * 8
    sample = (torch.arange(size).reshape(3, 8, 8, 4) / size).permute(3, 0, 1, 2)

    def predict(x_t: Tensor, i: int) -> Tensor:
        t = int(path.times[i])
        output = x_t * (t - 1) / t  # its model, which counts from 0
        return predicted_x_0(Target.NOISE, output, x_t, schedule, torch.tensor([t]))

    sampler = SamplerConfiguration("ddim", clip=1.0)
    *_, last = reverse_chain(path.schedule, predict, sample, seeded(), sampler)
    assert last.x.abs().sum().item() == pytest.approx(172.0067, abs=0.01)
    assert last.x.abs().mean().item() == pytest.approx(0.223967, abs=0.001)


@pytest.mark.parametrize("steps", [None, 7])
@pytest.mark.parametrize("clip", [None, 0.8])
def test_ddim_with_all_its_noise_has_the_law_of_the_ancestral_sampler(
    steps: int | None, clip: float | None
) -> None:
    """At every t; test_gaussians.py shows that each step is the same Gaussian."""
    ddim = chain(SamplerConfiguration("ddim", 1.0, steps, clip=clip), seed=1, count=3000)
    small = SamplerConfiguration(steps=steps, variance="fixed-small", clip=clip)
    large = SamplerConfiguration(steps=steps, variance="fixed-large", clip=clip)
    others = {each: chain(each, seed=2, count=3000) for each in (small, large)}
    worst = {
        each: min(
            ks_2samp(a.x.flatten().numpy(), b.x.flatten().numpy(), method="asymp").pvalue
            for a, b in zip(ddim, steps_of, strict=True)
            if a.t > 0  # the ends are not continuous
        )
        for each, steps_of in others.items()
    }
    assert worst[small] > UNLUCKY
    assert worst[large] < UNLUCKY  # so the test can tell laws apart


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_every_eta_gives_the_marginals_of_the_data(eta: float) -> None:
    """With the exact denoiser of one Gaussian and steps so small that the chain is q's own."""
    schedule, std, count = NoiseSchedule.linear(1000), 0.5, 20_000

    def predict(x_t: Tensor, t: int) -> Tensor:
        alpha_bar = float(schedule.alpha_bar[t])
        return x_t * (alpha_bar**0.5 * std**2 / (alpha_bar * std**2 + 1 - alpha_bar))

    x_T = initial_noise(count, (1,), seeded(3), "cpu")
    sampler = SamplerConfiguration("ddim", eta)
    for step in reverse_chain(schedule, predict, x_T, seeded(4), sampler):
        alpha_bar = float(schedule.alpha_bar[step.t])
        expected = (alpha_bar * std**2 + 1 - alpha_bar) ** 0.5
        # 5 deviations of a standard deviation, and 2 % for steps of beta up to 0.02 (FACTS 4).
        tolerance = expected * (5 / (2 * count) ** 0.5 + 0.02)
        assert abs(step.x.double().std().item() - expected) < tolerance


# Resumed and branched


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_resumed_chain_is_the_rest_of_the_chain_bit_for_bit(
    sampler: SamplerConfiguration,
) -> None:
    """In float64, where a beta that is off in its last digit shows."""
    generator = seeded(1000)
    x_T = initial_noise(200, (2,), seeded(0), "cpu").double()
    whole, states = [], []
    for step in reverse_chain(SCHEDULE, two_points(SCHEDULE), x_T, generator, sampler):
        whole.append(step)
        states.append(generator.get_state())
    for position, (step, state) in enumerate(zip(whole[:-1], states, strict=False)):
        resumed = torch.Generator()
        resumed.set_state(state)
        rest = list(
            reverse_chain(SCHEDULE, two_points(SCHEDULE), step.x, resumed, sampler, t=step.t)
        )
        assert [s.t for s in rest] == [s.t for s in whole[position:]]
        assert all(torch.equal(a.x, b.x) for a, b in zip(rest, whole[position:], strict=True))


def test_a_branch_shares_its_beginning_and_nothing_else() -> None:
    whole = chain(SamplerConfiguration())
    start = whole[20]
    branches = [
        list(reverse_chain(SCHEDULE, two_points(SCHEDULE), start.x, seeded(seed), t=start.t))
        for seed in (1, 2)
    ]
    for branch in branches:
        assert torch.equal(branch[0].x, start.x)
        assert branch[0].predicted_x_0 is None
        assert [step.t for step in branch] == list(range(30, -1, -1))
    assert not torch.equal(branches[0][1].x, branches[1][1].x)


@pytest.mark.parametrize("kind", SamplerKind)
def test_a_chain_with_fewer_steps_begins_at_any_t(kind: SamplerKind) -> None:
    """From t = 33, which is none of 0, 10, …, 50, to those below it: to the right marginals."""
    count = 20_000
    x_0 = 2.0 * torch.bernoulli(torch.full((count, 1), 0.5), generator=seeded(5)) - 1
    start = marginal(SCHEDULE, x_0, 33).sample(seeded(6))
    sampler = SamplerConfiguration(kind, eta=1.0, steps=5, variance="fixed-small")
    asked: list[int] = []

    def knowing(x_t: Tensor, t: int) -> Tensor:
        asked.append(t)
        return x_0

    steps = list(reverse_chain(SCHEDULE, knowing, start, seeded(7), sampler, t=33))
    assert [step.t for step in steps] == [33, 30, 20, 10, 0]
    assert asked == [33, 30, 20, 10]
    for step in steps:
        law = marginal(SCHEDULE, x_0, step.t)
        residual = (step.x - law.mean).double()
        assert abs(residual.mean().item()) < 5 * (law.variance / count) ** 0.5 + 1e-6
        assert abs(residual.var().item() - law.variance) < 5 * law.variance * (2 / count) ** 0.5 + (
            1e-9
        )


# Learned variances


def test_a_learned_variance_is_the_predictions_share() -> None:
    """0 is beta_tilde_t and 1 is beta_t; in between, test_against_diffusers.py."""
    x_T = initial_noise(50, (2,), seeded(1), "cpu").double()
    predict = two_points(SCHEDULE)

    def with_share(share: float) -> Predict:
        return lambda x, t: Prediction(predict(x, t), torch.full_like(x, share))

    for share, variance in ((0.0, "fixed-small"), (1.0, "fixed-large")):
        learned, fixed = (
            list(reverse_chain(SCHEDULE, model, x_T, seeded(2), SamplerConfiguration(variance=v)))
            for model, v in ((with_share(share), "learned-range"), (predict, variance))
        )
        # beta_tilde_2 stands in for beta_tilde_1 in the range, but the last step draws nothing.
        for mine, theirs in zip(learned, fixed, strict=True):
            assert (mine.x - theirs.x).abs().max() < 1e-12
    assert learned[1].predicted_x_0 is not None
    assert torch.equal(learned[1].predicted_x_0, predict(x_T, 50))


def test_a_share_is_ignored_where_a_fixed_variance_is_chosen() -> None:
    x_T = initial_noise(50, (2,), seeded(1), "cpu")
    predict, sampler = two_points(SCHEDULE), SamplerConfiguration(variance="fixed-small")

    def with_share(x: torch.Tensor, t: int) -> Prediction:
        return Prediction(predict(x, t), torch.ones_like(x))

    *_, mine = reverse_chain(SCHEDULE, with_share, x_T, seeded(2), sampler)
    *_, theirs = reverse_chain(SCHEDULE, predict, x_T, seeded(2), sampler)
    assert torch.equal(mine.x, theirs.x)


def test_a_learned_variance_that_there_is_not_is_explained() -> None:
    x_T = initial_noise(5, (2,), seeded(1), "cpu")
    chain = reverse_chain(
        SCHEDULE,
        two_points(SCHEDULE),
        x_T,
        seeded(2),
        SamplerConfiguration(variance="learned-range"),
    )
    next(chain)
    with pytest.raises(SamplerError, match="did not learn a variance: choose a fixed one"):
        next(chain)


def test_ddim_has_its_own_variance() -> None:
    x_T = initial_noise(50, (2,), seeded(1), "cpu")
    predict, sampler = two_points(SCHEDULE), SamplerConfiguration("ddim", eta=0.5, clip=0.8)
    plain = reverse_chain(SCHEDULE, predict, x_T, seeded(2), sampler)
    shared = reverse_chain(
        SCHEDULE,
        lambda x, t: Prediction(predict(x, t), torch.ones_like(x)),
        x_T,
        seeded(2),
        sampler,
    )
    assert all(torch.equal(a.x, b.x) for a, b in zip(plain, shared, strict=True))


# What is refused


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "euler"}, "Unknown sampler 'euler': it must be one of ancestral, ddim"),
        ({"kind": None}, "Unknown sampler None"),
        ({"variance": "learned"}, "Unknown variance 'learned': it must be one of fixed-large, "),
        ({"eta": -0.1}, "eta must be a number from 0 to 1, not -0.1"),
        ({"eta": 1.1}, "eta must be a number"),
        ({"eta": float("nan")}, "eta must be a number"),
        ({"eta": True}, "eta must be a number"),
        ({"eta": "0"}, "eta must be a number"),
        ({"steps": 0}, "number of steps must be a whole number from 1 on, not 0"),
        ({"steps": 2.0}, "number of steps"),
        ({"steps": True}, "number of steps"),
        ({"clip": 0}, "limit of x_0 must be above 0 and at most 1000, not 0"),
        ({"clip": -1.0}, "limit of x_0"),
        ({"clip": float("inf")}, "limit of x_0"),
        ({"clip": float("nan")}, "limit of x_0"),
    ],
)
def test_a_sampler_that_cannot_be(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(SamplerError, match=reason):
        SamplerConfiguration(**changes)


def test_a_configuration_is_a_value() -> None:
    assert SamplerConfiguration("ddim", 0.5) == SamplerConfiguration(SamplerKind.DDIM, 0.5)
    assert hash(SamplerConfiguration(variance=ReverseVariance.FIXED_SMALL)) == hash(
        SamplerConfiguration(variance="fixed-small")
    )


def test_more_steps_than_there_are() -> None:
    with pytest.raises(ScheduleError, match="in 1 to 50 of them, not in 51"):
        chain(SamplerConfiguration(steps=51))


@pytest.mark.parametrize("t", [0, -1, 51])
def test_a_beginning_outside_the_chain(t: int) -> None:
    with pytest.raises(ValueError, match=f"between 1 and T = 50, not {t}"):
        chain(SamplerConfiguration(), t=t)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_what_is_not_finite_ends_the_chain_at_its_own_t(sampler: SamplerConfiguration) -> None:
    x_T = torch.zeros(2, 2)
    times = kept_times(50, sampler.steps or 50)
    with pytest.raises(NotFiniteError, match=rf"not finite at t = {times[-2]}\."):
        list(reverse_chain(SCHEDULE, lambda x, t: x * np.nan, x_T, seeded(), sampler))
