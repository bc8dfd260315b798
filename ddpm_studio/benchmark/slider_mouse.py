"""A mouse that drags the handle of the window's slider to and fro, and the latencies it feels."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from time import perf_counter

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from ddpm_studio.benchmark.paint_watch import PaintWatch
from ddpm_studio.ui.groove_slider import GROOVE_CENTRE
from ddpm_studio.ui.main_screen import MainScreen
from ddpm_studio.ui.main_window import MainWindow

INTERVAL_MS = 16  # 60 events a second
STRIDES = 80  # events from one end to the other
GIVE_UP_SECONDS = 10.0


class SliderMouse(QObject):
    """Sends the events of a real mouse to one window's slider. An event that came late, because the

    window was busy, is merged with the next one as Qt does, but its latency still counts.
    """

    def __init__(self, window: MainWindow, screen: MainScreen) -> None:
        super().__init__(window)
        self._slider = screen.stage.timeline.slider
        views = (screen.stage.forward_card.view, screen.stage.reverse_card.view)
        self._watch = PaintWatch(
            window, views, lambda: all(view.shows_present_frame for view in views)
        )
        self._watch.painted.connect(self._on_painted)
        self._timer = QTimer(self, interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._move)
        self._loop = QEventLoop()
        self._is_dragging = False
        self._unseen: list[float] = []
        self._latencies_ms: list[float] = []

    def drag(
        self,
        events: int,
        only_while: Callable[[], bool] = lambda: True,
        *,
        jumps: bool = False,
    ) -> list[float]:
        """Milliseconds of each of so many events; fewer where ``only_while`` ceased to hold.

        In even strides, or to any t at all with ``jumps``: where nothing read ahead is of use.
        """
        move = _anywhere if jumps else _to_and_fro
        self._positions = move(self._slider.maximum())
        self._only_while = only_while
        self._due_left, self._next_due = events, 0.0
        self._unseen, self._latencies_ms = [], []
        self._send(QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton)
        QTimer.singleShot(100, self._begin)
        self._loop.exec()
        self._is_dragging = False
        self._send(QEvent.Type.MouseButtonRelease, Qt.MouseButton.LeftButton)
        return self._latencies_ms

    def _begin(self) -> None:
        self._is_dragging = True
        self._next_due = perf_counter() + INTERVAL_MS / 1000
        self._timer.start()

    def _move(self) -> None:
        now = perf_counter()
        while self._next_due <= now and self._due_left:
            self._unseen.append(self._next_due)
            self._next_due += INTERVAL_MS / 1000
            self._due_left -= 1
        if self._unseen:
            self._send(QEvent.Type.MouseMove, Qt.MouseButton.NoButton)
        self._end_if_done(now)

    def _on_painted(self, now: float) -> None:
        if self._is_dragging and self._only_while():
            self._latencies_ms += [1000 * (now - due) for due in self._unseen]
        self._unseen.clear()

    def _end_if_done(self, now: float) -> None:
        is_over = not self._only_while() or not (self._due_left or self._unseen)
        was_never_drawn = bool(self._unseen) and now - self._unseen[0] > GIVE_UP_SECONDS
        if is_over or was_never_drawn:
            self._timer.stop()
            self._loop.quit()
        if was_never_drawn:
            raise TimeoutError("The window did not draw what the slider was moved to.")

    def _send(self, kind: QEvent.Type, button: Qt.MouseButton) -> None:
        place = QPointF(self._slider.x_of(next(self._positions)), GROOVE_CENTRE)
        held = Qt.MouseButton.LeftButton
        if kind is QEvent.Type.MouseButtonRelease:
            held = Qt.MouseButton.NoButton
        event = QMouseEvent(
            kind,
            place,
            self._slider.mapToGlobal(place),
            button,
            held,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self._slider, event)


def _anywhere(T: int) -> Iterator[float]:
    """Any t, for ever; the same ones each time, and never the same twice in a row."""
    chance, before = random.Random(0), -1
    while True:
        t = chance.randrange(T + 1)
        if t != before:
            yield float(t)
        before = t


def _to_and_fro(T: int) -> Iterator[float]:
    """t from 0 to T and back, for ever, in even strides and never the same twice in a row."""
    while True:
        for index in range(STRIDES):
            yield T * index / STRIDES
        for index in range(STRIDES, 0, -1):
            yield T * index / STRIDES
