"""Watches a training that another process runs, by its folder: reads alone, and disturbs nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.session.background_task import BackgroundTask, Work
from ddpm_studio.session.devices import prepare_torch
from ddpm_studio.session.loss_floor_by_t import loss_floor
from ddpm_studio.session.snapshot_files import read_snapshots
from ddpm_studio.session.training_messages import Restored, Told
from ddpm_studio.session.training_progress import (
    FloatArray,
    ProgressRecorder,
    TrainingProgress,
    bucket_edges,
    recent_mean,
)
from ddpm_studio.session.training_snapshots import (
    SnapshotClock,
    SnapshotHistory,
    SnapshotMaker,
    TrainingSnapshot,
)
from ddpm_studio.session.training_state import TrainingState
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.run_checkpoint import CheckpointError
from ddpm_studio.training.run_folder import NoCheckpointError, RunFolder

if TYPE_CHECKING:
    from ddpm_studio.training.run_state import RunState

_POLL_SECONDS = 1.0
_SLEEP_SECONDS = 0.1  # so soon it ends where it is closed


@dataclass(frozen=True)
class Seen:
    """What the folder says of the run now."""

    state: TrainingState
    configuration: TrainingConfiguration | None
    data_distance: float


class WatchedRun(QObject):
    """The run of one folder, seen from outside: offers what TrainingRun offers, but no control.

    ``state`` is LOADING until there is a checkpoint, then RUNNING while a process trains there, else
    FINISHED or STOPPED. Losses come about once a second; loss by t and samples with each new
    checkpoint. Seconds are those of watching.

    state_changed      ``state`` or ``configuration`` is another one
    snapshots_changed  ``snapshots`` grew, or is another run's
    failed(object)     the exception that ended the watching
    told(object)       an ExplainedError that did not end it
    """

    state_changed = Signal()
    snapshots_changed = Signal()
    failed = Signal(object)
    told = Signal(object)
    _reported = Signal(object, object)  # watcher, report; from its thread

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = TrainingState.IDLE
        self.configuration: TrainingConfiguration | None = None
        self.folder: Path | None = None
        self.data_distance = math.nan
        self._watcher: _Watcher | None = None
        self._history = SnapshotHistory()
        self._task = BackgroundTask(self)
        self._task.failed.connect(self._on_failed)
        self._reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)

    @property
    def progress(self) -> TrainingProgress | None:
        """The latest. Never waits."""
        return self._watcher.progress if self._watcher else None

    @property
    def snapshots(self) -> tuple[TrainingSnapshot, ...]:
        """In the order of their steps."""
        return self._history.snapshots

    def open(self, folder: Path) -> None:
        """Watch the run of a folder (NAME.run), in the place of another one."""
        self.folder, self.configuration, self.data_distance = folder, None, math.nan
        self._history = SnapshotHistory()
        watcher = _Watcher(RunFolder(folder), lambda report: self._reported.emit(watcher, report))
        self._watcher = watcher
        self._task.start(watcher.work)
        self.state = TrainingState.LOADING
        self.state_changed.emit()
        self.snapshots_changed.emit()

    def close(self) -> None:
        """Watch no more."""
        self._task.cancel()
        self._watcher = self.folder = self.configuration = None
        self._history = SnapshotHistory()
        self.state = TrainingState.IDLE
        self.state_changed.emit()
        self.snapshots_changed.emit()

    def stop(self) -> bool:
        """End the thread, for the application's end; False where it is stuck."""
        return self._task.stop()

    def _on_reported(self, watcher: _Watcher, report: object) -> None:
        if watcher is not self._watcher:
            return
        if isinstance(report, TrainingSnapshot):
            self._history.add(report)
            self.snapshots_changed.emit()
        elif isinstance(report, Restored):
            for snapshot in report.snapshots:
                self._history.add(snapshot)
            self.snapshots_changed.emit()
        elif isinstance(report, Told):
            self.told.emit(report.error)
        elif isinstance(report, Seen):
            self.state, self.configuration = report.state, report.configuration
            self.data_distance = report.data_distance
            self.state_changed.emit()

    def _on_failed(self, error: object) -> None:
        self.state = TrainingState.FAILED
        self.state_changed.emit()
        self.failed.emit(error)


class _Watcher:
    """On the worker's thread."""

    def __init__(
        self, folder: RunFolder, report: Callable[[Seen | TrainingSnapshot | Restored | Told], None]
    ) -> None:
        self.progress: TrainingProgress | None = None
        self._folder, self._report = folder, report
        self._reader = folder.loss_reader()
        self._began = time.monotonic()
        self._seen: Seen | None = None
        self._recorder: ProgressRecorder | None = None
        self._maker: SnapshotMaker | None = None
        self._clock = SnapshotClock()
        self._bucket_losses: FloatArray = np.empty(0)
        self._shown_checkpoint: Path | None = None

    def work(self) -> Work:
        """Look every second, for ever. Raises NoCheckpointError where there is no run."""
        if not self._folder.path.is_dir():
            raise NoCheckpointError(
                "“{path}” holds no checkpoint of a training.", path=self._folder.path
            )
        prepare_torch()
        while True:
            yield from self._look()
            for _ in range(round(_POLL_SECONDS / _SLEEP_SECONDS)):
                time.sleep(_SLEEP_SECONDS)
                yield

    def _look(self) -> Generator[None, None, None]:
        is_running = self._folder.is_running  # before the rest, which it may still change
        summary = self._folder.summary()
        if summary is None:
            return
        if self._seen is None or self._seen.configuration != summary.configuration:
            yield from self._begin(summary.configuration, summary.step)
        self._follow_losses()
        self._say(_state(is_running, summary.is_finished), summary.configuration)
        yield from self._follow_checkpoints()

    def _begin(
        self, configuration: TrainingConfiguration, step: int
    ) -> Generator[None, None, None]:
        from ddpm_studio.training.loss_history import BUCKETS

        edges = bucket_edges(configuration.schedule.T, BUCKETS)
        self._bucket_losses = np.full(BUCKETS, np.nan)
        floor = None
        self._maker = None
        with suppress(ExplainedError):  # data that this version does not have
            self._maker = SnapshotMaker(configuration)
            yield from self._restore(step, self._maker)
            floor = yield from loss_floor(configuration, edges)
        self._recorder = ProgressRecorder(configuration, edges, floor)

    def _restore(self, step: int, maker: SnapshotMaker) -> Generator[None, None, None]:
        restored = yield from read_snapshots(self._folder, step, maker)
        if restored.snapshots:
            self._report(Restored(restored.snapshots))
        if restored.problem is not None:
            self._report(Told(restored.problem))

    def _say(self, state: TrainingState, configuration: TrainingConfiguration) -> None:
        distance = self._seen.data_distance if self._seen else math.nan
        if self._maker is not None and math.isnan(distance):
            distance = self._maker.data_distance
        seen = Seen(state, configuration, distance)
        if seen != self._seen:
            self._seen = seen
            self._report(seen)

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _follow_losses(self) -> None:
        assert self._recorder
        rows = self._reader.read()
        self.progress = self._recorder.record_logged(rows, self._bucket_losses, self._seconds)

    def _follow_checkpoints(self) -> Generator[None, None, None]:
        newest = next(iter(self._folder.checkpoints()), None)
        if newest is None or newest == self._shown_checkpoint:
            return
        if not self._clock.is_due(self._seconds):
            return
        try:
            state = self._folder.load().state
        except (CheckpointError, NoCheckpointError):
            return  # replaced meanwhile: there will be another
        self._shown_checkpoint = newest
        self._take_buckets(state)
        self._follow_losses()
        if self._maker is not None:
            yield from self._snapshot(state, self._maker)

    def _take_buckets(self, state: RunState) -> None:
        from ddpm_studio.training.loss_history import BLOCK_STEPS, LossHistory

        arrays = {name: tensor.numpy() for name, tensor in state.part("history").items()}
        history = LossHistory.of_arrays(state.configuration.schedule.T, arrays)
        self._bucket_losses = recent_mean(history.bucket_losses, len(history) // BLOCK_STEPS)

    def _snapshot(self, state: RunState, maker: SnapshotMaker) -> Generator[None, None, None]:
        from ddpm_studio.training.averaged_model import model_of_run

        began = self._seconds
        # On the CPU: the training may need all of the GPU.
        snapshot = yield from maker.make(model_of_run(state), state.step, began)
        if snapshot is not None:
            self._report(snapshot)
        self._clock.taken(self._seconds, self._seconds - began)


def _state(is_running: bool, is_finished: bool) -> TrainingState:
    if is_running:
        return TrainingState.RUNNING
    return TrainingState.FINISHED if is_finished else TrainingState.STOPPED
