"""A histogram as steps, and a density as a line: items made for a new shape in every frame.

Curve items of pyqtgraph would do; they take four times as long for a new shape.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ddpm_studio.ui.plot_style import polygon

_HIGHEST = 1000.0  # no density of bins 0.1 wide exceeds 10


class StepItem(QGraphicsItem):
    """A translucent area with its outline: bins of equal width over [-limit, limit)."""

    def __init__(self, limit: float) -> None:
        super().__init__()
        self._limit = limit
        self._polygon: QPolygonF | None = None
        self._pen = QPen()
        self._fill = QColor()

    def set_pen(self, pen: QPen, *, fill_alpha: int) -> None:
        """The outline, and how opaque (0 … 255) the area of the same colour under it is."""
        self._pen = pen
        self._fill = QColor(pen.color())
        self._fill.setAlpha(fill_alpha)
        self.update()

    def set_heights(self, heights: NDArray[np.float64] | None) -> None:
        """Densities of the bins, shape (bins,); None for nothing."""
        self._polygon = None if heights is None else self._outline(heights)
        self.update()

    def has_shape(self) -> bool:
        """Whether a histogram is shown."""
        return self._polygon is not None

    def _outline(self, heights: NDArray[np.float64]) -> QPolygonF:
        edges = np.linspace(-self._limit, self._limit, len(heights) + 1)
        levels = np.zeros(2 * len(edges))
        levels[1:-1] = np.repeat(heights, 2)
        return polygon(np.repeat(edges, 2), levels)

    def boundingRect(self) -> QRectF:
        return QRectF(-self._limit, 0.0, 2 * self._limit, _HIGHEST)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        if self._polygon is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill)
        painter.drawPolygon(self._polygon)
        painter.setPen(self._pen)
        painter.drawPolyline(self._polygon)


class LineItem(QGraphicsItem):
    """A smooth line over [-limit, limit], through points at equal distances."""

    def __init__(self, limit: float, point_count: int) -> None:
        super().__init__()
        self._limit = limit
        self.positions = np.linspace(-limit, limit, point_count)
        self._polygon: QPolygonF | None = None
        self._pen = QPen()

    def set_pen(self, pen: QPen) -> None:
        """Its look."""
        self._pen = pen
        self.update()

    def set_heights(self, heights: NDArray[np.float64] | None) -> None:
        """Values at :attr:`positions`, of its shape; None for no line."""
        if heights is None and self._polygon is None:
            return
        self._polygon = None if heights is None else polygon(self.positions, heights)
        self.update()

    def has_shape(self) -> bool:
        """Whether a line is shown."""
        return self._polygon is not None

    def boundingRect(self) -> QRectF:
        return QRectF(-self._limit, 0.0, 2 * self._limit, _HIGHEST)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        if self._polygon is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self._pen)
            painter.drawPolyline(self._polygon)
