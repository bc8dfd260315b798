"""The numbers from which a noisy classifier is rebuilt exactly; checked, and free of torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ddpm_studio.networks.configuration import (
    UNetConfiguration,
    network_as_dict,
    network_from_dict,
)
from ddpm_studio.networks.setting_checks import (
    NetworkConfigurationError,
    require_choice,
    require_integer,
)


class Pooling(StrEnum):
    """How the features of all pixels become those of the image."""

    ATTENTION = "attention"  # the mean asks all pixels, as in CLIP
    AVERAGE = "average"
    ALL_LEVELS = "all-levels"  # means of every layer on the way down, through one more layer
    ALL_LEVELS_NORMED = "all-levels-normed"  # which is normalised


@dataclass(frozen=True)
class ClassifierConfiguration:
    """p(y | x_t): the way down of a U-Net, and a choice among classes.

    body          the U-Net whose first half it is; without classes of its own
    pooling       how pixels become one; attention has the body's width of heads
    classes       how many there are to choose among
    hidden_width  features of the one more layer, where all levels are pooled
    """

    body: UNetConfiguration
    pooling: str
    classes: int
    hidden_width: int = 2048

    def __post_init__(self) -> None:
        require_choice("pooling", self.pooling, tuple(Pooling))
        require_integer("classes", self.classes, 2, 1_000_000)
        require_integer("hidden_width", self.hidden_width, 1, 65_536)
        if self.pooling == Pooling.ALL_LEVELS_NORMED and self.hidden_width % self.body.norm_groups:
            raise NetworkConfigurationError(
                "hidden_width {width} must be divisible by norm_groups {groups}.",
                width=self.hidden_width,
                groups=self.body.norm_groups,
            )
        if self.body.classes is not None or self.body.learned_range:
            raise NetworkConfigurationError("A classifier knows neither a class nor a variance.")

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one image, (channels, height, width)."""
        return self.body.sample_shape

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a file's metadata."""
        return {**asdict(self), "body": network_as_dict(self.body)}


def classifier_from_dict(values: dict[str, Any]) -> ClassifierConfiguration:
    """The configuration behind its ``as_dict``. Raises NetworkConfigurationError."""
    body = values.get("body")
    found = network_from_dict(body) if isinstance(body, dict) else None
    if not isinstance(found, UNetConfiguration):
        raise NetworkConfigurationError("A network setting is missing.")
    try:
        return ClassifierConfiguration(**{**values, "body": found})
    except TypeError as error:
        raise NetworkConfigurationError("A network setting is missing.") from error
