"""The loss by t: easy and hard timesteps apart, above the floor that no network can beat."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.session.training_run import TrainingProgress
from ddpm_studio.ui.panels.panel_text import paragraphs, title_label
from ddpm_studio.ui.panels.time_plot import LEFT_SAMPLE, TimePlot, decade_ticks
from ddpm_studio.ui.plot_style import curve
from ddpm_studio.ui.theme import SPACING, Theme, small_font
from ddpm_studio.ui.training.course_canvas import paint_hint

_EMPTY_RANGE = (-2.0, 0.0)


class _BucketCanvas(TimePlot):
    """Two outlines of steps over t, logarithmic in height."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._empty_text = ""
        self.losses, self.floor = (curve(np.zeros(0), np.zeros(0)) for _ in range(2))
        super().__init__(theme, left_sample=LEFT_SAMPLE, parent=parent)
        for item in (self.floor, self.losses):
            self.view_box.addItem(item, ignoreBounds=True)

    def show_empty_text(self, text: str) -> None:
        """What is said while there is no curve."""
        self._empty_text = text
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rectangle: QRectF) -> None:
        super().drawForeground(painter, rectangle)
        if self.losses.xData is None or not len(self.losses.xData):
            painter.setFont(small_font(self.font()))
            paint_hint(painter, self.canvas(), self._empty_text, self._theme)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.losses.setPen(self.pen(theme.reverse, 1.8))
        self.floor.setPen(self.pen(theme.exact, 1.6))


class BucketPlot(QWidget):
    """A click or a drag asks for another t of the samples."""

    seek_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[NDArray[np.float64], NDArray[np.float64] | None] | None = None
        self._title, self._floor_note = title_label(), QLabel()
        self.canvas = _BucketCanvas(theme)
        self.canvas.seek_requested.connect(self.seek_requested)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._floor_note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.canvas, 1)
        self.set_theme(theme)
        self.retranslate()
        self.show_progress(None)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.canvas.set_theme(theme)
        self._floor_note.setStyleSheet(f"QLabel {{ color: {theme.exact}; }}")

    def set_steps(self, T: int) -> None:
        """Of the chain that is being learned."""
        if T != self.canvas.T:
            self.canvas.set_steps(T)

    def show_time(self, t: int) -> None:
        """The t at which samples are shown."""
        self.canvas.set_cursor(t, None, None)

    def show_progress(self, progress: TrainingProgress | None) -> None:
        """The present losses by bucket; None for none."""
        if progress is None:
            self._shown = None
            self._draw(self.canvas.losses, None, None)
            self._draw(self.canvas.floor, None, None)
            self._floor_note.setVisible(False)
            self.canvas.set_heights(*_EMPTY_RANGE, decade_ticks(*_EMPTY_RANGE))
            return
        shown = (progress.bucket_losses, progress.bucket_floor)
        if self._shown is not None and np.array_equal(shown[0], self._shown[0], equal_nan=True):
            return
        has_floor = shown[1] is not None
        if self._floor_note.isHidden() == has_floor:
            self._floor_note.setVisible(has_floor)
        self._shown = shown
        edges = progress.bucket_edges / self.canvas.T
        self._draw(self.canvas.losses, edges, shown[0])
        self._draw(self.canvas.floor, edges, shown[1])
        self._fit_heights([each for each in shown if each is not None])

    def _draw(
        self,
        item: Any,  # pyqtgraph has no types
        edges: NDArray[np.float64] | None,
        values: NDArray[np.float64] | None,
    ) -> None:
        if edges is None or values is None:
            item.setData(np.zeros(0), np.zeros(0))
            return
        item.setData(np.repeat(edges, 2)[1:-1], np.repeat(_heights(values), 2))

    def _fit_heights(self, shown: list[NDArray[np.float64]]) -> None:
        heights = np.concatenate([_heights(values) for values in shown])
        heights = heights[np.isfinite(heights)]
        low, high = _EMPTY_RANGE
        if len(heights):
            low = math.floor((heights.min() - 0.1) * 4) / 4
            high = math.ceil((heights.max() + 0.1) * 4) / 4
        self.canvas.set_heights(low, high, decade_ticks(low, high))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text."""
        self._title.setText(self.tr("Loss by t"))
        self._floor_note.setText(self.tr("— no network can be lower"))
        self._floor_note.setToolTip(
            self.tr(
                "The error of the exact E[x₀ | x<sub>t</sub>], in the unit of the loss: what remains "
                "when nothing is left to learn."
            )
        )
        self.canvas.setAccessibleName(self.tr("Loss over t"))
        self.canvas.show_empty_text(self.tr("Which t are still hard?"))
        self.canvas.setToolTip(
            paragraphs(
                self.tr(
                    "The mean loss of the last steps for each part of t, logarithmic. Little noise, "
                    "at the left, is hard to predict; much noise, at the right, is easy."
                ),
                self.tr(
                    "Green, where it is known: the floor, which a perfect network reaches. Click "
                    "or drag to see the samples at a t."
                ),
            )
        )


def _heights(values: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        heights = np.log10(values)
    return np.where(np.isfinite(heights), heights, math.nan)
