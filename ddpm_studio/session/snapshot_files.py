"""The samples of a training in the folder of its run, a small file each: they outlive a restart.

Points are kept as float16, images in 8-bit levels between the extremes of each frame. Nothing here
touches Qt, and torch is imported on the worker's thread alone.
"""

from __future__ import annotations

import json
import math
import os
import stat
import struct
import zlib
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ddpm_studio.atomic_file import replacing_file
from ddpm_studio.checkpoints.tensor_file import LENGTH_BYTES
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.session.training_snapshots import (
    SnapshotMaker,
    TrainingSnapshot,
    least_missed,
)
from ddpm_studio.training.run_folder import RunFolder

FORMAT, FORMAT_VERSION = "ddpm-studio-snapshot", "1"
MAX_STORED, STORED_BYTES = 40, 100_000_000
_MIN_STORED = 4
_MAX_FILE_BYTES = 24_000_000  # 16 coloured images of 128×128 in 26 steps; larger ones are not kept
_MAX_HEADER_BYTES = 10_000
_LEVELS = 255
_FLOAT16_LARGEST = float(np.finfo(np.float16).max)


class SnapshotError(ExplainedError):
    """Samples that cannot be read; the message names their file."""


@dataclass(frozen=True)
class RestoredSnapshots:
    """In the order of their steps; ``damaged`` files were left out."""

    snapshots: tuple[TrainingSnapshot, ...]
    damaged: tuple[Path, ...] = ()

    @property
    def problem(self) -> ExplainedError | None:
        """What a person should know."""
        if not self.damaged:
            return None
        return ExplainedError(
            "Samples of {count} times in “{folder}” are damaged or of another version: they are "
            "left out of the history.",
            count=len(self.damaged),
            folder=self.damaged[0].parent,
        )


class SnapshotStore:
    """Keeps them evenly thinned out, but never loses the first and the newest.

    For one who may write in the folder.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder

    def add(self, snapshot: TrainingSnapshot) -> None:
        """Write it, unless it is too large to be kept. Raises SaveError; the others then stay."""
        content = packed(snapshot)
        if len(content) > _MAX_FILE_BYTES:
            return
        with replacing_file(self._folder.snapshot_path(snapshot.step)) as file:
            file.expected_bytes = len(content)
            file.write(content)
        self._thin_out(max(_MIN_STORED, min(MAX_STORED, STORED_BYTES // len(content))))

    def _thin_out(self, most: int) -> None:
        kept = self._folder.snapshots()
        while len(kept) > most:
            missed = kept.pop(least_missed([step_of(path) for path in kept]))
            _remove(missed)

    def restored(self, step: int, maker: SnapshotMaker) -> Generator[None, None, RestoredSnapshots]:
        """Those of a training that goes on after ``step`` steps; yields after each.

        Removes what is damaged, and those of a future that did not happen.
        """
        for path in self._folder.snapshots():
            if step_of(path) > step:
                _remove(path)
        restored = yield from read_snapshots(self._folder, step, maker)
        for path in restored.damaged:
            _remove(path)
        return restored


def read_snapshots(
    folder: RunFolder, step: int, maker: SnapshotMaker
) -> Generator[None, None, RestoredSnapshots]:
    """Those up to ``step``, as ``maker`` would have made them; yields after each. Changes nothing."""
    snapshots: list[TrainingSnapshot] = []
    damaged: list[Path] = []
    for path in folder.snapshots()[-MAX_STORED:]:
        if step_of(path) > step:
            continue
        try:
            snapshots.append(read_snapshot(path, maker))
        except SnapshotError:
            damaged.append(path)
        yield
    return RestoredSnapshots(tuple(snapshots), tuple(damaged))


def step_of(path: Path) -> int:
    """From the name that RunFolder gives."""
    return int(path.stem.rpartition("-")[2])


def packed(snapshot: TrainingSnapshot) -> bytes:
    """The content of its file."""
    trajectory = snapshot.trajectory
    frames = np.stack([trajectory.frame(t) for t in range(trajectory.T + 1)])
    arrays = _levels(frames) if len(trajectory.sample_shape) == 3 else _halves(frames)
    arrays["times"] = np.ascontiguousarray(trajectory.times, np.int64)
    values = {
        "step": snapshot.step,
        "seconds": snapshot.seconds,
        # JSON knows no NaN.
        "distance": snapshot.distance if math.isfinite(snapshot.distance) else None,
    }
    metadata = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "snapshot": json.dumps(values),
        "checksum": _checksum(arrays),
    }
    content: bytes = save(arrays, metadata)
    return content


Arrays = dict[str, NDArray[Any]]


def _halves(frames: NDArray[np.float32]) -> Arrays:
    return {"frames": np.clip(frames, -_FLOAT16_LARGEST, _FLOAT16_LARGEST).astype(np.float16)}


def _levels(frames: NDArray[np.float32]) -> Arrays:
    flat = frames.reshape(len(frames), -1)
    low, high = flat.min(axis=1, keepdims=True), flat.max(axis=1, keepdims=True)
    size = (high - low) / _LEVELS
    size[size == 0] = 1
    levels = np.rint((flat - low) / size).astype(np.uint8).reshape(frames.shape)
    return {"frames": levels, "range": np.concatenate((low, size), axis=1).astype(np.float32)}


def read_snapshot(path: Path, maker: SnapshotMaker) -> TrainingSnapshot:
    """Raises SnapshotError for a file that is damaged, or of other samples than ``maker`` draws."""
    arrays, metadata = _content(path)
    try:
        if (metadata["format"], metadata["format_version"]) != (FORMAT, FORMAT_VERSION):
            raise ValueError
        if metadata["checksum"] != _checksum(arrays):
            raise ValueError
        values = json.loads(metadata["snapshot"])
        step, seconds, distance = values["step"], values["seconds"], values["distance"]
        if step != step_of(path):
            raise ValueError
        distance = math.nan if distance is None else float(distance)
        return maker.restored(step, float(seconds), distance, arrays["times"], _frames(arrays))
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise _damaged(path) from error


def _frames(arrays: Arrays) -> NDArray[np.float32]:
    """Raises KeyError or ValueError."""
    stored = arrays["frames"]
    frames: NDArray[np.float32] = stored.astype(np.float32)
    if stored.dtype == np.uint8:
        flat = frames.reshape(len(frames), -1)
        low, size = arrays["range"].astype(np.float32).T[:, :, None]
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
            frames = (flat * size + low).reshape(stored.shape)
    if stored.dtype not in (np.uint8, np.float16) or not np.isfinite(frames).all():
        raise ValueError
    return frames


def _content(path: Path) -> tuple[Arrays, dict[str, str]]:
    try:
        status = os.stat(path)  # before it is opened: a pipe would wait for a writer
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_FILE_BYTES:
            raise _damaged(path)
        content = path.read_bytes()
        length = struct.unpack_from("<Q", content)[0]
        if length > _MAX_HEADER_BYTES:
            raise _damaged(path)
        metadata = json.loads(content[LENGTH_BYTES : LENGTH_BYTES + length])["__metadata__"]
        return load(content), metadata
    except (
        OSError,
        struct.error,
        SafetensorError,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
    ) as error:
        raise _damaged(path) from error


def _checksum(arrays: Arrays) -> str:
    value = 0
    for name in sorted(arrays):
        value = zlib.crc32(np.ascontiguousarray(arrays[name]).tobytes(), value)
    return f"{value:08x}"


def _damaged(path: Path) -> SnapshotError:
    return SnapshotError("{file} is damaged: it is cut short or has been changed.", file=path.name)


def _remove(path: Path) -> None:
    with suppress(OSError):  # a file that cannot go does no harm
        path.unlink()
