"""The two pages of the window: which is in front, and what stands still meanwhile.

The page of training, and its session, are made when they are wanted first.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ddpm_studio.ui.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddpm_studio.session.comparison_data import ComparisonData
    from ddpm_studio.session.playback import Playback
    from ddpm_studio.session.studio import Studio
    from ddpm_studio.session.training_run import TrainingRun
    from ddpm_studio.session.watched_run import WatchedRun
    from ddpm_studio.ui.main_screen import MainScreen
    from ddpm_studio.ui.main_window import MainWindow
    from ddpm_studio.ui.shortcuts import TransportShortcuts
    from ddpm_studio.ui.theme import Theme
    from ddpm_studio.ui.training.training_page import TrainingPage


class Pages(QObject):
    """``training_page`` is None until somebody wants to train."""

    def __init__(
        self,
        window: MainWindow,
        screen: MainScreen,
        studio: Studio,
        playback: Playback,
        shortcuts: TransportShortcuts,
        runs_folder: Path,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._window, self._screen, self._studio = window, screen, studio
        self._playback, self._shortcuts = playback, shortcuts
        self._runs_folder, self._theme = runs_folder, theme
        self._was_playing = False
        self.training_page: TrainingPage | None = None
        self._threads: tuple[TrainingRun, WatchedRun, ComparisonData] | None = None

    def set_theme(self, theme: Theme) -> None:
        """Other colours, now and for the page that is not made yet."""
        self._theme = theme
        if self.training_page is not None:
            self.training_page.set_theme(theme)

    def show(self, page: Page) -> None:
        """Look at a model, or train one; what is not seen stands still, except for a training."""
        is_training = page is Page.TRAIN
        if is_training == self.shows_training:
            return
        shown = self._training() if is_training else self._screen
        self._window.show_page(shown)
        self._window.page_switch.show_page(page)
        shown.setFocus()  # no field of it: keys are for the page
        self._enable_looking(not is_training)
        if is_training:
            self._was_playing = self._playback.is_playing
            self._playback.pause()
        elif self._was_playing:
            self._playback.play()

    @property
    def shows_training(self) -> bool:
        """Whether the page of training is in front."""
        return self.training_page is not None and self.training_page.isVisibleTo(self._window)

    def _enable_looking(self, enabled: bool) -> None:
        """What the menus and keys do to the chains, while these are not seen."""
        menus = self._window.menus
        for action in (
            *self._shortcuts.actions.values(),
            *(menus.save_copy, menus.to_diffusers, menus.export),
            *(menus.new_seed, menus.measure, menus.sampling),
        ):
            action.setEnabled(enabled)

    def _training(self) -> TrainingPage:
        if self.training_page is None:
            self.training_page = self._make_training()
            self._show_devices()
        return self.training_page

    def _make_training(self) -> TrainingPage:
        from ddpm_studio.session.comparison_data import ComparisonData
        from ddpm_studio.session.training_run import TrainingRun
        from ddpm_studio.session.watched_run import WatchedRun
        from ddpm_studio.ui.training.training_page import TrainingPage

        run = TrainingRun(self._runs_folder, self._window)
        watched, data = WatchedRun(self._window), ComparisonData(self._window)
        self._threads = (run, watched, data)
        page = TrainingPage(run, watched, data, self._theme)
        self._window.add_page(page)
        page.page_requested.connect(self.show)
        page.model_requested.connect(self.look_at)
        self._studio.devices_changed.connect(self._show_devices)
        return page

    def _show_devices(self) -> None:
        if self.training_page is not None:
            self.training_page.form.show_devices(self._studio.devices, self._studio.device)

    def look_at(self, path: Path) -> None:
        """Open a model on the page that shows models."""
        self.look_at_all([path])

    def look_at_all(self, paths: Sequence[Path]) -> None:
        """Open several models there, one after another."""
        self.show(Page.LOOK)
        self._screen.open_model_files(paths)

    def watch(self, path: Path) -> None:
        """Watch the training of a folder, which another process may run."""
        self.show(Page.TRAIN)
        self._training().watch(path)

    def guide_by(self, path: Path) -> None:
        """Sample the present model with a noisy classifier, once it was read."""
        self.show(Page.LOOK)
        self._screen.sampling.classifiers.open_file(path)

    def show_data_sets(self) -> None:
        """There are other ones now; a page that is not made yet will see them."""
        if self.training_page is not None:
            self.training_page.form.show_data_sets()

    def choose_folder_to_watch(self) -> None:
        """Ask for the folder of a training that another process runs."""
        self.show(Page.TRAIN)
        self._training().choose_folder_to_watch()

    def choose_model_files(self) -> None:
        """Ask for models to look at."""
        self.show(Page.LOOK)
        self._screen.choose_model_files()

    def show_problem(self, error: Exception) -> None:
        """Say what went wrong, on the page that is seen."""
        if self.training_page is not None and self.shows_training:
            self.training_page.show_problem(error)
        else:
            self._screen.show_problem(error)

    def offer_to_go_on(self) -> None:
        """Ask about a training that was left in the middle; without one, nothing is loaded."""
        if not self._runs_folder.is_dir() or self.training_page is not None:
            return
        page = self._training()
        unfinished = page.run.unfinished()
        if unfinished is not None:
            page.offer_to_go_on(unfinished)

    def may_close(self, close_unasked: Callable[[], object]) -> bool:
        """While a training goes on, a person is asked first."""
        page = self.training_page
        if page is None or not page.is_live:
            return True
        page.ask_to_quit(close_unasked)
        return False

    def stop(self) -> bool:
        """End every thread of training; False where one has not ended in time."""
        return False not in [thread.stop() for thread in self._threads or ()]
