"""The numbers of the forward chain's schedule as fields, checked before anybody hears of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.diffusion.schedule import MAX_STEPS, ScheduleConfiguration
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.theme import SPACING, Theme

_SETTLE_MS = 150  # after the last step of a key or the wheel
_KINDS = ("linear", "cosine")
_DEFAULT_BETAS = (1e-4, 0.02)


class ScheduleForm(QWidget):
    """Kind, T, beta_1 and beta_T; emits a ScheduleConfiguration when a valid change is committed.

    A number that no schedule can have is named in a sentence below, and nothing is emitted.
    ``reset`` is a button that whoever shows the form places.
    """

    schedule_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._current = ScheduleConfiguration("linear", 1000, *_DEFAULT_BETAS)
        self._model: ScheduleConfiguration | None = None
        self._betas = _DEFAULT_BETAS  # of the last linear schedule, for when one is chosen again
        self.kind = QComboBox()
        self.steps = NumberField(whole=True)
        self.beta_1, self.beta_T = NumberField(), NumberField()
        self.reset = QPushButton()
        self.problem = QLabel()
        self._labels = {name: QLabel() for name in ("steps", "beta_1", "beta_T")}
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._arrange()
        self._connect()
        self.retranslate()
        self.show_configurations(self._current, None)

    def _arrange(self) -> None:
        self.kind.addItems(["", ""])
        fields = QHBoxLayout()
        fields.setSpacing(SPACING // 2)
        fields.addWidget(self.kind, 5)
        for name, field in zip(self._labels, self._fields(), strict=True):
            self._labels[name].setBuddy(field)
            field.setMinimumWidth(40)
            fields.addSpacing(SPACING // 2)
            fields.addWidget(self._labels[name])
            fields.addWidget(field, 3)
        self.problem.setProperty("problem", True)
        self.problem.setWordWrap(True)
        self.problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(fields)
        layout.addWidget(self.problem)

    def _connect(self) -> None:
        self.kind.activated.connect(self._choose_kind)
        self._settle.timeout.connect(self._commit)
        self.reset.clicked.connect(self._reset)
        for field in self._fields():
            field.committed.connect(self._commit)
            field.stepped.connect(self._step)
            field.textEdited.connect(self._check_again)

    def _fields(self) -> tuple[NumberField, NumberField, NumberField]:
        return self.steps, self.beta_1, self.beta_T

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self._mark_problem(None if self.problem.isHidden() else self._problem())

    # What is shown

    def show_configurations(
        self, current: ScheduleConfiguration, model: ScheduleConfiguration | None
    ) -> None:
        """The forward chain's schedule, and the model's, to which it can be reset.

        Fields in which somebody is typing keep their text.
        """
        self._settle.stop()
        self._current, self._model = current, model
        if current.beta_1 is not None and current.beta_T is not None:
            self._betas = (current.beta_1, current.beta_T)
        if current.kind in _KINDS:
            self.kind.setCurrentIndex(_KINDS.index(current.kind))
        for field, value in zip(self._fields(), (current.T, *self._betas), strict=True):
            if not (field.hasFocus() and field.is_being_edited()):
                field.show_value(value)
        self._mark_problem(None)
        self._enable()

    def _enable(self) -> None:
        linear = self._kind() == "linear"
        for field in (self.beta_1, self.beta_T):
            field.setEnabled(linear)
            field.setToolTip(self._beta_tool_tip(field) if linear else self._cosine_tool_tip())
        self.reset.setEnabled(self._model is not None and self._model != self._current)

    def _kind(self) -> str:
        return _KINDS[self.kind.currentIndex()]

    # Changes

    def _choose_kind(self) -> None:
        self._enable()
        self._commit()

    def _reset(self) -> None:
        if self._model is not None:
            self.schedule_requested.emit(self._model)

    def _step(self) -> None:
        self._check_again()
        self._settle.start()

    def _check_again(self) -> None:
        """While somebody types, a sentence only goes away; it comes when they have finished."""
        if not self.problem.isHidden():
            self._mark_problem(self._problem())

    def _commit(self) -> None:
        self._settle.stop()
        problem = self._problem()
        self._mark_problem(problem)
        if problem is None:
            wanted = self._configuration()
            if wanted != self._current:
                self.schedule_requested.emit(wanted)

    def _configuration(self) -> ScheduleConfiguration:
        """Of fields that have no problem."""
        T, beta_1, beta_T = (field.value() or 0 for field in self._fields())
        if self._kind() == "cosine":
            return ScheduleConfiguration("cosine", int(T))
        return ScheduleConfiguration("linear", int(T), beta_1, beta_T)

    def _problem(self) -> tuple[NumberField, str] | None:
        """The first field that no schedule can have, and why."""
        T = self.steps.value()
        if T is None or not 1 <= T <= MAX_STEPS:
            sentence = self.tr("T must be a whole number of steps between 1 and {0}.")
            return self.steps, sentence.format(f"{MAX_STEPS:,}")
        if self._kind() == "linear":
            for field, name in ((self.beta_1, "β₁"), (self.beta_T, "β<sub>T</sub>")):
                beta = field.value()
                if beta is None or not 0 < beta < 1:
                    sentence = self.tr(
                        "{0} must be a number between 0 and 1, such as 1e-4 or 0.02."
                    )
                    return field, sentence.format(name)
        return None

    def _mark_problem(self, problem: tuple[NumberField, str] | None) -> None:
        for field in self._fields():
            wrong = problem is not None and field is problem[0]
            field.setStyleSheet(f"border-color: {self._theme.problem};" if wrong else "")
        self.problem.setText(problem[1] if problem else "")
        self.problem.setVisible(problem is not None)

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text."""
        self._labels["steps"].setText("T")
        self._labels["beta_1"].setText("β₁")
        self._labels["beta_T"].setText("β<sub>T</sub>")
        for order, name in enumerate((self.tr("Linear"), self.tr("Cosine"))):
            self.kind.setItemText(order, name)
        self.kind.setToolTip(
            self.tr(
                "<p><b>Linear</b>: β<sub>t</sub> evenly spaced from β₁ to β<sub>T</sub> (Ho et al. "
                "2020).</p><p><b>Cosine</b>: ᾱ<sub>t</sub> follows cos² (Nichol &amp; Dhariwal "
                "2021).</p>"
            )
        )
        self.steps.setToolTip(
            self.tr("Number of steps of the forward chain, from 1 to {0}").format(f"{MAX_STEPS:,}")
        )
        self.reset.setText(self.tr("Reset to the model's"))
        self.reset.setAccessibleName(self.tr("Reset to the model's schedule"))
        self.reset.setToolTip(
            self.tr("Give the forward chain the schedule with which the model was trained.")
        )
        self.kind.setAccessibleName(self.tr("Kind of schedule"))
        self.steps.setAccessibleName(self.tr("Number of steps T"))
        self.beta_1.setAccessibleName(self.tr("beta of the first step"))
        self.beta_T.setAccessibleName(self.tr("beta of the last step"))
        self._enable()
        if not self.problem.isHidden():
            self._mark_problem(self._problem())

    def _beta_tool_tip(self, field: NumberField) -> str:
        if field is self.beta_1:
            return self.tr("β of the first step: how much noise it adds. Such as 1e-4.")
        return self.tr("β of the last step: how much noise it adds. Such as 0.02.")

    def _cosine_tool_tip(self) -> str:
        return self.tr("The cosine schedule has no free β: it follows from T.")
