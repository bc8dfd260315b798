"""Opens model files and other projects' checkpoints on a thread; asks what a file cannot tell."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.checkpoints.foreign.questions import Answers, Question
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.datasets.catalogue import entry_for
from ddpm_studio.session.background_task import BackgroundTask

if TYPE_CHECKING:
    from ddpm_studio.checkpoints.foreign.foreign_checkpoint import ForeignCheckpoint


@dataclass(frozen=True)
class OpenQuestions:
    """A checkpoint of another project, and what has to be known before it can be used."""

    checkpoint: ForeignCheckpoint
    questions: tuple[Question, ...]


class ModelOpening(QObject):
    """One file at a time: asking for another gives up the one before.

    opened(ModelFile)      it is known to be good
    asked(OpenQuestions)   it is, once these are answered, by :meth:`open_answered`
    failed(object)         the exception that says what is wrong with it
    """

    opened = Signal(object)
    asked = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.task = BackgroundTask(self)
        self.task.finished.connect(self._take)
        self.task.failed.connect(self.failed)

    def open_file(self, path: Path) -> None:
        """A file, or a folder that is one model."""
        self.task.start(partial(_look, Path(path).absolute()))

    def open_answered(self, questions: OpenQuestions, answers: Answers) -> None:
        """Go on with the answers; what is not answered is guessed."""
        self.task.start(partial(_answer, questions.checkpoint, dict(answers)))

    def _take(self, found: ModelFile | OpenQuestions) -> None:
        if isinstance(found, OpenQuestions):
            self.asked.emit(found)
        else:
            self.opened.emit(found)


_Look = Generator[Any, None, ModelFile | OpenQuestions]


def _look(path: Path) -> _Look:
    """A generator without steps, which returns what the file is or raises what is wrong with it."""
    yield from ()
    from ddpm_studio.checkpoints.foreign.opening import all_questions, look_at

    found = look_at(path)
    if isinstance(found, ModelFile):
        if found.description.data_set:
            # Raises where this version has no such data.
            entry_for(found.description.data_set, found.description.network.sample_shape)
        return found
    questions = all_questions(found)
    if questions:
        return OpenQuestions(found, questions)
    return (yield from _answer(found, {}))


def _answer(checkpoint: ForeignCheckpoint, answers: Answers) -> Generator[Any, None, ModelFile]:
    yield from ()
    from ddpm_studio.checkpoints.foreign.opening import answered

    return answered(checkpoint, answers)
