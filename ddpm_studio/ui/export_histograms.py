"""The window's own histogram plots, hidden, and drawn into a picture of any resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from ddpm_studio.ui.export_layout import whole_size
from ddpm_studio.ui.panels.histogram_scale import HistogramScale, merge, merged_bins
from ddpm_studio.ui.panels.marginal_plot import Marginal, MarginalPlot
from ddpm_studio.ui.theme import Theme

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_DEFAULT_TOP = 0.6


class ExportHistograms:
    """One plot for each marginal; a chain that is None, or has no frame yet, is left out."""

    def __init__(
        self,
        forward: Trajectory | None,
        reverse: Trajectory | None,
        theme: Theme,
        font: QFont,
        ratio: float,
        places: tuple[QRectF, ...],
    ) -> None:
        self._trajectories = (forward, reverse)
        self._scales = tuple(HistogramScale(each) if each else None for each in (forward, reverse))
        self._places = places
        self._plots = [
            _PicturePlot(theme, font, ratio, whole_size(place), with_left=order == 0)
            for order, place in enumerate(places)
        ]
        for plot, name in zip(self._plots, _names(forward or reverse, len(places)), strict=True):
            plot.set_title(name)

    def paint(self, painter: QPainter, forward_t: int, reverse_t: int) -> None:
        """The histograms of x_t, each in its place."""
        times = (forward_t, reverse_t)
        shown = [_marginals(each, t) for each, t in zip(self._trajectories, times, strict=True)]
        top = self._top(times)
        for order, (plot, place) in enumerate(zip(self._plots, self._places, strict=True)):
            plot.set_top(top)
            pair = [group[order] if group else None for group in shown]
            plot.set_marginals(pair[0], pair[1], ["", ""])
            plot.draw(painter, place)

    def _top(self, times: tuple[int, int]) -> float:
        tops = []
        for scale, trajectory, t in zip(self._scales, self._trajectories, times, strict=True):
            if scale is not None and trajectory is not None and trajectory.is_recorded(t):
                scale.update()
                tops.append(scale.top(t))
        return max(tops, default=_DEFAULT_TOP)


class _PicturePlot(MarginalPlot):
    """A plot that is never shown: it draws into pictures, for ``ratio`` of their pixels to one."""

    def __init__(
        self, theme: Theme, font: QFont, ratio: float, size: tuple[int, int], *, with_left: bool
    ) -> None:
        self._ratio = ratio
        super().__init__(theme, with_left=with_left)
        self.setFont(font)
        self.resize(*size)
        self.grab()  # what is hidden has no layout until somebody asks for its picture

    def devicePixelRatioF(self) -> float:
        """Of the picture, not of a screen: the widths of pens follow it."""
        return self._ratio

    def draw(self, painter: QPainter, place: QRectF) -> None:
        """Paint everything with its upper left corner in that of ``place``."""
        here = QRect(0, 0, self.width(), self.height())
        target = QRectF(place.topLeft(), here.size())
        self.render(painter, target, here, Qt.AspectRatioMode.IgnoreAspectRatio)


def _marginals(trajectory: Trajectory | None, t: int) -> list[Marginal]:
    if trajectory is None or not trajectory.is_recorded(t):
        return []
    statistics = trajectory.statistics(t)
    density = merge(statistics.density(), merged_bins(statistics.value_count))
    outside = 1.0 - statistics.counts.sum(axis=1) / statistics.value_count
    return [Marginal(row, float(share)) for row, share in zip(density, outside, strict=True)]


def _names(known: Trajectory | None, count: int) -> list[str]:
    """Two coordinates have names; a title for a single marginal would say nothing."""
    return ["x₁", "x₂"][:count] if known is not None and count > 1 else [""] * count
