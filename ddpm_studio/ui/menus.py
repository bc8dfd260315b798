"""The menu bar: everything that the window can do, with its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMessageBox

from ddpm_studio import __version__
from ddpm_studio.ui.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Menus(QObject):
    """File, Playback, View and Help; what is chosen there is announced.

    open_requested, hub_requested, watch_requested, copy_requested, diffusers_requested,
    export_requested, data_requested, new_seed_requested, measure_requested, sampling_requested,
    page_requested(Page), theme_toggled, system_theme_requested, language_requested("en" or "ko")
    """

    open_requested = Signal()
    hub_requested = Signal()
    copy_requested = Signal()
    diffusers_requested = Signal()
    watch_requested = Signal()
    export_requested = Signal()
    measure_requested = Signal()
    new_seed_requested = Signal()
    sampling_requested = Signal()
    data_requested = Signal()
    page_requested = Signal(object)
    theme_toggled = Signal()
    system_theme_requested = Signal()
    language_requested = Signal(str)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        bar = window.menuBar()
        self.file, self.playback, self.view, self.help = (bar.addMenu("") for _ in range(4))
        self._fill_file()
        self._fill_view()
        self.about = self._add(self.help, self._show_about)
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.retranslate()

    def _fill_file(self) -> None:
        self.open = self._add(self.file, self.open_requested.emit, QKeySequence.StandardKey.Open)
        self.hub = self._add(self.file, self.hub_requested.emit, "Ctrl+Shift+O")
        self.watch = self._add(self.file, self.watch_requested.emit)
        self.file.addSeparator()
        self.save_copy = self._add(self.file, self.copy_requested.emit, "Ctrl+Shift+S")
        self.to_diffusers = self._add(self.file, self.diffusers_requested.emit)
        self.export = self._add(self.file, self.export_requested.emit, "Ctrl+E")
        self.file.addSeparator()
        self.data = self._add(self.file, self.data_requested.emit, "Ctrl+D")
        self.file.addSeparator()
        self.quit = self._add(self.file, self._window.close, "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)

    def _fill_view(self) -> None:
        self.look = self._add(self.view, lambda: self.page_requested.emit(Page.LOOK), "Ctrl+1")
        self.train = self._add(self.view, lambda: self.page_requested.emit(Page.TRAIN), "Ctrl+2")
        self.view.addSeparator()
        self.new_seed = self._add(self.view, self.new_seed_requested.emit, "R")
        self.measure = self._add(self.view, self.measure_requested.emit, "Ctrl+M")
        self.sampling = self._add(self.view, self.sampling_requested.emit, "S")
        self.theme = self._add(self.view, self.theme_toggled.emit, "Ctrl+T")
        self.system_theme = self._add(self.view, self.system_theme_requested.emit)
        self.system_theme.setCheckable(True)
        self.full_screen = self._add(self.view, self._toggle_full_screen, "F11")
        self.view.addSeparator()
        self.english = self._add(self.view, lambda: self.language_requested.emit("en"))
        self.korean = self._add(self.view, lambda: self.language_requested.emit("ko"))
        self.english.setText("English")
        self.korean.setText("한국어")

    def _add(
        self,
        menu: QMenu,
        triggered: Callable[[], object],
        keys: QKeySequence.StandardKey | str | None = None,
    ) -> QAction:
        action = menu.addAction("")
        action.triggered.connect(lambda _checked=False: triggered())
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        return action

    def retranslate(self) -> None:
        """Follow the language."""
        self.file.setTitle(self.tr("&File"))
        self.playback.setTitle(self.tr("&Playback"))
        self.view.setTitle(self.tr("&View"))
        self.help.setTitle(self.tr("&Help"))
        self.open.setText(self.tr("&Open model…"))
        self.hub.setText(self.tr("Open from the &Hugging Face hub…"))
        self.save_copy.setText(self.tr("&Save a copy as a DDPM Studio model…"))
        self.to_diffusers.setText(self.tr("Export &for diffusers…"))
        self.watch.setText(self.tr("&Watch a training…"))
        self.export.setText(self.tr("&Export GIF…"))
        self.data.setText(self.tr("&Data sets…"))
        self.quit.setText(self.tr("&Quit"))
        self.look.setText(self.tr("&Look at a model"))
        self.train.setText(self.tr("T&rain a model"))
        self.new_seed.setText(self.tr("&New seed"))
        self.measure.setText(self.tr("&Measure the model…"))
        self.sampling.setText(self.tr("&How the reverse chain is sampled…"))
        self.theme.setText(self.tr("Dark or light &theme"))
        self.system_theme.setText(self.tr("Theme of the &system"))
        self.full_screen.setText(self.tr("&Full screen"))
        self.about.setText(self.tr("&About DDPM Studio"))

    def show_playback(self, actions: Iterable[QAction]) -> None:
        """What moves t, each with its keys."""
        self.playback.addActions(list(actions))

    def show_follows_system(self, follows: bool) -> None:
        """Whether the theme is the desktop's own."""
        self.system_theme.setChecked(follows)

    def _toggle_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _show_about(self) -> None:
        QMessageBox.about(
            self._window,
            self.tr("About DDPM Studio"),
            self.tr(
                "<h3>DDPM Studio {0}</h3><p>See a denoising diffusion probabilistic model work: both "
                "Markov chains, step by step.</p><p>After Ho, Jain and Abbeel, <i>Denoising Diffusion "
                "Probabilistic Models</i>, 2020.</p><p>Handwritten digits: E. Alpaydin and C. Kaynak, "
                "UCI Machine Learning Repository, CC BY 4.0.</p>"
            ).format(__version__),
        )
