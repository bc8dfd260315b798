"""Slow motion: Algorithm 1 of the DDPM paper, line by line, with the values of its next step."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.networks.configuration import class_count
from ddpm_studio.session.training_run import ExplainedStepArrays
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.ui.number_text import format_fixed, format_number
from ddpm_studio.ui.panels.panel_text import title_label
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.training.value_view import ValueView

_PREDICTIONS = {"noise": "ε<sub>θ</sub>", "x_0": "x̂<sub>θ</sub>", "v": "v<sub>θ</sub>"}
_TARGETS = {"noise": "ε", "x_0": "x₀", "v": "v"}


class AlgorithmPanel(QWidget):
    """The lines of the algorithm at the left, what they have come to at the right."""

    step_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._target = "noise"
        self._knows_classes = False
        self._schedule: NoiseSchedule | None = None
        self._step: ExplainedStepArrays | None = None
        self._title, self._note = title_label(), QLabel()
        self.values = {
            name: ValueView(theme)
            for name in ("x_0", "t", "noise", "x_t", "prediction", "target", "loss")
        }
        self._formulas = {name: QLabel() for name in self.values}
        self._numbers = [QLabel() for _ in range(6)]
        self._repeat, self._until, self._descend = QLabel(), QLabel(), QLabel()
        self.step = QPushButton()
        self.step.clicked.connect(self.step_requested)
        self._lay_out()
        self.set_theme(theme)
        self.retranslate()
        self.show_step(None)

    def _lay_out(self) -> None:
        for words in (self._note, self._descend):
            words.setWordWrap(True)
        self._note.setProperty("muted", True)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.step)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACING)
        grid.setVerticalSpacing(SPACING)
        grid.setColumnStretch(2, 1)
        rows: tuple[tuple[int | None, QLabel, str | None], ...] = (
            (1, self._repeat, None),
            (2, self._formulas["x_0"], "x_0"),
            (3, self._formulas["t"], "t"),
            (4, self._formulas["noise"], "noise"),
            (None, self._formulas["x_t"], "x_t"),
            (5, self._descend, None),
            (None, self._formulas["prediction"], "prediction"),
            (None, self._formulas["target"], "target"),
            (None, self._formulas["loss"], "loss"),
            (6, self._until, None),
        )
        for row, (number, formula, value) in enumerate(rows):
            if number is not None:
                label = self._numbers[number - 1]
                label.setText(str(number))
                label.setProperty("muted", True)
                grid.addWidget(label, row, 0)
            if value is None:
                grid.addWidget(formula, row, 1, 1, 2)
                continue
            formula.setIndent(2 * SPACING)
            grid.addWidget(formula, row, 1)
            grid.addWidget(self.values[value], row, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addLayout(head)
        layout.addWidget(_rule())
        layout.addLayout(grid)
        layout.addWidget(_rule())
        layout.addWidget(self._note)
        layout.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        for value in self.values.values():
            value.set_theme(theme)
        for line in self.findChildren(QFrame):
            if line.frameShape() == QFrame.Shape.HLine:
                line.setStyleSheet(f"background: {theme.border}; border: none;")

    # What is shown

    def show_configuration(self, configuration: TrainingConfiguration | None) -> None:
        """What is predicted of what, and the schedule behind x_t."""
        self._schedule = configuration.schedule.build() if configuration else None
        self._target = configuration.target if configuration else "noise"
        classes = class_count(configuration.network) if configuration else None
        self._knows_classes = classes is not None
        self.show_step(None)

    def allow_step(self, allowed: bool) -> None:
        """Whether a step can be taken."""
        self.step.setEnabled(allowed)

    def show_step(self, step: ExplainedStepArrays | None) -> None:
        """The next step before it is taken: its first sample, and the loss of the whole batch."""
        self._step = step
        for name in ("x_0", "noise", "x_t", "prediction", "target"):
            self.values[name].show_sample(getattr(step, name)[0] if step is not None else None)
        if step is None:
            for name in ("t", "loss"):
                self.values[name].show_text("")
        else:
            self.values["t"].show_text(str(int(step.t[0])))
            self.values["loss"].show_text(format_number(step.loss), "reverse")
        self._say_formulas()

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Follow the language."""
        self._title.setText(self.tr("Algorithm 1: training"))
        self._title.setToolTip(self.tr("Of Ho, Jain and Abbeel, 2020"))
        self._repeat.setText(self.tr("<b>repeat</b>"))
        self._until.setText(self.tr("<b>until</b> converged"))
        self.step.setText(self.tr("Take this step"))
        self.step.setToolTip(self.tr("Take this training step, and show the next one (N)"))
        for name, text in (
            ("x_0", self.tr("A sample of the data, the first of the batch")),
            ("t", self.tr("A time between 1 and T, each as likely")),
            ("noise", self.tr("Noise of the same shape")),
            ("x_t", self.tr("The sample with so much noise as belongs to t")),
            ("prediction", self.tr("What the network makes of the noisy sample")),
            ("target", self.tr("What it should have made of them")),
            ("loss", self.tr("The mean square of the difference, over the whole batch")),
        ):
            self._formulas[name].setToolTip(text)
            self.values[name].setToolTip(text)
        self._say_formulas()

    def _say_formulas(self) -> None:
        target, prediction = _TARGETS[self._target], self._prediction_formula()
        descend = self.tr("Take a gradient descent step on")
        for label, text in (
            (self._formulas["x_0"], self._data_formula()),
            (self._formulas["t"], "t ~ Uniform({1, …, T})"),
            (self._formulas["noise"], "ε ~ N(0, I)"),
            (self._formulas["x_t"], self._noisy_formula()),
            (self._descend, f"{descend} {_unbroken(f'∇<sub>θ</sub>‖{target} − {prediction}‖²')}"),
            (self._formulas["prediction"], prediction),
            (self._formulas["target"], self._target_formula()),
            (self._formulas["loss"], f"‖{target} − {prediction}‖²"),
        ):
            label.setText(text)
        self._note.setText(self._note_text())

    def _data_formula(self) -> str:
        """With the class y of the data where the network is given it."""
        if not self._knows_classes:
            return "x₀ ~ q(x₀)"
        labels = self._step.label if self._step is not None else None
        label = "y" if labels is None else f"y = {int(labels[0])}"
        return f"(x₀, {label}) ~ q(x₀, y)"

    def _prediction_formula(self) -> str:
        given = "x<sub>t</sub>, t, y" if self._knows_classes else "x<sub>t</sub>, t"
        return f"{_PREDICTIONS[self._target]}({given})"

    def _coefficients(self) -> tuple[float, float] | None:
        if self._step is None or self._schedule is None:
            return None
        alpha_bar = float(self._schedule.alpha_bar[int(self._step.t[0])])
        return math.sqrt(alpha_bar), math.sqrt(1 - alpha_bar)

    def _noisy_formula(self) -> str:
        known = self._coefficients()
        if known is None:
            return "x<sub>t</sub> = √ᾱ<sub>t</sub> x₀ + √(1 − ᾱ<sub>t</sub>) ε"
        signal, noise = (format_fixed(value, 3) for value in known)
        return f"x<sub>t</sub> = {signal} x₀ + {noise} ε"

    def _target_formula(self) -> str:
        if self._target != "v":
            return _TARGETS[self._target]
        known = self._coefficients()
        if known is None:
            return "v = √ᾱ<sub>t</sub> ε − √(1 − ᾱ<sub>t</sub>) x₀"
        signal, noise = (format_fixed(value, 3) for value in known)
        return f"v = {signal} ε − {noise} x₀"

    def _note_text(self) -> str:
        if self._step is None:
            return self.tr(
                "Press “Step” while a training goes on: it pauses, and takes one at a time."
            )
        return self.tr(
            "Step {0}, before it is taken. Values of the first of {1} samples, for which the loss "
            "is {2}; above is that of the batch."
        ).format(
            f"{self._step.step:,}",
            f"{len(self._step.t):,}",
            format_number(float(self._step.sample_losses[0])),
        )


def _unbroken(formula: str) -> str:
    """On one line, in a text that is broken into lines."""
    return formula.replace(" ", "\N{NO-BREAK SPACE}")


def _rule() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFixedHeight(1)
    return line
