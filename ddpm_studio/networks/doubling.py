"""Doubled pixels, convolved: the layer that leads from one level of a U-Net to one twice as large."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_WORTH_FOLDING = 512  # positions of a batch: with fewer, the folding costs more than it saves


def double_pixels(x: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, C, 2 H, 2 W): each pixel becomes four."""
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


class DoublingConvolution(nn.Conv2d):
    """A convolution of 3×3 over doubled pixels.

    Of the nine pixels that it sees, at most four differ. On a CPU the weights that meet the same
    pixel are added first: four kernels of 2×2, one for each place in the doubled pixel, take 4/9 of
    the multiplications. The sum is the same but for rounding (Shi et al. 2016, "sub-pixel").
    """

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W) -> (B, C, 2 H, 2 W)."""
        positions = len(x) * x.shape[2] * x.shape[3]
        if x.device.type != "cpu" or positions < _WORTH_FOLDING:
            return super().forward(double_pixels(x))
        batch, _, height, width = x.shape
        bias = None if self.bias is None else self.bias.repeat_interleave(4)
        # Each place sees its 2×2 pixels from a row and column of zeros further up or down.
        y = functional.conv2d(x, folded(self.weight), bias, padding=1)
        y = y.reshape(batch, -1, 2, 2, height + 1, width + 1)
        rows = [
            torch.stack(
                [y[:, :, i, j, i : i + height, j : j + width] for j in range(2)],
                dim=-1,
            )
            for i in range(2)
        ]  # each (B, C, H, W, 2)
        return torch.stack(rows, dim=3).reshape(batch, -1, 2 * height, 2 * width)


def folded(weight: Tensor) -> Tensor:
    """(outputs, inputs, 3, 3) -> (4 outputs, inputs, 2, 2); output 4 o + 2 i + j is at place (i, j)."""
    of_columns = _folded_last(weight).movedim(2, -1)  # (outputs, inputs, j, 2, 3)
    of_both = _folded_last(of_columns)  # (outputs, inputs, j, 2, i, 2)
    return of_both.permute(0, 4, 2, 1, 5, 3).flatten(0, 2)


def _folded_last(weight: Tensor) -> Tensor:
    """(…, 3) -> (…, 2, 2): by place, the weights of the pixel before and of the one after."""
    first, middle, last = weight.unbind(-1)
    even = torch.stack((first, middle + last), dim=-1)
    odd = torch.stack((first + middle, last), dim=-1)
    return torch.stack((even, odd), dim=-2)
