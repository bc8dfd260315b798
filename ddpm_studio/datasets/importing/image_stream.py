"""Images that come one block after the other, all of one kind, from whatever kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ddpm_studio.datasets.importing.image_folder import pixels_of
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.import_progress import (
    ImportProgress,
    ImportResult,
    ImportWork,
    Stage,
)
from ddpm_studio.datasets.importing.picture_file import framed
from ddpm_studio.datasets.importing.set_writer import written_set
from ddpm_studio.datasets.set_description import (
    MAX_CLASSES,
    MAX_SIDE,
    MIN_SIDE,
    DataSetError,
    SetDescription,
)
from ddpm_studio.explained_error import ExplainedError

BLOCK_BYTES = 1 << 20
_READ_AT_ONCE = 1 << 20

Block = tuple[NDArray[np.uint8], NDArray[np.integer] | None]


@dataclass(frozen=True)
class ImageStream:
    """What a reader found in a file before it took any memory.

    shape     (channels, height, width) of an image
    count     of images, of which the last ``held_out`` are those that the source keeps for tests;
              0 where it keeps none
    blocks    the images in order, uint8 (n, C, H, W), with their labels where there are classes.
              Raises DataSetError for what turns out to be wrong
    classes   names of the labels; None where their number shows only when all were read
    """

    source: Path
    shape: tuple[int, int, int]
    count: int
    blocks: Callable[[], Iterator[Block]]
    held_out: int = 0
    classes: tuple[str, ...] | None = ()
    licence: str = ""
    assumption: ExplainedError | None = None


def import_stream(stream: ImageStream, choices: ImportChoices, cache: Path) -> ImportWork:
    """Write all images of a stream; raises DataSetError."""
    require_sides(stream)
    shape = _target_shape(stream, choices)
    about = _description(stream, choices, shape)
    labels: list[NDArray[np.integer]] = []
    with written_set(cache, choices.name, stream.count, shape) as writer:
        for images, of_block in stream.blocks():
            writer.add(fitted(images, stream, choices))
            if of_block is not None:
                labels.append(of_block)
            yield ImportProgress(Stage.IMPORTING, writer.count, stream.count)
        every = np.concatenate(labels) if labels else None
        if every is not None:
            about = replace(about, classes=_named(every, stream))
        about = writer.finish(every, about)
    return ImportResult(about, assumption=stream.assumption)


def require_sides(stream: ImageStream) -> None:
    """Raises DataSetError for images of a size that is not possible here, or where there are none."""
    if stream.count == 0:
        raise DataSetError("There is no image in “{source}”.", source=stream.source)
    channels, *sides = stream.shape
    if channels not in (1, 3) or not all(MIN_SIDE <= side <= MAX_SIDE for side in sides):
        raise DataSetError(
            "“{source}” holds images of {height} × {width} pixels with {channels} channels: from {low} "
            "to {high} pixels a side, and 1 or 3 channels, are possible.",
            source=stream.source,
            height=f"{sides[0]:,}",
            width=f"{sides[1]:,}",
            channels=f"{channels:,}",
            low=MIN_SIDE,
            high=MAX_SIDE,
        )


def _target_shape(stream: ImageStream, choices: ImportChoices) -> tuple[int, int, int]:
    channels, height, width = stream.shape
    if choices.grey is not None:
        channels = 1 if choices.grey else 3
    size = choices.size or min(height, width)
    return (channels, size, size)


def _description(
    stream: ImageStream, choices: ImportChoices, shape: tuple[int, int, int]
) -> SetDescription:
    has_kept_size = shape[1:] == stream.shape[1:]
    return SetDescription(
        name=choices.name,
        shape=shape,
        count=stream.count,
        held_out=stream.held_out,
        is_own_split=stream.held_out > 0,
        classes=stream.classes or (),
        flips=choices.flips,
        source=str(stream.source),
        licence=choices.licence or stream.licence,
        framing="" if has_kept_size else choices.framing.value,
        sha256="",
    )


def fitted(
    images: NDArray[np.uint8], stream: ImageStream, choices: ImportChoices
) -> NDArray[np.uint8]:
    """Images of a stream as they were chosen to be, uint8 (n, C, H, W)."""
    shape = _target_shape(stream, choices)
    if images.shape[1:] == shape:
        return images
    grey = shape[0] == 1
    return np.stack([_refit(each, shape[1], choices, grey=grey) for each in images])


def _refit(
    image: NDArray[np.uint8], size: int, choices: ImportChoices, *, grey: bool
) -> NDArray[np.uint8]:
    return pixels_of(framed(as_picture(image), size, choices.framing), grey=grey)


def as_picture(image: NDArray[np.uint8]) -> Image.Image:
    """uint8 (C, H, W) as a picture of "L" or "RGB"."""
    plain = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
    return Image.fromarray(np.ascontiguousarray(plain))


def _named(labels: NDArray[np.integer], stream: ImageStream) -> tuple[str, ...]:
    low, high = int(labels.min()), int(labels.max())
    known = stream.classes
    most = MAX_CLASSES if known is None else len(known)
    if low < 0 or high >= most:
        raise DataSetError(
            "The labels in “{source}” are from {low} to {high}, and should be from 0 to {most}.",
            source=stream.source,
            low=low,
            high=high,
            most=most - 1,
        )
    return known if known is not None else tuple(map(str, range(high + 1)))


def read_exactly(file: BinaryIO, byte_count: int, source: Path) -> bytes:
    """The next bytes, a part at a time: a file that promises more than it has takes no memory.

    Raises DataSetError where it ends before.
    """
    parts, missing = [], byte_count
    while missing > 0:
        part = file.read(min(missing, _READ_AT_ONCE))
        if not part:
            raise too_short(source)
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def too_short(source: Path) -> DataSetError:
    return DataSetError(
        "“{source}” ends too early: it is cut short, so get it again.", source=source
    )
