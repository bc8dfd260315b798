"""One of three things over training: the distance to the data, the gradient, the learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddpm_studio.session.training_run import TrainingProgress, TrainingSnapshot
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.panels.segmented_control import Option, SegmentedControl
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.training.course_canvas import CourseCanvas
from ddpm_studio.ui.training.smoothing import POINTS, GrowingHistory


class Course(IntEnum):
    """In the order of the control."""

    DISTANCE = 0
    GRADIENT = 1
    RATE = 2


class _SeekingCanvas(CourseCanvas):
    """Says to which step a click or a drag points."""

    step_requested = Signal(float)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.step_requested.emit(self.step_at(event.position().x()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.step_requested.emit(self.step_at(event.position().x()))


class CoursePlot(QWidget):
    """A click goes to the samples of that time."""

    step_requested = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._configuration: TrainingConfiguration | None = None
        self._gradients = GrowingHistory()
        self._snapshots: Sequence[TrainingSnapshot] = ()
        self._data_distance = math.nan
        self._step = 0
        self.choice = SegmentedControl(theme, len(Course))
        self.canvas = _SeekingCanvas(theme, "reverse")
        self.canvas.set_axes(log_x=False, log_y=True)
        self.canvas.step_requested.connect(self.step_requested)
        self.choice.chosen.connect(self._on_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self.choice)
        layout.addWidget(self.canvas, 1)
        self.retranslate()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.choice.set_theme(theme)
        self.canvas.set_theme(theme)

    def show_configuration(self, configuration: TrainingConfiguration | None) -> None:
        """Of the run; its learning rate is known before it is there."""
        self._configuration = configuration
        self._redraw()

    def show_progress(self, progress: TrainingProgress | None) -> None:
        """The gradients so far; None for none."""
        if progress is None:
            self._gradients, self._step = GrowingHistory(), 0
            self._redraw()
        elif len(progress.gradient_norms) != len(self._gradients) or progress.step != self._step:
            self._step = progress.step
            self._gradients.take(progress.gradient_norms)
            if self.choice.index != Course.DISTANCE:
                self._redraw()

    def show_snapshots(self, snapshots: Sequence[TrainingSnapshot], data_distance: float) -> None:
        """What is known of the distance, and that of data to data."""
        self._snapshots, self._data_distance = snapshots, data_distance
        if self.choice.index == Course.DISTANCE:
            self._redraw()

    def show_mark(self, step: int | None) -> None:
        """Where in training the samples that are shown were taken."""
        self.canvas.show_mark(step)

    def _on_chosen(self) -> None:
        self.canvas.set_axes(log_x=False, log_y=self.choice.index != Course.RATE)
        self._explain()
        self._redraw()

    def _redraw(self) -> None:
        if self.choice.index == Course.DISTANCE:
            self._draw_distances()
        elif self.choice.index == Course.GRADIENT:
            self._draw_gradients()
        else:
            self._draw_rate()

    def _draw_distances(self) -> None:
        known = [each for each in self._snapshots if np.isfinite(each.distance)]
        if not known:
            self.canvas.show_curves(None, None, 0)
            return
        steps = np.array([float(each.step) for each in known])
        line = (steps, np.array([each.distance for each in known]))
        self.canvas.show_curves(None, line, known[-1].step, self._data_distance)

    def _draw_gradients(self) -> None:
        if not len(self._gradients):
            self.canvas.show_curves(None, None, 0)
            return
        raw, smooth = (
            self._gradients.raw(logarithmic=False),
            self._gradients.smoothed(logarithmic=False),
        )
        self.canvas.show_curves(raw, smooth, len(self._gradients))

    def _draw_rate(self) -> None:
        if self._configuration is None:
            self.canvas.show_curves(None, None, 0)
            return
        steps = self._configuration.steps
        at = np.unique(np.linspace(0, steps - 1, min(steps, POINTS)).round().astype(int))
        whole = np.array([self._configuration.learning_rate_at(int(step)) for step in at])
        done = at < self._step
        line = (at + 1.0, whole)
        past = (at[done] + 1.0, whole[done])
        self.canvas.show_curves(line, past if done.any() else line, steps)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text."""
        self.choice.set_options(
            [
                Option(self.tr("Distance"), self.tr("How far the samples are from the data")),
                Option(self.tr("Gradient"), self.tr("The norm of all gradients together")),
                Option(self.tr("Rate"), self.tr("The learning rate, past and to come")),
            ]
        )
        self._explain()

    def _explain(self) -> None:
        texts = {
            Course.DISTANCE: self.tr(
                "The sliced Wasserstein distance of the samples to data, over training steps: 0 "
                "where their distributions are the same. It falls on when the loss is flat already. Green: "
                "two samples of the data."
            ),
            Course.GRADIENT: self.tr(
                "The norm of all gradients before it is limited: peaks are batches that would have "
                "thrown the network off its way."
            ),
            Course.RATE: self.tr(
                "The learning rate: it rises during the warm-up, and then stays or falls to 0; "
                "what is still to come is faint."
            ),
        }
        text = texts[Course(self.choice.index)]
        self.canvas.setToolTip(paragraphs(text, self.tr("Click to see the samples of that time.")))
        self.canvas.setAccessibleName(text)
        self.canvas.show_empty_text(
            self.tr("Appears with the first samples.")
            if self.choice.index == Course.DISTANCE
            else self.tr("Appears with the first steps.")
        )
