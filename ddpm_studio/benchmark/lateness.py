"""How late the window's thread is: a short timer that should tick evenly, and who kept it waiting."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter, thread_time

from PySide6.QtCore import QObject, Qt, QTimer

from ddpm_studio.benchmark.results import Stall
from ddpm_studio.benchmark.stack_watch import StackWatch

INTERVAL_MS = 5
WORTH_KEEPING_MS = 20.0


@dataclass(frozen=True)
class _LateTick:
    at: float
    stall: Stall


class Lateness(QObject):
    """Measures from :meth:`start` on; set ``activity`` to what the person does at the moment."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.activity = ""
        self._ticks: list[tuple[float, float]] = []  # when, and how many ms late
        self._late: list[_LateTick] = []
        self._stacks = StackWatch()
        self._timer = QTimer(self, interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin; the first tick counts from here."""
        self._last, self._last_busy = perf_counter(), thread_time()
        self._stacks.start()
        self._timer.start()

    def stop(self) -> None:
        """End, also the watching thread."""
        self._timer.stop()
        self._stacks.stop()

    def late_ms(self, since: float) -> list[float]:
        """How late every tick was since that ``perf_counter()``."""
        return [late for at, late in self._ticks if at >= since]

    def stalls(self, begin: float, end: float, at_most: int) -> list[Stall]:
        """The longest stalls that ended between two times, the longest first."""
        chosen = [late.stall for late in self._late if begin <= late.at < end]
        return sorted(chosen, key=lambda stall: -stall.late_ms)[:at_most]

    def _tick(self) -> None:
        now, busy = perf_counter(), thread_time()
        late_ms = max(0.0, 1000 * (now - self._last) - INTERVAL_MS)
        self._ticks.append((now, late_ms))
        place = self._stacks.on_tick()
        if late_ms >= WORTH_KEEPING_MS:
            busy_ms = 1000 * (busy - self._last_busy)
            self._late.append(_LateTick(now, Stall(late_ms, busy_ms, self.activity, place)))
        self._last, self._last_busy = now, busy
