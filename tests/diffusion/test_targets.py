"""The three targets against their definitions, and every conversion against the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import (
    Target,
    predicted_noise,
    predicted_x_0,
    signal_and_noise_scales,
    target_value,
)

SCHEDULE = NoiseSchedule.linear(1000)
STEPS = torch.tensor([1, 2, 100, 500, 1000])
ALPHA_BAR = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))[STEPS.numpy() - 1]


def case(*shape: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor]:
    """(x_0, noise, x_t) of shape (5, *shape), x_t by equation 4 in float64."""
    generator = torch.Generator().manual_seed(3)
    x_0, noise = (
        torch.randn(5, *shape, generator=generator, dtype=torch.float64) for _ in range(2)
    )
    alpha_bar = torch.from_numpy(ALPHA_BAR).reshape(-1, *(1,) * len(shape))
    x_t = alpha_bar.sqrt() * x_0 + (1 - alpha_bar).sqrt() * noise
    return x_0.to(dtype), noise.to(dtype), x_t.to(dtype)


@pytest.mark.parametrize("shape", [(2,), (1, 4, 4)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scales_broadcast_in_the_dtype_of_the_batch(
    shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    x_0 = case(*shape, dtype=dtype)[0]
    signal, noise = signal_and_noise_scales(SCHEDULE, STEPS, x_0)
    assert signal.shape == noise.shape == (5, *(1,) * len(shape))
    assert signal.dtype == noise.dtype == dtype
    # Rounded once, from float64: half a unit in the last place.
    tolerance = torch.finfo(dtype).eps
    np.testing.assert_allclose(signal.flatten(), np.sqrt(ALPHA_BAR), rtol=max(tolerance, 1e-14))
    np.testing.assert_allclose(noise.flatten(), np.sqrt(1 - ALPHA_BAR), rtol=max(tolerance, 1e-11))


@pytest.mark.parametrize("shape", [(2,), (1, 4, 4)])
def test_targets_are_what_their_names_say(shape: tuple[int, ...]) -> None:
    x_0, noise, x_t = case(*shape)
    assert torch.equal(target_value(Target.NOISE, x_0, noise, SCHEDULE, STEPS), noise)
    assert torch.equal(target_value(Target.X_0, x_0, noise, SCHEDULE, STEPS), x_0)
    # With cos phi = sqrt(alpha_bar), x_t = cos phi x_0 + sin phi noise and v = d x_t / d phi
    # (Salimans & Ho 2022, appendix D): here by a central difference.
    phi = torch.from_numpy(np.arccos(np.sqrt(ALPHA_BAR))).reshape(-1, *(1,) * len(shape))
    h = 1e-5
    ahead, behind = ((phi + s).cos() * x_0 + (phi + s).sin() * noise for s in (h, -h))
    v = target_value(Target.V, x_0, noise, SCHEDULE, STEPS)
    assert (v - (ahead - behind) / (2 * h)).abs().max() < 1e-9
    assert ((phi.cos() * x_0 + phi.sin() * noise) - x_t).abs().max() < 1e-12


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("shape", [(2,), (1, 4, 4)])
def test_a_perfect_output_gives_back_the_data_and_the_noise(
    target: Target, shape: tuple[int, ...]
) -> None:
    x_0, noise, x_t = case(*shape)
    output = target_value(target, x_0, noise, SCHEDULE, STEPS)
    # 1 / sqrt(alpha_bar_T) = 157 and 1 / sqrt(beta_1) = 100 amplify rounding.
    assert (predicted_x_0(target, output, x_t, SCHEDULE, STEPS) - x_0).abs().max() < 1e-12
    assert (predicted_noise(target, output, x_t, SCHEDULE, STEPS) - noise).abs().max() < 1e-12


@pytest.mark.parametrize("target", Target)
def test_any_output_means_one_x_0_and_one_noise_that_agree(target: Target) -> None:
    """x_t = a x_0 + s noise must hold for a wrong prediction too."""
    x_t = case(2)[2]
    output = torch.randn(5, 2, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    x_0 = predicted_x_0(target, output, x_t, SCHEDULE, STEPS)
    noise = predicted_noise(target, output, x_t, SCHEDULE, STEPS)
    alpha_bar = torch.from_numpy(ALPHA_BAR)[:, None]
    assert (alpha_bar.sqrt() * x_0 + (1 - alpha_bar).sqrt() * noise - x_t).abs().max() < 1e-12


@pytest.mark.parametrize("target", Target)
def test_one_t_stands_for_the_whole_batch(target: Target) -> None:
    x_t, output = case(1, 4, 4)[1:]
    one, many = torch.tensor([500]), torch.full((5,), 500)
    for convert in (predicted_x_0, predicted_noise):
        single = convert(target, output, x_t, SCHEDULE, one)
        assert torch.equal(single, convert(target, output, x_t, SCHEDULE, many))


def test_float32_loses_no_more_than_the_amplification_of_rounding() -> None:
    x_0, noise, x_t = case(256, dtype=torch.float32)
    error = (predicted_x_0(Target.NOISE, noise, x_t, SCHEDULE, STEPS) - x_0).abs().amax(dim=1)
    # x_t, the noise and two products below 4 each lose half a unit in the last place, at most
    # 4 eps / 2, before the division by sqrt(alpha_bar).
    assert x_t.abs().max() < 4
    bound = 4 * 2 * torch.finfo(torch.float32).eps / torch.from_numpy(ALPHA_BAR).sqrt()
    assert torch.all(error < bound)
    assert error[-1] > 50 * error[0]  # so the bound is not idle


def test_scales_of_the_smallest_betas() -> None:
    beta = 1e-18  # 1 - alpha_bar in float64 is 0
    signal, noise = signal_and_noise_scales(
        NoiseSchedule.linear(3, beta, beta), torch.tensor([3]), torch.zeros(1, 1)
    )
    assert signal.item() == 1.0
    assert noise.item() == pytest.approx(math.sqrt(3e-18), rel=1e-6)
