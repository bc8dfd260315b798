"""A plot over training steps: curves in front of raw values, either axis logarithmic at choice."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QWidget

from ddpm_studio.ui.number_text import superscript
from ddpm_studio.ui.panels.time_plot import decade_ticks
from ddpm_studio.ui.plot_style import Plot, Ticks, curve
from ddpm_studio.ui.theme import Theme, small_font

FloatArray = NDArray[np.float64]

_LEFT_SAMPLE = "0.001"
_SHORTEST = 100  # steps that the horizontal axis spans at least
_ROOM = 0.06  # of the height, over and under the curves
_RAW_ALPHA = 60
_OUTLIERS = 0.02  # of the raw values, at either end, may lie outside of the plot


class CourseCanvas(Plot):
    """A faint line of raw values, a strong one of smoothed values, and a mark at one step."""

    def __init__(self, theme: Theme, colour_name: str, parent: QWidget | None = None) -> None:
        self._colour_name = colour_name
        self.raw, self.smooth = (curve(np.zeros(0), np.zeros(0)) for _ in range(2))
        self._log_x = self._log_y = False
        self._last_step = 0
        self._marked: float | None = None
        self._level = math.nan
        self._empty_text = ""
        self._shown_x = (0.0, False)  # the end of the axis, and whether it is logarithmic
        super().__init__(theme, left_sample=_LEFT_SAMPLE, parent=parent)
        self.raw.setData(np.zeros(0), np.zeros(0), antialias=False)  # nearly upright: faster so
        for item in (self.raw, self.smooth):
            item.setCacheMode(QGraphicsItem.CacheMode.NoCache)  # new with every poll
            self.view_box.addItem(item, ignoreBounds=True)
        self.show_curves(None, None, 0)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        colour = QColor(getattr(theme, self._colour_name))
        self.smooth.setPen(self.pen(colour, 1.8))
        faint = QColor(colour)
        faint.setAlpha(_RAW_ALPHA)
        self.raw.setPen(self.pen(faint, 1.0))

    def gap_above(self) -> int:
        return round(0.4 * self.fontMetrics().height())

    def set_axes(self, *, log_x: bool, log_y: bool) -> None:
        """Which axes are logarithmic; the next curves follow."""
        self._log_x, self._log_y = log_x, log_y

    @property
    def log_axes(self) -> tuple[bool, bool]:
        """Whether x and y are logarithmic."""
        return self._log_x, self._log_y

    def show_curves(
        self,
        raw: tuple[FloatArray, FloatArray] | None,
        smooth: tuple[FloatArray, FloatArray] | None,
        last_step: int,
        level: float = math.nan,
    ) -> None:
        """Steps (n,) from 1 and their values (n,); ``last_step`` is what the axis must reach.

        ``level`` is a value known exactly, drawn all across; NaN for none.
        """
        for item, line in ((self.raw, raw), (self.smooth, smooth)):
            x, y = line if line is not None else (np.zeros(0), np.zeros(0))
            item.setData(self._across(x), self._up(y))
        self._fit_x(last_step)
        seen = [self._up(line[1]) for line in (smooth, raw) if line is not None]
        self._level = float(self._up(np.array([level]))[0])
        self._fit_y([*seen, np.array([self._level])])

    def show_mark(self, step: float | None) -> None:
        """A thin upright line at a step; None for none."""
        if step != self._marked:
            self._marked = step
            self.viewport().update()

    def show_empty_text(self, text: str) -> None:
        """What is said while there is no curve."""
        self._empty_text = text
        self.viewport().update()

    @property
    def is_empty(self) -> bool:
        """Whether there is no curve."""
        return self.smooth.xData is None or not len(self.smooth.xData)

    def _across(self, steps: FloatArray) -> FloatArray:
        return np.log10(np.maximum(steps, 1.0)) if self._log_x else steps

    def _up(self, values: FloatArray) -> FloatArray:
        if not self._log_y:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            heights = np.log10(values)
        heights[~np.isfinite(heights)] = math.nan
        return heights

    def _fit_x(self, last_step: int) -> None:
        """In few steps, as labels have to be laid out for each."""
        ticks: Ticks
        if self._log_x:
            high = math.ceil(math.log10(max(last_step, _SHORTEST)) * 4) / 4
            ticks = [(float(p), step_text(10**p)) for p in range(math.floor(high) + 1)]
        else:
            high = _round_up(max(last_step, _SHORTEST))
            ticks = step_ticks(high)
        if (high, self._log_x) != self._shown_x:
            self._shown_x = (high, self._log_x)
            self.set_x(0.0, high, ticks)

    def _fit_y(self, seen: Sequence[FloatArray]) -> None:
        finite = np.concatenate([s[np.isfinite(s)] for s in seen]) if seen else np.zeros(0)
        if not len(finite):
            low, high = (-2.0, 0.0) if self._log_y else (0.0, 1.0)
        elif self._log_y:
            low = math.floor((_low(finite) - 0.05) * 5) / 5
            high = math.ceil((_high(finite) + 0.05) * 5) / 5
        else:
            low, high = 0.0, _round_up(float(_high(finite)) * (1 + _ROOM))
        ticks = decade_ticks(low, high) if self._log_y else _value_ticks(high)
        self.set_y(low, high, ticks)

    def drawForeground(self, painter: QPainter, rectangle: QRectF) -> None:
        canvas = self.canvas()
        if self.is_empty:
            painter.setFont(small_font(self.font()))
            paint_hint(painter, canvas, self._empty_text, self._theme)
            return
        if len(self.smooth.xData) == 1:  # no line yet
            painter.setBrush(QColor(getattr(self._theme, self._colour_name)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(self.to_pixels(self.smooth.xData[0], self.smooth.yData[0]), 3, 3)
        if math.isfinite(self._level):
            y = self.to_pixels(0, self._level).y()
            painter.setPen(self.pen(self._theme.exact, 1.4, dashed=True))
            painter.drawLine(QPointF(canvas.left(), y), QPointF(canvas.right(), y))
        if self._marked is not None:
            x = self.to_pixels(float(self._across(np.array([self._marked]))[0]), 0).x()
            colour = QColor(self._theme.text)
            colour.setAlpha(120)
            painter.setPen(QPen(colour, 1))
            painter.drawLine(QPointF(x, canvas.top()), QPointF(x, canvas.bottom()))

    def step_at(self, x: float) -> float:
        """The step under a horizontal position in pixels of this widget."""
        (left, right), _ = self.view_box.viewRange()
        canvas = self.canvas()
        at = left + (x - canvas.left()) / max(1.0, canvas.width()) * (right - left)
        return 10.0**at if self._log_x else at


def paint_hint(painter: QPainter, canvas: QRectF, text: str, theme: Theme) -> None:
    """Quiet words in the middle of an empty plot, on a patch that hides its lines."""
    flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
    area = canvas.adjusted(12, 4, -12, -4)
    patch = painter.boundingRect(area, flags, text).adjusted(-6, -3, 6, 3)
    painter.fillRect(patch, QColor(theme.canvas))
    painter.setPen(QColor(theme.muted_text))
    painter.drawText(area, flags, text)


def _low(values: FloatArray) -> float:
    return float(np.quantile(values, _OUTLIERS)) if len(values) > 50 else float(values.min())


def _high(values: FloatArray) -> float:
    """A single outlier of raw values is cut off rather than flattening all the rest."""
    return float(np.quantile(values, 1 - _OUTLIERS)) if len(values) > 50 else float(values.max())


def _round_up(value: float) -> float:
    """1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 or 10 times a power of ten, at least ``value``."""
    if value <= 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    for factor in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if factor * power >= value * (1 - 1e-9):
            return factor * power
    return 10 * power


def _even(high: float, count: int) -> list[float]:
    """Round positions from 0 to ``high``, at most ``count`` + 1."""
    for factor in (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5):
        unit = factor * 10.0 ** math.floor(math.log10(high))
        if high / unit <= count + 1e-9:
            return [order * unit for order in range(math.floor(high / unit + 1e-9) + 1)]
    return [0.0, high]


def step_ticks(high: float) -> Ticks:
    """At most five round whole numbers of steps from 0 on, and how they are written."""
    return [(step, step_text(step)) for step in _even(high, 4) if step == int(step)]


def _value_ticks(high: float) -> Ticks:
    return [(value, _short(value)) for value in reversed(_even(high, 4))]


def _short(value: float) -> str:
    if value == 0 or abs(value) >= 1e-3:
        return f"{value:.3g}" if abs(value) < 1e4 else step_text(value)
    mantissa, exponent = f"{value:.1e}".split("e")
    mantissa = mantissa.removesuffix(".0")
    power = f"10{superscript(int(exponent))}"
    return power if mantissa == "1" else f"{mantissa}·{power}"


def step_text(step: float) -> str:
    """A number of steps in few characters: 250, 5k, 12.5k, 2M."""
    for unit, name in ((1_000_000, "M"), (1000, "k")):
        if step >= unit:
            return f"{step / unit:.4g}{name}"
    return f"{step:.4g}"
