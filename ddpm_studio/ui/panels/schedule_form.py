"""The numbers of the forward chain's schedule as fields, checked before anybody hears of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ddpm_studio.diffusion.schedule import MAX_STEPS, SCHEDULE_KINDS, ScheduleConfiguration
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.dialogs.betas_dialog import BetasDialog
from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.theme import SPACING, Theme

_LEAST = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
_NARROW_STEPS_WIDTH = 58
_SETTLE_MS = 150  # after the last step of a key or the wheel
_DEFAULT_BETAS, _DEFAULT_CONSTANT = (1e-4, 0.02), 0.01
_USES_BETA_1 = ("linear", "sigmoid", "quadratic", "constant")
_USES_BETA_T = ("linear", "sigmoid", "quadratic")


class ScheduleForm(QWidget):
    """Kind, T, beta_1 and beta_T; a list of betas has a dialog of its own.

    schedule_requested(ScheduleConfiguration)   a valid change was committed
    problem_changed                             :meth:`problem_text` says something else

    ``is_narrow``: the betas in a second row.
    ``reset`` is a button that whoever shows the form places, with the problem's sentence.
    """

    schedule_requested = Signal(object)
    problem_changed = Signal()

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, is_narrow: bool = False
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_narrow = is_narrow
        self._current = ScheduleConfiguration("linear", 1000, *_DEFAULT_BETAS)
        self._model: ScheduleConfiguration | None = None
        # What was used last, for when a kind needs it again.
        self._ends, self._constant = _DEFAULT_BETAS, _DEFAULT_CONSTANT
        self.kind = ChoiceBox()
        self.steps = NumberField(whole=True)
        self.beta_1, self.beta_T = NumberField(), NumberField()
        self.reset = QToolButton()
        self._problem_text = ""
        self.mean_square = 1.0  # E[x_0²], for the adequacy of a list
        self._labels = {name: QLabel() for name in ("steps", "beta_1", "beta_T")}
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self.reset.setIcon(icon("reset", theme))
        self._arrange()
        self._connect()
        self.retranslate()
        self.show_configurations(self._current, None)

    def _arrange(self) -> None:
        self.kind.addItems([""] * len(SCHEDULE_KINDS))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACING // 2)
        fields = _row(rows)
        fields.addWidget(self.kind, 5)
        for name, field in zip(self._labels, self._fields(), strict=True):
            self._labels[name].setBuddy(field)
            field.setMinimumWidth(40)
            if self._is_narrow and field is self.beta_1:
                fields = _row(rows)
            else:
                fields.addSpacing(SPACING // 2)
            fields.addWidget(self._labels[name])
            fields.addWidget(field, 3)
        if self._is_narrow:
            self.kind.setMinimumContentsLength(4)
            self.kind.setSizeAdjustPolicy(_LEAST)
            self.steps.setMinimumWidth(_NARROW_STEPS_WIDTH)

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
        self.reset.setIcon(icon("reset", theme))
        self._mark_problem(self._problem() if self._problem_text else None)

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
            self._ends = (current.beta_1, current.beta_T)
        elif current.beta_1 is not None:
            self._constant = current.beta_1
        self.kind.setCurrentIndex(SCHEDULE_KINDS.index(current.kind))
        self._show_number(self.steps, current.T)
        self._mark_problem(None)
        self._show_betas()

    def _show_betas(self) -> None:
        """The fields that the kind needs; the others are empty, but for the ends of a list."""
        kind, current = self._kind(), self._current
        self.steps.setEnabled(kind != "custom")
        listed = current.betas if kind == "custom" and current.betas is not None else (None, None)
        first = self._constant if kind == "constant" else self._ends[0]
        for field, kinds, own, end in (
            (self.beta_1, _USES_BETA_1, first, listed[0]),
            (self.beta_T, _USES_BETA_T, self._ends[1], listed[-1]),
        ):
            field.setEnabled(kind in kinds)
            field.setToolTip(self._beta_tool_tip(field) if kind in kinds else self._no_beta(kind))
            self._show_number(field, own if kind in kinds else end)
        self._labels["beta_1"].setText("β" if kind == "constant" else "β₁")
        self.reset.setEnabled(self._model is not None and self._model != current)

    @staticmethod
    def _show_number(field: NumberField, value: float | None) -> None:
        if not (field.hasFocus() and field.is_being_edited()):
            field.show_value(value)

    def _kind(self) -> str:
        return SCHEDULE_KINDS[self.kind.currentIndex()]

    def problem_text(self) -> str:
        """Which number no schedule can have, and what is allowed; empty where all is well."""
        return self._problem_text

    # Changes

    def _choose_kind(self) -> None:
        if self._kind() == "custom":
            self._ask_for_list()
        else:
            self._show_betas()
            self._commit()

    def _ask_for_list(self) -> None:
        """The present schedule's own betas to begin with; without an answer all stays as it is."""
        present, window = self._current.build(), self.window()
        dialog = BetasDialog(present, self._theme, window, mean_square=self.mean_square)
        dialog.chosen.connect(self.schedule_requested)
        dialog.rejected.connect(lambda: self.show_configurations(self._current, self._model))
        dialog.open()

    def _reset(self) -> None:
        if self._model is not None:
            self.schedule_requested.emit(self._model)

    def _step(self) -> None:
        self._check_again()
        self._settle.start()

    def _check_again(self) -> None:
        """While somebody types, a sentence only goes away; it comes when they have finished."""
        if self._problem_text:
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
        kind, T = self._kind(), int(self.steps.value() or 0)
        if kind == "custom":
            return ScheduleConfiguration(kind, T, betas=self._current.betas)
        return ScheduleConfiguration(
            kind,
            T,
            self.beta_1.value() if kind in _USES_BETA_1 else None,
            self.beta_T.value() if kind in _USES_BETA_T else None,
        )

    def _problem(self) -> tuple[NumberField, str] | None:
        """The first field that no schedule can have, and why."""
        T = self.steps.value()
        if T is None or not 1 <= T <= MAX_STEPS:
            sentence = self.tr("T must be a whole number of steps between 1 and {0}.")
            return self.steps, sentence.format(f"{MAX_STEPS:,}")
        for field, name in ((self.beta_1, "β₁"), (self.beta_T, "β_T")):
            beta = field.value()
            if field.isEnabled() and (beta is None or not 0 < beta < 1):
                sentence = self.tr("{0} must be a number between 0 and 1, such as 1e-4 or 0.02.")
                return field, sentence.format("β" if self._kind() == "constant" else name)
        return None

    def _mark_problem(self, problem: tuple[NumberField, str] | None) -> None:
        for field in self._fields():
            wrong = problem is not None and field is problem[0]
            field.setStyleSheet(f"border-color: {self._theme.problem};" if wrong else "")
        self._problem_text = problem[1] if problem else ""
        self.problem_changed.emit()

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text."""
        self._labels["steps"].setText("T")
        self._labels["beta_T"].setText("β<sub>T</sub>")
        for order, name in enumerate(self._kind_names()):
            self.kind.setItemText(order, name)
        self.kind.setToolTip(self._kind_tool_tip())
        self.steps.setToolTip(
            self.tr("Number of steps of the forward chain, from 1 to {0}").format(f"{MAX_STEPS:,}")
        )
        self.reset.setAccessibleName(self.tr("Reset to the model's schedule"))
        self.reset.setToolTip(
            self.tr("Give the forward chain the schedule with which the model was trained.")
        )
        self.kind.setAccessibleName(self.tr("Kind of schedule"))
        self.steps.setAccessibleName(self.tr("Number of steps T"))
        self.beta_1.setAccessibleName(self.tr("beta of the first step"))
        self.beta_T.setAccessibleName(self.tr("beta of the last step"))
        self._show_betas()
        if self._problem_text:
            self._mark_problem(self._problem())

    def _kind_names(self) -> tuple[str, ...]:
        """In the order of SCHEDULE_KINDS."""
        return (
            self.tr("Linear"),
            self.tr("Cosine"),
            self.tr("Sigmoid"),
            self.tr("Quadratic"),
            self.tr("Constant"),
            self.tr("List…"),
        )

    def _kind_tool_tip(self) -> str:
        return paragraphs(
            self.tr(
                "<b>Linear</b>: β<sub>t</sub> evenly spaced from β₁ to β<sub>T</sub> (Ho et al. 2020)."
            ),
            self.tr("<b>Cosine</b>: ᾱ<sub>t</sub> follows cos² (Nichol &amp; Dhariwal 2021)."),
            self.tr("<b>Sigmoid</b>: β<sub>t</sub> along an S from β₁ to β<sub>T</sub>."),
            self.tr(
                "<b>Quadratic</b>: √β<sub>t</sub> evenly spaced, the “scaled linear” of Stable "
                "Diffusion."
            ),
            self.tr("<b>Constant</b>: the same β at every step."),
            self.tr("<b>List</b>: any β<sub>1</sub> … β<sub>T</sub>, pasted or from a file."),
        )

    def _beta_tool_tip(self, field: NumberField) -> str:
        if self._kind() == "constant":
            return self.tr("β of every step: how much noise it adds. Such as 0.01.")
        if field is self.beta_1:
            return self.tr("β of the first step: how much noise it adds. Such as 1e-4.")
        return self.tr("β of the last step: how much noise it adds. Such as 0.02.")

    def _no_beta(self, kind: str) -> str:
        if kind == "custom":
            return self.tr("The betas are a list: choose “List…” again to change it.")
        if kind == "constant":
            return self.tr("The constant schedule has a single β.")
        return self.tr("The cosine schedule has no free β: it follows from T.")


def _row(rows: QVBoxLayout) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACING // 2)
    rows.addLayout(row)
    return row
