"""One question about a checkpoint: its label, the field for the answer, and why that was guessed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from ddpm_studio.checkpoints.foreign.questions import Question, Value
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.dialogs.question_text import answer_text, question_label
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.problem_text import explained_text
from ddpm_studio.ui.theme import SPACING

_WIDTH = 260
ROWS = 3  # of a grid: label and field, the reason under them, a gap


class QuestionField:
    """``widget`` is a box of choices, a check box or a number, whichever the question needs."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.label, self.reason = QLabel(), QLabel(wordWrap=True)
        self.reason.setProperty("muted", True)
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.widget = _widget(question)
        self.widget.setFixedWidth(_WIDTH)
        self.label.setBuddy(self.widget)

    def place(self, grid: QGridLayout, row: int) -> None:
        """Fill ROWS rows of two columns, from ``row`` on."""
        grid.addWidget(self.label, row, 0)
        grid.addWidget(self.widget, row, 1)
        grid.addWidget(self.reason, row + 1, 0, 1, 2)
        grid.setRowMinimumHeight(row + 2, SPACING // 2)

    def guess(self) -> None:
        """The answer that is most likely."""
        guess = self.question.guess
        if isinstance(self.widget, ChoiceBox):
            self.widget.setCurrentIndex(self.question.choices.index(guess))
        elif isinstance(self.widget, QCheckBox):
            self.widget.setChecked(bool(guess))
        elif isinstance(self.widget, NumberField):
            self.widget.show_value(float(guess))

    def answer(self) -> Value:
        """What the field says; its text where that should be a number and is none."""
        if isinstance(self.widget, ChoiceBox):
            return self.question.choices[self.widget.currentIndex()]
        if isinstance(self.widget, QCheckBox):
            return self.widget.isChecked()
        assert isinstance(self.widget, NumberField)
        number = self.widget.value()
        return self.widget.text() if number is None else type(self.question.guess)(number)

    def retranslate(self) -> None:
        """Set every text."""
        name, choices = self.question.name, self.question.choices
        label, reason = question_label(name), explained_text(self.question.reason)
        self.label.setText(label)
        self.reason.setText(reason)
        self.widget.setAccessibleName(label)
        self.widget.setToolTip(reason)
        if isinstance(self.widget, ChoiceBox):
            for row, choice in enumerate(choices):
                self.widget.setItemText(row, answer_text(name, choice))


def _widget(question: Question) -> QWidget:
    if question.choices:
        box = ChoiceBox()
        box.addItems([""] * len(question.choices))
        return box
    if isinstance(question.guess, bool):
        return QCheckBox()
    return NumberField(whole=isinstance(question.guess, int))
