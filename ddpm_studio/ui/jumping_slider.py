"""A slider whose handle goes where somebody clicks."""

from __future__ import annotations

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSlider

_HANDLE_WIDTH = 12  # in Fusion style


class JumpingSlider(QSlider):
    """A click goes where it is made, and may go on as a drag. Its values begin at 0."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        room = max(1, self.width() - _HANDLE_WIDTH)
        share = (event.position().x() - _HANDLE_WIDTH / 2) / room
        self.setValue(round(min(max(share, 0.0), 1.0) * self.maximum()))
        super().mousePressEvent(event)  # the handle is under the pointer now
