"""The real application, with settings of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ddpm_studio.app import Application
from ddpm_studio.session.preferences import Preferences


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    """Not those of whoever runs the tests."""
    return Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def runs_folder(tmp_path: Path) -> Path:
    """Where trainings are kept; not that of whoever runs the tests."""
    return tmp_path / "runs"


@pytest.fixture
def studio_application(
    qtbot: QtBot, qapp: QApplication, preferences: Preferences, runs_folder: Path
) -> Iterator[Application]:
    """The application as it starts: shown, in English, dark, with all its parts."""
    preferences.language, preferences.theme = "en", "dark"
    style_sheet, palette, style = qapp.styleSheet(), qapp.palette(), qapp.style().objectName()
    application = Application(qapp, preferences, runs_folder)
    with qtbot.waitExposed(application.window):
        application.open()
    qtbot.waitUntil(lambda: application.is_alive, timeout=10_000)
    yield application
    application.close_unasked()
    application.use_language("en")
    application.window.deleteLater()
    qapp.setStyleSheet(style_sheet)
    qapp.setPalette(palette)
    qapp.setStyle(style)
