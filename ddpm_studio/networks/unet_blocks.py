"""The parts of the U-Net: ResNet blocks, self-attention, and what joins two levels."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.networks.configuration import Resampling, UNetConfiguration
from ddpm_studio.networks.doubling import DoublingConvolution, double_pixels
from ddpm_studio.networks.dropout import Dropout

_MANY_POSITIONS = 64  # of attention; with fewer its weights are small, and plain products as fast
_MANY_POSITIONS_CPU = 256


class ResidualBlock(nn.Module):
    """norm, SiLU, conv, + time, norm, SiLU, dropout, conv, + input (Wide ResNet, pre-activated).

    With ``scale_shift`` the features of t scale and shift the second norm's output instead. With
    ``resample`` the image is halved or doubled before the first convolution, and so is the input.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        time_width: int,
        configuration: UNetConfiguration,
        resample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        groups, epsilon = configuration.norm_groups, configuration.norm_epsilon
        self.scale_shift = configuration.scale_shift
        self.resample = resample  # without parameters
        self.norm_in = nn.GroupNorm(groups, inputs, epsilon)
        self.conv_in = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(time_width, 2 * outputs if self.scale_shift else outputs)
        self.norm_out = nn.GroupNorm(groups, outputs, epsilon)
        self.dropout = Dropout(configuration.dropout)
        self.conv_out = zeroed(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """x: (B, inputs, H, W); time: (B or 1, time_width), already activated."""
        h = functional.silu(self.norm_in(x))
        if self.resample is not None:
            h, x = self.resample(h), self.resample(x)
        h = self.conv_in(h)
        of_time = self.time(time)[:, :, None, None]
        if self.scale_shift:
            scale, shift = of_time.chunk(2, dim=1)
            h = self.norm_out(h) * (1 + scale) + shift
        else:
            h = self.norm_out(h + of_time)
        h = self.conv_out(self.dropout(functional.silu(h)))
        result: Tensor = h + self.shortcut(x)
        return result


class SelfAttention(nn.Module):
    """Scaled dot-product attention over all positions, in one head or several, + input."""

    def __init__(self, channels: int, configuration: UNetConfiguration) -> None:
        super().__init__()
        self.heads = configuration.heads_of(channels)
        self.norm = nn.GroupNorm(configuration.norm_groups, channels, configuration.norm_epsilon)
        # Rows: the queries of all heads, then the keys, then the values.
        self.query_key_value = nn.Conv2d(channels, 3 * channels, 1)
        self.projection = zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W); returns the same shape."""
        batch, channels, height, width = x.shape
        packed = self.query_key_value(self.norm(x))
        # Heads are as good as samples: (B heads, 3, C / heads, H W).
        shape = (batch, 3, self.heads, channels // self.heads, height * width)
        packed = packed.reshape(shape).transpose(1, 2).flatten(0, 1)
        query, key, value = packed.transpose(2, 3).unbind(1)  # each (B heads, H W, C / heads)
        attended = _attended(query, key, value)
        result: Tensor = x + self.projection(
            attended.transpose(1, 2).reshape(batch, channels, height, width)
        )
        return result


def _attended(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Each (B heads, H W, C / heads), and so is the result."""
    positions, is_cpu = query.shape[1], query.device.type == "cpu"
    if is_cpu and positions <= _MANY_POSITIONS_CPU:
        return _plainly_attended(query, key, value)
    if positions < _MANY_POSITIONS:
        return functional.scaled_dot_product_attention(query, key, value)
    # torch has kernels that keep no (H W)^2 weights, for four dimensions without gaps.
    query, key, value = (each.contiguous()[:, None] for each in (query, key, value))
    return functional.scaled_dot_product_attention(query, key, value)[:, 0]


def _plainly_attended(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """The same: in bfloat16 twice as fast as torch's own on a CPU, and in float32 a little.

    The products are asked for in the order in which nothing has to be copied.
    """
    weights = torch.bmm(query * query.shape[2] ** -0.5, key.transpose(1, 2)).softmax(dim=2)
    return torch.bmm(value.transpose(1, 2), weights.transpose(1, 2)).transpose(1, 2)


class Stage(nn.Module):
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
        """x: (B, inputs, H, W); time as for the block."""
        x = self.block(x, time)
        return x if self.attention is None else self.attention(x)


class DoublePixels(nn.Module):
    """(B, C, H, W) -> (B, C, 2 H, 2 W): each pixel becomes four."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W)."""
        return double_pixels(x)


def shrinking(width: int, time_width: int, configuration: UNetConfiguration) -> nn.Module:
    """From one level to the next, half as large: a layer, or a ResNet block that is given t, too."""
    if configuration.resampling == Resampling.BLOCKS:
        return ResidualBlock(width, width, time_width, configuration, nn.AvgPool2d(2))
    if configuration.resampling == Resampling.AVERAGE:
        return nn.AvgPool2d(2)
    if configuration.resampling == Resampling.CONVOLUTION_END_PADDED:
        return EndPaddedConvolution(width, width, 3, stride=2)
    return nn.Conv2d(width, width, 3, stride=2, padding=1)


def growing(width: int, time_width: int, configuration: UNetConfiguration) -> nn.Module:
    """The same from one level to the one before, twice as large."""
    if configuration.resampling == Resampling.BLOCKS:
        return ResidualBlock(width, width, time_width, configuration, DoublePixels())
    if configuration.resampling == Resampling.AVERAGE:
        return DoublePixels()
    return DoublingConvolution(width, width, 3, padding=1)


class EndPaddedConvolution(nn.Conv2d):
    """A convolution that sees a row of zeros below and a column of them at the right."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W) -> (B, C, H / 2, W / 2)."""
        return super().forward(functional.pad(x, (0, 1, 0, 1)))


def zeroed(layer: nn.Conv2d) -> nn.Conv2d:
    """A layer that starts at zero, so that a fresh block is the identity (as in the paper's code)."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
