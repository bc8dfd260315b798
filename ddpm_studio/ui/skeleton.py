"""What the window shows before its parts are loaded: where the cards will be, for a moment."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ddpm_studio.ui.theme import RADIUS, SIDE_WIDTH, SPACING, Theme

_TOP_BAR_HEIGHT, _STRIP_AND_TIMELINE_HEIGHT = 44, 236
_SIDE_SHARES = (3, 2, 2)


class Skeleton(QWidget):
    """Empty cards in the places of the real ones; imports nothing that takes time."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._theme.border), 1))
            painter.setBrush(QColor(self._theme.card))
            for place in self._places():
                painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _places(self) -> list[QRectF]:
        area = QRectF(self.rect()).adjusted(SPACING, SPACING, -SPACING, -SPACING)
        top_bar = QRectF(area.left(), area.top(), area.width(), _TOP_BAR_HEIGHT)
        top = top_bar.bottom() + SPACING
        stage = QRectF(area.left(), top, area.width() - SIDE_WIDTH - SPACING, area.bottom() - top)
        chain_width = (stage.width() - SPACING) / 2
        chain_height = stage.height() - _STRIP_AND_TIMELINE_HEIGHT
        chains = [
            QRectF(stage.left() + order * (chain_width + SPACING), top, chain_width, chain_height)
            for order in range(2)
        ]
        return [
            top_bar,
            *chains,
            *self._side(QRectF(stage.right() + SPACING, top, SIDE_WIDTH, stage.height())),
        ]

    def _side(self, column: QRectF) -> list[QRectF]:
        unit = (column.height() - (len(_SIDE_SHARES) - 1) * SPACING) / sum(_SIDE_SHARES)
        places, top = [], column.top()
        for share in _SIDE_SHARES:
            places.append(QRectF(column.left(), top, column.width(), share * unit))
            top += share * unit + SPACING
        return places
