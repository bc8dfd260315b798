"""The slider of t: its groove is the ramp of noise levels, from data on the left to noise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from ddpm_studio.ui.groove_slider import (
    BAND_HEIGHT,
    BAND_TOP,
    GROOVE_CENTRE,
    GROOVE_HEIGHT,
    HANDLE_RADIUS,
    LABEL_GAP,
    LABEL_TOP,
    TICK_LENGTH,
    TICK_TOP,
    GrooveSlider,
)
from ddpm_studio.ui.theme import Theme, number_font, small_font
from ddpm_studio.ui.views.painted_layer import PaintedLayer

HATCH_SPACING = 5.0


class NoiseSlider(GrooveSlider):
    """t in 0 … T: a click anywhere jumps there and drags on, the wheel and the keys step.

    Whoever listens to ``valueChanged`` hears a person's wish and an echo of ``setValue`` alike.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._margins = (HANDLE_RADIUS + 2, HANDLE_RADIUS + 2)
        self._missing: list[tuple[float, float]] = []  # runs, as shares of the groove
        self._background = PaintedLayer()
        self._revision = 0  # of what the background shows

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._redraw_background()

    def set_groove_margins(self, left: float, right: float) -> None:
        """Distance of t = 0 from the left edge and of t = T from the right one, in pixels."""
        self._margins = (left, right)
        self._redraw_background()

    def set_length(self, T: int, t: int) -> None:
        """Another chain, and where it stands; not announced. Everything of it is taken as there."""
        self.blockSignals(True)
        self.setRange(0, T)
        self.setValue(t)
        self.blockSignals(False)
        self._missing = []
        self._redraw_background()

    def set_reverse_recorded(self, mask: NDArray[np.bool_] | None) -> None:
        """Mark the part where ``mask`` is False; None for nothing to mark.

        ``mask`` has the shape (reverse T + 1,): the reverse chain may keep another schedule.
        """
        missing = [] if mask is None else _shares(~mask)
        if missing != self._missing:
            self._missing = missing
            self.update()

    def x_of(self, t: float) -> float:
        """Where t is, in pixels from the left edge."""
        left, right = self._groove()
        return left + (right - left) * t / max(1, self.maximum())

    def value_at(self, x: float) -> int:
        """The t nearest to a distance from the left edge, clamped."""
        left, right = self._groove()
        fraction = (x - left) / max(1.0, right - left)
        return math.floor(min(max(fraction, 0.0), 1.0) * self.maximum() + 0.5)

    def sizeHint(self) -> QSize:
        height = LABEL_TOP + QFontMetricsF(self._label_font()).height() + 2
        return QSize(400, math.ceil(height))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LanguageChange):
            self.updateGeometry()
            self._redraw_background()
        elif event.type() == QEvent.Type.EnabledChange:
            self._redraw_background()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._background.draw(painter, QRectF(self.rect()), self._revision, self._paint_static)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_missing(painter)  # it changes with every poll while sampling
            self.paint_handle(
                painter, self._theme.noise_colour(self.value() / max(1, self.maximum()))
            )

    def _groove(self) -> tuple[float, float]:
        return self._margins[0], self.width() - self._margins[1]

    def _label_font(self) -> QFont:
        return number_font(small_font(self.font()))

    def _redraw_background(self) -> None:
        self._revision += 1
        self.update()

    def _paint_static(self, painter: QPainter, _rect: QRectF) -> None:
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        self._draw_groove(painter)
        self._draw_ticks(painter)
        self._draw_labels(painter)

    def _draw_groove(self, painter: QPainter) -> None:
        left, right = self._groove()
        radius = GROOVE_HEIGHT / 2
        rectangle = QRectF(
            left - radius, GROOVE_CENTRE - radius, right - left + 2 * radius, GROOVE_HEIGHT
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.noise_gradient(left, right))
        painter.drawRoundedRect(rectangle, radius, radius)

    def _draw_missing(self, painter: QPainter) -> None:
        """A dim orange band with stripes wherever the reverse chain is not sampled yet."""
        colour = QColor(self._theme.reverse)
        tint = QColor(colour)
        tint.setAlphaF(0.25)
        for first, last in self._missing:
            left, right = self.x_of(first * self.maximum()), self.x_of(last * self.maximum())
            band = QPainterPath()
            band.addRoundedRect(QRectF(left, BAND_TOP, right - left, BAND_HEIGHT), 1.5, 1.5)
            painter.fillPath(band, tint)
            painter.save()
            painter.setClipPath(band)
            painter.setPen(QPen(colour, 1.2))
            x = HATCH_SPACING * math.floor(left / HATCH_SPACING)
            while x < right + BAND_HEIGHT:
                painter.drawLine(
                    QPointF(x - BAND_HEIGHT, BAND_TOP + BAND_HEIGHT), QPointF(x, BAND_TOP)
                )
                x += HATCH_SPACING
            painter.restore()

    def _draw_ticks(self, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(self._theme.muted_text), 1.0))
        for t in self._ticks():
            x = self.x_of(t)
            painter.drawLine(QPointF(x, TICK_TOP), QPointF(x, TICK_TOP + TICK_LENGTH))

    def _ticks(self) -> list[int]:
        T = self.maximum()
        return sorted({0, round(T / 4), round(T / 2), round(3 * T / 4), T})

    def _draw_labels(self, painter: QPainter) -> None:
        """The ends first; what would touch them is left out."""
        font = self._label_font()
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        taken: list[QRectF] = []
        for text, left, colour in self._labels(metrics):
            width = metrics.horizontalAdvance(text)
            left = min(max(left, 0.0), self.width() - width)
            place = QRectF(left, LABEL_TOP, width + 1, metrics.height())
            if not any(
                place.adjusted(-LABEL_GAP / 2, 0, LABEL_GAP / 2, 0).intersects(t) for t in taken
            ):
                taken.append(place)
                painter.setPen(QColor(colour))
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft, text)

    def _labels(self, metrics: QFontMetricsF) -> list[tuple[str, float, str]]:
        """Text, its left edge and its colour, the most important first."""
        theme, T = self._theme, self.maximum()
        data, noise = self.tr("data x₀"), self.tr("noise N(0, I)")
        width = metrics.horizontalAdvance
        centred = {t: self.x_of(t) - width(str(t)) / 2 for t in self._ticks()}
        first, last = max(0.0, centred[0]), min(centred[T], self.width() - width(str(T)))
        ends = [("0", first, theme.text), (str(T), last, theme.text)]
        names = [
            (data, first + width("0") + LABEL_GAP, theme.muted_text),
            (noise, last - LABEL_GAP - width(noise), theme.muted_text),
        ]
        inner = [(str(t), x, theme.text) for t, x in centred.items() if 0 < t < T]
        return ends + names + inner


def _shares(mask: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Begin and end of every run of True, each t half a step wide to both sides, in 0 … 1."""
    T = len(mask) - 1
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])))) - 0.5
    shares = np.clip(edges / T, 0.0, 1.0).reshape(-1, 2)
    return [(float(first), float(last)) for first, last in shares]
