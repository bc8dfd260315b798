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
from ddpm_studio.networks.time_embedding import sinusoidal_features
from ddpm_studio.networks.unet_blocks import ResidualBlock, Stage, growing, shrinking, zeroed


class UNet(nn.Module):
    """(x_t, t) -> prediction, (B, channels, H, W), or twice the channels with a learned range."""

    def __init__(self, configuration: UNetConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        features = configuration.time_features
        time_width = 4 * features
        self.time = nn.Sequential(
            nn.Linear(features, time_width), nn.SiLU(), nn.Linear(time_width, time_width)
        )
        if configuration.classes is not None:
            self.label = nn.Embedding(configuration.classes, time_width)
        width = configuration.stem_width
        self.stem = nn.Conv2d(configuration.image_channels, width, 3, padding=1)
        skip_widths, width = self._build_down(width, time_width)
        self.middle = nn.ModuleList(
            [
                Stage(width, width, time_width, True, configuration),
                Stage(width, width, time_width, False, configuration),
            ]
        )
        width = self._build_up(skip_widths, width, time_width)
        self.head_norm = nn.GroupNorm(configuration.norm_groups, width, configuration.norm_epsilon)
        self.head = zeroed(nn.Conv2d(width, configuration.output_channels, 3, padding=1))

    def _build_down(self, width: int, time_width: int) -> tuple[list[int], int]:
        """Levels from full resolution to the coarsest; returns the skips' widths and the last."""
        configuration = self.configuration
        self.down = nn.ModuleList()
        self.shrink = nn.ModuleList()
        skips = [width]
        sizes = configuration.level_sizes
        for size, outputs in zip(sizes, configuration.level_widths, strict=True):
            stages = nn.ModuleList()
            for _ in range(configuration.blocks_per_level):
                attend = size in configuration.attention_sizes
                stages.append(Stage(width, outputs, time_width, attend, configuration))
                width = outputs
                skips.append(width)
            self.down.append(stages)
            if size != sizes[-1]:
                self.shrink.append(shrinking(width, time_width, configuration))
                skips.append(width)
        return skips, width

    def _build_up(self, skips: list[int], width: int, time_width: int) -> int:
        """Levels from the coarsest up, each block with one skip beside its input; the last width."""
        configuration = self.configuration
        self.up = nn.ModuleList()
        self.grow = nn.ModuleList()
        levels = list(zip(configuration.level_sizes, configuration.level_widths, strict=True))
        for size, outputs in reversed(levels):
            stages = nn.ModuleList()
            for _ in range(configuration.blocks_per_level + 1):
                attend = size in configuration.attention_sizes
                inputs = width + skips.pop()
                stages.append(Stage(inputs, outputs, time_width, attend, configuration))
                width = outputs
            self.up.append(stages)
            if size != configuration.image_size:
                self.grow.append(growing(width, time_width, configuration))
        return width

    def forward(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
        """x: (B, channels, H, W); t and label: (B,) or (1,), t from 1 to T.

        ``label``, from 0 to classes - 1, is needed where the network was made for classes.
        """
        time = functional.silu(self._time_and_label(t, label))
        x = self.stem(x)
        skips = [x]
        for level, stages in enumerate(self.down):
            for stage in cast(nn.ModuleList, stages):
                x = stage(x, time)
                skips.append(x)
            if level < len(self.shrink):
                x = _joined(self.shrink[level], x, time)
                skips.append(x)
        for stage in self.middle:
            x = stage(x, time)
        for level, stages in enumerate(self.up):
            for stage in cast(nn.ModuleList, stages):
                x = stage(torch.cat((x, skips.pop()), dim=1), time)
            if level < len(self.grow):
                x = _joined(self.grow[level], x, time)
        result: Tensor = self.head(functional.silu(self.head_norm(x)))
        return result

    def _time_and_label(self, t: Tensor, label: Tensor | None) -> Tensor:
        """(B or 1, time_width), not activated yet."""
        configuration = self.configuration
        # Foreign code counts t from 0; so does the embedding here, to stay comparable with it.
        features = sinusoidal_features(
            (t - 1) * configuration.time_scale,
            configuration.time_features,
            order=configuration.time_order,
            shift=configuration.time_shift,
        )
        time: Tensor = self.time(features)
        if configuration.classes is None:
            return time
        if label is None:
            raise ValueError("This network was made for classes: it needs a label.")
        return time + self.label(label)


def _joined(layer: nn.Module, x: Tensor, time: Tensor) -> Tensor:
    """What joins two levels, which may be a block that is given t."""
    joined: Tensor = layer(x, time) if isinstance(layer, ResidualBlock) else layer(x)
    return joined
