"""Seen over the window while files are dragged over it: that they may fall, and what becomes of them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ddpm_studio.ui.theme import RADIUS, SPACING, Theme

_VEIL = 0.82  # of the canvas, over what is below
_DASHES = [4.0, 3.0]  # in widths of the pen


class DropHint(QWidget):
    """Covers its parent, of which it lets every event through."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(parent.rect())
        self.text = self.tr("Drop to open: models, a data set, a training or a classifier")

    def paintEvent(self, event: QPaintEvent) -> None:
        veil, accent = QColor(self._theme.canvas), QColor(self._theme.accent)
        veil.setAlphaF(_VEIL)
        margin = 2.0 * SPACING
        place = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), veil)
            pen = QPen(accent, 2)
            pen.setDashPattern(_DASHES)
            painter.setPen(pen)
            painter.drawRoundedRect(place, RADIUS, RADIUS)
            font = painter.font()
            font.setPointSizeF(1.4 * font.pointSizeF())
            painter.setFont(font)
            painter.setPen(QColor(self._theme.text))
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(place.adjusted(margin, 0, -margin, 0), int(words), self.text)
