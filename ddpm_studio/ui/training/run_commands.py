"""What a person does to a training: start, pause, go on, one step at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.session.training_run import TrainingState, UnfinishedRun
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.ui.training.remedy import Remedy
from ddpm_studio.ui.training.run_text import LIVE

if TYPE_CHECKING:
    from ddpm_studio.session.training_run import TrainingRun
    from ddpm_studio.session.watched_run import WatchedRun


class RunCommands(QObject):
    """Each does nothing where it makes no sense: for buttons, keys and menus alike.

    In slow motion the run pauses in order to be stepped: what comes next is explained then.

    begun               a training begins or goes on: what was said of the one before is over
    curves_wanted       it goes on by itself
    algorithm_wanted    it is taken step by step
    """

    begun = Signal()
    curves_wanted = Signal()
    algorithm_wanted = Signal()

    def __init__(
        self, run: TrainingRun, watched: WatchedRun, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._run, self._watched = run, watched
        self._slow_motion = False

    @property
    def is_live(self) -> bool:
        """Whether a training goes on, or stands still in the middle."""
        return self._run.state in LIVE

    @property
    def is_watching(self) -> bool:
        """Whether it is a run of another process that is shown."""
        return self._watched.state is not TrainingState.IDLE

    def start(self, configuration: TrainingConfiguration | None, device: str) -> None:
        """Train a new network; ``configuration`` is None while the settings make none."""
        if configuration is None or self.is_live or self.is_watching:
            return
        self._slow_motion = False
        self.begun.emit()
        self._run.start(configuration, device)

    def resume(self, unfinished: UnfinishedRun, device: str) -> None:
        """Go on with a training that was left before its end."""
        self.begun.emit()
        self._run.resume_from(unfinished.folder, device)

    def pause(self) -> None:
        """Stand still."""
        self._slow_motion = False
        self._run.pause()

    def go_on(self) -> None:
        """After a pause; a run that was stopped goes on from its folder."""
        self._slow_motion = False
        self.curves_wanted.emit()
        if self._run.state is TrainingState.STOPPED:
            self.go_on_from_folder()
        else:
            self._run.go_on()

    def go_on_from_folder(self, remedy: Remedy | None = None) -> None:
        """With the run that has ended, from its newest checkpoint; as it was, or with a remedy."""
        run = self._run
        if run.folder is None or run.configuration is None or self.is_live:
            return
        self.begun.emit()
        if remedy is None:
            run.resume_from(run.folder, run.device, None)
            return
        device = run.device if remedy.device is None else remedy.device
        wanted = replace(run.configuration, **remedy.changes) if remedy.changes else None
        run.resume_from(run.folder, device, wanted)

    def toggle_pause(self) -> None:
        """Pause or go on, whichever makes sense."""
        if self.is_watching:
            return
        if self._run.state is TrainingState.RUNNING:
            self.pause()
        elif self._run.state is TrainingState.PAUSED:
            self.go_on()

    def take_step(self) -> None:
        """Slow motion: first pause and show what comes next, then take it, step by step."""
        state = self._run.state
        if self.is_watching or state not in (TrainingState.RUNNING, TrainingState.PAUSED):
            return
        was_slow, self._slow_motion = self._slow_motion, True
        self.algorithm_wanted.emit()
        if state is TrainingState.RUNNING:
            self._run.pause()
        elif was_slow:
            self._run.step_once()
        else:
            self._run.explain()

    def follow_state(self) -> None:
        """The run has come to another state: in slow motion a pause is for looking at what comes next."""
        state = self._run.state
        if state is TrainingState.PAUSED and self._slow_motion:
            self._run.explain()
        elif state is not TrainingState.PAUSED:
            self._slow_motion = self._slow_motion and state is TrainingState.RUNNING
