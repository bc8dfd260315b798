"""Looks where the window's thread is when it has not ticked for a while. No Qt.

A thread that sleeps almost always: it wakes about 50 times a second, and looks only at a thread that
is late. Python alone can be seen: a stall inside Qt shows the line that called it.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from pathlib import Path
from time import perf_counter
from types import FrameType

LOOK_AFTER_SECONDS = 0.020
LOOK_AGAIN_SECONDS = 0.010
SHOWN_FRAMES = 3
PACKAGE = Path(__file__).resolve().parent.parent
OWN_FOLDER = Path(__file__).resolve().parent


class StackWatch:
    """Watches the thread that makes it. That thread calls :meth:`on_tick` as often as it can."""

    def __init__(self) -> None:
        self._watched = threading.get_ident()
        self._last_tick = perf_counter()
        self._places: Counter[str] = Counter()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="stack watch", daemon=True)

    def start(self) -> None:
        """Begin to watch; once only."""
        self._last_tick = perf_counter()
        self._thread.start()

    def stop(self) -> None:
        """End the watching thread."""
        self._ended.set()
        self._thread.join()

    def on_tick(self) -> str:
        """Where the thread was seen most often since the last tick; empty if it was in time."""
        self._last_tick = perf_counter()
        if not self._places:
            return ""
        places, self._places = self._places, Counter()
        return places.most_common(1)[0][0]

    def _watch(self) -> None:
        pause = LOOK_AFTER_SECONDS
        while not self._ended.wait(pause):
            in_time_for = self._last_tick + LOOK_AFTER_SECONDS - perf_counter()
            if in_time_for <= 0:
                self._look()
            pause = max(in_time_for, LOOK_AGAIN_SECONDS)

    def _look(self) -> None:
        frame = sys._current_frames().get(self._watched)
        self._places[place_of(frame)] += 1


def place_of(frame: FrameType | None) -> str:
    """The innermost lines of the application in a stack, as ``file:line function``."""
    lines: list[str] = []
    while frame is not None and len(lines) < SHOWN_FRAMES:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE) and not path.is_relative_to(OWN_FOLDER):
            name = path.relative_to(PACKAGE).as_posix()
            lines.append(f"{name}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(lines)
