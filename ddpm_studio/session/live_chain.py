"""One chain while somebody watches it: what is recorded of it, and the run that records more."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.session.background_task import BackgroundTask
from ddpm_studio.session.chain_recording import ChainProgress, ChainWork

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

Record = Callable[["Trajectory | None"], ChainWork]
"""Records a chain from its beginning, or goes on with the one that is given."""


class Stage(Enum):
    """Where a chain is on its way."""

    IDLE = "idle"  # complete, stopped, failed, or never begun
    DUE = "due"  # it waits for the other chain
    RUNNING = "running"


class LiveChain(QObject):
    """Its trajectory and its stage.

        any stage      start  →  RUNNING
        any stage      wait   →  DUE
        any stage      stop   →  IDLE
        RUNNING        a run's own end, well or not  →  IDLE

    A chain that is begun anew, or is to be, was recorded with other settings. It is shown until the
    first step of the new one is there; where that never comes it goes, as it is not what the
    settings say. What was recorded with the present ones stays, whatever ended the run.

    changed          the trajectory is another one, or gone
    ended            a run came to its own end; not one that was stopped
    failed(object)   the exception that ended it; follows ``ended``
    released         a thread came to its end: a stopped chain has recorded its last step

    Only one thread ever records a trajectory: what goes on waits for the one that it was stopped on.
    """

    changed = Signal()
    ended = Signal()
    failed = Signal(object)
    released = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.trajectory: Trajectory | None = None
        self.stage = Stage.IDLE
        self._is_outdated = False  # the trajectory was recorded with other settings
        self._to_go_on: Record | None = None  # when the thread that was stopped has left its place
        self.task = BackgroundTask(self)
        self.task.finished.connect(self._on_finished)
        self.task.failed.connect(self._on_failed)
        self.task.released.connect(self._on_released)

    @property
    def is_awaited(self) -> bool:
        """Whether it is being recorded, or will be as soon as the other chain allows it."""
        return self.stage is not Stage.IDLE

    @property
    def is_complete(self) -> bool:
        """Whether every frame of the chain with the present settings is there."""
        chain = self.trajectory
        return chain is not None and chain.is_complete and not self._is_outdated

    @property
    def progress(self) -> ChainProgress | None:
        """How far it has come, while it is being recorded."""
        latest = self.task.latest
        return latest if isinstance(latest, ChainProgress) else None

    @property
    def loading_progress(self) -> LoadingProgress | None:
        """How much of a large model is read, before its chain begins."""
        latest = self.task.latest
        return latest if isinstance(latest, LoadingProgress) else None

    def start(self, record: Record, *, goes_on: bool = False) -> None:
        """Record it anew; with ``goes_on`` from where it was stopped, if it was."""
        if goes_on and self.stage is Stage.RUNNING:
            return  # it goes on already
        if goes_on and self._is_being_left:
            self.stage, self._to_go_on = Stage.RUNNING, record
            return
        stopped = self._stopped if goes_on else None
        self._is_outdated = stopped is None
        self._enter(Stage.RUNNING)
        self.task.start(partial(record, stopped))

    def wait(self) -> None:
        """It is to be recorded anew, but not yet."""
        self._is_outdated = True
        self._enter(Stage.DUE)
        self.task.cancel()

    def stop(self) -> None:
        """Neither record it nor wait; the frames so far stay, and so does where it can go on."""
        self.take_over()
        self._enter(Stage.IDLE)
        self.task.cancel()
        self._drop_outdated()

    def _enter(self, stage: Stage) -> None:
        self.stage, self._to_go_on = stage, None

    def take_over(self) -> None:
        """Show what the thread is recording by now."""
        if self.progress is not None:
            self.show(self.progress.trajectory)

    def show(self, trajectory: Trajectory) -> None:
        """This is the chain of the present settings."""
        if trajectory is not self.trajectory:
            self.trajectory = trajectory
            self._is_outdated = False
            self.changed.emit()

    def drop(self) -> None:
        """Forget what was recorded. Nobody is told: the other chain may have to go as well."""
        self.trajectory = None

    @property
    def _stopped(self) -> Trajectory | None:
        """The trajectory where it knows how to go on, with the same settings."""
        chain = self.trajectory
        can_go_on = chain is not None and chain.position is not None and not self._is_outdated
        return chain if can_go_on else None

    @property
    def _is_being_left(self) -> bool:
        """Whether a thread that was stopped may be at a step still: it then says where that was."""
        chain = self.trajectory
        is_partial = chain is not None and not chain.is_complete and not self._is_outdated
        return is_partial and self.task.is_ending

    def _drop_outdated(self) -> None:
        if self._is_outdated and self.trajectory is not None:
            self.drop()
            self.changed.emit()

    def _on_released(self) -> None:
        if self._to_go_on is not None and not self._is_being_left:
            self._go_on(self._to_go_on)
        self.released.emit()

    def _go_on(self, record: Record) -> None:
        """With the next step, unless the one that the thread was at was the last."""
        self._enter(Stage.IDLE)
        if self.is_complete:
            self.ended.emit()
        else:
            self.start(record, goes_on=True)

    def _on_finished(self, trajectory: Trajectory) -> None:
        self.stage = Stage.IDLE
        self.show(trajectory)
        self.ended.emit()

    def _on_failed(self, error: Exception) -> None:
        self.stage = Stage.IDLE
        self._drop_outdated()
        self.ended.emit()
        self.failed.emit(error)
