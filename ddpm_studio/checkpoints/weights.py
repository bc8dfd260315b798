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
    table, data = packed(weights)
    start = header(table, description.to_metadata())
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
    if {name: tuple(tensor.shape) for name, tensor in weights.items()} != file.tensor_shapes:
        raise ModelFileError("{file} changed while it was being opened.", file=file.path.name)
    if not all(torch.isfinite(tensor).all() for tensor in weights.values()):
        raise ModelFileError(
            "{file} holds weights that are not finite (NaN or infinity).", file=file.path.name
        )
    return assembled(file.description, weights, device)


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
    return _read_weights(file)


def _read_weights(file: ModelFile) -> dict[str, Tensor]:
    """Read, not mapped into memory: a mapped file that somebody cuts short ends the process."""
    try:
        with open(file.path, "rb") as stream:
            views: dict[str, Tensor] = load(stream.read(file.byte_count))
        # Copies are aligned and writable; the views are bytes at any place of the file.
        weights = {name: view.clone() for name, view in views.items()}
    except OSError as error:
        raise ModelFileError(
            "{path} cannot be read: {reason}.", path=file.path, reason=error.strerror
        ) from error
    except (SafetensorError, KeyError, ValueError) as error:
        raise ModelFileError(
            "{file} is damaged and cannot be read.", file=file.path.name
        ) from error
    return weights


__all__ = ["LoadedModel", "SaveError", "load_inspected", "load_model", "save_model"]
