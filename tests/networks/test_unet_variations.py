"""The variations of the U-Net: each changes what it should, by its equation, and nothing else."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.diffusion.chains import Prediction
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import Target
from ddpm_studio.networks.configuration import (
    NetworkConfigurationError,
    UNetConfiguration,
    network_as_dict,
    network_from_dict,
)
from ddpm_studio.networks.denoiser import Denoiser
from ddpm_studio.networks.time_embedding import sinusoidal_features
from ddpm_studio.networks.unet import UNet
from ddpm_studio.networks.unet_blocks import ResidualBlock, SelfAttention, growing, shrinking

AnyModule = TypeVar("AnyModule", bound=nn.Module)
PLAIN = UNetConfiguration(8, 1, 8, (1, 2), 1, (4,), 0.0, 4)
SETTINGS_OF_OLDER_FILES = {
    *("kind", "image_size", "image_channels", "channels", "channel_multipliers"),
    *("blocks_per_level", "attention_sizes", "dropout", "norm_groups"),
}
# What can stand in a network of the same weights, and what needs others.
SAME_WEIGHTS: list[dict[str, Any]] = [
    {"norm_epsilon": 0.1},
    {"time_order": "cos-sin"},
    {"time_order": "interleaved"},
    {"time_shift": 0},
    {"time_scale": 0.25},
    {"resampling": "convolution-end-padded"},
    {"heads": 2},
    {"head_width": 4},
]
OTHER_WEIGHTS: list[dict[str, Any]] = [
    {"time_channels": 16},
    {"stem_channels": 16},
    {"resampling": "average"},
    {"resampling": "blocks"},
    {"scale_shift": True},
    {"learned_range": True},
    {"classes": 3},
    {"time_order": "table", "time_rows": 1000},
]
ROUNDING = {"time_formula"}  # it changes the last digits alone: test_time_embedding.py


def randomised(module: AnyModule) -> AnyModule:
    """All weights random, in float64: a fresh block is the identity and would pass any test."""
    generator = torch.Generator().manual_seed(0)
    for parameter in module.double().parameters():
        fan_in = max(parameter[0].numel(), 1)
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        parameter.data = noise / math.sqrt(fan_in) + (parameter.ndim == 1)
    return module.eval()


def random_unet(**changes: Any) -> UNet:
    """In float64 from the features of t on, which are float32 by themselves."""
    network = randomised(UNet(replace(PLAIN, **changes)))
    network.time.register_forward_pre_hook(lambda module, inputs: inputs[0].double())
    return network


def batch(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


X, T = batch(2, 1, 8, 8), torch.tensor([3, 700])


def silu(x: Tensor) -> Tensor:
    return x / (1 + torch.exp(-x))


def group_norm(x: Tensor, norm: nn.GroupNorm, epsilon: float) -> Tensor:
    grouped = x.reshape(len(x), norm.num_groups, -1)
    centred = grouped - grouped.mean(2, keepdim=True)
    normal = (centred / (centred.square().mean(2, keepdim=True) + epsilon).sqrt()).reshape(x.shape)
    return normal * norm.weight[:, None, None] + norm.bias[:, None, None]


def convolved(x: Tensor, layer: nn.Conv2d) -> Tensor:
    return functional.conv2d(x, layer.weight, layer.bias, padding=1)


def test_every_variation_is_tested() -> None:
    tested = {name for changes in SAME_WEIGHTS + OTHER_WEIGHTS for name in changes}
    variations = {field.name for field in fields(UNetConfiguration)} - SETTINGS_OF_OLDER_FILES
    assert tested == variations - ROUNDING


def test_files_without_variations_keep_their_words() -> None:
    assert network_as_dict(PLAIN).keys() == SETTINGS_OF_OLDER_FILES


@pytest.mark.parametrize("changes", SAME_WEIGHTS + OTHER_WEIGHTS)
def test_a_variation_survives_json(changes: dict[str, Any]) -> None:
    configuration = replace(PLAIN, **changes)
    written = network_as_dict(configuration)
    assert written.keys() == SETTINGS_OF_OLDER_FILES | changes.keys()
    assert network_from_dict(json.loads(json.dumps(written))) == configuration


@pytest.mark.parametrize("changes", SAME_WEIGHTS)
def test_the_same_weights_say_something_else(changes: dict[str, Any]) -> None:
    plain, varied = random_unet(), random_unet(**changes)
    assert (plain(X, T) - varied(X, T)).abs().max() > 1e-3


@pytest.mark.parametrize("changes", SAME_WEIGHTS + OTHER_WEIGHTS)
def test_every_parameter_learns(changes: dict[str, Any]) -> None:
    network = random_unet(**changes)
    more = [torch.tensor([0, 2])] if "classes" in changes else []
    network(X, T, *more).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 1e-9, name


# Time


@pytest.mark.parametrize("shift", [0, 1])
@pytest.mark.parametrize("order", ["sin-cos", "cos-sin", "interleaved"])
def test_sines_and_cosines_in_every_order(order: str, shift: int) -> None:
    t, half = np.array([0, 1, 37, 1000]), 8
    angles = t[:, None] * 10_000.0 ** (-np.arange(half) / (half - shift))
    sines, cosines = np.sin(angles), np.cos(angles)
    expected = {
        "sin-cos": np.concatenate((sines, cosines), axis=1),
        "cos-sin": np.concatenate((cosines, sines), axis=1),
        "interleaved": np.stack((sines, cosines), axis=2).reshape(4, 16),
    }[order]
    features = sinusoidal_features(torch.from_numpy(t), 16, order=order, shift=shift)
    assert np.abs(features.numpy() - expected).max() < 1e-6 * 1001


def test_rescaled_t_stands_for_another_t() -> None:
    """OpenAI's rescale_timesteps: the step k of 250, counted from 0, is given as 4 k."""
    scaled, plain = random_unet(time_scale=4.0), random_unet()
    assert (scaled(X, T) - plain(X, 4 * (T - 1) + 1)).abs().max() < 1e-12


def test_a_scale_below_one_gives_a_broken_t() -> None:
    """1000 / 4000: t between the whole ones, not rounded."""
    network = random_unet(time_scale=0.25)
    seen: list[Tensor] = []
    network.time.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    network(X[:1], torch.tensor([4]))
    half = 4
    angles = 0.75 * 10_000.0 ** (-torch.arange(half) / (half - 1))
    assert (seen[0][0] - torch.cat((angles.sin(), angles.cos()))).abs().max() < 1e-6


def test_more_sines_than_channels_widen_the_time_alone() -> None:
    plain, wide = random_unet(), random_unet(time_channels=16)
    assert wide.time[0].weight.shape == (64, 16)
    assert wide.stem.weight.shape == plain.stem.weight.shape


# Blocks


def test_scale_and_shift_by_t() -> None:
    configuration = replace(PLAIN, scale_shift=True, norm_epsilon=0.05)
    block = randomised(ResidualBlock(8, 8, 6, configuration))
    x, time = batch(3, 8, 5, 5), batch(3, 6, seed=2)
    scale, shift = (time @ block.time.weight.T + block.time.bias)[..., None, None].split(8, dim=1)
    h = convolved(silu(group_norm(x, block.norm_in, 0.05)), block.conv_in)
    h = silu(group_norm(h, block.norm_out, 0.05) * (1 + scale) + shift)
    h = convolved(h, block.conv_out)
    assert (block(x, time) - (h + x)).abs().max() < 1e-12
    assert h.abs().max() > 0.1


@pytest.mark.parametrize("changes", [{"heads": 4}, {"head_width": 2}])
@pytest.mark.parametrize("size", [(3, 5), (8, 9)], ids=["few positions", "many positions"])
def test_attention_is_torchs_multi_head_attention(
    changes: dict[str, int], size: tuple[int, int]
) -> None:
    attention = randomised(SelfAttention(8, replace(PLAIN, **changes)))
    reference = nn.MultiheadAttention(8, 4, batch_first=True).double()
    packed, projection = attention.query_key_value, attention.projection
    reference.in_proj_weight.data = packed.weight.data[:, :, 0, 0]
    reference.in_proj_bias.data = packed.bias.data
    reference.out_proj.weight.data = projection.weight.data[:, :, 0, 0]
    reference.out_proj.bias.data = projection.bias.data
    x = batch(2, 8, *size)
    positions = group_norm(x, attention.norm, 1e-5).flatten(2).transpose(1, 2)  # (B, H W, C)
    attended = reference(positions, positions, positions, need_weights=False)[0]
    expected = x + attended.transpose(1, 2).reshape(x.shape)
    assert (attention(x) - expected).abs().max() < 1e-12
    assert (expected - x).abs().max() > 0.1


def test_heads_of_one_width_are_more_where_there_are_more_channels() -> None:
    network = random_unet(head_width=4, attention_sizes=(4, 8))
    heads = {
        m.norm.num_channels: m.heads for m in network.modules() if isinstance(m, SelfAttention)
    }
    assert heads == {8: 2, 16: 4}


# Levels


def mean_of_four(x: Tensor) -> Tensor:
    return (x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]) / 4


def four_of_each(x: Tensor) -> Tensor:
    return x.repeat_interleave(2, dim=-1).repeat_interleave(2, dim=-2)


def test_levels_are_joined_by_means_and_repetitions() -> None:
    configuration = replace(PLAIN, resampling="average")
    x = batch(2, 8, 6, 4)
    assert (shrinking(8, 32, configuration)(x) - mean_of_four(x)).abs().max() < 1e-15
    assert torch.equal(growing(8, 32, configuration)(x), four_of_each(x))
    assert not list(shrinking(8, 32, configuration).parameters())


@pytest.mark.parametrize(
    ("join", "resampled"), [(shrinking, mean_of_four), (growing, four_of_each)]
)
def test_blocks_join_levels_between_norm_and_convolution(join: Any, resampled: Any) -> None:
    block = randomised(join(8, 6, replace(PLAIN, resampling="blocks")))
    x, time = batch(3, 8, 6, 4), batch(3, 6, seed=2)
    h = convolved(resampled(silu(group_norm(x, block.norm_in, 1e-5))), block.conv_in)
    h = h + (time @ block.time.weight.T + block.time.bias)[:, :, None, None]
    h = convolved(silu(group_norm(h, block.norm_out, 1e-5)), block.conv_out)
    assert (block(x, time) - (h + resampled(x))).abs().max() < 1e-12
    assert h.abs().max() > 0.1


@pytest.mark.parametrize(
    ("resampling", "first"), [("convolution", -1), ("convolution-end-padded", 0)]
)
def test_a_halving_convolution_sees_zeros_where_it_should(resampling: str, first: int) -> None:
    """Its output at (i, j) is made of the input's rows 2 i + first … 2 i + first + 2."""
    layer = randomised(shrinking(2, 32, replace(PLAIN, resampling=resampling)))
    x = batch(1, 2, 6, 8)
    output = layer(x)
    assert output.shape == (1, 2, 3, 4)
    padded = functional.pad(x[0], (1, 1, 1, 1))
    for i in range(3):
        for j in range(4):
            row, column = 2 * i + first + 1, 2 * j + first + 1
            seen = padded[:, row : row + 3, column : column + 3]
            expected = (layer.weight * seen).sum((1, 2, 3)) + layer.bias
            assert (output[0, :, i, j] - expected).abs().max() < 1e-12


def test_a_wider_stem_meets_the_last_block_again() -> None:
    network = random_unet(stem_channels=16)
    assert network.stem.weight.shape[0] == 16
    assert network.down[0][0].block.conv_in.weight.shape[1] == 16
    assert network.up[-1][-1].block.conv_in.weight.shape[1] == 8 + 16
    assert network(X, T).shape == X.shape


# What goes in and out besides


def test_a_learned_range_is_the_second_half_of_the_output() -> None:
    network, plain = random_unet(learned_range=True), random_unet()
    plain.load_state_dict(
        {
            name: tensor[:1] if name.startswith("head.") else tensor
            for name, tensor in network.state_dict().items()
        }
    )
    output = network(X, T)
    assert output.shape == (2, 2, 8, 8)
    assert (output[:, :1] - plain(X, T)).abs().max() < 1e-12
    denoiser = Denoiser(
        network, NoiseSchedule.linear(1000), Target.X_0, torch.device("cpu"), learns_variance=True
    )
    prediction = denoiser.predict(X, 3)
    assert isinstance(prediction, Prediction)
    both = network(X, torch.tensor([3]))
    assert torch.equal(prediction.x_0, both[:, :1])
    assert torch.equal(prediction.variance_share, (both[:, 1:] + 1) / 2)  # -1 … 1 to 0 … 1
    assert torch.equal(denoiser.predict_x_0(X, 3), prediction.x_0)


def test_a_label_is_added_to_the_time() -> None:
    network, plain = random_unet(classes=3), random_unet()
    weights = network.state_dict()
    embedding = weights.pop("label.weight")
    plain.load_state_dict(weights)
    label = torch.tensor([2, 0])
    plain.time.register_forward_hook(lambda module, inputs, output: output + embedding[label])
    assert (network(X, T, label) - plain(X, T)).abs().max() < 1e-12
    assert (network(X, T, label) - network(X, T, label.flip(0))).abs().max() > 1e-3
    one = network(X, T, torch.tensor([2]))
    assert (one - network(X, T, torch.tensor([2, 2]))).abs().max() < 1e-12


def test_a_network_for_classes_needs_a_label() -> None:
    with pytest.raises(ValueError, match="needs a label"):
        random_unet(classes=3)(X, T)


# Its configuration


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("norm_epsilon", 0.0),
        ("norm_epsilon", math.nan),
        ("norm_epsilon", "1e-5"),
        ("time_order", "sin"),
        ("time_order", None),
        ("time_shift", 2),
        ("time_shift", True),
        ("time_scale", -1.0),
        ("time_scale", math.inf),
        ("time_channels", 1),
        ("stem_channels", 10**6),
        ("resampling", "bilinear"),
        ("scale_shift", 1),
        ("learned_range", "yes"),
        ("heads", 0),
        ("heads", 2.0),
        ("head_width", 0),
        ("classes", 0),
        ("classes", 10**9),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(NetworkConfigurationError, match=f"{name} must be"):
        replace(PLAIN, **{name: value})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"heads": 3}, "8 channels cannot be shared out among the heads"),
        ({"head_width": 16}, "8 channels cannot be shared out among the heads"),
        ({"time_channels": 7}, "7 sines and cosines of t are no whole pairs"),
        ({"stem_channels": 10}, "channels 10 must be even and divisible by norm_groups 4"),
    ],
)
def test_settings_that_do_not_fit_each_other_are_refused(
    changes: dict[str, int], reason: str
) -> None:
    with pytest.raises(NetworkConfigurationError, match=reason):
        replace(PLAIN, **changes)
