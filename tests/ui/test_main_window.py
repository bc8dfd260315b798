"""The frame of the window: where the switch between its pages is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QMenuBar, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.ui.main_window import MainWindow
from ddpm_studio.ui.page import Page
from ddpm_studio.ui.theme import DARK


class Screen(QWidget):
    """As much of a MainScreen as the window asks for."""

    title_changed = Signal(str)


@pytest.mark.parametrize("is_native", [False, True], ids=["own menu bar", "the system's menu bar"])
def test_the_switch_between_the_pages_is_seen_whoever_shows_the_menus(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, is_native: bool
) -> None:
    monkeypatch.setattr(QMenuBar, "isNativeMenuBar", lambda _bar: is_native)
    window, screen = MainWindow(DARK), Screen()
    qtbot.addWidget(window)
    window.show_screen(screen, DARK)  # type: ignore[arg-type]
    with qtbot.waitExposed(window):
        window.show()
    if is_native:
        window.menuBar().hide()  # the system's is not in the window
    switch = window.page_switch
    assert switch.isVisible()
    assert window.menuBar().isAncestorOf(switch) is not is_native
    seen = QRect(switch.mapTo(window, QPoint(0, 0)), switch.size())
    assert window.rect().contains(seen)
    assert not seen.intersects(QRect(screen.mapTo(window, QPoint(0, 0)), screen.size()))
    with qtbot.waitSignal(switch.page_requested) as heard:
        qtbot.mouseClick(switch.control.segments[Page.TRAIN], Qt.MouseButton.LeftButton)
    assert heard.args == [Page.TRAIN]


def test_a_page_can_be_shown_as_soon_as_there_are_pages(qtbot: QtBot) -> None:
    window, screen, other = MainWindow(DARK), Screen(), QWidget()
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.show_screen(screen, DARK)  # type: ignore[arg-type]
    assert screen.isVisible()
    window.show_page(other)
    assert other.isVisible()
