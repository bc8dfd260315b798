"""Sinusoidal features against the formula in float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from diffusers.models.embeddings import get_timestep_embedding

from ddpm_studio.networks.configuration import FrequencyFormula
from ddpm_studio.networks.time_embedding import sinusoidal_features


@pytest.mark.parametrize("count", [4, 64, 128])
def test_features_are_the_formula(count: int) -> None:
    t = np.array([0, 1, 2, 37, 500, 1000])
    half = count // 2
    angles = t[:, None] * 10_000.0 ** (-np.arange(half) / (half - 1))
    expected = np.concatenate((np.sin(angles), np.cos(angles)), axis=1)
    features = sinusoidal_features(torch.from_numpy(t), count)
    assert features.shape == (6, count)
    assert features.dtype == torch.float32
    # An angle of t w is known to about 1e-6 of itself in float32.
    error = np.abs(features.numpy() - expected)
    assert np.all(error < 1e-6 * (1 + np.concatenate((angles, angles), axis=1)))


def test_slowest_and_fastest_wave() -> None:
    features = sinusoidal_features(torch.tensor([1]), 64)[0]
    assert features[0].item() == pytest.approx(np.sin(1.0), abs=1e-6)
    assert features[31].item() == pytest.approx(np.sin(1e-4), rel=1e-5)


def test_time_zero_is_sines_of_zero_and_cosines_of_one() -> None:
    assert sinusoidal_features(torch.tensor([0]), 6).tolist() == [[0, 0, 0, 1, 1, 1]]


def test_a_single_pair() -> None:
    features = sinusoidal_features(torch.tensor([2]), 2)
    assert features.tolist()[0] == pytest.approx([np.sin(2.0), np.cos(2.0)], abs=1e-6)


def test_no_two_steps_look_alike() -> None:
    features = sinusoidal_features(torch.arange(1, 1001), 64).double()
    distance = torch.cdist(features, features) + 10 * torch.eye(1000, dtype=torch.float64)
    assert distance.min() > 0.5


@pytest.mark.parametrize("shift", [0, 1])
@pytest.mark.parametrize("count", [4, 64, 128])
def test_other_projects_formulas_differ_by_rounding_alone(count: int, shift: int) -> None:
    """By that of a frequency, 6e-8 of it and a little more, times t."""
    t = torch.arange(1000)
    first, *others = (
        sinusoidal_features(t, count, shift=shift, formula=formula) for formula in FrequencyFormula
    )
    for other in others:
        assert torch.all((first - other).abs() <= 1e-6 + 3e-7 * t[:, None])


def test_the_formulas_are_those_of_the_projects() -> None:
    """Bit for bit: diffusers' own function, and the papers' with its step in float64."""
    t = torch.tensor([0, 1, 137, 999])
    theirs = get_timestep_embedding(t, 128, downscale_freq_shift=1)
    ours = sinusoidal_features(t, 128, formula=FrequencyFormula.PRODUCT_FIRST)
    assert torch.equal(ours, theirs)
    angles = t[:, None] * torch.exp(torch.arange(64) * -(math.log(10_000) / 63))
    papers = torch.cat((angles.sin(), angles.cos()), dim=1)
    assert torch.equal(sinusoidal_features(t, 128, formula=FrequencyFormula.STEP_FIRST), papers)
