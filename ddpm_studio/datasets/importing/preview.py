"""What an import would make of a source: how much there is, and what the first images would be."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.datasets.importing.image_folder import (
    FoundPictures,
    find_pictures,
    square_pixels,
)
from ddpm_studio.datasets.importing.image_stream import ImageStream, fitted, require_sides
from ddpm_studio.datasets.importing.import_choices import DEFAULT_SIZE, ImportChoices
from ddpm_studio.datasets.importing.importer import required_kind, stream_of
from ddpm_studio.datasets.importing.picture_file import PictureError
from ddpm_studio.datasets.recognition import DataKind
from ddpm_studio.datasets.set_description import DataSetError

PREVIEW_COUNT = 8
_MOST_TRIED = 40  # pictures, where many cannot be read

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Source:
    """A path that was looked into: a folder of pictures, or a file of images."""

    path: Path
    pictures: FoundPictures | None
    stream: ImageStream | None

    @property
    def count(self) -> int:
        """Of images, readable or not."""
        if self.pictures is not None:
            return len(self.pictures.paths)
        return self.stream.count if self.stream else 0

    @property
    def classes(self) -> tuple[str, ...] | None:
        """Names; empty where there are none, None where they are known after the import."""
        if self.pictures is not None:
            return self.pictures.classes
        return self.stream.classes if self.stream else ()

    @property
    def shape(self) -> tuple[int, int, int] | None:
        """(C, H, W) of all images; None where each picture has its own."""
        return self.stream.shape if self.stream else None


def look_into(path: Path) -> Source:
    """Reads names and headers. Raises DataSetError where nothing in it can be imported."""
    kind = required_kind(path)
    if kind is DataKind.FOLDER:
        return Source(path, find_pictures(path), None)
    stream = stream_of(path, kind)
    require_sides(stream)
    return Source(path, None, stream)


def preview(source: Source, choices: ImportChoices) -> Generator[None, None, tuple[Image, ...]]:
    """The first images that an import would write, uint8 (H, W, 3); yields after each.

    Of a folder they are spread over all of it. Raises DataSetError.
    """
    images: list[Image] = []
    for image in islice(_images(source, choices), PREVIEW_COUNT):
        images.append(_seen(image))
        yield
    if not images:
        raise DataSetError(
            "None of the pictures in “{folder}” that were tried can be read.", folder=source.path
        )
    return tuple(images)


def _images(source: Source, choices: ImportChoices) -> Iterator[Image]:
    if source.stream is not None:
        for block, _ in source.stream.blocks():
            yield from fitted(block[:PREVIEW_COUNT], source.stream, choices)
    for path in _spread(source.pictures.paths if source.pictures else ()):
        try:
            size = choices.size or DEFAULT_SIZE
            yield square_pixels(path, size, choices.framing, grey=bool(choices.grey))
        except PictureError:
            continue  # the import says why


def _spread(paths: tuple[Path, ...]) -> list[Path]:
    """Some of them from everywhere: first as many as are shown, then what may stand in for them."""
    chosen = {
        paths[number * len(paths) // count]: None
        for count in (min(len(paths), PREVIEW_COUNT), min(len(paths), _MOST_TRIED))
        for number in range(count)
    }
    return list(chosen)


def _seen(image: Image) -> Image:
    """(C, H, W) as the screen wants it."""
    return np.ascontiguousarray(np.broadcast_to(image, (3, *image.shape[1:])).transpose(1, 2, 0))
