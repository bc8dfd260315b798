"""Fetches a model from the Hugging Face hub on a thread."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ddpm_studio.session.background_task import BackgroundTask


@dataclass(frozen=True)
class FetchingProgress:
    """``done_bytes`` of ``total_bytes`` have come; 0 of 0 while the hub is asked what there is."""

    file: str
    done_bytes: int
    total_bytes: int
    elapsed_seconds: float
    seconds_left: float


class HubFetching(QObject):
    """One model at a time.

    fetched(Path)    the folder that it is in
    failed(object)   the exception that says why it is not
    """

    fetched = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.task = BackgroundTask(self)
        self.task.finished.connect(self.fetched)
        self.task.failed.connect(self.failed)

    @property
    def progress(self) -> FetchingProgress | None:
        """How far it has come; None while nothing is fetched."""
        return self.task.latest

    def fetch(self, name: str) -> None:
        """Such as "google/ddpm-cifar10-32"; what has come before is not fetched again."""
        self.task.start(partial(_fetch, name))

    def cancel(self) -> None:
        """Stop; files that are whole stay for another time."""
        self.task.cancel()


def _fetch(name: str) -> Generator[FetchingProgress, None, Path]:
    yield FetchingProgress("", 0, 0, 0.0, 0.0)
    from ddpm_studio.checkpoints.foreign.hub import fetch_from_hub

    work = fetch_from_hub(name)
    started, first = time.monotonic(), -1
    try:
        while True:
            now = next(work)
            first = now.done_bytes if first < 0 else first  # what was there took no time
            elapsed = time.monotonic() - started
            here = now.done_bytes - first
            left = elapsed * (now.total_bytes - now.done_bytes) / here if here else 0.0
            yield FetchingProgress(now.file, now.done_bytes, now.total_bytes, elapsed, left)
    except StopIteration as stop:
        folder: Path = stop.value
        return folder
    finally:
        work.close()
