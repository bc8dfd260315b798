"""The slider of training time: one mark for each time at which samples were taken."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ddpm_studio.ui.groove_slider import (
    GROOVE_CENTRE,
    GROOVE_HEIGHT,
    HANDLE_RADIUS,
    LABEL_GAP,
    LABEL_TOP,
    TICK_LENGTH,
    TICK_TOP,
    GrooveSlider,
)
from ddpm_studio.ui.theme import Theme, small_font
from ddpm_studio.ui.training.course_canvas import step_ticks

_NEAREST_TICKS = 5.0  # pixels; closer ones are left out


class SnapshotSlider(GrooveSlider):
    """The value is the index of a snapshot; its place is its step, from 0 to that of the newest."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._at: Sequence[int] = ()  # the step of each snapshot
        self.setRange(0, 0)

    def set_snapshots(self, at: Sequence[int]) -> None:
        """The steps at which samples were taken; the value stays where it can."""
        self._at = at
        self.setRange(0, max(0, len(at) - 1))
        self.setPageStep(max(1, len(at) // 10))
        self.update()

    @property
    def _last_step(self) -> int:
        return max(1, self._at[-1]) if self._at else 1

    def x_of(self, value: int) -> float:
        """Where a snapshot is, in pixels from the left edge."""
        left, right = self._groove()
        step = self._at[value] if value < len(self._at) else 0
        return left + (right - left) * step / self._last_step

    def value_at(self, x: float) -> int:
        """The snapshot nearest to a distance from the left edge."""
        if not self._at:
            return 0
        return min(range(len(self._at)), key=lambda index: abs(self.x_of(index) - x))

    def _groove(self) -> tuple[float, float]:
        return HANDLE_RADIUS + 2, self.width() - HANDLE_RADIUS - 2

    def sizeHint(self) -> QSize:
        height = LABEL_TOP + QFontMetricsF(small_font(self.font())).height() + 2
        return QSize(400, math.ceil(height))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self.isEnabled():
                painter.setOpacity(0.4)
            self._paint_groove(painter)
            self._paint_ticks(painter)
            if self._at:
                self.paint_handle(painter, QColor(self._theme.reverse))

    def _paint_groove(self, painter: QPainter) -> None:
        left, right = self._groove()
        radius = GROOVE_HEIGHT / 2
        top = GROOVE_CENTRE - radius
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.control_hover))
        whole = QRectF(left - radius, top, right - left + 2 * radius, GROOVE_HEIGHT)
        painter.drawRoundedRect(whole, radius, radius)
        if self._at:
            painter.setBrush(QColor(self._theme.reverse))
            done = QRectF(whole)
            done.setRight(self.x_of(self.value()) + radius)
            painter.drawRoundedRect(done, radius, radius)

    def labels(self) -> list[tuple[float, str]]:
        """The steps that are written under the groove: none before the first snapshot, nor after the last."""
        newest = self._at[-1] if self._at else -1
        return [(step, text) for step, text in step_ticks(self._last_step) if step <= newest]

    def _paint_ticks(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.muted_text))
        last = -math.inf
        for index in range(len(self._at)):
            x = self.x_of(index)
            if x - last >= _NEAREST_TICKS:
                painter.drawLine(QPointF(x, TICK_TOP), QPointF(x, TICK_TOP + TICK_LENGTH))
                last = x
        painter.setFont(small_font(self.font()))
        metrics = QFontMetricsF(painter.font(), self)
        taken = -math.inf
        left, right = self._groove()
        painter.setPen(QColor(self._theme.text))
        for step, text in self.labels():
            width = metrics.horizontalAdvance(text)
            x = left + (right - left) * step / self._last_step - width / 2
            x = min(max(x, 0.0), self.width() - width)
            if x >= taken:
                painter.drawText(QPointF(x, LABEL_TOP + metrics.ascent()), text)
                taken = x + width + LABEL_GAP
