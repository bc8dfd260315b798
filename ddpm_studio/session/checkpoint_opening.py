"""What opening a model and opening a classifier have in common: a thread, a name, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.checkpoints.foreign.questions import Question
from ddpm_studio.session.background_task import BackgroundTask, Work


@dataclass(frozen=True)
class OpenQuestions:
    """A checkpoint of another project, and what has to be known before it can be used."""

    checkpoint: Any
    questions: tuple[Question, ...]


class CheckpointOpening(QObject):
    """One file at a time: asking for another gives up the one before.

    ``device`` tells where its weights shall be, when it is asked.

    opened(object)         it is known to be good
    asked(OpenQuestions)   it is, once these are answered
    failed(object)         the exception that says what is wrong with it, or with the answers
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
        self.task.failed.connect(self._fail)

    def leave_unanswered(self) -> None:
        """Give up the file that asks, or whose answers are looked at."""
        self.task.cancel()

    def cancel(self) -> None:
        """Give up the file that is being opened."""
        self.task.cancel()

    def _start(self, name: str, make_work: Callable[[], Work]) -> None:
        self.name = name
        self.task.start(make_work)

    def _take(self, found: object) -> None:
        if isinstance(found, OpenQuestions):
            self.asked.emit(found)
        else:
            self.opened.emit(found)

    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)
