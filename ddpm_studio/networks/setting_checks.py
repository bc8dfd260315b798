"""What a single setting of a network must be, said in a sentence where it is not."""

from __future__ import annotations

from ddpm_studio.explained_error import ExplainedError, brief


class NetworkConfigurationError(ExplainedError, ValueError):
    """A network that cannot be built; the message says which number is wrong."""


def require_integer(name: str, value: object, low: int, high: int) -> None:
    """Raises NetworkConfigurationError unless ``value`` is an int from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise NetworkConfigurationError(
            "{name} must be a whole number from {low} to {high}, not {value}.",
            name=name,
            low=low,
            high=high,
            value=brief(repr(value)),
        )


def require_size_of_levels(image_size: int, levels: int) -> None:
    """Raises NetworkConfigurationError unless each level but the last can halve the images."""
    factor = 2 ** (levels - 1)
    if image_size % factor:
        raise NetworkConfigurationError(
            "For {levels} levels image_size must be a multiple of {factor}, not {image_size}.",
            levels=levels,
            factor=factor,
            image_size=image_size,
        )


def require_choice(name: str, value: object, allowed: tuple[object, ...]) -> None:
    """Raises NetworkConfigurationError unless ``value`` is one of ``allowed``."""
    if value not in allowed or (allowed == (False, True) and not isinstance(value, bool)):
        raise NetworkConfigurationError(
            "{name} must be one of {allowed}, not {value}.",
            name=name,
            allowed=", ".join(map(str, allowed)),
            value=brief(repr(value)),
        )


def require_positive(name: str, value: object, high: float) -> None:
    """Raises NetworkConfigurationError unless ``value`` is a number above 0, at most ``high``."""
    is_in_range = isinstance(value, (int, float)) and 0.0 < value <= high
    if isinstance(value, bool) or not is_in_range:
        raise NetworkConfigurationError(
            "{name} must be above 0 and at most {high:g}, not {value}.",
            name=name,
            high=high,
            value=brief(repr(value)),
        )
