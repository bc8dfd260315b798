"""Opens noisy classifiers on a thread, for the model that they shall guide."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ddpm_studio.checkpoints.classifier_file import ClassifierFile
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.questions import Answers
from ddpm_studio.session.checkpoint_opening import CheckpointOpening, OpenQuestions
from ddpm_studio.session.devices import find_devices, prepare_torch


@dataclass(frozen=True)
class ClassifierQuestions(OpenQuestions):
    """Of a classifier, before it can guide ``model``."""

    model: ModelDescription


class ClassifierOpening(CheckpointOpening):
    """opened(ClassifierFile): it can guide the model; put it into a Condition."""

    def open_file(self, path: Path, model: ModelDescription) -> None:
        """Look at a file."""
        self._start(path.name, partial(_look, path.absolute(), model, self._device()))

    def open_answered(self, questions: ClassifierQuestions, answers: Answers) -> None:
        """Go on with the answers; what is not answered is guessed."""
        path, model = questions.checkpoint.path, questions.model
        self._start(path.name, partial(_answer, path, model, dict(answers), self._device()))


_Look = Generator[Any, None, ClassifierFile | ClassifierQuestions]


def _look(path: Path, model: ModelDescription, device: str) -> _Look:
    """A generator without steps. Raises ModelFileError, or ConditionError where it fits no image."""
    from ddpm_studio.checkpoints.classifier_opening import look_at_classifier, questions_of

    found = look_at_classifier(path)
    if isinstance(found, ClassifierFile):
        return (yield from _answer(path, model, {}, device))
    return ClassifierQuestions(found, questions_of(found, model), model)


def _answer(
    path: Path, model: ModelDescription, answers: Answers, device: str
) -> Generator[Any, None, ClassifierFile]:
    """Raises, too, where its weights are damaged: the present chain is not given up for those."""
    yield
    from ddpm_studio.checkpoints.classifier_opening import answered_classifier

    file = answered_classifier(path, model, answers)
    Condition(classifier=file).classes_of(model)  # raises where it cannot guide this model
    yield
    prepare_torch()
    from ddpm_studio.checkpoints.conditioned import loaded_classifier

    loaded_classifier(file, device or find_devices()[0].key)
    return file
