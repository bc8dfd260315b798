"""The IDX files of MNIST and its relatives: images with the labels beside them, packed or not."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.datasets.importing.image_stream import (
    BLOCK_BYTES,
    Block,
    ImageStream,
    read_exactly,
    too_short,
)
from ddpm_studio.datasets.importing.source_file import unpacked
from ddpm_studio.datasets.set_description import MAX_COUNT, DataSetError

_UNSIGNED_BYTES = 8  # the third byte of the file: of what kind the values are
_TRAINING, _TEST = "train-", "t10k-"


@dataclass(frozen=True)
class IdxPart:
    """An images file and the labels file that belongs to it, or None."""

    images: Path
    labels: Path | None


def is_idx(head: bytes) -> bool:
    """Whether a file that begins like this is an IDX file of bytes."""
    return len(head) >= 4 and head[:3] == bytes((0, 0, _UNSIGNED_BYTES)) and head[3] in (1, 3)


def idx_stream(path: Path) -> ImageStream:
    """The images of the file, then those of the test set beside it. Raises DataSetError."""
    parts = [IdxPart(path, _labels_beside(path))]
    test = _beside(path, _TRAINING, _TEST)
    if test is not None:
        parts.append(IdxPart(test, _labels_beside(test)))
    dimensions = [_dimensions(part.images, 3) for part in parts]
    if len({each[1:] for each in dimensions}) > 1:
        raise DataSetError(
            "“{path}” and “{other}” hold images of different sizes.", path=path, other=test
        )
    has_labels = all(part.labels is not None for part in parts)
    for part, (count, *_) in zip(parts, dimensions, strict=True):
        if has_labels and part.labels is not None:
            _require_as_many(part.labels, _dimensions(part.labels, 1)[0], part.images, count)
    _, height, width = dimensions[0]
    return ImageStream(
        source=path,
        shape=(1, height, width),
        count=sum(each[0] for each in dimensions),
        blocks=lambda: _blocks(parts, has_labels=has_labels),
        held_out=dimensions[1][0] if len(parts) > 1 else 0,
        classes=None if has_labels else (),
    )


def _require_as_many(labels: Path, found: int, images: Path, wanted: int) -> None:
    if found != wanted:
        raise DataSetError(
            "“{labels}” holds {found} labels, and “{images}” {wanted} images: they do not belong "
            "together.",
            labels=labels,
            found=f"{found:,}",
            images=images,
            wanted=f"{wanted:,}",
        )


def _blocks(parts: list[IdxPart], *, has_labels: bool) -> Iterator[Block]:
    for part in parts:
        labels = _labels(part.labels) if has_labels and part.labels else None
        with unpacked(part.images) as (file, most_bytes):
            count, height, width = _header(file, most_bytes, part.images, 3)
            at_once = max(1, BLOCK_BYTES // (height * width))
            for begin in range(0, count, at_once):
                size = min(at_once, count - begin)
                data = read_exactly(file, size * height * width, part.images)
                images = np.frombuffer(data, np.uint8).reshape(size, 1, height, width)
                yield images, None if labels is None else labels[begin : begin + size]
            _require_end(file, part.images)


def _labels(path: Path) -> NDArray[np.uint8]:
    with unpacked(path) as (file, most_bytes):
        (count,) = _header(file, most_bytes, path, 1)
        data = read_exactly(file, count, path)
        _require_end(file, path)
    return np.frombuffer(data, np.uint8)


def _require_end(file: BinaryIO, path: Path) -> None:
    if file.read(1):
        raise DataSetError(
            "“{path}” is longer than it says: it is no IDX file, or damaged.", path=path
        )


def _dimensions(path: Path, rank: int) -> tuple[int, ...]:
    with unpacked(path) as (file, most_bytes):
        return _header(file, most_bytes, path, rank)


def _header(file: BinaryIO, most_bytes: int, path: Path, rank: int) -> tuple[int, ...]:
    """The dimensions, checked against what the file can hold; ``file`` is then at the values."""
    head = read_exactly(file, 4, path)
    if not is_idx(head):
        raise DataSetError("“{path}” is no IDX file of bytes, as MNIST's are.", path=path)
    if head[3] != rank:
        raise _other_kind(path, rank)
    dimensions = struct.unpack(f">{rank}I", read_exactly(file, 4 * rank, path))
    if dimensions[0] > MAX_COUNT or max(dimensions[1:], default=0) > 0xFFFF:
        raise DataSetError(
            "“{path}” says that it holds {sizes} values, which cannot be: it is damaged.",
            path=path,
            sizes=" × ".join(f"{each:,}" for each in dimensions),
        )
    if math.prod(dimensions) > most_bytes:
        raise too_short(path)
    return dimensions


def _other_kind(path: Path, rank: int) -> DataSetError:
    if rank == 3:
        return DataSetError(
            "“{path}” holds labels: choose the file of images, whose name has “images” in it.",
            path=path,
        )
    return DataSetError("“{path}” should hold labels, and holds images.", path=path)


def _labels_beside(path: Path) -> Path | None:
    return _beside(path, "images", "labels", ("idx3", "idx1"))


def _beside(path: Path, old: str, new: str, also: tuple[str, str] = ("", "")) -> Path | None:
    """The file of that other name, packed or not, where there is one."""
    if old not in path.name:
        return None
    name = path.name.replace(old, new).replace(*also) if also[0] else path.name.replace(old, new)
    plain = name.removesuffix(".gz")
    found = [path.with_name(each) for each in (name, plain, f"{plain}.gz")]
    return next((each for each in found if each.is_file()), None)
