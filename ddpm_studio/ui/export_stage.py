"""Pictures for an export: the window's own views, put together at any size, without a window."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from ddpm_studio.export import AnimationPlan, EncodingProgress, encode_gif
from ddpm_studio.ui.export_captions import CaptionRow, Time, paint_legend, paint_title
from ddpm_studio.ui.export_histograms import ExportHistograms
from ddpm_studio.ui.export_layout import FONT_PX, ExportView, StageOptions, stage_layout
from ddpm_studio.ui.theme import RADIUS, Chain, Theme
from ddpm_studio.ui.views.chain_painting import ChainPainting

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

__all__ = ["ExportStage", "ExportView", "StageOptions", "export_animation"]

Bytes = NDArray[np.uint8]


class ExportStage:
    """Composes pictures of two chains at the same t; to be used on the window's thread.

    A chain that the view does not need may be None. t is the forward chain's (the reverse chain's
    in the view REVERSE); the other chain is shown at the same share of its way, and one that takes
    fewer steps than its schedule has at the nearest of them. ``pixel_ratio`` renders the same
    layout with fewer or more pixels than the file will have: a preview.
    """

    def __init__(
        self,
        forward: Trajectory | None,
        reverse: Trajectory | None,
        options: StageOptions,
        *,
        pixel_ratio: float = 1.0,
    ) -> None:
        self.options = options
        used = options.view.used_chains
        self._forward = forward if Chain.FORWARD in used else None
        self._reverse = reverse if Chain.REVERSE in used else None
        self.T = stage_length(forward, reverse, options.view)
        self._layout = stage_layout(options, _marginal_count(self._forward or self._reverse))
        self._ratio = self._layout.ratio * pixel_ratio
        width, height = self._layout.size_px
        self.size_px = (round(width * pixel_ratio), round(height * pixel_ratio))
        self._font = QFont(QApplication.font())
        self._font.setPixelSize(FONT_PX)
        self._paintings = [self._painting(place.chain) for place in self._layout.chains]
        self._histograms = self._make_histograms()
        self._caption = self._make_caption()
        self._still = self._paint_still()

    @property
    def height_px(self) -> int:
        """The height that follows from the options; an even number."""
        return self._layout.size_px[1]

    def reverse_frame(self, t: int) -> int:
        """The reverse chain's frame in the picture of t."""
        return round(t * self._reverse.T / self.T) if self._reverse is not None else t

    def is_ready(self, t: int) -> bool:
        """Whether every frame that the picture of t shows is recorded."""
        forward, reverse = self._forward, self._reverse
        return (forward is None or forward.is_recorded(t)) and (
            reverse is None or reverse.is_recorded(self.reverse_frame(t))
        )

    def prepare(self, t: int) -> bool:
        """Whether the picture of t can be drawn without waiting for a disk.

        If not, its frames are being read: ask again in a moment.
        """
        ratio = self._still.devicePixelRatioF()  # as painting on it will find it
        are_ready = [  # all of them are asked, so that they are read at the same time
            painting.prepare(place.canvas, self._frame_of(place.chain, t), self._font, ratio)
            for place, painting in zip(self._layout.chains, self._paintings, strict=True)
        ]
        return all(are_ready)

    def picture(self, t: int) -> Bytes:
        """The picture of t, (height, width, 3); a new array each time."""
        return _rgb(self.image(t))

    def image(self, t: int) -> QImage:
        """The picture of t for the screen. A frame that is not there yet is shown as such."""
        image = QImage(self._still)
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place, painting in zip(self._layout.chains, self._paintings, strict=True):
                painter.save()
                painter.setFont(self._font)
                painting.paint(painter, place.canvas, self._frame_of(place.chain, t))
                painter.restore()
            if self._histograms is not None:
                self._histograms.paint(painter, t, self.reverse_frame(t))
            if self._caption is not None:
                self._caption.paint(painter, self._times(t))
        return image

    def _frame_of(self, chain: Chain, t: int) -> int:
        return t if chain is Chain.FORWARD else self.reverse_frame(t)

    def _times(self, t: int) -> list[Time]:
        """The t of each chain that is shown, in its colour where they differ."""
        theme, forward, reverse = self.options.theme, self._forward, self._reverse
        times: list[Time] = []
        if forward is not None:
            times.append((t, forward.T, theme.forward))
        if reverse is not None:
            frame = self.reverse_frame(t)
            times.append((int(reverse.times[frame]), int(reverse.times[-1]), theme.reverse))
        is_one = forward is None or reverse is None or np.array_equal(forward.times, reverse.times)
        shown = times[0][:2] if times else (t, self.T)
        return [(*shown, theme.text)] if is_one else times

    def _painting(self, chain: Chain) -> ChainPainting:
        painting = ChainPainting(chain, self.options.theme, is_live=False)
        painting.set_trajectory(self._forward if chain is Chain.FORWARD else self._reverse)
        painting.choose(self.options.chosen)
        return painting

    def _make_histograms(self) -> ExportHistograms | None:
        place = self._layout.histogram
        if place is None:
            return None
        return ExportHistograms(
            self._forward,
            self._reverse,
            self.options.theme,
            self._font,
            self._ratio,
            place.plots,
        )

    def _make_caption(self) -> CaptionRow | None:
        box, options = self._layout.caption, self.options
        if box is None:
            return None
        return CaptionRow(box, self._times(self.T), options.name, options.theme, self._font)

    def _paint_still(self) -> QImage:
        """Everything that is the same in every picture."""
        theme, layout = self.options.theme, self._layout
        image = QImage(*self.size_px, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self._ratio)
        image.fill(QColor(theme.window))
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._font)
            for place in layout.chains:
                _paint_card(painter, place.card, theme)
                if self.options.captions:
                    paint_title(painter, place.title, place.chain, theme)
            if layout.histogram is not None:
                _paint_card(painter, layout.histogram.card, theme)
                if self.options.captions:
                    chains = self.options.view.used_chains
                    known = any(each and each.law for each in (self._forward, self._reverse))
                    paint_legend(
                        painter, layout.histogram.legend, chains, theme, law_is_known=known
                    )
            if self._caption is not None:
                self._caption.paint_still(painter)
        return image


def stage_length(forward: Trajectory | None, reverse: Trajectory | None, view: ExportView) -> int:
    """T of the chain whose t a picture has; 1 where there is no chain yet."""
    leading = reverse if view is ExportView.REVERSE else forward
    known = leading or forward or reverse
    return int(known.times[-1]) if known is not None else 1


def export_animation(
    forward: Trajectory | None,
    reverse: Trajectory | None,
    options: StageOptions,
    plan: AnimationPlan,
    path: Path | str,
) -> Generator[EncodingProgress, None, None]:
    """Writes the GIF in one thread, yielding after each frame, as :func:`encode_gif` does.

    Raises LookupError where a frame is not recorded, and what encode_gif raises.
    """
    stage = ExportStage(forward, reverse, options)
    timesteps = plan.timesteps()
    for t in timesteps:
        if not stage.is_ready(t):
            raise LookupError(f"The picture of t = {t} is not complete.")
    samples = [stage.picture(t) for t in plan.representative_timesteps()]
    frames = (stage.picture(t) for t in timesteps)
    yield from encode_gif(frames, path, plan.durations_ms(), palette_frames=samples)


def _marginal_count(trajectory: Trajectory | None) -> int:
    if trajectory is None or len(trajectory.sample_shape) > 1:
        return 1
    return min(2, trajectory.sample_shape[0])


def _paint_card(painter: QPainter, place: QRectF, theme: Theme) -> None:
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.setBrush(QColor(theme.card))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def _rgb(image: QImage) -> Bytes:
    converted = image.convertToFormat(QImage.Format.Format_RGB888)
    width, height, stride = converted.width(), converted.height(), converted.bytesPerLine()
    rows = np.frombuffer(converted.constBits(), np.uint8).reshape(height, stride)
    return rows[:, : 3 * width].reshape(height, width, 3).copy()
