"""t in large figures: what it says, and that nothing but the figures ever changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPaintEvent
from PySide6.QtWidgets import QApplication

from ddpm_studio.ui.theme import DARK, LIGHT, number_font
from ddpm_studio.ui.time_readout import SCALE, TimeReadout


class Painted(QObject):
    """The rectangles that were painted."""

    def __init__(self, readout: TimeReadout) -> None:
        super().__init__(readout)
        self.rectangles: list[QRect] = []
        readout.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.rectangles.append(event.rect())
        return False


@pytest.fixture
def readout(qtbot) -> TimeReadout:
    readout = TimeReadout(DARK)
    qtbot.addWidget(readout)
    readout.set_length(1000)
    readout.resize(readout.sizeHint())
    with qtbot.waitExposed(readout):
        readout.show()
    return readout


def pixels(readout: TimeReadout) -> np.ndarray:
    image = readout.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()].copy()


def test_it_says_t_and_T(readout: TimeReadout) -> None:
    readout.show_t(437)
    assert readout.text() == "t = 437 / 1000"
    readout.set_length(50)
    readout.show_t(9)
    assert readout.text() == "t = 9 / 50"


def test_no_t_changes_its_size_or_what_stands_beside_the_figures(readout: TimeReadout) -> None:
    hint, shown = readout.sizeHint(), []
    for t in (0, 9, 10, 437, 888, 1000):
        readout.show_t(t)
        assert readout.sizeHint() == hint
        shown.append(pixels(readout))
    moving = np.flatnonzero(np.ptp(np.array(shown), axis=0).max(axis=(0, 2)))
    still = pixels(readout)[:, :, :3].astype(int)
    background = still[0, 0]
    ink = np.flatnonzero(np.abs(still - background).sum(axis=-1).max(axis=0) > 60)
    assert ink[0] < moving[0]  # "t =" before the figures
    assert moving[-1] < ink[-1] - 2 * (moving[-1] - moving[0]) // 4  # "/ 1000" behind them


def test_a_new_t_paints_the_figures_alone(qtbot, readout: TimeReadout) -> None:
    QApplication.processEvents()
    painted = Painted(readout)
    readout.show_t(437)
    qtbot.waitUntil(lambda: bool(painted.rectangles))
    (rectangle,) = painted.rectangles
    assert rectangle.width() < 0.7 * readout.width()
    readout.show_t(437)
    QApplication.processEvents()
    assert len(painted.rectangles) == 1


def test_every_part_has_room(readout: TimeReadout) -> None:
    plain = number_font(readout.font())
    plain.setPointSizeF(SCALE * plain.pointSizeF())
    bold = QFont(plain)
    bold.setBold(True)
    parts = ((plain, "t = "), (bold, "1000"), (plain, " / 1000"))
    widths = [QFontMetricsF(font).horizontalAdvance(text) for font, text in parts]
    assert readout.sizeHint().width() >= sum(widths)


def test_no_figure_is_clipped(readout: TimeReadout) -> None:
    """Beside the widget as wide as it wants to be, a wider one paints nothing more."""
    readout.show_t(1000)
    tight = pixels(readout)
    readout.resize(readout.width() + 40, readout.height())
    wide = pixels(readout)
    assert np.array_equal(wide[:, : tight.shape[1]], tight)
    beside = wide[:, tight.shape[1] :]
    assert np.ptp(beside.reshape(-1, 4), axis=0).max() == 0


def test_a_longer_chain_and_a_larger_font_need_more_room(readout: TimeReadout) -> None:
    width, height = readout.sizeHint().toTuple()
    readout.set_length(100_000)
    assert readout.sizeHint().width() > width
    readout.set_length(1000)
    assert readout.sizeHint().toTuple() == (width, height)
    font = readout.font()
    font.setPointSizeF(2 * font.pointSizeF())
    readout.setFont(font)
    assert readout.sizeHint().width() > 1.5 * width
    assert readout.sizeHint().height() > 1.5 * height


def test_it_follows_the_theme(readout: TimeReadout) -> None:
    dark = pixels(readout)
    readout.set_theme(LIGHT)
    assert not np.array_equal(pixels(readout), dark)


def test_no_language_changes_it(readout: TimeReadout, speak: Callable[[str], None]) -> None:
    readout.show_t(437)
    hint, shown = readout.sizeHint(), pixels(readout)
    speak("ko")
    assert readout.sizeHint() == hint
    assert np.array_equal(pixels(readout), shown)
