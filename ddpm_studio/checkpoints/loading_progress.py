"""How much of a model's weights has been read; without torch, so that a window may know it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadingProgress:
    """``done`` bytes of ``total`` are read: of the file, or of the tensors in it that are needed."""

    done: int
    total: int
