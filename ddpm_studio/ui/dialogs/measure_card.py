"""A card of the measuring dialog: a logarithmic plot over t, its numbers, and a note."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ddpm_studio.checkpoints.measurement import Measurement
from ddpm_studio.ui.dialogs.figure_table import FigureTable
from ddpm_studio.ui.panels.panel_text import NoteLabel, title_label
from ddpm_studio.ui.panels.time_plot import Dot, TimePlot, decade_ticks
from ddpm_studio.ui.plot_style import MAX_CURVE_POINTS, curve
from ddpm_studio.ui.theme import SPACING, Theme

FloatArray = NDArray[np.float64]

NOTHING = np.full(2, math.nan)
"""A curve without a point."""

_LEFT_SAMPLE = "0.001"
_EMPTY_RANGE = (-4.0, 0.0)
_BELOW = 0.5  # decades under the lowest point that must be seen
_HEAD_HEIGHT = 24  # the same with and without a check box


class LogCanvas(TimePlot):
    """Curves over t with logarithmic heights; what is not above 0 is left out."""

    def __init__(self, theme: Theme, count: int, parent: QWidget | None = None) -> None:
        self.lines = [curve(np.zeros(0), np.zeros(0)) for _ in range(count)]
        super().__init__(theme, left_sample=_LEFT_SAMPLE, parent=parent)
        for item in reversed(self.lines):  # the first is on top
            self.view_box.addItem(item, ignoreBounds=True)

    def set_curves(self, curves: Sequence[FloatArray], seen: Sequence[FloatArray]) -> None:
        """Values (T + 1,), NaN where unknown; those of ``seen`` must lie inside the plot."""
        for line, values in zip(self.lines, curves, strict=True):
            at = np.flatnonzero(values > 0)
            if len(at) > MAX_CURVE_POINTS:
                at = at[np.linspace(0, len(at) - 1, MAX_CURVE_POINTS).round().astype(int)]
            line.setData(at / (len(values) - 1), np.log10(values[at]))
        low, high = _range(np.concatenate([values[values > 0] for values in seen]))
        self.set_heights(low, high, decade_ticks(low, high))

    def show_cursor(self, t: int, value: float) -> None:
        """The line at t, and a dot on the network's curve."""
        dot: Dot | None = (t / self.T, math.log10(value)) if value > 0 else None
        self.set_cursor(t, None, dot)


def _range(values: FloatArray) -> tuple[float, float]:
    """Heights in whole parts of decades: while more is measured they change in few steps."""
    if not len(values):
        return _EMPTY_RANGE
    low = math.floor(2 * math.log10(values.min())) / 2 - _BELOW
    return low, math.ceil(5 * math.log10(values.max()) + 0.5) / 5


class MeasureCard(QFrame):
    """The frame; what is in it comes from a subclass."""

    seek_requested = Signal(int)

    def __init__(self, theme: Theme, canvas: LogCanvas, aside: QWidget, table: FigureTable) -> None:
        super().__init__()
        self._theme = theme
        self._measurement: Measurement | None = None
        self._t = 0
        self.canvas, self.table = canvas, table
        self.canvas.seek_requested.connect(self.seek_requested)
        self.title, self.note = title_label(), NoteLabel(theme)
        self.setProperty("card", True)
        self.title.setFixedHeight(_HEAD_HEIGHT)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(aside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[SPACING + SPACING // 2] * 4)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(canvas, 1)
        layout.addSpacing(SPACING // 2)
        layout.addWidget(table)
        layout.addWidget(self.note)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.canvas.set_theme(theme)
        self.table.set_theme(theme)
        self.retranslate()

    def show_measurement(self, measurement: Measurement | None, t: int) -> None:
        """What is known by now, with the cursor at t."""
        plan = self._measurement.plan if self._measurement else None
        self._measurement, self._t = measurement, t
        if measurement is None or measurement.plan != plan:
            self.canvas.set_steps(measurement.plan.T if measurement else 1)
            self.retranslate()
        self.redraw()
        self.show_numbers()

    def show_step(self, t: int) -> None:
        """Move the cursor."""
        self._t = t
        self.show_numbers()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    # Each card defines these; Qt's metaclass leaves no room for that of abc.

    def retranslate(self) -> None:
        """Every text."""
        raise NotImplementedError

    def redraw(self) -> None:
        """The curves."""
        raise NotImplementedError

    def show_numbers(self) -> None:
        """The cursor, and the numbers there and below."""
        raise NotImplementedError
