"""The first half of the U-Net, from the image down to the middle; a noisy classifier has it, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.time_embedding import sinusoidal_features
from ddpm_studio.networks.unet_blocks import ResidualBlock, Stage, shrinking


@dataclass(frozen=True, eq=False)
class Encoded:
    """What an image becomes on its way down.

    middle  (B, C, H, W) at the coarsest level
    skips   what came out of the stem, of every block and of every step between two levels
    time    features of t and the label, activated, (B or 1, time_width)
    """

    middle: Tensor
    skips: list[Tensor]
    time: Tensor


class UNetEncoder(nn.Module):
    """The layers up to the middle; what a subclass adds comes after them."""

    def __init__(self, configuration: UNetConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        features = configuration.time_features
        self.time_width = 4 * features
        self.time = nn.Sequential(
            nn.Linear(features, self.time_width),
            nn.SiLU(),
            nn.Linear(self.time_width, self.time_width),
        )
        if configuration.time_rows is not None:
            self.time_table = nn.Embedding(configuration.time_rows, features)
        if configuration.classes is not None:
            self.label = nn.Embedding(configuration.classes, self.time_width)
        width = configuration.stem_width
        self.stem = nn.Conv2d(configuration.image_channels, width, 3, padding=1)
        self.skip_widths = self._build_down(width)
        width = configuration.level_widths[-1]
        self.middle = nn.ModuleList(
            [
                Stage(width, width, self.time_width, True, configuration),
                Stage(width, width, self.time_width, False, configuration),
            ]
        )

    def _build_down(self, width: int) -> tuple[int, ...]:
        """Levels from full resolution to the coarsest; returns the skips' widths."""
        configuration = self.configuration
        self.down = nn.ModuleList()
        self.shrink = nn.ModuleList()
        skips = [width]
        sizes = configuration.level_sizes
        for size, outputs in zip(sizes, configuration.level_widths, strict=True):
            stages = nn.ModuleList()
            for _ in range(configuration.blocks_per_level):
                attend = size in configuration.attention_sizes
                stages.append(Stage(width, outputs, self.time_width, attend, configuration))
                width = outputs
                skips.append(width)
            self.down.append(stages)
            if size != sizes[-1]:
                self.shrink.append(shrinking(width, self.time_width, configuration))
                skips.append(width)
        return tuple(skips)

    def encode(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Encoded:
        """x: (B, channels, H, W); t and label: (B,) or (1,), t from 1 to T."""
        time = self._activated_time(t, label)
        x = self.stem(x)
        skips = [x]
        for level, stages in enumerate(self.down):
            for stage in cast(nn.ModuleList, stages):
                x = stage(x, time)
                skips.append(x)
            if level < len(self.shrink):
                x = joined(self.shrink[level], x, time)
                skips.append(x)
        for stage in self.middle:
            x = stage(x, time)
        return Encoded(x, skips, time)

    def _activated_time(self, t: Tensor, label: Tensor | None) -> Tensor:
        """What every block is given of t, (B or 1, time_width)."""
        return functional.silu(self._time_and_label(t, label))

    def _time_and_label(self, t: Tensor, label: Tensor | None) -> Tensor:
        """(B or 1, time_width), not activated yet."""
        configuration = self.configuration
        # The features are exact; what comes after them may be rounded, as its weights are.
        time: Tensor = self.time(self._time_features(t).to(self.stem.weight.dtype))
        if configuration.classes is None:
            return time
        if label is None:
            raise ValueError("This network was made for classes: it needs a label.")
        return time + self.label(label)

    def _time_features(self, t: Tensor) -> Tensor:
        """(B or 1, time_features): sines and cosines, or what the table holds."""
        configuration = self.configuration
        # Foreign code counts t from 0; so does the embedding here, to stay comparable with it.
        if configuration.time_rows is not None:
            row: Tensor = self.time_table(t - 1)
            return row
        return sinusoidal_features(
            (t - 1) * configuration.time_scale,
            configuration.time_features,
            order=configuration.time_order,
            shift=configuration.time_shift,
            formula=configuration.time_formula,
        )


def joined(layer: nn.Module, x: Tensor, time: Tensor) -> Tensor:
    """What joins two levels, which may be a block that is given t."""
    result: Tensor = layer(x, time) if isinstance(layer, ResidualBlock) else layer(x)
    return result
