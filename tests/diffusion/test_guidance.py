"""Guidance by an exact noisy classifier, of a mixture whose classes are its components.

p(y | x_t) is then the component's responsibility, and p(x_0 | y) the component itself. The chains of
the project that invented it are in tests/checkpoints/foreign/test_openai.py.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import kstest, norm
from torch import Tensor

from ddpm_studio.diffusion.chains import initial_noise
from ddpm_studio.diffusion.exact_denoisers import MixtureDenoiser
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.gaussians import Gaussian
from ddpm_studio.diffusion.guidance import Guide, guided_step, guided_x_0, guiding_variance
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance, SamplerConfiguration
from ddpm_studio.diffusion.samplers import reverse_chain
from ddpm_studio.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule.linear(1000)
MIXTURE = GaussianMixture([0.3, 0.7], [[-1.2, 0.5], [0.8, -0.4]], [[0.16, 0.3], [0.25, 0.09]])  # type: ignore[arg-type]
UNLUCKY = 1e-6


def component(label: int) -> GaussianMixture:
    one = slice(label, label + 1)
    return GaussianMixture(np.ones(1), MIXTURE.means[one], MIXTURE.variances[one])


def classifier(label: int, scale: float = 1.0) -> Guide:
    """scale · ∇ ln p(label | x_t), by p(label | x_t) = w p_t(x_t | label) / p_t(x_t)."""

    def guide(x_t: Tensor, t: int) -> Tensor:
        x = x_t.double().numpy()
        score = component(label).at(SCHEDULE, t).score(x) - MIXTURE.at(SCHEDULE, t).score(x)
        return torch.from_numpy(scale * score).to(x_t)

    return guide


def sampled(
    sampler: SamplerConfiguration, guide: Guide | None, count: int = 4000, seed: int = 0
) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    x_T = initial_noise(count, (2,), generator, "cpu")
    predict = MixtureDenoiser(MIXTURE, SCHEDULE).predict_x_0
    *_, last = reverse_chain(SCHEDULE, predict, x_T, generator, sampler, guide=guide)
    return last.x


@pytest.mark.parametrize("t", [1, 2, 10, 300, 999, 1000])
@pytest.mark.parametrize("label", [0, 1])
def test_guided_x_0_is_what_a_network_of_the_class_alone_would_predict(label: int, t: int) -> None:
    x_t = torch.randn(200, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(t))
    x_0 = MixtureDenoiser(MIXTURE, SCHEDULE).predict_x_0(x_t, t)
    guided = guided_x_0(SCHEDULE, x_0, classifier(label)(x_t, t), t)
    alone = MixtureDenoiser(component(label), SCHEDULE).predict_x_0(x_t, t)
    assert (guided - alone).abs().max() < 1e-11
    assert (x_0 - alone).abs().max() > 1e-4


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize(
    "sampler",
    [
        SamplerConfiguration(),
        SamplerConfiguration(variance="fixed-small"),
        SamplerConfiguration("ddim"),
        SamplerConfiguration("ddim", eta=1.0),
    ],
    ids=lambda sampler: f"{sampler.kind}-{sampler.variance}-{sampler.eta:g}",
)
def test_a_scale_of_1_samples_the_class(sampler: SamplerConfiguration, label: int) -> None:
    samples = sampled(sampler, classifier(label)).double().numpy()
    for d in range(2):
        mean, std = MIXTURE.means[label, d], MIXTURE.variances[label, d] ** 0.5
        assert kstest(samples[:, d], norm(mean, std).cdf).pvalue > UNLUCKY
        assert kstest(samples[:, d], norm(mean + 0.2 * std, std).cdf).pvalue < UNLUCKY


def test_a_larger_scale_goes_where_the_classifier_is_surer() -> None:
    sampler = SamplerConfiguration("ddim", steps=100)
    sure = [
        MIXTURE.responsibilities(sampled(sampler, classifier(1, scale), 500).numpy())[:, 1].mean()
        for scale in (0.0, 0.3, 1.0, 3.0)
    ]
    assert sure == sorted(sure)
    assert sure[0] == pytest.approx(0.7, abs=0.07)
    assert sure[-1] > sure[2] > 0.95


@pytest.mark.parametrize("kind", ["ancestral", "ddim"])
def test_a_scale_of_0_changes_nothing(kind: str) -> None:
    sampler = SamplerConfiguration(kind, steps=20)
    free, held = (sampled(sampler, guide, 50) for guide in (None, classifier(0, 0.0)))
    assert (free - held).abs().max() < 1e-6


def test_the_guide_is_asked_with_the_schedules_own_t() -> None:
    asked = []

    def guide(x_t: Tensor, t: int) -> Tensor:
        asked.append(t)
        return torch.zeros_like(x_t)

    sampled(SamplerConfiguration(steps=4), guide, 3)
    assert asked == [1000, 750, 500, 250]


def test_the_last_step_draws_nothing_and_is_guided() -> None:
    """By beta_tilde_2 with the large variance, and not at all with the small one: theirs do so."""
    large = guiding_variance(SCHEDULE, 1, ReverseVariance.FIXED_LARGE)
    assert large == SCHEDULE.posterior_variance[2]
    assert guiding_variance(SCHEDULE, 1, ReverseVariance.FIXED_SMALL) == 0.0
    assert guiding_variance(SCHEDULE, 2, ReverseVariance.FIXED_LARGE) == SCHEDULE.beta[2]
    assert guiding_variance(NoiseSchedule.linear(1), 1, ReverseVariance.FIXED_LARGE) == 1e-4
    learned = torch.tensor([0.1, 0.2])
    assert guiding_variance(SCHEDULE, 1, learned) is learned
    step = guided_step(Gaussian(torch.zeros(2), 0.0), learned, torch.tensor([3.0, -1.0]))
    assert step.mean.tolist() == pytest.approx([0.3, -0.2])
    assert step.variance == 0.0
