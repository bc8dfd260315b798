"""Our model files: safetensors with the description as metadata; safe to open, atomic to write."""

from __future__ import annotations

import json
import math
import os
import stat
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ddpm_studio.checkpoints.description import (
    MAX_METADATA_CHARACTERS,
    DescriptionError,
    ModelDescription,
    without_repeats,
)
from ddpm_studio.explained_error import ExplainedError

SUFFIX = ".safetensors"
MAX_HEADER_BYTES = 10_000_000
MAX_FILE_BYTES = 4_000_000_000
_MAX_DIMENSIONS = 8
_NUMBER_TYPE, _NUMBER_BYTES = "F32", 4


class ModelFileError(ExplainedError):
    """A model file that cannot be opened or written: one sentence with its name and the reason."""


@dataclass(frozen=True)
class ModelFile:
    """A model file that was looked at without reading its weights."""

    path: Path
    description: ModelDescription
    tensor_shapes: dict[str, tuple[int, ...]] = field(hash=False)
    byte_count: int
    modified_ns: int  # when the file was written: another file at the same path is another model
    # Of another project's checkpoint: what its file left open, as it was answered. None for ours.
    answers: tuple[tuple[str, Any], ...] | None = None

    @property
    def parameter_count(self) -> int:
        """Numbers stored in all tensors."""
        return sum(map(math.prod, self.tensor_shapes.values()))


def is_model_folder(path: Path) -> bool:
    """Whether a folder says that it is a model, of Hugging Face's diffusers."""
    parts = ("model_index.json", "config.json", "unet/config.json")
    return any(os.path.isfile(path / part) for part in parts)


def inspect_model_file(path: Path) -> ModelFile:
    """What the file says it is, from its header alone. No torch, no weights, under a millisecond.

    Raises ModelFileError where it is missing, not a regular file, truncated, of another kind or
    inconsistent with itself.
    """
    status = require_regular_file(path)
    byte_count = status.st_size
    header, data_start = _read_header(path, byte_count)
    metadata = header.pop("__metadata__", None)
    try:
        description = ModelDescription.from_metadata(_checked_metadata(metadata))
    except DescriptionError as error:
        raise ModelFileError(
            "{file} is not a model that can be opened: {reason}.", file=path.name, reason=error
        ) from error
    shapes = _checked_tensors(path, header, byte_count - data_start)
    return ModelFile(path, description, shapes, byte_count, status.st_mtime_ns)


def require_regular_file(path: Path) -> os.stat_result:
    """Ask before opening: a pipe would wait for ever. Raises ModelFileError, also for its size."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        raise ModelFileError("There is no file {path}.", path=path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ModelFileError(
            "{path} cannot be opened: {reason}.", path=path, reason=reason
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise ModelFileError("{path} is not a file but a folder or a device.", path=path)
    if status.st_size > MAX_FILE_BYTES:
        raise ModelFileError(
            "{file} is larger than any model this application opens.", file=path.name
        )
    return status


def _read_header(path: Path, byte_count: int) -> tuple[dict[str, Any], int]:
    """The JSON header of a safetensors file and where its data starts.

    The file begins with the header's length, 8 bytes in little endian, then comes its text.
    """
    try:
        with open(path, "rb") as file:
            prefix = file.read(8)
            length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else 0
            if not 2 <= length <= min(MAX_HEADER_BYTES, byte_count - 8):
                raise ModelFileError(
                    "{file} is not a model file of DDPM Studio, or it is cut short.", file=path.name
                )
            text = file.read(length)
    except OSError as error:
        raise ModelFileError(
            "{path} cannot be read: {reason}.", path=path, reason=error.strerror
        ) from error
    try:
        header = json.loads(text, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise ModelFileError("{file} is not a model file of DDPM Studio.", file=path.name)
    return header, 8 + length


def _checked_metadata(metadata: object) -> dict[str, str] | None:
    if not isinstance(metadata, dict):
        return None
    if sum(len(str(value)) for value in metadata.values()) > 2 * MAX_METADATA_CHARACTERS:
        raise DescriptionError("its description is unreasonably long")
    return {str(key): str(value) for key, value in metadata.items()}


def _checked_tensors(
    path: Path, header: dict[str, Any], data_byte_count: int
) -> dict[str, tuple[int, ...]]:
    """Names and shapes; raises where the tensors do not fill the data without gap or overlap."""
    try:
        spans = sorted(_span(entry) for entry in header.values())
        shapes = {name: tuple(entry["shape"]) for name, entry in header.items()}
        types = {entry["dtype"] for entry in header.values()}
    except (KeyError, TypeError, ValueError):
        raise ModelFileError(
            "{file} is damaged: its list of tensors is not valid.", file=path.name
        ) from None
    if types - {_NUMBER_TYPE}:
        raise ModelFileError("{file} holds weights that are not 32-bit numbers.", file=path.name)
    ends = [0, *(end for _, end in spans)]
    if [begin for begin, _ in spans] != ends[:-1] or ends[-1] != data_byte_count:
        raise ModelFileError(
            "{file} is damaged: it is cut short or has been changed.", file=path.name
        )
    return shapes


def _span(entry: dict[str, Any]) -> tuple[int, int]:
    """Where a tensor's data begins and ends; raises ValueError where its shape says otherwise."""
    shape, (begin, end) = entry["shape"], entry["data_offsets"]
    whole = all(type(number) is int and number >= 0 for number in (*shape, begin, end))
    if not whole or len(shape) > _MAX_DIMENSIONS:
        raise ValueError
    if entry["dtype"] == _NUMBER_TYPE and end - begin != _NUMBER_BYTES * math.prod(shape):
        raise ValueError
    return begin, end
