"""Images as a grid: how many columns, how large, and the picture itself. Pure functions of numpy."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.ui.views.sample_pictures import Picture, Size, rgb

Images = NDArray[np.float32] | NDArray[np.uint8]

_OPAQUE = np.uint32(0xFF000000)
_GREY = np.uint32(0x010101)
# Of red, green, blue and alpha among the bytes of 0xAARRGGBB in this machine's memory.
_CHANNEL_PLACES = (2, 1, 0) if sys.byteorder == "little" else (1, 2, 3)
_ALPHA_PLACE = 3 if sys.byteorder == "little" else 0
_LEAST_GAP, _LARGEST_GAP = 0.03, 0.14  # between images, as parts of an image's side


@dataclass(frozen=True)
class GridLayout:
    """``count`` images in rows from the top left; sizes in device pixels, gaps between alone."""

    count: int
    columns: int
    rows: int
    image_size: Size
    gap: int

    @property
    def size_px(self) -> Size:
        """(width, height) of the whole grid."""
        width, height = self.image_size
        return (
            self.columns * (width + self.gap) - self.gap,
            self.rows * (height + self.gap) - self.gap,
        )

    def corner(self, index: int) -> tuple[int, int]:
        """The upper left pixel (x, y) of an image."""
        row, column = divmod(index, self.columns)
        width, height = self.image_size
        return column * (width + self.gap), row * (height + self.gap)

    def index_at(self, x: float, y: float) -> int:
        """The image whose cell (half of the gaps included) holds a pixel; -1 where there is none."""
        width, height = self.image_size
        column = math.floor((x + self.gap / 2) / (width + self.gap))
        row = math.floor((y + self.gap / 2) / (height + self.gap))
        index = row * self.columns + column
        inside = 0 <= column < self.columns and row >= 0 and index < self.count
        return index if inside else -1


@lru_cache(maxsize=64)
def grid_layout(count: int, image_size: Size, area_px: Size) -> GridLayout:
    """The rows and columns that show ``count`` images of ``image_size`` largest in an area.

    Images are enlarged to whole pixels where they can be doubled at least; otherwise to the
    pixel that fits (:func:`grid_picture` then interpolates).
    """
    if count < 1:
        raise ValueError("a grid needs at least one image")
    candidates = (_layout(count, columns, image_size, area_px) for columns in range(1, count + 1))
    return max(candidates, key=_preference)


def _preference(grid: GridLayout) -> tuple[Size, int, int]:
    """Large images, then few empty cells, then rather wide than high."""
    return grid.image_size, -grid.rows * grid.columns, grid.columns


def _layout(count: int, columns: int, image_size: Size, area_px: Size) -> GridLayout:
    rows = math.ceil(count / columns)
    cells = (columns, rows)
    fits = min(
        area / (image * (n + (n - 1) * _LEAST_GAP))
        for area, image, n in zip(area_px, image_size, cells, strict=True)
    )
    scale = float(math.floor(fits)) if fits >= 2 else fits
    width, height = (max(1, math.floor(side * scale)) for side in image_size)
    free = [
        (area - n * side) // (n - 1)
        for area, side, n in zip(area_px, (width, height), cells, strict=True)
        if n > 1
    ]
    gap = min([round(_LARGEST_GAP * min(width, height)), *free])
    return GridLayout(count, columns, rows, (width, height), max(0, gap))


def grid_picture(
    images: Images,
    layout: GridLayout,
    background: str,
    out: Picture | None = None,
    *,
    is_rough: bool = False,
) -> Picture:
    """Images (N, C, H, W) in [-1, 1], C = 1 (grey) or 3 (RGB), as a picture of layout.size_px.

    Values beyond [-1, 1] are clipped; NaN is black. Or bytes, which are shown as they are.
    What ``layout.count`` leaves out is not drawn.
    ``out`` is a picture of that size to write to, else a new one is made. With ``is_rough`` pixels are
    repeated at any size: that needs no arithmetic, for which a thread may have to wait.
    """
    picture = np.empty(layout.size_px[::-1], np.uint32) if out is None else out
    red, green, blue = rgb(background)
    picture.fill(0xFF000000 | red << 16 | green << 8 | blue)
    width, height = layout.image_size
    # Row by row: what lies in between stays small enough for the processor's cache.
    for first in range(0, layout.count, layout.columns):
        row = images[first : min(first + layout.columns, layout.count)]
        make = repeated if is_rough else enlarged
        for index, pixels in enumerate(make(row, layout.image_size), first):
            x, y = layout.corner(index)
            picture[y : y + height, x : x + width] = pixels
    return picture


def enlarged(images: Images, size_px: Size) -> Picture:
    """Images (N, C, H, W) as pixels (N, height, width): whole multiples by copying, else smoothly."""
    height, width = images.shape[2:]
    times_x, times_y = size_px[0] / width, size_px[1] / height
    if times_x.is_integer() and times_y.is_integer():
        return _packed(_bytes(images)).repeat(int(times_y), axis=1).repeat(int(times_x), axis=2)
    down, across = _resampling(height, size_px[1]), _resampling(width, size_px[0])
    return _packed(_rounded(down @ (_levels(images) @ across.T)))


def repeated(images: Images, size_px: Size) -> Picture:
    """Images (N, C, H, W) as pixels (N, height, width): the nearest of each."""
    rows, columns = (
        np.arange(target) * source // target
        for source, target in zip(images.shape[2:], size_px[::-1], strict=True)
    )
    return _packed(_bytes(images))[:, rows[:, None], columns]


def _bytes(images: Images) -> NDArray[np.uint8]:
    """The levels from 0 to 255."""
    if images.dtype == np.uint8:
        return images.astype(np.uint8, copy=False)
    return _rounded(_levels(images))


def _rounded(levels: NDArray[np.float32]) -> NDArray[np.uint8]:
    return (levels + np.float32(0.5)).astype(np.uint8)


def _levels(images: Images) -> NDArray[np.float32]:
    """From 0 to 255, exact."""
    if images.dtype == np.uint8:
        return images.astype(np.float32)
    limited = np.fmin(np.fmax(images, np.float32(-1)), np.float32(1))  # NaN becomes -1
    levels: NDArray[np.float32] = (limited + np.float32(1)) * np.float32(127.5)
    return levels


def _packed(levels: NDArray[np.uint8]) -> Picture:
    """Levels (N, 1 or 3, H, W) as 0xffRRGGBB, shape (N, H, W)."""
    count, channels, height, width = levels.shape
    if channels < 3:
        return levels[:, 0] * _GREY | _OPAQUE
    packed = np.empty((count, height, width), np.uint32)
    parts = packed.view(np.uint8).reshape(count, height, width, 4)
    for place, channel in zip(_CHANNEL_PLACES, (0, 1, 2), strict=True):
        parts[..., place] = levels[:, channel]
    parts[..., _ALPHA_PLACE] = 255
    return packed


@lru_cache(maxsize=16)
def _resampling(source: int, target: int) -> NDArray[np.float32]:
    """(target, source) weights: linear interpolation, or a triangle over all that shrinks to one."""
    step = source / target
    centres = (np.arange(target) + 0.5) * step - 0.5
    distance = np.abs(centres[:, None] - np.arange(source)[None, :])
    weights = np.maximum(0.0, 1 - distance / max(1.0, step))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
