"""Both chains at the same t: a card of each, the film strip and the timeline under them, plots beside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ddpm_studio.session.playback import Playback
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.chain_card import ChainCard
from ddpm_studio.ui.chain_progress import lowest_t, show_progress
from ddpm_studio.ui.data_names import forward_start
from ddpm_studio.ui.theme import SIDE_WIDTH, SPACING, Chain, Theme
from ddpm_studio.ui.timeline import Timeline
from ddpm_studio.ui.views.film_strip import FilmStrip

if TYPE_CHECKING:
    from ddpm_studio.ui.side_column import SideColumn


class ChainStage(QWidget):
    """Follows the session's chains and schedules, and playback's t.

    schedule_requested(ScheduleConfiguration)   for the forward chain
    """

    schedule_requested = Signal(object)

    def __init__(self, studio: Studio, playback: Playback, theme: Theme) -> None:
        super().__init__()
        self._studio, self._playback, self._theme = studio, playback, theme
        self.forward_card = ChainCard(Chain.FORWARD, theme)
        self.reverse_card = ChainCard(Chain.REVERSE, theme)
        self.film_strip = FilmStrip(theme)
        self.timeline = Timeline(playback, theme)
        self.side: SideColumn | None = None
        self._side_place = QWidget()
        self._side_place.setFixedWidth(SIDE_WIDTH)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(SPACING)
        cards.addWidget(self.forward_card, 1)
        cards.addWidget(self.reverse_card, 1)
        rows = QVBoxLayout()
        rows.setSpacing(SPACING)
        rows.addLayout(cards, 1)
        rows.addWidget(self.film_strip)
        rows.addWidget(self.timeline)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SPACING)
        columns.addLayout(rows, 1)
        columns.addWidget(self._side_place)

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
        self.side.schedule_requested.connect(self.schedule_requested)
        place = QVBoxLayout(self._side_place)
        place.setContentsMargins(0, 0, 0, 0)
        place.addWidget(self.side)
        self._show_schedules()
        self._show_trajectories()
        yield "the side column"

    def _connect(self) -> None:
        studio, chains = self._studio, self._studio.chains
        self.forward_card.restart_requested.connect(chains.continue_forward)
        self.reverse_card.restart_requested.connect(chains.continue_reverse)
        self.forward_card.stop_requested.connect(chains.stop_forward)
        self.reverse_card.stop_requested.connect(chains.stop_reverse)
        self._couple_views()
        self.film_strip.seek_requested.connect(self._playback.seek)
        self.film_strip.groove_margins_changed.connect(self.timeline.set_groove_margins)
        self._playback.moved.connect(self._show_frame)
        studio.settings_changed.connect(self._show_settings)
        chains.trajectories_changed.connect(self._show_trajectories)
        chains.grew.connect(self._refresh)
        chains.busy_changed.connect(self._show_progress)

    def _couple_views(self) -> None:
        """One sample looked at closely is looked at in both chains."""
        forward, reverse = self.forward_card.view, self.reverse_card.view
        for view, other in ((forward, reverse), (reverse, forward)):
            view.sample_enlarged.connect(other.show_enlarged)
            view.sample_selected.connect(other.show_selected)

    def _show_settings(self) -> None:
        schedule = self._studio.forward_schedule
        if schedule is not None:
            self._playback.set_last_t(schedule.T)
        self._show_schedules()
        self._show_start()
        self._reserve_time_widths()

    def _show_schedules(self) -> None:
        forward = self._studio.forward_schedule
        if self.side is not None and forward is not None:
            self.side.set_schedules(forward, self._studio.model_schedule)
            self._show_frame(self._playback.t)

    def _show_start(self) -> None:
        """What the forward chain starts from."""
        model, sampling = self._studio.model, self._studio.sampling
        if model is not None and sampling is not None:
            self.forward_card.show_note(forward_start(model, sampling))

    def _reserve_time_widths(self) -> None:
        """Room for the largest t, so that the titles never move."""
        schedules = (self._studio.forward_schedule, self._studio.model_schedule)
        for card, schedule in zip((self.forward_card, self.reverse_card), schedules, strict=True):
            if schedule is not None:
                card.reserve_time_width("t = " + "0" * len(str(schedule.T)))

    def _show_trajectories(self) -> None:
        chains = self._studio.forward, self._studio.reverse
        for card, chain in zip((self.forward_card, self.reverse_card), chains, strict=True):
            card.view.set_trajectory(chain)
        self.film_strip.set_trajectories(*chains)
        if self.side is not None:
            self.side.set_trajectories(*chains)
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
        self._playback.set_limits(lowest_t(self._studio.chains.reverse, self._playback.last_t))

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

    def _show_progress(self) -> None:
        show_progress(self._studio.chains, self.forward_card, self.reverse_card)

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self._theme = theme
        for part in (self.forward_card, self.reverse_card, self.film_strip, self.timeline):
            part.set_theme(theme)
        if self.side is not None:
            self.side.set_theme(theme)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._show_start()
        super().changeEvent(event)
