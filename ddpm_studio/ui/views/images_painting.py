"""Images of one frame painted as a grid, or one of them enlarged."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from ddpm_studio.ui.theme import Theme
from ddpm_studio.ui.views.file_pictures import EVERY
from ddpm_studio.ui.views.image_grid import GridLayout, grid_layout, grid_picture
from ddpm_studio.ui.views.painted_layer import device_ratio, draw_picture, size_in_pixels
from ddpm_studio.ui.views.sample_pictures import Picture, Size, reusable

Frame = NDArray[np.float32]

_MARGIN = 6.0  # around the grid


class ImagesPainting:
    """Paints frames (N, C, H, W): all samples as a grid, or one alone as large as it fits."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._picture_key: Hashable = None
        self._picture: Picture | None = None

    def paint(
        self,
        painter: QPainter,
        rect: QRectF,
        frame: Frame,
        key: Hashable,
        only: int = EVERY,
        room_below: float = 0.0,
    ) -> None:
        """The grid, or sample ``only`` above ``room_below`` pixels that stay free for a caption."""
        painter.fillRect(rect, QColor(self._theme.canvas))
        area = rect.adjusted(0, 0, 0, -room_below)
        ratio = device_ratio(painter)
        shown = frame if only == EVERY else frame[only : only + 1]
        layout = self.layout(area, shown.shape, ratio)
        full_key = (key, only, layout)
        if self._picture is None or self._picture_key != full_key:
            self._picture = grid_picture(
                shown, layout, self._theme.canvas, reusable(self._picture, layout.size_px)
            )
            self._picture_key = full_key
        draw_picture(painter, self._corner(area, layout, ratio), self._picture)

    def paint_picture(
        self,
        painter: QPainter,
        rect: QRectF,
        layout: GridLayout,
        picture: Picture,
        room_below: float = 0.0,
    ) -> None:
        """The same with a picture that is there already."""
        painter.fillRect(rect, QColor(self._theme.canvas))
        area = rect.adjusted(0, 0, 0, -room_below)
        draw_picture(painter, self._corner(area, layout, device_ratio(painter)), picture)

    def sample_at(
        self, rect: QRectF, position: QPointF, shape: tuple[int, ...], ratio: float
    ) -> int:
        """The sample of a grid of frames of this shape at a position; -1 between and beside them."""
        layout = self.layout(rect, shape, ratio)
        place = (position - self._corner(rect, layout, ratio)) * ratio
        return layout.index_at(place.x(), place.y())

    def cell(self, rect: QRectF, index: int, shape: tuple[int, ...], ratio: float) -> QRectF:
        """Where the grid shows a sample."""
        layout = self.layout(rect, shape, ratio)
        corner = self._corner(rect, layout, ratio) + QPointF(*layout.corner(index)) / ratio
        width, height = layout.image_size
        return QRectF(corner.x(), corner.y(), width / ratio, height / ratio)

    def columns(self, rect: QRectF, shape: tuple[int, ...], ratio: float) -> int:
        """How many samples a row of the grid has."""
        return self.layout(rect, shape, ratio).columns

    def paint_cursor(
        self, painter: QPainter, rect: QRectF, index: int, shape: tuple[int, ...]
    ) -> None:
        """A frame around the sample that the keyboard would enlarge."""
        cell = self.cell(rect, index, shape, device_ratio(painter))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.accent), 2))
        painter.drawRoundedRect(cell.adjusted(-2, -2, 2, 2), 2, 2)
        painter.restore()

    def layout(self, area: QRectF, shape: tuple[int, ...], ratio: float) -> GridLayout:
        """How frames of this shape (N, C, H, W) are laid out in an area."""
        inner = area.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        return grid_layout(shape[0], (shape[3], shape[2]), size_in_pixels(inner, ratio))

    def _corner(self, area: QRectF, layout: GridLayout, ratio: float) -> QPointF:
        """The grid is centred, and starts on a whole device pixel."""
        free = self._free(size_in_pixels(area, ratio), layout.size_px)
        return area.topLeft() + QPointF(free[0] // 2, free[1] // 2) / ratio

    @staticmethod
    def _free(area: Size, used: Size) -> Size:
        return area[0] - used[0], area[1] - used[1]
