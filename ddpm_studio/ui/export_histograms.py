"""The window's own histogram plots, hidden, and drawn into a picture of any resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from ddpm_studio.ui.export_layout import whole_size
from ddpm_studio.ui.panels.histogram_panel import marginals_at
from ddpm_studio.ui.panels.histogram_scale import HistogramScale
from ddpm_studio.ui.panels.marginal_plot import MarginalPlot
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

    def paint(self, painter: QPainter, forward_frame: int, reverse_frame: int) -> None:
        """The histograms of x_t, each in its place."""
        times = (forward_frame, reverse_frame)
        shown = list(map(marginals_at, self._trajectories, times))
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


def _names(known: Trajectory | None, count: int) -> list[str]:
    """Two coordinates have names; a title for a single marginal would say nothing."""
    return ["x₁", "x₂"][:count] if known is not None and count > 1 else [""] * count
