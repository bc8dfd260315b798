"""The numbers from which the U-Net of denoising-diffusion-pytorch is rebuilt exactly; free of torch."""

from __future__ import annotations

from dataclasses import dataclass

from ddpm_studio.networks.setting_checks import (
    NetworkConfigurationError,
    require_choice,
    require_integer,
    require_positive,
    require_size_of_levels,
)


@dataclass(frozen=True)
class LucidrainsConfiguration:
    """The U-Net of lucidrains' denoising-diffusion-pytorch, from its version 1.9 on.

    image_size            height = width of the images, divisible by 2^(levels - 1)
    image_channels        1 for grey, 3 for RGB
    channels              the unit of all widths, and how many sines and cosines stand for t
    stem_channels         feature maps of the first convolution, and of the first level's blocks
    channel_multipliers   one for each level: the feature maps that it hands on, in ``channels``
    full_attention        for each level whether its attention is full; else it is linear
    level_heads           heads of attention in each level; the middle has those of the last
    level_head_widths     how wide each of them is
    norm_groups           groups of the blocks' group normalisation; None for RMS norms, as from
                          its version 2.0 on
    time_base             the slowest sine of t has the frequency 1 / time_base
    self_condition        the network also sees the x_0 that it predicted a step before (Chen et al.
                          2023, "Analog Bits")
    learned_range         the output has twice the channels; the second half is the share of the
                          variance between beta_tilde_t (-1) and beta_t (1)
    """

    image_size: int
    image_channels: int
    channels: int
    stem_channels: int
    channel_multipliers: tuple[int, ...]
    full_attention: tuple[bool, ...]
    level_heads: tuple[int, ...]
    level_head_widths: tuple[int, ...]
    norm_groups: int | None = None
    time_base: float = 10_000.0
    self_condition: bool = False
    learned_range: bool = False

    def __post_init__(self) -> None:
        require_integer("image_size", self.image_size, 1, 1024)
        require_integer("image_channels", self.image_channels, 1, 16)
        require_integer("channels", self.channels, 4, 1024)
        require_integer("stem_channels", self.stem_channels, 1, 4096)
        if self.channels % 2:
            raise NetworkConfigurationError(
                "{count} sines and cosines of t are no whole pairs.", count=self.channels
            )
        self._check_levels()
        self._check_norm_groups()
        require_positive("time_base", self.time_base, 1e9)
        require_choice("self_condition", self.self_condition, (False, True))
        require_choice("learned_range", self.learned_range, (False, True))

    def _check_levels(self) -> None:
        levels = len(self.channel_multipliers)
        if not 1 <= levels <= 8:
            raise NetworkConfigurationError("A U-Net has from 1 to 8 levels.")
        for name in ("full_attention", "level_heads", "level_head_widths"):
            if len(getattr(self, name)) != levels:
                raise NetworkConfigurationError(
                    "{name} must have one entry for each of the {levels} levels.",
                    name=name,
                    levels=levels,
                )
        for i in range(levels):
            require_integer("channel multiplier", self.channel_multipliers[i], 1, 64)
            require_choice("full_attention", self.full_attention[i], (False, True))
            require_integer("level_heads", self.level_heads[i], 1, 1024)
            require_integer("level_head_widths", self.level_head_widths[i], 1, 4096)
        require_size_of_levels(self.image_size, levels)

    def _check_norm_groups(self) -> None:
        if self.norm_groups is None:
            return
        require_integer("norm_groups", self.norm_groups, 1, 1024)
        for width in self.widths:
            if width % self.norm_groups:
                raise NetworkConfigurationError(
                    "{channels} channels cannot be shared out among {norm_groups} groups.",
                    channels=width,
                    norm_groups=self.norm_groups,
                )

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, (channels, height, width)."""
        return (self.image_channels, self.image_size, self.image_size)

    @property
    def input_channels(self) -> int:
        """Channels of what the first convolution sees: with self-conditioning two images."""
        return self.image_channels * (2 if self.self_condition else 1)

    @property
    def output_channels(self) -> int:
        """Channels of the prediction: twice the image's where the variance is learned, too."""
        return self.image_channels * (2 if self.learned_range else 1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Feature maps of the stem, and of what each level hands on."""
        return (self.stem_channels, *(self.channels * m for m in self.channel_multipliers))
