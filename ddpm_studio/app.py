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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.platform_libraries import explanation, missing_system_libraries

if TYPE_CHECKING:
    from ddpm_studio.session.comparison_data import ComparisonData
    from ddpm_studio.session.measurement_run import MeasurementRun
    from ddpm_studio.session.playback import Playback
    from ddpm_studio.session.studio import Studio
    from ddpm_studio.session.training_run import TrainingRun
    from ddpm_studio.session.watched_run import WatchedRun
    from ddpm_studio.ui.dialogs.export_dialog import ExportDialog
    from ddpm_studio.ui.dialogs.measure_dialog import MeasureDialog
    from ddpm_studio.ui.export_run import ExportRun
    from ddpm_studio.ui.main_screen import MainScreen
    from ddpm_studio.ui.page import Page
    from ddpm_studio.ui.training.training_page import TrainingPage


PAINT_DELAY_MS = 10
OFFER_DELAY_MS = 1500  # after the start, which nothing is to disturb
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
    with _quitting_on_interrupt(studio_window.quit_at_once), _saying_what_went_wrong(studio_window):
        code = application.exec()
    if studio_window.is_stuck:  # to destroy a thread that still runs aborts the process
        studio_window.preferences.save()
        os._exit(code)
    return code


@contextmanager
def _quitting_on_interrupt(quit_at_once: Callable[[], None]) -> Iterator[None]:
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
    previous = signal.signal(signal.SIGINT, lambda *_: QTimer.singleShot(0, quit_at_once))
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
            studio_window.show_problem(error)

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

    def __init__(
        self,
        application: object,
        preferences: object | None = None,
        runs_folder: Path | None = None,
    ) -> None:
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
        self._runs_folder = runs_folder or _own_runs_folder()
        self.training_page: TrainingPage | None = None
        self._training_run: TrainingRun | None = None
        self._watched_run: WatchedRun | None = None
        self._comparison_data: ComparisonData | None = None
        self._page_was_playing = False
        self._quits_unasked = False
        self.window.may_close = self._may_close
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
        from PySide6.QtCore import QTimer

        from ddpm_studio.session.playback import Playback
        from ddpm_studio.session.studio import Studio
        from ddpm_studio.ui.main_screen import MainScreen

        self.studio = Studio()
        self.playback = Playback()
        self.screen = MainScreen(self.studio, self.playback, self.theme)
        self.screen.top_bar.show_language(self._languages.language)
        self.window.show_screen(self.screen, self.theme)
        self._connect()
        self.is_alive = True
        self.screen.add_side_column()
        self.screen.play_first_time()
        self.studio.open_bundled()
        if self._model_path is not None:
            self.screen.open_model_file(self._model_path)
        QTimer.singleShot(OFFER_DELAY_MS, self.window, self._offer_to_go_on)

    def _connect(self) -> None:
        from ddpm_studio.ui.shortcuts import install_shortcuts

        window, screen = self.window, self.screen
        self._shortcuts = shortcuts = install_shortcuts(window, self.playback)
        window.menus.show_playback(shortcuts.actions.values())
        window.file_dropped.connect(self.look_at)
        window.menus.open_requested.connect(self._choose_model_file)
        window.menus.watch_requested.connect(self._choose_folder_to_watch)
        for switch in (window.menus, window.page_switch):
            switch.page_requested.connect(self.show_page)
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
        self.window.page_switch.set_theme(self.theme)
        self.screen.set_theme(self.theme)
        if self._measure_dialog is not None:
            self._measure_dialog.set_theme(self.theme)
        if self.training_page is not None:
            self.training_page.set_theme(self.theme)

    # The two pages

    def show_page(self, page: Page) -> None:
        """Look at a model, or train one; what is not seen stands still, except for a training."""
        from ddpm_studio.ui.page import Page

        is_training = page is Page.TRAIN
        if is_training == self._shows_training:
            return
        shown = self._training() if is_training else self.screen
        self.window.show_page(shown)
        self.window.page_switch.show_page(page)
        shown.setFocus()  # no field of it: keys are for the page
        self._enable_looking(not is_training)
        if is_training:
            self._page_was_playing = self.playback.is_playing
            self.playback.pause()
        elif self._page_was_playing:
            self.playback.play()

    @property
    def _shows_training(self) -> bool:
        return self.training_page is not None and self.training_page.isVisibleTo(self.window)

    def _enable_looking(self, enabled: bool) -> None:
        """What the menus and keys do to the chains, while these are not seen."""
        menus = self.window.menus
        for action in (
            *self._shortcuts.actions.values(),
            *(menus.export, menus.new_seed, menus.measure, menus.sampling),
        ):
            action.setEnabled(enabled)

    def _training(self) -> TrainingPage:
        """The page and its session, made when they are needed first."""
        from ddpm_studio.session.comparison_data import ComparisonData
        from ddpm_studio.session.training_run import TrainingRun
        from ddpm_studio.session.watched_run import WatchedRun
        from ddpm_studio.ui.training.training_page import TrainingPage

        if self.training_page is None:
            self._training_run = TrainingRun(self._runs_folder, self.window)
            self._watched_run = WatchedRun(self.window)
            self._comparison_data = ComparisonData(self.window)
            page = TrainingPage(
                self._training_run, self._watched_run, self._comparison_data, self.theme
            )
            page.page_requested.connect(self.show_page)
            page.model_requested.connect(self.look_at)
            self.studio.devices_changed.connect(self._show_training_devices)
            self.training_page = page
            self._show_training_devices()
        return self.training_page

    def _show_training_devices(self) -> None:
        if self.training_page is not None:
            self.training_page.show_devices(self.studio.devices, self.studio.device)

    def look_at(self, path: Path) -> None:
        """Open a model on the page that shows models; another folder is one of a training to watch."""
        from ddpm_studio.checkpoints.model_file import is_model_folder
        from ddpm_studio.ui.page import Page

        if path.is_dir() and not is_model_folder(path):
            self.show_page(Page.TRAIN)
            self._training().watch(path)
            return
        self.show_page(Page.LOOK)
        self.screen.open_model_file(path)

    def _choose_folder_to_watch(self) -> None:
        from ddpm_studio.ui.page import Page

        self.show_page(Page.TRAIN)
        self._training().choose_folder_to_watch()

    def _choose_model_file(self) -> None:
        from ddpm_studio.ui.page import Page

        self.show_page(Page.LOOK)
        self.screen.choose_model_file()

    def show_problem(self, error: Exception) -> None:
        """Say what went wrong, on the page that is seen."""
        if self.training_page is not None and self._shows_training:
            self.training_page.show_problem(error)
        else:
            self.screen.show_problem(error)

    def _offer_to_go_on(self) -> None:
        """Ask about a training that was left in the middle; without one, nothing is loaded."""
        if not self._runs_folder.is_dir() or self.training_page is not None:
            return
        page = self._training()
        unfinished = page.run.unfinished()
        if unfinished is not None:
            page.offer_to_go_on(unfinished)

    def _may_close(self) -> bool:
        """While a training goes on, a person is asked first."""
        page = self.training_page
        if page is None or not page.is_live or self._quits_unasked:
            return True
        page.ask_to_quit(self.close_unasked)
        return False

    def close_unasked(self) -> None:
        """Close the window without a question; a training is saved."""
        self._quits_unasked = True
        self.window.close()

    def quit_at_once(self) -> None:
        """The same, and end the application, whatever else may be open."""
        self._quits_unasked = True
        self._application.quit()

    # Dialogs

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
        threads = (
            self.studio,
            self._export_run,
            self._measurement_run,
            self._training_run,
            self._watched_run,
            self._comparison_data,
        )
        has_ended = [thread.stop() for thread in threads if thread is not None]
        self.is_stuck = False in has_ended


def _own_runs_folder() -> Path:
    """Where the system keeps what an application makes."""
    from PySide6.QtCore import QStandardPaths

    where = QStandardPaths.StandardLocation.AppDataLocation
    return Path(QStandardPaths.writableLocation(where)) / "runs"
