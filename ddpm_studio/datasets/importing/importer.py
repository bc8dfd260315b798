"""Imports whatever data set a path holds."""

from __future__ import annotations

from pathlib import Path

from ddpm_studio.datasets.cache_location import cache_folder
from ddpm_studio.datasets.importing.array_file import array_stream
from ddpm_studio.datasets.importing.cifar_file import (
    cifar_archive_stream,
    cifar_file_stream,
    cifar_folder_stream,
    kind_of_folder,
    python_version,
)
from ddpm_studio.datasets.importing.idx_file import idx_stream
from ddpm_studio.datasets.importing.image_folder import import_folder
from ddpm_studio.datasets.importing.image_stream import ImageStream, import_stream
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.import_progress import ImportWork
from ddpm_studio.datasets.importing.set_writer import require_free_name
from ddpm_studio.datasets.importing.source_file import opened
from ddpm_studio.datasets.recognition import DataKind, data_kind, idx_images_in
from ddpm_studio.datasets.set_description import DataSetError


def import_data(path: Path, choices: ImportChoices, cache: Path | None = None) -> ImportWork:
    """Make one data set of it, in the cache; yields progress, and returns the result.

    When it is closed in the middle, nothing is left. Raises DataSetError.
    """
    path, cache = path.absolute(), cache or cache_folder()
    require_free_name(cache, choices.name)
    kind = required_kind(path)
    if kind is DataKind.FOLDER:
        return (yield from import_folder(path, choices, cache))
    return (yield from import_stream(stream_of(path, kind), choices, cache))


def required_kind(path: Path) -> DataKind:
    """What it is. Raises DataSetError where that cannot be imported."""
    kind = data_kind(path)
    if kind is DataKind.CIFAR_PICKLE:
        raise python_version(path)
    if kind is not None:
        return kind
    if path.is_dir():
        return DataKind.FOLDER  # says what is missing in it
    if path.suffix.lower() == ".bin":
        cifar_file_stream(path)  # says why it is none
    raise _unrecognised(path)


def _unrecognised(path: Path) -> DataSetError:
    with opened(path) as file:  # where it cannot be read, that is what to say
        is_empty = not file.read(1)
    if is_empty:
        return DataSetError("“{path}” is empty.", path=path)
    return DataSetError(
        "“{path}” is no data set: a folder of pictures, an IDX file (MNIST), CIFAR's binary version, "
        "or an .npz or .npy array can be imported.",
        path=path,
    )


def stream_of(path: Path, kind: DataKind) -> ImageStream:
    """The images of a file, or of a folder of such files. Raises DataSetError."""
    if kind is DataKind.IDX:
        return idx_stream(path)
    if kind is DataKind.IDX_FOLDER:
        images = idx_images_in(path)
        assert images is not None
        return idx_stream(images)
    if kind is DataKind.CIFAR_FILE:
        return cifar_file_stream(path)
    if kind is DataKind.CIFAR_FOLDER:
        cifar = kind_of_folder({each.name for each in path.iterdir()})
        assert cifar is not None
        return cifar_folder_stream(path, cifar)
    if kind is DataKind.CIFAR_ARCHIVE:
        return cifar_archive_stream(path)
    return array_stream(path)
