"""Points of one frame painted over their axes, with the marked sample and its path."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.ui.theme import Chain, Theme
from ddpm_studio.ui.views.painted_layer import (
    PaintedLayer,
    device_ratio,
    draw_picture,
    faded,
    size_in_pixels,
)
from ddpm_studio.ui.views.point_axes import (
    EXTENT,
    paint_line,
    paint_line_law,
    paint_line_normal,
    paint_plane,
    paint_plane_normal,
)
from ddpm_studio.ui.views.sample_path import SamplePath
from ddpm_studio.ui.views.sample_pictures import (
    Picture,
    cloud_picture,
    cloud_places,
    line_picture,
    line_places,
    reusable,
)

Frame = NDArray[np.float32]

_PATH_PIECES = 60  # each of one colour of the ramp
_MARK_RADIUS = 6.5
_OTHERS_OPACITY = 0.4  # of the points while the path of one of them is shown


class PointsPainting:
    """Paints frames (N, D): D = 1 on a line, else the first two coordinates in a plane."""

    def __init__(self, chain: Chain, theme: Theme, dimensions: int) -> None:
        self._theme = theme
        self._colour = theme.chain(chain).name()
        self._is_line = dimensions == 1
        self._below = PaintedLayer()
        self._above = PaintedLayer()
        self._picture_key: Hashable = None
        self._picture: Picture | None = None

    def paint(
        self,
        painter: QPainter,
        rect: QRectF,
        frame: Frame,
        key: Hashable,
        path: SamplePath | None,
        law: GaussianMixture | None = None,
    ) -> None:
        """``key`` stands for the frame: the picture is made again only when it changes.

        ``law`` is what points on a line should be drawn from, where it is known.
        """
        self.paint_axes(painter, rect)
        painter.setOpacity(1.0 if path is None else _OTHERS_OPACITY)
        draw_picture(painter, rect.topLeft(), self._points(painter, rect, frame, key))
        painter.setOpacity(1.0)
        self._paint_above(painter, rect, path)
        if law is not None and self._is_line:
            paint_line_law(painter, rect, self._theme, law)
        if path is not None:
            self._paint_mark(painter, self.place(rect, frame, path.index))

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        """The canvas without any points."""
        axes = paint_line if self._is_line else paint_plane
        self._below.draw(painter, rect, None, lambda p, r: axes(p, r, self._theme))

    def nearest(self, rect: QRectF, position: QPointF, frame: Frame) -> int:
        """The sample that lies closest to a position; -1 if the frame has none."""
        if not len(frame):
            return -1
        offsets = self._places(frame, rect) - (position - rect.topLeft()).toTuple()
        return int(np.argmin((offsets**2).sum(axis=1)))

    def place(self, rect: QRectF, frame: Frame, index: int) -> QPointF:
        """Where a sample of the frame is painted."""
        return rect.topLeft() + QPointF(*self._places(frame, rect)[index].tolist())

    def _places(self, points: Frame, rect: QRectF) -> Frame:
        places = line_places if self._is_line else cloud_places
        return places(points, rect.size().toTuple(), EXTENT)

    def _points(self, painter: QPainter, rect: QRectF, frame: Frame, key: Hashable) -> Picture:
        size = size_in_pixels(rect, device_ratio(painter))
        if self._picture is None or self._picture_key != (key, size):
            picture = line_picture if self._is_line else cloud_picture
            self._picture = picture(
                frame,
                size,
                EXTENT,
                self._colour,
                self._theme.canvas,
                transparent=True,
                out=reusable(self._picture, size),
            )
            self._picture_key = (key, size)
        return self._picture

    def _paint_above(self, painter: QPainter, rect: QRectF, path: SamplePath | None) -> None:
        def paint(p: QPainter, r: QRectF) -> None:
            normal = paint_line_normal if self._is_line else paint_plane_normal
            normal(p, r, self._theme)
            if path is not None:
                self._paint_path(p, r, path)

        key = None if path is None else (id(path), path.recorded_count)
        self._above.draw(painter, rect, key, paint)

    def _paint_path(self, painter: QPainter, rect: QRectF, path: SamplePath) -> None:
        """x_0 … x_T in the colours of the noise level, with a dot at either end."""
        points = path.points
        places = self._places(points, rect)
        if self._is_line:  # one sample of many has one height in all frames
            places[:, 1] = self._height_of(rect, path.index)
        known = np.flatnonzero(np.isfinite(places).all(axis=1))
        if not len(known):
            return
        T = len(points) - 1
        line = [QPointF(*place) for place in places[known].tolist()]
        pieces = (
            np.linspace(0, len(known) - 1, min(_PATH_PIECES, len(known)) + 1).round().astype(int)
        )
        for first, last in pairwise(pieces.tolist()):
            colour = self._theme.noise_colour(known[(first + last) // 2] / T)
            painter.setPen(QPen(faded(colour.name(), 0.9), 1.4))
            painter.drawPolyline(QPolygonF(line[first : last + 1]))
        for t, place in ((known[-1], line[-1]), (known[0], line[0])):
            painter.setPen(QPen(QColor(self._theme.canvas), 1.2))
            painter.setBrush(self._theme.noise_colour(t / T))
            painter.drawEllipse(place, 3.6, 3.6)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _height_of(self, rect: QRectF, index: int) -> float:
        return float(self._places(np.zeros((index + 1, 1), np.float32), rect)[index, 1])

    def _paint_mark(self, painter: QPainter, place: QPointF) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((self._theme.canvas, 4.5), (self._theme.text, 1.8)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(place, _MARK_RADIUS, _MARK_RADIUS)
        painter.restore()
