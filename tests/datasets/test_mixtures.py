"""The exact laws of data sets against the draws that the application shows."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import ks_1samp

from ddpm_studio.datasets.catalogue import CATALOGUE, UnknownDataSetError
from ddpm_studio.datasets.digits import Digits
from ddpm_studio.datasets.mixtures import exact_denoiser, exact_mixture
from ddpm_studio.datasets.points import POINT_DISTRIBUTIONS
from ddpm_studio.diffusion.exact_denoisers import FiniteDataDenoiser, MixtureDenoiser
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.schedule import NoiseSchedule

MIXTURES = ["mixture-1d", "eight-gaussians"]
UNLUCKY = 1e-6
"""How often a statistical test of right code would fail, were its seed not fixed."""


@pytest.mark.parametrize("name", MIXTURES)
def test_draws_have_the_exact_law_along_every_direction(name: str) -> None:
    """A projection of a mixture is a mixture; equal projections mean equal laws."""
    mixture = exact_mixture(name)
    assert mixture is not None
    x = POINT_DISTRIBUTIONS[name].sample(20_000, torch.Generator().manual_seed(1)).double().numpy()
    for angle in np.arange(8) * math.pi / 8 if mixture.dimension == 2 else [0.0]:
        direction = np.array([math.cos(angle), math.sin(angle)])[: mixture.dimension]
        projected = GaussianMixture(
            mixture.weights,
            (mixture.means @ direction)[:, None],
            (mixture.variances @ direction**2)[:, None],
        )
        assert ks_1samp(x @ direction, projected.cdf).pvalue > UNLUCKY / 8


@pytest.mark.parametrize("name", MIXTURES)
def test_units_are_those_of_the_data(name: str) -> None:
    mixture, data = exact_mixture(name), POINT_DISTRIBUTIONS[name]
    assert mixture is not None
    np.testing.assert_allclose(mixture.mean, 0, atol=1e-15)
    np.testing.assert_allclose(mixture.variance, 1, rtol=1e-14)
    # The deviation of a component, 0.35 and 0.1 before scaling.
    raw = {"mixture-1d": 0.35, "eight-gaussians": 0.1}[name]
    np.testing.assert_allclose(mixture.variances[0], (raw / np.array(data.std)) ** 2, rtol=1e-13)


def test_nothing_is_claimed_of_the_others() -> None:
    for entry in CATALOGUE:
        assert (exact_mixture(entry.name) is not None) == (entry.name in MIXTURES)
    schedule = NoiseSchedule.linear(10)
    for name in POINT_DISTRIBUTIONS:
        assert (exact_denoiser(name, schedule) is not None) == (name in MIXTURES)
    with pytest.raises(UnknownDataSetError):
        exact_mixture("no such data")


def test_denoisers_are_those_of_the_data() -> None:
    schedule = NoiseSchedule.linear(10)
    of_mixture = exact_denoiser("eight-gaussians", schedule)
    assert isinstance(of_mixture, MixtureDenoiser)
    assert of_mixture.mixture is exact_mixture("eight-gaussians")
    for name, size in (("digits", 8), ("digits-16", 16)):
        of_digits = exact_denoiser(name, schedule)
        assert isinstance(of_digits, FiniteDataDenoiser)
        assert of_digits.schedule is schedule
        assert torch.equal(of_digits.data, Digits(size=size).training_images())
