"""A folder of configurations and weights, as diffusers writes it: within limits, and no code in it is run."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ddpm_studio.checkpoints.description import DescriptionError, without_repeats
from ddpm_studio.checkpoints.foreign.safetensors_tensors import safetensors_tensors
from ddpm_studio.checkpoints.foreign.source_file import SourceFile
from ddpm_studio.checkpoints.foreign.state_dict import named_tensors
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.foreign.torch_file import open_torch_file
from ddpm_studio.checkpoints.regular_file import MAX_FILE_BYTES, ModelFileError
from ddpm_studio.explained_error import ExplainedError, brief

MAX_CONFIGURATION_BYTES = 1_000_000
_MAX_PARTS = 100


@dataclass(frozen=True)
class FolderContent:
    """A folder whose files are read when they are asked for, each within limits."""

    path: Path

    def configuration(self, name: str) -> dict[str, Any] | None:
        """The JSON object in the file of that name, which may lie in a sub-folder; None without one.

        Raises ModelFileError where there is such a file and it holds anything else, NaN included.
        """
        path = self.path / name
        if not _exists(path):
            return None
        return _json_object(path)

    def weights(
        self, folder: str = "", stem: str = "diffusion_pytorch_model"
    ) -> dict[str, StoredTensor]:
        """The tensors by name that a sub-folder, or this folder itself, holds in whatever form.

        In this order: ``stem`` .safetensors, its parts, .bin, its parts. Raises ModelFileError where there
        is none of them, or it cannot be used.
        """
        start = self.path / folder / stem
        for suffix, read in ((".safetensors", safetensors_tensors), (".bin", _bin_tensors)):
            whole, index = (
                start.with_name(start.name + end) for end in (suffix, f"{suffix}.index.json")
            )
            if _exists(whole):
                return read(whole)
            if _exists(index):
                return _of_parts(index, read)
        raise ModelFileError(
            "{folder} holds no weights: {file} is missing.",
            folder=self.path.name,
            file=f"{stem}.safetensors",
        )


def _exists(path: Path) -> bool:
    """Whatever it is: whoever opens it says what is wrong with it."""
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True


def _json_object(path: Path) -> dict[str, Any]:
    source = SourceFile.at(path)
    if source.byte_count > MAX_CONFIGURATION_BYTES:
        raise ModelFileError("{file} is too long for a configuration.", file=path.name)
    with source.opened() as file:
        text = file.read(MAX_CONFIGURATION_BYTES)
    try:
        found = json.loads(
            text,
            object_pairs_hook=without_repeats,
            parse_constant=_refuse_number,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            "{file} is no configuration that can be read: {reason}.",
            file=path.name,
            reason=_reason(error),
        ) from error
    if not isinstance(found, dict):
        raise ModelFileError("{file} is no configuration: it holds no JSON object.", file=path.name)
    return found


def _reason(error: Exception) -> ExplainedError:
    if isinstance(error, ExplainedError):
        return error
    if isinstance(error, json.JSONDecodeError):
        return DescriptionError("it is not JSON (line {line})", line=error.lineno)
    return DescriptionError("it is not JSON")


def _refuse_number(name: str) -> NoReturn:
    raise DescriptionError("it holds {number}, which is no finite number", number=name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse_number(brief(text))
    return number


def _bin_tensors(path: Path) -> dict[str, StoredTensor]:
    """Of a state_dict that torch.save wrote."""
    tensors = named_tensors(open_torch_file(path).value)
    if tensors is None:
        raise ModelFileError("{file} holds no named weights.", file=path.name)
    return tensors


def _of_parts(
    index: Path, read: Callable[[Path], dict[str, StoredTensor]]
) -> dict[str, StoredTensor]:
    """Weights that an index spreads over several files beside it."""
    places = _places(index)
    parts = {name: read(index.with_name(name)) for name in sorted(set(places.values()))}
    try:
        tensors = {name: parts[part][name] for name, part in places.items()}
    except KeyError as error:
        raise ModelFileError(
            "{file} is damaged: {name} is not where it says.",
            file=index.name,
            name=brief(str(error.args[0])),
        ) from None
    if sum(tensor.byte_count for tensor in tensors.values()) > MAX_FILE_BYTES:
        raise ModelFileError(
            "{file} is larger than any model this application opens.", file=index.name
        )
    return tensors


def _places(index: Path) -> dict[str, str]:
    """Which part holds which tensor."""
    places = _json_object(index).get("weight_map")
    if (
        not isinstance(places, dict)
        or not all(map(_is_plain_name, places.values()))
        or len(set(places.values())) > _MAX_PARTS
    ):
        raise ModelFileError("{file} is damaged: its list of parts is not valid.", file=index.name)
    return places


def _is_plain_name(name: object) -> bool:
    """Of a file beside the index; nothing that leads elsewhere."""
    return (
        isinstance(name, str)
        and name not in ("", ".", "..")
        and not {"/", "\\", ":", "\0"} & set(name)
    )
