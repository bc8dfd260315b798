"""Both chains at a glance: x_0 … x_T as two rows of small pictures, as in the paper's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.ui.theme import SPACING, Chain, Theme, small_font
from ddpm_studio.ui.views.chain_name import name_width, paint_chain_name
from ddpm_studio.ui.views.painted_layer import PaintedLayer, faded
from ddpm_studio.ui.views.strip_thumbnails import CORNER, ROWS, StripThumbnails, rounded
from ddpm_studio.ui.views.thumbnails import StripLayout, strip_times

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_GAP = 6  # between the rows, and the least between thumbnails
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
        self._trajectories: dict[Chain, Trajectory | None] = dict.fromkeys(ROWS)
        self._revision = 0  # of what the static layer shows
        self._static = PaintedLayer()
        self._t = 0
        self._announced_margins = (-1, -1)
        self._layout = self._make_layout()
        self._thumbnails = StripThumbnails(theme, self._layout, self)
        self._thumbnails.drawn.connect(self._repaint)
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
        if all(new[chain] is self._trajectories[chain] for chain in ROWS):
            return
        self._trajectories = new
        self._thumbnails.set_trajectories(new)
        self._lay_out()
        self._start_over()

    def show_frame(self, t: int) -> None:
        """Put the cursor at t."""
        if t != self._t:
            self._t = t
            self.update()

    def refresh(self) -> None:
        """Take in frames that were recorded since."""
        self._thumbnails.fill()

    def groove_margins(self) -> tuple[int, int]:
        """Pixels from the strip's left edge to t = 0, and from t = T to its right edge."""
        return round(self._layout.left), round(self.width() - self._layout.right)

    def times(self) -> tuple[int, ...]:
        """The t of the thumbnails."""
        return self._layout.times

    def rendered(self, chain: Chain) -> tuple[int, ...]:
        """The t whose thumbnails are drawn already, ascending."""
        return self._thumbnails.times(chain)

    def thumbnail_rect(self, chain: Chain, t: int) -> QRectF:
        """Where a thumbnail is, or would be."""
        side = self._layout.side
        top = ROWS.index(chain) * (side + _GAP) + 2
        return QRectF(round(self._layout.x(t) - side / 2), top, side, side)

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self.setAccessibleName(self.tr("Film strip of both chains"))
        self.setToolTip(
            self.tr("Above the forward chain q, below the reverse chain pθ: click or drag to seek")
        )
        self._repaint()

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
        side_px = round(self._layout.side * self.devicePixelRatioF())
        if side_px != self._thumbnails.side_px:  # moved to another screen
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
                self._repaint()
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

    def _start_over(self) -> None:
        """All thumbnails have to be drawn again."""
        self._thumbnails.start_over(self._theme, self._layout, self.devicePixelRatioF())
        self._repaint()

    def _repaint(self) -> None:
        """The static layer shows something else."""
        self._revision += 1
        self.update()

    def _paint_static(self, painter: QPainter, rect: QRectF) -> None:
        for chain in ROWS:
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
        image = self._thumbnails.picture(chain, t)
        if image is None:
            painter.fillPath(rounded(place), faded(self._theme.border, 0.35))
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
        for chain in ROWS:
            painter.setPen(QPen(self._theme.chain(chain), 2))
            place = self.thumbnail_rect(chain, nearest)
            painter.drawRoundedRect(place, CORNER, CORNER)
