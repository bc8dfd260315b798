"""Writes a new data set into the cache: all of it appears in one step, or nothing of it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.datasets.data_cache import forget, sweep, unfinished_folder
from ddpm_studio.datasets.set_description import (
    ABOUT_FILE,
    IMAGES_FILE,
    LABELS_FILE,
    MAX_COUNT,
    DataSetError,
    SetDescription,
)

_SPARE_BYTES = 100_000_000  # of the disk, for everybody else
_HASHED_AT_ONCE = 1 << 22
_MOST_HELD_OUT = 1000


class SetWriter:
    """Images one after the other, as uint8 (n, C, H, W); :func:`written_set` makes one."""

    def __init__(self, folder: Path, expected_count: int, shape: tuple[int, int, int]) -> None:
        self.shape = shape
        self.count = 0
        self._expected_count = expected_count
        self._folder = folder
        self._file: BinaryIO = open(folder / IMAGES_FILE, "w+b")  # noqa: SIM115 - see close
        self._write_header(expected_count)
        self._begin = self._file.tell()

    def add(self, images: NDArray[np.uint8]) -> None:
        """The next images."""
        self._file.write(np.ascontiguousarray(images).data)
        self.count += len(images)

    def finish(self, labels: NDArray[np.integer] | None, about: SetDescription) -> SetDescription:
        """The set's files, on the disk; returns what is in about.json.

        Of ``about`` the count and the checksum are replaced, and where the source has no split of its
        own, so are the images that are held out: a tenth, 1,000 at most.
        """
        if self.count == 0:
            raise DataSetError("There is no image in “{source}”.", source=about.source)
        if self.count != self._expected_count:
            # numpy leaves room in the header for more digits of the count.
            self._file.seek(0)
            self._write_header(self.count)
            if self._file.tell() != self._begin:
                raise AssertionError("the header has another length")
        _synced(self._file)
        if labels is not None:
            with open(self._folder / LABELS_FILE, "wb") as file:
                np.save(file, np.asarray(labels[: self.count], dtype="<u2"))
                _synced(file)
        held_out = about.held_out if about.is_own_split else min(self.count // 10, _MOST_HELD_OUT)
        values = vars(about) | {"count": self.count, "held_out": held_out, "sha256": self._sha256()}
        finished = SetDescription(**values)
        with open(self._folder / ABOUT_FILE, "wb") as file:
            file.write(finished.as_text().encode())
            _synced(file)
        return finished

    def close(self) -> None:
        self._file.close()

    def _write_header(self, count: int) -> None:
        header = {"descr": "|u1", "fortran_order": False, "shape": (count, *self.shape)}
        np.lib.format.write_array_header_1_0(self._file, header)

    def _sha256(self) -> str:
        return file_sha256(self._file)


def file_sha256(file: BinaryIO) -> str:
    """Of all of it, a part at a time."""
    file.seek(0)
    digest = hashlib.sha256()
    while part := file.read(_HASHED_AT_ONCE):
        digest.update(part)
    return digest.hexdigest()


@contextmanager
def written_set(
    cache: Path, name: str, expected_count: int, shape: tuple[int, int, int]
) -> Iterator[SetWriter]:
    """Yields a writer; when the block ends well, ``cache/name`` is there, else nothing is left.

    ``finish`` has to be called inside. Raises DataSetError: for a name that is taken, more images
    than there may be, or a disk without room, before anything is written.
    """
    require_free_name(cache, name)
    _require_room(cache, expected_count, shape)
    sweep(cache)
    folder = unfinished_folder(cache)
    try:
        folder.mkdir(parents=True)
        writer = SetWriter(folder, expected_count, shape)
        try:
            yield writer
        finally:
            writer.close()
        require_free_name(cache, name)  # somebody else may have been faster
        os.rename(folder, cache / name)
    except OSError as error:
        raise DataSetError(
            "The data set cannot be written to “{folder}” ({detail}): make room there, or move the "
            "data sets.",
            folder=cache,
            detail=error.strerror or error,
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        forget()


def require_free_name(cache: Path, name: str) -> None:
    """Raises DataSetError where a data set has that name; also one that a person would confuse."""
    from ddpm_studio.datasets.catalogue import is_bundled

    taken = {each.casefold() for each in _names(cache)}
    if name.casefold() in taken or is_bundled(name.casefold()):
        raise DataSetError(
            "There is a data set named “{name}” already: choose another name, or remove that one.",
            name=name,
        )


def _names(cache: Path) -> list[str]:
    try:
        return os.listdir(cache)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataSetError(
            "The folder “{folder}” of the data sets cannot be used ({detail}).",
            folder=cache,
            detail=error.strerror or error,
        ) from error


def _require_room(cache: Path, count: int, shape: tuple[int, int, int]) -> None:
    if count > MAX_COUNT:
        raise DataSetError(
            "{count} images are more than a data set can have here: {most}.",
            count=f"{count:,}",
            most=f"{MAX_COUNT:,}",
        )
    there = next(each for each in (cache, *cache.absolute().parents) if each.exists())
    needed = count * int(np.prod(shape)) + _SPARE_BYTES
    free = shutil.disk_usage(there).free
    if needed > free:
        raise DataSetError(
            "The data set needs {needed} MB and “{folder}” has {free} MB left: make room there, or "
            "move the data sets.",
            needed=f"{needed // 1_000_000:,}",
            folder=cache,
            free=f"{free // 1_000_000:,}",
        )


def _synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
