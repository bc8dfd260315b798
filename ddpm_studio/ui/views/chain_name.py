"""The name of a chain in its colour: q with an arrow to the right, p_theta with one to the left."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from ddpm_studio.ui.theme import Chain, Theme, small_font

_LETTERS = {Chain.FORWARD: ("q", ""), Chain.REVERSE: ("p", "θ")}  # and what is set lower


def name_width(font: QFont) -> float:
    """The wider of the two names, beside text in ``font``."""
    return max(_width(chain, font) for chain in Chain)


def paint_chain_name(
    painter: QPainter, box: QRectF, chain: Chain, theme: Theme, font: QFont
) -> None:
    """The name in the middle of a box, over an arrow in the direction that the chain goes."""
    letter, index = _LETTERS[chain]
    metrics = QFontMetricsF(_name_font(font))
    start = QPointF(box.center().x() - _width(chain, font) / 2, box.center().y() - 1)
    painter.setPen(theme.chain(chain))
    painter.setFont(_name_font(font))
    painter.drawText(start, letter)
    painter.setFont(small_font(font))
    lowered = QPointF(metrics.horizontalAdvance(letter), 0.7 * metrics.descent())
    painter.drawText(start + lowered, index)
    below = QPointF(box.center().x(), start.y() + 0.8 * metrics.height())
    _paint_arrow(painter, below, to_the_right=chain is Chain.FORWARD)


def _width(chain: Chain, font: QFont) -> float:
    letter, index = _LETTERS[chain]
    return QFontMetricsF(_name_font(font)).horizontalAdvance(letter) + QFontMetricsF(
        small_font(font)
    ).horizontalAdvance(index)


def _name_font(font: QFont) -> QFont:
    larger = QFont(font)
    larger.setPointSizeF(max(1.0, font.pointSizeF()) * 1.3)
    larger.setItalic(True)
    return larger


def _paint_arrow(painter: QPainter, centre: QPointF, *, to_the_right: bool) -> None:
    """A small arrow in the painter's pen."""
    way = 1 if to_the_right else -1
    tip, tail = centre + QPointF(8 * way, 0), centre - QPointF(8 * way, 0)
    painter.setPen(QPen(painter.pen().color(), 1.3))
    painter.drawLine(tail, tip)
    for side in (-3, 3):
        painter.drawLine(tip, tip + QPointF(-4 * way, side))
