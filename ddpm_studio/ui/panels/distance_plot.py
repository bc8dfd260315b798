"""How far x_t is from N(0, 1) at every t, for both chains, and how far true noise would be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.diffusion.noise_floor import expected_kolmogorov_smirnov, expected_wasserstein
from ddpm_studio.ui.panels.panel_text import paragraphs, title_label
from ddpm_studio.ui.panels.segmented_control import Option, SegmentedControl
from ddpm_studio.ui.panels.time_plot import LEFT_SAMPLE, Dot, TimePlot, decade_ticks
from ddpm_studio.ui.plot_style import MAX_CURVE_POINTS, curve
from ddpm_studio.ui.theme import SPACING, Theme, small_font

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_KEY_WIDTH = 17
_SHARE_OF_KEY = 0.22  # of the height, kept free under the curves for the floor's name
_KS, _WASSERSTEIN = 0, 1


class _DistanceCanvas(TimePlot):
    """Logarithmic heights: positions are log10 of a distance."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._floor: float | None = None
        self._floor_text = ""
        self.lines = [curve(np.zeros(0), np.zeros(0)) for _ in range(2)]
        self._floor_line = curve(np.zeros(0), np.zeros(0))
        super().__init__(theme, left_sample=LEFT_SAMPLE, parent=parent)
        for item in (self._floor_line, *reversed(self.lines)):
            self.view_box.addItem(item, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        # Qt draws a smooth line of a thousand points ten times faster at a width of one pixel.
        self.lines[0].setPen(self.pen(theme.forward, 1.0))
        self.lines[1].setPen(self.pen(theme.reverse, 1.0))
        self._floor_line.setPen(self.pen(theme.normal, dashed=True))

    def set_floor(self, floor: float | None, text: str) -> None:
        """The distance of true noise, and what is written on its line."""
        if (floor, text) == (self._floor, self._floor_text):
            return
        self._floor, self._floor_text = floor, text
        position = [] if floor is None else [math.log10(floor)] * 2
        self._floor_line.setData([0.0, 1.0][: len(position)], position)
        self.redraw_background()

    @property
    def floor(self) -> float | None:
        """The distance at which the dashed line lies."""
        return self._floor

    @property
    def floor_text(self) -> str:
        """What is written on it."""
        return self._floor_text

    def drawBackground(self, painter: QPainter, rectangle: QRectF) -> None:
        super().drawBackground(painter, rectangle)
        painter.setFont(small_font(self.font()))
        metrics = QFontMetricsF(painter.font(), self)
        if self._floor is None or _SHARE_OF_KEY * self.canvas().height() < metrics.capHeight():
            return  # there is no room for its name: the line would be drawn through it
        painter.setPen(self.pen(self._theme.normal, dashed=True))
        left = self.canvas().left() + SPACING
        baseline = self.canvas().bottom() - metrics.descent() - 1
        middle = baseline - metrics.xHeight() / 2
        painter.drawLine(QPointF(left, middle), QPointF(left + _KEY_WIDTH, middle))
        painter.setPen(QColor(self._theme.normal))
        painter.drawText(QPointF(left + _KEY_WIDTH + SPACING / 2, baseline), self._floor_text)


class DistancePlot(QWidget):
    """Curves of the KS or W_1 distance over t with a cursor; clicks, drags and keys seek."""

    seek_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trajectories: tuple[Trajectory | None, Trajectory | None] = (None, None)
        self._recorded = (-1, -1)  # how many frames the curves hold
        self._t = self._reverse_frame = 0
        self._title = title_label()
        self._choice = SegmentedControl(theme, 2)
        self._aside = QLabel()
        self._aside.setProperty("muted", True)
        self._canvas = _DistanceCanvas(theme)
        self._canvas.seek_requested.connect(self.seek_requested)
        self._choice.chosen.connect(self._redraw)
        self._arrange()
        self.retranslate()
        self.set_trajectories(None, None)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._aside)
        head.addWidget(self._choice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self._canvas, 1)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._choice.set_theme(theme)
        self._canvas.set_theme(theme)

    def set_trajectories(self, forward: Trajectory | None, reverse: Trajectory | None) -> None:
        """The two chains of the same data; None where there is none yet."""
        self._trajectories = (forward, reverse)
        known = forward or reverse
        self._canvas.set_steps(known.T if known else 1)
        self._aside.setVisible(self._marginal_count() > 1)
        self._redraw()

    def show_frame(self, t: int, reverse_frame: int | None = None) -> None:
        """Move the cursor to the forward chain's t, and the reverse's dot to its frame (default: t)."""
        self._t, self._reverse_frame = t, t if reverse_frame is None else reverse_frame
        dots = (self._dot(0, self._t), self._dot(1, self._reverse_frame))
        self._canvas.set_cursor(t, *dots)

    def refresh(self) -> None:
        """Pick up frames recorded since; free where there are none."""
        if self._counts() != self._recorded:
            self._redraw()

    def note(self) -> str:
        """What is said beside the title: empty for a single marginal."""
        return "" if self._aside.isHidden() else self._aside.text()

    def _counts(self) -> tuple[int, int]:
        first, second = (
            int(np.count_nonzero(chain.recorded)) if chain else 0 for chain in self._trajectories
        )
        return first, second

    def _marginal_count(self) -> int:
        known = self._trajectories[0] or self._trajectories[1]
        return len(known.kolmogorov_smirnov) if known else 1

    def _distances(self, order: int) -> NDArray[np.float64]:
        """One chain's distances, the mean over coordinates; shape (T + 1,), NaN where unknown."""
        chain = self._trajectories[order]
        if chain is None:
            return np.zeros(0)
        if self._choice.index == _KS:
            return chain.kolmogorov_smirnov.mean(axis=0)
        return chain.wasserstein.mean(axis=0)

    def _redraw(self) -> None:
        self._recorded = self._counts()
        shown = []
        for order, line in enumerate(self._canvas.lines):
            distances = self._distances(order)
            T = max(1, len(distances) - 1)
            at = np.unique(np.linspace(0, T, min(T + 1, MAX_CURVE_POINTS)).round().astype(int))
            at = at if len(distances) else at[:0]
            heights = np.log10(distances[at])
            line.setData(at / T, heights)
            shown.append(heights[np.isfinite(heights)])
        self._set_floor_and_heights(np.concatenate(shown))
        self.show_frame(self._t, self._reverse_frame)

    def _set_floor_and_heights(self, heights: NDArray[np.float64]) -> None:
        """A range that holds everything, in whole tenths of a decade: it grows in few steps."""
        if not len(heights):
            self._canvas.set_floor(None, "")
            self._canvas.set_heights(-2.0, 0.0, decade_ticks(-2.0, 0.0))
            return
        count = self._value_count()
        expected = (expected_kolmogorov_smirnov, expected_wasserstein)[self._choice.index]
        floor = expected(count)
        low = math.floor(min(heights.min(), math.log10(floor)) * 5 - 0.2) / 5
        high = math.ceil(heights.max() * 5 + 0.5) / 5
        low -= _SHARE_OF_KEY * (high - low)
        self._canvas.set_heights(low, high, decade_ticks(low, high))
        self._canvas.set_floor(floor, self.tr("noise floor, n = {0}").format(f"{count:,}"))

    def _value_count(self) -> int:
        """How many values each distance was measured on."""
        for chain in self._trajectories:
            if chain is not None and chain.recorded.any():
                return chain.statistics(int(chain.recorded.argmax())).distance_value_count
        return 1

    def _dot(self, order: int, t: int) -> Dot | None:
        chain = self._trajectories[order]
        if chain is None or not 0 <= t <= chain.T or not chain.is_recorded(t):
            return None
        by_marginal = chain.kolmogorov_smirnov if self._choice.index == _KS else chain.wasserstein
        return t / chain.T, math.log10(by_marginal[:, t].mean())

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self._redraw()

    def retranslate(self) -> None:
        """Set every text."""
        self._title.setText(self.tr("Distance to N(0, 1)"))
        self._aside.setText(self.tr("mean of x₁, x₂"))
        self._aside.setToolTip(self.tr("The mean of the distances of the two coordinates."))
        self._choice.set_options(
            [
                Option("KS", self.tr("Kolmogorov–Smirnov distance: sup |F<sub>n</sub> − Φ|")),
                Option("W₁", self.tr("1-Wasserstein distance: ∫ |F<sub>n</sub> − Φ| du")),
            ]
        )
        self._canvas.setAccessibleName(self.tr("Distance to N(0, 1) over t"))
        self._canvas.setToolTip(self._explanation())

    def _explanation(self) -> str:
        return paragraphs(
            self.tr(
                "The distance of x<sub>t</sub> to N(0, 1) at every t (logarithmic): forward chain "
                "blue, reverse chain orange. Where both coincide, both chains are equally noisy."
            ),
            self.tr(
                "Dashed, the noise floor: the distance that n independent draws from N(0, 1) have on "
                "average, as they are a finite sample. "
                "The pixels of an image are independent at t = T only, so between 0 and T the line "
                "is a guide."
            ),
            self.tr("Click or drag to go to a t; ← and → step."),
        )
