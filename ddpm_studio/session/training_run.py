"""The training of the application: one at a time, on a thread, under a person's control."""

from __future__ import annotations

import math
import traceback
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from ddpm_studio.session.background_task import STOP_TIMEOUT_MS, BackgroundTask, Work
from ddpm_studio.session.run_folders import (
    UnfinishedRun,
    new_run_folder,
    newest_unfinished_run,
    remove_idle_run,
)
from ddpm_studio.session.training_messages import (
    Begun,
    Command,
    ExplainedStepArrays,
    Held,
    Kept,
    Outcome,
    Restored,
    Told,
    WentOn,
)
from ddpm_studio.session.training_progress import TrainingProgress
from ddpm_studio.session.training_snapshots import SnapshotHistory, TrainingSnapshot
from ddpm_studio.session.training_state import TrainingState
from ddpm_studio.session.training_verdict import Verdict
from ddpm_studio.session.training_worker import TrainingOrder, TrainingWorker
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.failures import (
    DeviceLostError,
    TooLargeBatchError,
    TrainingDivergedError,
)

__all__ = [
    "DeviceLostError",
    "ExplainedStepArrays",
    "TooLargeBatchError",
    "TrainingDivergedError",
    "TrainingProgress",
    "TrainingRun",
    "TrainingSnapshot",
    "TrainingState",
    "UnfinishedRun",
    "Verdict",
]


_ACTIVE = (TrainingState.LOADING, TrainingState.RUNNING, TrainingState.PAUSED)
_ENDED = (TrainingState.FINISHED, TrainingState.STOPPED, TrainingState.FAILED)
_STATE_AFTER = {
    Outcome.FINISHED: TrainingState.FINISHED,
    Outcome.KEPT: TrainingState.STOPPED,
    Outcome.QUIT: TrainingState.STOPPED,
    Outcome.DISCARDED: TrainingState.IDLE,
}


class TrainingRun(QObject):
    """One training at a time; the window asks for ``progress`` by a timer of its own.

    state_changed          ``state``, ``is_pausing`` or ``configuration`` is another one
    snapshots_changed      ``snapshots`` grew, or is another run's
    explained(object)      ExplainedStepArrays: the next step, which is not taken yet
    failed(object)         the exception that ended the run
    told(object)           an ExplainedError that did not end it, as for a full disk
    model_saved(object)    the Path of a model file
    """

    state_changed = Signal()
    snapshots_changed = Signal()
    explained = Signal(object)
    failed = Signal(object)
    told = Signal(object)
    model_saved = Signal(object)
    _reported = Signal(object, object)  # worker, report; from its thread

    def __init__(self, runs_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = TrainingState.IDLE
        self.configuration: TrainingConfiguration | None = None
        self.folder: Path | None = None
        self.device = ""
        self.data_distance = math.nan  # of other data instead of samples: a perfect network's
        self.is_pausing = False
        self._runs_folder = runs_folder
        self._worker: TrainingWorker | None = None
        self._history = SnapshotHistory()
        self._task = BackgroundTask(self)
        self._task.finished.connect(self._on_finished)
        self._task.failed.connect(self._on_failed)
        self._removal = BackgroundTask(self)
        self._removal.finished.connect(self._on_removed)
        self._removal.failed.connect(self._on_failed)
        self._forgetting = BackgroundTask(self)
        self._forgetting.failed.connect(self.told)
        self._reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)

    @property
    def progress(self) -> TrainingProgress | None:
        """The latest of the present or the last run. Never waits."""
        return self._worker.progress if self._worker else None

    @property
    def snapshots(self) -> tuple[TrainingSnapshot, ...]:
        """In the order of their steps; at most about a hundred, evenly thinned out."""
        return self._history.snapshots

    @property
    def is_active(self) -> bool:
        """Whether a training is under way, paused included."""
        return self.state in _ACTIVE or self.state is TrainingState.STOPPING

    def start(
        self, configuration: TrainingConfiguration, device: str, folder: Path | None = None
    ) -> None:
        """Train anew on a device ("" for the fastest), in a new folder (NAME.run).

        The model will be NAME.safetensors beside it. Raises RuntimeError while one is active.
        """
        path = folder or new_run_folder(self._runs_folder, configuration)
        self._begin(TrainingOrder(path, device, configuration))

    def resume_from(
        self, folder: Path, device: str, configuration: TrainingConfiguration | None = None
    ) -> None:
        """Go on with the run of a folder; ``configuration`` may change how, as the batch size.

        Raises RuntimeError while one is active.
        """
        self._begin(TrainingOrder(folder, device, configuration, goes_on=True))

    def _begin(self, order: TrainingOrder, first: Command | None = None) -> None:
        if self.is_active:
            raise RuntimeError("A training is under way.")
        if order.folder != self.folder or not order.goes_on:
            self._history = SnapshotHistory()
        self.folder, self.device, self.is_pausing = order.folder, order.device, False
        self.configuration = order.configuration or self.configuration
        worker = TrainingWorker(order, lambda report: self._reported.emit(worker, report))
        if first is not None:
            worker.post(first)
        self._worker = worker
        self._task.start(worker.work)
        self._set_state(TrainingState.LOADING)
        self.snapshots_changed.emit()

    def pause(self) -> None:
        """After the present step; ``state`` is PAUSED as soon as no step is taken any more."""
        if self.state in (TrainingState.LOADING, TrainingState.RUNNING) and not self.is_pausing:
            self.is_pausing = True
            self._post(Command.PAUSE)
            self.state_changed.emit()

    def go_on(self) -> None:
        """After a pause."""
        if self.state is TrainingState.PAUSED or self.is_pausing:
            self._post(Command.GO_ON)

    def step_once(self) -> None:
        """While paused: take one step, then announce the next one by ``explained``."""
        if self.state is TrainingState.PAUSED:
            self._post(Command.STEP)

    def explain(self) -> None:
        """While paused: announce the next step by ``explained`` without taking it."""
        if self.state is TrainingState.PAUSED:
            self._post(Command.EXPLAIN)

    def stop_and_keep(self) -> None:
        """Save all, the model too, and end; after a failure, the model of the last checkpoint."""
        if self.state in _ACTIVE:
            self._post(Command.KEEP)
            self._set_state(TrainingState.STOPPING)
        elif self.state is TrainingState.FAILED and self.folder is not None:
            self._begin(TrainingOrder(self.folder, "cpu", goes_on=True), Command.KEEP)

    def discard(self) -> None:
        """End, and remove the run with its checkpoints; a model that was kept stays."""
        if self.state in _ACTIVE:
            self._post(Command.DISCARD)
            self._set_state(TrainingState.STOPPING)
        elif self.state in _ENDED and self.folder is not None:
            self._set_state(TrainingState.STOPPING)
            self._removal.start(partial(_removal, self.folder))

    def forget(self, unfinished: UnfinishedRun) -> None:
        """Remove a run that nobody trains; ``told`` says where that fails."""
        self._forgetting.start(partial(_removal, unfinished.folder))

    def stop(self, timeout_ms: int = STOP_TIMEOUT_MS) -> bool:
        """Save and end the thread, for the application's end; False where it is stuck."""
        if self._task.is_running:
            self._post(Command.QUIT)  # it may sleep
        tasks = (self._task, self._removal, self._forgetting)
        is_stopped = False not in [task.stop(timeout_ms) for task in tasks]
        if self.is_active:
            self._set_state(TrainingState.STOPPED)
        return is_stopped

    def unfinished(self) -> UnfinishedRun | None:
        """The newest run that was not finished, and that nobody trains now. Reads headers alone."""
        return newest_unfinished_run(self._runs_folder)

    def _post(self, command: Command) -> None:
        if self._worker is not None:
            self._worker.post(command)

    def _set_state(self, state: TrainingState) -> None:
        self.state = state
        if state is not TrainingState.RUNNING and state is not TrainingState.LOADING:
            self.is_pausing = False
        self.state_changed.emit()

    def _on_reported(self, worker: TrainingWorker, report: object) -> None:
        if worker is not self._worker:
            return  # of an abandoned run
        if isinstance(report, Begun):
            self.configuration = report.configuration
            self.data_distance = report.data_distance
            self._unless_stopping(TrainingState.RUNNING)
        elif isinstance(report, Held):
            if report.is_refusal or self.state is not TrainingState.STOPPING:
                self._set_state(TrainingState.PAUSED)
        elif isinstance(report, WentOn):
            self.is_pausing = False
            self._unless_stopping(TrainingState.RUNNING)
        elif isinstance(report, TrainingSnapshot):
            self._history.add(report)
            self.snapshots_changed.emit()
        elif isinstance(report, Restored):
            self._restore(report.snapshots)
        elif isinstance(report, Told):
            self.told.emit(report.error)
        elif isinstance(report, Kept):
            self.model_saved.emit(report.path)
        else:
            self.explained.emit(report)

    def _restore(self, snapshots: tuple[TrainingSnapshot, ...]) -> None:
        """Where this application has made them itself, it has more of them than were kept."""
        if not self._history.snapshots:
            for snapshot in snapshots:
                self._history.add(snapshot)
            self.snapshots_changed.emit()

    def _unless_stopping(self, state: TrainingState) -> None:
        """What was reported before an order to end arrived is no news."""
        if self.state is not TrainingState.STOPPING:
            self._set_state(state)

    def _on_finished(self, outcome: object) -> None:
        if isinstance(outcome, Outcome):
            self._end(_STATE_AFTER[outcome])

    def _on_removed(self) -> None:
        self._end(TrainingState.IDLE)

    def _end(self, state: TrainingState) -> None:
        if state is TrainingState.IDLE:
            self._worker = self.configuration = self.folder = None
            self._history = SnapshotHistory()
            self.snapshots_changed.emit()
        self._set_state(state)

    def _on_failed(self, error: object) -> None:
        if isinstance(error, BaseException):
            _forget_locals(error)
        self._set_state(TrainingState.FAILED)
        self.failed.emit(error)


def _removal(folder: Path) -> Work:
    """A generator without steps."""
    yield from ()
    remove_idle_run(folder)


def _forget_locals(error: BaseException | None) -> None:
    """Of the frames that an error passed through: they hold the network and all of its memory."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
