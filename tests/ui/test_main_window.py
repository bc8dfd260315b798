"""The frame of the window: its pages, the switch between them, and what is dragged over it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QMenuBar, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.ui.drop_hint import DropHint
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


def test_a_page_that_was_never_shown_belongs_to_the_window(qtbot: QtBot) -> None:
    """What it asks is asked in the middle of the window, and not of the screen's corner."""
    window, screen, other = MainWindow(DARK), Screen(), QWidget()
    qtbot.addWidget(window)
    window.show_screen(screen, DARK)  # type: ignore[arg-type]
    window.add_page(other)
    assert other.window() is window
    assert not other.isVisibleTo(window)
    assert screen.isVisibleTo(window)


def enter(data: QMimeData) -> QDragEnterEvent:
    return QDragEnterEvent(QPoint(200, 200), Qt.DropAction.CopyAction, data, *NOTHING_HELD)


NOTHING_HELD = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def files(*names: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(name) for name in names])
    return data


@pytest.fixture
def filled(qtbot: QtBot) -> MainWindow:
    window = MainWindow(DARK)
    qtbot.addWidget(window)
    window.show_screen(Screen(), DARK)  # type: ignore[arg-type]
    with qtbot.waitExposed(window):
        window.show()
    return window


def hints(window: MainWindow) -> list[DropHint]:
    return [hint for hint in window.findChildren(DropHint) if hint.isVisible()]


def test_over_which_files_are_dragged_it_says_that_they_may_fall(filled: MainWindow) -> None:
    data = files("/a.pt")
    filled.dragEnterEvent(enter(data))
    (hint,) = hints(filled)
    assert "models" in hint.text
    assert hint.rect() == filled.centralWidget().rect()
    filled.dragLeaveEvent(QDragLeaveEvent())
    assert hints(filled) == []


def test_what_falls_takes_the_hint_away(qtbot: QtBot, filled: MainWindow) -> None:
    data = files("/a.pt", "/b.pt")
    filled.dragEnterEvent(enter(data))
    with qtbot.waitSignal(filled.dropped) as heard:
        filled.dropEvent(
            QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, *NOTHING_HELD)
        )
    assert [str(path) for path in heard.args[0]] == ["/a.pt", "/b.pt"]
    assert hints(filled) == []


def test_words_that_are_dragged_over_it_are_nothing_to_open(filled: MainWindow) -> None:
    data = QMimeData()
    data.setText("x_t")
    filled.dragEnterEvent(enter(data))
    assert hints(filled) == []
