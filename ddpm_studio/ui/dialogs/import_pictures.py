"""Shows a few images of an import as they will be: large pixels, in rows of four."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.ui.theme import RADIUS, SPACING, Theme

COLUMNS, ROWS = 4, 2
_LARGE = 96  # pixels of an image, from which on it is drawn smoothly


def rgb_image(pixels: NDArray[np.uint8]) -> QImage:
    """uint8 (H, W, 3) as a picture of its own memory."""
    height, width, _ = pixels.shape
    form = QImage.Format.Format_RGB888
    return QImage(np.ascontiguousarray(pixels).data, width, height, 3 * width, form).copy()


class ImportPictures(QWidget):
    """What is mirrored while training is so in the lower row."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._images: list[QImage] = []
        self._note = ""
        self.setMinimumSize(320, 190)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def count(self) -> int:
        """How many images are shown."""
        return len(self._images)

    def show_images(self, images: Sequence[NDArray[np.uint8]], *, mirrors: bool) -> None:
        """uint8 (H, W, 3) each."""
        shown = images[: COLUMNS * ROWS]
        self._images = [
            rgb_image(each[:, ::-1] if mirrors and number >= COLUMNS else each)
            for number, each in enumerate(shown)
        ]
        self._note = ""
        self.update()

    def show_note(self, text: str) -> None:
        """Words in place of images: while they are read, or where there are none."""
        self._images, self._note = [], text
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(440, 260)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(self._theme.border))
            painter.setBrush(QColor(self._theme.canvas))
            frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
            if self._images:
                self._paint_images(painter)
            else:
                painter.setPen(QColor(self._theme.muted_text))
                words = self.rect().adjusted(*[2 * SPACING] * 2, *[-2 * SPACING] * 2)
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(words, flags, self._note)
        finally:
            painter.end()

    def _paint_images(self, painter: QPainter) -> None:
        gap = SPACING
        side = min(
            (self.width() - (COLUMNS + 1) * gap) / COLUMNS,
            (self.height() - (ROWS + 1) * gap) / ROWS,
        )
        left = (self.width() - COLUMNS * side - (COLUMNS - 1) * gap) / 2
        top = (self.height() - ROWS * side - (ROWS - 1) * gap) / 2
        for number, image in enumerate(self._images):
            row, column = divmod(number, COLUMNS)
            place = QRectF(left + column * (side + gap), top + row * (side + gap), side, side)
            is_large = image.width() >= _LARGE
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_large)
            painter.drawImage(place, image)
