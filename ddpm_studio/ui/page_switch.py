"""The switch between the two pages of the window: Look and Train."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ddpm_studio.ui.page import Page
from ddpm_studio.ui.panels.segmented_control import Option, SegmentedControl
from ddpm_studio.ui.theme import SPACING, Theme


class PageSwitch(QWidget):
    """page_requested(Page)   a person wants the other page"""

    page_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = SegmentedControl(theme, len(Page))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING, 1, SPACING, 1)
        layout.addWidget(self.control)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.control.chosen.connect(lambda order: self.page_requested.emit(Page(order)))
        self.retranslate()

    def show_page(self, page: Page) -> None:
        """The one that is in front."""
        with QSignalBlocker(self.control):
            self.control.choose(page)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.control.set_theme(theme)

    def retranslate(self) -> None:
        """Follow the language."""
        self.control.set_options(
            [
                Option(self.tr("Look"), self.tr("Look at a model: both chains at one t (Ctrl+1)")),
                Option(self.tr("Train"), self.tr("Train a model, and watch it learn (Ctrl+2)")),
            ]
        )

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
