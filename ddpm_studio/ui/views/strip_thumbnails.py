"""The thumbnails of a film strip: drawn a few at a time as frames get recorded, and kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from ddpm_studio.ui.theme import Chain, Theme
from ddpm_studio.ui.views.background_reader import BackgroundReader
from ddpm_studio.ui.views.painted_layer import draw_picture, transparent_image
from ddpm_studio.ui.views.sample_pictures import Picture
from ddpm_studio.ui.views.thumbnails import THUMBNAIL_SAMPLES, StripLayout, thumbnail

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

ROWS = (Chain.FORWARD, Chain.REVERSE)
CORNER = 4.0
_RENDERED_AT_ONCE = 2  # more would be a stall that one can feel
_FILL_INTERVAL_MS = 16


class StripThumbnails(QObject):
    """One picture for each chain and each t of the layout, as soon as that frame is there.

    drawn   there are more of them
    """

    drawn = Signal()

    def __init__(self, theme: Theme, layout: StripLayout, parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._layout, self._ratio = theme, layout, 1.0
        self._trajectories: dict[Chain, Trajectory | None] = dict.fromkeys(ROWS)
        self._pictures: dict[tuple[Chain, int], QImage] = {}
        self._fill_timer = QTimer(self, interval=_FILL_INTERVAL_MS, singleShot=True)
        self._fill_timer.timeout.connect(self.fill)
        self._reader = BackgroundReader(self)  # of frames that lie in a file
        self._reader.arrived.connect(self.fill)

    @property
    def side_px(self) -> int:
        """In device pixels."""
        return round(self._layout.side * self._ratio)

    def picture(self, chain: Chain, t: int) -> QImage | None:
        """None where it is not drawn yet."""
        return self._pictures.get((chain, t))

    def times(self, chain: Chain) -> tuple[int, ...]:
        """The t whose pictures are drawn, ascending."""
        return tuple(sorted(t for of, t in self._pictures if of is chain))

    def set_trajectories(self, trajectories: dict[Chain, Trajectory | None]) -> None:
        """Other chains; :meth:`start_over` draws them."""
        self._trajectories = trajectories
        self._reader.clear()

    def start_over(self, theme: Theme, layout: StripLayout, ratio: float) -> None:
        """Forget all of them, and begin to draw them with these looks; ``ratio`` as Qt has it."""
        self._theme, self._layout, self._ratio = theme, layout, ratio
        self._pictures.clear()
        self._fill_timer.start()

    def fill(self) -> None:
        """Draw a few whose frames have been recorded; the timer does the rest."""
        missing = self._missing()
        drawn = [self._draw(chain, t) for chain, t in missing[:_RENDERED_AT_ONCE]]
        if any(drawn):
            self.drawn.emit()
        if len(missing) > len(drawn) and all(drawn):  # else the reader says when to go on
            self._fill_timer.start()

    def _missing(self) -> list[tuple[Chain, int]]:
        """What could be drawn now, both chains side by side."""
        return [
            (chain, t)
            for t in self._layout.times
            for chain in ROWS
            if (chain, t) not in self._pictures
            and (trajectory := self._trajectories[chain]) is not None
            and trajectory.is_recorded(self._own_t(trajectory, t))
        ]

    def _own_t(self, trajectory: Trajectory, t: int) -> int:
        """A chain's t at the same share of the way, where its length is not that of the axis."""
        return round(t * trajectory.T / self._layout.T)

    def _draw(self, chain: Chain, t: int) -> bool:
        """False where it is still on its way from a file."""
        trajectory = self._trajectories[chain]
        assert trajectory is not None
        picture = self._thumbnail(trajectory, self._own_t(trajectory, t), chain)
        if picture is None:
            return False
        if isinstance(picture, Exception):  # the large view says what is wrong
            self._pictures[chain, t] = transparent_image((self.side_px,) * 2, 1.0)
        else:
            self._pictures[chain, t] = self._framed(picture)
        return True

    def _thumbnail(
        self, trajectory: Trajectory, t: int, chain: Chain
    ) -> Picture | Exception | None:
        """x_t, or what keeps it from being read; None where a thread has to read it first."""
        look = self.side_px, self._theme.chain(chain).name(), self._theme.canvas
        if trajectory.is_in_memory:
            return thumbnail(trajectory.frame(t), *look)
        key = (trajectory, t, look)
        found: Picture | Exception | None = self._reader.answer(key)
        if found is None:
            self._reader.ask(key, partial(_thumbnail_from_file, trajectory, t, *look))
        return found

    def _framed(self, picture: Picture) -> QImage:
        """A thumbnail with round corners and a border: done once, for clipping is slow."""
        image = transparent_image((self.side_px,) * 2, self._ratio)
        place = QRectF(QPointF(0, 0), image.deviceIndependentSize())
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipPath(rounded(place))
            draw_picture(painter, place.topLeft(), picture)
            painter.setClipping(False)
            painter.setPen(QPen(QColor(self._theme.border), 1))
            painter.drawPath(rounded(place.adjusted(0.5, 0.5, -0.5, -0.5)))
        return image


def _thumbnail_from_file(
    trajectory: Trajectory, t: int, side_px: int, colour: str, background: str
) -> Picture:
    """Of the samples that a thumbnail shows: no others are read."""
    few = trajectory.samples(t, 0, min(THUMBNAIL_SAMPLES, trajectory.count))
    return thumbnail(few, side_px, colour, background)


def rounded(place: QRectF) -> QPainterPath:
    """The outline of a thumbnail."""
    shape = QPainterPath()
    shape.addRoundedRect(place, CORNER, CORNER)
    return shape
