"""Asks what another project's checkpoint cannot tell: one field a question, with the best guess in it."""

from __future__ import annotations

from copy import copy
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
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

from ddpm_studio.checkpoints.foreign.questions import AnswerError, checked_answers
from ddpm_studio.explained_error import printable
from ddpm_studio.session.checkpoint_opening import OpenQuestions
from ddpm_studio.session.classifier_choice import ClassifierQuestions
from ddpm_studio.ui.dialogs.question_field import ROWS, QuestionField
from ddpm_studio.ui.dialogs.question_text import question_label
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING

_WIDTH = 560


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
        self.title, self.explanation = ElidedLabel(), QLabel(wordWrap=True)
        self.status = QLabel(wordWrap=True)
        self.guess_button, self.cancel_button, self.open_button = (QPushButton() for _ in range(3))
        self.fields = {question.name: QuestionField(question) for question in asked.questions}
        self._lay_out()
        self.guess()
        self.retranslate()
        self.guess_button.clicked.connect(self.guess)
        self.cancel_button.clicked.connect(self.reject)
        self.open_button.clicked.connect(self._commit)
        next(iter(self.fields.values())).widget.setFocus()

    def _lay_out(self) -> None:
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.explanation.setProperty("muted", True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setProperty("problem", True)
        self.status.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(SPACING)
        layout.addWidget(self.title)
        layout.addWidget(self.explanation)
        layout.addWidget(_Scroll(self._questions()), 1)
        layout.addWidget(self.status)
        layout.addLayout(self._buttons())
        self.setMinimumWidth(_WIDTH)

    def _questions(self) -> QWidget:
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, SPACING, 0)
        grid.setVerticalSpacing(SPACING // 2)
        grid.setColumnStretch(0, 1)
        for place, field in enumerate(self.fields.values()):
            field.place(grid, ROWS * place)
        grid.setRowStretch(ROWS * len(self.fields), 1)
        return content

    def _buttons(self) -> QHBoxLayout:
        self.open_button.setProperty("primary", True)
        self.open_button.setDefault(True)
        for button in (self.guess_button, self.cancel_button):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.addWidget(self.guess_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.open_button)
        return row

    # Answers

    def guess(self) -> None:
        """Every field as it was guessed."""
        for field in self.fields.values():
            field.guess()

    def _commit(self) -> None:
        answers = {name: field.answer() for name, field in self.fields.items()}
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
        self.title.show_text(
            self.tr("{0}  ·  made by {1}").format(_name(checkpoint.path), checkpoint.family)
        )
        self.explanation.setText(
            self.tr("The file does not tell everything. What is most likely is filled in.")
        )
        for field in self.fields.values():
            field.retranslate()
        self.guess_button.setText(self.tr("As guessed"))
        self.guess_button.setToolTip(self.tr("Fill in again what is most likely"))
        self.cancel_button.setText(self.tr("Cancel"))
        self.open_button.setText(self.tr("Open"))
        self._say_problem()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


def _name(path: Path) -> str:
    """With its folder: of some projects all checkpoints have the same name."""
    return printable(f"{path.parent.name}/{path.name}")


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
