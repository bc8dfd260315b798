"""One line with something to do about it: a model was saved, look at it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from ddpm_studio.ui.closable_bar import ClosableBar
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.theme import Theme


class OfferBar(ClosableBar):
    """Hidden until :meth:`offer`; stays until it is taken, closed or replaced."""

    taken = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.label, self.button = ElidedLabel(), QPushButton()
        super().__init__(theme, self.label, self.button, parent=parent)
        self.button.clicked.connect(self._take)

    def offer(self, text: str, action: str) -> None:
        """Say one sentence, and what the button does."""
        self.label.show_text(text)
        self.button.setText(action)
        self.show()

    def _take(self) -> None:
        self.hide()
        self.taken.emit()
