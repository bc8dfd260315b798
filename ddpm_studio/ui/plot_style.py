"""How pyqtgraph draws here: the one place that configures it, and the bare plot all others build on.

Antialiasing costs time where a shape changes with every frame and shows where it is slanted: curves
have it and are kept as pixels (they rarely change), steps do not (they are upright or level).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# pyqtgraph takes the binding that it finds imported.
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsItem, QToolTip, QWidget

# isort: split
import pyqtgraph as pg

from ddpm_studio.ui.theme import Theme, small_font

Ticks = Sequence[tuple[float, str]]
"""Positions on an axis in the plot's own coordinates, and what is written there."""

_LABEL_GAP = 3  # pixels between two labels of the left axis, at least
MAX_CURVE_POINTS = 1001  # more cannot be told apart on a plot of a side column


def configure_pyqtgraph() -> None:
    """Its options: images as numpy keeps them, smooth curves, no OpenGL. Calling it again is free."""
    pg.setConfigOptions(imageAxisOrder="row-major", antialias=True, useOpenGL=False)


def polygon(x: NDArray[np.float64], y: NDArray[np.float64]) -> QPolygonF:
    """Points of shape (n,) and (n,) for a painter, without a loop."""
    return pg.functions.arrayToQPolygonF(x, y)


def curve(x: NDArray[np.float64], y: NDArray[np.float64]) -> pg.PlotCurveItem:
    """A smooth line through (n,) points with gaps at NaN, kept as pixels; its pen is set later."""
    return kept_as_pixels(pg.PlotCurveItem(x, y, connect="finite", antialias=True))


def kept_as_pixels(item: QGraphicsItem) -> QGraphicsItem:
    """``item``, painted once and then copied, until its data or the plot's size change."""
    item.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
    return item


class _Axis(pg.AxisItem):
    """Tick labels alone; lines belong to the plot's background."""

    def drawPicture(
        self, painter: QPainter, axisSpec: object, tickSpecs: object, textSpecs: list
    ) -> None:
        painter.setFont(self.style["tickFont"])
        painter.setPen(self.textPen())
        for rectangle, flags, text in textSpecs:
            painter.drawText(rectangle, flags, text)


class Plot(pg.GraphicsView):
    """A canvas with tick labels below and, on request, at its left; no menus, buttons, or panning.

    ``left_sample`` is the widest label that the left axis has to hold; empty for no left axis.
    Positions of ticks and ranges are set explicitly: nothing here rescales by itself.
    """

    def __init__(self, theme: Theme, *, left_sample: str, parent: QWidget | None = None) -> None:
        configure_pyqtgraph()
        super().__init__(parent)
        self._theme = theme
        self._left_sample = left_sample
        self._x_ticks: Ticks = ()
        self._y_scale: tuple[float, float, Ticks] = (0.0, 0.0, ())
        self._left_labels: list[list[tuple[float, str]]] = []  # as pyqtgraph takes them: by level
        self.view_box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
        self.view_box.disableAutoRange()
        self._bottom, self._left = _Axis("bottom"), _Axis("left")
        self._arrange()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setInteractive(False)  # no item here takes the mouse, so none need be searched for
        self.setMouseTracking(False)
        self.setAntialiasing(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.set_theme(theme)

    def _arrange(self) -> None:
        grid = self.centralLayout
        grid.setSpacing(0)
        grid.addItem(self._left, 0, 0)
        grid.addItem(self.view_box, 0, 1)
        grid.addItem(self._bottom, 1, 1)
        for axis in (self._bottom, self._left):
            axis.linkToView(self.view_box)
            axis.setStyle(tickLength=0, hideOverlappingLabels=False, autoExpandTextSpace=False)
            kept_as_pixels(axis)
        self._left.setVisible(bool(self._left_sample))
        self.view_box.sigResized.connect(self._on_resized)

    # The look

    def pen(self, colour: QColor | str, width: float = 1.6, *, dashed: bool = False) -> QPen:
        """A pen whose width is in pixels of this widget, whatever the plot's scale."""
        # A cosmetic pen counts device pixels.
        pen = QPen(QColor(colour), width * self.devicePixelRatioF())
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dashed:
            pen.setDashPattern([4, 3])
        return pen

    def set_theme(self, theme: Theme) -> None:
        """Other colours; subclasses extend this for their own items."""
        self._theme = theme
        self.setBackground(theme.card)
        for axis in (self._bottom, self._left):
            axis.setTextPen(theme.muted_text)
        self._fit_axes_to_font()

    def gap_above(self) -> int:
        """Pixels over the canvas; labels of ticks at its upper edge stand half in them."""
        return 2

    def gap_below(self) -> int:
        """Pixels between the canvas and the tick labels under it."""
        return 2

    def _fit_axes_to_font(self) -> None:
        font = small_font(self.font())
        metrics = QFontMetricsF(font, self)
        for axis in (self._bottom, self._left):
            axis.setStyle(tickFont=font)
        self._bottom.setStyle(tickTextOffset=self.gap_below())
        self._bottom.setHeight(round(metrics.height()) + self.gap_below())
        self._left.setStyle(tickTextOffset=4)
        width = round(metrics.horizontalAdvance(self._left_sample)) + 6
        self._left.setWidth(width if self._left_sample else 0)
        # The outermost labels stand half outside of the canvas.
        first, last = (metrics.horizontalAdvance(text) / 2 for text in self._end_labels())
        left = 0 if self._left_sample else round(first)
        self.centralLayout.setContentsMargins(left, self.gap_above(), round(last), 0)
        self.redraw_background()

    def _end_labels(self) -> tuple[str, str]:
        return (self._x_ticks[0][1], self._x_ticks[-1][1]) if self._x_ticks else ("", "")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.set_theme(self._theme)
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._fit_axes_to_font()

    def _on_resized(self) -> None:
        """Axes kept as pixels would show their old labels beside the new ones."""
        self._label_left()
        for axis in (self._bottom, self._left):
            axis.setCacheMode(QGraphicsItem.CacheMode.NoCache)
            kept_as_pixels(axis)
        self.redraw_background()

    def redraw_background(self) -> None:
        """Paint afresh what is otherwise kept: canvas, grid lines, and what subclasses add."""
        self.resetCachedContent()
        self.viewport().update()

    def drawBackground(self, painter: QPainter, rectangle: QRectF) -> None:
        """The canvas and one faint line for each tick at the left. Qt keeps the result as pixels."""
        super().drawBackground(painter, rectangle)
        canvas = self.canvas()
        painter.fillRect(canvas, QColor(self._theme.canvas))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        line = QColor(self._theme.border)
        line.setAlpha(150)
        painter.setPen(QPen(line, 1))
        for value, _ in self.y_ticks:
            y = self.to_pixels(0, value).y()
            if canvas.top() <= y <= canvas.bottom() + 0.5:
                painter.drawLine(QPointF(canvas.left(), y), QPointF(canvas.right() - 1, y))

    # Coordinates

    def canvas(self) -> QRectF:
        """Where data is drawn, in pixels of this widget."""
        return self.view_box.sceneBoundingRect()

    def to_pixels(self, x: float, y: float) -> QPointF:
        """From the plot's coordinates to pixels of this widget."""
        (left, right), (low, high) = self.view_box.viewRange()
        canvas = self.canvas()
        return QPointF(
            canvas.left() + (x - left) / (right - left) * canvas.width(),
            canvas.bottom() - (y - low) / (high - low) * canvas.height(),
        )

    def set_x(self, low: float, high: float, ticks: Ticks) -> None:
        """The horizontal range and its tick labels."""
        self.view_box.setXRange(low, high, padding=0)
        self._x_ticks = ticks
        self._bottom.setTicks([list(ticks)])
        self._fit_axes_to_font()

    def set_y(self, low: float, high: float, ticks: Ticks) -> None:
        """The vertical range, its tick labels and grid lines; free where nothing is new."""
        if (low, high, ticks) == self._y_scale:
            return
        self._y_scale = (low, high, ticks)
        self.view_box.setYRange(low, high, padding=0)
        self._label_left()
        self.redraw_background()

    def _label_left(self) -> None:
        """What :meth:`set_y` was given, from below, without what would be written over the one before."""
        low, high, ticks = self._y_scale
        if not ticks or not high > low:
            return
        font = QFontMetricsF(self._left.style["tickFont"], self)
        apart = (high - low) * (font.capHeight() + _LABEL_GAP) / max(1.0, self.canvas().height())
        labels: list[tuple[float, str]] = []
        for value, text in sorted(ticks):
            if not labels or value - labels[-1][0] >= apart:
                labels.append((value, text))
        if [labels] != self._left_labels:
            self._left_labels = [labels]
            self._left.setTicks(self._left_labels)

    @property
    def x_ticks(self) -> Ticks:
        """What :meth:`set_x` was given."""
        return self._x_ticks

    @property
    def y_ticks(self) -> Ticks:
        """What :meth:`set_y` was given."""
        return self._y_scale[2]

    @property
    def y_labels(self) -> list[str]:
        """Those of them for which there is room, from below."""
        return [text for level in self._left_labels for _, text in level]

    # A plot lies in a panel that may scroll, and has no menu.

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()

    def viewportEvent(self, event: QEvent) -> bool:
        # A graphics view looks for tooltips of its items alone.
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.toolTip(), self)
            return True
        return super().viewportEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(340, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, round(2.5 * self.fontMetrics().height()))
