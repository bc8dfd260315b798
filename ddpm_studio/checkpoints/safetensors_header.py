"""The header of a safetensors file: which tensors it holds and where. Read without torch.

The file begins with the header's length, 8 bytes in little endian; then come its text, a JSON
object, and the data of all tensors without a gap.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ddpm_studio.checkpoints.description import without_repeats
from ddpm_studio.checkpoints.regular_file import ModelFileError, open_at_once

MAX_HEADER_BYTES = 10_000_000
# Bytes of one number, by the format's name for its type.
NUMBER_BYTES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
}
_MAX_DIMENSIONS = 8


class NotSafetensorsError(Exception):
    """The file is of another kind, or cut short in its header."""


@dataclass(frozen=True)
class Entry:
    """One tensor: its type of number, its shape, and where its data lies behind the header."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def read_header(path: Path, byte_count: int) -> tuple[dict[str, Any], int]:
    """The JSON header of a file of that size, and where its data starts.

    Raises NotSafetensorsError, or ModelFileError where it cannot be read.
    """
    try:
        with open_at_once(path) as file:
            prefix = file.read(8)
            length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else 0
            if not 2 <= length <= min(MAX_HEADER_BYTES, byte_count - 8):
                raise NotSafetensorsError
            text = file.read(length)
    except OSError as error:
        raise ModelFileError(
            "{path} cannot be read: {reason}.", path=path, reason=error.strerror
        ) from error
    try:
        header = json.loads(text, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError):
        raise NotSafetensorsError from None
    if not isinstance(header, dict):
        raise NotSafetensorsError
    return header, 8 + length


def listed_entries(path: Path, table: dict[str, Any]) -> dict[str, Entry]:
    """The tensors of a header, without its metadata. Raises ModelFileError where the list is none."""
    try:
        return {name: _entry(value) for name, value in table.items()}
    except (KeyError, TypeError, ValueError):
        raise _not_valid(path) from None


def _entry(value: dict[str, Any]) -> Entry:
    dtype, shape, (begin, end) = value["dtype"], value["shape"], value["data_offsets"]
    whole = all(type(number) is int and number >= 0 for number in (*shape, begin, end))
    if not isinstance(dtype, str) or not whole or len(shape) > _MAX_DIMENSIONS:
        raise ValueError
    return Entry(dtype, tuple(shape), begin, end)


def require_whole_data(path: Path, entries: dict[str, Entry], data_byte_count: int) -> None:
    """Raises ModelFileError where the tensors do not fill the data without gap or overlap.

    All their types must be among NUMBER_BYTES.
    """
    for entry in entries.values():
        if entry.end - entry.begin != NUMBER_BYTES[entry.dtype] * math.prod(entry.shape):
            raise _not_valid(path)
    spans = sorted((entry.begin, entry.end) for entry in entries.values())
    ends = [0, *(end for _, end in spans)]
    if [begin for begin, _ in spans] != ends[:-1] or ends[-1] != data_byte_count:
        raise ModelFileError(
            "{file} is damaged: it is cut short or has been changed.", file=path.name
        )


def _not_valid(path: Path) -> ModelFileError:
    return ModelFileError("{file} is damaged: its list of tensors is not valid.", file=path.name)
