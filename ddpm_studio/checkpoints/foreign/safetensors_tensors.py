"""The tensors of any safetensors file, in any number type that networks are stored in."""

from __future__ import annotations

import math
from pathlib import Path

from ddpm_studio.checkpoints.foreign.source_file import SourceFile
from ddpm_studio.checkpoints.foreign.stored_tensor import Storage, StoredTensor
from ddpm_studio.checkpoints.other_kinds import known_other_kind
from ddpm_studio.checkpoints.regular_file import ModelFileError
from ddpm_studio.checkpoints.safetensors_header import (
    NUMBER_BYTES,
    Entry,
    NotSafetensorsError,
    listed_entries,
    read_header,
    require_whole_data,
)
from ddpm_studio.explained_error import brief

# The format's names and torch's.
_TYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U8": "uint8",
    "BOOL": "bool",
}


def safetensors_tensors(path: Path) -> dict[str, StoredTensor]:
    """Its tensors by name; their numbers stay in the file. Raises ModelFileError."""
    source = SourceFile.at(path)
    try:
        header, data_start = read_header(path, source.byte_count)
    except NotSafetensorsError:
        raise known_other_kind(path) or ModelFileError(
            "{file} is not a safetensors file, or it is cut short.", file=path.name
        ) from None
    header.pop("__metadata__", None)
    entries = listed_entries(path, header)
    for entry in entries.values():
        if entry.dtype not in NUMBER_BYTES:
            raise ModelFileError(
                "{file} holds weights of the number type {type}, which cannot be read.",
                file=path.name,
                type=brief(entry.dtype) or "?",
            )
    require_whole_data(path, entries, source.byte_count - data_start)
    return {name: _stored(source, data_start, entry) for name, entry in entries.items()}


def _stored(source: SourceFile, data_start: int, entry: Entry) -> StoredTensor:
    storage = Storage(
        source, data_start + entry.begin, entry.end - entry.begin, _TYPES[entry.dtype]
    )
    return StoredTensor(storage, 0, entry.shape, _row_major(entry.shape))


def _row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    """How far apart neighbours lie along each dimension: the last one's are next to each other."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
