"""t in large figures, each part in a place of its own, so that nothing moves while t runs."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.ui.theme import Theme, number_font

SCALE = 1.5  # relative to the font around
PADDING = 2


class TimeReadout(QWidget):
    """ "t = 437 / 1000", painted by itself: a new t costs no layout."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._t, self._T = 0, 1
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._lay_out()

    def text(self) -> str:
        """What it says."""
        return f"t = {self._t} / {self._T}"

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def set_length(self, T: int) -> None:
        """Another chain length, hence another width."""
        self._T = T
        self._lay_out()

    def show_t(self, t: int) -> None:
        """Show another t."""
        if t != self._t:
            self._t = t
            self.update(self._figures.toAlignedRect())

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(self._after.right()), math.ceil(self._after.height()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._lay_out()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        with QPainter(self) as painter:
            painter.setFont(self._font)
            painter.setPen(QColor(self._theme.muted_text))
            painter.drawText(self._before, middle, "t = ")
            painter.drawText(self._after, middle, f" / {self._T}")
            painter.setFont(self._bold)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(self._figures, middle | right, str(self._t))

    def _lay_out(self) -> None:
        self._font = number_font(self.font())
        self._font.setPointSizeF(self._font.pointSizeF() * SCALE)
        self._bold = QFont(self._font)
        self._bold.setBold(True)
        plain, bold = QFontMetricsF(self._font), QFontMetricsF(self._bold)
        digit = max(bold.horizontalAdvance(figure) for figure in "0123456789")
        height = max(plain.height(), bold.height()) + 2 * PADDING
        self._before = QRectF(0, 0, plain.horizontalAdvance("t = "), height)
        self._figures = QRectF(self._before.right(), 0, digit * len(str(self._T)) + 1, height)
        width = plain.horizontalAdvance(f" / {self._T}") + 1
        self._after = QRectF(self._figures.right(), 0, width, height)
        self.updateGeometry()
        self.update()
