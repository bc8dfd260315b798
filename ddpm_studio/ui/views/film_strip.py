"""Both chains at a glance: x_0 … x_T as two rows of small pictures, as in the paper's figures."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.ui.theme import SPACING, Chain, Theme, small_font
from ddpm_studio.ui.views.background_reader import BackgroundReader
from ddpm_studio.ui.views.chain_name import name_width, paint_chain_name
from ddpm_studio.ui.views.painted_layer import PaintedLayer, draw_picture, faded, transparent_image
from ddpm_studio.ui.views.sample_pictures import Picture
from ddpm_studio.ui.views.thumbnails import THUMBNAIL_SAMPLES, StripLayout, strip_times, thumbnail

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_ROWS = (Chain.FORWARD, Chain.REVERSE)
_RENDERED_AT_ONCE = 2  # thumbnails; more would be a stall that one can feel
_FILL_INTERVAL_MS = 16
_GAP = 6  # between the rows, and the least between thumbnails
_CORNER = 4.0
_STEPS_WITHOUT_DATA = 10


class FilmStrip(QWidget):
    """Two rows of thumbnails over one axis of t; a click or a drag seeks.

    Thumbnails are drawn a few at a time, as frames get recorded. The slider below lines up if
    its groove ends at :meth:`groove_margins`, announced by ``groove_margins_changed``. It takes
    no keyboard focus: the timeline's slider is the way by keyboard.
    """

    seek_requested = Signal(int)
    groove_margins_changed = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._trajectories: dict[Chain, Trajectory | None] = dict.fromkeys(_ROWS)
        self._pictures: dict[tuple[Chain, int], QImage] = {}
        self._picture_side = 0  # in device pixels
        self._revision = 0  # of what the static layer shows
        self._static = PaintedLayer()
        self._t = 0
        self._announced_margins = (-1, -1)
        self._fill_timer = QTimer(self, interval=_FILL_INTERVAL_MS, singleShot=True)
        self._fill_timer.timeout.connect(self.refresh)
        self._reader = BackgroundReader(self)  # of frames that lie in a file
        self._reader.arrived.connect(self.refresh)
        self._layout = self._make_layout()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # takes the keys from a field left behind
        self.retranslate()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._start_over()

    def set_trajectories(self, forward: Trajectory | None, reverse: Trajectory | None) -> None:
        """Show other chains; a row without one keeps empty places."""
        new = {Chain.FORWARD: forward, Chain.REVERSE: reverse}
        if all(new[chain] is self._trajectories[chain] for chain in _ROWS):
            return
        self._trajectories = new
        self._reader.clear()
        self._lay_out()
        self._start_over()

    def show_frame(self, t: int) -> None:
        """Put the cursor at t."""
        if t != self._t:
            self._t = t
            self.update()

    def refresh(self) -> None:
        """Draw a few of the thumbnails whose frames have been recorded; the timer does the rest."""
        missing = self._missing()
        drawn = [self._render(chain, t) for chain, t in missing[:_RENDERED_AT_ONCE]]
        if any(drawn):
            self._revision += 1
            self.update()
        if len(missing) > len(drawn) and all(drawn):  # else the reader says when to go on
            self._fill_timer.start()

    def groove_margins(self) -> tuple[int, int]:
        """Pixels from the strip's left edge to t = 0, and from t = T to its right edge."""
        return round(self._layout.left), round(self.width() - self._layout.right)

    def times(self) -> tuple[int, ...]:
        """The t of the thumbnails."""
        return self._layout.times

    def rendered(self, chain: Chain) -> tuple[int, ...]:
        """The t whose thumbnails are drawn already, ascending."""
        return tuple(sorted(t for of, t in self._pictures if of is chain))

    def thumbnail_rect(self, chain: Chain, t: int) -> QRectF:
        """Where a thumbnail is, or would be."""
        side = self._layout.side
        top = _ROWS.index(chain) * (side + _GAP) + 2
        return QRectF(round(self._layout.x(t) - side / 2), top, side, side)

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self.setAccessibleName(self.tr("Film strip of both chains"))
        self.setToolTip(
            self.tr("Above the forward chain q, below the reverse chain pθ: click or drag to seek")
        )
        self._revision += 1
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(880, 2 * round(4.0 * metrics.height()) + _GAP + self._label_height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
            self._lay_out()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._side_in_pixels() != self._picture_side:  # moved to another screen
            self._start_over()
        with QPainter(self) as painter:
            self._static.draw(painter, QRectF(self.rect()), self._revision, self._paint_static)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_cursor(painter)

    def _seek(self, position: QPointF) -> None:
        t = self._layout.t_at(position.x())
        if self._has_data() and t != self._t:
            self.seek_requested.emit(t)

    def _has_data(self) -> bool:
        return any(trajectory is not None for trajectory in self._trajectories.values())

    def _lay_out(self) -> None:
        layout = self._make_layout()
        if layout != self._layout:
            same_pictures = (layout.side, layout.times) == (self._layout.side, self._layout.times)
            self._layout = layout
            if same_pictures:
                self._revision += 1
                self.update()
            else:
                self._start_over()
        if self.groove_margins() != self._announced_margins:
            self._announced_margins = self.groove_margins()
            self.groove_margins_changed.emit(*self._announced_margins)

    def _make_layout(self) -> StripLayout:
        known = [trajectory for trajectory in self._trajectories.values() if trajectory is not None]
        T = known[0].T if known else _STEPS_WITHOUT_DATA
        side = max(24, (self.height() - self._label_height() - _GAP - 2) // 2)
        left = self._gutter() + side / 2
        right = max(left + 1, self.width() - side / 2 - self._overhang(T, side))
        least_step = (side + _GAP) * T / (right - left)
        return StripLayout(strip_times(T, least_step), left, right, side, T)

    def _gutter(self) -> float:
        return name_width(self.font()) + 2 * SPACING

    def _overhang(self, T: int, side: int) -> float:
        """How far the last label reaches beyond its thumbnail."""
        width = QFontMetrics(small_font(self.font())).horizontalAdvance(f"T = {T}")
        return max(2.0, (width - side) / 2 + 2)

    def _label_height(self) -> int:
        return QFontMetrics(small_font(self.font())).height() + 6

    def _side_in_pixels(self) -> int:
        return round(self._layout.side * self.devicePixelRatioF())

    def _start_over(self) -> None:
        """Forget all thumbnails, and begin to draw them again."""
        self._pictures.clear()
        self._picture_side = self._side_in_pixels()
        self._revision += 1
        self._fill_timer.start()
        self.update()

    def _missing(self) -> list[tuple[Chain, int]]:
        """Thumbnails that could be drawn now, both chains side by side."""
        return [
            (chain, t)
            for t in self._layout.times
            for chain in _ROWS
            if (chain, t) not in self._pictures
            and (trajectory := self._trajectories[chain]) is not None
            and trajectory.is_recorded(self._own_t(trajectory, t))
        ]

    def _own_t(self, trajectory: Trajectory, t: int) -> int:
        """A chain's t at the same share of the way, where its length is not that of the axis."""
        return round(t * trajectory.T / self._layout.T)

    def _render(self, chain: Chain, t: int) -> bool:
        """Draw a thumbnail; False where it is still on its way from a file."""
        trajectory = self._trajectories[chain]
        assert trajectory is not None
        picture = self._thumbnail(trajectory, self._own_t(trajectory, t), chain)
        if picture is None:
            return False
        if isinstance(picture, Exception):  # the large view says what is wrong
            self._pictures[chain, t] = transparent_image((self._picture_side,) * 2, 1.0)
        else:
            self._pictures[chain, t] = self._framed(picture)
        return True

    def _thumbnail(
        self, trajectory: Trajectory, t: int, chain: Chain
    ) -> Picture | Exception | None:
        """x_t, or what keeps it from being read; None where a thread has to read it first."""
        look = self._picture_side, self._theme.chain(chain).name(), self._theme.canvas
        if trajectory.is_in_memory:
            return thumbnail(trajectory.frame(t), *look)
        key = (trajectory, t, look)
        found: Picture | Exception | None = self._reader.answer(key)
        if found is None:
            self._reader.ask(key, partial(_thumbnail_from_file, trajectory, t, *look))
        return found

    def _framed(self, picture: Picture) -> QImage:
        """A thumbnail with round corners and a border: done once, for clipping is slow."""
        image = transparent_image((self._picture_side,) * 2, self.devicePixelRatioF())
        place = QRectF(QPointF(0, 0), image.deviceIndependentSize())
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipPath(_rounded(place))
            draw_picture(painter, place.topLeft(), picture)
            painter.setClipping(False)
            painter.setPen(QPen(QColor(self._theme.border), 1))
            painter.drawPath(_rounded(place.adjusted(0.5, 0.5, -0.5, -0.5)))
        return image

    def _paint_static(self, painter: QPainter, rect: QRectF) -> None:
        for chain in _ROWS:
            row = self.thumbnail_rect(chain, 0)
            box = QRectF(0, row.top(), self._gutter() - SPACING / 2, row.height())
            paint_chain_name(painter, box, chain, self._theme, self.font())
            for t in self._layout.times:
                self._paint_thumbnail(painter, chain, t)
        if not self._has_data():
            return
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(self._theme.muted_text))
        for t in self._layout.times:
            painter.drawText(self._label_rect(t), int(Qt.AlignmentFlag.AlignCenter), self._label(t))

    def _paint_thumbnail(self, painter: QPainter, chain: Chain, t: int) -> None:
        place = self.thumbnail_rect(chain, t)
        image = self._pictures.get((chain, t))
        if image is None:
            painter.fillPath(_rounded(place), faded(self._theme.border, 0.35))
        else:
            painter.drawImage(place.topLeft(), image)

    def _label(self, t: int) -> str:
        if t == 0:
            return "t = 0"
        return f"T = {t}" if t == self._layout.T else str(t)

    def _label_rect(self, t: int) -> QRectF:
        bottom = self.thumbnail_rect(Chain.REVERSE, 0).bottom()
        return QRectF(self._layout.x(t) - 50, bottom + 2, 100, self._label_height() - 4)

    def _paint_cursor(self, painter: QPainter) -> None:
        """A line at t through both rows, and the nearest thumbnails in their chains' colours."""
        if not self._has_data():
            return
        x = round(self._layout.x(self._t)) + 0.5
        painter.setPen(QPen(QColor(self._theme.text), 1.2))
        bottom = self.thumbnail_rect(Chain.REVERSE, 0).bottom()
        painter.drawLine(QPointF(x, 0), QPointF(x, bottom + 2))
        nearest = self._layout.nearest(self._t)
        for chain in _ROWS:
            painter.setPen(QPen(self._theme.chain(chain), 2))
            place = self.thumbnail_rect(chain, nearest)
            painter.drawRoundedRect(place, _CORNER, _CORNER)


def _thumbnail_from_file(
    trajectory: Trajectory, t: int, side_px: int, colour: str, background: str
) -> Picture:
    """Of the samples that a thumbnail shows: no others are read."""
    few = trajectory.samples(t, 0, min(THUMBNAIL_SAMPLES, trajectory.count))
    return thumbnail(few, side_px, colour, background)


def _rounded(place: QRectF) -> QPainterPath:
    shape = QPainterPath()
    shape.addRoundedRect(place, _CORNER, _CORNER)
    return shape
