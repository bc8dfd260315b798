"""Tensors of a safetensors file that another program wrote: of any number type, and still in the file."""

from __future__ import annotations

import math
from pathlib import Path

from ddpm_studio.checkpoints.foreign.source_file import SourceFile
from ddpm_studio.checkpoints.foreign.stored_tensor import Storage, StoredTensor
from ddpm_studio.checkpoints.regular_file import ModelFileError
from ddpm_studio.checkpoints.safetensors_header import (
    Entry,
    NotSafetensorsError,
    listed_entries,
    read_header,
    require_whole_data,
)

_TYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip


def open_safetensors_file(path: Path) -> dict[str, StoredTensor]:
    """Its tensors by name, none of them read yet. Raises ModelFileError."""
    source = SourceFile.at(path)
    try:
        table, data_start = read_header(path, source.byte_count)
    except NotSafetensorsError:
        raise ModelFileError(
            "{file} is not a safetensors file, or it is cut short.", file=path.name
        ) from None
    table.pop("__metadata__", None)
    entries = listed_entries(path, table)
    if any(entry.dtype not in _TYPES for entry in entries.values()):
        raise ModelFileError(
            "{file} holds numbers of a kind that DDPM Studio does not know.", file=path.name
        )
    require_whole_data(path, entries, source.byte_count - data_start)
    return {name: _tensor(source, entry, data_start) for name, entry in entries.items()}


def _tensor(source: SourceFile, entry: Entry, data_start: int) -> StoredTensor:
    start, count = data_start + entry.begin, entry.end - entry.begin
    strides = tuple(math.prod(entry.shape[place + 1 :]) for place in range(len(entry.shape)))
    return StoredTensor(Storage(source, start, count, _TYPES[entry.dtype]), 0, entry.shape, strides)
