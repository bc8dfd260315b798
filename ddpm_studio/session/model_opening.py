"""Opens model files and other projects' checkpoints on a thread; asks what a file cannot tell.

A model is opened once its weights were read and found good, not before: so whoever shows it never
shows half of one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from ddpm_studio.checkpoints.data_at_hand import with_data_at_hand
from ddpm_studio.checkpoints.foreign.questions import Answers
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.session.checkpoint_opening import CheckpointOpening, OpenQuestions
from ddpm_studio.session.loaded_models import loading

if TYPE_CHECKING:
    from ddpm_studio.checkpoints.foreign.foreign_checkpoint import ForeignCheckpoint


class NotAllOpenedError(ExplainedError):
    """Several files of which more than one cannot be opened."""


class ModelOpening(CheckpointOpening):
    """Asking for another file gives up the one before, and those that wait behind it.

    opened(ModelFile): its weights are in memory. What is wrong with several files that were asked
    for together is told by one ``failed``, once all were tried.
    """

    def __init__(self, device: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(device, parent)
        self.count = 0  # of the files that were asked for together
        self._waiting: deque[Path] = deque()
        self._problems: list[Exception] = []
        self._is_asking = False

    @property
    def number(self) -> int:
        """Which of the ``count`` files is being opened, from 1 on."""
        return self.count - len(self._waiting)

    def open_file(self, path: Path) -> None:
        """A file, or a folder that is one model."""
        self.open_files([path])

    def open_files(self, paths: Sequence[Path]) -> None:
        """One after another, as :meth:`open_file`: a bad one keeps none of the others back."""
        self._forget_others(len(paths))
        self._waiting.extend(paths)
        self._go_on()

    def open_model(self, model: ModelFile) -> None:
        """A model that was looked at before."""
        self._forget_others(1)
        self._start(model.path.name, partial(_load, model, self._device()))

    def open_answered(self, questions: OpenQuestions, answers: Answers) -> None:
        """Go on with the answers; what is not answered is guessed."""
        checkpoint = questions.checkpoint
        work = partial(_answer, checkpoint, dict(answers), self._device())
        self._start(checkpoint.path.name, work)

    def leave_unanswered(self) -> None:
        """Give up the file that asks, or whose answers are looked at, and go on with the next."""
        self._is_asking = False
        super().leave_unanswered()
        self._go_on()

    def cancel(self) -> None:
        """Give up the file that is being opened, and those that wait; what was wrong is told."""
        self._waiting.clear()
        self._is_asking = False
        super().cancel()
        self._go_on()

    def _forget_others(self, count: int) -> None:
        self.count, self._is_asking = count, False
        self._waiting.clear()
        self._problems.clear()

    def _go_on(self) -> None:
        """With the next file; after the last one all problems are told, which nothing hides then."""
        if self._waiting:
            path = self._waiting.popleft()
            self._start(path.name, partial(_look, path.absolute(), self._device()))
        elif self._problems:
            problems, self._problems = self._problems, []
            self.failed.emit(_together(problems, self.count))

    def _take(self, found: object) -> None:
        self._is_asking = isinstance(found, OpenQuestions)
        super()._take(found)
        if not isinstance(found, OpenQuestions):
            self._go_on()

    def _fail(self, error: Exception) -> None:
        if self._is_asking:
            super()._fail(error)  # other answers may do
        else:
            self._problems.append(error)
            self._go_on()


def _together(problems: list[Exception], count: int) -> Exception:
    """One problem as it is, several in one sentence about ``count`` files."""
    if len(problems) == 1:
        return problems[0]
    return NotAllOpenedError(
        "{problems} of {count} files could not be opened. The first: {reason}.",
        problems=len(problems),
        count=count,
        reason=problems[0],
    )


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
