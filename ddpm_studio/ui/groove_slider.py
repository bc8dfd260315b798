"""What the sliders of the application have in common: measures, the mouse, and the handle."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from ddpm_studio.ui.theme import Theme

GROOVE_CENTRE = 13.0  # y, in logical pixels like all that follow
GROOVE_HEIGHT = 8.0
HANDLE_RADIUS = 9.0
BAND_TOP = GROOVE_CENTRE + GROOVE_HEIGHT / 2 + 2.5  # of the mark of what is not sampled yet
BAND_HEIGHT = 4.0
TICK_TOP = BAND_TOP + BAND_HEIGHT + 1.0
TICK_LENGTH = 4.0
LABEL_TOP = TICK_TOP + TICK_LENGTH + 2.0
LABEL_GAP = 12.0  # between neighbours; where there is less, the less important one is left out
WHEEL_NOTCH = 120  # Qt's unit of one click of a wheel


class GrooveSlider(QAbstractSlider):
    """A click anywhere jumps there and drags on, the wheel and the keys step.

    Whoever is one says where a value is, and which value is where.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._wheel_remainder = 0
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    @abstractmethod
    def x_of(self, value: int) -> float:
        """Where a value is, in pixels from the left edge."""

    @abstractmethod
    def value_at(self, x: float) -> int:
        """The value nearest to a distance from the left edge, clamped."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self.setValue(self.value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(self.value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Touch pads send parts of a notch; with Shift some systems scroll sideways.
        angle = event.angleDelta()
        self._wheel_remainder += angle.y() or -angle.x()
        notches = int(self._wheel_remainder / WHEEL_NOTCH)
        self._wheel_remainder -= notches * WHEEL_NOTCH
        is_long = event.modifiers() & (
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        )
        self.setValue(self.value() + notches * (self.pageStep() if is_long else 1))
        event.accept()

    def paint_handle(self, painter: QPainter, colour: QColor) -> None:
        """Where the value is; with a ring while it has the keyboard."""
        theme = self._theme
        centre = QPointF(self.x_of(self.value()), GROOVE_CENTRE)
        painter.setPen(Qt.PenStyle.NoPen)
        rings = [
            (HANDLE_RADIUS + 1, QColor(theme.window)),
            (HANDLE_RADIUS - 0.5, QColor(theme.text)),
            (HANDLE_RADIUS - 3, colour),
        ]
        if self.hasFocus():
            rings.insert(0, (HANDLE_RADIUS + 2.5, QColor(theme.accent)))
        for radius, ring_colour in rings:
            painter.setBrush(ring_colour)
            painter.drawEllipse(centre, radius, radius)
