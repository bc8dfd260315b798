"""The multilayer perceptron against its equations in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ddpm_studio.networks.configuration import MlpConfiguration
from ddpm_studio.networks.denoiser import parameter_count
from ddpm_studio.networks.mlp import PointMlp


def network(configuration: MlpConfiguration) -> PointMlp:
    torch.manual_seed(0)
    return PointMlp(configuration)


def batch(count: int, dimension: int) -> torch.Tensor:
    return torch.randn(count, dimension, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    "configuration", [MlpConfiguration(1, 8, 1, 4), MlpConfiguration(2), MlpConfiguration(3, 20, 5)]
)
def test_forward_is_its_equations(configuration: MlpConfiguration) -> None:
    """h_i = SiLU(W_i h_{i-1} + b_i + U_i features(t)), then a linear output."""
    mlp = network(configuration)
    x, t = batch(6, configuration.dimension), torch.tensor([1, 2, 10, 100, 500, 1000])
    weights = {name: value.double().numpy() for name, value in mlp.state_dict().items()}
    half = configuration.time_features // 2
    angles = t.numpy()[:, None] * 10_000.0 ** (-np.arange(half) / (half - 1))
    features = np.concatenate((np.sin(angles), np.cos(angles)), axis=1)
    h = x.double().numpy()
    for i in range(configuration.depth):
        h = h @ weights[f"hidden.{i}.weight"].T + weights[f"hidden.{i}.bias"]
        h = h + features @ weights[f"time.{i}.weight"].T
        h = h / (1 + np.exp(-h))
    expected = h @ weights["output.weight"].T + weights["output.bias"]
    output = mlp(x, t).detach().numpy()
    assert output.shape == x.shape
    assert np.abs(output - expected).max() < 5e-5  # float32 angles of t = 1000 are off by 1e-4
    assert np.abs(expected).max() > 0.01


def test_one_t_stands_for_the_whole_batch() -> None:
    mlp = network(MlpConfiguration(2))
    x = batch(50, 2)
    one, many = mlp(x, torch.tensor([300])), mlp(x, torch.full((50,), 300))
    assert (one - many).abs().max() < 1e-6
    assert (one - mlp(x, torch.tensor([301]))).abs().max() > 1e-4


def test_samples_do_not_influence_each_other() -> None:
    mlp = network(MlpConfiguration(2))
    x, t = batch(8, 2), torch.arange(100, 900, 100)
    together = mlp(x, t)
    alone = torch.cat([mlp(x[i : i + 1], t[i : i + 1]) for i in range(8)])
    assert (together - alone).abs().max() < 1e-6


def test_every_parameter_learns() -> None:
    mlp = network(MlpConfiguration(2, 16, 3, 8))
    mlp(batch(20, 2), torch.arange(1, 21)).square().sum().backward()
    for name, parameter in mlp.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_parameter_count_by_hand() -> None:
    hidden = (2 * 128 + 128) + 2 * (128 * 128 + 128)
    time = 3 * 64 * 128
    output = 128 * 2 + 2
    assert parameter_count(network(MlpConfiguration(2))) == hidden + time + output == 58_242
