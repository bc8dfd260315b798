"""Opens noisy classifiers on a thread, for the model that they shall guide."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.checkpoints.classifier_file import ClassifierFile
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.questions import Answers, Question
from ddpm_studio.session.background_task import BackgroundTask
from ddpm_studio.session.devices import find_devices, prepare_torch

if TYPE_CHECKING:
    from ddpm_studio.checkpoints.classifier_opening import OpenAiClassifier


@dataclass(frozen=True)
class ClassifierQuestions:
    """A classifier of another project, and what has to be known before it can guide ``model``."""

    checkpoint: OpenAiClassifier
    questions: tuple[Question, ...]
    model: ModelDescription


class ClassifierOpening(QObject):
    """One file at a time: asking for another gives up the one before.

    ``device`` tells where its weights shall be, when it is asked.

    opened(ClassifierFile)       it can guide the model: put it into a Condition
    asked(ClassifierQuestions)   it can, once these are answered, by :meth:`open_answered`
    failed(object)               the exception that says what is wrong with it
    """

    opened = Signal(object)
    asked = Signal(object)
    failed = Signal(object)

    def __init__(self, device: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._device = device
        self.name = ""  # of what is being opened
        self.task = BackgroundTask(self)
        self.task.finished.connect(self._take)
        self.task.failed.connect(self.failed)

    def open_file(self, path: Path, model: ModelDescription) -> None:
        """Look at a file."""
        self.name = path.name
        self.task.start(partial(_look, Path(path).absolute(), model, self._device()))

    def open_answered(self, questions: ClassifierQuestions, answers: Answers) -> None:
        """Go on with the answers; what is not answered is guessed."""
        path, model = questions.checkpoint.path, questions.model
        self.name = path.name
        self.task.start(partial(_answer, path, model, dict(answers), self._device()))

    def leave_unanswered(self) -> None:
        """Give up the file that asks, or whose answers are looked at."""
        self.task.cancel()

    def cancel(self) -> None:
        """Give up the file that is being opened."""
        self.task.cancel()

    def _take(self, found: ClassifierFile | ClassifierQuestions) -> None:
        if isinstance(found, ClassifierQuestions):
            self.asked.emit(found)
        else:
            self.opened.emit(found)


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
