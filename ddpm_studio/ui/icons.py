"""Our own icons, drawn from SVG in the colours of a theme, sharp on every screen."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ddpm_studio.locations import resource
from ddpm_studio.ui.theme import Theme

ICON_SIZE = 20  # logical pixels
DISABLED_OPACITY = 0.38


def icon(name: str, theme: Theme, colour: str | None = None, size: int = ICON_SIZE) -> QIcon:
    """``resources/icons/<name>.svg`` with currentColor replaced by the text colour, or ``colour``.

    Pixmaps of exactly ``size`` logical pixels, for each screen. (An icon engine of our own would
    draw any size, but PySide6 6.11 crashes when Qt clones one.) Raises FileNotFoundError.
    """
    drawing = _renderer(name, colour or theme.text)
    result = QIcon()
    for ratio in _pixel_ratios():
        normal = _pixmap(drawing, size, ratio)
        result.addPixmap(normal)
        result.addPixmap(_faded(normal), QIcon.Mode.Disabled)
    return result


def _pixel_ratios() -> set[float]:
    return {1.0, 2.0} | {screen.devicePixelRatio() for screen in QGuiApplication.screens()}


def _renderer(name: str, colour: str) -> QSvgRenderer:
    source = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))


def _pixmap(drawing: QSvgRenderer, size: int, ratio: float) -> QPixmap:
    pixels = round(size * ratio)
    pixmap = _transparent(pixels)
    with QPainter(pixmap) as painter:
        drawing.render(painter, QRectF(0, 0, pixels, pixels))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _faded(pixmap: QPixmap) -> QPixmap:
    result = _transparent(pixmap.width())
    result.setDevicePixelRatio(pixmap.devicePixelRatio())
    with QPainter(result) as painter:
        painter.setOpacity(DISABLED_OPACITY)
        painter.drawPixmap(0, 0, pixmap)
    return result


def _transparent(pixels: int) -> QPixmap:
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(QColor(Qt.GlobalColor.transparent))
    return pixmap
