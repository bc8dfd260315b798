"""One chain at the current t: the body of a card, with a sample to enlarge or to mark."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.storage_text import storage_text
from ddpm_studio.ui.theme import RADIUS, Chain, Theme
from ddpm_studio.ui.views.chain_painting import NOTHING, ChainPainting
from ddpm_studio.ui.views.sample_pictures import Size

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_HASTE_MS = 12  # of the 33 ms in which x_t is to be seen
_MOVING_SECONDS = 0.05  # at most, from one t to the next
_PATIENCE_MS = 100
_CONFIRM = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class ChainView(QWidget):
    """Paints one chain; a click, or the keyboard, picks out one sample.

    Images: a click or Enter enlarges one in place; then the arrow keys go from sample to sample,
    and a click, Enter or Esc goes back. In the grid the arrow keys are left to the timeline.
    Points: a click marks the nearest sample and draws its path, Enter marks the next one, a
    second click or Esc clears. The signals carry the index, or -1 for none; they follow a
    person's act only, so two views may drive each other's ``show_…`` slot.
    """

    sample_enlarged = Signal(int)
    sample_selected = Signal(int)

    def __init__(self, chain: Chain, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._painting = ChainPainting(chain, theme)
        self._t = 0
        self._moved_at = 0.0
        self._cursor = 0  # the sample that Enter enlarges
        self._shows_focus = False
        self._painted: Hashable = None
        self._painted_t = -1
        self._haste = QTimer(self, singleShot=True, interval=_HASTE_MS)
        self._haste.timeout.connect(self._take_preview)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._say_waiting)
        self._painting.arrived.connect(self.update)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.retranslate()

    @property
    def chain(self) -> Chain:
        """Which of the two it shows."""
        return self._painting.chain

    @property
    def chosen(self) -> int:
        """The sample that is enlarged or marked; -1 if none is."""
        return self._painting.chosen

    @property
    def shows_present_frame(self) -> bool:
        """Whether x_t was painted, if only its preview, and not what was there before."""
        return self._painted_t == self._t and not self._painting.is_stale

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._painting.set_theme(theme)
        self.update()

    def set_trajectory(self, trajectory: Trajectory | None) -> None:
        """Show other samples; None shows a hint."""
        self._painting.set_trajectory(trajectory)
        self._painted_t = -1
        self._cursor = max(0, self.chosen)
        images = self._painting.shows_images
        self.setCursor(Qt.CursorShape.PointingHandCursor if images else Qt.CursorShape.ArrowCursor)
        self.retranslate()
        self.update()

    def show_awaited(self, is_loading: bool, waits_for_samples: bool) -> None:
        """Where there is no chain: whether it is on its way, or begins where another one ends."""
        awaited, painting = (is_loading, waits_for_samples), self._painting
        if awaited != (painting.is_loading, painting.waits_for_samples):
            painting.is_loading, painting.waits_for_samples = awaited
            self.update()

    def show_frame(self, t: int) -> None:
        """Show x_t."""
        if t != self._t:
            before, self._moved_at = self._moved_at, time.monotonic()
            if self._moved_at - before < _MOVING_SECONDS:
                self._painting.follow_movement()
            self._t = t
            self.update()

    def refresh(self) -> None:
        """Pick up frames recorded since; paints only if what is visible has changed."""
        grown = self._painting.extend_path()
        if grown or self._visible_state() != self._painted:
            self.update()

    def show_enlarged(self, index: int) -> None:
        """Enlarge a sample of images, or go back to the grid (-1); nothing for points."""
        if self._painting.shows_images:
            self._choose(index)

    def show_selected(self, index: int) -> None:
        """Mark a sample of points and its path, or none (-1); nothing for images."""
        if not self._painting.shows_images:
            self._choose(index)

    def picture(self, t: int, size_px: Size, device_pixel_ratio: float = 1.0) -> QImage:
        """What the view shows at t, in an image of ``size_px`` (width, height) device pixels."""
        return self._painting.picture(t, size_px, device_pixel_ratio, self.font())

    def retranslate(self) -> None:
        """Set every text in the current language."""
        if self.chain is Chain.FORWARD:
            self.setAccessibleName(self.tr("Forward chain: samples at the current timestep"))
        else:
            self.setAccessibleName(self.tr("Reverse chain: samples at the current timestep"))
        hint, storage = self._hint(), self._storage()
        self.setToolTip(paragraphs(hint, storage) if storage else hint)
        self.setAccessibleDescription(f"{hint}. {storage}" if storage else hint)

    def _hint(self) -> str:
        if self._painting.trajectory is None:
            return ""
        if self._painting.shows_images:
            return self.tr("Click an image, or press Enter, to enlarge it; then use the arrow keys")
        return self.tr("Click, or press Enter, to mark a sample and see its path through all t")

    def _storage(self) -> str:
        trajectory = self._painting.trajectory
        return "" if trajectory is None else storage_text(trajectory)

    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self.update()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        # Without this a shortcut of the window for the same key would win.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._target_of(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        target = self._target_of(event)
        if target is None:
            super().keyPressEvent(event)
        else:
            self._act(target)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        if self._painting.shows_images and self.chosen != NOTHING:
            self._act(NOTHING)
            return
        index = self._painting.sample_at(
            self._canvas(), event.position(), self._t, self.devicePixelRatioF()
        )
        if index != NOTHING:
            self._act(NOTHING if index == self.chosen else index)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = event.reason() in _KEYBOARD
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = False
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._painted, self._painted_t = self._visible_state(), self._t
        with QPainter(self) as painter:
            self._painting.paint(painter, self._canvas(), self._t)
            if self._shows_focus:
                self._painting.paint_cursor(painter, self._canvas(), self._cursor)
            self._round_corners(painter)
        self._be_patient()

    def _be_patient(self) -> None:
        """A picture that does not come from its file at once: its preview; much later it is said.

        Not before: two pictures of each t in turn would flicker. While t moves, previews alone follow
        it; the pictures come once it rests.
        """
        painting = self._painting
        if not painting.is_waiting:
            self._haste.stop()
            self._patience.stop()
            painting.takes_preview = painting.says_waiting = False
            return
        if painting.is_stale and not painting.takes_preview and not self._haste.isActive():
            self._haste.start()
        if not self._patience.isActive() and not painting.says_waiting:
            self._patience.start()

    def _take_preview(self) -> None:
        self._painting.takes_preview = True
        self.update()

    def _say_waiting(self) -> None:
        self._painting.says_waiting = True
        self.update()

    def _canvas(self) -> QRectF:
        return QRectF(self.rect())

    def _visible_state(self) -> Hashable:
        recorded = self._painting.is_recorded(self._t)
        return recorded, None if recorded else self._painting.frontier()

    def _round_corners(self, painter: QPainter) -> None:
        """The card's colour outside of a rounded canvas; the accent around it for the keyboard."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(self._canvas(), RADIUS - 2, RADIUS - 2)
        outside = QPainterPath()
        outside.addRect(self._canvas())
        painter.fillPath(outside - outline, QColor(self._theme.card))
        if self._shows_focus:
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.drawRoundedRect(self._canvas().adjusted(1, 1, -1, -1), RADIUS - 2, RADIUS - 2)

    def _target_of(self, event: QKeyEvent) -> int | None:
        """The sample that a key leads to (NOTHING: back); None where the key is not for us."""
        trajectory, key = self._painting.trajectory, event.key()
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if trajectory is None or plain != Qt.KeyboardModifier.NoModifier:
            return None
        chosen, images = self.chosen, self._painting.shows_images
        if key == Qt.Key.Key_Escape:
            return NOTHING if chosen != NOTHING else None
        if key in _CONFIRM:
            if images:
                return self._cursor if chosen == NOTHING else NOTHING
            return (chosen + 1) % trajectory.count
        if not images or chosen == NOTHING:
            return None
        columns = self._painting.columns(self._canvas(), self.devicePixelRatioF())
        steps = {
            int(Qt.Key.Key_Left): -1,
            int(Qt.Key.Key_Right): 1,
            int(Qt.Key.Key_Up): -columns,
            int(Qt.Key.Key_Down): columns,
        }
        if key not in steps:
            return None
        target = chosen + steps[key]
        return target if 0 <= target < trajectory.count else chosen

    def _act(self, index: int) -> None:
        """A person chose a sample: show it, and say so."""
        if index == self.chosen:
            return
        self._choose(index)
        signal = self.sample_enlarged if self._painting.shows_images else self.sample_selected
        signal.emit(self.chosen)

    def _choose(self, index: int) -> None:
        if index != self.chosen:
            self._painting.choose(index)
            self._cursor = self._cursor if self.chosen == NOTHING else self.chosen
            self.update()
