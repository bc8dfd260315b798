"""How images are brought to one size and kind: what a person chooses before an import."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ddpm_studio.datasets.set_description import MAX_SIDE, MIN_SIDE, DataSetError, require_name

DEFAULT_SIZE = 32


class Framing(StrEnum):
    """What becomes of an image that is not square."""

    CROP = "crop"  # the middle of the longer side stays
    STRETCH = "stretch"
    PAD = "pad"  # with black


@dataclass(frozen=True)
class ImportChoices:
    """Raises DataSetError.

    name     of the new data set
    size     side of the square images in pixels; None for that of the source, where all are square
    grey     one channel instead of three; None for what the source has
    framing  of images that are not square
    flips    a training may mirror images, left for right
    licence  what is known of who may use them
    """

    name: str
    size: int | None = None
    grey: bool | None = None
    framing: Framing = Framing.CROP
    flips: bool = False
    licence: str = ""

    def __post_init__(self) -> None:
        require_name(self.name)
        if self.size is not None and not MIN_SIDE <= self.size <= MAX_SIDE:
            raise DataSetError(
                "Images can have from {low} to {high} pixels a side, not {size}.",
                low=MIN_SIDE,
                high=MAX_SIDE,
                size=self.size,
            )
