"""Frames as pictures: points as a cloud or over a line, images as a grid. Pure functions of numpy.

A picture is a uint32 array (height, width) of 0xAARRGGBB, row 0 on top: what a QImage of format
RGB32 (or ARGB32_Premultiplied) reads without a copy.
All sizes are (width, height) in device pixels. Nothing depends on the frame's own extremes, so
pictures of different t may be compared.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.ui.views.scratch import scratch

Picture = NDArray[np.uint32]
Points = NDArray[np.float32]
Size = tuple[int, int]

_PHASES = 4  # positions of a dot within a pixel, per axis: points glide instead of hopping
_RAMP_STEPS = 1536
_RAMP_TOP = 12.0  # optical depth at which the ramp ends
_RAMP_SCALE = np.float32((_RAMP_STEPS - 1) / _RAMP_TOP)

LINE_BASE = 0.62  # where the ridge of a line picture stands, as a part of the height
LINE_DENSITY_TOP = 0.8  # the density that would reach the upper edge
_LINE_BAND = (0.68, 0.90)  # the samples lie between these
_LINE_BANDWIDTH = 0.08  # of the ridge's Gaussian kernel, in units of x
_AREA_DEPTH, _EDGE_DEPTH = 0.35, 1.6  # of the ridge, optical
_GOLDEN = (math.sqrt(5) - 1) / 2


def rgb(colour: str) -> tuple[int, int, int]:
    """The three bytes of ``#rrggbb``."""
    value = int(colour.removeprefix("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255


def reusable(picture: Picture | None, size_px: Size) -> Picture | None:
    """A picture to write to again, if it has the size."""
    return picture if picture is not None and picture.shape == size_px[::-1] else None


def cloud_picture(
    points: Points,
    size_px: Size,
    extent: float,
    colour: str,
    background: str,
    *,
    transparent: bool = False,
    out: Picture | None = None,
) -> Picture:
    """Points (N, 2) as soft round dots whose overlap adds up, so that density stays readable.

    The shorter side spans [-extent, extent]; y points upwards; the origin is in the middle.
    Fewer points get larger and stronger dots. Points outside, and NaN, are not drawn.
    ``transparent`` leaves out the background: premultiplied alpha, to be laid over an axis.
    ``out`` is a picture of that size to write to, else a new one is made.
    """
    depth = _optical_depth(cloud_places(points, size_px, extent), size_px, len(points))
    return _toned(depth, _density_ramp(colour, background, transparent), out)


def line_picture(
    points: Points,
    size_px: Size,
    extent: float,
    colour: str,
    background: str,
    *,
    transparent: bool = False,
    out: Picture | None = None,
) -> Picture:
    """Points (N, 1) below the ridge of their density; x spans [-extent, extent] over the width.

    Every sample keeps its height in every frame (:func:`line_places`). The ridge has one scale
    for all frames: LINE_DENSITY_TOP would reach the upper edge. ``transparent`` and ``out`` as
    in :func:`cloud_picture`.
    """
    places = line_places(points, size_px, extent)
    depth = _optical_depth(places, size_px, len(points))
    _add_ridge(depth, places[:, 0], LINE_BASE * size_px[1], extent)
    return _toned(depth, _density_ramp(colour, background, transparent), out)


def cloud_places(points: Points, size_px: tuple[float, float], extent: float) -> Points:
    """Where points (N, 2) lie in a cloud picture: pixels from the upper left, float32 (N, 2)."""
    width, height = size_px
    scale = min(width, height) / (2 * extent)
    places = points[:, :2] * np.array((scale, -scale), np.float32)
    places += np.array((width / 2, height / 2), np.float32)
    return places


def line_places(points: Points, size_px: tuple[float, float], extent: float) -> Points:
    """Where points (N, 1) lie in a line picture, float32 (N, 2); the height is the index's own."""
    width, height = size_px
    low, high = _LINE_BAND
    spread = np.arange(len(points)) * _GOLDEN % 1.0  # evenly filled for any count
    x = width / 2 + points[:, 0] * (width / (2 * extent))
    y = (low + (high - low) * spread) * height
    return np.stack((x, y), axis=1).astype(np.float32)


def _dot(count: int, side_px: int) -> tuple[float, float]:
    """(radius in pixels, optical depth) of a dot, for so many of them in a square of that side."""
    crowd = max(count, 100) / 200
    wanted = 3.0 * crowd**-0.25 * side_px / 420
    radius = max(wanted, 0.7)
    depth = 2.2 * crowd**-0.35
    return radius, depth * min(1.0, wanted / radius) ** 1.2


@lru_cache(maxsize=16)
def _stamp(radius: float, depth: float) -> tuple[int, NDArray[np.intp], NDArray[np.float32]]:
    """A dot on the pixels around it, for every phase of its centre within the pixel.

    (margin, offsets (K, 2) in pixels from the dot's own pixel, depths (phases², K)).
    """
    margin = math.ceil(radius + 0.5)
    centres = (np.arange(_PHASES) + 0.5) / _PHASES
    pixel = np.arange(-margin, margin + 1) + 0.5
    dy = pixel[None, None, :, None] - centres[:, None, None, None]
    dx = pixel[None, None, None, :] - centres[None, :, None, None]
    stamps = np.clip(radius + 0.5 - np.hypot(dy, dx), 0, 1) * depth
    by_phase = stamps.reshape(_PHASES**2, -1).astype(np.float32)
    used = np.flatnonzero(by_phase.any(axis=0))
    offsets = np.stack(np.divmod(used, 2 * margin + 1), axis=1) - margin
    return margin, offsets.astype(np.intp), by_phase[:, used]


def _optical_depth(places: Points, size_px: Size, count: int) -> NDArray[np.float32]:
    """The sum of all dots, shape (height, width); ``places`` (N, 2) are x and y in pixels."""
    width, height = size_px
    margin, offsets, stamps = _stamp(*_dot(count, min(size_px)))
    limits = np.array((width + margin, height + margin), np.float32)
    inside = ((places >= -margin) & (places < limits)).all(axis=1)  # False for NaN
    # A dot just outside still reaches in; with this much around, its stamp cannot wrap.
    pad = 2 * margin + 1
    quarter = ((places[inside] + np.float32(pad)) * np.float32(_PHASES)).astype(np.intp)
    pixel, phase = np.divmod(quarter, _PHASES)
    stride = width + 2 * pad
    shape = (len(pixel), len(offsets))
    where = scratch("where", shape, np.intp)
    own_pixel = pixel[:, 1] * stride + pixel[:, 0]
    np.add(own_pixel[:, None], offsets[:, 0] * stride + offsets[:, 1], out=where)
    amount = scratch("amount", shape, np.float32)
    which = phase[:, 1] * _PHASES + phase[:, 0]
    np.take(stamps, which, axis=0, out=amount, mode="clip")
    total = scratch("total", ((height + 2 * pad) * stride,), np.float32)
    total.fill(0)
    np.add.at(total, where.reshape(-1), amount.reshape(-1))
    return total.reshape(-1, stride)[pad : pad + height, pad : pad + width]


def _add_ridge(depth: NDArray[np.float32], x: Points, base_px: float, extent: float) -> None:
    """A faint area of the density of ``x`` (pixels), with a stronger upper edge, above ``base_px``."""
    width = depth.shape[1]
    visible = x[(x >= 0) & (x < width)].astype(np.intp)
    units_per_pixel = 2 * extent / width
    density = np.bincount(visible, minlength=width) / max(1, len(x)) / units_per_pixel
    reach = math.ceil(4 * _LINE_BANDWIDTH / units_per_pixel)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * units_per_pixel / _LINE_BANDWIDTH) ** 2)
    smooth = np.convolve(density, kernel / kernel.sum())[reach : reach + width]
    top = (base_px * (1 - np.minimum(smooth / LINE_DENSITY_TOP, 1))).astype(np.float32)
    slope = np.hypot(np.float32(1), np.gradient(top))  # a steep edge keeps its thickness
    first, end = max(0, math.floor(top.min()) - 2), math.ceil(base_px)
    rows = np.arange(first, end, dtype=np.float32)[:, None] + np.float32(0.5)
    below = scratch("below", (end - first, width), np.float32)
    np.subtract(rows, top, out=below)
    below /= slope  # the distance to the edge
    edge = scratch("edge", below.shape, np.float32)
    np.abs(below, out=edge)
    np.subtract(0.5 + max(1.0, width / 350) / 2, edge, out=edge)  # thicker in large pictures
    _add_clipped(depth[first:end], edge, _EDGE_DEPTH)
    below += 0.5
    _add_clipped(depth[first:end], below, _AREA_DEPTH)


def _add_clipped(depth: NDArray[np.float32], cover: NDArray[np.float32], strength: float) -> None:
    np.clip(cover, 0, 1, out=cover)
    cover *= strength
    depth += cover


@lru_cache(maxsize=16)
def _density_ramp(colour: str, background: str, transparent: bool) -> Picture:
    """Colours for optical depths 0 … _RAMP_TOP: from the background to the colour, and beyond it.

    Beyond, towards white on a dark background and towards black on a light one: lightness keeps
    changing in one direction where the colour alone would be saturated.
    """
    depth = np.linspace(0, _RAMP_TOP, _RAMP_STEPS)[:, None]
    cover = 1 - np.exp(-depth)
    behind, ink = (np.array(rgb(name), np.float64) for name in (background, colour))
    beyond = np.full(3, 255.0 if behind.mean() < 128 else 0.0)
    ink = ink + 0.55 * (1 - np.exp(-((depth / 4.5) ** 2))) * (beyond - ink)
    if transparent:
        channels, alpha = ink * cover, 255 * cover[:, 0]
    else:
        channels, alpha = behind + (ink - behind) * cover, np.full(_RAMP_STEPS, 255.0)
    red, green, blue = np.rint(channels).astype(np.uint32).T
    return np.rint(alpha).astype(np.uint32) << 24 | red << 16 | green << 8 | blue


def _toned(depth: NDArray[np.float32], ramp: Picture, out: Picture | None) -> Picture:
    level = scratch("level", depth.shape, np.intp)
    np.multiply(depth, _RAMP_SCALE, out=level, casting="unsafe")
    picture = np.empty(depth.shape, np.uint32) if out is None else out
    return np.take(ramp, level, mode="clip", out=picture)
