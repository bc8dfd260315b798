"""Tensors of a safetensors file that another program wrote: of any number type, and still in the file."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from ddpm_studio.checkpoints.description import DescriptionError, without_repeats
from ddpm_studio.checkpoints.foreign.source_file import SourceFile
from ddpm_studio.checkpoints.foreign.stored_tensor import Storage, StoredTensor
from ddpm_studio.checkpoints.model_file import MAX_HEADER_BYTES, ModelFileError

_PREFIX_BYTES = 8  # the header's length, in little endian
_TYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip


def open_safetensors_file(path: Path) -> dict[str, StoredTensor]:
    """Its tensors by name, none of them read yet. Raises ModelFileError."""
    source = SourceFile.at(path)
    with source.opened() as file:
        header, data_start = _read_header(source, file)
    header.pop("__metadata__", None)
    try:
        tensors = {name: _tensor(source, entry, data_start) for name, entry in header.items()}
    except (KeyError, TypeError, ValueError):
        raise source.damaged() from None
    _require_whole(source, tensors, data_start)
    return tensors


def _read_header(source: SourceFile, file: IO[bytes]) -> tuple[dict[str, Any], int]:
    """The table of tensors, and where their data begin."""
    prefix = file.read(_PREFIX_BYTES)
    length = struct.unpack("<Q", prefix)[0] if len(prefix) == _PREFIX_BYTES else 0
    if not 2 <= length <= min(MAX_HEADER_BYTES, source.byte_count - _PREFIX_BYTES):
        raise ModelFileError(
            "{file} is not a safetensors file, or it is cut short.", file=source.path.name
        )
    try:
        header = json.loads(file.read(length), object_pairs_hook=without_repeats)
    except (ValueError, RecursionError, DescriptionError):
        header = None
    if not isinstance(header, dict):
        raise ModelFileError("{file} is not a safetensors file.", file=source.path.name)
    return header, _PREFIX_BYTES + length


def _tensor(source: SourceFile, entry: Mapping[str, Any], data_start: int) -> StoredTensor:
    """Raises KeyError, TypeError or ValueError where the table lies about it."""
    shape, (begin, end) = tuple(entry["shape"]), entry["data_offsets"]
    if any(type(number) is not int or number < 0 for number in (*shape, begin, end)):
        raise ValueError
    storage = Storage(source, data_start + begin, end - begin, _TYPES[entry["dtype"]])
    tensor = StoredTensor(storage, 0, shape, _strides(shape))
    if storage.byte_count != tensor.byte_count or not tensor.fits:
        raise ValueError
    return tensor


def _strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(math.prod(shape[place + 1 :]) for place in range(len(shape)))


def _require_whole(
    source: SourceFile, tensors: Mapping[str, StoredTensor], data_start: int
) -> None:
    """One tensor begins where another ends, from the first byte of the data to the file's last."""
    places = sorted(
        (tensor.storage.start_byte, tensor.storage.byte_count) for tensor in tensors.values()
    )
    end = data_start
    for start, count in places:
        if start != end:
            raise source.damaged()
        end += count
    if end != source.byte_count:
        raise source.damaged()
