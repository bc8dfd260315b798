"""The U-Net of lucidrains' denoising-diffusion-pytorch, of which people hold checkpoints.

Unlike the paper's it begins with a 7x7 convolution whose output meets the last block again, and it
attends at every level: linearly (Shen et al. 2021) or fully, in either case to four learned
memories besides the positions. It computes that project's numbers; its layers and names are ours.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.networks.configuration import LucidrainsConfiguration

_MEMORIES = 4


class LucidrainsUNet(nn.Module):
    """(x_t, t) -> prediction of x_t's shape; with a learned range of twice its channels."""

    def __init__(self, configuration: LucidrainsConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        base, widths = configuration.channels, configuration.widths
        self.time = nn.Sequential(
            nn.Linear(base, 4 * base), nn.GELU(), nn.Linear(4 * base, 4 * base), nn.SiLU()
        )
        self.stem = nn.Conv2d(configuration.input_channels, widths[0], 7, padding=3)
        last = len(widths) - 2
        self.down = nn.ModuleList(_DownLevel(level, configuration) for level in range(last + 1))
        self.middle_in = ResidualBlock(widths[-1], widths[-1], configuration)
        self.middle_attention = FullAttention(widths[-1], last, configuration)
        self.middle_out = ResidualBlock(widths[-1], widths[-1], configuration)
        self.up = nn.ModuleList(_UpLevel(level, configuration) for level in range(last, -1, -1))
        self.end = ResidualBlock(2 * widths[0], widths[0], configuration)
        self.head = nn.Conv2d(widths[0], configuration.output_channels, 1)

    def forward(self, x: Tensor, t: Tensor, before: Tensor | None = None) -> Tensor:
        """x: (B, C, H, W); t: (B,) or (1,), from 1 to T; returns (B, C or 2 C, H, W).

        ``before`` is the x_0 predicted at the step before, of x's shape, for a network with
        self-conditioning; None, which is 0, at the first.
        """
        time = self.time(sines(t - 1, self.configuration.channels, self.configuration.time_base))
        if self.configuration.self_condition:
            x = torch.cat((torch.zeros_like(x) if before is None else before, x), dim=1)
        x = stem = self.stem(x)
        skips: list[Tensor] = []
        for level in self.down:
            x = level(x, time, skips)
        x = self.middle_attention(self.middle_in(x, time))
        x = self.middle_out(x, time)
        for level in self.up:
            x = level(x, time, skips)
        result: Tensor = self.head(self.end(torch.cat((x, stem), dim=1), time))
        return result


class _Level(nn.Module):
    """Two blocks, attention, and what leads to the next resolution."""

    def __init__(
        self,
        inputs: int,
        width: int,
        level: int,
        resize: nn.Module,
        configuration: LucidrainsConfiguration,
    ) -> None:
        super().__init__()
        self.first = ResidualBlock(inputs, width, configuration)
        self.second = ResidualBlock(inputs, width, configuration)
        kind = FullAttention if configuration.full_attention[level] else LinearAttention
        self.attention = kind(width, level, configuration)
        self.resize = resize


class _DownLevel(_Level):
    """Halves the resolution; the last level keeps it."""

    def __init__(self, level: int, configuration: LucidrainsConfiguration) -> None:
        width, after = configuration.widths[level : level + 2]
        is_last = level == len(configuration.widths) - 2
        resize = nn.Conv2d(width, after, 3, padding=1) if is_last else nn.Conv2d(width, after, 2, 2)
        super().__init__(width, width, level, resize, configuration)

    def forward(self, x: Tensor, time: Tensor, skips: list[Tensor]) -> Tensor:
        """x: (B, width, H, W); leaves two skips of that shape for the way up."""
        x = self.first(x, time)
        skips.append(x)
        x = self.attention(self.second(x, time))
        skips.append(x)
        resized: Tensor = self.resize(x)
        return resized


class _UpLevel(_Level):
    """Doubles the resolution; level 0 has all of it already."""

    def __init__(self, level: int, configuration: LucidrainsConfiguration) -> None:
        after, width = configuration.widths[level : level + 2]
        double = nn.Upsample(scale_factor=2.0, mode="nearest") if level else nn.Identity()
        resize = nn.Sequential(double, nn.Conv2d(width, after, 3, padding=1))
        super().__init__(width + after, width, level, resize, configuration)

    def forward(self, x: Tensor, time: Tensor, skips: list[Tensor]) -> Tensor:
        """x: (B, width, H, W); takes the last two skips."""
        x = self.first(torch.cat((x, skips.pop()), dim=1), time)
        x = self.second(torch.cat((x, skips.pop()), dim=1), time)
        resized: Tensor = self.resize(self.attention(x))
        return resized


class ResidualBlock(nn.Module):
    """conv, norm, scale and shift by t, SiLU, conv, norm, SiLU, + input."""

    def __init__(self, inputs: int, outputs: int, configuration: LucidrainsConfiguration) -> None:
        super().__init__()
        self.time = nn.Linear(4 * configuration.channels, 2 * outputs)
        self.conv_in = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm_in = _norm(outputs, configuration)
        self.conv_out = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.norm_out = _norm(outputs, configuration)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """x: (B, inputs, H, W); time: (B or 1, 4 channels), already activated."""
        scale, shift = self.time(time)[:, :, None, None].chunk(2, dim=1)
        h = functional.silu(self.norm_in(self.conv_in(x)) * (scale + 1) + shift)
        h = functional.silu(self.norm_out(self.conv_out(h)))
        result: Tensor = h + self.shortcut(x)
        return result


class RmsNorm(nn.Module):
    """Each position's channels divided by their root mean square, then scaled per channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, channels, H, W); returns the same shape."""
        scale = self.weight * math.sqrt(len(self.weight))
        return functional.normalize(x, dim=1) * scale[:, None, None]


def _norm(channels: int, configuration: LucidrainsConfiguration) -> nn.Module:
    groups = configuration.norm_groups
    return RmsNorm(channels) if groups is None else nn.GroupNorm(groups, channels)


class _Attention(nn.Module, ABC):
    """What linear and full attention share: queries, and keys and values with the memories first."""

    def __init__(self, channels: int, level: int, configuration: LucidrainsConfiguration) -> None:
        super().__init__()
        heads, width = configuration.level_heads[level], configuration.level_head_widths[level]
        self.norm = RmsNorm(channels)
        self.memory = nn.Parameter(torch.randn(2, heads, width, _MEMORIES))
        self.query_key_value = nn.Conv2d(channels, 3 * heads * width, 1, bias=False)
        self.projection: nn.Module = nn.Conv2d(heads * width, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, channels, H, W); returns x and what it attends to, of the same shape."""
        packed = self.query_key_value(self.norm(x)).flatten(2)
        query, key, value = (
            part.unflatten(1, self.memory.shape[1:3]) for part in packed.chunk(3, dim=1)
        )  # each (B, heads, width, H W)
        key, value = (
            torch.cat((memory.expand(len(x), -1, -1, -1), each), dim=3)
            for memory, each in zip(self.memory, (key, value), strict=True)
        )
        attended = self.attended(query, key, value).flatten(1, 2).unflatten(2, x.shape[2:])
        result: Tensor = x + self.projection(attended)
        return result

    @abstractmethod
    def attended(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """(B, heads, width, H W) of such queries, and keys and values of H W + 4 positions."""


class FullAttention(_Attention):
    """Scaled dot-product attention over all positions, + input."""

    def attended(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """softmax(Q K' / sqrt(width)) V."""
        query, key, value = (each.transpose(2, 3).contiguous() for each in (query, key, value))
        return functional.scaled_dot_product_attention(query, key, value).transpose(2, 3)


class LinearAttention(_Attention):
    """Attention whose cost grows with the positions, not with their square, + input."""

    def __init__(self, channels: int, level: int, configuration: LucidrainsConfiguration) -> None:
        super().__init__(channels, level, configuration)
        self.projection = nn.Sequential(self.projection, RmsNorm(channels))

    def attended(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """softmax(Q) (softmax(K)' V) / sqrt(width): over the width of Q, the positions of K."""
        context = value @ key.softmax(dim=3).transpose(2, 3)  # (B, heads, width, width)
        return context @ (query.softmax(dim=2) * query.shape[2] ** -0.5)


def sines(t: Tensor, count: int, base: float) -> Tensor:
    """[sin(t w_0) …, cos(t w_0) …], w_i = base^(-i / (count / 2 - 1)), (B, count) of t (B,).

    As :func:`~ddpm_studio.networks.time_embedding.sinusoidal_features`, but the frequencies are
    rounded in the order of that project's code: at t = 1000 another order is 6e-5 off.
    """
    half = count // 2
    frequencies = torch.exp(torch.arange(half, device=t.device) * -(math.log(base) / (half - 1)))
    angles = t[:, None] * frequencies
    return torch.cat((angles.sin(), angles.cos()), dim=1)
