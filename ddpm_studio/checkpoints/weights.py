"""Reads and writes the weights of our model files, and puts the whole model together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from ddpm_studio.atomic_file import SaveError, replacing_file
from ddpm_studio.checkpoints.description import ModelDescription, learns_variance
from ddpm_studio.checkpoints.foreign.opening import read_foreign_weights
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError, inspect_model_file
from ddpm_studio.checkpoints.tensor_file import header, packed
from ddpm_studio.diffusion.targets import Target
from ddpm_studio.networks.denoiser import Denoiser, build_network


@dataclass(frozen=True)
class LoadedModel:
    """A description and the denoiser it describes, in evaluation mode on ``denoiser.device``."""

    description: ModelDescription
    denoiser: Denoiser


def save_model(path: Path, description: ModelDescription, weights: dict[str, Tensor]) -> None:
    """Write a model file in one step: a file that was there stays whole until the new one is.

    The same description and weights give the same bytes, always.
    Raises SaveError (an OSError whose text is for a person) where it cannot be written.
    """
    write_safetensors(path, description.to_metadata(), weights)


def write_safetensors(path: Path, metadata: dict[str, str], weights: dict[str, Tensor]) -> None:
    """The same for any metadata."""
    table, data = packed(weights)
    start = header(table, metadata)
    with replacing_file(path) as file:
        file.expected_bytes = len(start) + len(data)
        file.write(start)
        file.write(data)


def load_model(path: Path, device: torch.device | str = "cpu") -> LoadedModel:
    """Open a model file of ours. No code in it is run, and no memory is taken on its word.

    Raises ModelFileError where it cannot be a model: names or shapes that differ from the network
    which the file itself describes, values that are not finite.
    """
    return load_inspected(inspect_model_file(path), device)


def load_inspected(file: ModelFile, device: torch.device | str = "cpu") -> LoadedModel:
    """:func:`load_model` for a file that was inspected already, and must not have changed since.

    It may also be another project's checkpoint, with its answers.
    """
    network = _meta_network(file.description)
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    if expected != file.tensor_shapes:
        raise ModelFileError(
            "{file} is damaged: its weights do not fit the network it describes.",
            file=file.path.name,
        )
    weights = _own_weights(file) if file.answers is None else read_foreign_weights(file)
    require_sound(weights, file.tensor_shapes, file.path)
    return assembled(file.description, weights, device)


def require_sound(
    weights: dict[str, Tensor], shapes: dict[str, tuple[int, ...]], path: Path
) -> None:
    """Raises ModelFileError where weights that were read are not those expected, or not finite."""
    if {name: tuple(tensor.shape) for name, tensor in weights.items()} != shapes:
        raise ModelFileError("{file} changed while it was being opened.", file=path.name)
    if not all(torch.isfinite(tensor).all() for tensor in weights.values()):
        raise ModelFileError(
            "{file} holds weights that are not finite (NaN or infinity).", file=path.name
        )


def assembled(
    description: ModelDescription, weights: dict[str, Tensor], device: torch.device | str
) -> LoadedModel:
    """The described model with these weights, which it keeps. Raises RuntimeError for others."""
    network = _meta_network(description)
    network.load_state_dict(weights, assign=True)
    network.requires_grad_(False).eval().to(device)
    denoiser = Denoiser(
        network,
        description.schedule.build(),
        Target(description.target),
        torch.device(device),
        learns_variance(description.network),
    )
    return LoadedModel(description, denoiser)


def _meta_network(description: ModelDescription) -> nn.Module:
    """Without memory for its weights."""
    with torch.device("meta"):
        return build_network(description.network)


def _own_weights(file: ModelFile) -> dict[str, Tensor]:
    """Of a file of ours."""
    if inspect_model_file(file.path) != file:
        raise ModelFileError(
            "{file} has changed since it was opened: open it again.", file=file.path.name
        )
    return read_safetensors(file.path, file.byte_count)


def read_safetensors(path: Path, byte_count: int) -> dict[str, Tensor]:
    """Read, not mapped into memory: a mapped file that somebody cuts short ends the process."""
    try:
        with open(path, "rb") as stream:
            views: dict[str, Tensor] = load(stream.read(byte_count))
        # Copies are aligned and writable; the views are bytes at any place of the file.
        weights = {name: view.clone() for name, view in views.items()}
    except OSError as error:
        raise ModelFileError(
            "{path} cannot be read: {reason}.", path=path, reason=error.strerror
        ) from error
    except (SafetensorError, KeyError, ValueError) as error:
        raise ModelFileError("{file} is damaged and cannot be read.", file=path.name) from error
    return weights


__all__ = ["LoadedModel", "SaveError", "load_inspected", "load_model", "save_model"]
