"""Weights that are no numbers are refused as they are read, once: looking takes a tenth of a second."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.checkpoints.regular_file import ModelFileError

if TYPE_CHECKING:
    from torch import Tensor


def require_finite(weights: Tensor, path: Path) -> None:
    """Raises ModelFileError where one of the numbers, read from ``path``, is not finite."""
    if not weights.isfinite().all():
        raise ModelFileError(
            "{file} holds weights that are not finite (NaN or infinity).", file=path.name
        )
