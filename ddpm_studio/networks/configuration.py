"""The numbers from which a network is rebuilt exactly; checked, and free of torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from ddpm_studio.explained_error import ExplainedError, brief


class NetworkConfigurationError(ExplainedError, ValueError):
    """A network that cannot be built; the message says which number is wrong."""


def _require_integer(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise NetworkConfigurationError(
            "{name} must be a whole number from {low} to {high}, not {value}.",
            name=name,
            low=low,
            high=high,
            value=brief(repr(value)),
        )


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
        _require_integer("dimension", self.dimension, 1, 64)
        _require_integer("width", self.width, 1, 4096)
        _require_integer("depth", self.depth, 1, 32)
        _require_integer("time_features", self.time_features, 2, 1024)
        if self.time_features % 2:
            raise NetworkConfigurationError("time_features must be even.")

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, (D,)."""
        return (self.dimension,)


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
    """

    image_size: int
    image_channels: int
    channels: int = 128
    channel_multipliers: tuple[int, ...] = (1, 2, 2, 2)
    blocks_per_level: int = 2
    attention_sizes: tuple[int, ...] = (16,)
    dropout: float = 0.1
    norm_groups: int = 32

    def __post_init__(self) -> None:
        _require_integer("image_size", self.image_size, 1, 1024)
        _require_integer("image_channels", self.image_channels, 1, 16)
        _require_integer("channels", self.channels, 2, 1024)
        _require_integer("blocks_per_level", self.blocks_per_level, 1, 8)
        _require_integer("norm_groups", self.norm_groups, 1, 1024)
        self._check_levels()
        if not isinstance(self.dropout, (int, float)) or not 0.0 <= self.dropout < 1.0:
            raise NetworkConfigurationError(
                "dropout must be at least 0 and under 1, not {dropout}.",
                dropout=brief(repr(self.dropout)),
            )

    def _check_levels(self) -> None:
        halvings = len(self.channel_multipliers) - 1
        if not 0 <= halvings <= 7:
            raise NetworkConfigurationError("A U-Net has from 1 to 8 levels.")
        for multiplier in self.channel_multipliers:
            _require_integer("channel multiplier", multiplier, 1, 16)
        for size in self.attention_sizes:
            _require_integer("attention size", size, 1, 1024)
        if self.image_size % 2**halvings:
            raise NetworkConfigurationError(
                "image_size {image_size} cannot be halved {times} times.",
                image_size=self.image_size,
                times=halvings,
            )
        if self.channels % self.norm_groups or self.channels % 2:
            raise NetworkConfigurationError(
                "channels {channels} must be even and divisible by norm_groups {norm_groups}.",
                channels=self.channels,
                norm_groups=self.norm_groups,
            )

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, (channels, height, width)."""
        return (self.image_channels, self.image_size, self.image_size)

    @property
    def level_sizes(self) -> tuple[int, ...]:
        """Resolution of each level."""
        return tuple(self.image_size // 2**level for level in range(len(self.channel_multipliers)))


NetworkConfiguration = MlpConfiguration | UNetConfiguration
_KINDS: dict[str, type[MlpConfiguration] | type[UNetConfiguration]] = {
    "mlp": MlpConfiguration,
    "unet": UNetConfiguration,
}


def network_as_dict(configuration: NetworkConfiguration) -> dict[str, Any]:
    """Plain values for a checkpoint's metadata, with the network's ``kind``."""
    kind = next(name for name, cls in _KINDS.items() if isinstance(configuration, cls))
    return {"kind": kind, **asdict(configuration)}


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
    for name in ("channel_multipliers", "attention_sizes"):
        if name in given:
            if not isinstance(given[name], (list, tuple)):
                raise NetworkConfigurationError("{name} must be a list.", name=name)
            given[name] = tuple(given[name])
    try:
        return cls(**given)
    except TypeError as error:
        raise NetworkConfigurationError("A network setting is missing.") from error
