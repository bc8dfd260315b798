"""The composition root: builds the session and the window, and wires them.

The order of things makes the window appear at once: Qt and an empty window first; when that is
painted, a thread imports the screen's parts and pyqtgraph; then they are built, a part at a time,
while another thread imports torch; then come the chains.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ddpm_studio.ui.screen_check import require_qt

if TYPE_CHECKING:
    from ddpm_studio.session.playback import Playback
    from ddpm_studio.session.studio import Studio
    from ddpm_studio.ui.dialogs.chain_dialogs import ChainDialogs
    from ddpm_studio.ui.main_screen import MainScreen
    from ddpm_studio.ui.page import Page
    from ddpm_studio.ui.pages import Pages
    from ddpm_studio.ui.training.training_page import TrainingPage


# How long a worker may keep the interpreter's lock from the window's thread, which gives it up and
# takes it back dozens of times while it paints. With Python's own 5 ms the p99 of its lateness in use
# was a fifth higher.
SWITCH_INTERVAL_SECONDS = 0.001
BETWEEN_PARTS_MS = 1  # not 0: that would come before the timers that are due
PAINT_DELAY_MS = 10
OFFER_DELAY_MS = 1500  # after the start, which nothing is to disturb
SYSTEM_THEME = "system"


def run_window(model_path: Path | None) -> int:
    """Open the window and return the exit code when it is closed."""
    require_qt()
    with _ended_by_interrupt():
        from PySide6.QtWidgets import QApplication

        from ddpm_studio.ui.process_hooks import quitting_on_interrupt, saying_what_went_wrong

        qt = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(qt, QApplication)
        application = Application(qt)
        application.open(model_path)
    with (
        quitting_on_interrupt(application.quit_at_once),
        saying_what_went_wrong(application.show_problem),
    ):
        code = qt.exec()
    if application.is_stuck:  # to destroy a thread that still runs aborts the process
        application.preferences.save()
        os._exit(code)
    return code


@contextmanager
def _ended_by_interrupt() -> Iterator[None]:
    """Ctrl-C before there is a window ends the process: in the middle of its imports Qt aborts."""
    previous = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def export_from_command_line(options: argparse.Namespace) -> int:
    """Make a GIF of the window's pictures, without a display."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    require_qt()
    from ddpm_studio.ui.export_command import export_from_options

    return export_from_options(options)


class Stoppable(Protocol):
    """What has threads of its own."""

    def stop(self) -> bool:
        """End them; False where one did not end in time."""


class Application:
    """One window with its session, language and theme.

    What is declared here is there after the window's first paint: ``is_alive``.
    """

    studio: Studio
    playback: Playback
    screen: MainScreen
    pages: Pages
    dialogs: ChainDialogs

    def __init__(
        self,
        application: object,
        preferences: object | None = None,
        runs_folder: Path | None = None,
    ) -> None:
        from PySide6.QtGui import QIcon
        from PySide6.QtWidgets import QApplication

        from ddpm_studio.locations import resource
        from ddpm_studio.session.own_folder import own_runs_folder
        from ddpm_studio.session.preferences import Preferences
        from ddpm_studio.ui.languages import LanguageSwitch, system_language
        from ddpm_studio.ui.main_window import MainWindow
        from ddpm_studio.ui.theme import THEMES, apply_theme, system_theme

        assert isinstance(application, QApplication)
        sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
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
        self._runs_folder = runs_folder or own_runs_folder()
        self._quits_unasked = False
        self._has_ended = False
        self._stoppable: list[Stoppable] = []  # what has threads
        self.window.may_close = self._may_close
        self.window.closed.connect(self.close)
        application.aboutToQuit.connect(self.close)

    def open(self, model_path: Path | None = None) -> None:
        """Show the window; everything heavy comes after its first paint."""
        geometry = self.preferences.window_geometry
        if not geometry.isEmpty():
            self.window.restoreGeometry(geometry)
        self._model_path = model_path
        self.window.first_painted.connect(self._import_parts)
        self.window.show()

    def _import_parts(self) -> None:
        """On a thread: the window reacts meanwhile."""
        from ddpm_studio.session.background_task import BackgroundTask
        from ddpm_studio.ui.window_parts import importing_parts

        imports = BackgroundTask(self.window)
        imports.finished.connect(self._come_alive)
        imports.failed.connect(_raise)
        self._stoppable.append(imports)
        imports.start(importing_parts)

    def _come_alive(self) -> None:
        """Build the window's parts; between two of them it reacts, and paints what is there."""
        from PySide6.QtCore import QTimer

        building = self._building()

        def go_on() -> None:
            if not self._has_ended and next(building, None) is not None:
                QTimer.singleShot(BETWEEN_PARTS_MS, self.window, go_on)

        go_on()

    def _building(self) -> Iterator[str]:
        """The session and the screen, then the chains, on threads; yields what is built."""
        from PySide6.QtCore import QTimer

        from ddpm_studio.session.playback import Playback
        from ddpm_studio.session.studio import Studio
        from ddpm_studio.ui.main_screen import MainScreen

        self.studio = Studio()
        self._stoppable.append(self.studio)
        self.studio.look_for_devices()  # which imports torch, while the rest is built
        self.playback = Playback()
        self.screen = MainScreen(self.studio, self.playback, self.theme)
        self.screen.top_bar.show_language(self._languages.language)
        yield "the screen"
        yield from self.screen.add_side_column()
        self.window.setUpdatesEnabled(False)  # the empty window is seen until all this is in place
        try:
            self.window.show_screen(self.screen, self.theme)
            self._add_pages_and_dialogs()
            self._connect()
            yield "the window"
            self.screen.play_first_time()
            self.studio.open_bundled()
            if self._model_path is not None:
                self.screen.open_model_file(self._model_path)
            yield "what it shows"
        except Exception:
            self.window.setUpdatesEnabled(True)  # so that the error's message is seen
            raise
        self.window.setUpdatesEnabled(True)
        self.is_alive = True
        QTimer.singleShot(OFFER_DELAY_MS, self.window, self.pages.offer_to_go_on)

    def _add_pages_and_dialogs(self) -> None:
        """Which import next to nothing before somebody wants them."""
        from ddpm_studio.session.dropped_path import DroppedPath
        from ddpm_studio.ui.dialogs.chain_dialogs import ChainDialogs
        from ddpm_studio.ui.dialogs.data_dialogs import DataDialogs
        from ddpm_studio.ui.dialogs.hub_dialogs import HubDialogs
        from ddpm_studio.ui.dialogs.saving_dialogs import SavingDialogs
        from ddpm_studio.ui.pages import Pages
        from ddpm_studio.ui.shortcuts import install_shortcuts

        shortcuts = install_shortcuts(self.window, self.playback)
        self.window.menus.show_playback(shortcuts.actions.values())
        parts = (self.window, self.screen, self.studio, self.playback)
        self.pages = Pages(*parts, shortcuts, self._runs_folder, self.theme)
        self.dialogs = ChainDialogs(*parts, self.preferences, self.theme)
        self.data_dialogs = DataDialogs(self.window, self.theme)
        self.hub_dialogs = HubDialogs(self.window)
        self.saving_dialogs = SavingDialogs(self.screen, self.studio)
        self.dropped = DroppedPath(self.window)
        self._stoppable += [
            self.screen.sampling,
            self.dialogs,
            self.data_dialogs,
            self.hub_dialogs,
            self.saving_dialogs,
            self.dropped,
            self.pages,
        ]

    def _connect(self) -> None:
        window, screen, pages, dialogs = self.window, self.screen, self.pages, self.dialogs
        window.dropped.connect(self.dropped.look_at)
        self.dropped.is_data.connect(self.data_dialogs.import_path)
        self.dropped.are_models.connect(pages.look_at_all)
        self.dropped.is_training.connect(pages.watch)
        self.dropped.is_classifier.connect(pages.guide_by)
        self.dropped.failed.connect(pages.show_problem)
        window.menus.data_requested.connect(self.data_dialogs.open_list)
        self.data_dialogs.changed.connect(pages.show_data_sets)
        self.data_dialogs.changed.connect(self.studio.look_for_data)
        window.menus.open_requested.connect(pages.choose_model_files)
        window.menus.hub_requested.connect(self.hub_dialogs.open)
        self.hub_dialogs.fetched.connect(pages.look_at)
        window.menus.copy_requested.connect(self.saving_dialogs.save_copy)
        window.menus.diffusers_requested.connect(self.saving_dialogs.export)
        window.menus.watch_requested.connect(pages.choose_folder_to_watch)
        for switch in (window.menus, window.page_switch):
            switch.page_requested.connect(pages.show)
        window.menus.measure_requested.connect(dialogs.open_measurement)
        window.menus.new_seed_requested.connect(screen.draw_new_seed)
        window.menus.sampling_requested.connect(screen.sampling.open)
        window.menus.system_theme_requested.connect(self.follow_system_theme)
        window.menus.show_follows_system(self.preferences.theme == SYSTEM_THEME)
        self._application.styleHints().colorSchemeChanged.connect(self._follow_preferences)
        for source in (window.menus, screen.top_bar):
            source.language_requested.connect(self.use_language)
            source.theme_toggled.connect(self.toggle_theme)
            source.export_requested.connect(dialogs.open_export)

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
        # Three short stalls, between which the window reacts, and not a long one. Dialogs, which
        # are painted meanwhile, change at once.
        self.window.setUpdatesEnabled(False)
        apply_theme(self._application, theme)
        self.dialogs.set_theme(theme)
        self.data_dialogs.set_theme(theme)
        QTimer.singleShot(BETWEEN_PARTS_MS, self.window, self._show_theme)

    def _show_theme(self) -> None:
        from PySide6.QtCore import QTimer

        for part in (self.window, self.screen, self.pages):
            part.set_theme(self.theme)
        QTimer.singleShot(PAINT_DELAY_MS, self.window, lambda: self.window.setUpdatesEnabled(True))

    # The window and its end

    @property
    def training_page(self) -> TrainingPage | None:
        """None until somebody wants to train."""
        return self.pages.training_page if self.is_alive else None

    def show_page(self, page: Page) -> None:
        """Look at a model, or train one."""
        self.pages.show(page)

    def show_problem(self, error: Exception) -> None:
        """Say what went wrong, on the page that is seen."""
        if self.is_alive:
            self.pages.show_problem(error)

    def _may_close(self) -> bool:
        """While a training goes on, a person is asked first."""
        if not self.is_alive or self._quits_unasked:
            return True
        return self.pages.may_close(self.close_unasked)

    def close_unasked(self) -> None:
        """Close the window without a question; a training is saved."""
        self._quits_unasked = True
        self.window.close()

    def quit_at_once(self) -> None:
        """The same, and end the application, whatever else may be open."""
        self._quits_unasked = True
        self._application.quit()

    def close(self) -> None:
        """End every thread and keep what a person wants to find again; once is enough."""
        self.preferences.window_geometry = self.window.saveGeometry()
        if self._has_ended:
            return  # a thread that is stuck would be waited for again
        self._has_ended = True
        if self.is_alive:
            self.playback.pause()
        has_ended = [part.stop() for part in self._stoppable]
        self.is_stuck = False in has_ended


def _raise(error: Exception) -> None:
    """To sys.excepthook: nobody expects it."""
    raise error
