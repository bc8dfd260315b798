"""Where the parts of an exported picture lie, at any width. Pure geometry, the same for every frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRect, QRectF

from ddpm_studio.ui.theme import SPACING, Chain, Theme


class ExportView(StrEnum):
    """What a picture shows; the values are those of the command line."""

    BOTH = "both"
    FORWARD = "forward"
    REVERSE = "reverse"
    HISTOGRAMS = "histograms"

    @property
    def shown_chains(self) -> tuple[Chain, ...]:
        """The chains whose samples are shown."""
        if self is ExportView.HISTOGRAMS:
            return ()
        return tuple(chain for chain in Chain if self is ExportView.BOTH or chain.value == self)

    @property
    def used_chains(self) -> tuple[Chain, ...]:
        """The chains that a picture needs, for samples or histograms."""
        return self.shown_chains or tuple(Chain)


@dataclass(frozen=True)
class StageOptions:
    """How pictures look. ``width_px`` are the file's own pixels; the height follows from the rest.

    ``histogram``: below the samples, too; the view HISTOGRAMS has them in any case.
    ``captions``: titles, t and its place on the way from data to noise, the legend, ``name``.
    ``name``: of the model, as people know it.
    ``chosen``: the sample that is enlarged (images) or marked (points); -1 for none.
    """

    view: ExportView
    width_px: int
    theme: Theme
    histogram: bool = True
    captions: bool = True
    name: str = ""
    chosen: int = -1

    @property
    def shows_histogram(self) -> bool:
        """Whether a picture has histograms."""
        return self.histogram or self.view is ExportView.HISTOGRAMS


@dataclass(frozen=True)
class ChainPlace:
    """A card with its title and the samples."""

    chain: Chain
    card: QRectF
    title: QRectF
    canvas: QRectF


@dataclass(frozen=True)
class HistogramPlace:
    """A card with a legend and one plot for each marginal. Plots are widgets: whole numbers."""

    card: QRectF
    legend: QRectF
    plots: tuple[QRectF, ...]


@dataclass(frozen=True)
class StageLayout:
    """All places in logical pixels; ``ratio`` of the file's pixels make one of them."""

    ratio: float
    size_px: tuple[int, int]
    chains: tuple[ChainPlace, ...]
    caption: QRectF | None
    histogram: HistogramPlace | None


FONT_PX = 13
_NORMAL_WIDTHS = {  # at which text has its normal size
    ExportView.BOTH: 800,
    ExportView.FORWARD: 440,
    ExportView.REVERSE: 440,
    ExportView.HISTOGRAMS: 600,
}
_LEAST_RATIO = 0.85  # smaller text cannot be read
_MARGIN, _GAP, _PADDING = 12, SPACING, SPACING
_TITLE_HEIGHT, _CAPTION_HEIGHT, _LEGEND_HEIGHT = 26, 26, 22
_PLOT_HEIGHT, _LARGE_PLOT_HEIGHT = 132, 260


def stage_layout(options: StageOptions, marginal_count: int) -> StageLayout:
    """The places for so many marginals (1 or 2) in the histograms."""
    return _Builder(options, marginal_count).build()


class _Builder:
    """Stacks the parts from the top; works in the file's whole pixels, so that edges are sharp."""

    def __init__(self, options: StageOptions, marginal_count: int) -> None:
        self._options = options
        self._marginal_count = marginal_count
        normal = _NORMAL_WIDTHS[options.view]
        self._ratio = max(_LEAST_RATIO, options.width_px / normal)
        self._margin, self._gap, self._padding = map(self._px, (_MARGIN, _GAP, _PADDING))
        self._y = self._margin

    def build(self) -> StageLayout:
        options = self._options
        chains = self._chains()
        caption = self._row(_CAPTION_HEIGHT) if options.captions else None
        histogram = self._histogram() if options.shows_histogram else None
        height = self._y - self._gap + self._margin
        size = (options.width_px, height + height % 2)  # video formats want even heights
        return StageLayout(self._ratio, size, chains, caption, histogram)

    def _chains(self) -> tuple[ChainPlace, ...]:
        shown = self._options.view.shown_chains
        if not shown:
            return ()
        inner = self._options.width_px - 2 * self._margin
        width = (inner - (len(shown) - 1) * self._gap) // len(shown)
        title_height = self._px(_TITLE_HEIGHT) if self._options.captions else 0
        side = max(8, width - 2 * self._padding)
        top = self._y
        canvas_top = top + (title_height or self._padding)
        bottom = canvas_top + side + self._padding
        places = []
        for order, chain in enumerate(shown):
            left = self._margin + order * (width + self._gap)
            x = left + self._padding
            places.append(
                ChainPlace(
                    chain,
                    card=self._rect(left, top, width, bottom - top),
                    title=self._rect(x, top, side, title_height),
                    canvas=self._rect(x, canvas_top, side, side),
                )
            )
        self._y = bottom + self._gap
        return tuple(places)

    def _row(self, height: float) -> QRectF:
        width = self._options.width_px - 2 * self._margin
        row = self._rect(self._margin, self._y, width, self._px(height))
        self._y += self._px(height) + self._gap
        return row

    def _histogram(self) -> HistogramPlace:
        alone = self._options.view is ExportView.HISTOGRAMS
        plot_height = self._px(_LARGE_PLOT_HEIGHT if alone else _PLOT_HEIGHT)
        legend_height = self._px(_LEGEND_HEIGHT) if self._options.captions else 0
        top, width = self._y, self._options.width_px - 2 * self._margin
        plots_top = top + self._padding + legend_height
        bottom = plots_top + plot_height + self._padding
        inner, x = width - 2 * self._padding, self._margin + self._padding
        count = self._marginal_count
        plot_width = (inner - (count - 1) * self._gap) // count
        self._y = bottom + self._gap
        return HistogramPlace(
            card=self._rect(self._margin, top, width, bottom - top),
            legend=self._rect(x, top + self._padding // 2, inner, legend_height),
            plots=tuple(
                self._rect(x + order * (plot_width + self._gap), plots_top, plot_width, plot_height)
                for order in range(count)
            ),
        )

    def _px(self, length: float) -> int:
        return round(length * self._ratio)

    def _rect(self, x: int, y: int, width: int, height: int) -> QRectF:
        whole = QRect(x, y, width, height)
        ratio = self._ratio
        return QRectF(
            whole.x() / ratio, whole.y() / ratio, whole.width() / ratio, whole.height() / ratio
        )


def whole_size(rect: QRectF) -> tuple[int, int]:
    """The widget size (width, height) that fits into a place."""
    return max(1, math.floor(rect.width())), max(1, math.floor(rect.height()))
