"""Quiet words over a picture, each on a patch of the canvas's colour that keeps them legible."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from ddpm_studio.ui.theme import SPACING, Theme, small_font
from ddpm_studio.ui.views.painted_layer import faded


def line_height(metrics: QFontMetrics) -> float:
    """The room that :func:`paint_line` needs, in the metrics of the painter's font."""
    return metrics.height() + 1.5 * SPACING


def paint_line(painter: QPainter, box: QRectF, theme: Theme, text: str) -> None:
    """One line of small text in the middle of ``box``."""
    painter.save()
    painter.setFont(small_font(painter.font()))
    middle = int(Qt.AlignmentFlag.AlignCenter)
    around = painter.boundingRect(box, middle, text)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(theme.canvas, 0.85))
    painter.drawRoundedRect(around.adjusted(-8, -2, 8, 2), 6, 6)
    painter.setPen(QColor(theme.muted_text))
    painter.drawText(box, middle, text)
    painter.restore()


def paint_hint(painter: QPainter, rect: QRectF, theme: Theme, title: str, text: str) -> None:
    """A title, and a text under it that may take several lines, in the middle of ``rect``."""
    painter.save()
    wrapped = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
    plain, strong = QFont(painter.font()), QFont(painter.font())
    strong.setWeight(QFont.Weight.DemiBold)
    line = painter.fontMetrics().height()
    top = QRectF(rect.left(), rect.center().y() - line, rect.width(), line)
    top.adjust(2 * SPACING, 0, -2 * SPACING, 0)
    below = QRectF(top.left(), top.top() + 1.4 * line, top.width(), 4 * line)
    around = painter.boundingRect(below, wrapped, text) | painter.boundingRect(top, wrapped, title)
    patch = around.adjusted(-SPACING, -SPACING, SPACING, SPACING)
    painter.fillRect(patch, QColor(theme.canvas))
    painter.setPen(QColor(theme.muted_text))
    for box, font, words in ((top, strong, title), (below, plain, text)):
        painter.setFont(font)
        painter.drawText(box, wrapped, words)
    painter.restore()
