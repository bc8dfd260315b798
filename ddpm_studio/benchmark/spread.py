"""Sums up many measurements: the machines are noisy, so medians and high percentiles, no means."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which ``percent`` (0 … 100) of the values lie, linear between neighbours.

    Raises ValueError without values.
    """
    if not values:
        raise ValueError("There is nothing measured.")
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def median(values: Sequence[float]) -> float:
    """The middle value. Raises ValueError without values."""
    return percentile(values, 50)
