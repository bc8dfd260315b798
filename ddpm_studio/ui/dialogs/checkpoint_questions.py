"""The dialog with what a file leaves open, for as long as its opening asks for it."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.session.classifier_choice import ClassifierOpening
from ddpm_studio.session.model_opening import ModelOpening
from ddpm_studio.ui.dialogs.checkpoint_dialog import CheckpointDialog


class CheckpointQuestions(QObject):
    """``dialog`` is None while nothing is asked.

    given_up   the person closed it without an answer
    """

    given_up = Signal()

    def __init__(self, opening: ModelOpening | ClassifierOpening, parent: QWidget) -> None:
        super().__init__(parent)
        self._opening, self._window = opening, parent
        self.dialog: CheckpointDialog | None = None
        opening.asked.connect(self._ask)
        opening.opened.connect(self._close)

    def _ask(self, asked: Any) -> None:
        """What ``open_answered`` of this very opening understands."""
        self._close()
        dialog = CheckpointDialog(asked, self._window)
        dialog.answered.connect(partial(self._opening.open_answered, asked))
        dialog.accepted.connect(self._forget)
        dialog.rejected.connect(self._give_up)
        self.dialog = dialog
        dialog.open()

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.accept()

    def _forget(self) -> None:
        self.dialog = None

    def _give_up(self) -> None:
        self._forget()
        self._opening.leave_unanswered()
        self.given_up.emit()

    def show_problem(self, error: Exception) -> bool:
        """Say why the answers do not fit; False where nothing is asked."""
        if self.dialog is None:
            return False
        self.dialog.show_problem(error)
        return True
