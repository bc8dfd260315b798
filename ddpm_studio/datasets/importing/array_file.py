"""A .npz or .npy file of images: which of its arrays they are, how they lie, and on what scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.datasets.importing.image_stream import Block, ImageStream
from ddpm_studio.datasets.importing.npy_source import ArraySource, arrays_in
from ddpm_studio.datasets.set_description import MAX_COUNT, DataSetError
from ddpm_studio.explained_error import ExplainedError

_IMAGE_NAMES = ("x_train", "train_images", "images", "x", "x_0", "data", "samples", "arr_0")
_LABEL_NAMES = ("y_train", "train_labels", "labels", "label", "y", "targets", "arr_1")
_TEST_IMAGE_NAMES, _TEST_LABEL_NAMES = ("x_test", "test_images"), ("y_test", "test_labels")
_LARGE_LABELS = 65535

Scale = Callable[[NDArray[np.generic]], NDArray[np.uint8]]


@dataclass(frozen=True)
class _Part:
    images: ArraySource
    labels: ArraySource | None


def array_stream(path: Path) -> ImageStream:
    """The images of a file, with the test images that are beside them. Raises DataSetError.

    Reads all of them once where they are no bytes, to find their scale.
    """
    arrays = arrays_in(path)
    training = _part(arrays, _IMAGE_NAMES, _LABEL_NAMES)
    if training is None:
        training = _only_images(arrays, path)
    test = _part(arrays, _TEST_IMAGE_NAMES, _TEST_LABEL_NAMES)
    parts = [training, test] if test else [training]
    shape, to_channels_first = _layout(training.images)
    if test and (test.images.shape[1:], test.images.dtype) != (
        training.images.shape[1:],
        training.images.dtype,
    ):
        raise DataSetError("“{path}” holds images of different sizes.", path=path)
    for part in parts:
        _require_labels(part)
    scale, assumption = _scale(parts, path)
    has_labels = all(part.labels is not None for part in parts)
    return ImageStream(
        source=path,
        shape=shape,
        count=sum(part.images.shape[0] for part in parts),
        blocks=lambda: chain.from_iterable(
            _blocks(part, shape, to_channels_first, scale, has_labels=has_labels) for part in parts
        ),
        held_out=test.images.shape[0] if test else 0,
        classes=None if has_labels else (),
        assumption=assumption,
    )


def _part(
    arrays: list[ArraySource], image_names: tuple[str, ...], label_names: tuple[str, ...]
) -> _Part | None:
    by_name = {each.name.lower(): each for each in arrays}
    images = next((by_name[name] for name in image_names if name in by_name), None)
    labels = next((by_name[name] for name in label_names if name in by_name), None)
    return None if images is None else _Part(images, labels)


def _only_images(arrays: list[ArraySource], path: Path) -> _Part:
    """Where no name says which: the only array that could be images."""
    possible = [each for each in arrays if len(each.shape) in (3, 4) or len(arrays) == 1]
    if len(possible) != 1:
        raise DataSetError(
            "It is not clear which array in “{path}” holds the images: name it “images”.", path=path
        )
    labels = _part(arrays, (possible[0].name.lower(),), _LABEL_NAMES)
    return labels or _Part(possible[0], None)


def _layout(images: ArraySource) -> tuple[tuple[int, int, int], bool]:
    """(C, H, W), and whether the channels come last in the file. Raises DataSetError."""
    shape = images.shape
    if len(shape) in (3, 4) and shape[0] > MAX_COUNT:
        raise DataSetError(
            "{count} images are more than a data set can have here: {most}.",
            count=f"{shape[0]:,}",
            most=f"{MAX_COUNT:,}",
        )
    if len(shape) == 3:
        return (1, shape[1], shape[2]), False
    if len(shape) == 4 and shape[3] in (1, 3) and shape[1] not in (1, 3):
        return (shape[3], shape[1], shape[2]), True
    if len(shape) == 4 and shape[1] in (1, 3):
        return (shape[1], shape[2], shape[3]), False
    raise DataSetError(
        "The array in “{path}” has the shape {shape}: images are N × H × W, N × H × W × C or "
        "N × C × H × W, with 1 or 3 channels C.",
        path=images.path,
        shape=" × ".join(f"{each:,}" for each in shape) or "()",
    )


def _require_labels(part: _Part) -> None:
    labels = part.labels
    if labels is None:
        return
    has_one_each = labels.shape in ((part.images.shape[0],), (part.images.shape[0], 1))
    if not has_one_each or labels.dtype.kind not in "iu":
        raise DataSetError(
            "The labels “{name}” in “{path}” should be one whole number for each image.",
            name=labels.name,
            path=labels.path,
        )


def _scale(parts: list[_Part], path: Path) -> tuple[Scale, ExplainedError | None]:
    """How values become bytes, and what was assumed for it. Raises DataSetError."""
    dtype = parts[0].images.dtype
    if dtype == np.uint8:
        return (lambda values: values.astype(np.uint8)), None
    if dtype.kind not in "iufb":
        raise DataSetError(
            "The array in “{path}” holds values of the kind {kind}: images are numbers.",
            path=path,
            kind=dtype,
        )
    low, high = _range(parts, path)
    if dtype.kind in "iu" and low >= 0 and high <= 255:
        return (lambda values: values.astype(np.uint8)), None
    if dtype.kind in "fb" and low >= 0 and high <= 1:
        return _to_bytes(0, 1), ExplainedError("Its values are from 0 to 1: 0 was taken for black.")
    if dtype.kind == "f" and low >= -1 and high <= 1:
        return _to_bytes(-1, 1), ExplainedError(
            "Its values are from −1 to 1: −1 was taken for black."
        )
    if dtype.kind == "f" and low >= 0 and high <= 255:
        return _to_bytes(0, 255), ExplainedError(
            "Its values are from 0 to 255: 0 was taken for black, 255 for white."
        )
    raise DataSetError(
        "The values in “{path}” are from {low} to {high}: images are from 0 to 255, 0 to 1, or −1 to 1.",
        path=path,
        low=f"{low:.6g}",
        high=f"{high:.6g}",
    )


def _range(parts: list[_Part], path: Path) -> tuple[float, float]:
    low, high = np.inf, -np.inf
    for part in parts:
        for block in part.images.blocks():
            if block.size:
                low, high = min(low, float(block.min())), max(high, float(block.max()))
            if not np.isfinite(block).all():
                raise DataSetError("Some values in “{path}” are no numbers (NaN).", path=path)
    return low, high


def _to_bytes(black: float, white: float) -> Scale:
    def scale(values: NDArray[np.generic]) -> NDArray[np.uint8]:
        shares = (values.astype(np.float64) - black) / (white - black)
        return np.clip(np.rint(shares * 255), 0, 255).astype(np.uint8)

    return scale


def _blocks(
    part: _Part, shape: tuple[int, int, int], last: bool, scale: Scale, *, has_labels: bool
) -> Iterator[Block]:
    labels = _all_labels(part.labels) if has_labels and part.labels else None
    done = 0
    for block in part.images.blocks():
        pixels = scale(block)
        images = pixels.transpose(0, 3, 1, 2) if last else pixels.reshape(len(block), *shape)
        yield images, None if labels is None else labels[done : done + len(block)]
        done += len(block)


def _all_labels(source: ArraySource) -> NDArray[np.int64]:
    found = np.concatenate([block.reshape(-1) for block in source.blocks()])
    # Checked on the way in: what is out of range would come back as another number.
    return np.clip(found.astype(np.float64), -1, _LARGE_LABELS).astype(np.int64)
