"""The switch between the two pages: a click asks for the other one, and what is shown is no wish."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ddpm_studio.ui.page import Page
from ddpm_studio.ui.page_switch import PageSwitch
from ddpm_studio.ui.theme import DARK


def test_a_click_asks_for_a_page(qtbot: QtBot) -> None:
    switch = PageSwitch(DARK)
    qtbot.addWidget(switch)
    asked: list[Page] = []
    switch.page_requested.connect(asked.append)
    qtbot.mouseClick(switch.control.segments[Page.TRAIN], Qt.MouseButton.LeftButton)
    assert asked == [Page.TRAIN]
    assert switch.control.index == Page.TRAIN
    switch.show_page(Page.LOOK)
    assert switch.control.index == Page.LOOK
    assert asked == [Page.TRAIN]
