"""Our model files: safetensors with the description as metadata; safe to open, atomic to write."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ddpm_studio.checkpoints.description import (
    MAX_METADATA_CHARACTERS,
    DescriptionError,
    ModelDescription,
)
from ddpm_studio.checkpoints.other_kinds import known_other_kind
from ddpm_studio.checkpoints.regular_file import (
    MAX_FILE_BYTES,
    ModelFileError,
    require_regular_file,
)
from ddpm_studio.checkpoints.safetensors_header import (
    MAX_HEADER_BYTES,
    NotSafetensorsError,
    listed_entries,
    read_header,
    require_whole_data,
)

SUFFIX = ".safetensors"
_NUMBER_TYPE = "F32"


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
    missing_data: str = (
        ""  # the data set it was trained on, where that is not here: see data_at_hand
    )

    @property
    def parameter_count(self) -> int:
        """Numbers stored in all tensors."""
        return sum(map(math.prod, self.tensor_shapes.values()))


def inspect_model_file(path: Path) -> ModelFile:
    """What the file says it is, from its header alone. No torch, no weights, under a millisecond.

    Raises ModelFileError where it is missing, not a regular file, truncated, of another kind or
    inconsistent with itself.
    """
    status = require_regular_file(path)
    byte_count = status.st_size
    try:
        header, data_start = read_header(path, byte_count)
    except NotSafetensorsError:
        raise known_other_kind(path) or ModelFileError(
            "{file} is not a model file of DDPM Studio, or it is cut short.", file=path.name
        ) from None
    metadata = header.pop("__metadata__", None)
    try:
        description = ModelDescription.from_metadata(_checked_metadata(metadata))
    except DescriptionError as error:
        raise ModelFileError(
            "{file} is not a model that can be opened: {reason}.", file=path.name, reason=error
        ) from error
    shapes = _checked_tensors(path, header, byte_count - data_start)
    return ModelFile(path, description, shapes, byte_count, status.st_mtime_ns)


def _checked_metadata(metadata: object) -> dict[str, str] | None:
    if not isinstance(metadata, dict):
        return None
    if sum(len(str(value)) for value in metadata.values()) > 2 * MAX_METADATA_CHARACTERS:
        raise DescriptionError("its description is unreasonably long")
    return {str(key): str(value) for key, value in metadata.items()}


def _checked_tensors(
    path: Path, table: dict[str, Any], data_byte_count: int
) -> dict[str, tuple[int, ...]]:
    """Names and shapes; raises where the tensors do not fill the data without gap or overlap."""
    entries = listed_entries(path, table)
    if any(entry.dtype != _NUMBER_TYPE for entry in entries.values()):
        raise ModelFileError("{file} holds weights that are not 32-bit numbers.", file=path.name)
    require_whole_data(path, entries, data_byte_count)
    return {name: entry.shape for name, entry in entries.items()}


__all__ = [
    "MAX_FILE_BYTES",
    "MAX_HEADER_BYTES",
    "SUFFIX",
    "ModelFile",
    "ModelFileError",
    "inspect_model_file",
    "require_regular_file",
]
