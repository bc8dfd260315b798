"""A small table of live numbers, painted by itself: a new number costs no layout and moves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ddpm_studio.ui.theme import Theme, number_font, small_font

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_KEY_WIDTH = 12
_GAP = 4


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
    """A label, and the explanation shown while the pointer rests on the row; "": muted text."""

    label: str
    tool_tip: str
    colour: str = ""


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
        self._still: QPixmap | None = None  # headers and labels as pixels, on a card's colour
        self._cells: list[list[QRectF]] = []
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Other colours for text; the columns' own come with :meth:`set_content`."""
        self._theme = theme
        self._forget_still()

    def set_content(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        """Other headers and labels; numbers stay where the shape stays."""
        if (len(columns), len(rows)) != (len(self._columns), len(self._rows)):
            self._texts = [[""] * len(columns) for _ in rows]
        self._columns, self._rows = columns, rows
        self._forget_still()

    def set_texts(self, texts: list[list[str]]) -> None:
        """The numbers as text, one list for each row."""
        if texts != self._texts:
            self._texts = texts
            self.update()

    def text(self, row: int, column: int) -> str:
        """What one cell shows."""
        return self._texts[row][column]

    @property
    def row_count(self) -> int:
        """How many rows there are below the headers."""
        return len(self._rows)

    def spoken(self) -> str:
        """All numbers with their headers, for a screen reader."""
        return "; ".join(
            f"{row.label} {column.group} {column.title}: {text}"
            for row, texts in zip(self._rows, self._texts, strict=True)
            for column, text in zip(self._columns, texts, strict=True)
        )

    # Geometry

    def _row_height(self) -> int:
        return self.fontMetrics().height() + 2

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
        return _KEY_WIDTH + self._title_width(column) + 2 * _GAP

    def _title_width(self, column: Column) -> int:
        metrics = QFontMetrics(small_font(self.font()), self)
        return metrics.horizontalAdvance(column.title)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._still is None or self._still.devicePixelRatioF() != self.devicePixelRatioF():
            self._still = self._paint_still()
            first = self._header_count()
            self._cells = [
                [self._cell(first + row, order) for order in range(len(self._columns))]
                for row in range(len(self._rows))
            ]
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._still)
            painter.setFont(number_font(self.font()))
            for order, column in enumerate(self._columns):
                painter.setPen(QColor(column.colour))
                for cells, texts in zip(self._cells, self._texts, strict=True):
                    painter.drawText(cells[order], _RIGHT, texts[order])

    def _paint_still(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap((QSizeF(self.size()) * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._theme.card))
        with QPainter(picture) as painter:
            self._paint_headers(painter)
            painter.setFont(self.font())
            self._paint_labels(painter)
        return picture

    def _forget_still(self) -> None:
        self._still = None
        self.updateGeometry()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._still = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._forget_still()

    def _paint_labels(self, painter: QPainter) -> None:
        height, first = self._row_height(), self._header_count()
        for row, content in enumerate(self._rows):
            painter.setPen(QColor(content.colour or self._theme.muted_text))
            top = (first + row) * height
            painter.drawText(QRectF(0, top, self.width(), height), _LEFT, content.label)

    def _paint_headers(self, painter: QPainter) -> None:
        line = self._header_count() - 1
        painter.setFont(small_font(self.font()))
        for order, column in enumerate(self._columns):
            cell = self._cell(line, order)
            painter.setPen(QColor(column.colour))
            painter.drawText(cell, _RIGHT, column.title)
            right = cell.right() - self._title_width(column) - _GAP
            _paint_key(painter, column, right, cell.center().y())
        if line:
            self._paint_groups(painter)

    def _paint_groups(self, painter: QPainter) -> None:
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        for group in dict.fromkeys(column.group for column in self._columns if column.group):
            members = [order for order, other in enumerate(self._columns) if other.group == group]
            area = self._cell(0, members[0]).united(self._cell(0, members[-1]))
            area.setLeft(area.left() + 2 * _GAP)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, group)
            painter.setPen(QPen(QColor(self._theme.border), 1))
            painter.drawLine(area.bottomLeft(), area.bottomRight())

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
