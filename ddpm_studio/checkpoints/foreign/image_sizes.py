"""Sizes of images to choose from where a checkpoint does not say its own."""

from __future__ import annotations

COMMON_SIZES = (8, 16, 32, 64, 96, 128, 256, 512, 1024)
"""Pixels of a side."""


def possible_sizes(level_count: int) -> tuple[int, ...]:
    """Those that a network of so many levels can halve from each to the next."""
    return tuple(size for size in COMMON_SIZES if size % 2 ** (level_count - 1) == 0)


def guessed_size(level_count: int) -> int:
    """That of CIFAR-10, or the smallest that can be halved so often."""
    return max(32, 2 ** (level_count - 1))
