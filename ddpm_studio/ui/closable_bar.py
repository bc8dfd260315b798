"""A bar that takes a line of the window for a while, with a button that closes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.theme import SPACING, Theme


class ClosableBar(QFrame):
    """Hidden until a subclass has something to show; ``contents`` from the left, the first stretched."""

    def __init__(self, theme: Theme, *contents: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._close = QToolButton()
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING * 3 // 2, SPACING // 2, SPACING // 2, SPACING // 2)
        for order, widget in enumerate((*contents, self._close)):
            layout.addWidget(widget, 0 if order else 1)
        self.set_theme(theme)
        self.retranslate()
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self._close.setIcon(icon("close", theme))

    def retranslate(self) -> None:
        """Follow the language."""
        text = self.tr("Close this message")
        self._close.setToolTip(text)
        self._close.setAccessibleName(text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
