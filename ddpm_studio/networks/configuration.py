"""The numbers from which a network is rebuilt exactly; checked, and free of torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from ddpm_studio.diffusion.beta_curves import MAX_STEPS
from ddpm_studio.explained_error import brief
from ddpm_studio.networks.lucidrains_configuration import LucidrainsConfiguration
from ddpm_studio.networks.setting_checks import (
    NetworkConfigurationError,
    require_choice,
    require_integer,
    require_positive,
    require_size_of_levels,
)

__all__ = [
    "LucidrainsConfiguration",
    "MlpConfiguration",
    "NetworkConfiguration",
    "NetworkConfigurationError",
    "Resampling",
    "TimeOrder",
    "TrainableNetwork",
    "UNetConfiguration",
    "network_as_dict",
    "network_from_dict",
]


@dataclass(frozen=True)
class MlpConfiguration:
    """A multilayer perceptron for points.

    dimension      D, coordinates of a point
    width, depth   units of a hidden layer, and how many of them
    time_features  sines and cosines that stand for t
    """

    dimension: int
    width: int = 128
    depth: int = 3
    time_features: int = 64

    def __post_init__(self) -> None:
        require_integer("dimension", self.dimension, 1, 64)
        require_integer("width", self.width, 1, 4096)
        require_integer("depth", self.depth, 1, 32)
        require_integer("time_features", self.time_features, 2, 1024)
        if self.time_features % 2:
            raise NetworkConfigurationError("time_features must be even.")

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, (D,)."""
        return (self.dimension,)


class TimeOrder(StrEnum):
    """In which order the sines and cosines of t stand."""

    SIN_COS = "sin-cos"  # the DDPM paper's own code
    COS_SIN = "cos-sin"  # OpenAI's
    INTERLEAVED = "interleaved"  # sin, cos, sin, cos, …: pytorch-ddpm's formula
    TABLE = "table"  # any numbers, kept with the weights: pytorch-ddpm's, after averaging


class FrequencyFormula(StrEnum):
    """In which order the frequencies of t are computed in float32, with L = ln 10000, n = half - shift.

    The formulas differ by rounding alone; but at t = 1000 that is 1e-4 of a radian, and a large
    network makes an error of 1e-5 in epsilon of it.
    """

    RATIO_FIRST = "ratio-first"  # exp(-L (i / n)); for pytorch-ddpm and OpenAI, n is a power of 2
    PRODUCT_FIRST = "product-first"  # exp((-L i) / n): diffusers
    STEP_FIRST = "step-first"  # exp(-i (L / n)): the DDPM paper's own code and its translations


class Resampling(StrEnum):
    """How a level is followed by the next, on the way down and on the way up."""

    CONVOLUTION = "convolution"  # of stride 2; and doubled pixels, convolved
    CONVOLUTION_END_PADDED = "convolution-end-padded"  # zeros at the right and below alone
    AVERAGE = "average"  # of 2x2 pixels; and doubled pixels
    BLOCKS = "blocks"  # the same inside a ResNet block (Brock et al. 2019, BigGAN)


@dataclass(frozen=True)
class UNetConfiguration:
    """The U-Net of the DDPM paper (appendix B), from 8x8 digits up to its CIFAR-10 network.

    image_size            height = width of the images, divisible by 2^(levels - 1)
    image_channels        1 for grey, 3 for RGB
    channels              feature maps at full resolution
    channel_multipliers   one for each level; every level but the last is followed by a halving
    blocks_per_level      ResNet blocks a level on the way down (one more on the way up)
    attention_sizes       resolutions at which every block is followed by self-attention
    dropout               probability, inside each ResNet block
    norm_groups           groups of the group normalisation; divides every channel count

    The rest are the variations of later projects, by default the paper's own:

    norm_epsilon          added to the variance by the group normalisation
    time_order            how the sines and cosines of t are put together
    time_shift            0 or 1: their frequencies are 10000^(-i / (half - shift)), i < half
    time_formula          in which order they are computed
    time_scale            t - 1 is multiplied by it first (OpenAI's "rescale_timesteps": 1000 / T)
    time_channels         how many sines and cosines; None for ``channels``
    time_rows             rows of the table, one for each t, where ``time_order`` is "table"
    stem_channels         feature maps of the first convolution; None for ``channels``
    resampling            how levels are joined
    scale_shift           t scales and shifts the second normalisation of a block (Nichol & Dhariwal
                          2021, section 2.3) instead of shifting its input
    heads, head_width     of self-attention: their number, or else how wide each of them is
    learned_range         the output has twice the channels; the second half is the share of the
                          variance between beta_tilde_t (-1) and beta_t (1)
    classes               labels that condition the network; None for a network without
    """

    image_size: int
    image_channels: int
    channels: int = 128
    channel_multipliers: tuple[int, ...] = (1, 2, 2, 2)
    blocks_per_level: int = 2
    attention_sizes: tuple[int, ...] = (16,)
    dropout: float = 0.1
    norm_groups: int = 32
    norm_epsilon: float = 1e-5
    time_order: str = TimeOrder.SIN_COS
    time_shift: int = 1
    time_formula: str = FrequencyFormula.RATIO_FIRST
    time_scale: float = 1.0
    time_channels: int | None = None
    time_rows: int | None = None
    stem_channels: int | None = None
    resampling: str = Resampling.CONVOLUTION
    scale_shift: bool = False
    heads: int = 1
    head_width: int | None = None
    learned_range: bool = False
    classes: int | None = None

    def __post_init__(self) -> None:
        require_integer("image_size", self.image_size, 1, 1024)
        require_integer("image_channels", self.image_channels, 1, 16)
        require_integer("channels", self.channels, 2, 1024)
        require_integer("blocks_per_level", self.blocks_per_level, 1, 8)
        require_integer("norm_groups", self.norm_groups, 1, 1024)
        self._check_levels()
        if not isinstance(self.dropout, (int, float)) or not 0.0 <= self.dropout < 1.0:
            raise NetworkConfigurationError(
                "dropout must be at least 0 and under 1, not {dropout}.",
                dropout=brief(repr(self.dropout)),
            )
        self._check_variations()
        self._check_widths()

    def _check_variations(self) -> None:
        require_choice("time_order", self.time_order, tuple(TimeOrder))
        require_choice("time_formula", self.time_formula, tuple(FrequencyFormula))
        require_choice("resampling", self.resampling, tuple(Resampling))
        require_choice("scale_shift", self.scale_shift, (False, True))
        require_choice("learned_range", self.learned_range, (False, True))
        require_integer("time_shift", self.time_shift, 0, 1)
        require_integer("heads", self.heads, 1, 1024)
        if self.head_width is not None:
            require_integer("head_width", self.head_width, 1, 16_384)
        if self.classes is not None:
            require_integer("classes", self.classes, 1, 1_000_000)
        if self.time_order == TimeOrder.TABLE or self.time_rows is not None:
            self._check_table()
        require_positive("norm_epsilon", self.norm_epsilon, 1.0)
        require_positive("time_scale", self.time_scale, 1e6)

    def _check_table(self) -> None:
        require_choice("time_order", self.time_order, (str(TimeOrder.TABLE),))
        require_choice("time_scale", self.time_scale, (1.0,))
        require_integer("time_rows", self.time_rows, 1, MAX_STEPS)

    def _check_levels(self) -> None:
        halvings = len(self.channel_multipliers) - 1
        if not 0 <= halvings <= 7:
            raise NetworkConfigurationError("A U-Net has from 1 to 8 levels.")
        for multiplier in self.channel_multipliers:
            require_integer("channel multiplier", multiplier, 1, 16)
        for size in self.attention_sizes:
            require_integer("attention size", size, 1, 1024)
        require_size_of_levels(self.image_size, halvings + 1)

    def _check_widths(self) -> None:
        for name, optional in (
            ("time_channels", self.time_channels),
            ("stem_channels", self.stem_channels),
        ):
            if optional is not None:
                require_integer(name, optional, 2, 16_384)
        for width in (self.stem_width, *self.level_widths):
            if width % self.norm_groups or width % 2:
                raise NetworkConfigurationError(
                    "channels {channels} must be even and divisible by norm_groups {norm_groups}.",
                    channels=width,
                    norm_groups=self.norm_groups,
                )
            if width % (self.head_width or self.heads):
                raise NetworkConfigurationError(
                    "{channels} channels cannot be shared out among the heads of attention.",
                    channels=width,
                )
        if self.time_features % 2:
            raise NetworkConfigurationError(
                "{count} sines and cosines of t are no whole pairs.", count=self.time_features
            )

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, (channels, height, width)."""
        return (self.image_channels, self.image_size, self.image_size)

    @property
    def output_channels(self) -> int:
        """Channels of the prediction: twice the image's where the variance is learned, too."""
        return self.image_channels * (2 if self.learned_range else 1)

    @property
    def time_features(self) -> int:
        """How many sines and cosines stand for t."""
        return self.channels if self.time_channels is None else self.time_channels

    @property
    def stem_width(self) -> int:
        """Feature maps of the first convolution."""
        return self.channels if self.stem_channels is None else self.stem_channels

    @property
    def level_widths(self) -> tuple[int, ...]:
        """Feature maps of each level."""
        return tuple(self.channels * multiplier for multiplier in self.channel_multipliers)

    def heads_of(self, width: int) -> int:
        """How many heads attention over ``width`` feature maps has."""
        return self.heads if self.head_width is None else width // self.head_width

    @property
    def level_sizes(self) -> tuple[int, ...]:
        """Resolution of each level."""
        return tuple(self.image_size // 2**level for level in range(len(self.channel_multipliers)))


TrainableNetwork = MlpConfiguration | UNetConfiguration
"""What can be trained here."""

NetworkConfiguration = TrainableNetwork | LucidrainsConfiguration
"""What can be opened and sampled from."""


def class_count(network: NetworkConfiguration) -> int | None:
    """How many classes a network was made for; None for one without."""
    return network.classes if isinstance(network, UNetConfiguration) else None


_KINDS: dict[
    str, type[MlpConfiguration] | type[UNetConfiguration] | type[LucidrainsConfiguration]
] = {
    "mlp": MlpConfiguration,
    "unet": UNetConfiguration,
    "lucidrains-unet": LucidrainsConfiguration,
}

# Written even at their default: files from before the variations keep their bytes.
_ALWAYS_WRITTEN = {
    *(field.name for field in fields(MlpConfiguration)),
    *("image_size", "image_channels", "channels", "channel_multipliers", "blocks_per_level"),
    *("attention_sizes", "dropout", "norm_groups"),
}


def network_as_dict(configuration: NetworkConfiguration) -> dict[str, Any]:
    """Plain values for a checkpoint's metadata, with the network's ``kind``."""
    kind = next(name for name, cls in _KINDS.items() if isinstance(configuration, cls))
    defaults = {field.name: field.default for field in fields(configuration)}
    values = asdict(configuration)
    written = {
        name: value
        for name, value in values.items()
        if name in _ALWAYS_WRITTEN or value != defaults[name]
    }
    return {"kind": kind, **written}


def network_from_dict(values: dict[str, Any]) -> NetworkConfiguration:
    """The configuration behind :func:`network_as_dict`. Raises NetworkConfigurationError."""
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise NetworkConfigurationError("Unknown network {kind}.", kind=brief(repr(kind)))
    cls = _KINDS[kind]
    given = {name: value for name, value in values.items() if name != "kind"}
    unknown = set(given) - {field.name for field in fields(cls)}
    if unknown:
        raise NetworkConfigurationError(
            "Unknown network setting {names}.", names=brief(", ".join(sorted(unknown)))
        )
    lists = [field.name for field in fields(cls) if str(field.type).startswith("tuple")]
    for name in lists:
        if name in given:
            if not isinstance(given[name], (list, tuple)):
                raise NetworkConfigurationError("{name} must be a list.", name=name)
            given[name] = tuple(given[name])
    try:
        return cls(**given)
    except TypeError as error:
        raise NetworkConfigurationError("A network setting is missing.") from error
