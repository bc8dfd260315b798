"""A table of measured numbers in two columns; the last row follows from those above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from ddpm_studio.ui.number_text import NO_VALUE
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.theme import SPACING, Theme, number_font

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_COLUMNS = 2
_KEY_WIDTH = 16


@dataclass(frozen=True)
class Words:
    """A header or a row's name (rich text) with its explanation."""

    text: str
    tool_tip: str


def explained(text: str, *explanation: str) -> Words:
    """A header or a row's name, with a paragraph for each sentence about it."""
    return Words(text, paragraphs(*explanation))


@dataclass(frozen=True)
class LineKey:
    """How a row's quantity is drawn in the plot above: the table is its legend."""

    colour: str
    width: float
    is_dashed: bool = False


class FigureTable(QWidget):
    """``row_count`` rows, of which some have a key."""

    def __init__(self, theme: Theme, row_count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headers = [QLabel(alignment=_RIGHT) for _ in range(_COLUMNS)]
        self._keys = [_KeyMark() for _ in range(row_count)]
        self._names = [QLabel() for _ in range(row_count)]
        self._numbers = [[_number_label() for _ in range(_COLUMNS)] for _ in range(row_count)]
        self._rule = QFrame(frameShape=QFrame.Shape.HLine, frameShadow=QFrame.Shadow.Plain)
        self._lay_out()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)
        self.show_texts([[NO_VALUE] * _COLUMNS] * row_count)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)  # without keys their column has no width
        grid.setVerticalSpacing(2)
        last = len(self._names)
        for row, (key, name, numbers) in enumerate(
            zip(self._keys, self._names, self._numbers, strict=True), 1
        ):
            line = row + 1 if row == last else row  # the rule stands above it
            grid.addWidget(key, line, 0)
            grid.addWidget(name, line, 1)
            for column, number in enumerate(numbers, 2):
                grid.addWidget(number, line, column)
        grid.addWidget(self._rule, last, 0, 1, 2 + _COLUMNS)
        for column, header in enumerate(self._headers, 2):
            grid.addWidget(header, 0, column)
            grid.setColumnStretch(column, 1)
        for label in (*self._headers, *self._names[:-1]):
            label.setProperty("muted", True)

    def set_theme(self, theme: Theme) -> None:
        """Other colours; those of the keys come with :meth:`set_keys`."""
        self._rule.setStyleSheet(f"QFrame {{ color: {theme.border}; }}")

    def set_keys(self, keys: Sequence[LineKey | None]) -> None:
        """A key for each row, or None."""
        for mark, key in zip(self._keys, keys, strict=True):
            mark.show_key(key)

    def set_words(self, headers: Sequence[Words], rows: Sequence[Words]) -> None:
        """Headers and names, in the present language."""
        for label, words in zip(self._headers, headers, strict=True):
            label.setText(words.text)
            label.setToolTip(words.tool_tip)
        for name, numbers, words in zip(self._names, self._numbers, rows, strict=True):
            name.setText(words.text)
            for part in (name, *numbers):
                part.setToolTip(words.tool_tip)

    def set_header(self, column: int, text: str) -> None:
        """Another header, of the same meaning."""
        self._headers[column].setText(text)

    def show_texts(self, texts: Sequence[Sequence[str]]) -> None:
        """The numbers as text, one list for each row."""
        for labels, row in zip(self._numbers, texts, strict=True):
            for label, text in zip(labels, row, strict=True):
                label.setText(text)

    def text(self, row: int, column: int) -> str:
        """What one cell shows."""
        return self._numbers[row][column].text()


class _KeyMark(QWidget):
    """A short piece of a curve."""

    def __init__(self) -> None:
        super().__init__()
        self._key: LineKey | None = None
        self.hide()

    def show_key(self, key: LineKey | None) -> None:
        self._key = key
        self.setVisible(key is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_KEY_WIDTH + SPACING, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._key is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(QColor(self._key.colour), self._key.width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if self._key.is_dashed:
                pen.setDashPattern([4, 2])
            painter.setPen(pen)
            middle = self.height() / 2
            painter.drawLine(QPointF(0, middle), QPointF(_KEY_WIDTH, middle))


def _number_label() -> QLabel:
    label = QLabel(alignment=_RIGHT)
    label.setFont(number_font(label.font()))
    label.setContentsMargins(SPACING, 0, 0, 0)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
