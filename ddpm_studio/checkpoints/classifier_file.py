"""Noisy classifiers as files of ours: what one is, and a look at it without its weights (no torch)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ddpm_studio.checkpoints.description import (
    CLASSIFIER_FORMAT,
    FORMAT_VERSION,
    DescriptionError,
    without_repeats,
)
from ddpm_studio.checkpoints.regular_file import ModelFileError, require_regular_file
from ddpm_studio.checkpoints.safetensors_header import (
    NotSafetensorsError,
    listed_entries,
    read_header,
    require_whole_data,
)
from ddpm_studio.networks.classifier_configuration import (
    ClassifierConfiguration,
    classifier_from_dict,
)
from ddpm_studio.networks.configuration import NetworkConfigurationError

_NUMBER_TYPE = "F32"
_MAX_CHARACTERS = 10_000
_MAX_NAME_CHARACTERS = 200


@dataclass(frozen=True)
class ClassifierDescription:
    """A noisy classifier without its weights; ``origin`` is the project that trained it."""

    name: str
    network: ClassifierConfiguration
    origin: str

    def to_metadata(self) -> dict[str, str]:
        """The string-to-string mapping that safetensors keeps beside the weights."""
        values = {"name": self.name, "network": self.network.as_dict(), "origin": self.origin}
        text = json.dumps(values, sort_keys=True, allow_nan=False)
        return {
            "format": CLASSIFIER_FORMAT,
            "format_version": str(FORMAT_VERSION),
            "description": text,
        }

    @classmethod
    def from_metadata(cls, metadata: Any) -> ClassifierDescription:
        """The description behind :meth:`to_metadata`. Raises DescriptionError."""
        if not isinstance(metadata, dict) or metadata.get("format") != CLASSIFIER_FORMAT:
            raise DescriptionError("it is no noisy classifier")
        text = metadata.get("description")
        if metadata.get("format_version") != str(FORMAT_VERSION) or not isinstance(text, str):
            raise DescriptionError("its description is damaged")
        if len(text) > _MAX_CHARACTERS:
            raise DescriptionError("its description is unreasonably long")
        return _parse(text)


def _parse(text: str) -> ClassifierDescription:
    try:
        values = json.loads(text, object_pairs_hook=without_repeats)
        name, origin = values["name"], values["origin"]
        network = classifier_from_dict(dict(values["network"]))
    except NetworkConfigurationError as error:
        raise DescriptionError("its configuration is not valid: {reason}", reason=error) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DescriptionError("its description is damaged") from error
    for word in (name, origin):
        if not isinstance(word, str) or not 0 < len(word) <= _MAX_NAME_CHARACTERS:
            raise DescriptionError("its description is damaged")
        if not word.isprintable():
            raise DescriptionError("its description is damaged")
    return ClassifierDescription(name, network, origin)


@dataclass(frozen=True)
class ClassifierFile:
    """A noisy classifier's file, looked at without reading its weights.

    ``answers`` are those to what another project's file left open; None for a file of ours.
    """

    path: Path
    description: ClassifierDescription
    tensor_shapes: dict[str, tuple[int, ...]] = field(hash=False)
    byte_count: int
    modified_ns: int
    answers: tuple[tuple[str, Any], ...] | None = None

    @property
    def parameter_count(self) -> int:
        """Numbers stored in all tensors."""
        return sum(map(math.prod, self.tensor_shapes.values()))


def is_classifier_of_ours(path: Path) -> bool:
    """False, too, where it cannot be read: whoever opens it then says why."""
    try:
        metadata = read_header(path, require_regular_file(path).st_size)[0].get("__metadata__")
    except (NotSafetensorsError, ModelFileError, DescriptionError):
        return False
    return isinstance(metadata, dict) and metadata.get("format") == CLASSIFIER_FORMAT


def inspect_classifier_file(path: Path) -> ClassifierFile:
    """Of ours, from its header alone. Raises ModelFileError."""
    status = require_regular_file(path)
    try:
        table, data_start = read_header(path, status.st_size)
        description = ClassifierDescription.from_metadata(table.pop("__metadata__", None))
    except NotSafetensorsError:
        raise ModelFileError(
            "{file} is no noisy classifier, or it is cut short.", file=path.name
        ) from None
    except DescriptionError as error:
        raise ModelFileError(
            "{file} cannot be used as a classifier: {reason}.", file=path.name, reason=error
        ) from error
    entries = listed_entries(path, table)
    if any(entry.dtype != _NUMBER_TYPE for entry in entries.values()):
        raise ModelFileError("{file} holds weights that are not 32-bit numbers.", file=path.name)
    require_whole_data(path, entries, status.st_size - data_start)
    shapes = {name: entry.shape for name, entry in entries.items()}
    return ClassifierFile(path, description, shapes, status.st_size, status.st_mtime_ns)
