"""The least loss against quadrature and closed forms, for every target."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ddpm_studio.datasets.mixtures import exact_denoiser, exact_mixture
from ddpm_studio.datasets.points import POINT_DISTRIBUTIONS
from ddpm_studio.diffusion.exact_denoisers import FiniteDataDenoiser, MixtureDenoiser
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.loss_floor import error_factor, least_losses
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.diffusion.targets import Target, predicted_x_0, target_value

SCHEDULE = ScheduleConfiguration("linear", 250, 4e-4, 0.08).build()
TIMES = (1, 10, 60, 125, 200, 250)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("target", Target)
def test_of_a_gaussian_in_closed_form(target: Target) -> None:
    """Var[x_0 | x_t] = s² v / (a² v + s²) for x_0 ~ N(0, v), whatever x_t is."""
    variance = 0.7
    mixture = GaussianMixture(np.ones(1), np.zeros((1, 2)), np.full((1, 2), variance))
    exact = MixtureDenoiser(mixture, SCHEDULE)
    x_0 = variance**0.5 * torch.randn(50, 2, generator=generator())
    found = list(least_losses(exact, target, x_0, generator(), TIMES))
    for t, loss in zip(TIMES, found, strict=True):
        a2, s2 = SCHEDULE.alpha_bar[t], SCHEDULE.marginal_variance[t]
        rest = variance / (a2 * variance + s2)
        of_x_0 = SCHEDULE.alpha_bar[t - 1] ** 0.5 * SCHEDULE.beta[t] / s2  # DDPM, eq. 7
        closed = {
            Target.NOISE: a2 * rest,
            Target.X_0: s2 * rest,
            Target.V: rest,
            Target.X_PREV: of_x_0**2 * s2 * rest,
        }[target]
        assert loss == pytest.approx(closed, rel=1e-5)


@pytest.mark.parametrize("target", Target)
def test_of_three_gaussians_against_quadrature(target: Target) -> None:
    """E (target - E[target | x_t])² over x_0 and epsilon: on a grid, without any formula used here."""
    mixture = exact_mixture("mixture-1d")
    assert mixture is not None
    exact = exact_denoiser("mixture-1d", SCHEDULE)
    assert exact is not None
    x_0 = POINT_DISTRIBUTIONS["mixture-1d"].sample(20_000, generator())
    for t in (10, 60, 125):
        [found] = least_losses(exact, target, x_0, generator(1), (t,))
        a, s = SCHEDULE.alpha_bar[t] ** 0.5, SCHEDULE.marginal_variance[t] ** 0.5
        x = np.linspace(-4, 4, 3001)
        y = np.linspace(-7, 7, 1501)[:, None]
        stds = np.sqrt(mixture.variances[:, 0])
        prior = sum(
            w / sd * np.exp(-((x - m) ** 2) / (2 * sd**2))
            for w, m, sd in zip(mixture.weights, mixture.means[:, 0], stds, strict=True)
        )
        joint = prior * np.exp(-((y - a * x) ** 2) / (2 * s**2))
        joint /= joint.sum()
        noise = (y - a * x) / s
        previous = SCHEDULE.alpha_bar[t - 1]
        mu = previous**0.5 * SCHEDULE.beta[t] * x + SCHEDULE.alpha[t] ** 0.5 * (1 - previous) * y
        value = {
            Target.NOISE: noise,
            Target.X_0: x + 0 * y,
            Target.V: a * noise - s * x,
            Target.X_PREV: mu / s**2,  # DDPM, eq. 7
        }[target]
        mean = (joint * value).sum(1, keepdims=True) / joint.sum(1, keepdims=True)
        quadrature = float((joint * (value - mean) ** 2).sum())
        assert found == pytest.approx(quadrature, rel=0.03)


@pytest.mark.parametrize("target", Target)
def test_the_factor_is_that_of_the_predictions(target: Target) -> None:
    """An error in what is predicted, turned into x_0 by the code that turns predictions."""
    x_0 = torch.randn(20, 3, generator=generator(), dtype=torch.float64)
    noise = torch.randn(20, 3, generator=generator(1), dtype=torch.float64)
    for t in TIMES:
        time = torch.tensor([t])
        a, s = SCHEDULE.alpha_bar[t] ** 0.5, SCHEDULE.marginal_variance[t] ** 0.5
        x_t = a * x_0 + s * noise
        value = target_value(target, x_0, noise, SCHEDULE, time)
        off = predicted_x_0(target, value + 0.01, x_t, SCHEDULE, time) - x_0
        ratio = 0.01**2 / off.square().mean()
        assert error_factor(SCHEDULE, target, t) == pytest.approx(float(ratio), rel=1e-6)


def test_of_finitely_many_data_it_is_nothing_where_each_is_known() -> None:
    data = torch.tensor([[-1.0], [1.0]])
    exact = FiniteDataDenoiser(data, SCHEDULE)
    low, high = least_losses(exact, Target.X_0, data, generator(), (1, 250))
    assert low < 1e-9
    assert high == pytest.approx(1.0, abs=0.05)
