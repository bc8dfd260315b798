"""Opens model files and other projects' checkpoints on a thread; asks what a file cannot tell.

A model is opened once its weights were read and found good, not before: so whoever shows it never
shows half of one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.checkpoints.data_at_hand import with_data_at_hand
from ddpm_studio.checkpoints.foreign.questions import Answers, Question
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.session.background_task import BackgroundTask
from ddpm_studio.session.loaded_models import loading

if TYPE_CHECKING:
    from ddpm_studio.checkpoints.foreign.foreign_checkpoint import ForeignCheckpoint


@dataclass(frozen=True)
class OpenQuestions:
    """A checkpoint of another project, and what has to be known before it can be used."""

    checkpoint: ForeignCheckpoint
    questions: tuple[Question, ...]


class ModelOpening(QObject):
    """One file at a time: asking for another gives up the one before.

    ``device`` tells where its weights shall be, when it is asked.

    opened(ModelFile)      it is known to be good, and its weights are in memory
    asked(OpenQuestions)   it is, once these are answered, by :meth:`open_answered`
    failed(object)         the exception that says what is wrong with it
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

    def open_file(self, path: Path) -> None:
        """A file, or a folder that is one model."""
        self.name = path.name
        self.task.start(partial(_look, Path(path).absolute(), self._device()))

    def open_model(self, model: ModelFile) -> None:
        """A model that was looked at before."""
        self.name = model.path.name
        self.task.start(partial(_load, model, self._device()))

    def open_answered(self, questions: OpenQuestions, answers: Answers) -> None:
        """Go on with the answers; what is not answered is guessed."""
        self.name = questions.checkpoint.path.name
        self.task.start(partial(_answer, questions.checkpoint, dict(answers), self._device()))

    def cancel(self) -> None:
        """Give up the file that is being opened."""
        self.task.cancel()

    def _take(self, found: ModelFile | OpenQuestions) -> None:
        if isinstance(found, OpenQuestions):
            self.asked.emit(found)
        else:
            self.opened.emit(found)


_Opening = Generator[Any, None, ModelFile]


def _look(path: Path, device: str) -> Generator[Any, None, ModelFile | OpenQuestions]:
    """Returns what the file is, once it is known to be good, or raises what is wrong with it."""
    from ddpm_studio.checkpoints.foreign.opening import all_questions, look_at

    found = look_at(path)
    if isinstance(found, ModelFile):
        return (yield from _load(found, device))
    questions = all_questions(found)
    if questions:
        return OpenQuestions(found, questions)
    return (yield from _answer(found, {}, device))


def _answer(checkpoint: ForeignCheckpoint, answers: Answers, device: str) -> _Opening:
    from ddpm_studio.checkpoints.foreign.opening import answered

    return (yield from _load(answered(checkpoint, answers), device))


def _load(model: ModelFile, device: str) -> _Opening:
    """Its weights may be anything yet: damaged, no numbers, of another shape, too many."""
    yield  # a moment at which somebody who opened another file need not wait for this one
    model = with_data_at_hand(model)
    yield from loading(model, device)
    return model
