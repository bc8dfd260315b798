"""Runs a generator on a thread of its own: the one way in which this application does long work.

The generator yields its progress and returns its result; whatever it needs to leave consistent
belongs into its own ``finally``. Progress is never signalled step by step: the latest value waits
in a slot until the window's own timer asks for it. Signals are for rare events alone.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, QThread, Signal

Work = Generator[Any, None, Any]

STOP_TIMEOUT_MS = 10_000


class BackgroundTask(QObject):
    """At most one run at a time; starting another cancels the one before and drops its results.

    started, cancelled     without a value
    released               a thread has come to its end: a cancelled run yields nothing more
    finished(object)       what the generator returned
    failed(object)         the exception that ended it
    """

    started = Signal()
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    released = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run_number = 0
        self._run: _Run | None = None
        self._ending: list[_Run] = []  # cancelled runs whose threads have not come to an end yet

    @property
    def is_running(self) -> bool:
        """Whether a run is going on that was not cancelled."""
        return self._run is not None

    @property
    def is_ending(self) -> bool:
        """Whether a thread that was cancelled has not come to its end yet; ``released`` follows."""
        return any(not run.isFinished() for run in self._ending)

    @property
    def latest(self) -> Any:
        """The value yielded last by the present run, or None. Never waits."""
        return self._run.latest if self._run else None

    def start(self, make_work: Callable[[], Work]) -> None:
        """Call ``make_work`` on a new thread and drive the generator it returns."""
        self._abandon()
        self._run_number += 1
        run = _Run(self._run_number, make_work, self)
        run.ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        run.finished.connect(self._on_thread_finished, Qt.ConnectionType.QueuedConnection)
        self._run = run
        self.started.emit()
        run.start(QThread.Priority.LowPriority)

    def cancel(self) -> None:
        """Stop the run between two yields; what it has not reported by now is dropped."""
        if self._abandon():
            self.cancelled.emit()

    def pause(self) -> None:
        """Hold the run between two yields until :meth:`resume`."""
        if self._run:
            self._run.go.clear()

    def resume(self) -> None:
        """Let a paused run go on."""
        if self._run:
            self._run.go.set()

    @property
    def is_paused(self) -> bool:
        """Whether the present run is held."""
        return self._run is not None and not self._run.go.is_set()

    def stop(self, timeout_ms: int = STOP_TIMEOUT_MS) -> bool:
        """Cancel and wait for every thread, for the application's end; False where one is stuck."""
        return stop_tasks([self], timeout_ms)

    def wait(self, deadline: QDeadlineTimer) -> bool:
        """Whether the threads of all cancelled runs came to their end in time."""
        stopped = [run.wait(deadline) for run in self._ending]
        self._ending = [run for run in self._ending if not run.isFinished()]
        return all(stopped)

    def _abandon(self) -> bool:
        if self._run is None:
            return False
        self._run.request_stop()
        self._ending.append(self._run)
        self._run = None
        return True

    def _on_ended(self, number: int, result: object, error: object) -> None:
        if self._run is None or self._run.number != number:
            return  # an abandoned run: its results are nobody's
        self._ending.append(self._run)
        self._run = None
        if error is None:
            self.finished.emit(result)
        else:
            self.failed.emit(error)

    def _on_thread_finished(self) -> None:
        ended = [run for run in self._ending if run.isFinished()]
        self._ending = [run for run in self._ending if not run.isFinished()]
        for run in ended:
            run.deleteLater()
        self.released.emit()


def stop_tasks(tasks: Sequence[BackgroundTask], timeout_ms: int = STOP_TIMEOUT_MS) -> bool:
    """Cancel all of them first, then wait for all together; False where a thread is stuck."""
    for task in tasks:
        task.cancel()
    deadline = QDeadlineTimer(timeout_ms)
    stopped = [task.wait(deadline) for task in tasks]  # each of them, also after one that did not
    return all(stopped)


class _Run(QThread):
    """One run of one generator."""

    ended = Signal(int, object, object)  # number, result, error

    def __init__(self, number: int, make_work: Callable[[], Work], parent: QObject) -> None:
        super().__init__(parent)
        self.number = number
        self.go = threading.Event()
        self.go.set()
        self._make_work = make_work
        self._stop_requested = threading.Event()
        self._latest: deque[Any] = deque(maxlen=1)

    @property
    def latest(self) -> Any:
        try:
            return self._latest[0]
        except IndexError:
            return None

    def request_stop(self) -> None:
        self._stop_requested.set()
        self.go.set()

    def run(self) -> None:  # on the new thread
        try:
            result = self._drive(self._make_work())
        except Exception as error:
            self.ended.emit(self.number, None, error)
        else:
            self.ended.emit(self.number, result, None)

    def _drive(self, work: Work) -> Any:
        try:
            while not self._stop_requested.is_set():
                self._latest.append(next(work))
                self.go.wait()
        except StopIteration as stop:
            return stop.value
        finally:
            work.close()  # runs the generator's own finally here, on the thread it lived on
        return None
