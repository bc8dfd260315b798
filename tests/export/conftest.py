"""Pictures such as the application exports, and what reads a GIF back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageSequence

from ddpm_studio.export import encode_gif

Bytes = NDArray[np.uint8]


@pytest.fixture
def plot_frames() -> Callable[[int], list[Bytes]]:
    """Dark plots (180, 320, 3): antialiased text, points of 400 hues that move, a curve."""

    def draw(count: int) -> list[Bytes]:
        rng = np.random.default_rng(5)
        points = rng.uniform((10, 30), (190, 170), size=(400, 2))
        return [_plot(points + i * rng.normal(size=points.shape), i) for i in range(count)]

    return draw


def _plot(points: NDArray[np.float64], index: int) -> Bytes:
    scale = 3
    image = Image.new("RGB", (320 * scale, 180 * scale), "#12141a")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle(_scaled(5, 25, 195, 175), 8 * scale, fill="#1a1d25", outline="#303542")
    for i, (x, y) in enumerate(points):
        colour = f"hsl({0.9 * i}, 70%, 60%)"
        draw.ellipse(_scaled(x - 1.5, y - 1.5, x + 1.5, y + 1.5), fill=colour)
    angle = np.linspace(0, 6, 60)
    curve = np.column_stack([205 + 18 * angle, 100 + 50 * np.sin(angle + index / 4)]) * scale
    draw.line([tuple(point) for point in curve.tolist()], fill="#ff963c", width=2 * scale)
    image = image.reduce(scale)
    ImageDraw.Draw(image).text(
        (8, 5), f"q(x_t | x_0)   t = {index}", font=ImageFont.load_default(13), fill="#6aa3ff"
    )
    return np.asarray(image)


def _scaled(*corners: float) -> tuple[float, ...]:
    return tuple(3 * corner for corner in corners)


@pytest.fixture
def encode() -> Callable[..., None]:
    """Drives `encode_gif` to its end, with 50 ms a frame."""

    def run(frames: list[Bytes], path: Path, palette_frames: tuple[Bytes, ...] = ()) -> None:
        for _ in encode_gif(frames, path, [50] * len(frames), palette_frames=palette_frames):
            pass

    return run


@pytest.fixture
def decode() -> Callable[[Path], list[Bytes]]:
    """Every frame of a GIF as a viewer shows it, (H, W, 3)."""

    def run(path: Path) -> list[Bytes]:
        with Image.open(path) as image:
            frames = [np.array(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
        return frames

    return run
