"""The loss over training: raw values faint, their running mean strong, either axis logarithmic."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ddpm_studio.session.training_run import TrainingProgress
from ddpm_studio.ui.number_text import format_number
from ddpm_studio.ui.panels.panel_text import paragraphs, title_label
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.training.course_canvas import CourseCanvas
from ddpm_studio.ui.training.smoothing import GrowingHistory
from ddpm_studio.ui.training.value_view import ValueView

_VALUE_SAMPLE = "0.00000"


class LossPlot(QWidget):
    """Draws only when there are new steps."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = GrowingHistory()
        self._title = title_label()
        self.value = ValueView(theme)
        self.value.setFixedWidth(self.fontMetrics().horizontalAdvance(_VALUE_SAMPLE))
        self.log_x, self.log_y = QToolButton(), QToolButton()
        self.canvas = CourseCanvas(theme, "reverse")
        self._lay_out()
        self.log_y.setChecked(True)
        for button in (self.log_x, self.log_y):
            button.toggled.connect(self._change_axes)
        self._change_axes()
        self.retranslate()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACING // 2)
        head.addWidget(self._title, 1)
        head.addWidget(self.value)
        head.addSpacing(SPACING // 2)
        for button in (self.log_x, self.log_y):
            button.setCheckable(True)
            button.setStyleSheet("QToolButton { padding: 1px 6px; min-height: 0; }")
            head.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.canvas, 1)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.value.set_theme(theme)
        self.canvas.set_theme(theme)

    def show_progress(self, progress: TrainingProgress | None) -> None:
        """The losses so far; None for none."""
        if progress is None:
            self._history = GrowingHistory()
        elif len(progress.losses) == len(self._history):
            return
        else:
            self._history.take(progress.losses)
        self._redraw()

    def show_mark(self, step: int | None) -> None:
        """Where in training the samples that are shown were taken."""
        self.canvas.show_mark(step)

    def _change_axes(self) -> None:
        self.canvas.set_axes(log_x=self.log_x.isChecked(), log_y=self.log_y.isChecked())
        self._redraw()

    def _redraw(self) -> None:
        if not len(self._history):
            self.value.show_text("")
            self.canvas.show_curves(None, None, 0)
            return
        logarithmic = self.log_x.isChecked()
        smooth = self._history.smoothed(logarithmic=logarithmic)
        raw = self._history.raw(logarithmic=logarithmic)
        self.canvas.show_curves(raw, smooth, len(self._history))
        self.value.show_text(format_number(float(smooth[1][-1])))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text."""
        self._title.setText(self.tr("Loss"))
        self.value.setToolTip(self.tr("The running mean of the loss at the last step"))
        for button, text, spoken in (
            (self.log_x, self.tr("log x"), self.tr("Steps on a logarithmic axis")),
            (self.log_y, self.tr("log y"), self.tr("Loss on a logarithmic axis")),
        ):
            button.setText(text)
            button.setToolTip(spoken)
            button.setAccessibleName(spoken)
        self.canvas.show_empty_text(self.tr("The loss of every step appears here."))
        self.canvas.setAccessibleName(self.tr("Loss over training steps"))
        self.canvas.setToolTip(
            paragraphs(
                self.tr(
                    "The mean square difference between what the network predicts and its target, "
                    "over a batch: every step faint, the running mean strong."
                ),
                self.tr(
                    "It never falls to 0: the noise in x<sub>t</sub> cannot be known exactly. That "
                    "it is flat does not mean that the samples no longer improve."
                ),
            )
        )
