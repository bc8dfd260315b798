"""Asks what another project's checkpoint cannot tell: one field a question, with the best guess in it."""

from __future__ import annotations

from copy import copy

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.checkpoints.foreign.questions import AnswerError, Question, Value, checked_answers
from ddpm_studio.session.checkpoint_opening import OpenQuestions
from ddpm_studio.session.classifier_choice import ClassifierQuestions
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.dialogs.question_text import answer_text, question_label
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.problem_text import explained_text, problem_text
from ddpm_studio.ui.theme import SPACING

_WIDTH, _FIELD_WIDTH = 560, 260


class CheckpointDialog(QDialog):
    """Emits ``answered`` with a dict of all answers; whoever opened it closes it when they fit.

    ``show_problem`` says why they do not, and the person may change them.
    """

    answered = Signal(dict)

    def __init__(
        self, asked: OpenQuestions | ClassifierQuestions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._asked = asked
        self._problem: Exception | None = None
        self.title, self.explanation = QLabel(), QLabel(wordWrap=True)
        self.status = QLabel(wordWrap=True)
        self.guess_button, self.cancel_button, self.open_button = (QPushButton() for _ in range(3))
        self.fields = {question.name: _field(question) for question in asked.questions}
        self._labels = {question.name: QLabel() for question in asked.questions}
        self._reasons = {question.name: QLabel(wordWrap=True) for question in asked.questions}
        self._lay_out()
        self.guess()
        self.retranslate()
        self.guess_button.clicked.connect(self.guess)
        self.cancel_button.clicked.connect(self.reject)
        self.open_button.clicked.connect(self._commit)
        next(iter(self.fields.values())).setFocus()

    def _lay_out(self) -> None:
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.explanation.setProperty("muted", True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setProperty("problem", True)
        self.open_button.setProperty("primary", True)
        self.open_button.setDefault(True)
        for button in (self.guess_button, self.cancel_button):
            button.setAutoDefault(False)
        rows = QGridLayout()
        rows.setContentsMargins(0, 0, SPACING, 0)
        rows.setVerticalSpacing(SPACING // 2)
        rows.setColumnStretch(0, 1)
        for place, name in enumerate(self.fields):
            label, field, reason = self._labels[name], self.fields[name], self._reasons[name]
            label.setBuddy(field)
            reason.setProperty("muted", True)
            reason.setTextFormat(Qt.TextFormat.PlainText)
            field.setFixedWidth(_FIELD_WIDTH)
            rows.addWidget(label, 3 * place, 0)
            rows.addWidget(field, 3 * place, 1)
            rows.addWidget(reason, 3 * place + 1, 0, 1, 2)
            rows.setRowMinimumHeight(3 * place + 2, SPACING // 2)
        rows.setRowStretch(3 * len(self.fields), 1)
        self._content = QWidget()
        self._content.setLayout(rows)
        scroll = _Scroll(self._content)
        buttons = QHBoxLayout()
        buttons.addWidget(self.guess_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(SPACING)
        layout.addWidget(self.title)
        layout.addWidget(self.explanation)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.status)
        layout.addLayout(buttons)
        self.status.hide()
        self.setMinimumWidth(_WIDTH)

    # Answers

    def guess(self) -> None:
        """Every field as it was guessed."""
        for question in self._asked.questions:
            _show(self.fields[question.name], question, question.guess)

    def _commit(self) -> None:
        answers: dict[str, Value] = {}
        for question in self._asked.questions:
            answers[question.name] = _answer(self.fields[question.name], question)
        try:
            whole = checked_answers(self._asked.questions, answers)
        except AnswerError as error:
            self.show_problem(error)
            return
        self.status.hide()
        self.open_button.setEnabled(False)  # until somebody has looked whether they fit
        self.answered.emit(whole)

    def show_problem(self, error: Exception) -> None:
        """Why these answers do not fit; they stay, to be changed."""
        self.open_button.setEnabled(True)
        self._problem = error
        self._say_problem()
        self.status.show()
        self.adjustSize()  # room for the sentence, and not at the expense of the fields

    def _say_problem(self) -> None:
        if self._problem is not None:
            self.status.setText(problem_text(_with_label(self._problem)))

    # Words

    def retranslate(self) -> None:
        """Set every text."""
        checkpoint = self._asked.checkpoint
        self.setWindowTitle(self.tr("Open a checkpoint"))
        self.title.setText(
            self.tr("{0}  ·  made by {1}").format(checkpoint.path.name, checkpoint.family)
        )
        self.explanation.setText(
            self.tr("The file does not tell everything. What is most likely is filled in.")
        )
        for question in self._asked.questions:
            name, field = question.name, self.fields[question.name]
            label = question_label(name)
            self._labels[name].setText(label)
            reason = explained_text(question.reason)
            self._reasons[name].setText(reason)
            field.setAccessibleName(label)
            field.setToolTip(reason)
            if isinstance(field, ChoiceBox):
                for place, choice in enumerate(question.choices):
                    field.setItemText(place, answer_text(name, choice))
        self.guess_button.setText(self.tr("As guessed"))
        self.guess_button.setToolTip(self.tr("Fill in again what is most likely"))
        self.cancel_button.setText(self.tr("Cancel"))
        self.open_button.setText(self.tr("Open"))
        self._say_problem()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


def _with_label(error: Exception) -> Exception:
    """The question is called as its field is; on the command line it has the name of the option."""
    if not isinstance(error, AnswerError) or "name" not in error.values:
        return error
    labelled, label = copy(error), question_label(str(error.values["name"]))
    labelled.values = error.values | {"name": f"“{label}”"}
    return labelled


class _Scroll(QScrollArea):
    """As high as its content where the screen has room for that."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        height = self._content.heightForWidth(_WIDTH - 4 * SPACING)
        room = self.screen().availableGeometry().height() * 3 // 5
        return QSize(_WIDTH, min(max(height, self._content.sizeHint().height()), room))


def _field(question: Question) -> QWidget:
    if question.choices:
        box = ChoiceBox()
        box.addItems([""] * len(question.choices))
        return box
    if isinstance(question.guess, bool):
        return QCheckBox()
    return NumberField(whole=isinstance(question.guess, int))


def _show(field: QWidget, question: Question, value: Value) -> None:
    if isinstance(field, ChoiceBox):
        field.setCurrentIndex(question.choices.index(value))
    elif isinstance(field, QCheckBox):
        field.setChecked(bool(value))
    elif isinstance(field, NumberField):
        field.show_value(float(value))


def _answer(field: QWidget, question: Question) -> Value:
    if isinstance(field, ChoiceBox):
        return question.choices[field.currentIndex()]
    if isinstance(field, QCheckBox):
        return field.isChecked()
    assert isinstance(field, NumberField)
    number = field.value()
    return field.text() if number is None else type(question.guess)(number)
