"""The icons: all of them can be drawn, in the colour asked for, sharp, and fainter when disabled."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap

from ddpm_studio.locations import resource
from ddpm_studio.ui.icons import ICON_SIZE, icon
from ddpm_studio.ui.theme import DARK, LIGHT

NAMES = sorted(path.stem for path in resource("icons").glob("*.svg"))
OWN_COLOURS = {"app"} | {name for name in NAMES if name.endswith(("-dark", "-light"))}


def rgba(pixmap: QPixmap) -> np.ndarray:
    """(pixels, 4) with alpha not multiplied in."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4).astype(int)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_drawn(qapp, name: str) -> None:
    pixels = rgba(icon(name, DARK).pixmap(QSize(ICON_SIZE, ICON_SIZE), 1.0))
    assert pixels.shape == (ICON_SIZE**2, 4)
    assert 10 < np.count_nonzero(pixels[:, 3] > 128) < ICON_SIZE**2


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OWN_COLOURS])
def test_it_has_the_colour_asked_for_and_no_other(qapp, name: str) -> None:
    for theme in (DARK, LIGHT):
        for colour in (None, theme.forward):
            shown = rgba(icon(name, theme, colour).pixmap(QSize(ICON_SIZE, ICON_SIZE), 2.0))
            opaque = shown[shown[:, 3] == 255, :3]
            assert len(opaque) > 0
            assert np.abs(opaque - QColor(colour or theme.text).getRgb()[:3]).max() <= 1


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_it_is_sharp_on_every_screen(qapp, ratio: float) -> None:
    pixmap = icon("play", DARK, size=24).pixmap(QSize(24, 24), ratio)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (24 * ratio, ratio)


def test_disabled_it_is_fainter(qapp) -> None:
    drawn, size = icon("play", DARK), QSize(ICON_SIZE, ICON_SIZE)
    normal = rgba(drawn.pixmap(size, 1.0, QIcon.Mode.Normal))[:, 3]
    faint = rgba(drawn.pixmap(size, 1.0, QIcon.Mode.Disabled))[:, 3]
    assert 0 < faint.max() < 0.5 * normal.max()
    assert np.array_equal(faint > 10, normal > 30)


def test_one_that_does_not_exist_is_an_error(qapp) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon", DARK)
