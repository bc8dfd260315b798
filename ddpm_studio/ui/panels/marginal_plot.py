"""One marginal of x_t as two histograms, with the density of N(0, 1) and, where known, p_t's own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.ui.number_text import MINUS
from ddpm_studio.ui.panels.step_item import LineItem, StepItem
from ddpm_studio.ui.plot_style import Plot, curve
from ddpm_studio.ui.theme import SPACING, Theme, small_font

LIMIT = 4.0  # histograms cover [-LIMIT, LIMIT)
NORMAL_PEAK = 1 / math.sqrt(2 * math.pi)
_LINE_POINTS = 201
_SAME_DENSITY = 0.002  # less than a pixel
_X_TICKS = [(float(x), f"{MINUS if x < 0 else ''}{abs(x)}") for x in (-4, -2, 0, 2, 4)]


@dataclass(frozen=True)
class Marginal:
    """A histogram as densities, shape (bins,), and the share of values outside [-LIMIT, LIMIT).

    ``law``: the law that the values should have, over one coordinate, where it is known.
    """

    density: NDArray[np.float64]
    outside: float
    law: GaussianMixture | None = None


class MarginalPlot(Plot):
    """Density against value. What is higher than the top is cut, and marked with its height."""

    def __init__(self, theme: Theme, *, with_left: bool, parent: QWidget | None = None) -> None:
        self._title = ""
        self._notes: list[tuple[str, QColor]] = []  # at the top right
        self._marks: list[tuple[float, str, QColor, bool]] = []  # bin centre, text, …, at its left
        self._top = 0.0
        self._steps: list[StepItem] = []
        self._laws: list[LineItem] = []
        super().__init__(theme, left_sample="0.0" if with_left else "", parent=parent)
        self._steps = [StepItem(LIMIT), StepItem(LIMIT)]
        x = np.linspace(-LIMIT, LIMIT, 161)
        self._normal = curve(x, np.exp(-0.5 * x * x) * NORMAL_PEAK)
        self._laws = [LineItem(LIMIT, _LINE_POINTS) for _ in range(2)]
        for item in (*self._steps, self._normal, *self._laws):
            self.view_box.addItem(item, ignoreBounds=True)
        self.set_x(-LIMIT, LIMIT, _X_TICKS)
        self.set_top(0.6)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        if self._steps:
            self._steps[0].set_pen(self.pen(theme.forward, 1), fill_alpha=110)
            self._steps[1].set_pen(self.pen(theme.reverse, 1), fill_alpha=38)
            self._normal.setPen(self.pen(theme.normal, dashed=True))
            self._laws[0].set_pen(self.pen(theme.exact, 1.6))
            dotted = self.pen(theme.exact, 1.6)
            dotted.setDashPattern([1, 2])
            self._laws[1].set_pen(dotted)

    def set_title(self, title: str) -> None:
        """The marginal's name, at the top left of the canvas."""
        self._title = title
        self.redraw_background()

    @property
    def top(self) -> float:
        """The density at the canvas's upper edge."""
        return self._top

    def set_top(self, top: float) -> None:
        """Another vertical scale, from 0 to ``top``; grid lines at thirds."""
        if top != self._top:
            self._top = top
            self.set_y(0.0, top, [(part * top / 3, f"{part * top / 3:g}") for part in range(3)])

    def set_marginals(
        self, forward: Marginal | None, reverse: Marginal | None, notes: list[str]
    ) -> None:
        """Show both histograms, or none where a frame is missing; ``notes`` as (forward, reverse).

        One curve for the law of both; where they differ, the reverse chain's is dotted.
        """
        self._notes, self._marks = [], []
        colours = (QColor(self._theme.forward), QColor(self._theme.reverse))
        for order, marginal in enumerate((forward, reverse)):
            self._steps[order].set_heights(marginal.density if marginal else None)
            if marginal:
                self._mark_what_is_cut(marginal, colours[order], at_left=order == 0)
                if notes[order]:
                    self._notes.append((notes[order], colours[order]))
        self._show_laws([each.law if each else None for each in (forward, reverse)])
        self.viewport().update()

    def _show_laws(self, laws: list[GaussianMixture | None]) -> None:
        first, second = (law.density(self._laws[0].positions) if law else None for law in laws)
        if first is None:
            first, second = second, None
        if (
            first is not None
            and second is not None
            and np.abs(first - second).max() < _SAME_DENSITY
        ):
            second = None
        self._laws[0].set_heights(first)
        self._laws[1].set_heights(second)

    def _mark_what_is_cut(self, marginal: Marginal, colour: QColor, *, at_left: bool) -> None:
        peak = int(marginal.density.argmax())
        height = float(marginal.density[peak])
        if height > self._top:
            centre = -LIMIT + (peak + 0.5) * 2 * LIMIT / len(marginal.density)
            text = f"{height:.1f} ▲" if at_left else f"▲ {height:.1f}"
            self._marks.append((centre, text, colour, at_left))

    def has_histogram(self, order: int) -> bool:
        """Whether the forward (0) or the reverse (1) histogram is shown."""
        return self._steps[order].has_shape()

    @property
    def law_count(self) -> int:
        """How many exact curves are shown: 0, 1, or 2 where both chains' laws differ."""
        return sum(line.has_shape() for line in self._laws)

    @property
    def texts(self) -> list[str]:
        """What is written over the data: heights of what is cut, then shares of values outside."""
        return [mark[1] for mark in self._marks] + [note for note, _ in self._notes]

    def drawBackground(self, painter: QPainter, rectangle: QRectF) -> None:
        super().drawBackground(painter, rectangle)
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(self._theme.text))
        area = self.canvas().adjusted(SPACING / 2 + 1, SPACING / 4, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self._title)

    def drawForeground(self, painter: QPainter, rectangle: QRectF) -> None:
        if not (self._notes or self._marks):
            return
        painter.setFont(small_font(self.font()))
        metrics = QFontMetricsF(painter.font())
        canvas = self.canvas()
        for centre, text, colour, at_left in self._marks:
            x = self.to_pixels(centre, 0).x() + (-metrics.horizontalAdvance(text) if at_left else 0)
            painter.setPen(colour)
            painter.drawText(QPointF(x, canvas.top() + metrics.ascent()), text)
        for line, (note, colour) in enumerate(self._notes):
            painter.setPen(colour)
            baseline = canvas.top() + SPACING / 4 + metrics.ascent() + line * metrics.height()
            left = canvas.right() - SPACING / 2 - metrics.horizontalAdvance(note)
            painter.drawText(QPointF(left, baseline), note)
