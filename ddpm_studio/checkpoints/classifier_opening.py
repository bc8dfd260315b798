"""Opens noisy classifiers: files of ours, and guided-diffusion's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ddpm_studio.checkpoints.classifier_file import ClassifierFile, inspect_classifier_file
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.openai_classifier import (
    OpenAiClassifier,
    recognise_classifier,
)
from ddpm_studio.checkpoints.foreign.opening import starts_like_torch
from ddpm_studio.checkpoints.foreign.questions import Value, checked_answers
from ddpm_studio.checkpoints.regular_file import ModelFileError
from ddpm_studio.explained_error import brief
from ddpm_studio.networks.configuration import NetworkConfigurationError

__all__ = ["OpenAiClassifier", "answered_classifier", "look_at_classifier"]


def look_at_classifier(path: Path) -> ClassifierFile | OpenAiClassifier:
    """What a file is, from its contents alone. Raises ModelFileError where it is no classifier."""
    if not starts_like_torch(path):
        return inspect_classifier_file(path)
    found = recognise_classifier(path)
    if found is None:
        raise ModelFileError("{file} is no noisy classifier.", file=brief(path.name))
    return found


def answered_classifier(
    path: Path, model: ModelDescription, answers: Mapping[str, Value] | None = None
) -> ClassifierFile:
    """A classifier that can be loaded, and that can guide a model; what is not answered is guessed.

    Raises AnswerError, or ModelFileError where the answers allow no network.
    """
    found = look_at_classifier(path)
    if isinstance(found, ClassifierFile):
        return found
    whole = checked_answers(found.questions_beside(model), answers or {})
    try:
        description = found.describe(whole)
    except NetworkConfigurationError as error:
        raise ModelFileError(
            "{file} cannot be used like this: {reason}.", file=path.name, reason=error
        ) from error
    status = os.stat(path)
    shapes = dict(found.tensor_shapes(whole))
    stored = tuple(sorted(whole.items()))
    return ClassifierFile(path, description, shapes, status.st_size, status.st_mtime_ns, stored)
