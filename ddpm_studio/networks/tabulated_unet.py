"""A U-Net that has worked out for every t, once, what its blocks make of t."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ddpm_studio.networks.unet import UNet
from ddpm_studio.networks.unet_blocks import ResidualBlock

_MOST_BYTES = 64_000_000  # of the paper's network with T = 1000 it is a third of that


class TabulatedUNet(UNet):
    """Its blocks look up a row of their table for t, in place of a product with its features."""

    def _activated_time(self, t: Tensor, _label: Tensor | None) -> Tensor:
        """The row, (1,); blocks have a table where others have a layer."""
        return t - 1


def tabulate_time(network: UNet, T: int) -> None:
    """Turn ``network`` into a TabulatedUNet for t = 1 … T, which shares no state with others.

    Left as it is where labels have a say, or the tables would be large.
    """
    blocks = [each for each in network.modules() if isinstance(each, ResidualBlock)]
    numbers = T * sum(block.time.out_features for block in blocks)
    too_large = numbers * network.stem.weight.element_size() > _MOST_BYTES
    if network.configuration.classes is not None or too_large:
        return
    time = network._activated_time(torch.arange(1, T + 1), None)  # (T, time_width)
    for block in blocks:
        block.time = nn.Embedding.from_pretrained(block.time(time))
    network.__class__ = TabulatedUNet  # a copy of the whole network would take its memory again
