"""Writes a GIF while the window stays alive: pictures on its thread, the encoding on another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from ddpm_studio.export import AnimationPlan, EncodingProgress, encode_gif
from ddpm_studio.session.background_task import BackgroundTask, Work
from ddpm_studio.ui.export_stage import ExportStage

_TICK_MS = 8  # one picture a tick: between two of them the window handles what came meanwhile
_PICTURES_AHEAD = 3

_Pictures = SimpleQueue[NDArray[np.uint8] | None]


class ExportRun(QObject):
    """One export at a time. Widgets cannot be drawn off the window's thread, but encoding can.

    progressed(EncodingProgress)   about every tick in which a frame was written
    finished(EncodingProgress)     the file is there
    failed(object)                 the exception that ended it; the file is as it was
    cancelled                      the file is as it was
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: _Pictures = SimpleQueue()
        self._stage: ExportStage | None = None
        self._waiting: list[int] = []  # t of the pictures still to draw, the next one last
        self._reported = 0
        self._task = BackgroundTask(self)
        self._task.finished.connect(self._on_finished)
        self._task.failed.connect(self._on_failed)
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_running(self) -> bool:
        """Whether an export is going on."""
        return self._task.is_running

    def start(self, stage: ExportStage, plan: AnimationPlan, path: Path) -> None:
        """Write the pictures of ``plan`` to ``path``; every one of them must be ready."""
        self.cancel()
        self._stage = stage
        self._pictures = SimpleQueue()
        self._waiting = [*plan.representative_timesteps(), *plan.timesteps()][::-1]
        self._reported = 0
        self._task.start(partial(_encode, self._pictures, plan, path))
        self._timer.start()

    def cancel(self) -> None:
        """Give up; does nothing where no export is going on."""
        if self._task.is_running:
            self._end()
            self._task.cancel()
            self.cancelled.emit()

    def stop(self) -> bool:
        """Cancel and wait for the thread, for the application's end; False where it is stuck."""
        self.cancel()
        return self._task.stop()

    def _tick(self) -> None:
        self._draw_next()
        progress = self._task.latest
        if isinstance(progress, EncodingProgress) and progress.frames_done != self._reported:
            self._reported = progress.frames_done
            self.progressed.emit(progress)

    def _draw_next(self) -> None:
        if self._stage is None or not self._waiting or self._pictures.qsize() >= _PICTURES_AHEAD:
            return
        try:
            if not self._stage.prepare(self._waiting[-1]):
                return  # until a later tick: a disk may take its time
            self._pictures.put(self._stage.picture(self._waiting.pop()))
        except Exception as error:  # whatever it is, the dialog must not wait for ever
            self._end()
            self._task.cancel()
            self.failed.emit(error)
        else:
            if not self._waiting:
                self._pictures.put(None)

    def _end(self) -> None:
        self._timer.stop()
        self._waiting = []
        self._stage = None
        self._pictures.put(None)  # wakes the encoder, should it wait for a picture

    def _on_finished(self, progress: object) -> None:
        self._end()
        self.finished.emit(progress)

    def _on_failed(self, error: object) -> None:
        self._end()
        self.failed.emit(error)


def _encode(pictures: _Pictures, plan: AnimationPlan, path: Path) -> Work:
    """On the worker's thread: yields EncodingProgress and returns the last one.

    The first pictures are those that the colours are chosen from. Where None comes too early, the
    export was given up: encode_gif then ends by an error that nobody hears of.
    """
    arriving = _arriving(pictures)
    samples = list(islice(arriving, len(plan.representative_timesteps())))
    progress: EncodingProgress | None = None
    for progress in encode_gif(arriving, path, plan.durations_ms(), palette_frames=samples):
        yield progress
    return progress


def _arriving(pictures: _Pictures) -> Iterator[NDArray[np.uint8]]:
    """The pictures as they come, until None."""
    while (picture := pictures.get()) is not None:
        yield picture
