"""Dropout with masks of 16 bits: how much it drops, that the mean stays, and what it draws from."""

from __future__ import annotations

import math

import pytest
import torch

from ddpm_studio.networks.dropout import Dropout


def dropped(p: float, count: int, seed: int = 0) -> torch.Tensor:
    torch.manual_seed(seed)
    result: torch.Tensor = Dropout(p)(torch.ones(count))
    return result


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9, 0.001])
def test_it_drops_its_share_and_keeps_the_mean(p: float) -> None:
    count = 1_000_003  # no multiple of four
    result = dropped(p, count)
    assert abs(float((result == 0).double().mean()) - p) < 5 * math.sqrt(p * (1 - p) / count)
    kept = result[result > 0]
    assert (kept - 1 / (1 - p)).abs().max() < 2e-4 / (1 - p)
    assert abs(float(result.double().mean()) - 1) < 5 * math.sqrt(p / (1 - p) / count)


def test_neighbours_are_independent() -> None:
    """Four masks come from one random number."""
    zero = (dropped(0.5, 400_000) == 0).double().reshape(-1, 4) - 0.5
    correlations = zero.T @ zero / len(zero) * 4
    assert (correlations - torch.eye(4)).abs().max() < 5 / math.sqrt(len(zero))


def test_gradients_pass_where_values_do() -> None:
    torch.manual_seed(0)
    x = torch.ones(1000, requires_grad=True)
    y = Dropout(0.3)(x)
    y.sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, y.detach())


def test_all_is_dropped_or_nothing() -> None:
    assert not dropped(0.0, 100).ne(1).any()
    assert float((dropped(0.9999999, 10_000) != 0).double().mean()) < 0.01


def test_it_draws_from_the_global_generator_alone() -> None:
    assert torch.equal(dropped(0.1, 101, seed=3), dropped(0.1, 101, seed=3))
    assert not torch.equal(dropped(0.1, 101, seed=3), dropped(0.1, 101, seed=4))


def test_it_does_nothing_in_evaluation_mode() -> None:
    x = torch.randn(10)
    before = torch.get_rng_state()
    assert torch.equal(Dropout(0.5).eval()(x), x)
    assert torch.equal(torch.get_rng_state(), before)
