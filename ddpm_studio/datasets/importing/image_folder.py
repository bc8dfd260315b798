"""A folder of pictures, whose sub-folders are classes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ddpm_studio.datasets.importing.import_choices import DEFAULT_SIZE, Framing, ImportChoices
from ddpm_studio.datasets.importing.import_progress import (
    ImportProgress,
    ImportResult,
    ImportWork,
    Stage,
)
from ddpm_studio.datasets.importing.picture_file import (
    SUFFIXES,
    PictureError,
    framed,
    read_picture,
)
from ddpm_studio.datasets.importing.set_writer import written_set
from ddpm_studio.datasets.set_description import (
    MAX_CLASSES,
    MAX_COUNT,
    DataSetError,
    SetDescription,
)

MOST_REASONS = 50  # that are told one by one
_DEEPEST = 12


@dataclass(frozen=True)
class FoundPictures:
    """Files with the names of pictures, in a fixed order, and the class of each; no file was opened.

    ``classes`` is empty where fewer than two sub-folders hold pictures.
    """

    paths: tuple[Path, ...]
    labels: tuple[int, ...]
    classes: tuple[str, ...]


def find_pictures(folder: Path) -> FoundPictures:
    """All pictures in it, however deep; links to folders are not followed. Raises DataSetError."""
    found: list[tuple[str, Path]] = []
    for path in _files(folder):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            inside = path.relative_to(folder).parts
            found.append((inside[0] if len(inside) > 1 else "", path))
            if len(found) > MAX_COUNT:
                raise DataSetError(
                    "“{folder}” holds more than {most} pictures.",
                    folder=folder,
                    most=f"{MAX_COUNT:,}",
                )
    if not found:
        raise DataSetError(
            "There are no pictures in “{folder}”: PNG, JPEG, WebP, GIF, BMP, TIFF and PPM are read.",
            folder=folder,
        )
    classes = sorted({name for name, _ in found})
    if len(classes) < 2 or len(classes) > MAX_CLASSES:
        return FoundPictures(tuple(path for _, path in found), (), ())
    numbers = {name: number for number, name in enumerate(classes)}
    return FoundPictures(
        tuple(path for _, path in found),
        tuple(numbers[name] for name, _ in found),
        tuple(name or folder.name for name in classes),
    )


def _files(folder: Path) -> Iterator[Path]:
    def explain(error: OSError) -> None:
        raise DataSetError(
            "The folder “{folder}” cannot be read ({detail}).",
            folder=error.filename,
            detail=error.strerror or error,
        ) from error

    for here, folders, files in os.walk(folder, onerror=explain):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        if len(Path(here).relative_to(folder).parts) >= _DEEPEST:
            folders.clear()
        for name in sorted(files):
            yield Path(here, name)


def import_folder(folder: Path, choices: ImportChoices, cache: Path) -> ImportWork:
    """Every picture that can be read, squared; those that cannot are counted, with the reason.

    Raises DataSetError where none is left.
    """
    found = find_pictures(folder)
    size, grey = choices.size or DEFAULT_SIZE, bool(choices.grey)
    shape = (1 if grey else 3, size, size)
    about = SetDescription(
        name=choices.name,
        shape=shape,
        count=len(found.paths),
        held_out=0,
        is_own_split=False,
        classes=found.classes,
        flips=choices.flips,
        source=str(folder),
        licence=choices.licence,
        framing=choices.framing.value,
        sha256="",
    )
    labels: list[int] = []
    skipped: dict[str, PictureError] = {}
    skipped_count = 0
    with written_set(cache, choices.name, len(found.paths), shape) as writer:
        for number, path in enumerate(found.paths):
            try:
                writer.add(square_pixels(path, size, choices.framing, grey=grey)[None])
                labels.extend(found.labels[number : number + 1])
            except PictureError as error:
                skipped_count += 1
                if len(skipped) < MOST_REASONS:
                    skipped[str(path.relative_to(folder))] = error
            yield ImportProgress(Stage.IMPORTING, number + 1, len(found.paths))
        if writer.count == 0:
            raise _none_readable(folder, skipped)
        about = writer.finish(np.array(labels) if found.classes else None, about)
    return ImportResult(about, skipped, skipped_count)


def square_pixels(path: Path, size: int, framing: Framing, *, grey: bool) -> np.ndarray:
    """One picture as uint8 (C, size, size). Raises PictureError."""
    return pixels_of(framed(read_picture(path, size), size, framing), grey=grey)


def pixels_of(image: Image.Image, *, grey: bool) -> np.ndarray:
    """uint8 (C, H, W), C = 1 where ``grey``, else 3."""
    array = np.asarray(image.convert("L" if grey else "RGB"))
    return array[None] if grey else array.transpose(2, 0, 1)


def _none_readable(folder: Path, skipped: dict[str, PictureError]) -> DataSetError:
    name, reason = next(iter(skipped.items()))
    return DataSetError(
        "None of the pictures in “{folder}” can be read. The first is “{name}”: {reason}.",
        folder=folder,
        name=name,
        reason=reason,
    )
