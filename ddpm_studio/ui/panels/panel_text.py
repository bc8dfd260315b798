"""The texts that panels share: a title, a note whose words change with t, long tooltips."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ddpm_studio.ui.theme import Theme, small_font


def paragraphs(*texts: str) -> str:
    """Rich text for a tooltip, which breaks its lines."""
    return "".join(f"<p>{text}</p>" for text in texts)


def title_label() -> QLabel:
    """An empty label in a heavier weight; its size follows the application's font."""
    label = QLabel()
    font = label.font()
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return label


class NoteLabel(QWidget):
    """One line of small text, shortened where it does not fit; new words cost no layout."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._colour = theme.muted_text
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Muted until :meth:`show_text` says otherwise."""
        self._colour = theme.muted_text
        self.update()

    def show_text(self, text: str, colour: str) -> None:
        """Other words, also for a screen reader and as a tooltip."""
        if (text, colour) == (self._text, self._colour):
            return
        self._text, self._colour = text, colour
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.update()

    def text(self) -> str:
        """The whole text."""
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(100, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(small_font(self.font()))
            painter.setPen(QColor(self._colour))
            elide = Qt.TextElideMode.ElideRight
            text = painter.fontMetrics().elidedText(self._text, elide, self.width())
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignVCenter, text)
