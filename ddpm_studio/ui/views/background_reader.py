"""Fetches what is to be shown on a thread, so that the window's own never waits for a disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

Job = tuple[Hashable, Callable[[], Any]]

_MOST_KEPT = 8  # results
_QUIET_SECONDS = 0.03  # without a new question, before what may be asked next is fetched


class BackgroundReader(QObject):
    """Only the question asked last is answered: what nobody waits for any more is left out.

    arrived   the answer to the present question is there
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor: ThreadPoolExecutor | None = (
            None  # its thread begins with the first question
        )
        # Both threads only ever exchange these whole: no lock is needed.
        self._asked = _Question(0, ())
        self._answers: dict[Hashable, Any] = {}
        self.latest: tuple[Hashable, Any] | None = (
            None  # key and answer of the last question answered
        )
        self.seconds = 0.0  # that the last question took
        self._news = threading.Event()
        self._is_working = False

    def answer(self, key: Hashable) -> Any:
        """What the job of that key returned, or the exception it raised; None where it is not there."""
        return self._answers.get(key)

    def ask(
        self,
        key: Hashable,
        job: Callable[[], Any],
        likely_next: Sequence[Job] = (),
        *,
        can_wait: bool = False,
    ) -> None:
        """Have a job done; then those of ``likely_next``, unless another is asked for meanwhile.

        With ``can_wait`` also the first only where nothing else is asked for a moment.
        """
        asked = self._asked
        if asked.jobs and asked.jobs[0][0] == key:
            return
        self._asked = _Question(asked.era, ((key, job), *likely_next), can_wait)
        self._news.set()
        if not self._is_working:
            self._is_working = True
            self._executor = self._executor or ThreadPoolExecutor(1, "frame reader")
            self._executor.submit(self._work)

    def clear(self) -> None:
        """Forget everything, and what it refers to."""
        self._asked = _Question(self._asked.era + 1, ())
        self._answers = {}
        self.latest = None

    def _work(self) -> None:
        """On the thread: until there is nothing left to fetch."""
        while True:
            asked = self._asked
            self._news.clear()
            self._do(asked)
            self._is_working = False
            if self._asked is asked:
                return
            self._is_working = True  # a question came in between

    def _do(self, asked: _Question) -> None:
        for order, (key, job) in enumerate(asked.jobs):
            if key in self._answers:
                continue
            if (order > 0 or asked.can_wait) and not self._is_quiet_after(asked):
                return
            began = time.perf_counter()
            found = _result(job)
            if self._asked.era != asked.era:
                return  # cleared meanwhile: nothing of it is kept
            self._keep(key, found)
            if order == 0:
                self.seconds = time.perf_counter() - began
                self.latest = key, found
                with suppress(RuntimeError):  # the window was closed meanwhile
                    self.arrived.emit()

    def _is_quiet_after(self, asked: _Question) -> bool:
        """Whether nothing else is asked for a moment.

        The news of ``asked`` itself may come late: the thread may have found it before it was told.
        """
        while self._news.wait(_QUIET_SECONDS) and self._asked is asked:
            self._news.clear()
        return self._asked is asked

    def _keep(self, key: Hashable, found: Any) -> None:
        newest = list(self._answers.items())[-_MOST_KEPT + 1 :]
        self._answers = {**dict(newest), key: found}


@dataclass(frozen=True)
class _Question:
    """What is to be fetched, the first for somebody who waits; ``era`` counts the clearings."""

    era: int
    jobs: Sequence[Job]
    can_wait: bool = False


def _result(job: Callable[[], Any]) -> Any:
    try:
        return job()
    except Exception as error:
        return error
