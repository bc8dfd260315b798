"""Which frames a film strip shows, where, and each of them as a small picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.ui.views.image_grid import grid_layout, grid_picture
from ddpm_studio.ui.views.sample_pictures import Picture, cloud_picture, line_picture, rgb

_EXTENT = 3.0  # of x and y; a little tighter than the large views
THUMBNAIL_SAMPLES = 4  # of images; of points it shows all
_ROUND_ENOUGH = 0.7  # fewer thumbnails are taken for even steps of t, down to this part


@dataclass(frozen=True)
class StripLayout:
    """Square thumbnails of ``side`` pixels whose centres are proportional to t (logical pixels)."""

    times: tuple[int, ...]
    left: float  # the centre of t = 0
    right: float  # the centre of t = T
    side: int
    T: int

    def x(self, t: int) -> float:
        """The centre of t."""
        return self.left + (self.right - self.left) * t / max(1, self.T)

    def t_at(self, x: float) -> int:
        """The t that lies nearest to a position, from 0 to T."""
        fraction = (x - self.left) / max(1.0, self.right - self.left)
        return min(self.T, max(0, round(fraction * self.T)))

    def nearest(self, t: int) -> int:
        """The t of the thumbnail nearest to t."""
        return min(self.times, key=lambda time: abs(time - t))


def strip_times(T: int, least_step: float) -> tuple[int, ...]:
    """Evenly spaced t from 0 to T, ``least_step`` or more apart; in equal steps if possible."""
    possible = [count for count in range(1, int(T / least_step) + 1) if T // count >= least_step]
    most = max(possible, default=1)
    even = [count for count in possible if T % count == 0 and count >= _ROUND_ENOUGH * most]
    count = max(even, default=most)
    return tuple(round(i * T / count) for i in range(count + 1))


def thumbnail(frame: NDArray[np.float32], side_px: int, colour: str, background: str) -> Picture:
    """A frame on ``side_px``² device pixels: all points, or the first images (four, or one)."""
    if frame.ndim == 4:
        return _images_thumbnail(frame, side_px, background)
    make = line_picture if frame.shape[1] == 1 else cloud_picture
    return make(frame, (side_px, side_px), _EXTENT, colour, background)


def _images_thumbnail(frame: NDArray[np.float32], side_px: int, background: str) -> Picture:
    """Four samples where they are recognisable at that size, else the first, in the middle."""
    height, width = frame.shape[2:]
    has_room = len(frame) >= THUMBNAIL_SAMPLES and side_px >= 1.8 * max(width, height)
    count = THUMBNAIL_SAMPLES if has_room else 1
    layout = grid_layout(count, (width, height), (side_px, side_px))
    used = grid_picture(frame[:count], layout, background)
    red, green, blue = rgb(background)
    full = np.full((side_px, side_px), 0xFF000000 | red << 16 | green << 8 | blue, np.uint32)
    top, left = (side_px - used.shape[0]) // 2, (side_px - used.shape[1]) // 2
    full[top : top + used.shape[0], left : left + used.shape[1]] = used
    return full
