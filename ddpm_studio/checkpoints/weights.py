"""Reads and writes the weights of our model files, and puts the whole model together."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from ddpm_studio.checkpoints.data_at_hand import as_in_file
from ddpm_studio.checkpoints.description import ModelDescription, learns_variance
from ddpm_studio.checkpoints.kept_forms import KeptForms
from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError, inspect_model_file
from ddpm_studio.checkpoints.tensor_file import write_tensors
from ddpm_studio.checkpoints.weight_reading import finished, read_weights
from ddpm_studio.diffusion.targets import Target
from ddpm_studio.networks.denoiser import Denoiser, build_network


@dataclass(frozen=True)
class LoadedModel:
    """A description and the denoiser it describes, in evaluation mode on ``denoiser.device``."""

    description: ModelDescription
    denoiser: Denoiser
    # They, and what memory they take on a GPU, go when the model does.
    forms: KeptForms = field(default_factory=KeptForms, init=False, repr=False, compare=False)


def save_model(path: Path, description: ModelDescription, weights: dict[str, Tensor]) -> None:
    """Write a model file in one step: a file that was there stays whole until the new one is.

    The same description and weights give the same bytes, always.
    Raises SaveError (an OSError whose text is for a person) where it cannot be written.
    """
    write_tensors(path, weights, description.to_metadata())


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
    return finished(loading_steps(file, device))


def loading_steps(
    file: ModelFile, device: torch.device | str = "cpu"
) -> Generator[LoadingProgress, None, LoadedModel]:
    """:func:`load_inspected`, which says after every few megabytes how far it is.

    A small file of ours is read at once, without a word. Of another project's it says after every
    tensor how many bytes of those that the network needs are read.
    """
    network = _meta_network(file.description)
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    if expected != file.tensor_shapes:
        raise ModelFileError(
            "{file} is damaged: its weights do not fit the network it describes.",
            file=file.path.name,
        )
    if file.answers is None:
        weights = yield from _own_weights(file)
    else:
        # Late: the readers of other projects take a tenth of a second, which a start is worth.
        from ddpm_studio.checkpoints.foreign.opening import read_foreign_weights

        weights = yield from read_foreign_weights(file)
    require_shapes(weights, file.tensor_shapes, file.path)
    return assembled(file.description, weights, device)


def require_shapes(
    weights: dict[str, Tensor], shapes: dict[str, tuple[int, ...]], path: Path
) -> None:
    """Raises ModelFileError where weights that were read are not those expected."""
    if {name: tuple(tensor.shape) for name, tensor in weights.items()} != shapes:
        raise ModelFileError("{file} changed while it was being opened.", file=path.name)


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


def _own_weights(file: ModelFile) -> Generator[LoadingProgress, None, dict[str, Tensor]]:
    """Of a file of ours."""
    if inspect_model_file(file.path) != as_in_file(file):
        raise ModelFileError(
            "{file} has changed since it was opened: open it again.", file=file.path.name
        )
    return (yield from read_weights(file.path, file.byte_count, file.tensor_shapes))
