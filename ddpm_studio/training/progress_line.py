"""Loss, steps per second and the time left, on one line of a terminal or a line now and then."""

from __future__ import annotations

import sys
import time
from collections import deque

from ddpm_studio.standard_streams import show_progress
from ddpm_studio.training.trainer import Trainer

_SPEED_WINDOW = 50  # reports over which steps/s is averaged


class ProgressLine:
    """Reports on stderr; the loss is the mean since the last report."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._name, self._steps = trainer.configuration.name, trainer.configuration.steps
        self._on_terminal = sys.stderr.isatty()
        self._interval_seconds = 0.25 if self._on_terminal else 5.0
        self._first = trainer.step + 1
        self._reports: deque[tuple[float, int]] = deque(
            [(time.monotonic(), trainer.step)], maxlen=_SPEED_WINDOW
        )

    def report(self) -> None:
        """To be called after each step; it looks at the losses only where a line is due."""
        now, step = time.monotonic(), self._trainer.step
        due = now - self._reports[-1][0] >= self._interval_seconds
        if not due and step not in (self._first, self._steps):
            return
        loss = float(self._trainer.history.since(self._reports[-1][1])[0].mean())
        self._reports.append((now, step))
        since, from_step = self._reports[0]
        speed = (step - from_step) / max(now - since, 1e-9)
        left = (self._steps - step) / speed if speed else 0.0
        show_progress(
            f"{self._name}: step {step:,}/{self._steps:,}  loss {loss:.4f}  "
            f"{speed:.1f} steps/s  {_clock(left)} left"
        )

    def say(self, line: str) -> None:
        """Something else, on a line of its own."""
        self.end()
        print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line of a terminal."""
        if self._on_terminal:
            print(file=sys.stderr)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
