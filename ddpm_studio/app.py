"""The composition root: builds the session and the window, and wires them.

The order of things makes the window appear at once: Qt and a window without plots first; when that
is painted, pyqtgraph and the plots; then the chains, from threads that import torch.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.platform_libraries import explanation, missing_system_libraries

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication

    from ddpm_studio.session.measurement_run import MeasurementRun
    from ddpm_studio.session.playback import Playback
    from ddpm_studio.session.studio import Studio
    from ddpm_studio.ui.dialogs.export_dialog import ExportDialog
    from ddpm_studio.ui.dialogs.measure_dialog import MeasureDialog
    from ddpm_studio.ui.export_run import ExportRun
    from ddpm_studio.ui.main_screen import MainScreen


PAINT_DELAY_MS = 10
SYSTEM_THEME = "system"


class NoWindowError(ExplainedError):
    """Qt cannot start; the text says what is missing, in English alone: translations need Qt."""

    def __init__(self, explanation: str) -> None:
        super().__init__(explanation)  # not collected, as it is no literal


def run_window(model_path: Path | None) -> int:
    """Open the window and return the exit code when it is closed."""
    _require_system_libraries()
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    studio_window = Application(application)
    studio_window.open(model_path)
    with _quitting_on_interrupt(application), _saying_what_went_wrong(studio_window):
        code = application.exec()
    if studio_window.is_stuck:  # to destroy a thread that still runs aborts the process
        studio_window.preferences.save()
        os._exit(code)
    return code


@contextmanager
def _quitting_on_interrupt(application: QCoreApplication) -> Iterator[None]:
    """Ctrl-C in the terminal closes the window as its own button does.

    Qt's loop runs no Python while nothing happens, so Python's handler would wait for the next
    event; the wake-up socket is one.
    """
    from PySide6.QtCore import QSocketNotifier, QTimer

    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: reader.recv(64))
    previous_descriptor = signal.set_wakeup_fd(writer.fileno())
    # By the event loop, and not in the middle of whatever is going on: of starting, for example.
    previous = signal.signal(
        signal.SIGINT, lambda *_: QTimer.singleShot(0, application, application.quit)
    )
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        signal.set_wakeup_fd(previous_descriptor)
        notifier.setEnabled(False)
        reader.close()
        writer.close()


@contextmanager
def _saying_what_went_wrong(studio_window: Application) -> Iterator[None]:
    """An error that nobody expected is said in the window too; the traceback stays in the terminal."""
    previous = sys.excepthook

    def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        previous(kind, error, trace)
        if isinstance(error, Exception) and studio_window.is_alive:
            studio_window.screen.show_problem(error)

    sys.excepthook = say
    try:
        yield
    finally:
        sys.excepthook = previous


def export_from_command_line(options: argparse.Namespace) -> int:
    """Make a GIF of the window's pictures, without a display."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _require_system_libraries()
    from ddpm_studio.ui.export_command import export_from_options

    return export_from_options(options)


def _require_system_libraries() -> None:
    """Raise NoWindowError where Qt would abort the process without a word to the person."""
    wants_display = os.environ.get("QT_QPA_PLATFORM", "") not in ("offscreen", "minimal", "vnc")
    missing = missing_system_libraries(for_display=wants_display)
    if missing:
        raise NoWindowError(explanation(missing))
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform == "linux" and wants_display and not has_display:
        raise NoWindowError(
            "There is no screen to open a window on; train, sample, measure, export, models and info "
            "work without one."
        )


class Application:
    """One window with its session, language and theme.

    ``studio``, ``playback`` and ``screen`` are there after the window's first paint: ``is_alive``.
    """

    studio: Studio
    playback: Playback
    screen: MainScreen

    def __init__(self, application: object, preferences: object | None = None) -> None:
        from PySide6.QtGui import QIcon
        from PySide6.QtWidgets import QApplication

        from ddpm_studio.locations import resource
        from ddpm_studio.session.preferences import Preferences
        from ddpm_studio.ui.languages import LanguageSwitch, system_language
        from ddpm_studio.ui.main_window import MainWindow
        from ddpm_studio.ui.theme import THEMES, apply_theme, system_theme

        assert isinstance(application, QApplication)
        self._application = application
        application.setApplicationName("DDPM Studio")
        application.setWindowIcon(QIcon(str(resource("icons", "app.svg"))))
        self.preferences = preferences if isinstance(preferences, Preferences) else Preferences()
        self.theme = THEMES.get(self.preferences.theme) or system_theme()
        apply_theme(application, self.theme)
        self._languages = LanguageSwitch(application)
        self._languages.use(self.preferences.language or system_language())
        self.window = MainWindow(self.theme)
        self.is_alive = False
        self.is_stuck = False  # a thread did not come to its end in time
        self._model_path: Path | None = None
        self._export_dialog: ExportDialog | None = None
        self._export_run: ExportRun | None = None
        self._measure_dialog: MeasureDialog | None = None
        self._measurement_run: MeasurementRun | None = None
        self.window.closed.connect(self.close)
        application.aboutToQuit.connect(self.close)

    def open(self, model_path: Path | None = None) -> None:
        """Show the window; everything heavy comes after its first paint."""
        geometry = self.preferences.window_geometry
        if not geometry.isEmpty():
            self.window.restoreGeometry(geometry)
        self._model_path = model_path
        self.window.first_painted.connect(self._come_alive)
        self.window.show()

    def _come_alive(self) -> None:
        """The session and the screen; then the chains, on threads that import torch, and the plots."""
        from ddpm_studio.session.playback import Playback
        from ddpm_studio.session.studio import Studio
        from ddpm_studio.ui.main_screen import MainScreen

        self.studio = Studio()
        self.playback = Playback()
        self.screen = MainScreen(self.studio, self.playback, self.theme)
        self.screen.top_bar.show_language(self._languages.language)
        self.window.show_screen(self.screen)
        self._connect()
        self.is_alive = True
        self.screen.add_side_column()
        self.screen.play_first_time()
        self.studio.open_bundled()
        if self._model_path is not None:
            self.screen.open_model_file(self._model_path)

    def _connect(self) -> None:
        from ddpm_studio.ui.shortcuts import install_shortcuts

        window, screen = self.window, self.screen
        shortcuts = install_shortcuts(window, self.playback)
        window.menus.show_playback(shortcuts.actions.values())
        window.file_dropped.connect(screen.open_model_file)
        window.menus.open_requested.connect(screen.choose_model_file)
        window.menus.measure_requested.connect(self.open_measure_dialog)
        window.menus.new_seed_requested.connect(screen.draw_new_seed)
        window.menus.sampling_requested.connect(screen.choose_sampling)
        window.menus.system_theme_requested.connect(self.follow_system_theme)
        window.menus.show_follows_system(self.preferences.theme == SYSTEM_THEME)
        self._application.styleHints().colorSchemeChanged.connect(self._follow_preferences)
        for source in (window.menus, screen.top_bar):
            source.language_requested.connect(self.use_language)
            source.theme_toggled.connect(self.toggle_theme)
            source.export_requested.connect(self.open_export_dialog)

    def use_language(self, language: str) -> None:
        """Switch everything visible, and remember it."""
        self._languages.use(language)
        self.preferences.language = language
        self.screen.top_bar.show_language(language)

    def toggle_theme(self) -> None:
        """The other theme, remembered."""
        from ddpm_studio.ui.theme import DARK, LIGHT

        self.preferences.theme = (LIGHT if self.theme.is_dark else DARK).name
        self._follow_preferences()

    def follow_system_theme(self) -> None:
        """The desktop's own theme, now and whenever it changes."""
        self.preferences.theme = SYSTEM_THEME
        self._follow_preferences()

    def _follow_preferences(self) -> None:
        from PySide6.QtCore import QTimer

        from ddpm_studio.ui.theme import THEMES, apply_theme, system_theme

        self.window.menus.show_follows_system(self.preferences.theme == SYSTEM_THEME)
        theme = THEMES.get(self.preferences.theme) or system_theme()
        if theme is self.theme:
            return
        self.theme = theme
        # Painted a moment later: two short stalls, between which the window reacts, and not a long one.
        self.window.setUpdatesEnabled(False)
        QTimer.singleShot(PAINT_DELAY_MS, self.window, lambda: self.window.setUpdatesEnabled(True))
        apply_theme(self._application, self.theme)
        self.screen.set_theme(self.theme)
        if self._measure_dialog is not None:
            self._measure_dialog.set_theme(self.theme)

    def open_export_dialog(self) -> None:
        """Offer a GIF of what is on the screen; the chains stand still meanwhile."""
        from ddpm_studio.session.playback import Direction
        from ddpm_studio.ui.data_names import model_title
        from ddpm_studio.ui.dialogs.export_dialog import ExportDialog
        from ddpm_studio.ui.dialogs.export_form import ExportSubject
        from ddpm_studio.ui.export_run import ExportRun

        model, playback = self.studio.model, self.playback
        if model is None or self._export_dialog is not None:
            return
        subject = ExportSubject(
            name=model_title(model),
            is_denoising=playback.direction is Direction.DENOISING,
            chosen=self.screen.forward_card.view.chosen,
        )
        was_playing = playback.is_playing
        playback.pause()
        if self._export_run is None:  # outlives the dialog: its thread may take a moment to end
            self._export_run = ExportRun(self.window)
        dialog = ExportDialog(
            self.studio, self.preferences, self.theme, subject, self._export_run, self.window
        )
        dialog.finished.connect(partial(self._close_export_dialog, was_playing))
        self._export_dialog = dialog
        dialog.open()

    def _close_export_dialog(self, was_playing: bool, _result: int = 0) -> None:
        if self._export_dialog is not None:
            self._export_dialog.deleteLater()
            self._export_dialog = None
        if was_playing:
            self.playback.play()

    def open_measure_dialog(self) -> None:
        """Offer to measure the model, beside the window; once it is open, bring it to the front."""
        from ddpm_studio.session.measurement_run import MeasurementRun
        from ddpm_studio.ui.dialogs.measure_dialog import MeasureDialog

        if self._measurement_run is None:  # outlives the dialog: it keeps the results
            self._measurement_run = MeasurementRun(self.window)
        if self._measure_dialog is None:
            run, window = self._measurement_run, self.window
            self._measure_dialog = MeasureDialog(self.studio, self.theme, run, window)
            self._measure_dialog.finished.connect(self._close_measure_dialog)
        self._measure_dialog.show()
        self._measure_dialog.raise_()
        self._measure_dialog.activateWindow()

    def _close_measure_dialog(self) -> None:
        if self._measure_dialog is not None:
            self._measure_dialog.deleteLater()
            self._measure_dialog = None

    def close(self) -> None:
        """End every thread and keep what a person wants to find again; once is enough."""
        self.preferences.window_geometry = self.window.saveGeometry()
        if not self.is_alive:
            return
        self.playback.pause()
        if self._measure_dialog is not None:
            self._measure_dialog.reject()
        export_has_ended = self._export_run is None or self._export_run.stop()
        measuring_has_ended = self._measurement_run is None or self._measurement_run.stop()
        has_ended = self.studio.stop() and export_has_ended and measuring_has_ended
        self.is_stuck = not has_ended
