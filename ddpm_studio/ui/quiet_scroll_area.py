"""A column that scrolls where it must, with a bar as thin and quiet as one may be."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from ddpm_studio.ui.theme import Theme


class QuietScrollArea(QScrollArea):
    """Without a frame, as wide as its place is: it scrolls up and down only."""

    def __init__(self, contents: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        contents.setObjectName("contents")
        self.setWidget(contents)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Its place is kept while there is nothing to scroll, so that nothing gets narrower.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.setStyleSheet(f"""
    QScrollArea, QWidget#contents {{ background: transparent; }}
    QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {theme.border}; border-radius: 3px;
        min-height: 24px; margin: 0 0 0 2px; }}
    QScrollBar::handle:vertical:disabled {{ background: transparent; }}
    QScrollBar::handle:vertical:hover {{ background: {theme.muted_text}; }}
    QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
    QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
    """)
