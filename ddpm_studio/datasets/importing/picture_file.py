"""Opens one picture of a stranger: its size is known before anything is decoded, its kind made plain."""

from __future__ import annotations

import errno
import os
import stat
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from ddpm_studio.datasets.importing.import_choices import Framing
from ddpm_studio.datasets.set_description import MIN_SIDE
from ddpm_studio.explained_error import ExplainedError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".pnm")
)
MAX_PIXELS = 50_000_000
MAX_RATIO = 50
_MAX_FILE_BYTES = 400_000_000
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N")


class PictureError(ExplainedError):
    """A picture that is left out; the message is the reason."""


def open_regular(path: Path, most_bytes: int = _MAX_FILE_BYTES) -> BinaryIO:
    """The file, where it is one: a pipe would hold up whoever reads. Raises PictureError."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _cannot_open(error) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise PictureError("it is a pipe, a device or a folder, not a file")
    if status.st_size > most_bytes:
        os.close(descriptor)
        raise PictureError("its file is larger than {most} MB", most=f"{most_bytes // 1_000_000:,}")
    return os.fdopen(descriptor, "rb")


def _cannot_open(error: OSError) -> PictureError:
    if error.errno == errno.ELOOP:
        return PictureError("it is a link that leads back to itself")
    if error.errno == errno.ENOENT:
        return PictureError("it is gone, or a link to a file that is gone")
    if error.errno in (errno.EACCES, errno.EPERM):
        return PictureError("it may not be read")
    return PictureError("it cannot be opened ({detail})", detail=error.strerror or str(error))


def read_picture(path: Path, needed_side: int | None = None) -> Image.Image:
    """The first frame, upright, as "L" or "RGB" of 8 bits; what is transparent is white.

    Where it will be made smaller, to ``needed_side`` pixels, a JPEG is decoded at a half, a quarter or
    an eighth of its size, never under twice what is needed: a photograph then comes much sooner.
    Raises PictureError with the reason, for whatever the file may hold.
    """
    with open_regular(path) as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of sizes, which are checked here, and of odd tags
                with Image.open(file, formats=FORMATS) as image:
                    _require_sensible_size(*image.size)
                    if needed_side is not None:
                        image.draft(None, (2 * needed_side, 2 * needed_side))
                    image.load()
                    return _converted(ImageOps.exif_transpose(image))
        except PictureError:
            raise
        except Exception as error:  # Pillow's decoders raise a dozen kinds on what is broken
            raise _explained(error) from error


def _require_sensible_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PictureError("it has more than 50 million pixels")
    short, long = sorted((width, height))
    if short < MIN_SIDE:
        raise PictureError("its shorter side has under 4 pixels")
    if long > MAX_RATIO * short:
        raise PictureError("its sides differ by more than 50 times")


def _explained(error: Exception) -> PictureError:
    if isinstance(error, Image.DecompressionBombError):
        return PictureError("it has more than 50 million pixels")
    if isinstance(error, Image.UnidentifiedImageError):
        return PictureError("it is none of PNG, JPEG, WebP, GIF, BMP, TIFF and PPM, or damaged")
    if "truncated" in str(error) or isinstance(error, EOFError):
        return PictureError("it ends too early")
    if isinstance(error, MemoryError):
        return PictureError("there is not enough memory for it")
    return PictureError("it is damaged")


def _converted(image: Image.Image) -> Image.Image:
    mode = image.mode
    if mode in _SIXTEEN_BITS:
        return _from_numbers(np.asarray(image).astype(np.float64) / 65535)
    if mode == "I":
        values = np.asarray(image).astype(np.float64)
        return _from_numbers(values / (65535 if values.max(initial=0) > 255 else 255))
    if mode == "F":
        return _from_numbers(_unit_range(np.asarray(image)))
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        flat = Image.alpha_composite(ground, with_alpha).convert("RGB")
        return flat.convert("L") if mode in ("L", "LA", "La", "1") else flat
    if mode in ("1", "L"):
        return image.convert("L")
    return image.convert("RGB")


def _unit_range(values: np.ndarray) -> np.ndarray:
    """Floats as fractions: of 1 where none is larger, else of 255."""
    if not np.isfinite(values).all():
        raise PictureError("some of its values are not numbers")
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 255:
        raise PictureError("its values are from {low} to {high}: neither 0 … 1 nor 0 … 255",
                           low=f"{low:.4g}", high=f"{high:.4g}")  # fmt: skip
    return values / (255 if high > 1 else 1)


def _from_numbers(fractions: np.ndarray) -> Image.Image:
    pixels = np.clip(np.rint(fractions * 255), 0, 255).astype(np.uint8)
    return Image.fromarray(pixels)


def framed(image: Image.Image, size: int, framing: Framing) -> Image.Image:
    """Square, ``size`` pixels a side."""
    resampling = Image.Resampling.LANCZOS
    if framing is Framing.PAD:
        return ImageOps.pad(image, (size, size), resampling)
    width, height = image.size
    box = (0.0, 0.0, float(width), float(height))
    if framing is Framing.CROP:
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
    # First by a whole number, to three times the size: six times as fast, and hardly to be seen.
    return image.resize((size, size), resampling, box=box, reducing_gap=3.0)
