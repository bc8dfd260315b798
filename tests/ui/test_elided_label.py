"""A line of text that ends in an ellipsis where it does not fit."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from ddpm_studio.ui.elided_label import ElidedLabel

TEXT = "from noise, by a network with a very long name"


def test_all_of_it_where_there_is_room_else_an_ellipsis(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.show_text(TEXT)
    whole = label.fontMetrics().horizontalAdvance(TEXT)
    label.resize(whole + 1, 20)
    assert label.shown_text() == TEXT
    label.resize(whole // 2, 20)
    shown = label.shown_text()
    assert shown.endswith("…")
    assert TEXT.startswith(shown[:-1])
    assert label.fontMetrics().horizontalAdvance(shown) <= whole // 2
    assert label.toolTip() == TEXT


def test_what_is_painted_is_what_fits(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.resize(300, 20)
    empty = label.grab().toImage()
    label.show_text(TEXT)
    assert label.grab().toImage() != empty
