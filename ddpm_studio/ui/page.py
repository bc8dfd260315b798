"""The two pages of the window."""

from __future__ import annotations

from enum import IntEnum


class Page(IntEnum):
    """In the order of the switch."""

    LOOK = 0
    TRAIN = 1
