"""Measuring from the real window: its keys, one dialog, and an end that leaves no thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ddpm_studio.app import Application
from ddpm_studio.ui.dialogs.measure_dialog import MeasureDialog

WAIT_MS = 30_000


def dialogs(application: Application) -> list[MeasureDialog]:
    return [
        dialog for dialog in application.window.findChildren(MeasureDialog) if dialog.isVisible()
    ]


def press(qtbot: QtBot, application: Application) -> MeasureDialog:
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    qtbot.keyClick(application.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = dialogs(application)
    return dialog


def test_keys_open_one_dialog_for_what_is_shown(
    qtbot: QtBot, studio_application: Application
) -> None:
    application = studio_application
    qtbot.waitUntil(lambda: application.studio.model is not None)
    dialog = press(qtbot, application)
    assert dialog.title.text() == "Swiss roll"
    assert press(qtbot, application) is dialog
    assert application.playback.is_playing  # the window goes on
    dialog.reject()
    QApplication.sendPostedEvents(None, 0)
    assert press(qtbot, application) is not dialog


def test_the_dialog_follows_theme_and_language(
    qtbot: QtBot, studio_application: Application
) -> None:
    application = studio_application
    qtbot.waitUntil(lambda: application.studio.model is not None)
    dialog = press(qtbot, application)
    application.toggle_theme()
    pen = dialog.bound.canvas.lines[0].opts["pen"]
    assert pen.color().name() == application.theme.reverse
    application.use_language("ko")
    qtbot.waitUntil(lambda: dialog.windowTitle() == "모델 측정")
    assert application.window.menus.measure.text() == "모델 측정(&M)…"


def test_closing_the_window_ends_a_measurement(
    qtbot: QtBot, studio_application: Application
) -> None:
    application = studio_application
    qtbot.waitUntil(lambda: application.studio.model is not None)
    dialog = press(qtbot, application)
    qtbot.mouseClick(dialog.measure_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.run.latest is not None, timeout=WAIT_MS)
    run = dialog.run
    application.window.close()
    assert dialogs(application) == []
    assert not run.is_running
    assert not application.is_stuck
