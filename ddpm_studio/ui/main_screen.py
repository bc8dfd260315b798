"""The main screen: both chains at the same t, the timeline under them, the numbers beside them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ddpm_studio.diffusion.schedule import ScheduleConfiguration, ScheduleError
from ddpm_studio.session.playback import Direction, LoopMode, Playback
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.chain_card import ChainCard
from ddpm_studio.ui.chain_progress import lowest_t, show_progress
from ddpm_studio.ui.data_names import forward_start, model_title
from ddpm_studio.ui.dialogs.checkpoint_questions import CheckpointQuestions
from ddpm_studio.ui.dialogs.model_question import ask_for_model_file
from ddpm_studio.ui.message_bar import MessageBar
from ddpm_studio.ui.opening_bar import OpeningBar
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.sampling_control import SamplingControl
from ddpm_studio.ui.theme import SIDE_WIDTH, SPACING, Chain, Theme
from ddpm_studio.ui.timeline import Timeline
from ddpm_studio.ui.top_bar import TopBar
from ddpm_studio.ui.views.film_strip import FilmStrip

if TYPE_CHECKING:
    from ddpm_studio.ui.side_column import SideColumn

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
        self._theme = theme
        self.top_bar = TopBar(theme)
        self.message_bar = MessageBar(theme)
        self.opening_bar = OpeningBar(studio.opening)
        self.forward_card = ChainCard(Chain.FORWARD, theme)
        self.reverse_card = ChainCard(Chain.REVERSE, theme)
        self.film_strip = FilmStrip(theme)
        self.timeline = Timeline(playback, theme)
        self.sampling = SamplingControl(studio, self.reverse_card, theme, self)
        self.questions = CheckpointQuestions(studio.opening, self)
        self.side: SideColumn | None = None
        self._side_place = QWidget()
        self._side_place.setFixedWidth(SIDE_WIDTH)
        self._lay_out()
        self._connect()
        self._retranslate()

    # What it is made of

    def _lay_out(self) -> None:
        chains = QHBoxLayout()
        chains.setSpacing(SPACING)
        chains.addWidget(self.forward_card, 1)
        chains.addWidget(self.reverse_card, 1)
        stage = QVBoxLayout()
        stage.setSpacing(SPACING)
        stage.addLayout(chains, 1)
        stage.addWidget(self.film_strip)
        stage.addWidget(self.timeline)
        columns = QHBoxLayout()
        columns.setSpacing(SPACING)
        columns.addLayout(stage, 1)
        columns.addWidget(self._side_place)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        rows.setSpacing(SPACING)
        rows.addWidget(self.top_bar)
        rows.addWidget(self.message_bar)
        rows.addWidget(self.opening_bar)
        rows.addLayout(columns, 1)

    def add_side_column(self) -> Iterator[str]:
        """Build the panels with plots, and yield between them, as each takes its time."""
        from ddpm_studio.ui.panels.distance_plot import DistancePlot
        from ddpm_studio.ui.panels.histogram_panel import HistogramPanel
        from ddpm_studio.ui.panels.schedule_panel import SchedulePanel
        from ddpm_studio.ui.side_column import SideColumn

        histograms = HistogramPanel(self._theme)
        yield "the histograms"
        distance = DistancePlot(self._theme)
        yield "the distances"
        self.side = SideColumn(histograms, distance, SchedulePanel(self._theme))
        self.side.seek_requested.connect(self._playback.seek)
        self.side.schedule_requested.connect(self._set_schedule)
        place = QVBoxLayout(self._side_place)
        place.setContentsMargins(0, 0, 0, 0)
        place.addWidget(self.side)
        self._show_schedules()
        self._show_trajectories()
        yield "the side column"

    def _connect(self) -> None:
        bar, studio = self.top_bar, self._studio
        bar.model_requested.connect(studio.choose_model)
        bar.open_requested.connect(self.choose_model_file)
        bar.count_requested.connect(studio.set_sample_count)
        bar.seed_requested.connect(studio.set_seed)
        bar.new_seed_requested.connect(self.draw_new_seed)
        bar.device_requested.connect(studio.set_device)
        self.forward_card.restart_requested.connect(studio.continue_forward)
        self.reverse_card.restart_requested.connect(studio.continue_reverse)
        self.forward_card.stop_requested.connect(studio.stop_forward)
        self.reverse_card.stop_requested.connect(studio.stop_reverse)
        self.sampling.sampled_anew.connect(self._watch_sampling)
        self._couple_views()
        self.film_strip.seek_requested.connect(self._playback.seek)
        self.film_strip.groove_margins_changed.connect(self.timeline.set_groove_margins)
        self._playback.moved.connect(self._show_frame)
        studio.models_changed.connect(self._show_models)
        studio.model_changed.connect(self._show_model)
        studio.settings_changed.connect(self._show_settings)
        studio.devices_changed.connect(self._show_devices)
        studio.trajectories_changed.connect(self._show_trajectories)
        studio.chains_grew.connect(self._refresh)
        studio.busy_changed.connect(self._show_progress)
        studio.failed.connect(self.show_problem)

    def _couple_views(self) -> None:
        """One sample looked at closely is looked at in both chains."""
        forward, reverse = self.forward_card.view, self.reverse_card.view
        for view, other in ((forward, reverse), (reverse, forward)):
            view.sample_enlarged.connect(other.show_enlarged)
            view.sample_selected.connect(other.show_selected)

    # Data down

    def _show_models(self) -> None:
        self.top_bar.show_models(self._studio.models, self._studio.model)

    def _show_model(self) -> None:
        self._show_models()
        self._retitle()
        self._watch_sampling()

    def play_first_time(self) -> None:
        """What nobody has chosen yet: the sampling as it happens, then back and forth."""
        self._playback.set_loop(LoopMode.PING_PONG)
        self._playback.play()
        self._watch_sampling()

    def _watch_sampling(self) -> None:
        """Where it plays: from the noise on. Loop, speed and a chosen direction stay as they are."""
        if not self._playback.is_playing:
            return
        if self._playback.loop is LoopMode.PING_PONG:
            self._playback.set_direction(Direction.DENOISING)
        if self._playback.direction is Direction.DENOISING:
            self._playback.to_end()

    def _show_settings(self) -> None:
        studio = self._studio
        self.message_bar.hide()  # what it says was about what is no more
        self.top_bar.show_settings(
            studio.sample_count_choices, studio.sample_count, studio.seed, studio.device
        )
        if studio.forward_schedule is not None:
            self._playback.set_last_t(studio.forward_schedule.T)
        self._show_schedules()
        self._show_notes()

    def _show_devices(self) -> None:
        self.top_bar.show_devices(self._studio.devices, self._studio.device)

    def _show_schedules(self) -> None:
        forward = self._studio.forward_schedule
        if self.side is not None and forward is not None:
            self.side.set_schedules(forward, self._studio.model_schedule)
            self._show_frame(self._playback.t)

    def _show_trajectories(self) -> None:
        studio = self._studio
        self.forward_card.view.set_trajectory(studio.forward)
        self.reverse_card.view.set_trajectory(studio.reverse)
        self.film_strip.set_trajectories(studio.forward, studio.reverse)
        if self.side is not None:
            self.side.set_trajectories(studio.forward, studio.reverse)
        self._show_notes()  # what a new chain has measured
        self._refresh()
        self._show_frame(self._playback.t)

    def _refresh(self) -> None:
        """Take in frames that were recorded since; costs next to nothing where none was."""
        self._show_availability()
        self.forward_card.view.refresh()
        self.reverse_card.view.refresh()
        self.film_strip.refresh()
        if self.side is not None:
            self.side.refresh()
        self._show_progress()

    def _show_availability(self) -> None:
        """Mark on the timeline what is not sampled yet, and let playing wait for it."""
        reverse = self._studio.reverse
        self.timeline.set_reverse_recorded(None if reverse is None else reverse.recorded)
        self._playback.set_limits(lowest_t(self._studio, self._playback.last_t))

    def _show_frame(self, t: int) -> None:
        reverse_frame = self._studio.reverse_frame(t)
        reverse_t = self._studio.reverse_t(reverse_frame)
        self.forward_card.view.show_frame(t)
        self.reverse_card.view.show_frame(reverse_frame)
        self.forward_card.show_time(f"t = {t}")
        self.reverse_card.show_time(f"t = {reverse_t}")
        self.film_strip.show_frame(t)
        if self.side is not None:
            self.side.show_frame(t, reverse_frame, reverse_t)

    def _show_notes(self) -> None:
        """What the forward chain starts from, and how the reverse chain is sampled."""
        studio = self._studio
        if studio.model is None or studio.forward_schedule is None or studio.sampling is None:
            return
        T = studio.model.description.schedule.T
        self.forward_card.show_note(forward_start(studio.model))
        for card, steps in (
            (self.forward_card, studio.forward_schedule.T),
            (self.reverse_card, T),
        ):
            card.reserve_time_width("t = " + "0" * len(str(steps)))
        self.sampling.show_sampling()

    def _show_progress(self) -> None:
        show_progress(self._studio, self.forward_card, self.reverse_card)

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
        self._watch_sampling()

    def choose_model_file(self) -> None:
        """Ask for a model file and show it."""
        path = ask_for_model_file(self)
        if path is not None:
            self.open_model_file(path)

    def open_model_file(self, path: Path) -> None:
        """Show a model file, or say why it cannot be opened; the present model then stays."""
        self._studio.open_file(path)

    def show_problem(self, error: Exception) -> None:
        """Say what went wrong, in the window or in the dialog before it."""
        if not self.questions.show_problem(error):
            self.message_bar.show_problem(problem_text(error))

    # The look

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self._theme = theme
        themed = (
            self.top_bar,
            self.message_bar,
            self.forward_card,
            self.reverse_card,
            self.film_strip,
            self.timeline,
            self.sampling,
        )
        for part in themed:
            part.set_theme(theme)
        if self.side is not None:
            self.side.set_theme(theme)

    def _retitle(self) -> None:
        model = self._studio.model
        self.title_changed.emit(model_title(model) if model else "")

    def _retranslate(self) -> None:
        self._retitle()
        self._show_notes()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
