"""One line for what went wrong and what to do about it, or for what is done: in the window, never over it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from ddpm_studio.ui.closable_bar import ClosableBar
from ddpm_studio.ui.problem_mark import mark_problem
from ddpm_studio.ui.theme import Theme


class MessageBar(ClosableBar):
    """Hidden until there is something to say, which stays until it is closed or replaced."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # a file may be named <b>
        self._text.setWordWrap(True)
        self._text.setProperty("problem", True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        super().__init__(theme, self._text, parent=parent)

    def show_problem(self, text: str) -> None:
        """Say one sentence."""
        self._show(text, is_problem=True)

    def show_news(self, text: str) -> None:
        """Say that something is done, or under way."""
        self._show(text, is_problem=False)

    def _show(self, text: str, *, is_problem: bool) -> None:
        mark_problem(self._text, is_problem=is_problem)
        self._text.setText(text)
        self.setAccessibleName(text)
        self.show()

    @property
    def text(self) -> str:
        """What it says, or said last."""
        return self._text.text()
