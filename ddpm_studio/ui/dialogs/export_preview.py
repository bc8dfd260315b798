"""The animation of an export as it will play, with as many pixels as the screen has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.export import AnimationPlan
from ddpm_studio.ui.export_layout import StageOptions
from ddpm_studio.ui.export_stage import ExportStage
from ddpm_studio.ui.theme import RADIUS, Theme

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

    Chains = tuple[Trajectory | None, Trajectory | None]


_RETRY_MS = 15  # where a frame is still on its way from a disk


class ExportPreview(QWidget):
    """Plays the pictures of a plan one after the other, each for as long as the GIF will show it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chains: Chains = (None, None)
        self._options: StageOptions | None = None
        self._plan: AnimationPlan | None = None
        self._stage: ExportStage | None = None
        self._file_size_px: tuple[int, int] | None = None
        self._timesteps: tuple[int, ...] = ()
        self._durations_ms: tuple[int, ...] = ()
        self._index = 0
        self._image = QImage()
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._advance)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)

    def show_plan(self, chains: Chains, options: StageOptions, plan: AnimationPlan) -> None:
        """Play this from here on; a changed look keeps the place, another range starts anew."""
        if (chains, options, plan) == (self._chains, self._options, self._plan):
            return  # and goes on playing
        if (chains, options) != (self._chains, self._options):
            self._chains, self._options = chains, options
            self._stage = None
        timesteps = plan.timesteps()
        if timesteps != self._timesteps:
            self._timesteps, self._index = timesteps, 0
        self._plan = plan
        self._durations_ms = plan.durations_ms()
        self._show_current()

    def stop(self) -> None:
        """Stand still."""
        self._timer.stop()

    @property
    def stage(self) -> ExportStage | None:
        """What draws the pictures; None before there is a chain."""
        return self._stage

    @property
    def file_size_px(self) -> tuple[int, int] | None:
        """Width and height of the file's pictures; None before there is a chain."""
        return self._file_size_px

    @property
    def t(self) -> int | None:
        """The t that is shown; None before there is anything."""
        return self._timesteps[self._index] if self._timesteps else None

    def sizeHint(self) -> QSize:
        return QSize(560, 480)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._stage = None  # made again, for another number of pixels
        if self._timesteps:
            self._show_current()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._timesteps:
            self._show_current()

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._theme.border), 1))
            painter.setBrush(QColor(self._theme.canvas))
            frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
            if not self._image.isNull():
                size = self._image.deviceIndependentSize()
                left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
                painter.drawImage(QPointF(round(left), round(top)), self._image)

    def _advance(self) -> None:
        self._index = (self._index + 1) % len(self._timesteps)
        self._show_current()

    def _show_current(self) -> None:
        if self._stage is None:
            self._stage = self._make_stage()
        if self._stage is None:
            return
        t = min(self._timesteps[self._index], self._stage.T)
        if not self._stage.prepare(t):
            QTimer.singleShot(_RETRY_MS, self, self._show_current)
            return
        self._image = self._stage.image(t)
        self._image.setDevicePixelRatio(self.devicePixelRatioF())
        self.update()
        if self.isVisible() and len(self._timesteps) > 1:
            self._timer.start(self._durations_ms[self._index])

    def _make_stage(self) -> ExportStage | None:
        """A stage whose pictures fit into this widget; never more pixels than the file's."""
        if self._options is None or not any(self._chains):
            return None
        full = ExportStage(*self._chains, self._options)
        self._file_size_px = full.size_px
        ratio = self.devicePixelRatioF()
        room = (max(1, self.width() - 2 * RADIUS), max(1, self.height() - 2 * RADIUS))
        scale = min(ratio * side / own for side, own in zip(room, full.size_px, strict=True))
        return full if scale >= 1 else ExportStage(*self._chains, self._options, pixel_ratio=scale)
