"""Reads the weights of files of ours straight into the tensors that a network then uses.

No byte is in memory twice, every tensor is aligned, and a large file can be given up in the middle.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from ddpm_studio.checkpoints.finite_weights import require_finite
from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.regular_file import ModelFileError, open_at_once
from ddpm_studio.checkpoints.safetensors_header import (
    NotSafetensorsError,
    listed_entries,
    read_header,
    require_whole_data,
)

CHUNK_BYTES = 8_000_000

Result = TypeVar("Result")
Shapes = Mapping[str, tuple[int, ...]]


def read_weights(
    path: Path, byte_count: int, shapes: Shapes
) -> Generator[LoadingProgress, None, dict[str, Tensor]]:
    """Float32 tensors of a file that was inspected: its size, and the shapes that it had.

    Yields after every CHUNK_BYTES. Read, not mapped into memory: a mapped file that somebody cuts
    short ends the process. Raises ModelFileError, also where the file is another one by now, or a
    number is not finite.
    """
    places = _places(path, byte_count, shapes)
    weights = {name: torch.empty(shape) for name, shape in shapes.items()}
    done = reported = 0
    try:
        with open_at_once(path) as stream:
            stream.seek(min(places.values(), default=0))
            for name in sorted(weights, key=lambda name: places[name]):
                for count in _filled(weights[name], stream, path):
                    done += count
                    if done - reported >= CHUNK_BYTES:
                        reported = done
                        yield LoadingProgress(done, byte_count)
                require_finite(weights[name], path)
    except OSError as error:
        raise ModelFileError(
            "{path} cannot be read: {reason}.", path=path, reason=error.strerror
        ) from error
    return weights


def finished(loading: Generator[LoadingProgress, None, Result]) -> Result:
    """What it comes to, for somebody who does not ask how far it is."""
    try:
        while True:
            next(loading)
    except StopIteration as stop:
        result: Result = stop.value
        return result


def _places(path: Path, byte_count: int, shapes: Shapes) -> dict[str, int]:
    """The byte at which each tensor begins."""
    try:
        table, data_start = read_header(path, byte_count)
        table.pop("__metadata__", None)
        entries = listed_entries(path, table)
    except NotSafetensorsError:
        raise _changed(path) from None
    found = {name: entry.shape for name, entry in entries.items()}
    if found != shapes or {entry.dtype for entry in entries.values()} - {"F32"}:
        raise _changed(path)
    require_whole_data(path, entries, byte_count - data_start)
    return {name: data_start + entry.begin for name, entry in entries.items()}


def _filled(tensor: Tensor, stream: BufferedReader, path: Path) -> Iterator[int]:
    """Fill a tensor from a file, and say after every part how many bytes it had."""
    left = memoryview(tensor.numpy().reshape(-1).data).cast("B") if tensor.numel() else None
    while left:
        count = stream.readinto(left[:CHUNK_BYTES])
        if not count:
            raise _changed(path)
        left = left[count:]
        yield count


def _changed(path: Path) -> ModelFileError:
    return ModelFileError("{file} changed while it was being opened.", file=path.name)
