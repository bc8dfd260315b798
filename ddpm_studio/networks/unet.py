"""The U-Net of the DDPM paper (appendix B): ResNet blocks, group norm, self-attention.

With the paper's CIFAR-10 numbers it has the paper's 35.7 million parameters.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.time_embedding import sinusoidal_features

_MANY_POSITIONS = 64  # of attention; with fewer its weights are small, and plain products as fast


class ResidualBlock(nn.Module):
    """norm, SiLU, conv, + time, norm, SiLU, dropout, conv, + input (Wide ResNet, pre-activated)."""

    def __init__(
        self, inputs: int, outputs: int, time_width: int, configuration: UNetConfiguration
    ) -> None:
        super().__init__()
        groups = configuration.norm_groups
        self.norm_in = nn.GroupNorm(groups, inputs)
        self.conv_in = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(time_width, outputs)
        self.norm_out = nn.GroupNorm(groups, outputs)
        self.dropout = nn.Dropout(configuration.dropout)
        self.conv_out = _zeroed(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """x: (B, inputs, H, W); time: (B or 1, time_width), already activated."""
        h = self.conv_in(functional.silu(self.norm_in(x)))
        h = h + self.time(time)[:, :, None, None]
        h = self.conv_out(self.dropout(functional.silu(self.norm_out(h))))
        result: Tensor = h + self.shortcut(x)
        return result


class SelfAttention(nn.Module):
    """One head of scaled dot-product attention over all positions, + input."""

    def __init__(self, channels: int, configuration: UNetConfiguration) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(configuration.norm_groups, channels)
        self.query_key_value = nn.Conv2d(channels, 3 * channels, 1)
        self.projection = _zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W); returns the same shape."""
        batch, channels, height, width = x.shape
        packed = self.query_key_value(self.norm(x)).reshape(batch, 3, channels, height * width)
        query, key, value = packed.transpose(2, 3).unbind(1)  # each (B, H W, C)
        attended = _attended(query, key, value)
        result: Tensor = x + self.projection(
            attended.transpose(1, 2).reshape(batch, channels, height, width)
        )
        return result


def _attended(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Each (B, H W, C), and so is the result."""
    is_slower = query.device.type == "cpu" and query.dtype == torch.bfloat16  # by 4 % of a step
    if query.shape[1] < _MANY_POSITIONS or is_slower:
        return functional.scaled_dot_product_attention(query, key, value)
    # torch has kernels that keep no (H W)^2 weights, for four dimensions without gaps.
    query, key, value = (each.contiguous()[:, None] for each in (query, key, value))
    return functional.scaled_dot_product_attention(query, key, value)[:, 0]


class _Stage(nn.Module):
    """A ResNet block, followed by attention at the resolutions that ask for it."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        time_width: int,
        attend: bool,
        configuration: UNetConfiguration,
    ) -> None:
        super().__init__()
        self.block = ResidualBlock(inputs, outputs, time_width, configuration)
        self.attention = SelfAttention(outputs, configuration) if attend else None

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        x = self.block(x, time)
        return x if self.attention is None else self.attention(x)


class UNet(nn.Module):
    """(x_t, t) -> prediction of x_t's shape, (B, channels, H, W)."""

    def __init__(self, configuration: UNetConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        base = configuration.channels
        time_width = 4 * base
        self.time = nn.Sequential(
            nn.Linear(base, time_width), nn.SiLU(), nn.Linear(time_width, time_width), nn.SiLU()
        )
        self.stem = nn.Conv2d(configuration.image_channels, base, 3, padding=1)
        skip_widths, width = self._build_down(base, time_width)
        self.middle = nn.ModuleList(
            [
                _Stage(width, width, time_width, True, configuration),
                _Stage(width, width, time_width, False, configuration),
            ]
        )
        width = self._build_up(skip_widths, width, time_width)
        self.head_norm = nn.GroupNorm(configuration.norm_groups, width)
        self.head = _zeroed(nn.Conv2d(width, configuration.image_channels, 3, padding=1))

    def _build_down(self, width: int, time_width: int) -> tuple[list[int], int]:
        """Levels from full resolution to the coarsest; returns the skips' widths and the last."""
        configuration = self.configuration
        self.down = nn.ModuleList()
        self.shrink = nn.ModuleList()
        skips = [width]
        sizes = configuration.level_sizes
        for size, multiplier in zip(sizes, configuration.channel_multipliers, strict=True):
            stages = nn.ModuleList()
            for _ in range(configuration.blocks_per_level):
                outputs = configuration.channels * multiplier
                attend = size in configuration.attention_sizes
                stages.append(_Stage(width, outputs, time_width, attend, configuration))
                width = outputs
                skips.append(width)
            self.down.append(stages)
            if size != sizes[-1]:
                self.shrink.append(nn.Conv2d(width, width, 3, stride=2, padding=1))
                skips.append(width)
        return skips, width

    def _build_up(self, skips: list[int], width: int, time_width: int) -> int:
        """Levels from the coarsest up, each block with one skip beside its input; the last width."""
        configuration = self.configuration
        self.up = nn.ModuleList()
        self.grow = nn.ModuleList()
        levels = list(
            zip(configuration.level_sizes, configuration.channel_multipliers, strict=True)
        )
        for size, multiplier in reversed(levels):
            stages = nn.ModuleList()
            for _ in range(configuration.blocks_per_level + 1):
                outputs = configuration.channels * multiplier
                attend = size in configuration.attention_sizes
                stages.append(
                    _Stage(width + skips.pop(), outputs, time_width, attend, configuration)
                )
                width = outputs
            self.up.append(stages)
            if size != configuration.image_size:
                self.grow.append(nn.Conv2d(width, width, 3, padding=1))
        return width

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """x: (B, channels, H, W); t: (B,) or (1,), from 1 to T."""
        # Foreign code counts t from 0; so does the embedding here, to stay comparable with it.
        time = self.time(sinusoidal_features(t - 1, self.configuration.channels))
        x = self.stem(x)
        skips = [x]
        for level, stages in enumerate(self.down):
            for stage in cast(nn.ModuleList, stages):
                x = stage(x, time)
                skips.append(x)
            if level < len(self.shrink):
                x = self.shrink[level](x)
                skips.append(x)
        for stage in self.middle:
            x = stage(x, time)
        for level, stages in enumerate(self.up):
            for stage in cast(nn.ModuleList, stages):
                x = stage(torch.cat((x, skips.pop()), dim=1), time)
            if level < len(self.grow):
                x = self.grow[level](functional.interpolate(x, scale_factor=2.0, mode="nearest"))
        result: Tensor = self.head(functional.silu(self.head_norm(x)))
        return result


def _zeroed(layer: nn.Conv2d) -> nn.Conv2d:
    """A layer that starts at zero, so that a fresh block is the identity (as in the paper's code)."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
