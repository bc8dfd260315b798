"""The main screen: which model with which settings, what went wrong, and both chains under that."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddpm_studio.diffusion.schedule import ScheduleConfiguration, ScheduleError
from ddpm_studio.session.playback import LoopMode, Playback
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.chain_stage import ChainStage
from ddpm_studio.ui.data_names import model_title, model_titles
from ddpm_studio.ui.dialogs.checkpoint_questions import CheckpointQuestions
from ddpm_studio.ui.dialogs.model_question import ask_for_model_files
from ddpm_studio.ui.message_bar import MessageBar
from ddpm_studio.ui.opening_bar import OpeningBar
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.sampling_control import SamplingControl
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.top_bar import TopBar

DRAWN_SEEDS = 1_000_000  # a drawn seed has at most six figures: easy to note down


class MainScreen(QWidget):
    """Renders the session and reports intent; keeps no state that the session owns.

    title_changed(str)     what the window's title should name
    """

    title_changed = Signal(str)

    def __init__(self, studio: Studio, playback: Playback, theme: Theme) -> None:
        super().__init__()
        self._studio = studio
        self._playback = playback
        self.top_bar = TopBar(theme)
        self.message_bar = MessageBar(theme)
        self.opening_bar = OpeningBar(studio.opening)
        self.stage = ChainStage(studio, playback, theme)
        self.sampling = SamplingControl(studio, self.stage.reverse_card, theme, self)
        self.questions = CheckpointQuestions(studio.opening, self)
        self._lay_out()
        self._connect()
        self._retranslate()

    # What it is made of

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        rows.setSpacing(SPACING)
        rows.addWidget(self.top_bar)
        rows.addWidget(self.message_bar)
        rows.addWidget(self.opening_bar)
        rows.addWidget(self.stage, 1)

    def add_side_column(self) -> Iterator[str]:
        """Build the panels with plots, once the window is there; yields between them."""
        return self.stage.add_side_column()

    def _connect(self) -> None:
        bar, studio = self.top_bar, self._studio
        bar.model_requested.connect(studio.choose_model)
        bar.open_requested.connect(self.choose_model_files)
        bar.count_requested.connect(studio.set_sample_count)
        bar.seed_requested.connect(studio.set_seed)
        bar.new_seed_requested.connect(self.draw_new_seed)
        bar.device_requested.connect(studio.set_device)
        self.sampling.sampled_anew.connect(self._playback.watch_sampling)
        self.stage.schedule_requested.connect(self._set_schedule)
        studio.models_changed.connect(self._show_models)
        studio.model_changed.connect(self._show_model)
        studio.settings_changed.connect(self._show_settings)
        studio.devices_changed.connect(self._show_devices)
        studio.failed.connect(self.show_problem)

    # Data down

    def _show_models(self) -> None:
        self.top_bar.show_models(self._studio.models, self._studio.model)

    def _show_model(self) -> None:
        self._show_models()
        self._retitle()
        self._playback.watch_sampling()

    def play_first_time(self) -> None:
        """What nobody has chosen yet: the sampling as it happens, then back and forth."""
        self._playback.set_loop(LoopMode.PING_PONG)
        self._playback.play()
        self._playback.watch_sampling()

    def _show_settings(self) -> None:
        studio = self._studio
        self.message_bar.hide()  # what it says was about what is no more
        self.top_bar.show_settings(
            studio.sample_count_choices, studio.sample_count, studio.seed, studio.device
        )

    def _show_devices(self) -> None:
        self.top_bar.show_devices(self._studio.devices, self._studio.device)

    # Intent up

    def _set_schedule(self, configuration: ScheduleConfiguration) -> None:
        try:
            self._studio.set_forward_schedule(configuration)
        except ScheduleError as error:
            self.show_problem(error)

    def draw_new_seed(self) -> None:
        """Another seed than the present one; the new chains are watched as they come."""
        others = [
            seed for seed in random.sample(range(DRAWN_SEEDS), 2) if seed != self._studio.seed
        ]
        self._studio.set_seed(others[0])
        self._playback.watch_sampling()

    def choose_model_files(self) -> None:
        """Ask for model files, and open them one after another."""
        paths = ask_for_model_files(self)
        if paths:
            self.open_model_files(paths)

    def open_model_file(self, path: Path) -> None:
        """Show a model file, or say why it cannot be opened; the present model then stays."""
        self.open_model_files([path])

    def open_model_files(self, paths: Sequence[Path]) -> None:
        """Several, one after another; what is wrong with any of them is said at the end."""
        self._studio.open_files(paths)

    def show_problem(self, error: Exception) -> None:
        """Say what went wrong, in the window or in the dialog before it."""
        if not self.questions.show_problem(error):
            self.message_bar.show_problem(problem_text(error))

    # The look

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        for part in (self.top_bar, self.message_bar, self.stage, self.sampling):
            part.set_theme(theme)

    def _retitle(self) -> None:
        model = self._studio.model
        models = self._studio.models
        titles = dict(zip([each.path for each in models], model_titles(models), strict=True))
        self.title_changed.emit(titles.get(model.path, model_title(model)) if model else "")

    def _retranslate(self) -> None:
        self._retitle()
        self.sampling.show_sampling()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
