"""What changes rarely is painted once into an image of the device's own pixels, then only copied."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from ddpm_studio.ui.views.sample_pictures import Picture, Size


class PaintedLayer:
    """An image that is painted again only when its key, its size or the device's ratio changes."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._image = QImage()

    def draw(
        self,
        painter: QPainter,
        rect: QRectF,
        key: Hashable,
        paint: Callable[[QPainter, QRectF], None],
    ) -> None:
        """Copy the layer to ``rect``; ``paint`` gets a painter and the same rectangle at (0, 0)."""
        ratio = device_ratio(painter)
        full_key = (key, size_in_pixels(rect, ratio), ratio, painter.font().key())
        if full_key != self._key:
            self._image = _render(rect, ratio, painter.font(), paint)
            self._key = full_key
        painter.drawImage(rect.topLeft(), self._image)


def _render(
    rect: QRectF, ratio: float, font: QFont, paint: Callable[[QPainter, QRectF], None]
) -> QImage:
    image = transparent_image(size_in_pixels(rect, ratio), ratio)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        paint(painter, QRectF(QPointF(0, 0), rect.size()))
    return image


def transparent_image(size_px: Size, ratio: float) -> QImage:
    """An empty image of so many device pixels that knows its ratio."""
    image = QImage(*size_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    return image


def device_ratio(painter: QPainter) -> float:
    """Device pixels per unit of what the painter paints on."""
    return painter.device().devicePixelRatioF()


def size_in_pixels(rect: QRectF, ratio: float) -> Size:
    """(width, height) of the pixels that cover a rectangle; at least one each way."""
    return (
        max(1, math.ceil(rect.width() * ratio - 1e-6)),
        max(1, math.ceil(rect.height() * ratio - 1e-6)),
    )


def draw_picture(painter: QPainter, corner: QPointF, picture: Picture) -> None:
    """Copy a picture pixel for pixel; alpha, where there is any, is premultiplied."""
    height, width = picture.shape
    pixels = np.ascontiguousarray(picture)  # must outlive the image, which only points to it
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(device_ratio(painter))
    painter.drawImage(corner, image)


def faded(colour: str, opacity: float) -> QColor:
    """A colour with an opacity from 0 to 1."""
    result = QColor(colour)
    result.setAlphaF(opacity)
    return result
