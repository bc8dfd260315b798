"""A plot over the timesteps: data at the left, noise at the right; a click or a drag seeks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QGraphicsEllipseItem, QGraphicsItem, QGraphicsLineItem, QWidget

from ddpm_studio.ui.number_text import superscript
from ddpm_studio.ui.plot_style import Plot
from ddpm_studio.ui.theme import Theme

Dot = tuple[float, float]
"""Where a curve is at the current t: (t / T, height in the plot's coordinates)."""

LEFT_SAMPLE = "0.01"  # plots over t under each other have canvases of the same width
_MARGIN = 0.015  # of the width, at both ends: a dot at t = 0 is seen whole
_RAMP_HEIGHT = 4
_DOT_RADIUS = 4.0
_FRACTIONS = ("0", "T/4", "T/2", "3T/4", "T")


class TimePlot(Plot):
    """x is t / T, so that chains of different lengths share an axis; labels show the forward's t.

    Under the canvas lies the ramp of noise levels. Keys, where it has the focus: left and right for
    a step, page up and down for a tenth of the chain, home and end.
    """

    seek_requested = Signal(int)

    def __init__(self, theme: Theme, *, left_sample: str, parent: QWidget | None = None) -> None:
        self._T = 1
        self._t = 0
        self._cursor = QGraphicsLineItem()
        self._dots: list[QGraphicsEllipseItem] = []
        super().__init__(theme, left_sample=left_sample, parent=parent)
        self._cursor.setZValue(10)
        self.view_box.addItem(self._cursor, ignoreBounds=True)
        self._dots = [self._new_dot(order) for order in range(2)]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_steps(1)
        self.set_theme(theme)

    def _new_dot(self, order: int) -> QGraphicsEllipseItem:
        dot = QGraphicsEllipseItem(-_DOT_RADIUS, -_DOT_RADIUS, 2 * _DOT_RADIUS, 2 * _DOT_RADIUS)
        dot.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        dot.setZValue(12 - order)
        dot.hide()
        self.view_box.addItem(dot, ignoreBounds=True)
        return dot

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        line = QColor(theme.text)
        line.setAlpha(150)
        self._cursor.setPen(self.pen(line, 1))
        for dot, colour in zip(self._dots, (theme.forward, theme.reverse), strict=False):
            dot.setPen(QPen(QColor(theme.canvas), 1.5))
            dot.setBrush(QColor(colour))

    # What is shown

    def set_steps(self, T: int, *, as_fraction: bool = False) -> None:
        """The forward chain has T >= 1 steps; labels are t, or parts of T where chains differ."""
        self._T = T
        quarters = range(5) if T >= 4 or as_fraction else (0, 4)
        positions = [quarter / 4 for quarter in quarters]
        texts = [_FRACTIONS[quarter] for quarter in quarters]
        if not as_fraction:
            steps = [round(position * T) for position in positions]
            positions, texts = [t / T for t in steps], [str(t) for t in steps]
        self.set_x(-_MARGIN, 1 + _MARGIN, list(zip(positions, texts, strict=True)))

    def set_heights(self, low: float, high: float, ticks: Sequence[tuple[float, str]]) -> None:
        """The vertical range and its ticks; the cursor spans it."""
        self.set_y(low, high, ticks)
        self._cursor.setLine(QLineF(0, low, 0, high))

    def set_cursor(self, t: int, forward: Dot | None, reverse: Dot | None) -> None:
        """The line at the forward chain's t, and a dot on each curve that has a value there."""
        self._t = t
        self._cursor.setPos(t / self._T, 0)
        for item, dot in zip(self._dots, (forward, reverse), strict=True):
            item.setVisible(dot is not None)
            if dot is not None:
                item.setPos(*dot)

    def heights(self) -> tuple[float, float]:
        """The vertical range."""
        low, high = self.view_box.viewRange()[1]
        return low, high

    @property
    def T(self) -> int:
        """Steps of the forward chain."""
        return self._T

    def cursor_position(self) -> float:
        """t / T of the line."""
        return self._cursor.pos().x()

    def dot(self, order: int) -> Dot | None:
        """Where the dot of the forward (0) or the reverse chain (1) is; None where hidden."""
        item = self._dots[order]
        return (item.pos().x(), item.pos().y()) if item.isVisible() else None

    # The ramp and the focus

    def gap_above(self) -> int:
        return round(0.4 * self.fontMetrics().height())

    def gap_below(self) -> int:
        return _RAMP_HEIGHT + 4

    def drawBackground(self, painter: QPainter, rectangle: QRectF) -> None:
        super().drawBackground(painter, rectangle)
        left, right = self.to_pixels(0, 0).x(), self.to_pixels(1, 0).x()
        ramp = QRectF(left, self.canvas().bottom() + 2, right - left, _RAMP_HEIGHT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.noise_gradient(left, right))
        painter.drawRoundedRect(ramp, _RAMP_HEIGHT / 2, _RAMP_HEIGHT / 2)

    def drawForeground(self, painter: QPainter, rectangle: QRectF) -> None:
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.canvas().adjusted(0.5, 0.5, -0.5, -0.5))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    # Seeking

    def step_at(self, x: float) -> int:
        """The t that lies nearest to a horizontal position in pixels of this widget."""
        left, right = self.to_pixels(0, 0).x(), self.to_pixels(1, 0).x()
        fraction = (x - left) / max(right - left, 1.0)
        return round(min(max(fraction, 0.0), 1.0) * self._T)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.seek_requested.emit(self.step_at(event.position().x()))
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.seek_requested.emit(self.step_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        tenth = max(1, self._T // 10)
        targets = {
            Qt.Key.Key_Left: self._t - 1,
            Qt.Key.Key_Right: self._t + 1,
            Qt.Key.Key_PageDown: self._t - tenth,
            Qt.Key.Key_PageUp: self._t + tenth,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self._T,
        }
        target = targets.get(Qt.Key(event.key()))
        if target is None:
            event.ignore()
        else:
            self.seek_requested.emit(min(max(target, 0), self._T))


def decade_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """At most four ticks of a logarithmic axis, from above; positions are powers of ten.

    Whole decades where at least two lie inside, else also twice and five times one.
    """
    first, last = math.ceil(low), math.floor(high)
    if last > first:
        stride = math.ceil((last - first + 1) / 4)
        return [(float(power), power_text(power)) for power in range(last, first - 1, -stride)]
    ticks = [
        (power + math.log10(factor), power_text(power, factor))
        for power in range(last + 1, first - 2, -1)
        for factor in (5, 2, 1)
    ]
    return [tick for tick in ticks if low <= tick[0] <= high][:4]


def power_text(power: int, factor: int = 1) -> str:
    """factor · 10^power as it is read most easily: 0.01, 1, 200, 10⁻⁵, 2·10⁻⁵."""
    if -3 <= power <= 3:
        return f"{factor * 10.0**power:g}"
    return f"{factor}·10{superscript(power)}".removeprefix("1·")
