"""The panels beside the chains: histograms, the distance to N(0, 1) over t, and the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.ui.panels.distance_plot import DistancePlot
from ddpm_studio.ui.panels.histogram_panel import HistogramPanel
from ddpm_studio.ui.panels.schedule_panel import SchedulePanel
from ddpm_studio.ui.theme import SPACING, Theme

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_STRETCHES = (12, 5, 8)


class SideColumn(QWidget):
    """Three cards of plots and numbers, all at the same t."""

    seek_requested = Signal(int)
    schedule_requested = Signal(object)  # ScheduleConfiguration

    def __init__(
        self, histograms: HistogramPanel, distance: DistancePlot, schedule: SchedulePanel
    ) -> None:
        super().__init__()
        self._forward: Trajectory | None = None
        self.histograms, self.distance, self.schedule = histograms, distance, schedule
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        for panel, stretch in zip(
            (self.histograms, self.distance, self.schedule), _STRETCHES, strict=True
        ):
            column.addWidget(_card(panel), stretch)
        self.distance.seek_requested.connect(self.seek_requested)
        self.schedule.seek_requested.connect(self.seek_requested)
        self.schedule.schedule_requested.connect(self.schedule_requested)

    def set_schedules(self, forward: NoiseSchedule, model: NoiseSchedule | None) -> None:
        """The forward chain's schedule, and the one its model was trained with."""
        self.schedule.set_schedules(forward, model)

    def set_trajectories(self, forward: Trajectory | None, reverse: Trajectory | None) -> None:
        """The two chains to show."""
        self._forward = forward
        self.histograms.set_trajectories(forward, reverse)
        self.distance.set_trajectories(forward, reverse)
        self._measure_data()

    def show_frame(self, t: int, reverse_frame: int, reverse_t: int) -> None:
        """Move everything to the forward chain's t, and the reverse chain's frame and its t."""
        self.histograms.show_frame(t, reverse_frame)
        self.distance.show_frame(t, reverse_frame)
        self.schedule.show_frame(t, reverse_t)

    def refresh(self) -> None:
        """Take in frames recorded since."""
        self.histograms.refresh()
        self.distance.refresh()
        self._measure_data()

    def _measure_data(self) -> None:
        """E[x_0²] of the samples that the forward chain starts from."""
        if self._forward is not None and self._forward.is_recorded(0):
            data = self._forward.statistics(0)
            self.schedule.set_mean_square(float((data.mean**2 + data.std**2).mean()))

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        for panel in (self.histograms, self.distance, self.schedule):
            panel.set_theme(theme)


def _card(panel: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("card", True)
    layout = QVBoxLayout(card)
    layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
    layout.addWidget(panel)
    return card
