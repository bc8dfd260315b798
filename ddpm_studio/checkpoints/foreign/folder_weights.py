"""The weights in a folder, as diffusers writes them: safetensors or .bin, whole or in parts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ddpm_studio.checkpoints.foreign.json_settings import JsonSettings
from ddpm_studio.checkpoints.foreign.safetensors_tensors import safetensors_tensors
from ddpm_studio.checkpoints.foreign.state_dict import named_tensors
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.foreign.torch_file import open_torch_file
from ddpm_studio.checkpoints.regular_file import MAX_FILE_BYTES, ModelFileError
from ddpm_studio.explained_error import brief

_WEIGHTS_STEM = "diffusion_pytorch_model"
_SUFFIXES = (".safetensors", ".bin")
WEIGHTS_NAMES = tuple(_WEIGHTS_STEM + suffix for suffix in _SUFFIXES)
_INDEX_SUFFIX = ".index.json"
_MAX_PARTS = 100

Tensors = Mapping[str, StoredTensor]


def folder_weights(folder: Path) -> Tensors:
    """The tensors by name; their numbers stay in the files.

    Raises ModelFileError where there are none, or they cannot be used.
    """
    for name, read in zip(WEIGHTS_NAMES, (safetensors_tensors, _bin_tensors), strict=True):
        whole, index = folder / name, folder / f"{name}{_INDEX_SUFFIX}"
        if os.path.lexists(whole):  # whatever it is: whoever opens it says what is wrong with it
            return read(whole)
        if os.path.lexists(index):
            return _of_parts(index, read)
    raise ModelFileError(
        "{folder} is not complete: its {file} is missing.",
        folder=folder.name,
        file=WEIGHTS_NAMES[0],
    )


def is_weights_file(path: Path) -> bool:
    """Whether a file is called as the weights in a folder are, or as one part of them."""
    return path.name.startswith(_WEIGHTS_STEM) and path.suffix in _SUFFIXES


def weights_files(folder: Path) -> list[Path]:
    """The files that :func:`folder_weights` reads, as far as they are there."""
    for name in WEIGHTS_NAMES:
        whole, index = folder / name, folder / f"{name}{_INDEX_SUFFIX}"
        if whole.is_file():
            return [whole]
        if index.is_file():
            parts = [index.with_name(part) for part in sorted(set(_places(index).values()))]
            return [index, *(part for part in parts if part.is_file())]
    return []


def _bin_tensors(path: Path) -> Tensors:
    """Of a state_dict that torch.save wrote."""
    tensors = named_tensors(open_torch_file(path).value)
    if tensors is None:
        raise ModelFileError("{file} holds no weights of a network.", file=path.name)
    return tensors


def _of_parts(index: Path, read: Callable[[Path], Tensors]) -> Tensors:
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
    places = JsonSettings.read(index).values.get("weight_map")
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
