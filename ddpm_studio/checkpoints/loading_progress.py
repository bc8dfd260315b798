"""How much of a model's weights has been read; without torch, so that a window may know it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadingProgress:
    """So many bytes of the file's ``total`` are read."""

    done: int
    total: int
