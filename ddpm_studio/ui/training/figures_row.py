"""A row of live figures with their names over them, painted: a new number costs no layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ddpm_studio.ui.number_text import NO_VALUE
from ddpm_studio.ui.theme import SPACING, Theme, number_font, small_font


@dataclass(frozen=True)
class Figure:
    """A name, what it means, and how much of the width it takes."""

    name: str
    tool_tip: str
    share: int = 1


class FiguresRow(QWidget):
    """Figures side by side; a tooltip explains the one under the pointer."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figures: Sequence[Figure] = ()
        self._texts: Sequence[tuple[str, str]] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.update()

    def set_figures(self, figures: Sequence[Figure]) -> None:
        """Names and explanations."""
        self._figures = figures
        self.update()

    def set_texts(self, texts: Sequence[tuple[str, str]]) -> None:
        """A text and its colour ("" for that of text) for each figure."""
        if texts != self._texts:
            self._texts = texts
            self.setAccessibleName(
                "; ".join(f"{f.name}: {t}" for f, (t, _) in zip(self._figures, texts, strict=False))
            )
            self.update()

    @property
    def texts(self) -> list[str]:
        """What is shown."""
        return [text for text, _ in self._texts]

    def sizeHint(self) -> QSize:
        small = QFontMetricsF(small_font(self.font()), self)
        return QSize(400, round(small.height() + self.fontMetrics().height()) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def _cells(self) -> list[QRectF]:
        whole = sum(figure.share for figure in self._figures) or 1
        cells, left = [], 0.0
        for figure in self._figures:
            width = self.width() * figure.share / whole
            cells.append(QRectF(left, 0, width - SPACING, self.height()))
            left += width
        return cells

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            for order, (figure, cell) in enumerate(zip(self._figures, self._cells(), strict=True)):
                text, colour = self._texts[order] if order < len(self._texts) else (NO_VALUE, "")
                self._paint(painter, cell, figure.name, text, colour)

    def _paint(self, painter: QPainter, cell: QRectF, name: str, text: str, colour: str) -> None:
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(self._theme.muted_text))
        metrics = QFontMetricsF(painter.font(), self)
        name = metrics.elidedText(name, elide, cell.width())
        painter.drawText(QPointF(cell.left(), metrics.ascent()), name)
        painter.setFont(number_font(self.font()))
        painter.setPen(QColor(colour or self._theme.text))
        below = QRectF(
            cell.left(), metrics.height(), cell.width(), cell.height() - metrics.height()
        )
        text = QFontMetricsF(painter.font(), self).elidedText(text, elide, cell.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def tool_tip_at(self, position: QPointF) -> str:
        """The explanation of the figure under a position, with all of its text."""
        for order, (figure, cell) in enumerate(zip(self._figures, self._cells(), strict=True)):
            if cell.left() <= position.x() < cell.right() + SPACING:
                text = self._texts[order][0] if order < len(self._texts) else ""
                return f"<p><b>{figure.name}</b> {text}</p><p>{figure.tool_tip}</p>"
        return ""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tool_tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)
