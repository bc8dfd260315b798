"""The application as a person starts it, in a probe's process: all of it, but nobody's preferences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from ddpm_studio.app import Application
from ddpm_studio.ui.screen_check import require_qt

if TYPE_CHECKING:
    from PySide6.QtWidgets import QComboBox

    from ddpm_studio.session.studio import Studio

CHECK_INTERVAL_MS = 10
SCREEN_TIMEOUT_SECONDS = 60.0
CHAIN_TIMEOUT_SECONDS = 240.0


@contextmanager
def real_application() -> Iterator[Application]:
    """Built and ready for ``open()``, in the order of ddpm_studio.app.run_window; closed at the end.

    Raises NoWindowError where Qt cannot start.
    """
    require_qt()
    from pathlib import Path

    from PySide6.QtCore import QSettings, QTemporaryDir
    from PySide6.QtWidgets import QApplication

    from ddpm_studio.session.preferences import Preferences

    qt = QApplication(["ddpm-studio"])
    folder = QTemporaryDir()  # Python's own would import more than the application does
    settings = QSettings(folder.filePath("preferences.ini"), QSettings.Format.IniFormat)
    application = Application(qt, Preferences(settings), Path(folder.filePath("runs")))
    try:
        yield application
    finally:
        application.close_unasked()
        settings.sync()
        folder.remove()


def open_application(application: Application) -> None:
    """Show the window, and wait until there is something in it."""
    application.open()
    wait_until(lambda: application.is_alive, "the main screen", SCREEN_TIMEOUT_SECONDS)


def wait(seconds: float) -> None:
    """Let the event loop run, as it does for a person: it sleeps while there is nothing to do."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool], what: str, timeout_seconds: float) -> None:
    """Let the event loop run until the condition holds. Raises TimeoutError that names ``what``."""
    from PySide6.QtCore import QEventLoop, QTimer

    if condition():
        return
    loop = QEventLoop()
    end = perf_counter() + timeout_seconds

    def check() -> None:
        if condition() or perf_counter() > end:
            loop.quit()

    timer = QTimer(interval=CHECK_INTERVAL_MS)
    timer.timeout.connect(check)
    timer.start()
    loop.exec()
    timer.stop()
    if not condition():
        raise TimeoutError(f"{what}: not within {timeout_seconds:g} s")


def wait_for_chains(studio: Studio) -> None:
    """Until both chains are complete, and the window had a moment to show them."""
    wait_until(lambda: chains_are_complete(studio), "both chains", CHAIN_TIMEOUT_SECONDS)
    wait(1.0)


def chains_are_complete(studio: Studio) -> bool:
    """Whether all frames of both chains are there, and nothing is being computed."""
    chains = (studio.forward, studio.reverse)
    return not studio.is_busy and all(chain is not None and chain.is_complete for chain in chains)


def choose(box: QComboBox, row: int) -> None:
    """What Qt does when a person picks a row of a closed box."""
    box.setCurrentIndex(row)
    box.activated.emit(row)
