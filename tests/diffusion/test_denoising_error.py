"""The floor under the loss against quadrature, and a bundled network against its floor."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.weights import LoadedModel, load_inspected
from ddpm_studio.datasets.mixtures import exact_mixture
from ddpm_studio.datasets.points import POINT_DISTRIBUTIONS
from ddpm_studio.diffusion.denoising_error import DenoisingErrors, denoising_errors
from ddpm_studio.diffusion.exact_denoisers import MixtureDenoiser
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.schedule import NoiseSchedule

PAPER = NoiseSchedule.linear(1000)
LINE = exact_mixture("mixture-1d")
assert LINE is not None


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def data(count: int) -> Tensor:
    return POINT_DISTRIBUTIONS["mixture-1d"].sample(count, seeded(1))


def floor_by_quadrature(mixture: GaussianMixture, t: int) -> float:
    """SNR ∫ p_t Var[x_0 | x_t] dx_t, by Tweedie: Var = s²/a² (1 + s² d score/dx), E score' = -E score²."""
    p_t = mixture.at(PAPER, t)
    x = np.linspace(-8, 8, 40_001)
    density = p_t.density(x)
    fisher = (density * p_t.score(x)[:, 0] ** 2).sum() * (x[1] - x[0])
    return float(1 - PAPER.marginal_variance[t] * fisher)


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_inspected(find_model("mixture-1d"))


@pytest.fixture(scope="module")
def measured(model: LoadedModel) -> DenoisingErrors:
    exact = MixtureDenoiser(LINE, PAPER)
    predict = model.denoiser.predict_x_0
    *_, errors = denoising_errors(PAPER, predict, data(1024), seeded(2), exact=exact)
    return errors


def test_floor_is_the_conditional_variance_by_quadrature(measured: DenoisingErrors) -> None:
    for t in (1, 20, 60, 100, 150, 250, 400, 600):
        expected = floor_by_quadrature(LINE, t)
        # 5 standard errors; near t = 1 the variance is so constant that they vanish.
        tolerance = 5 * measured.floor.standard_error[t] + 1e-6
        assert abs(measured.floor.value[t] - expected) < tolerance
        assert tolerance < 0.15 * expected


def test_of_gaussian_data_the_floor_is_a_closed_form() -> None:
    """Var[x_0 | x_t] = s² (1 - ab) / (ab s² + 1 - ab), so SNR times it is ab s² / (ab s² + 1 - ab)."""
    one = MixtureDenoiser(
        GaussianMixture(np.ones(1), np.zeros((1, 2)), np.full((1, 2), 0.09)), PAPER
    )
    x_0 = 0.3 * torch.randn(4000, 2, generator=seeded(3))
    steps = (1, 50, 300, 900)
    *_, found = denoising_errors(PAPER, one.predict_x_0, x_0, seeded(4), steps=steps, exact=one)
    for t in steps:
        signal = 0.09 * PAPER.alpha_bar[t]
        expected = signal / (signal + PAPER.marginal_variance[t])
        assert found.floor.value[t] == pytest.approx(expected, rel=1e-5)
        assert found.excess.value[t] == 0
        # The squares of 8,000 Gaussian numbers: a relative error of sqrt(2 / 8000).
        assert found.error.value[t] == pytest.approx(expected, rel=5 * math.sqrt(2 / 8000))
        # Two coordinates are averaged per sample; the error's error is known to 1 / sqrt(2 n).
        error = expected * math.sqrt(2 / 8000)
        assert found.error.standard_error[t] == pytest.approx(error, rel=0.15)


def test_the_bundled_network_lies_above_its_floor_at_every_t(measured: DenoisingErrors) -> None:
    difference = measured.error.value[1:] - measured.floor.value[1:]
    error = np.hypot(measured.error.standard_error[1:], measured.floor.standard_error[1:])
    # 1,000 values of t: a Gaussian is under -5 of its deviations with p = 3e-4 among them.
    assert (difference / error).min() > -5
    # Monte Carlo's noise does not hide a floor that were 20 % too high.
    assert ((difference - 0.2 * measured.floor.value[1:]) / error).min() < -5


def test_the_bundled_network_is_close_to_its_floor(measured: DenoisingErrors) -> None:
    """It has converged: at each t under 0.01 of the noise's variance is left to be learned."""
    assert measured.excess.value[1:].max() < 0.01
    assert measured.excess.mean < 0.001 * measured.floor.mean + 5e-4
    # The record says 0.2464 for the mean of the last 200 steps of 2,048 samples.
    assert measured.error.mean == pytest.approx(0.2464, abs=0.006)
    assert measured.floor.mean == pytest.approx(
        np.mean([floor_by_quadrature(LINE, t) for t in range(5, 1001, 10)]), abs=0.004
    )


def test_a_network_that_has_not_converged_is_told(model: LoadedModel) -> None:
    """Always guessing the mean, 0, leaves SNR E x_0²: excess = SNR E[x_0 | x_t]²."""
    exact = MixtureDenoiser(LINE, PAPER)
    x_0 = data(4000)
    *_, found = denoising_errors(
        PAPER, lambda x, t: torch.zeros_like(x), x_0, seeded(5), steps=[200], exact=exact
    )
    snr = PAPER.signal_to_noise[200]
    assert found.error.value[200] == pytest.approx(snr * float(x_0.square().mean()), rel=1e-5)
    both = found.floor.value[200] + found.excess.value[200]
    slack = 5 * (found.error.standard_error[200] + found.excess.standard_error[200])
    assert abs(found.error.value[200] - both) < slack
    assert found.excess.value[200] > found.floor.value[200] > slack


def test_error_is_that_of_the_noise_itself(model: LoadedModel) -> None:
    x_0, t = data(500), 300
    *_, found = denoising_errors(PAPER, model.denoiser.predict_x_0, x_0, seeded(6), steps=[t])
    noise = torch.randn(500, 1, generator=seeded(6))
    a, s = PAPER.alpha_bar[t] ** 0.5, PAPER.marginal_variance[t] ** 0.5
    guess = model.denoiser.network(a * x_0 + s * noise, torch.tensor([t]))
    assert found.error.value[t] == pytest.approx(float((noise - guess).square().mean()), rel=1e-4)


def test_it_reports_after_every_t_and_returns_the_whole() -> None:
    run = denoising_errors(PAPER, lambda x, t: x, data(10), seeded(), steps=[7, 900, 3])
    seen = []
    while True:
        try:
            seen.append(next(run))
        except StopIteration as end:
            result = end.value
            break
    assert [np.flatnonzero(~np.isnan(each.error.value)).tolist() for each in seen] == [
        [7], [7, 900], [3, 7, 900],
    ]  # fmt: skip
    np.testing.assert_array_equal(result.error.value, seen[-1].error.value)
    assert np.isnan(result.floor.value).all()
    assert result.error.mean == pytest.approx(result.error.value[[3, 7, 900]].mean())


def test_a_single_sample_and_a_wrong_t_are_refused() -> None:
    with pytest.raises(ValueError, match="two x_0"):
        next(denoising_errors(PAPER, lambda x, t: x, data(1), seeded()))
    for t in (0, 1001):
        with pytest.raises(ValueError, match="t must lie"):
            next(denoising_errors(PAPER, lambda x, t: x, data(2), seeded(), steps=[5, t]))
