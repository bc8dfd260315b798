"""One chain at one t, painted at any size: on the screen, into an export, or while it is sampled.

No widget: :class:`ChainView` owns one for the screen, and an export may own another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import Chain, Theme
from ddpm_studio.ui.views.file_pictures import FilePictures, PictureWish
from ddpm_studio.ui.views.images_painting import ImagesPainting
from ddpm_studio.ui.views.painted_layer import device_ratio, transparent_image
from ddpm_studio.ui.views.painted_words import line_height, paint_hint, paint_line
from ddpm_studio.ui.views.points_painting import PointsPainting
from ddpm_studio.ui.views.sample_path import SamplePath
from ddpm_studio.ui.views.sample_pictures import Size

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

NOTHING = -1  # in place of the index of a sample


class ChainPainting:
    """Paints the frames of a trajectory; ``chosen`` is the sample enlarged (images) or marked.

    ``is_live``: on the screen, where captions say which key or click leads back.
    """

    def __init__(self, chain: Chain, theme: Theme, *, is_live: bool = True) -> None:
        self.chain = chain
        self._is_live = is_live
        self.chosen = NOTHING
        self.is_loading = True  # where there is no trajectory yet
        self.waits_for_samples = False  # it begins where the other chain ends
        self._theme = theme
        self._trajectory: Trajectory | None = None
        self._generation = 0  # of the trajectory: part of what identifies a frame
        self._path: SamplePath | None = None
        self._images = ImagesPainting(theme)
        self._points = PointsPainting(chain, theme, 2)
        self._filed = FilePictures()
        self.arrived = self._filed.reader.arrived  # a picture that was not there at once
        self.is_waiting = False  # for x_t: what was painted is a preview of it, or what was before
        self.is_stale = False  # it is what was before
        self.takes_preview = False  # of x_t where it is not there at once, and lets the rest wait
        self.says_waiting = False  # and that for so long that it is said

    @property
    def trajectory(self) -> Trajectory | None:
        """What is painted."""
        return self._trajectory

    @property
    def shows_images(self) -> bool:
        """Whether samples are images; False for points and where there is no trajectory."""
        return self._trajectory is not None and len(self._trajectory.sample_shape) == 3

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._make_paintings()

    def set_trajectory(self, trajectory: Trajectory | None) -> None:
        """Show other samples; the chosen index stays where it means a sample of the same kind."""
        if trajectory is self._trajectory:
            return
        before, self._trajectory = self._trajectory, trajectory
        self._generation += 1
        self._path = None
        self._filed.clear()
        self._make_paintings()
        same_kind = (
            before is not None
            and trajectory is not None
            and before.sample_shape == trajectory.sample_shape
        )
        self.choose(self.chosen if same_kind else NOTHING)

    def choose(self, index: int) -> None:
        """Enlarge or mark a sample; NOTHING, or an index that there is not, chooses none."""
        count = self._trajectory.count if self._trajectory is not None else 0
        self.chosen = index if 0 <= index < count else NOTHING
        self._path = None

    def follow_movement(self) -> None:
        """t moves on from picture to picture: while they do not come that fast, show their previews."""
        self.takes_preview = self.takes_preview or not self._filed.is_swift

    def is_recorded(self, t: int) -> bool:
        """Whether there is a frame to paint at t."""
        return self._trajectory is not None and self._trajectory.is_recorded(t)

    def frontier(self) -> int | None:
        """The t that was recorded last: the chain's position while it is being computed."""
        if self._trajectory is None:
            return None
        recorded = np.flatnonzero(self._trajectory.recorded)
        if not len(recorded):
            return None
        return int(recorded[-1] if self.chain is Chain.FORWARD else recorded[0])

    def extend_path(self) -> bool:
        """Let the marked sample's path grow by frames recorded since; whether it did."""
        return self._path is not None and self._path.extend()

    def paint(self, painter: QPainter, rect: QRectF, t: int) -> None:
        """x_t in ``rect`` (logical pixels), in the painter's font; never scales the painter.

        Where the frame lies in a file, a live painting shows the newest picture that there is; any
        other waits, unless :meth:`prepare` said that it need not, and raises TemporaryFileError.
        """
        self.is_waiting = self.is_stale = False
        if self._trajectory is None:
            painter.fillRect(rect, QColor(self._theme.canvas))
            paint_hint(painter, rect, self._theme, *self._empty_hint())
        elif not self._trajectory.is_recorded(t):
            frame = min(t, self._trajectory.T)
            self._paint_missing(painter, rect, self._trajectory.times, frame)
        elif self.shows_images:
            self._paint_images(painter, rect, t)
        else:
            self._paint_points(painter, rect, t)

    def picture(self, t: int, size_px: Size, device_pixel_ratio: float, font: QFont) -> QImage:
        """:meth:`paint` into an image of ``size_px`` device pixels."""
        image = transparent_image(size_px, device_pixel_ratio)
        with QPainter(image) as painter:
            painter.setFont(font)
            self.paint(painter, QRectF(QPointF(0, 0), image.deviceIndependentSize()), t)
        return image

    def sample_at(self, rect: QRectF, position: QPointF, t: int, ratio: float) -> int:
        """The image under a position, or the point nearest to it; NOTHING where there is none."""
        if self._trajectory is None or not self._trajectory.is_recorded(t):
            return NOTHING
        if self.shows_images:
            return self._images.sample_at(rect, position, self._shape(self._trajectory), ratio)
        return self._points.nearest(rect, position, self._trajectory.frame(t))

    def place_of(self, rect: QRectF, index: int, t: int, ratio: float) -> QPointF:
        """The centre of where a sample is painted at t. Raises LookupError without that frame."""
        if self._trajectory is None or not self._trajectory.is_recorded(t):
            raise LookupError(f"There is no frame at t = {t}.")
        if self.shows_images:
            return self._images.cell(rect, index, self._shape(self._trajectory), ratio).center()
        return self._points.place(rect, self._trajectory.frame(t), index)

    def columns(self, rect: QRectF, ratio: float) -> int:
        """Samples in a row of the grid of images; 1 for points."""
        if self._trajectory is None or not self.shows_images:
            return 1
        return self._images.columns(rect, self._shape(self._trajectory), ratio)

    def paint_cursor(self, painter: QPainter, rect: QRectF, index: int) -> None:
        """Show which image of the grid the keyboard would enlarge."""
        if self._trajectory is not None and self.shows_images and self.chosen == NOTHING:
            self._images.paint_cursor(painter, rect, index, self._shape(self._trajectory))

    def _make_paintings(self) -> None:
        self._images = ImagesPainting(self._theme)
        shape = self._trajectory.sample_shape if self._trajectory is not None else (2,)
        self._points = PointsPainting(self.chain, self._theme, shape[0] if len(shape) == 1 else 2)

    @staticmethod
    def _shape(trajectory: Trajectory) -> tuple[int, ...]:
        return (trajectory.count, *trajectory.sample_shape)

    def _paint_images(self, painter: QPainter, rect: QRectF, t: int) -> None:
        assert self._trajectory is not None
        room = 0.0 if self.chosen == NOTHING else line_height(painter.fontMetrics())
        key = (self._generation, t)
        if self._trajectory.is_in_memory:
            frame = self._trajectory.frame(t)
            self._images.paint(painter, rect, frame, key, self.chosen, room)
        else:
            self._paint_filed_images(
                painter, rect, self._wish(rect, t, room, device_ratio(painter))
            )
        self._paint_caption(painter, rect)

    def prepare(self, rect: QRectF, t: int, font: QFont, ratio: float) -> bool:
        """Whether x_t can be painted without waiting; if not it is being fetched: ask again soon."""
        trajectory = self._trajectory
        if trajectory is None or trajectory.is_in_memory or not trajectory.is_recorded(t):
            return True
        room = 0.0 if self.chosen == NOTHING else line_height(QFontMetrics(font))
        return self._filed.is_ready(self._wish(rect, t, room, ratio))

    def _wish(self, rect: QRectF, t: int, room_below: float, ratio: float) -> PictureWish:
        assert self._trajectory is not None
        count = self._trajectory.count if self.chosen == NOTHING else 1
        area = rect.adjusted(0, 0, 0, -room_below)
        layout = self._images.layout(area, (count, *self._trajectory.sample_shape), ratio)
        return PictureWish(self._trajectory, t, self.chosen, layout, self._theme.canvas)

    def _paint_filed_images(self, painter: QPainter, rect: QRectF, wish: PictureWish) -> None:
        room = 0.0 if self.chosen == NOTHING else line_height(painter.fontMetrics())
        if not self._is_live:
            picture = self._filed.at_once(wish)
            self._images.paint_picture(painter, rect, wish.layout, picture, room)
            self._paint_kept_t(painter, rect, wish)
            return
        try:
            shown = self._filed.newest(wish, can_wait=self.takes_preview and wish.has_preview)
        except Exception as error:
            painter.fillRect(rect, QColor(self._theme.canvas))
            paint_hint(painter, rect, self._theme, self._unread_title(wish.t), problem_text(error))
            return
        self.is_waiting = shown is None or shown[0] != wish
        preview = wish.preview() if self.is_waiting and self.takes_preview else None
        if preview is not None:
            shown = wish, preview
        self.is_stale = shown is None or shown[0] != wish
        if shown is None:
            painter.fillRect(rect, QColor(self._theme.canvas))
        else:
            self._images.paint_picture(painter, rect, shown[0].layout, shown[1], room)
        if self.is_waiting and self.says_waiting:
            self._paint_note(painter, rect, "…")
        else:
            self._paint_kept_t(painter, rect, wish)

    def _paint_kept_t(self, painter: QPainter, rect: QRectF, wish: PictureWish) -> None:
        """Where a disk was too small for every frame: which one it is."""
        kept = wish.trajectory.kept_t(wish.t)
        if kept != wish.t:
            text = QCoreApplication.translate("ChainPainting", "the nearest picture kept: t = {t}")
            self._paint_note(painter, rect, text.format(t=wish.trajectory.times[kept]))

    def _unread_title(self, t: int) -> str:
        assert self._trajectory is not None
        text = QCoreApplication.translate("ChainPainting", "t = {t} cannot be shown")
        return text.format(t=self._trajectory.times[t])

    def _paint_points(self, painter: QPainter, rect: QRectF, t: int) -> None:
        assert self._trajectory is not None
        if self.chosen != NOTHING and self._path is None:
            self._path = SamplePath(self._trajectory, self.chosen)
        frame = self._trajectory.frame(t)
        law = self._trajectory.law(t) if self._trajectory.law is not None else None
        self._points.paint(painter, rect, frame, (self._generation, t), self._path, law)
        self._paint_caption(painter, rect)

    def _paint_missing(
        self, painter: QPainter, rect: QRectF, times: NDArray[np.int64], frame: int
    ) -> None:
        """No data are invented for a frame that is not there: the axes, and what is going on."""
        if self.shows_images:
            painter.fillRect(rect, QColor(self._theme.canvas))
        else:
            self._points.paint_axes(painter, rect)
        paint_hint(painter, rect, self._theme, *self._missing_hint(times, frame))

    def _empty_hint(self) -> tuple[str, str]:
        translate = QCoreApplication.translate
        if self.waits_for_samples:
            return (
                translate("ChainPainting", "The samples come first"),
                translate("ChainPainting", "This chain starts from those of the reverse chain"),
            )
        if not self.is_loading:
            return (
                translate("ChainPainting", "There is no chain"),
                translate("ChainPainting", "It could not be computed; see the message above"),
            )
        return (
            translate("ChainPainting", "Loading …"),
            translate("ChainPainting", "The model and its data are being loaded"),
        )

    def _missing_hint(self, times: NDArray[np.int64], frame: int) -> tuple[str, str]:
        translate = QCoreApplication.translate
        reached = self.frontier()
        title = translate("ChainPainting", "t = {t} is not there yet").format(t=times[frame])
        if reached is None:
            return title, translate("ChainPainting", "The chain is about to start")
        text = translate("ChainPainting", "The chain has come to t = {t} so far")
        return title, text.format(t=times[reached])

    def _caption(self) -> str:
        translate = QCoreApplication.translate
        if not self._is_live:
            text = translate("ChainPainting", "sample {number} of {count}")
        elif self.shows_images:
            text = translate(
                "ChainPainting", "sample {number} of {count} · click or Esc to go back"
            )
        else:
            text = translate("ChainPainting", "sample {number} of {count} · Esc to clear")
        count = self._trajectory.count if self._trajectory is not None else 0
        return text.format(number=self.chosen + 1, count=count)

    def _paint_caption(self, painter: QPainter, rect: QRectF) -> None:
        if self.chosen == NOTHING:
            return
        height = line_height(painter.fontMetrics())
        top = rect.bottom() - height if self.shows_images else rect.top()
        box = QRectF(rect.left(), top, rect.width(), height)
        paint_line(painter, box, self._theme, self._caption())

    def _paint_note(self, painter: QPainter, rect: QRectF, text: str) -> None:
        """A few words at the top."""
        height = line_height(painter.fontMetrics())
        box = QRectF(rect.left(), rect.top(), rect.width(), height)
        paint_line(painter, box, self._theme, text)
