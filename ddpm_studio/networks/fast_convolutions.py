"""Convolutions that give the same numbers faster, to rounding, for networks that only predict."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.networks.doubling import DoublingConvolution, folded


class SubPixelConvolution(nn.Module):
    """A DoublingConvolution whose weights are folded once and for all, one place after the other."""

    def __init__(self, convolution: DoublingConvolution) -> None:
        super().__init__()
        self.outputs = convolution.out_channels
        self.convolution = nn.Conv2d(convolution.in_channels, 4 * self.outputs, 2, padding=1)
        # (4 outputs, …), the place last -> the place first.
        weight = folded(convolution.weight.detach()).unflatten(0, (self.outputs, 4))
        weight = weight.transpose(0, 1).flatten(0, 1).contiguous()
        self.convolution.weight = nn.Parameter(weight, requires_grad=False)
        assert convolution.bias is not None
        bias = convolution.bias.detach().repeat(4)
        self.convolution.bias = nn.Parameter(bias, requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W) -> (B, outputs, 2 H, 2 W)."""
        batch, _, height, width = x.shape
        parts = self.convolution(x)  # (B, 4 outputs, H + 1, W + 1)
        is_last = parts.is_contiguous(memory_format=torch.channels_last)
        result = torch.empty(
            (batch, self.outputs, 2 * height, 2 * width),
            dtype=x.dtype,
            device=x.device,
            memory_format=torch.channels_last if is_last else torch.contiguous_format,
        )
        for place, part in enumerate(parts.chunk(4, dim=1)):
            row, column = divmod(place, 2)
            result[:, :, row::2, column::2] = part[
                :, :, row : row + height, column : column + width
            ]
        return result


class PackedConvolution(nn.Module):
    """A convolution on the CPU whose weights lie as its kernel wants them.

    torch puts them in order at each call, which for one image takes a third of the time. It needs
    two operators of torch's own compiler; where this torch lacks them, making it raises
    AttributeError or RuntimeError.
    """

    def __init__(self, convolution: nn.Conv2d, input_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.stride = list(convolution.stride)
        self.padding = [int(side) for side in convolution.padding]
        self.dilation = list(convolution.dilation)
        self.groups = convolution.groups
        self.bias = convolution.bias
        # torch describes this operator without its last argument.
        self.weight = torch._C._nn.mkldnn_reorder_conv2d_weight(  # type: ignore[call-arg]
            convolution.weight.detach().to_mkldnn(),
            self.padding,
            self.stride,
            self.dilation,
            self.groups,
            list(input_shape),
        )

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W)."""
        result: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x,
            self.weight,
            self.bias,
            self.padding,
            self.stride,
            self.dilation,
            self.groups,
            *("none", [], ""),
        )
        return result


class EndPaddedPackedConvolution(PackedConvolution):
    """The same, with a row of zeros below and a column of them at the right."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W)."""
        return super().forward(functional.pad(x, (0, 1, 0, 1)))
