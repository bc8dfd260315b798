"""Stores the state of a training in one file: safetensors and JSON, with a checksum over both.

safetensors alone accepts flipped bits; a state that is wrong in one bit would go on as another run.
"""

from __future__ import annotations

import json
import os
import stat
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from safetensors import SafetensorError

from ddpm_studio.atomic_file import replacing_file
from ddpm_studio.checkpoints.class_names import are_class_names
from ddpm_studio.checkpoints.description import DescriptionError, without_repeats
from ddpm_studio.checkpoints.tensor_file import LENGTH_BYTES, canonical, header, packed
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import class_count
from ddpm_studio.training.configuration import (
    MAX_TRAINING_STEPS,
    PRECISIONS,
    TrainingConfiguration,
    TrainingConfigurationError,
)

if TYPE_CHECKING:
    from ddpm_studio.training.run_state import RunState

FORMAT = "ddpm-studio-run"
FORMAT_VERSION = 1
MAX_HEADER_BYTES = 10_000_000
MAX_FILE_BYTES = 32_000_000_000
_MAX_THREADS = 4096
_MEMORY_FORMATS = ("contiguous", "channels_last")


class CheckpointError(ExplainedError):
    """A checkpoint that cannot be opened; the message names it."""


@dataclass(frozen=True)
class CheckpointSummary:
    """What a checkpoint says without its tensors, which may still be damaged."""

    path: Path
    configuration: TrainingConfiguration
    step: int
    device: str
    threads: int
    memory_format: str
    precision: str
    class_names: tuple[str, ...] = ()
    images_sha256: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether all steps of its configuration are taken."""
        return self.step >= self.configuration.steps


def save_checkpoint(path: Path, state: RunState) -> None:
    """Write it in one step, flushed to the disk. Raises SaveError."""
    table, data = packed(state.tensors)
    run = canonical(_as_dict(state))
    metadata = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "run": run.decode(),
        "checksum": _checksum(table, run, data),
    }
    start = header(table, metadata)
    with replacing_file(path) as file:
        file.expected_bytes = len(start) + len(data)
        file.write(start)
        file.write(data)


def inspect_checkpoint(path: Path) -> CheckpointSummary:
    """What it says of itself; reads its header alone. Raises CheckpointError."""
    with _opened(path) as file:
        _, metadata = _read_header(path, file)
    return _summary(path, metadata)


def load_checkpoint(path: Path) -> RunState:
    """The state in it. No code in it is run. Raises CheckpointError for any damage."""
    from safetensors.torch import load  # torch: the window inspects without it

    from ddpm_studio.training.run_state import RunState

    with _opened(path) as file:
        table, metadata = _read_header(path, file)
        data_start = file.tell()
        file.seek(0)
        content = _read(path, file, os.fstat(file.fileno()).st_size)
    summary = _summary(path, metadata)
    data = memoryview(content)[data_start:]
    if metadata.get("checksum") != _checksum(table, metadata["run"].encode(), data):
        raise _damaged(path)
    try:
        tensors = {name: view.clone() for name, view in load(content).items()}
    except (SafetensorError, KeyError, ValueError) as error:
        raise _damaged(path) from error
    return RunState(
        configuration=summary.configuration,
        step=summary.step,
        tensors=tensors,
        device=summary.device,
        threads=summary.threads,
        memory_format=summary.memory_format,
        precision=summary.precision,
        class_names=summary.class_names,
        images_sha256=summary.images_sha256,
    )


def _as_dict(state: RunState) -> dict[str, Any]:
    names = {"class_names": state.class_names} if state.class_names else {}
    return {
        **names,
        "configuration": state.configuration.as_dict(),
        "step": state.step,
        "device": state.device,
        "threads": state.threads,
        "memory_format": state.memory_format,
        "precision": state.precision,
        "images_sha256": state.images_sha256,
    }


def _checksum(table: dict[str, Any], run: bytes, data: bytes | memoryview) -> str:
    return f"{zlib.crc32(data, zlib.crc32(run, zlib.crc32(canonical(table)))):08x}"


def _opened(path: Path) -> BinaryIO:
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
            raise CheckpointError("{path} is not a checkpoint of a training.", path=path)
        return open(path, "rb")
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _read(path: Path, file: BinaryIO, byte_count: int) -> bytes:
    try:
        return file.read(byte_count)
    except OSError as error:
        raise _unreadable(path, error) from error
    except MemoryError as error:
        raise CheckpointError("{file} needs more memory than there is.", file=path.name) from error


def _read_header(path: Path, file: BinaryIO) -> tuple[dict[str, Any], dict[str, Any]]:
    """The table of tensors and the metadata; the file then stands where the data begins."""
    prefix = _read(path, file, LENGTH_BYTES)
    length = struct.unpack("<Q", prefix)[0] if len(prefix) == LENGTH_BYTES else 0
    if not 2 <= length <= MAX_HEADER_BYTES:
        raise _damaged(path)
    text = _read(path, file, length)
    try:
        table = json.loads(text, object_pairs_hook=without_repeats)
        metadata = table.pop("__metadata__")
        json.loads(metadata["run"])
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path) from error
    return table, metadata


def _summary(path: Path, metadata: dict[str, Any]) -> CheckpointSummary:
    if metadata.get("format") != FORMAT or metadata.get("format_version") != str(FORMAT_VERSION):
        raise CheckpointError(
            "{file} is of another program or of a newer DDPM Studio.", file=path.name
        )
    try:
        values = json.loads(metadata["run"], object_pairs_hook=without_repeats)
        configuration = TrainingConfiguration.from_dict(values["configuration"])
        return CheckpointSummary(
            path,
            configuration,
            _whole(values["step"], 0, MAX_TRAINING_STEPS),
            _text(values["device"]),
            _whole(values["threads"], 1, _MAX_THREADS),
            _text(values["memory_format"], _MEMORY_FORMATS),
            # Older ones know no precision that is measured.
            _text(values.get("precision", configuration.precision), PRECISIONS),
            _names(values.get("class_names", []), class_count(configuration.network)),
            _text(values.get("images_sha256", "")),  # older ones have not noted it
        )
    except (TrainingConfigurationError, DescriptionError) as error:
        raise CheckpointError(
            "{file} is damaged: {reason}.", file=path.name, reason=error
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path) from error


def _whole(value: object, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError
    return value


def _text(value: object, allowed: tuple[str, ...] | None = None) -> str:
    if not isinstance(value, str) or not value.isprintable() or (allowed and value not in allowed):
        raise ValueError
    return value


def _names(value: Any, classes: int | None) -> tuple[str, ...]:
    """Of all classes that the network is made for, or of none."""
    if not are_class_names(value) or len(value) not in (0, classes):
        raise ValueError
    return tuple(value)


def _damaged(path: Path) -> CheckpointError:
    return CheckpointError(
        "{file} is damaged: it is cut short or has been changed.", file=path.name
    )


def _unreadable(path: Path, error: Exception) -> CheckpointError:
    reason = getattr(error, "strerror", None) or str(error)
    return CheckpointError("{path} cannot be read: {reason}.", path=path, reason=reason)
