"""CIFAR-10 and CIFAR-100 in their binary version: a file, a folder of files, or the tar.gz of them.

The version for Python is a pickle, which could run code: it is refused.
"""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ddpm_studio.datasets.importing.image_stream import Block, ImageStream, read_exactly
from ddpm_studio.datasets.importing.source_file import opened, unpacked
from ddpm_studio.datasets.set_description import MAX_COUNT, DataSetError

_SHAPE = (3, 32, 32)
_PIXELS = 3 * 32 * 32
_AT_ONCE = 500
_MAX_TEXT_BYTES = 100_000
_MAX_MEMBERS = 100
_BLOCK = tarfile.BLOCKSIZE
_FOR_PYTHON = re.compile(r"-(py|python)(/|$)")
_LICENCE = (
    "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009; no licence given"
)


@dataclass(frozen=True)
class CifarKind:
    """One of the two: ``labels`` bytes come before each image, of which the last one counts."""

    labels: int
    class_count: int
    training: tuple[str, ...]
    test: str
    names: str
    archive: str

    @property
    def record(self) -> int:
        """Bytes of an image and its labels."""
        return self.labels + _PIXELS


CIFAR_10 = CifarKind(
    1,
    10,
    tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    "test_batch.bin",
    "batches.meta.txt",
    "cifar-10-binary.tar.gz",
)
CIFAR_100 = CifarKind(
    2, 100, ("train.bin",), "test.bin", "fine_label_names.txt", "cifar-100-binary.tar.gz"
)
KINDS = (CIFAR_10, CIFAR_100)


def python_version(path: Path) -> DataSetError:
    """What to say about a pickle."""
    return DataSetError(
        "“{path}” is CIFAR's version for Python, a pickle, which could run code when it is opened: "
        "get the binary version, {ten} or {hundred}.",
        path=path,
        ten=CIFAR_10.archive,
        hundred=CIFAR_100.archive,
    )


def kind_of_file(byte_count: int, head: bytes) -> CifarKind | None:
    """Of a file of that size which begins so; None where it is no CIFAR file."""
    for kind in KINDS:
        if byte_count and byte_count % kind.record == 0:
            labels = head[kind.labels - 1 :: kind.record]
            if labels and max(labels) < kind.class_count:
                return kind
    return None


def kind_of_folder(names: set[str]) -> CifarKind | None:
    """Of a folder with files of these names."""
    return next((kind for kind in KINDS if set(kind.training) <= names), None)


# Files


def cifar_file_stream(path: Path) -> ImageStream:
    """One file of images. Raises DataSetError."""
    with opened(path) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        kind = kind_of_file(size_bytes, file.read(CIFAR_100.record * 20))
    if kind is None:
        raise DataSetError(
            "“{path}” is no CIFAR file: {size} bytes are no whole number of images with their labels "
            "(3,073 bytes each in CIFAR-10, 3,074 in CIFAR-100).",
            path=path,
            size=f"{size_bytes:,}",
        )
    count, found = size_bytes // kind.record, kind
    return _stream(path, kind, count, 0, lambda: _file_blocks([path], [count], found))


def cifar_folder_stream(folder: Path, kind: CifarKind) -> ImageStream:
    """The files of the archive, unpacked. Raises DataSetError."""
    test = folder / kind.test
    paths = [folder / name for name in kind.training] + ([test] if test.is_file() else [])
    counts = [_count(each, each.stat().st_size, kind) for each in paths]
    held_out = counts[-1] if test.is_file() else 0
    names = None
    if (folder / kind.names).is_file():
        with opened(folder / kind.names) as file:
            names = _class_names(file.read(_MAX_TEXT_BYTES), kind)
    return _stream(
        folder, kind, sum(counts), held_out, lambda: _file_blocks(paths, counts, kind), names
    )


def _stream(
    source: Path,
    kind: CifarKind,
    count: int,
    held_out: int,
    blocks: Callable[[], Iterator[Block]],
    names: tuple[str, ...] | None = None,
) -> ImageStream:
    classes = names or tuple(map(str, range(kind.class_count)))
    return ImageStream(source, _SHAPE, count, blocks, held_out, classes, _LICENCE)


def _file_blocks(paths: list[Path], counts: list[int], kind: CifarKind) -> Iterator[Block]:
    for path, count in zip(paths, counts, strict=True):
        with opened(path) as file:
            yield from _records(file, count, kind, path)


def _records(file: BinaryIO, count: int, kind: CifarKind, source: Path) -> Iterator[Block]:
    for begin in range(0, count, _AT_ONCE):
        size = min(_AT_ONCE, count - begin)
        data = read_exactly(file, size * kind.record, source)
        records = np.frombuffer(data, np.uint8).reshape(size, kind.record)
        images = records[:, kind.labels :].reshape(size, *_SHAPE)
        yield images, records[:, kind.labels - 1]


def _count(path: Path | str, byte_count: int, kind: CifarKind) -> int:
    if byte_count % kind.record or not 0 < byte_count <= MAX_COUNT * kind.record:
        raise DataSetError(
            "“{path}” has {size} bytes, which is no whole number of images with their labels "
            "({record} bytes each): it is damaged.",
            path=path,
            size=f"{byte_count:,}",
            record=f"{kind.record:,}",
        )
    return byte_count // kind.record


def _class_names(text: bytes, kind: CifarKind) -> tuple[str, ...] | None:
    lines = text.decode("utf-8", errors="replace").split()
    return tuple(lines[: kind.class_count]) if len(lines) >= kind.class_count else None


# The archive


@dataclass(frozen=True)
class _Member:
    name: str  # without folders
    byte_count: int
    is_file: bool


def cifar_archive_stream(path: Path) -> ImageStream:
    """The images of the archive's files, read where they lie: nothing of it is ever unpacked.

    Raises DataSetError.
    """
    counts: dict[str, int] = {}
    kind, names = None, None
    with unpacked(path) as (file, _):
        for member in _members(file, path):
            if not member.is_file:
                continue
            for each in KINDS:
                if member.name in (*each.training, each.test):
                    kind = each
                    counts[member.name] = _count(member.name, member.byte_count, each)
                elif member.name == each.names:
                    text = read_exactly(file, min(member.byte_count, _MAX_TEXT_BYTES), path)
                    names = _class_names(text, each)
    if kind is None or not set(kind.training) <= set(counts):
        raise DataSetError(
            "“{path}” does not hold the files of CIFAR-10 or CIFAR-100 in their binary version.",
            path=path,
        )
    found, every = kind, sum(counts.values())
    held_out = counts.get(kind.test, 0)
    return _stream(path, kind, every, held_out, lambda: _archive_blocks(path, found, counts), names)


def _archive_blocks(path: Path, kind: CifarKind, counts: dict[str, int]) -> Iterator[Block]:
    """Training files in the archive's order, then the test file: it is read twice for that."""
    for wanted in (set(kind.training), {kind.test} & set(counts)):
        with unpacked(path) as (file, _):
            for member in _members(file, path) if wanted else ():
                if member.name in wanted and member.is_file:
                    yield from _records(file, counts[member.name], kind, path)


def _members(file: BinaryIO, path: Path) -> Iterator[_Member]:
    """Header after header; whoever asks for the next may have read some of the present one.

    Not tarfile's own reader: it takes as much memory as an extended header says that it needs.
    """
    end = 0
    for _ in range(_MAX_MEMBERS):
        _skip(file, end - file.tell(), path)
        header = read_exactly(file, _BLOCK, path)
        if not any(header):
            return
        try:
            info = tarfile.TarInfo.frombuf(header, "utf-8", "replace")
        except tarfile.TarError as error:
            raise DataSetError("“{path}” is damaged: get it again.", path=path) from error
        _require_harmless(info, path)
        end = file.tell() + -(-info.size // _BLOCK) * _BLOCK
        yield _Member(info.name.rpartition("/")[2], info.size, info.isreg())
    raise DataSetError("“{path}” holds more files than a CIFAR archive.", path=path)


def _require_harmless(info: tarfile.TarInfo, path: Path) -> None:
    is_extension = info.type in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME)
    if not (info.isreg() or info.isdir() or is_extension):
        raise DataSetError(
            "“{path}” holds a link or a device, “{name}”, which no CIFAR archive does.",
            path=path,
            name=info.name,
        )
    if info.name.startswith(("/", "\\")) or ".." in info.name.replace("\\", "/").split("/"):
        raise DataSetError(
            "“{path}” holds “{name}”, which would lie outside of its folder: no CIFAR archive does.",
            path=path,
            name=info.name,
        )
    most = CIFAR_100.record * 50_000 if info.name.endswith(".bin") else _MAX_TEXT_BYTES
    if _FOR_PYTHON.search(info.name):
        raise python_version(path)
    if not 0 <= info.size <= most:
        raise DataSetError(
            "“{path}” holds “{name}” with {size} bytes, which no CIFAR archive does.",
            path=path,
            name=info.name,
            size=f"{info.size:,}",
        )


def _skip(file: BinaryIO, byte_count: int, path: Path) -> None:
    while byte_count > 0:
        part = file.read(min(byte_count, 1 << 20))
        if not part:
            raise DataSetError(
                "“{source}” ends too early: it is cut short, so get it again.", source=path
            )
        byte_count -= len(part)
