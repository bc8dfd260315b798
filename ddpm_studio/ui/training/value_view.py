"""One live value, painted: an image as a small picture, a point as numbers, a number as it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.ui.number_text import format_fixed
from ddpm_studio.ui.theme import Theme, number_font

_PICTURE = 46  # pixels
_MOST_NUMBERS = 3  # of a point


class ValueView(QWidget):
    """At the right of its place; a new number costs no layout."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._text = ""
        self._colour_name = "text"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.update()

    def show_sample(self, sample: NDArray[np.float32] | None) -> None:
        """Shape (D,) or (C, H, W); None for nothing."""
        self._image = None
        if sample is None:
            self._say("")
        elif sample.ndim == 3:
            self._image = _picture(sample)
            self._say("")
        else:
            shown = ", ".join(format_fixed(float(x), 2) for x in sample[:_MOST_NUMBERS])
            self._say(f"({shown}{', …' if len(sample) > _MOST_NUMBERS else ''})")
        self.updateGeometry()

    def show_text(self, text: str, colour_name: str = "text") -> None:
        """Words or a number."""
        self._image = None
        self._colour_name = colour_name
        self._say(text)

    def _say(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.update()

    @property
    def text(self) -> str:
        """What is written; empty for a picture."""
        return self._text

    @property
    def has_picture(self) -> bool:
        """Whether an image is shown."""
        return self._image is not None

    def sizeHint(self) -> QSize:
        height = _PICTURE if self._image is not None else self.fontMetrics().height() + 4
        return QSize(110, height)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._image is not None:
                place = QRectF(self.width() - _PICTURE, 0, _PICTURE, _PICTURE)
                painter.drawImage(place, self._image)
                painter.setPen(QPen(QColor(self._theme.border), 1))
                painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
                return
            painter.setFont(number_font(self.font()))
            painter.setPen(QColor(getattr(self._theme, self._colour_name)))
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(self.rect()), flags, self._text)


def _picture(sample: NDArray[np.float32]) -> QImage:
    """(C, H, W) of -1 … 1 as an image of its own memory, enlarged without smoothing."""
    levels = np.clip((sample + 1) * 127.5, 0, 255).round().astype(np.uint8)
    if len(levels) not in (1, 3):
        levels = levels[:1]
    rgb = np.ascontiguousarray(np.broadcast_to(levels, (3, *levels.shape[1:])).transpose(1, 2, 0))
    height, width, _ = rgb.shape
    image = QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    return image.scaled(2 * _PICTURE, 2 * _PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
