"""Reads and writes the weights of noisy classifiers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ddpm_studio.checkpoints.classifier_file import (
    ClassifierDescription,
    ClassifierFile,
    inspect_classifier_file,
)
from ddpm_studio.checkpoints.regular_file import ModelFileError
from ddpm_studio.checkpoints.tensor_file import write_tensors
from ddpm_studio.checkpoints.weight_reading import finished, read_weights
from ddpm_studio.checkpoints.weights import require_shapes
from ddpm_studio.networks.noisy_classifier import NoisyClassifier


@dataclass(frozen=True)
class LoadedClassifier:
    """A description and the network it describes, in evaluation mode on ``device``."""

    description: ClassifierDescription
    network: NoisyClassifier
    device: torch.device


def save_classifier(
    path: Path, description: ClassifierDescription, weights: dict[str, Tensor]
) -> None:
    """Write a classifier's file in one step. Raises SaveError where it cannot be written."""
    write_tensors(path, weights, description.to_metadata())


def load_classifier(file: ClassifierFile, device: torch.device | str = "cpu") -> LoadedClassifier:
    """The classifier of a file that must not have changed since it was looked at.

    Raises ModelFileError where names or shapes differ from the network described, or weights are
    not finite.
    """
    with torch.device("meta"):
        network = NoisyClassifier(file.description.network)
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    if expected != file.tensor_shapes:
        raise ModelFileError(
            "{file} is damaged: its weights do not fit the network it describes.",
            file=file.path.name,
        )
    weights = _weights(file)
    require_shapes(weights, file.tensor_shapes, file.path)
    network.load_state_dict(weights, assign=True)
    network.requires_grad_(False).eval().to(device)
    return LoadedClassifier(file.description, network, torch.device(device))


def _weights(file: ClassifierFile) -> dict[str, Tensor]:
    changed = ModelFileError(
        "{file} has changed since it was opened: open it again.", file=file.path.name
    )
    if file.answers is None:
        if inspect_classifier_file(file.path) != file:
            raise changed
        return finished(read_weights(file.path, file.byte_count, file.tensor_shapes))
    # Late: the readers of other projects take a tenth of a second, which a start is worth.
    from ddpm_studio.checkpoints.classifier_opening import look_at_classifier

    found = look_at_classifier(file.path)
    if isinstance(found, ClassifierFile) or os.stat(file.path).st_mtime_ns != file.modified_ns:
        raise changed
    return finished(found.read_weights(dict(file.answers)))
