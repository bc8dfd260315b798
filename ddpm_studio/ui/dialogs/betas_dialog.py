"""Asks for a schedule as a list of numbers, pasted or from a file, and says at once what it is worth."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.diffusion.adequacy import schedule_adequacy
from ddpm_studio.diffusion.beta_curves import betas_of_alpha_bars
from ddpm_studio.diffusion.schedule import MAX_STEPS, NoiseSchedule, ScheduleError
from ddpm_studio.explained_error import ExplainedError, brief
from ddpm_studio.ui.panels.adequacy_meter import AdequacyMeter
from ddpm_studio.ui.panels.number_field import number_as_typed, parse_number
from ddpm_studio.ui.problem_mark import mark_problem
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING, Theme

MAX_FILE_BYTES = 1_000_000  # MAX_STEPS numbers of a hundred characters
_SIZE = (460, 480)
_SETTLE_MS = 200  # after the last key: reading ten thousand numbers can be felt
_BETA, _ALPHA_BAR = range(2)
_MAX_WORD_CHARACTERS, _LONG_LINE = 40, 2000
_SEPARATORS = re.compile(r"[\s,;\[\](){}]+")


class BetasDialog(QDialog):
    """Emits ``chosen`` with a ScheduleConfiguration when a list that is a schedule is accepted.

    ``mean_square`` is E[x_0²] of the data, for the adequacy.
    """

    chosen = Signal(object)

    def __init__(
        self,
        present: NoiseSchedule,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        mean_square: float = 1.0,
    ) -> None:
        super().__init__(parent)
        self._mean_square = mean_square
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._schedule: NoiseSchedule | None = None
        self.explanation = QLabel(wordWrap=True)
        self.quantity = QComboBox()
        self.text = _NumbersEdit()
        self.status = QLabel(wordWrap=True)
        self.meter = AdequacyMeter(theme)
        self.file_button, self.cancel_button, self.use_button = (QPushButton() for _ in range(3))
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._lay_out()
        self.retranslate()
        self._connect()
        self.text.setPlainText(_lines(map(repr, present.beta[1:].tolist())))
        self.text.setFocus()
        self._read()

    def _lay_out(self) -> None:
        self.quantity.addItems(["", ""])
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.use_button.setProperty("primary", True)
        self.use_button.setDefault(True)
        head = QHBoxLayout()
        head.addWidget(self.quantity)
        head.addStretch(1)
        head.addWidget(self.file_button)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.use_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(SPACING)
        layout.addWidget(self.explanation)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.status)
        layout.addWidget(self.meter.verdict)
        layout.addWidget(self.meter)
        layout.addLayout(buttons)
        self.resize(*_SIZE)

    def _connect(self) -> None:
        self.text.textChanged.connect(self._wait)
        self.text.refused.connect(lambda error: self._say(problem_text(error), is_problem=True))
        self.quantity.currentIndexChanged.connect(self._read)
        self._settle.timeout.connect(self._read)
        self.file_button.clicked.connect(self.choose_file)
        self.cancel_button.clicked.connect(self.reject)
        self.use_button.clicked.connect(self._use)

    # Reading

    def _wait(self) -> None:
        self._settle.start()

    def _read(self) -> None:
        """Show what the text means as a schedule, or what is wrong with it."""
        self._settle.stop()
        try:
            self._schedule = _schedule(self.text.toPlainText(), self.quantity.currentIndex())
        except ScheduleError as error:
            self._schedule = None
            self._say(problem_text(error), is_problem=True)
        else:
            self._describe(self._schedule)
        self.use_button.setEnabled(self._schedule is not None)
        for part in (self.meter, self.meter.verdict):
            part.setVisible(self._schedule is not None)

    def _describe(self, schedule: NoiseSchedule) -> None:
        sentence = self.tr("T = {0}, β from {1} to {2}")
        betas = schedule.beta[1:]
        numbers = (number_as_typed(float(f"{beta:.3g}")) for beta in (betas.min(), betas.max()))
        self._say(sentence.format(schedule.T, *numbers), is_problem=False)
        self.meter.show_adequacy(schedule_adequacy(schedule, self._mean_square))

    def _say(self, text: str, *, is_problem: bool) -> None:
        self.status.setText(text)
        mark_problem(self.status, is_problem=is_problem)

    def choose_file(self) -> None:
        """Ask for a text file with numbers and take its text over."""
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Open a list of numbers"),
            "",
            self.tr("Text (*.txt *.csv *.json);;All files (*)"),
        )
        if path:
            self.open_file(Path(path))

    def open_file(self, path: Path) -> None:
        """The text of a file, or a sentence about why it cannot be read; the text then stays."""
        try:
            words = _words(file_text(path))
        except ExplainedError as error:
            self._say(problem_text(error), is_problem=True)
        else:
            self.text.setPlainText(_lines(words))
            self._read()

    def _use(self) -> None:
        self._read()  # also what was typed a moment ago
        if self._schedule is not None:
            self.chosen.emit(self._schedule.configuration)
            self.accept()

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self._read()

    def retranslate(self) -> None:
        """Set every text."""
        self.setWindowTitle(self.tr("Schedule as a list"))
        self.explanation.setText(
            self.tr(
                "One number for each step, t = 1 … T, at most {0} of them, with spaces, commas or "
                "new lines between. The decimal sign is a point."
            ).format(f"{MAX_STEPS:,}")
        )
        self.quantity.setItemText(_BETA, self.tr("The numbers are βₜ"))
        self.quantity.setItemText(_ALPHA_BAR, self.tr("The numbers are ᾱₜ"))
        self.quantity.setToolTip(
            self.tr(
                "β<sub>t</sub>: the variance of the noise of step t. ᾱ<sub>t</sub>: the product of all "
                "1 − β<sub>s</sub> up to t, called alphas_cumprod in many programs."
            )
        )
        self.quantity.setAccessibleName(self.tr("What the numbers are"))
        self.text.setAccessibleName(self.tr("The numbers"))
        self.file_button.setText(self.tr("From a file…"))
        self.file_button.setToolTip(self.tr("Take the numbers from a text file"))
        self.cancel_button.setText(self.tr("Cancel"))
        self.use_button.setText(self.tr("Use this schedule"))


class _NumbersEdit(QPlainTextEdit):
    """What is pasted comes a number a line where its own lines are long.

    The layout of a line as long as a file would take many seconds.

    refused(ScheduleError)   something pasted that no list of numbers is, and is left out
    """

    refused = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()[:MAX_FILE_BYTES]
        if max(map(len, text.split("\n"))) <= _LONG_LINE:
            self.insertPlainText(text)
            return
        try:
            self.insertPlainText(_lines(_words(text)))
        except ScheduleError as error:
            self.refused.emit(error)


class ListFileError(ExplainedError, ValueError):
    """A file that cannot be read as numbers; the message says why."""


def _schedule(text: str, quantity: int) -> NoiseSchedule:
    """The schedule that a text is. Raises ScheduleError, also for what is no number."""
    words = _words(text)
    if len(words) > MAX_STEPS:
        raise ScheduleError(
            "The list must hold from 1 to {most:,} numbers, not {count:,}.",
            most=MAX_STEPS,
            count=len(words),
        )
    numbers = [_number(place, word) for place, word in enumerate(words, 1)]
    if quantity == _ALPHA_BAR and numbers:
        return NoiseSchedule.from_betas(betas_of_alpha_bars(numbers))
    return NoiseSchedule.from_betas(numbers)


def _words(text: str) -> list[str]:
    """What stands between separators. Raises ScheduleError where that is too long for a number."""
    words = [word for word in _SEPARATORS.split(text) if word]
    for place, word in enumerate(words, 1):
        if len(word) > _MAX_WORD_CHARACTERS:
            raise _no_number(place, word)
    return words


def _lines(words: Iterable[str]) -> str:
    return "\n".join(words)


def _number(place: int, word: str) -> float:
    number = parse_number(word)
    if number is None:
        raise _no_number(place, word)
    return number


def _no_number(place: int, word: str) -> ScheduleError:
    return ScheduleError(
        "{word} at place {place} is not a number.",
        word=brief(repr(word[:_MAX_WORD_CHARACTERS])),
        place=place,
    )


def file_text(path: Path) -> str:
    """At most MAX_FILE_BYTES of UTF-8 from a regular file. Raises ListFileError."""
    try:
        if not path.is_file():  # a pipe would never end
            raise ListFileError("{name} is not a file.", name=brief(path.name))
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ListFileError(
            "{name} cannot be read: {reason}.",
            name=brief(path.name),
            reason=error.strerror or type(error).__name__,
        ) from error
    if len(content) > MAX_FILE_BYTES:
        raise ListFileError(
            "{name} is larger than {most:,} bytes: too large for a list of numbers.",
            name=brief(path.name),
            most=MAX_FILE_BYTES,
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListFileError("{name} is not a text file.", name=brief(path.name)) from error
