"""The U-Net of the DDPM paper (appendix B): ResNet blocks, group norm, self-attention.

With the paper's CIFAR-10 numbers it has the paper's 35.7 million parameters; with the variations of
its configuration it is the network of the projects that came after.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.unet_blocks import Stage, growing, zeroed
from ddpm_studio.networks.unet_encoder import UNetEncoder, joined


class UNet(UNetEncoder):
    """(x_t, t) -> prediction, (B, channels, H, W), or twice the channels with a learned range."""

    def __init__(self, configuration: UNetConfiguration) -> None:
        super().__init__(configuration)
        width = self._build_up()
        self.head_norm = nn.GroupNorm(configuration.norm_groups, width, configuration.norm_epsilon)
        self.head = zeroed(nn.Conv2d(width, configuration.output_channels, 3, padding=1))

    def _build_up(self) -> int:
        """Levels from the coarsest up, each block with one skip beside its input; the last width."""
        configuration = self.configuration
        self.up = nn.ModuleList()
        self.grow = nn.ModuleList()
        skips = list(self.skip_widths)
        levels = list(zip(configuration.level_sizes, configuration.level_widths, strict=True))
        width = configuration.level_widths[-1]
        for size, outputs in reversed(levels):
            stages = nn.ModuleList()
            for _ in range(configuration.blocks_per_level + 1):
                attend = size in configuration.attention_sizes
                inputs = width + skips.pop()
                stages.append(Stage(inputs, outputs, self.time_width, attend, configuration))
                width = outputs
            self.up.append(stages)
            if size != configuration.image_size:
                self.grow.append(growing(width, self.time_width, configuration))
        return width

    def forward(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
        """x: (B, channels, H, W); t and label: (B,) or (1,), t from 1 to T.

        ``label``, from 0 to classes - 1, is needed where the network was made for classes.
        """
        encoded = self.encode(x, t, label)
        x, skips, time = encoded.middle, encoded.skips, encoded.time
        for level, stages in enumerate(self.up):
            for stage in cast(nn.ModuleList, stages):
                x = stage(torch.cat((x, skips.pop()), dim=1), time)
            if level < len(self.grow):
                x = joined(self.grow[level], x, time)
        result: Tensor = self.head(functional.silu(self.head_norm(x)))
        return result
