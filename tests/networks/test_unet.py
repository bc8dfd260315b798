"""The U-Net against published numbers and against the equations of its blocks."""

from __future__ import annotations

import math
from typing import TypeVar

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.denoiser import parameter_count
from ddpm_studio.networks.time_embedding import sinusoidal_features
from ddpm_studio.networks.unet import UNet
from ddpm_studio.networks.unet_blocks import ResidualBlock, SelfAttention

AnyModule = TypeVar("AnyModule", bound=nn.Module)
SMALL = UNetConfiguration(
    image_size=8,
    image_channels=1,
    channels=8,
    channel_multipliers=(1, 2),
    blocks_per_level=1,
    attention_sizes=(4,),
    dropout=0.1,
    norm_groups=4,
)


def randomised(module: AnyModule) -> AnyModule:
    """All weights random, in float64: a fresh block is the identity and would pass any test."""
    generator = torch.Generator().manual_seed(0)
    for parameter in module.double().parameters():
        fan_in = max(parameter[0].numel(), 1)
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        parameter.data = noise / math.sqrt(fan_in) + (parameter.ndim == 1)
    return module.eval()


def random_unet(configuration: UNetConfiguration) -> UNet:
    """In float64 from the features of t on, which are float32 by themselves."""
    network = randomised(UNet(configuration))
    network.time.register_forward_pre_hook(lambda module, inputs: inputs[0].double())
    return network


def batch(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def group_norm(x: Tensor, norm: nn.GroupNorm) -> Tensor:
    """Each group of channels of each sample to mean 0 and variance 1, then scaled per channel."""
    grouped = x.reshape(len(x), norm.num_groups, -1)
    mean = grouped.mean(2, keepdim=True)
    variance = (grouped - mean).square().mean(2, keepdim=True)
    normal = ((grouped - mean) / (variance + 1e-5).sqrt()).reshape(x.shape)
    return normal * norm.weight[:, None, None] + norm.bias[:, None, None]


def silu(x: Tensor) -> Tensor:
    return x / (1 + torch.exp(-x))


def test_paper_network_has_the_published_number_of_parameters() -> None:
    """35,746,307 in pytorch-ddpm; "35.7 million" in the paper (appendix B)."""
    with torch.device("meta"):
        network = UNet(UNetConfiguration(image_size=32, image_channels=3))
    assert parameter_count(network) == 35_746_307


def test_paper_network_attends_at_16_and_in_the_middle() -> None:
    with torch.device("meta"):
        network = UNet(UNetConfiguration(image_size=32, image_channels=3))
        sizes: list[int] = []
        for module in network.modules():
            if isinstance(module, SelfAttention):
                module.register_forward_hook(lambda m, x, y: sizes.append(x[0].shape[-1]))
        output = network(torch.zeros(2, 3, 32, 32), torch.ones(2, dtype=torch.long))
    assert output.shape == (2, 3, 32, 32)
    assert sizes == [16, 16, 4, 16, 16, 16]


@pytest.mark.parametrize("outputs", [8, 12])
def test_residual_block_is_its_equations(outputs: int) -> None:
    block = randomised(ResidualBlock(8, outputs, 6, SMALL))
    x, time = batch(3, 8, 5, 5), batch(3, 6, seed=2)
    h = functional.conv2d(
        silu(group_norm(x, block.norm_in)), block.conv_in.weight, block.conv_in.bias, padding=1
    )
    h = h + (time @ block.time.weight.T + block.time.bias)[:, :, None, None]
    h = functional.conv2d(
        silu(group_norm(h, block.norm_out)), block.conv_out.weight, block.conv_out.bias, padding=1
    )
    shortcut = x
    if outputs != 8:
        weight, bias = block.shortcut.weight[:, :, 0, 0], block.shortcut.bias
        shortcut = torch.einsum("oi,bihw->bohw", weight, x) + bias[:, None, None]
    assert (block(x, time) - (h + shortcut)).abs().max() < 1e-12
    assert h.abs().max() > 0.1


@pytest.mark.parametrize("size", [(3, 5), (8, 9)], ids=["few positions", "many positions"])
def test_attention_is_torchs_multi_head_attention_with_one_head(size: tuple[int, int]) -> None:
    channels = 8
    attention = randomised(SelfAttention(channels, SMALL))
    reference = nn.MultiheadAttention(channels, 1, batch_first=True).double()
    packed, projection = attention.query_key_value, attention.projection
    reference.in_proj_weight.data = packed.weight.data[:, :, 0, 0]
    reference.in_proj_bias.data = packed.bias.data
    reference.out_proj.weight.data = projection.weight.data[:, :, 0, 0]
    reference.out_proj.bias.data = projection.bias.data

    x = batch(2, channels, *size)
    positions = group_norm(x, attention.norm).flatten(2).transpose(1, 2)  # (B, H W, C)
    attended = reference(positions, positions, positions, need_weights=False)[0]
    expected = x + attended.transpose(1, 2).reshape(x.shape)
    assert (attention(x) - expected).abs().max() < 1e-12
    assert (expected - x).abs().max() > 0.1


@pytest.mark.parametrize(
    "configuration",
    [
        SMALL,
        UNetConfiguration(1, 2, 4, (1,), 1, (), 0.0, 2),
        UNetConfiguration(12, 3, 8, (1, 2, 3), 3, (12, 3), 0.0, 4),
        UNetConfiguration(8, 1, 6, (2, 1, 4, 1), 2, (2, 8), 0.0, 3),
    ],
)
def test_output_has_the_shape_of_the_input(configuration: UNetConfiguration) -> None:
    network = random_unet(configuration)
    x = batch(2, *configuration.sample_shape)
    output = network(x, torch.tensor([1, 1000]))
    assert output.shape == x.shape
    assert torch.isfinite(output).all()


def test_wiring_of_two_levels_with_one_block_each() -> None:
    """Every output on the way down meets its equal in size on the way up, the last one first."""
    network = random_unet(SMALL)
    x, t = batch(2, 1, 8, 8), torch.tensor([1, 500])
    time = functional.silu(network.time(sinusoidal_features(t - 1, SMALL.channels)))

    def joined(stage: nn.Module, h: Tensor, skip: Tensor) -> Tensor:
        return stage(torch.cat((h, skip), dim=1), time)

    stem = network.stem(x)
    fine = network.down[0][0](stem, time)
    halved = network.shrink[0](fine)
    coarse = network.down[1][0](halved, time)
    h = network.middle[1](network.middle[0](coarse, time), time)
    h = joined(network.up[0][0], h, coarse)
    h = joined(network.up[0][1], h, halved)
    doubled = h.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    h = functional.conv2d(doubled, network.grow[0].weight, network.grow[0].bias, padding=1)
    h = joined(network.up[1][0], h, fine)
    h = joined(network.up[1][1], h, stem)
    expected = network.head(silu(group_norm(h, network.head_norm)))
    assert (network(x, t) - expected).abs().max() < 1e-12


def test_fresh_network_predicts_zero_from_identity_blocks() -> None:
    torch.manual_seed(0)
    network = UNet(SMALL)
    x = batch(2, 1, 8, 8).float()
    assert torch.count_nonzero(network(x, torch.tensor([5]))) == 0
    time, features = torch.randn(2, 32), torch.randn(2, 16, 4, 4)
    middle = network.middle[0]
    assert torch.equal(middle(features, time), features)


def test_embedding_counts_t_from_zero() -> None:
    network = random_unet(SMALL)
    seen: list[Tensor] = []
    network.time.register_forward_pre_hook(lambda m, x: seen.append(x[0]))
    network(batch(2, 1, 8, 8), torch.tensor([1, 8]))
    half = SMALL.channels // 2
    angles = 7 * 10_000.0 ** (-torch.arange(half) / (half - 1))
    expected = torch.stack((torch.tensor([0.0, 1.0]).repeat_interleave(half), torch.zeros(8)))
    expected[1] = torch.cat((angles.sin(), angles.cos()))
    assert (seen[0] - expected).abs().max() < 1e-5


def test_one_t_stands_for_the_whole_batch() -> None:
    network = random_unet(SMALL)
    x = batch(4, 1, 8, 8)
    one, many = network(x, torch.tensor([300])), network(x, torch.full((4,), 300))
    assert (one - many).abs().max() < 1e-12
    assert (one - network(x, torch.tensor([301]))).abs().max() > 1e-3


def test_samples_do_not_influence_each_other() -> None:
    network = random_unet(SMALL)
    x, t = batch(4, 1, 8, 8), torch.tensor([1, 10, 100, 1000])
    together = network(x, t)
    alone = torch.cat([network(x[i : i + 1], t[i : i + 1]) for i in range(4)])
    assert (together - alone).abs().max() < 1e-11


def test_every_pixel_sees_every_pixel() -> None:
    network = random_unet(SMALL)
    x = batch(1, 1, 8, 8).requires_grad_()
    for row, column in ((0, 0), (7, 3)):
        (gradient,) = torch.autograd.grad(
            network(x, torch.tensor([10]))[0, 0, row, column], x, retain_graph=False
        )
        assert torch.all(gradient != 0)


def test_every_parameter_learns() -> None:
    network = random_unet(SMALL)
    network(batch(3, 1, 8, 8), torch.tensor([1, 50, 900])).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 1e-9, name


def test_images_are_halved_by_convolution_and_doubled_by_repetition() -> None:
    network = random_unet(SMALL)
    sizes: list[tuple[int, int]] = []
    network.shrink[0].register_forward_hook(
        lambda m, x, y: sizes.append((x[0].shape[-1], y.shape[-1]))
    )
    network.grow[0].register_forward_hook(
        lambda m, x, y: sizes.append((x[0].shape[-1], y.shape[-1]))
    )
    network(batch(1, 1, 8, 8), torch.tensor([10]))
    assert sizes == [(8, 4), (4, 8)]


def test_dropout_acts_in_training_alone() -> None:
    network = random_unet(SMALL)
    x, t = batch(2, 1, 8, 8), torch.tensor([10])
    assert torch.equal(network(x, t), network(x, t))
    torch.manual_seed(0)
    network.train()
    assert (network(x, t) - network(x, t)).abs().max() > 1e-3
