"""Measures models on a thread of its own, and keeps what it found for each."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from ddpm_studio.checkpoints.measurement import Measurement
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.session.background_task import BackgroundTask
from ddpm_studio.session.devices import find_devices, prepare_torch


@dataclass(frozen=True)
class MeasurementRequest:
    """Measure a model on a device ("" stands for the fastest); ``count`` None for the usual number."""

    model: ModelFile
    device: str
    seed: int = 0
    count: int | None = None


@dataclass(frozen=True, eq=False)
class MeasurementProgress:
    """What is known so far, and for how long it was measured."""

    measurement: Measurement
    elapsed_seconds: float

    @property
    def seconds_left(self) -> float:
        """At the pace so far; 0 before the first step is done."""
        done, work = self.measurement.done, self.measurement.plan.work
        return self.elapsed_seconds / done * (work - done) if done else 0.0


class MeasurementRun(QObject):
    """One measurement at a time; the window asks for ``latest`` by a timer of its own.

    changed          one began, ended or was cancelled
    failed(object)   the exception that ended one
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.request: MeasurementRequest | None = None  # the last one
        self._results: dict[ModelFile, Measurement] = {}
        self._task = BackgroundTask(self)
        self._task.finished.connect(self._keep)
        self._task.failed.connect(self._on_failed)

    @property
    def is_running(self) -> bool:
        """Whether a model is being measured."""
        return self._task.is_running

    @property
    def latest(self) -> MeasurementProgress | None:
        """How far the present run has come. Never waits."""
        progress = self._task.latest
        return progress if isinstance(progress, MeasurementProgress) else None

    def result_of(self, model: ModelFile) -> Measurement | None:
        """The last measurement of a model, incomplete where that was cancelled."""
        return self._results.get(model)

    def start(self, request: MeasurementRequest) -> None:
        """Measure; a run that is going on is cancelled first."""
        self.cancel()
        self.request = request
        self._task.start(partial(_measurement, request))
        self.changed.emit()

    def cancel(self) -> None:
        """Stop between two steps; what is known by then stays. Nothing where no run is going on."""
        if not self.is_running:
            return
        progress = self.latest
        self._task.cancel()
        if progress is not None:
            self._keep(progress.measurement)
        else:
            self.changed.emit()

    def stop(self) -> bool:
        """Cancel and wait for the thread, for the application's end; False where it is stuck."""
        self.cancel()
        return self._task.stop()

    def _keep(self, measurement: Measurement) -> None:
        assert self.request is not None
        self._results[self.request.model] = measurement
        self.changed.emit()

    def _on_failed(self, error: object) -> None:
        self.failed.emit(error)
        self.changed.emit()


def _measurement(
    request: MeasurementRequest,
) -> Generator[MeasurementProgress, None, Measurement]:
    """On the worker's thread: yields what is known after every step, and returns all of it.

    Raises ModelFileError, UnknownDataSetError, NotFiniteError or torch.OutOfMemoryError.
    """
    prepare_torch()
    from ddpm_studio.checkpoints.measuring import measure, plan_measurement
    from ddpm_studio.checkpoints.weights import load_inspected

    plan = plan_measurement(request.model.description, request.count, request.seed)
    model = load_inspected(request.model, request.device or find_devices()[0].key)
    began, known = time.monotonic(), Measurement(plan)
    for known in measure(model, plan):
        yield MeasurementProgress(known, time.monotonic() - began)
    return known
