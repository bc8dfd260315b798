"""Tells when the window has finished drawing what it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QMainWindow, QWidget


class PaintWatch(QObject):
    """Watches one window; Qt draws all of its widgets that changed in one go.

    painted(float)  ``perf_counter()`` at the end of a paint in which every one of ``views`` was drawn;
                    or, with ``shows_all``, after which all of them show what they were asked for: views
                    that have to wait for a file are drawn before and after it
    """

    painted = Signal(float)

    def __init__(
        self,
        window: QMainWindow,
        views: Iterable[QWidget],
        shows_all: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(window)
        self._shows_all = shows_all
        self._window = window
        self._views = frozenset(views)
        self._drawn: set[QObject] = set()
        for widget in (window, *self._views):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched in self._views:
            self._drawn.add(watched)
        elif event.type() == QEvent.Type.UpdateRequest and watched is self._window:
            # The same handler that would get the event now: only here its end can be seen.
            self._window.event(event)
            self._on_drawn(perf_counter())
            return True
        return False

    def _on_drawn(self, now: float) -> None:
        if self._shows_all() if self._shows_all else self._drawn == self._views:
            self.painted.emit(now)
        self._drawn.clear()
