"""How the reverse chain is sampled: the choice, and the chains that come of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.datasets.mixtures import exact_mixture
from ddpm_studio.diffusion.respacing import kept_times
from ddpm_studio.diffusion.sampler_configuration import (
    ReverseVariance,
    SamplerConfiguration,
    SamplerKind,
)
from ddpm_studio.diffusion.schedule import ScheduleError
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.session.chain_runs import (
    ChainProgress,
    ForwardRequest,
    ReverseRequest,
    record_forward_chain,
    record_reverse_chain,
)
from ddpm_studio.session.sampling_choice import (
    DenoiserChoice,
    ExactFor,
    SamplingChoice,
    exact_for,
    own_sampling,
)

DDIM_20 = SamplerConfiguration(SamplerKind.DDIM, steps=20)
COUNT = 300


def finished(work) -> Trajectory:
    """What a run returns at its end."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def reverse(
    name: str,
    sampler: SamplerConfiguration,
    denoiser: DenoiserChoice = DenoiserChoice.NETWORK,
    *,
    seed: int = 0,
    count: int = COUNT,
) -> Trajectory:
    choice = SamplingChoice(sampler, denoiser)
    request = ReverseRequest(find_model(name), count, seed, "cpu", choice)
    return finished(record_reverse_chain(request))


def forward(name: str, *, seed: int = 0, count: int = COUNT) -> Trajectory:
    description = find_model(name).description
    request = ForwardRequest(description.data_set, description.schedule, count, seed)
    return finished(record_forward_chain(request))


# The choice itself


@pytest.mark.parametrize(
    ("data_set", "what"),
    [
        ("mixture-1d", ExactFor.LAW),
        ("eight-gaussians", ExactFor.LAW),
        ("moons", ExactFor.SHOWN_DATA),
        ("checkerboard", ExactFor.SHOWN_DATA),
        ("digits", ExactFor.TRAINING_DATA),
    ],
)
def test_what_the_exact_denoiser_is_exact_for(data_set: str, what: ExactFor) -> None:
    assert exact_for(data_set) is what


def test_of_unknown_data_nothing_is_claimed() -> None:
    assert exact_for("no such data") is None


@pytest.mark.parametrize("name", ["moons", "digits"])
def test_a_models_own_sampling_is_its_network_and_its_sampler(name: str) -> None:
    description = find_model(name).description
    assert own_sampling(description) == SamplingChoice(description.sampler, DenoiserChoice.NETWORK)


# With the network


def test_ddim_in_20_steps_has_21_frames_and_ends_as_the_command_line_does() -> None:
    chain = reverse("moons", DDIM_20)
    assert chain.T == 20
    assert chain.is_complete
    assert np.array_equal(chain.times, np.arange(21) * 50)
    assert np.array_equal(chain.times, kept_times(1000, 20))
    model = load_inspected(find_model("moons"), "cpu")
    assert np.array_equal(chain.frame(0), sample_model(model, COUNT, 0, DDIM_20).numpy())


@pytest.mark.parametrize(
    "sampler",
    [
        SamplerConfiguration(SamplerKind.DDIM, eta=0.5, steps=7, clip=1.0),
        SamplerConfiguration(steps=7, variance=ReverseVariance.FIXED_LARGE),
        SamplerConfiguration(steps=7, variance=ReverseVariance.FIXED_SMALL),
    ],
    ids=["eta", "fixed large", "fixed small"],
)
def test_every_part_of_the_sampler_is_used(sampler: SamplerConfiguration) -> None:
    chain = reverse("moons", sampler)
    model = load_inspected(find_model("moons"), "cpu")
    assert np.array_equal(chain.frame(0), sample_model(model, COUNT, 0, sampler).numpy())
    assert not np.array_equal(chain.frame(0), reverse("moons", replace(DDIM_20, steps=7)).frame(0))
    # 1000 / 7 is not whole: rounded, and T is always among them.
    assert chain.times.tolist() == [0, 143, 286, 429, 571, 714, 857, 1000]


def test_progress_counts_the_steps_that_are_taken() -> None:
    choice = SamplingChoice(replace(DDIM_20, steps=5))
    request = ReverseRequest(find_model("moons"), 10, 0, "cpu", choice)
    seen = [(each.done, each.total) for each in record_reverse_chain(request)]
    assert seen == [(done, 5) for done in range(6)]


def test_frames_come_from_the_noise_on() -> None:
    choice = SamplingChoice(replace(DDIM_20, steps=5))
    work = record_reverse_chain(ReverseRequest(find_model("moons"), 10, 0, "cpu", choice))
    for first in range(5, -1, -1):
        progress = next(work)
        assert isinstance(progress, ChainProgress)
        trajectory = progress.trajectory
        assert trajectory.recorded.tolist() == [frame >= first for frame in range(6)]


def test_more_steps_than_there_are_are_refused_before_anything_is_computed() -> None:
    choice = SamplingChoice(replace(DDIM_20, steps=1001))
    with pytest.raises(ScheduleError, match="1001"):
        next(record_reverse_chain(ReverseRequest(find_model("moons"), 10, 0, "cpu", choice)))


# With the exact denoiser


def test_the_exact_denoiser_of_a_mixture_samples_its_law() -> None:
    """At every t looked at: of p-values of the truth, one in 10,000 is that small."""
    sampler = SamplerConfiguration(steps=250, variance=ReverseVariance.FIXED_SMALL)
    chain = reverse("mixture-1d", sampler, DenoiserChoice.EXACT)
    mixture = exact_mixture("mixture-1d")
    schedule = find_model("mixture-1d").description.schedule.build()
    assert mixture is not None
    for frame in (0, 1, 25, 100, 200, 250):
        t = int(chain.times[frame])
        test = kstest(chain.frame(frame)[:, 0].astype(float), mixture.at(schedule, t).cdf)
        assert test.pvalue > 1e-4
        measured = chain.statistics(frame).law_kolmogorov_smirnov
        assert abs(measured[0] - test.statistic) < 1e-6


def test_both_chains_of_a_mixture_are_measured_against_their_law() -> None:
    """Of a respaced chain, too: frame i is x_t at t = times[i]."""
    chains = forward("mixture-1d"), reverse("mixture-1d", DDIM_20)
    schedule = find_model("mixture-1d").description.schedule.build()
    mixture = exact_mixture("mixture-1d")
    x = np.linspace(-4, 4, 33)
    assert mixture is not None
    for chain, frame, t in ((chains[0], 437, 437), (chains[1], 9, 450), (chains[1], 20, 1000)):
        assert chain.law is not None
        expected = mixture.at(schedule, t).density(x)
        assert np.abs(chain.law(frame).density(x) - expected).max() < 1e-12


def test_other_data_have_no_law() -> None:
    assert forward("moons").law is None
    assert reverse("moons", replace(DDIM_20, steps=2)).law is None


def test_exact_for_the_shown_points_ends_on_them() -> None:
    """E[x_0 | x_t] of a finite set: at t = 1 the noise is smaller than most points are apart."""
    sampler = SamplerConfiguration(variance=ReverseVariance.FIXED_SMALL)
    chain = reverse("moons", sampler, DenoiserChoice.EXACT, seed=3)

    def away(points: np.ndarray) -> np.ndarray:
        apart = chain.frame(0)[:, None].astype(float) - points[None]
        return np.linalg.norm(apart, axis=2).min(axis=1)

    from_shown = away(forward("moons", seed=3).frame(0))
    from_others = away(forward("moons", seed=4).frame(0))
    assert np.median(from_shown) < 1e-3
    assert np.mean(from_shown < 0.01) > 0.8
    assert np.median(from_others) > 0.01


def test_network_and_exact_denoiser_begin_with_the_same_noise() -> None:
    sampler = replace(DDIM_20, steps=2)
    chains = [reverse("moons", sampler, each, seed=5) for each in DenoiserChoice]
    assert np.array_equal(chains[0].frame(2), chains[1].frame(2))
    assert not np.array_equal(chains[0].frame(0), chains[1].frame(0))


def test_the_same_request_gives_the_same_chain() -> None:
    sampler = SamplerConfiguration(steps=10)
    for denoiser in DenoiserChoice:
        first, second = (reverse("mixture-1d", sampler, denoiser, count=50) for _ in range(2))
        for frame in range(11):
            assert np.array_equal(first.frame(frame), second.frame(frame))


def test_exact_for_images_repeats_the_training_images() -> None:
    from ddpm_studio.datasets.digits import Digits

    sampler = SamplerConfiguration(SamplerKind.DDIM, steps=20)
    chain = reverse("digits", sampler, DenoiserChoice.EXACT, count=4)
    size = chain.sample_shape[-1]
    images = Digits(size=size).training_images().numpy().reshape(-1, size * size)
    away = np.abs(chain.frame(0).reshape(4, 1, -1) - images).max(axis=2).min(axis=1)
    assert away.max() < 0.05
