"""A button that shortens its words where there is no room, and keeps them for those who ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStyle, QStyleOptionButton, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.ui.elided_button import ElidedButton
from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.theme import DARK, Theme

WORDS = "exact denoiser, DDIM, η = 0.35, 50 of 1000 steps"


@pytest.fixture
def button(qtbot: QtBot) -> ElidedButton:
    button = ElidedButton()
    qtbot.addWidget(button)
    button.setIcon(icon("sliders", DARK))
    button.show_text(WORDS)
    button.show()
    qtbot.waitExposed(button)
    return button


def test_all_words_where_there_is_room(button: ElidedButton) -> None:
    button.resize(button.sizeHint())
    assert button.text() == WORDS
    button.resize(button.sizeHint().width() + 200, button.height())
    assert button.text() == WORDS


def test_an_ellipsis_where_there_is_none_and_no_word_is_lost(button: ElidedButton) -> None:
    button.resize(140, button.height())
    assert button.text().endswith("…")
    assert WORDS.startswith(button.text()[:-1])
    assert 3 < len(button.text()) < len(WORDS)
    assert button.whole_text() == button.accessibleName() == WORDS
    button.resize(button.sizeHint())
    assert button.text() == WORDS


def test_other_words_ask_for_another_width(qtbot: QtBot) -> None:
    place, button = QWidget(), ElidedButton()
    qtbot.addWidget(place)
    button.show_text(WORDS)
    row = QHBoxLayout(place)
    row.addWidget(button)
    row.addStretch(1)
    place.resize(800, 60)
    place.show()
    qtbot.waitExposed(place)
    assert button.width() == button.sizeHint().width()  # never wider than its words
    wide = button.width()
    button.show_text("DDPM")
    qtbot.waitUntil(lambda: button.width() < wide)
    assert button.text() == "DDPM"
    assert button.accessibleName() == "DDPM"


def test_it_never_keeps_a_window_wide(button: ElidedButton) -> None:
    assert button.minimumSizeHint().width() < 60
    button.resize(button.minimumSizeHint())
    assert len(button.text()) < 3


def test_an_ampersand_is_no_shortcut(button: ElidedButton) -> None:
    button.show_text("q & p")
    button.resize(button.sizeHint())
    assert button.text() == "q && p"  # painted as one
    assert button.shortcut().isEmpty()
    assert button.whole_text() == "q & p"
    button.resize(button.width() + 50, button.height())
    assert button.text() == "q && p"


def test_a_larger_font_needs_more_room(button: ElidedButton) -> None:
    button.resize(button.sizeHint())
    font = button.font()
    font.setPixelSize(2 * button.fontInfo().pixelSize())
    button.setFont(font)
    assert button.text().endswith("…")
    button.resize(button.sizeHint())
    assert button.text() == WORDS


def test_words_lie_inside_the_frame_of_the_styled_button(
    button: ElidedButton, dress: Callable[[Theme], None]
) -> None:
    dress(DARK)
    button.resize(button.sizeHint())
    option = QStyleOptionButton()
    button.initStyleOption(option)
    inside = button.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, button)
    needed = button.fontMetrics().horizontalAdvance(button.text()) + button.iconSize().width()
    assert button.text() == WORDS
    assert needed <= inside.width()


def test_it_is_pressed_by_mouse_and_by_keyboard(button: ElidedButton, qtbot: QtBot) -> None:
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert len(pressed) == 2
