"""lucidrains' U-Net against the equations of its blocks; tests/checkpoints/foreign has its numbers."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any, TypeVar

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    NetworkConfigurationError,
    network_as_dict,
    network_from_dict,
)
from ddpm_studio.networks.denoiser import build_network, parameter_count
from ddpm_studio.networks.lucidrains_unet import (
    FullAttention,
    LinearAttention,
    LucidrainsUNet,
    ResidualBlock,
    RmsNorm,
    sines,
)

AnyModule = TypeVar("AnyModule", bound=nn.Module)
SMALL = LucidrainsConfiguration(
    image_size=8,
    image_channels=2,
    channels=4,
    stem_channels=6,
    channel_multipliers=(1, 2),
    full_attention=(False, True),
    level_heads=(2, 3),
    level_head_widths=(5, 4),
)
GROUPS = replace(SMALL, norm_groups=2)


def randomised(module: AnyModule) -> AnyModule:
    """All weights random, in float64."""
    generator = torch.Generator().manual_seed(0)
    for parameter in module.double().parameters():
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        parameter.data = noise / math.sqrt(max(parameter[0].numel(), 1)) + (parameter.ndim == 1)
    return module.eval()


def random_unet(configuration: LucidrainsConfiguration) -> LucidrainsUNet:
    """In float64 from the sines of t on, which are float32."""
    network = randomised(LucidrainsUNet(configuration))
    network.time.register_forward_pre_hook(lambda module, inputs: inputs[0].double())
    return network


def batch(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def normal(x: Tensor, norm: nn.Module) -> Tensor:
    """x / sqrt(mean of x² over the channels), or group by group to mean 0 and variance 1."""
    if isinstance(norm, RmsNorm):
        scaled = x / x.square().mean(1, keepdim=True).sqrt()
        return scaled * norm.weight[:, None, None]
    assert isinstance(norm, nn.GroupNorm)
    grouped = x.reshape(len(x), norm.num_groups, -1)
    centred = grouped - grouped.mean(2, keepdim=True)
    scaled = (centred / (centred.square().mean(2, keepdim=True) + 1e-5).sqrt()).reshape(x.shape)
    return scaled * norm.weight[:, None, None] + norm.bias[:, None, None]


def silu(x: Tensor) -> Tensor:
    return x / (1 + torch.exp(-x))


def convolved(x: Tensor, layer: nn.Module) -> Tensor:
    assert isinstance(layer, nn.Conv2d)
    return functional.conv2d(x, layer.weight, layer.bias, layer.stride, layer.padding)


@pytest.mark.parametrize("configuration", [SMALL, GROUPS], ids=["RMS", "groups"])
@pytest.mark.parametrize("outputs", [4, 6])
def test_residual_block_is_its_equations(
    configuration: LucidrainsConfiguration, outputs: int
) -> None:
    block = randomised(ResidualBlock(4, outputs, configuration))
    x, time = batch(3, 4, 5, 5), batch(3, 16, seed=2)
    scale, shift = (time @ block.time.weight.T + block.time.bias).split(outputs, dim=1)
    h = normal(convolved(x, block.conv_in), block.norm_in)
    h = silu(h * (1 + scale[:, :, None, None]) + shift[:, :, None, None])
    h = silu(normal(convolved(h, block.conv_out), block.norm_out))
    shortcut = x if outputs == 4 else convolved(x, block.shortcut)
    assert (block(x, time) - (h + shortcut)).abs().max() < 1e-12
    assert h.abs().max() > 0.1


def queries_keys_values(attention: Any, x: Tensor, heads: int) -> list[Tensor]:
    """Each (B, heads, width, positions); keys and values begin with the memories."""
    packed = convolved(normal(x, attention.norm), attention.query_key_value).flatten(2)
    query, key, value = packed.reshape(len(x), 3, heads, -1, packed.shape[2]).unbind(1)
    memory = attention.memory[:, None].expand(-1, len(x), -1, -1, -1)
    return [query, torch.cat((memory[0], key), 3), torch.cat((memory[1], value), 3)]


def test_full_attention_is_a_weighted_mean_of_values() -> None:
    attention = randomised(FullAttention(8, 1, SMALL))
    x = batch(2, 8, 3, 5)
    query, key, value = queries_keys_values(attention, x, heads=3)
    attended = torch.zeros_like(query)
    for b in range(2):
        for head in range(3):
            for i in range(15):
                scores = query[b, head, :, i] @ key[b, head] / math.sqrt(4)
                weights = scores.exp() / scores.exp().sum()
                assert len(weights) == 15 + 4
                attended[b, head, :, i] = value[b, head] @ weights
    added = convolved(attended.reshape(2, 12, 3, 5), attention.projection)
    assert (attention(x) - (x + added)).abs().max() < 1e-12
    assert added.abs().max() > 0.1


def test_linear_attention_mixes_values_before_it_sees_the_queries() -> None:
    attention = randomised(LinearAttention(6, 0, SMALL))
    x = batch(2, 6, 3, 5)
    query, key, value = queries_keys_values(attention, x, heads=2)
    attended = torch.zeros_like(query)
    for b in range(2):
        for head in range(2):
            weights = key[b, head].exp() / key[b, head].exp().sum(1, keepdim=True)
            means = weights @ value[b, head].T  # one mean of the values for each of 5 key channels
            for i in range(15):
                share = query[b, head, :, i].exp() / query[b, head, :, i].exp().sum()
                attended[b, head, :, i] = share @ means / math.sqrt(5)
    projection, norm = attention.projection
    added = normal(convolved(attended.reshape(2, 10, 3, 5), projection), norm)
    assert (attention(x) - (x + added)).abs().max() < 1e-12
    assert added.abs().max() > 0.1


def test_wiring_of_two_levels() -> None:
    """Two skips a level, the last one first, and the stem's output before the last block."""
    network = random_unet(SMALL)
    x, t = batch(2, 2, 8, 8), torch.tensor([1, 500])
    features = network.time[0](sines(t - 1, 4, 10_000.0).double())
    features = features * 0.5 * (1 + torch.erf(features / math.sqrt(2)))  # GELU
    time = silu(network.time[2](features))

    def joined(block: nn.Module, h: Tensor, skip: Tensor) -> Tensor:
        return block(torch.cat((h, skip), dim=1), time)

    fine, coarse = network.down
    stem = convolved(x, network.stem)
    a = fine.first(stem, time)
    b = fine.attention(fine.second(a, time))
    c = coarse.first(convolved(b, fine.resize), time)
    d = coarse.attention(coarse.second(c, time))
    h = network.middle_in(convolved(d, coarse.resize), time)
    h = network.middle_out(network.middle_attention(h), time)
    coarse, fine = network.up
    h = joined(coarse.second, joined(coarse.first, h, d), c)
    h = coarse.attention(h).repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    h = convolved(h, coarse.resize[1])
    h = joined(fine.second, joined(fine.first, h, b), a)
    h = convolved(fine.attention(h), fine.resize[1])
    expected = convolved(joined(network.end, h, stem), network.head)
    assert (network(x, t) - expected).abs().max() < 1e-11


def test_one_t_stands_for_the_whole_batch() -> None:
    network = random_unet(SMALL)
    x = batch(3, 2, 8, 8)
    one, many = network(x, torch.tensor([300])), network(x, torch.full((3,), 300))
    assert (one - many).abs().max() < 1e-11
    assert (one - network(x, torch.tensor([301]))).abs().max() > 1e-3


def test_samples_do_not_influence_each_other() -> None:
    network = random_unet(GROUPS)
    x, t = batch(3, 2, 8, 8), torch.tensor([1, 10, 1000])
    alone = torch.cat([network(x[i : i + 1], t[i : i + 1]) for i in range(3)])
    assert (network(x, t) - alone).abs().max() < 1e-11


@pytest.mark.parametrize("groups", [None, 2])
def test_every_parameter_learns(groups: int | None) -> None:
    network = random_unet(replace(SMALL, norm_groups=groups))
    network(batch(3, 2, 8, 8), torch.tensor([1, 50, 900])).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 1e-9, name


def test_self_conditioning_sees_nothing_at_first() -> None:
    network = random_unet(replace(SMALL, self_condition=True))
    x, t, before = batch(2, 2, 8, 8), torch.tensor([7]), batch(2, 2, 8, 8, seed=3)
    first = network(x, t)
    assert first.shape == x.shape
    assert torch.equal(first, network(x, t, torch.zeros_like(x)))
    assert (first - network(x, t, before)).abs().max() > 0.01


def test_a_learned_range_has_twice_the_channels() -> None:
    network = random_unet(replace(SMALL, learned_range=True))
    assert network(batch(2, 2, 8, 8), torch.tensor([7])).shape == (2, 4, 8, 8)


def test_the_base_of_the_sines_matters() -> None:
    x, t = batch(1, 2, 8, 8), torch.tensor([900])
    outputs = [random_unet(replace(SMALL, time_base=base))(x, t) for base in (10_000.0, 300.0)]
    assert (outputs[0] - outputs[1]).abs().max() > 0.01


def test_the_readmes_network_has_their_number_of_parameters() -> None:
    """35,711,491 for Unet(dim=64, dim_mults=(1, 2, 4, 8)), counted in their version 2.3.1."""
    readme = LucidrainsConfiguration(
        128, 3, 64, 64, (1, 2, 4, 8), (False, False, False, True), (4,) * 4, (32,) * 4
    )
    with torch.device("meta"):
        assert parameter_count(build_network(readme)) == 35_711_491


# Its configuration


@pytest.mark.parametrize(
    "configuration", [SMALL, GROUPS, replace(SMALL, self_condition=True, time_base=300.0)]
)
def test_a_configuration_survives_json(configuration: LucidrainsConfiguration) -> None:
    written = network_as_dict(configuration)
    assert written["kind"] == "lucidrains-unet"
    assert network_from_dict(json.loads(json.dumps(written))) == configuration


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("image_size", 7, "For 2 levels image_size must be a multiple of 2, not 7"),
        ("image_size", 2.0, "image_size must be a whole number"),
        ("channels", 2, "from 4 to 1024"),  # the frequencies of a single pair have no ratio
        ("channels", 5, "no whole pairs"),
        ("stem_channels", 0, "stem_channels"),
        ("channel_multipliers", (), "from 1 to 8 levels"),
        ("channel_multipliers", (1, 10**9), "channel multiplier"),
        ("full_attention", (True,), "one entry for each of the 2 levels"),
        ("full_attention", (0, 1), "full_attention must be one of False, True"),
        ("level_heads", (1, 2, 3), "one entry for each of the 2 levels"),
        ("level_heads", (1, "2"), "level_heads must be a whole number"),
        ("level_head_widths", (4, 10**6), "level_head_widths"),
        ("norm_groups", 4, "6 channels cannot be shared out among 4 groups"),
        ("norm_groups", 0, "norm_groups"),
        ("time_base", math.nan, "time_base"),
        ("time_base", 0, "time_base"),
        ("self_condition", 1, "self_condition must be one of False, True"),
        ("learned_range", None, "learned_range"),
    ],
)
def test_what_cannot_be_built_is_refused(field: str, value: Any, reason: str) -> None:
    with pytest.raises(NetworkConfigurationError, match=reason):
        replace(SMALL, **{field: value})


def test_lists_that_are_none_are_refused() -> None:
    with pytest.raises(NetworkConfigurationError, match="level_heads must be a list"):
        network_from_dict({**network_as_dict(SMALL), "level_heads": 4})
