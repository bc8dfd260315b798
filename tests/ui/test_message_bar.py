"""The line for what went wrong: hidden, shown, closed; it says what it is told, letter by letter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from ddpm_studio.ui.message_bar import MessageBar
from ddpm_studio.ui.theme import DARK, LIGHT


@pytest.fixture
def bar(qtbot) -> MessageBar:
    bar = MessageBar(DARK)
    qtbot.addWidget(bar)
    return bar


def label(bar: MessageBar) -> QLabel:
    return bar.findChild(QLabel)


def close_button(bar: MessageBar) -> QToolButton:
    return bar.findChild(QToolButton)


def test_it_is_there_only_when_something_went_wrong(bar: MessageBar) -> None:
    assert bar.isHidden()
    bar.show_problem("The disk is full.")
    assert not bar.isHidden()
    assert label(bar).text() == bar.text == bar.accessibleName() == "The disk is full."
    bar.show_problem("The file is in use.")
    assert label(bar).text() == "The file is in use."


@pytest.mark.parametrize("key", [None, Qt.Key.Key_Space])
def test_it_is_closed_by_mouse_and_by_keyboard(qtbot, bar: MessageBar, key) -> None:
    bar.show_problem("The disk is full.")
    if key is None:
        QTest.mouseClick(close_button(bar), Qt.MouseButton.LeftButton)
    else:
        assert close_button(bar).focusPolicy() & Qt.FocusPolicy.TabFocus
        QTest.keyClick(close_button(bar), key)
    assert bar.isHidden()
    bar.show_problem("Again.")
    assert not bar.isHidden()


def test_a_long_sentence_is_wrapped_and_not_cut(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    bar = MessageBar(DARK)
    layout = QVBoxLayout(window)
    layout.addWidget(bar)
    layout.addStretch(1)
    window.resize(400, 300)
    with qtbot.waitExposed(window):
        window.show()
    bar.show_problem("Short.")
    qtbot.waitUntil(lambda: label(bar).height() > 0)
    low = bar.height()
    bar.show_problem("A sentence that says exactly what went wrong and what to do. " * 4)
    qtbot.waitUntil(lambda: bar.height() > low)
    text = label(bar)
    assert text.height() >= text.heightForWidth(text.width())
    assert window.width() == 400


def test_names_of_files_are_shown_as_they_are(qtbot, bar: MessageBar) -> None:
    """Markup would be swallowed: what is painted differs from the text without it."""
    bar.resize(500, 60)
    shown = []
    for text in ("“<b>x</b>” is a folder.", "“x” is a folder."):
        bar.show_problem(text)
        shown.append(label(bar).sizeHint().width())
    assert shown[0] > 1.2 * shown[1]


def test_what_is_done_does_not_look_like_a_problem(bar: MessageBar) -> None:
    bar.show_problem("It was not saved.")
    assert label(bar).property("problem")
    bar.show_news("It is saved.")
    assert bar.text == "It is saved."
    assert bar.isVisible()
    assert not label(bar).property("problem")
    bar.show_problem("It was not saved.")
    assert label(bar).property("problem")


def test_it_follows_the_language_and_the_theme(bar: MessageBar, untranslated) -> None:
    bar.show_problem("C:\\x.gif")  # its sentence was made by whoever shows it
    assert untranslated(bar) == {"C:\\x.gif"}
    button = close_button(bar)
    dark = button.icon().pixmap(button.iconSize()).toImage()
    bar.set_theme(LIGHT)
    assert button.icon().pixmap(button.iconSize()).toImage() != dark
