"""The train command: drives a Trainer, prints its progress, and saves, also when interrupted."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from ddpm_studio.atomic_file import SaveError, check_replaceable
from ddpm_studio.checkpoints.model_file import SUFFIX
from ddpm_studio.checkpoints.weights import save_model
from ddpm_studio.training.presets import (
    BUNDLED_PRESETS,
    TrainingConfiguration,
    preset,
)
from ddpm_studio.training.trainer import Trainer, TrainingStep

INTERRUPTED = 130
_SAVE_INTERVAL_SECONDS = 120.0
_SPEED_WINDOW = 50  # progress reports over which steps/s is averaged


def train_preset(name: str, steps: int | None, seed: int, device: str, out: Path) -> int:
    """Train one preset into ``out``; returns 0, or 130 where it was interrupted (and saved).

    Raises UnknownPresetError, SaveError or TrainingDivergedError.
    """
    settings = preset(name)
    return _train(replace(settings, steps=steps or settings.steps, seed=seed), device, out)


def train_bundled_models(folder: Path, steps: int | None, seed: int, device: str) -> int:
    """Train every bundled model into ``folder``/NAME.safetensors, one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in BUNDLED_PRESETS:
        code = train_preset(name, steps, seed, device, folder / f"{name}{SUFFIX}")
        if code:
            return code
    return 0


def _train(settings: TrainingConfiguration, device: str, out: Path) -> int:
    check_replaceable(out)
    trainer = Trainer(settings, device)
    progress = _Progress(settings.name, settings.steps)
    saved_at = time.monotonic()
    with _stop_requests() as stop:
        for step in trainer.run():
            progress.report(step)
            if stop.is_set():
                break
            if time.monotonic() - saved_at > _SAVE_INTERVAL_SECONDS:
                _save_on_the_way(trainer, out)
                saved_at = time.monotonic()
        progress.end()
        if stop.is_set():
            print("Stopping, and saving …", file=sys.stderr)
        save_model(out, trainer.description(), trainer.weights())
    taken = trainer.description().training.steps
    if taken < settings.steps:
        print(f"Stopped after {taken:,} of {settings.steps:,} steps; saved to {out}.")
        return INTERRUPTED
    print(f"Trained {settings.name} for {taken:,} steps; saved to {out}.")
    return 0


def _save_on_the_way(trainer: Trainer, out: Path) -> None:
    """A disk that is full now may have room when the training ends: what was learned goes on."""
    try:
        save_model(out, trainer.description(), trainer.weights())
    except SaveError as error:
        print(f"\n{error} The training goes on.", file=sys.stderr)


@contextmanager
def _stop_requests() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets, so that a step or a save is never cut in two.

    A second Ctrl-C ends the program at once, as usual.
    """
    stop = threading.Event()

    def request(_number: int, _frame: FrameType | None) -> None:
        stop.set()  # no more: the signal may have come in the middle of a print
        signal.signal(signal.SIGINT, signal.default_int_handler)

    previous = signal.signal(signal.SIGINT, request)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous)


class _Progress:
    """Loss, steps per second and the time left, on one line of a terminal or a line now and then."""

    def __init__(self, name: str, steps: int) -> None:
        self._name, self._steps = name, steps
        self._on_terminal = sys.stderr.isatty()
        self._interval_seconds = 0.25 if self._on_terminal else 5.0
        self._times: deque[tuple[float, int]] = deque([(time.monotonic(), 0)], maxlen=_SPEED_WINDOW)
        self._losses: list[float] = []

    def report(self, step: TrainingStep) -> None:
        self._losses.append(step.loss)
        now = time.monotonic()
        due = now - self._times[-1][0] >= self._interval_seconds
        if not due and step.step not in (1, self._steps):
            return
        self._times.append((now, step.step))
        since, from_step = self._times[0]
        speed = (step.step - from_step) / max(now - since, 1e-9)
        left = (self._steps - step.step) / speed if speed else 0.0
        loss = sum(self._losses) / len(self._losses)
        self._losses.clear()
        line = (
            f"{self._name}: step {step.step:,}/{self._steps:,}  loss {loss:.4f}  "
            f"{speed:.1f} steps/s  {_clock(left)} left"
        )
        if self._on_terminal:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._on_terminal:
            print(file=sys.stderr)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
