"""Opens noisy classifiers: files of ours, and guided-diffusion's."""

from __future__ import annotations

import os
from pathlib import Path

from ddpm_studio.checkpoints.classifier_file import (
    ClassifierFile,
    inspect_classifier_file,
    is_classifier_of_ours,
)
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.openai_classifier import (
    OpenAiClassifier,
    is_openai_classifier,
    recognise_classifier,
)
from ddpm_studio.checkpoints.foreign.opening import starts_like_torch
from ddpm_studio.checkpoints.foreign.questions import (
    NO_ANSWERS,
    Answers,
    Question,
    checked_answers,
)
from ddpm_studio.checkpoints.regular_file import ModelFileError
from ddpm_studio.explained_error import brief
from ddpm_studio.networks.configuration import NetworkConfigurationError

__all__ = [
    "OpenAiClassifier",
    "answered_classifier",
    "find_classifier",
    "look_at_classifier",
    "questions_of",
]


def look_at_classifier(path: Path) -> ClassifierFile | OpenAiClassifier:
    """What a file is, from its contents alone. Raises ModelFileError where it is no classifier."""
    if not starts_like_torch(path):
        return inspect_classifier_file(path)
    found = recognise_classifier(path)
    if found is None:
        raise ModelFileError("{file} is no noisy classifier.", file=brief(path.name))
    return found


def find_classifier(path: Path) -> ClassifierFile | OpenAiClassifier | None:
    """The same, and None where it is something else that may be opened otherwise."""
    if os.path.isdir(path):
        return None
    if starts_like_torch(path):
        return recognise_classifier(path) if is_openai_classifier(path) else None
    return inspect_classifier_file(path) if is_classifier_of_ours(path) else None


def questions_of(
    found: ClassifierFile | OpenAiClassifier, model: ModelDescription | None = None
) -> tuple[Question, ...]:
    """What its file leaves open; guessed as it fits the model that it shall guide."""
    if isinstance(found, ClassifierFile):
        return ()
    return found.questions if model is None else found.questions_beside(model)


def answered_classifier(
    path: Path,
    model: ModelDescription | None,
    answers: Answers = NO_ANSWERS,
) -> ClassifierFile:
    """A classifier that can be loaded; what is not answered is guessed, by the model to be guided.

    Raises AnswerError, or ModelFileError where the answers allow no network.
    """
    found = look_at_classifier(path)
    whole = checked_answers(questions_of(found, model), answers)
    if isinstance(found, ClassifierFile):
        return found
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
