"""x_t against N(0, 1): both chains' histograms, and the numbers that compare them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ddpm_studio.ui.number_text import format_fixed
from ddpm_studio.ui.panels.histogram_scale import HistogramScale, merge, merged_bins
from ddpm_studio.ui.panels.histogram_table import HistogramTable
from ddpm_studio.ui.panels.marginal_plot import LIMIT, Marginal, MarginalPlot
from ddpm_studio.ui.panels.panel_text import NoteLabel, paragraphs, title_label
from ddpm_studio.ui.theme import SPACING, Theme

if TYPE_CHECKING:
    from ddpm_studio.diffusion.frame_statistics import FrameStatistics
    from ddpm_studio.diffusion.trajectory import Trajectory

_SHARE_WORTH_SAYING = 0.001
_PLOT_STRETCHES = (52, 48)  # the first one also holds the axis: both canvases are equally wide
_SPOKEN_AFTER_MS = 400  # a screen reader hears the numbers at which somebody stays


class HistogramPanel(QWidget):
    """One plot for 1-D points and for images, two side by side for 2-D points; a table below.

    Where a frame is not recorded yet, its histogram and numbers are absent and a note says why.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trajectories: tuple[Trajectory | None, Trajectory | None] = (None, None)
        self._scales: tuple[HistogramScale | None, HistogramScale | None] = (None, None)
        self._t = self._reverse_frame = 0
        self._shown: object = None
        self._theme = theme
        self._title = title_label()
        self._plots = [MarginalPlot(theme, with_left=first) for first in (True, False)]
        self._table = HistogramTable(theme)
        self._note = NoteLabel(theme)
        self._speak = QTimer(self, singleShot=True, interval=_SPOKEN_AFTER_MS)
        self._speak.timeout.connect(self._describe)
        self._arrange()
        self.retranslate()
        self.set_trajectories(None, None)

    def _arrange(self) -> None:
        plots = QHBoxLayout()
        plots.setSpacing(SPACING)
        for plot, stretch in zip(self._plots, _PLOT_STRETCHES, strict=True):
            plots.addWidget(plot, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self._title)
        layout.addLayout(plots, 1)
        layout.addWidget(self._table)
        layout.addWidget(self._note)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        for plot in self._plots:
            plot.set_theme(theme)
        self._table.set_theme(theme)
        self._note.set_theme(theme)
        self._render()

    def set_trajectories(self, forward: Trajectory | None, reverse: Trajectory | None) -> None:
        """The two chains of the same data; None where there is none yet."""
        self._trajectories = (forward, reverse)
        self._scales = (
            HistogramScale(forward) if forward else None,
            HistogramScale(reverse) if reverse else None,
        )
        names = self._marginal_names()
        known = forward or reverse
        self._table.set_marginals(
            names,
            are_independent=known is None or len(known.sample_shape) == 1,
            law_is_known=known is not None and known.law is not None,
        )
        self._plots[1].setVisible(len(names) > 1)
        for plot, name in zip(self._plots, names, strict=False):
            plot.set_title(name)
        self._update_scales()
        self._render()

    def show_frame(self, t: int, reverse_frame: int | None = None) -> None:
        """x_t of the forward chain beside a frame (default: that of index t) of the reverse chain."""
        self._t, self._reverse_frame = t, t if reverse_frame is None else reverse_frame
        self._render()

    def refresh(self) -> None:
        """Pick up frames recorded since; paints only where something visible changed."""
        if any(trajectory is not None for trajectory in self._trajectories):
            self._update_scales()
            if self._state() != self._shown:
                self._render()

    def _state(self) -> object:
        forward, reverse = self._trajectories
        return (
            _statistics_exist(forward, self._t),
            _statistics_exist(reverse, self._reverse_frame),
            self._top(),
            self._hint(),
        )

    def _render(self) -> None:
        frames = (self._t, self._reverse_frame)
        forward, reverse = map(_statistics, self._trajectories, frames)
        self._shown = self._state()
        marginals = list(map(marginals_at, self._trajectories, frames))
        for order, plot in enumerate(self._plots):
            if not plot.isHidden():
                pair = [group[order] if order < len(group) else None for group in marginals]
                plot.set_top(self._top())
                plot.set_marginals(pair[0], pair[1], [self._outside(item) for item in pair])
        self._table.show_statistics(forward, reverse)
        self._show_note(forward or reverse)
        self._speak.start()

    def _update_scales(self) -> None:
        for scale in self._scales:
            if scale is not None:
                scale.update()

    def _top(self) -> float:
        times = (self._t, self._reverse_frame)
        tops = [
            scale.top(t)
            for scale, trajectory, t in zip(self._scales, self._trajectories, times, strict=True)
            if scale is not None and _statistics_exist(trajectory, t)
        ]
        return max(tops, default=0.6)

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text."""
        self._title.setText(self.tr("Histograms of x<sub>t</sub> against N(0, I)"))
        self._table.retranslate()
        names = self._marginal_names()
        for plot, name in zip(self._plots, names, strict=False):
            plot.set_title(name)
        for plot in self._plots:
            plot.setToolTip(self._plot_tool_tip())
            plot.setAccessibleName(self.tr("Histograms of x_t"))
        self._render()

    def _marginal_names(self) -> list[str]:
        known = self._trajectories[0] or self._trajectories[1]
        if known is not None and len(known.sample_shape) > 1:
            return [self.tr("all pixels")]
        if known is not None and known.sample_shape[0] > 1:
            return ["x₁", "x₂"]
        return ["x"]

    def _plot_tool_tip(self) -> str:
        return paragraphs(
            self.tr(
                "How the values of x<sub>t</sub> are distributed: the forward chain (blue, filled), "
                "the reverse chain (orange outline), and the density of N(0, 1) (grey dashes)."
            ),
            self.tr(
                "Green, where the data are a Gaussian mixture: the exact density of x<sub>t</sub>, "
                "which is a mixture, too. Dotted for the reverse chain where its t differs."
            ),
            self.tr(
                "Each histogram has 80 bins of width 0.1 over [−4, 4), as densities: its area is 1. "
                "Below 2,000 values 2 bins are shown as one, below 500 values 4."
            ),
            self.tr(
                "The scale is the same on the way to noise and back; it rises in at most two steps "
                "towards the data. A peak that is still higher is cut: ▲ gives its height."
            ),
        )

    def _outside(self, marginal: Marginal | None) -> str:
        if marginal is None or marginal.outside <= _SHARE_WORTH_SAYING:
            return ""
        return self.tr("{0} % outside ±4").format(format_fixed(100 * marginal.outside, 1))

    def _hint(self) -> str:
        forward, reverse = self._trajectories
        if not _statistics_exist(forward, self._t):
            return _missing(
                forward,
                self.tr("No forward chain yet"),
                self.tr("Forward chain: t = {0} is not simulated yet (so far: t = {1})"),
                self._t,
                -1,
            )
        if not _statistics_exist(reverse, self._reverse_frame):
            return _missing(
                reverse,
                self.tr("No reverse chain yet"),
                self.tr("Reverse chain: t = {0} is not sampled yet (so far: t = {1})"),
                self._reverse_frame,
                0,
            )
        return ""

    def _show_note(self, known: FrameStatistics | None) -> None:
        hint = self._hint()
        if hint or known is None:
            forward_is_there = _statistics_exist(self._trajectories[0], self._t)
            self._note.show_text(
                hint, self._theme.reverse if forward_is_there else self._theme.forward
            )
            return
        total, chosen = known.value_count, known.distance_value_count
        width = merged_bins(total) * 2 * LIMIT / 80
        text = self.tr("n = {0} values, bins of {1}").format(f"{total:,}", f"{width:.1f}")
        if chosen < total:
            text = self.tr("KS and W₁: fixed random {0} of {1} values").format(
                f"{chosen:,}", f"{total:,}"
            )
        self._note.show_text(text, self._theme.muted_text)

    def _describe(self) -> None:
        self._table.setAccessibleDescription(self._table.spoken())


def _statistics_exist(trajectory: Trajectory | None, t: int) -> bool:
    return trajectory is not None and 0 <= t <= trajectory.T and trajectory.is_recorded(t)


def _statistics(trajectory: Trajectory | None, t: int) -> FrameStatistics | None:
    if trajectory is None or not _statistics_exist(trajectory, t):
        return None
    return trajectory.statistics(t)


def marginals_at(trajectory: Trajectory | None, frame: int) -> list[Marginal]:
    """The marginals of a frame, as many as coordinates; none where it is not recorded."""
    statistics = _statistics(trajectory, frame)
    if trajectory is None or statistics is None:
        return []
    density = merge(statistics.density(), merged_bins(statistics.value_count))
    outside = 1.0 - statistics.counts.sum(axis=1) / statistics.value_count
    law = trajectory.law(frame) if trajectory.law is not None else None
    return [
        Marginal(row, float(share), law.marginal(coordinate) if law is not None else None)
        for coordinate, (row, share) in enumerate(zip(density, outside, strict=True))
    ]


def _missing(
    trajectory: Trajectory | None, none_yet: str, not_yet: str, frame: int, newest: int
) -> str:
    """Why a frame is absent; ``newest`` is which of the recorded ones was computed last (0 or -1)."""
    recorded = np.flatnonzero(trajectory.recorded) if trajectory is not None else ()
    if trajectory is None or not len(recorded):
        return none_yet
    times = trajectory.times
    return not_yet.format(times[min(frame, trajectory.T)], times[recorded[newest]])
