"""The noise schedule of the forward chain: its curves, its numbers at t, and fields to change it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from ddpm_studio.diffusion.adequacy import schedule_adequacy
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.ui.panels.adequacy_meter import AdequacyMeter
from ddpm_studio.ui.panels.number_field import number_as_typed
from ddpm_studio.ui.panels.panel_text import NoteLabel, paragraphs, title_label
from ddpm_studio.ui.panels.schedule_curves import (
    QUANTITIES,
    Quantity,
    curve_points,
    heights,
    scale_of,
    value_text,
)
from ddpm_studio.ui.panels.schedule_form import ScheduleForm
from ddpm_studio.ui.panels.segmented_control import Option, SegmentedControl
from ddpm_studio.ui.panels.time_plot import LEFT_SAMPLE, Dot, TimePlot
from ddpm_studio.ui.plot_style import curve
from ddpm_studio.ui.theme import SPACING, Theme


class _ScheduleCanvas(TimePlot):
    """One curve for each chain whose schedule is its own."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.lines = [curve(np.zeros(0), np.zeros(0)) for _ in range(2)]
        super().__init__(theme, left_sample=LEFT_SAMPLE, parent=parent)
        for item in reversed(self.lines):
            self.view_box.addItem(item, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.lines[0].setPen(self.pen(theme.forward, 1.8))
        self.lines[1].setPen(self.pen(theme.reverse, 1.8))

    def minimumSizeHint(self) -> QSize:
        """In a small window it keeps more than other plots: without a picture of it, no schedule."""
        return QSize(super().minimumSizeHint().width(), round(3.3 * self.fontMetrics().height()))


class SchedulePanel(QWidget):
    """alpha_bar_t, beta_t or SNR_t as a curve; all three as numbers at t, which choose the curve.

    The reverse chain keeps its model's schedule; where that differs it has a curve of its own. What
    is wrong with a field stands in the place of the meter, so that nothing moves.
    """

    schedule_requested = Signal(object)
    seek_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._forward = NoiseSchedule.linear(1000)
        self._model: NoiseSchedule | None = None
        self._differs = False
        self._t = self._reverse_t = 0
        self._title = title_label()
        self._quantity = SegmentedControl(theme, len(QUANTITIES), value_lines=1)
        self._canvas = _ScheduleCanvas(theme)
        self._problem = NoteLabel(theme)
        self._meter = AdequacyMeter(theme)
        self._mean_square = 1.0  # E[x_0²], per dimension
        self._form = ScheduleForm(theme)
        self._canvas.seek_requested.connect(self.seek_requested)
        self._form.schedule_requested.connect(self.schedule_requested)
        self._form.problem_changed.connect(self._show_problem)
        self._quantity.chosen.connect(self._redraw)
        self._arrange()
        self.retranslate()
        self.set_schedules(self._forward, None)

    def _arrange(self) -> None:
        self._meter_or_problem = QStackedLayout()
        self._meter_or_problem.addWidget(self._meter)
        self._meter_or_problem.addWidget(self._problem)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._meter.verdict)
        head.addWidget(self._form.reset)
        layout.addLayout(head)
        layout.addWidget(self._quantity)
        layout.addWidget(self._canvas, 1)
        layout.addLayout(self._meter_or_problem)
        layout.addWidget(self._form)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self._quantity.set_theme(theme)
        self._canvas.set_theme(theme)
        self._meter.set_theme(theme)
        self._problem.set_theme(theme)
        self._form.set_theme(theme)
        self._show_problem()
        self.show_frame(self._t, self._reverse_t)

    def set_schedules(self, forward: NoiseSchedule, model: NoiseSchedule | None) -> None:
        """The forward chain's schedule, and the one the model was trained with (None: no model)."""
        self._forward, self._model = forward, model
        self._differs = model is not None and model.configuration != forward.configuration
        for segment in self._quantity.segments:
            segment.set_value_lines(2 if self._differs else 1)
        self._form.show_configurations(
            forward.configuration, model.configuration if model is not None else None
        )
        self._measure()
        self._redraw()

    def set_mean_square(self, mean_square: float) -> None:
        """E[x_0²] of the data per dimension, on which L_T depends a little; 1 until it is known."""
        if mean_square != self._mean_square:
            self._mean_square = self._form.mean_square = mean_square
            self._measure()

    def show_frame(self, t: int, reverse_t: int | None = None) -> None:
        """Move the cursor to the forward chain's t; ``reverse_t`` (default: t) is the reverse's."""
        self._t, self._reverse_t = t, t if reverse_t is None else reverse_t
        chains = [(self._forward, self._t, self._theme.forward)]
        if self._differs and self._model is not None:
            chains.append((self._model, self._reverse_t, self._theme.reverse))
        shown = [chain for chain in chains if 0 <= chain[1] <= chain[0].T]
        for quantity, segment in zip(QUANTITIES, self._quantity.segments, strict=True):
            segment.set_values(
                [(value_text(quantity, schedule, s), colour) for schedule, s, colour in shown]
            )
        dots = [self._dot(schedule, s) for schedule, s, _ in chains]
        self._canvas.set_cursor(t, dots[0], dots[1] if len(dots) > 1 else None)

    @property
    def _shown(self) -> Quantity:
        """Whose curve is drawn."""
        return QUANTITIES[self._quantity.index]

    def _measure(self) -> None:
        self._meter.show_adequacy(schedule_adequacy(self._forward, self._mean_square))

    def _dot(self, schedule: NoiseSchedule, t: int) -> Dot | None:
        if not 0 <= t <= schedule.T:
            return None
        height = float(heights(self._shown, schedule)[t])
        low, high = self._canvas.heights()
        return (t / schedule.T, min(max(height, low), high)) if math.isfinite(height) else None

    def _redraw(self) -> None:
        schedules = [self._forward]
        if self._differs and self._model is not None:
            schedules.append(self._model)
        as_fraction = len({schedule.T for schedule in schedules}) > 1
        self._canvas.set_steps(self._forward.T, as_fraction=as_fraction)
        scale = scale_of(self._shown, schedules)
        self._canvas.set_heights(scale.low, scale.high, scale.ticks)
        for order, line in enumerate(self._canvas.lines):
            if order < len(schedules):
                line.setData(*curve_points(self._shown, schedules[order]))
            else:
                line.setData([], [])
        self._explain_canvas()
        self.show_frame(self._t, self._reverse_t)

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text."""
        self._title.setText(self.tr("Forward schedule"))
        self._quantity.set_options(self._options())
        self._canvas.setAccessibleName(self.tr("Noise schedule over t"))
        self._explain_canvas()
        self._show_problem()

    def _options(self) -> list[Option]:
        """In the order of QUANTITIES."""
        return [
            Option(
                "ᾱ",
                self.tr(
                    "<p><b>ᾱ<sub>t</sub> = ∏<sub>s ≤ t</sub> (1 − β<sub>s</sub>)</b>: how much of "
                    "x₀ is left. x<sub>t</sub> = √ᾱ<sub>t</sub> x₀ + √(1 − ᾱ<sub>t</sub>) ε</p>"
                ),
                "t",
                self.tr("alpha bar"),
            ),
            Option(
                "β",
                self.tr(
                    "<p><b>β<sub>t</sub></b>: the variance of the noise that step t adds, "
                    "t = 1 … T</p>"
                ),
                "t",
                self.tr("beta"),
            ),
            Option(
                "SNR",
                self.tr(
                    "<p><b>SNR<sub>t</sub> = ᾱ<sub>t</sub> / (1 − ᾱ<sub>t</sub>)</b>: the "
                    "signal-to-noise ratio (logarithmic); infinite at t = 0</p>"
                ),
                "t",
                self.tr("signal-to-noise ratio"),
            ),
        ]

    def _explain_canvas(self) -> None:
        chains = self.tr(
            "Blue: the forward chain's schedule. The reverse chain keeps the one that its model was "
            "trained with; orange, where it differs."
        )
        if self._differs and self._model is not None:
            chains += f" ({self._in_words(self._model)})"
        click = self.tr("Click or drag to go to a t; ← and → step.")
        self._canvas.setToolTip(paragraphs(chains, click))

    def _show_problem(self) -> None:
        problem = self._form.problem_text()
        self._problem.show_text(problem, self._theme.problem)
        self._meter_or_problem.setCurrentWidget(self._problem if problem else self._meter)

    def _in_words(self, schedule: NoiseSchedule) -> str:
        configuration = schedule.configuration
        words = self._kind_words()[configuration.kind].format(schedule.T)
        first, last = configuration.beta_1, configuration.beta_T
        if configuration.betas is not None:
            first, last = (float(f"{configuration.betas[end]:.3g}") for end in (0, -1))
        if first is None:
            return words
        if last is None:
            return f"{words}, β = {number_as_typed(first)}"
        return f"{words}, β {number_as_typed(first)} … {number_as_typed(last)}"

    def _kind_words(self) -> dict[str, str]:
        return {
            "linear": self.tr("linear, T = {0}"),
            "cosine": self.tr("cosine, T = {0}"),
            "sigmoid": self.tr("sigmoid, T = {0}"),
            "quadratic": self.tr("quadratic, T = {0}"),
            "constant": self.tr("constant, T = {0}"),
            "custom": self.tr("a list, T = {0}"),
        }
