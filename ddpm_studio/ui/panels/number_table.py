"""A small table of live numbers, painted by itself: a new number costs no layout and moves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ddpm_studio.ui.theme import Theme, number_font

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_KEY_WIDTH = 12


class Key(Enum):
    """How a column's quantity is drawn in the plot above: the table's header is the legend."""

    FILLED = "filled"
    OUTLINE = "outline"
    DASHED = "dashed"


@dataclass(frozen=True)
class Column:
    """A header, its colour and its key; ``group`` stands over neighbours that share it."""

    title: str
    colour: str
    key: Key
    tool_tip: str
    group: str = ""


@dataclass(frozen=True)
class Row:
    """A label, and the explanation shown while the pointer rests on the row."""

    label: str
    tool_tip: str


class NumberTable(QWidget):
    """Rows of right-aligned numbers under coloured headers; columns share the width equally.

    A tooltip explains each column in the header, each row elsewhere.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns: Sequence[Column] = ()
        self._rows: Sequence[Row] = ()
        self._texts: list[list[str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Other colours for text; the columns' own come with :meth:`set_content`."""
        self._theme = theme
        self.update()

    def set_content(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        """Other headers and labels; numbers stay where the shape stays."""
        if (len(columns), len(rows)) != (len(self._columns), len(self._rows)):
            self._texts = [[""] * len(columns) for _ in rows]
        self._columns, self._rows = columns, rows
        self.updateGeometry()
        self.update()

    def set_texts(self, texts: list[list[str]]) -> None:
        """The numbers as text, one list for each row."""
        if texts != self._texts:
            self._texts = texts
            self.update()

    def text(self, row: int, column: int) -> str:
        """What one cell shows."""
        return self._texts[row][column]

    def spoken(self) -> str:
        """All numbers with their headers, for a screen reader."""
        return "; ".join(
            f"{row.label} {column.group} {column.title}: {text}"
            for row, texts in zip(self._rows, self._texts, strict=True)
            for column, text in zip(self._columns, texts, strict=True)
        )

    # Geometry

    def _row_height(self) -> int:
        return self.fontMetrics().height() + 3

    def _header_count(self) -> int:
        return 2 if any(column.group for column in self._columns) else 1

    def _label_width(self) -> int:
        metrics = self.fontMetrics()
        return max((metrics.horizontalAdvance(row.label) for row in self._rows), default=0)

    def _cell(self, line: int, column: int) -> QRectF:
        label = self._label_width() + 2
        width = (self.width() - label) / max(1, len(self._columns))
        height = self._row_height()
        return QRectF(label + column * width, line * height, width, height)

    def sizeHint(self) -> QSize:
        lines = self._header_count() + len(self._rows)
        widest = max((self._header_width(column) for column in self._columns), default=0)
        widest = max(widest, self.fontMetrics().horizontalAdvance("−0.000 "))
        width = self._label_width() + 2 + len(self._columns) * widest
        return QSize(width, lines * self._row_height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _header_width(self, column: Column) -> int:
        return _KEY_WIDTH + 4 + self.fontMetrics().horizontalAdvance(column.title) + 4

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(number_font(self.font()))
            self._paint_headers(painter)
            self._paint_labels(painter)
            first = self._header_count()
            for order, column in enumerate(self._columns):
                painter.setPen(QColor(column.colour))
                for row, texts in enumerate(self._texts):
                    painter.drawText(self._cell(first + row, order), _RIGHT, texts[order])

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.muted_text))
        height, first = self._row_height(), self._header_count()
        for row, content in enumerate(self._rows):
            top = (first + row) * height
            painter.drawText(QRectF(0, top, self.width(), height), _LEFT, content.label)

    def _paint_headers(self, painter: QPainter) -> None:
        line = self._header_count() - 1
        for order, column in enumerate(self._columns):
            cell = self._cell(line, order)
            painter.setPen(QColor(column.colour))
            painter.drawText(cell, _RIGHT, column.title)
            width = self.fontMetrics().horizontalAdvance(column.title)
            _paint_key(painter, column, cell.right() - width - 4, cell.center().y())
        if line:
            self._paint_groups(painter)

    def _paint_groups(self, painter: QPainter) -> None:
        bold = QFont(painter.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.save()
        painter.setFont(bold)
        for order, column in enumerate(self._columns):
            following = self._columns[order + 1 :]
            if column.group and not any(other.group == column.group for other in following):
                painter.setPen(QColor(self._theme.text))
                painter.drawText(self._cell(0, order), _RIGHT, column.group)
        painter.restore()

    # Explanations

    def tool_tip_at(self, position: QPointF) -> str:
        """The explanation of the header or row under a position."""
        row = int(position.y() // self._row_height()) - self._header_count()
        if 0 <= row < len(self._rows):
            return self._rows[row].tool_tip
        for order, column in enumerate(self._columns):
            cell = self._cell(0, order)
            if row < 0 and cell.left() <= position.x() < cell.right():
                return column.tool_tip
        return ""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tool_tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


def _paint_key(painter: QPainter, column: Column, right: float, middle: float) -> None:
    colour = QColor(column.colour)
    box = QRectF(round(right - _KEY_WIDTH) + 0.5, round(middle - 4) + 0.5, _KEY_WIDTH - 2, 7)
    if column.key is Key.DASHED:
        pen = QPen(colour, 1.6)
        pen.setDashPattern([2.2, 1.6])
        painter.setPen(pen)
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
        return
    fill = QColor(colour)
    fill.setAlpha(120 if column.key is Key.FILLED else 35)
    painter.setPen(QPen(colour, 1))
    painter.fillRect(box, fill)
    if column.key is Key.OUTLINE:
        painter.drawRect(box)
    else:
        painter.drawLine(box.topLeft(), box.topRight())
