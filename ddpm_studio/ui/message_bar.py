"""One line for what went wrong and what to do about it: in the window, never over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.theme import SPACING, Theme


class MessageBar(QFrame):
    """Hidden until :meth:`show_problem`; stays until it is closed or replaced."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # a file may be named <b>
        self._text.setWordWrap(True)
        self._text.setProperty("problem", True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton()
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING * 3 // 2, SPACING // 2, SPACING // 2, SPACING // 2)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close)
        self.set_theme(theme)
        self.retranslate()
        self.hide()

    def show_problem(self, text: str) -> None:
        """Say one sentence."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.show()

    @property
    def text(self) -> str:
        """What it says, or said last."""
        return self._text.text()

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
