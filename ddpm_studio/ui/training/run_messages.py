"""What is said about a training, offered and asked: each in a bar or a box of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from ddpm_studio.session.training_run import UnfinishedRun
from ddpm_studio.ui.message_bar import MessageBar
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import Theme
from ddpm_studio.ui.training.offer_bar import OfferBar
from ddpm_studio.ui.training.questions import ask_to_discard, ask_to_go_on, ask_to_quit
from ddpm_studio.ui.training.remedy import Remedy, remedy

if TYPE_CHECKING:
    from ddpm_studio.session.training_run import TrainingRun

translate = QCoreApplication.translate  # lupdate looks for calls of this name


class RunMessages(QObject):
    """Bars for the page to lay out; boxes over the page's window.

    model_requested(Path)      the model file that was saved is to be looked at
    remedy_requested(Remedy)   the training is to go on with it
    resume_requested(UnfinishedRun)
    """

    model_requested = Signal(Path)
    remedy_requested = Signal(object)
    resume_requested = Signal(object)

    def __init__(self, run: TrainingRun, theme: Theme, page: QWidget) -> None:
        super().__init__(page)
        self._run, self._page = run, page
        self.message_bar, self.offer_bar = MessageBar(theme), OfferBar(theme)
        self._offered: Callable[[], object] = self.offer_bar.hide  # what the bar is for
        self.question: QMessageBox | None = None
        self.offer_bar.taken.connect(lambda: self._offered())
        run.failed.connect(self._on_failed)
        run.told.connect(self.show_problem)
        run.model_saved.connect(self._offer_model)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.message_bar.set_theme(theme)
        self.offer_bar.set_theme(theme)

    def forget(self) -> None:
        """What was said is over."""
        self.message_bar.hide()
        self.offer_bar.hide()

    def show_problem(self, error: Exception) -> None:
        """Say what went wrong, in the window."""
        self.message_bar.show_problem(problem_text(error))

    def _on_failed(self, error: Exception) -> None:
        """Say why, and offer what may help; nothing is lost."""
        self.show_problem(error)
        configuration = self._run.configuration
        if self._run.folder is None or configuration is None:
            return
        found = remedy(error, configuration)
        if found is not None:
            self._offer_remedy(found)

    def _offer_remedy(self, found: Remedy) -> None:
        self._offered = partial(self.remedy_requested.emit, found)
        text = translate("TrainingPage", "The last good state was kept.")
        self.offer_bar.offer(text, found.action)

    def _offer_model(self, path: Path) -> None:
        self._offered = partial(self.model_requested.emit, path)
        text = translate("TrainingPage", "The model was saved as {0}.").format(path.name)
        self.offer_bar.offer(text, translate("TrainingPage", "Look at it"))

    def ask_to_go_on(self, unfinished: UnfinishedRun) -> None:
        """About a training that was left before its end."""
        self.question = ask_to_go_on(
            self._page.window(),
            unfinished,
            partial(self.resume_requested.emit, unfinished),
            partial(self._ask_to_forget, unfinished),
        )

    def _ask_to_forget(self, unfinished: UnfinishedRun) -> None:
        """One key beside "Go on" is not to throw away hours."""
        discard = partial(self._run.forget, unfinished)
        self.question = ask_to_discard(self._page.window(), unfinished.step, discard)

    def ask_to_quit(self, leave: Callable[[], object]) -> None:
        """Whether the window is to be closed while a training goes on."""
        self.question = ask_to_quit(self._page.window(), self._run.configuration, leave)

    def ask_to_discard(self) -> None:
        """Whether a training is to be thrown away."""
        progress = self._run.progress
        step = progress.step if progress is not None else 0
        self.question = ask_to_discard(self._page.window(), step, self._run.discard)
