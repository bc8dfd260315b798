"""One line with something to do about it: a model was saved, look at it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.theme import SPACING, Theme


class OfferBar(QFrame):
    """Hidden until :meth:`offer`; stays until it is taken, closed or replaced."""

    taken = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.label = ElidedLabel()
        self.button = QPushButton()
        self._close = QToolButton()
        self._close.clicked.connect(self.hide)
        self.button.clicked.connect(self._take)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING * 3 // 2, SPACING // 2, SPACING // 2, SPACING // 2)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button)
        layout.addWidget(self._close)
        self.set_theme(theme)
        self.retranslate()
        self.hide()

    def offer(self, text: str, action: str) -> None:
        """Say one sentence, and what the button does."""
        self.label.show_text(text)
        self.button.setText(action)
        self.show()

    def _take(self) -> None:
        self.hide()
        self.taken.emit()

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self._close.setIcon(icon("close", theme))

    def retranslate(self) -> None:
        """Follow the language."""
        self._close.setToolTip(self.tr("Close this message"))
        self._close.setAccessibleName(self.tr("Close this message"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
