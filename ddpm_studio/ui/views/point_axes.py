"""What lies behind and around points: grid lines, labels, N(0, I) as grey dashed shapes, exact p_t."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.ui.number_text import MINUS
from ddpm_studio.ui.theme import Theme, small_font
from ddpm_studio.ui.views.painted_layer import faded
from ddpm_studio.ui.views.sample_pictures import LINE_BASE, LINE_DENSITY_TOP

EXTENT = 3.5  # half of the range of x and y that is shown
_LABELS = (-2, 0, 2)
_LINE_X = np.linspace(-EXTENT, EXTENT, 141)
_INSET = 6.0  # of labels from the canvas' edge


def paint_plane(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The canvas of 2-D points: a faint line at every integer, some of them labelled."""
    painter.fillRect(rect, QColor(theme.canvas))
    centre, unit = rect.center(), plane_unit(rect)
    for number in _integers(rect.width() / 2 / unit):
        _grid_line(painter, rect, theme, number, vertical_at=centre.x() + number * unit)
    for number in _integers(rect.height() / 2 / unit):
        _grid_line(painter, rect, theme, number, horizontal_at=centre.y() - number * unit)
    for number in _LABELS:
        _label_x(painter, rect, theme, number, centre.x() + number * unit)
        _label_y(painter, rect, theme, number, centre.y() - number * unit)


def paint_plane_normal(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """One and two standard deviations of N(0, I), dashed, with their names."""
    painter.setFont(small_font(painter.font()))
    metrics = painter.fontMetrics()
    for deviations in (1, 2):
        radius = deviations * plane_unit(rect)
        painter.setPen(_dashed(theme))
        painter.drawEllipse(rect.center(), radius, radius)
        text = f"{deviations}σ"
        direction = QPointF(math.cos(math.pi / 4), -math.sin(math.pi / 4))
        corner = rect.center() + direction * (radius + 3) + QPointF(0, metrics.descent() / 2)
        _text_on_points(painter, corner, text, theme.normal, theme)


def paint_line(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The canvas of 1-D points: a faint line at every integer, and the ridge's base line."""
    painter.fillRect(rect, QColor(theme.canvas))
    unit = line_unit(rect)
    for number in _integers(EXTENT):
        _grid_line(painter, rect, theme, number, vertical_at=rect.center().x() + number * unit)
    base = rect.top() + LINE_BASE * rect.height()
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.drawLine(QPointF(rect.left(), base), QPointF(rect.right(), base))
    for number in range(-3, 4):
        _label_x(painter, rect, theme, number, rect.center().x() + number * unit)


def paint_line_normal(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The density of N(0, 1) over the ridge, dashed, on the ridge's scale."""
    curve = _over_ridge(rect, np.exp(-0.5 * _LINE_X**2) / math.sqrt(2 * math.pi))
    painter.setPen(_dashed(theme))
    painter.drawPolyline(QPolygonF(curve))
    painter.setFont(small_font(painter.font()))
    _text_on_points(painter, curve[112] + QPointF(0, -8), "N(0, 1)", theme.normal, theme)  # at 2.1


def paint_line_law(painter: QPainter, rect: QRectF, theme: Theme, law: GaussianMixture) -> None:
    """The exact density of what the ridge is an estimate of, with its name in the upper corner.

    The ridge is smoothed: where the density has narrow peaks, they are higher than the ridge's.
    """
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.exact), 1.4))
    painter.drawPolyline(QPolygonF(_over_ridge(rect, law.density(_LINE_X))))
    painter.setFont(small_font(painter.font()))
    metrics = painter.fontMetrics()
    name = QCoreApplication.translate("PointAxes", "exact pₜ")
    left = rect.right() - _INSET - metrics.horizontalAdvance(name)
    baseline = rect.top() + _INSET + metrics.ascent()
    _text_on_points(painter, QPointF(left, baseline), name, theme.exact, theme)
    middle = baseline - metrics.xHeight() / 2
    painter.setPen(QPen(QColor(theme.exact), 1.4))
    painter.drawLine(QPointF(left - 20, middle), QPointF(left - 6, middle))
    painter.restore()


def _over_ridge(rect: QRectF, density: NDArray[np.float64]) -> list[QPointF]:
    """A density at _LINE_X as points on the ridge's scale."""
    base = rect.top() + LINE_BASE * rect.height()
    x = rect.center().x() + _LINE_X * line_unit(rect)
    y = base - (base - rect.top()) * density / LINE_DENSITY_TOP
    return [QPointF(*place) for place in zip(x.tolist(), y.tolist(), strict=True)]


def plane_unit(rect: QRectF) -> float:
    """The length of 1 in a plane: the shorter side spans twice EXTENT."""
    return min(rect.width(), rect.height()) / (2 * EXTENT)


def line_unit(rect: QRectF) -> float:
    """The length of 1 on a line: the width spans twice EXTENT."""
    return rect.width() / (2 * EXTENT)


def _integers(reach: float) -> range:
    return range(-math.floor(reach), math.floor(reach) + 1)


def _grid_line(
    painter: QPainter,
    rect: QRectF,
    theme: Theme,
    number: int,
    *,
    vertical_at: float | None = None,
    horizontal_at: float | None = None,
) -> None:
    painter.setPen(QPen(faded(theme.border, 1.0 if number == 0 else 0.45), 1))
    if vertical_at is not None:
        x = math.floor(vertical_at) + 0.5  # a line of one pixel, not a blur over two
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
    if horizontal_at is not None:
        y = math.floor(horizontal_at) + 0.5
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))


def _dashed(theme: Theme) -> QPen:
    pen = QPen(faded(theme.normal, 0.85), 1.2)
    pen.setStyle(Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([4, 4])
    return pen


def _label_x(painter: QPainter, rect: QRectF, theme: Theme, number: int, x: float) -> None:
    box = QRectF(x - 20, rect.bottom() - 40 - _INSET, 40, 40)
    _label(
        painter, box, theme, number, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
    )


def _label_y(painter: QPainter, rect: QRectF, theme: Theme, number: int, y: float) -> None:
    box = QRectF(rect.left() + _INSET, y - 20, 40, 40)
    _label(painter, box, theme, number, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def _label(
    painter: QPainter, box: QRectF, theme: Theme, number: int, alignment: Qt.AlignmentFlag
) -> None:
    painter.save()
    painter.setFont(small_font(painter.font()))
    text = f"{MINUS}{-number}" if number < 0 else str(number)
    # The line that the label names would cross it.
    shape = painter.boundingRect(box, int(alignment), text).adjusted(-2, 0, 2, 0)
    painter.fillRect(shape, QColor(theme.canvas))
    painter.setPen(QColor(theme.muted_text))
    painter.drawText(box, int(alignment), text)
    painter.restore()


def _text_on_points(painter: QPainter, at: QPointF, text: str, colour: str, theme: Theme) -> None:
    """Text on a patch of the canvas' colour, readable over points."""
    metrics = painter.fontMetrics()
    patch = QRectF(metrics.boundingRect(text)).translated(at).adjusted(-2, 0, 2, 0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(theme.canvas, 0.75))
    painter.drawRoundedRect(patch, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(colour))
    painter.drawText(at, text)
