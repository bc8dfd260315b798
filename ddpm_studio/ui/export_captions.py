"""The words of an exported picture: titles, legend, the name, and t on its way from data to noise."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextDocument

from ddpm_studio.ui.number_text import FIGURE_SPACE
from ddpm_studio.ui.theme import SPACING, Chain, Theme, number_font, small_font

_GROOVE_HEIGHT, _HANDLE_RADIUS = 4.0, 5.5
_LEAST_GROOVE = 60.0
_KEY_WIDTH = 14.0

Time = tuple[int, int, str]
"""t, T and the colour in which they are written."""


def paint_title(painter: QPainter, box: QRectF, chain: Chain, theme: Theme) -> None:
    """The chain's name and formula, or as much of them as fits."""
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.DemiBold)
    colour = theme.chain(chain).name()
    documents = [_rich_text(text, font, colour) for text in _titles(chain)]
    chosen = next((each for each in documents if each.idealWidth() <= box.width()), documents[-1])
    painter.save()
    painter.setClipRect(box)
    painter.translate(box.left(), box.center().y() - chosen.size().height() / 2)
    chosen.drawContents(painter)
    painter.restore()


def _titles(chain: Chain) -> tuple[str, ...]:
    """As in the window; then the formula alone."""
    translate = QCoreApplication.translate
    if chain is Chain.FORWARD:
        return (
            translate("ChainCard", "Forward chain  q(x<sub>t</sub> | x<sub>t−1</sub>)"),
            "q(x<sub>t</sub> | x<sub>t−1</sub>)",
            "q",
        )
    return (
        translate("ChainCard", "Reverse chain  p<sub>θ</sub>(x<sub>t−1</sub> | x<sub>t</sub>)"),
        "p<sub>θ</sub>(x<sub>t−1</sub> | x<sub>t</sub>)",
        "p<sub>θ</sub>",
    )


def _rich_text(text: str, font: QFont, colour: str) -> QTextDocument:
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(font)
    document.setHtml(f'<span style="color: {colour}; white-space: pre-wrap">{text}</span>')
    return document


class CaptionRow:
    """t at the left, the groove from data to noise, the model's name at the right.

    All of it has a fixed place: only the figures of t and the handle change between frames.
    """

    def __init__(
        self, box: QRectF, times: Sequence[Time], name: str, theme: Theme, font: QFont
    ) -> None:
        self._box = box
        self._theme = theme
        self._name = name
        self._font = number_font(font)
        self._font.setWeight(QFont.Weight.DemiBold)
        self._plain = font
        self._small = small_font(font)
        self._time_left = box.left() + SPACING / 2
        self._measure(times)

    def _measure(self, times: Sequence[Time]) -> None:
        """Leave out the name, then the groove's labels, then the groove where there is no room."""
        translate = QCoreApplication.translate
        gap = 2.0 * SPACING
        metrics = QFontMetricsF(self._font)
        self._time_width = sum(
            metrics.horizontalAdvance(_time_text(T, T)) + gap for _, T, _ in times
        )
        labels = (translate("ExportStage", "data"), translate("ExportStage", "noise"))
        label_widths = [_width(label, self._small) + SPACING for label in labels]
        name_width = _width(self._name, self._plain) + gap if self._name else 0.0
        free = self._box.width() - SPACING - self._time_width
        if free - name_width - sum(label_widths) < _LEAST_GROOVE:
            self._name, name_width = "", 0.0
        if free - sum(label_widths) < _LEAST_GROOVE:
            labels, label_widths = ("", ""), [0.0, 0.0]
        self._labels = labels
        left = self._time_left + self._time_width + label_widths[0] + _HANDLE_RADIUS
        right = self._box.right() - SPACING / 2 - name_width - label_widths[1] - _HANDLE_RADIUS
        self._groove = (left, right) if right - left >= _LEAST_GROOVE / 2 else None

    def paint_still(self, painter: QPainter) -> None:
        """What is the same in every frame."""
        centre, box, theme = self._box.center().y(), self._box, self._theme
        painter.setFont(self._plain)
        painter.setPen(QColor(theme.text))
        area = box.adjusted(0, 0, -SPACING / 2, 0)
        painter.drawText(
            area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._name
        )
        if self._groove is None:
            return
        left, right = self._groove
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.noise_gradient(left, right))
        radius = _GROOVE_HEIGHT / 2
        groove = QRectF(left - radius, centre - radius, right - left + 2 * radius, _GROOVE_HEIGHT)
        painter.drawRoundedRect(groove, radius, radius)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.muted_text))
        reach = _HANDLE_RADIUS + SPACING
        places = (
            (QRectF(box.left(), box.top(), left - reach - box.left(), box.height()), "AlignRight"),
            (QRectF(right + reach, box.top(), box.right() - right, box.height()), "AlignLeft"),
        )
        for (place, side), label in zip(places, self._labels, strict=True):
            alignment = Qt.AlignmentFlag[side] | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, alignment, label)

    def paint(self, painter: QPainter, times: Sequence[Time]) -> None:
        """The figures of t, and the handle at the share of the way that the first of them is."""
        metrics = QFontMetricsF(self._font)
        baseline = self._box.center().y() + (metrics.ascent() - metrics.descent()) / 2
        painter.setFont(self._font)
        x = self._time_left
        for t, T, colour in times:
            painter.setPen(QColor(colour))
            painter.drawText(QPointF(x, baseline), _time_text(t, T))
            x += metrics.horizontalAdvance(_time_text(T, T)) + 2 * SPACING
        if self._groove is not None and times:
            self._paint_handle(painter, times[0][0] / max(1, times[0][1]), self._groove)

    def _paint_handle(self, painter: QPainter, share: float, groove: tuple[float, float]) -> None:
        left, right = groove
        centre = QPointF(left + share * (right - left), self._box.center().y())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.text), 1.6))
        painter.setBrush(self._theme.noise_colour(share))
        painter.drawEllipse(centre, _HANDLE_RADIUS, _HANDLE_RADIUS)


def _time_text(t: int, T: int) -> str:
    return f"t = {str(t).rjust(len(str(T)), FIGURE_SPACE)} / {T}"


class _Key(Enum):
    """A filled step for q, an outlined one for p_theta, a line for exact p_t, dashes for N(0, 1)."""

    FILLED = 110  # the opacity of the area, 0 … 255
    OUTLINE = 38
    LINE = 0
    DASHED = -1


def paint_legend(
    painter: QPainter, box: QRectF, chains: Sequence[Chain], theme: Theme, *, law_is_known: bool
) -> None:
    """What the histograms show, from the left as far as it fits: each with its key."""
    font = small_font(painter.font())
    x = box.left() + SPACING / 2
    for key, text, colour in _legend(chains, theme, law_is_known=law_is_known):
        document = _rich_text(text, font, theme.text)
        if x + _KEY_WIDTH + SPACING + document.idealWidth() > box.right():
            break
        _paint_key(painter, QPointF(x, box.center().y()), key, QColor(colour))
        painter.save()
        x += _KEY_WIDTH + 0.75 * SPACING
        painter.translate(x, box.center().y() - document.size().height() / 2)
        document.drawContents(painter)
        painter.restore()
        x += document.idealWidth() + 2.5 * SPACING


def _legend(
    chains: Sequence[Chain], theme: Theme, *, law_is_known: bool
) -> list[tuple[_Key, str, str]]:
    """Key, name and colour of each entry."""
    translate = QCoreApplication.translate
    known = {
        Chain.FORWARD: (_Key.FILLED, translate("ExportStage", "forward x<sub>t</sub>")),
        Chain.REVERSE: (_Key.OUTLINE, translate("ExportStage", "reverse x<sub>t</sub>")),
    }
    entries = [(*known[chain], theme.chain(chain).name()) for chain in chains]
    entries.append((_Key.DASHED, "N(0, 1)", theme.normal))
    if law_is_known:
        exact = translate("ExportStage", "exact p<sub>t</sub>")
        entries.append((_Key.LINE, exact, theme.exact))
    return entries


def _paint_key(painter: QPainter, left: QPointF, key: _Key, colour: QColor) -> None:
    painter.save()
    pen = QPen(colour, 1.4)
    if key in (_Key.LINE, _Key.DASHED):
        if key is _Key.DASHED:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawLine(left, left + QPointF(_KEY_WIDTH, 0))
    else:
        fill = QColor(colour)
        fill.setAlpha(key.value)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRect(QRectF(left.x(), left.y() - 4, _KEY_WIDTH, 8))
    painter.restore()


def _width(text: str, font: QFont) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)
