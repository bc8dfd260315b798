"""One array of a .npy file, or of a member of a .npz file: known from its header, read row by row."""

from __future__ import annotations

import io
import math
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.datasets.importing.image_stream import BLOCK_BYTES, read_exactly, too_short
from ddpm_studio.datasets.importing.source_file import opened
from ddpm_studio.datasets.set_description import DataSetError

MAX_MEMBERS = 1000
_MAX_HEADER_BYTES = 10_000
_MAGIC_BYTES = 8  # with the version
_SUFFIX = ".npy"


@dataclass(frozen=True)
class ArraySource:
    """An array that lies in ``path``: the whole file, or the member of that name in a zip file."""

    path: Path
    member: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]

    @property
    def name(self) -> str:
        """As numpy's own reader has it; empty for a .npy file."""
        return self.member.removesuffix(_SUFFIX)

    def blocks(self) -> Iterator[NDArray[np.generic]]:
        """The rows in order, some at a time. Raises DataSetError."""
        row = self.shape[1:]
        row_bytes = math.prod(row) * self.dtype.itemsize
        at_once = max(1, BLOCK_BYTES // max(1, row_bytes))
        with _member_file(self.path, self.member) as file:
            _header(file, self.path)
            for begin in range(0, self.shape[0], at_once):
                count = min(at_once, self.shape[0] - begin)
                data = read_exactly(cast(BinaryIO, file), count * row_bytes, self.path)
                yield np.frombuffer(data, self.dtype).reshape(count, *row)


def arrays_in(path: Path) -> list[ArraySource]:
    """All arrays of a .npy or .npz file, from their headers alone. Raises DataSetError."""
    with opened(path) as file:
        if file.read(2) != b"PK":
            return [_source(path, "", os.fstat(file.fileno()).st_size)]
    sources = []
    for info in _member_list(path):
        if info.filename.endswith(_SUFFIX):
            sources.append(_source(path, info.filename, info.file_size))
    return sources


def _member_list(path: Path) -> list[zipfile.ZipInfo]:
    with opened(path) as file, _explained(path), zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise DataSetError(
                "“{path}” holds more than {most} arrays.", path=path, most=MAX_MEMBERS
            )
        names = [each.filename for each in members]
        if len(set(names)) < len(names):
            raise DataSetError("“{path}” holds two arrays of the same name.", path=path)
        return members


def _source(path: Path, member: str, byte_count: int) -> ArraySource:
    with _member_file(path, member) as file:
        shape, dtype = _header(file, path)
        if math.prod(shape) * dtype.itemsize > byte_count - file.tell():
            raise too_short(path)
    return ArraySource(path, member, shape, dtype)


@contextmanager
def _member_file(path: Path, member: str) -> Iterator[IO[bytes]]:
    with opened(path) as file, _explained(path):
        if not member:
            yield file
            return
        with zipfile.ZipFile(file) as archive, archive.open(member) as inside:
            yield inside


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise too_short(path) from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, KeyError) as error:
        raise DataSetError("“{path}” is damaged: get it again.", path=path) from error


def _header(file: IO[bytes], path: Path) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and kind of what follows in ``file``. Raises DataSetError."""
    try:
        head = _header_bytes(file)
        version = np.lib.format.read_magic(head)
        read = {(1, 0): np.lib.format.read_array_header_1_0}.get(
            version, np.lib.format.read_array_header_2_0
        )
        shape, is_by_column, dtype = read(head, max_header_size=_MAX_HEADER_BYTES)
    except (ValueError, TypeError, EOFError, OverflowError) as error:
        raise DataSetError("“{path}” is no array of numpy, or damaged.", path=path) from error
    if dtype.hasobject:
        raise DataSetError(
            "“{path}” holds Python objects, which could run code when they are opened: save the "
            "images as an array of numbers.",
            path=path,
        )
    if is_by_column and len(shape) > 1:
        raise DataSetError(
            "“{path}” is stored column by column: save numpy.ascontiguousarray of it.", path=path
        )
    if any(size < 0 for size in shape):
        raise DataSetError("“{path}” is no array of numpy, or damaged.", path=path)
    return shape, dtype


def _header_bytes(file: IO[bytes]) -> io.BytesIO:
    """All of the header, and no more. numpy reads as much as the file says before it looks at it.

    Raises ValueError where that is more than a header has.
    """
    start = file.read(_MAGIC_BYTES)
    width = 2 if start[6:7] == b"\x01" else 4
    size = file.read(width)
    length = int.from_bytes(size, "little")
    if length > _MAX_HEADER_BYTES:
        raise ValueError
    return io.BytesIO(start + size + file.read(length))
