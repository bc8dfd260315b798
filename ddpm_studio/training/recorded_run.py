"""A training whose folder can always go on: checkpoints now and then and at its end, however it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

from ddpm_studio.atomic_file import SaveError
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training.run_folder import RunFolder
from ddpm_studio.training.trainer import Trainer
from ddpm_studio.training.training_step import TrainingStep

_AUTOSAVE_SECONDS = 600.0  # at the latest, where steps are slow
_LOG_SECONDS = 1.0


class RecordedRun:
    """Drives a trainer, and keeps its state in a folder that was opened for writing.

    A save that fails does not end the training: ``report`` is told, the older checkpoint stays, and
    the next save may succeed. It is also told why a network is not compiled.
    """

    def __init__(
        self, trainer: Trainer, folder: RunFolder, report: Callable[[ExplainedError], None]
    ) -> None:
        self.trainer = trainer
        self.folder = folder
        self.saved_step: int | None = None
        self._report = report
        self._told_problem: ExplainedError | None = None
        self._log = folder.loss_log(trainer.configuration)
        self._distrusted = set(folder.checkpoints_after(trainer.step))
        self._failing: set[str] = set()
        self._saved_at = self._logged_at = time.monotonic()

    def run(self) -> Generator[TrainingStep, None, None]:
        """What :meth:`Trainer.run` yields and raises. Close it to stop: it saves in the end."""
        try:
            for step in self.trainer.run():
                self._tell_of_compilation()
                self._keep_up()
                yield step
        finally:
            self.save()

    def _tell_of_compilation(self) -> None:
        """Once: it is known with the first step."""
        problem = self.trainer.compilation_problem
        if problem is not None and problem is not self._told_problem:
            self._told_problem = problem
            self._report(problem)

    def save(self) -> bool:
        """Save now, as at a pause, unless that is done; whether all is on the disk.

        A loss that has exploded, or a device that does not answer, leaves the checkpoints as they are.
        """
        if self.trainer.step == self.saved_step:
            return True
        self._saved_at = time.monotonic()
        try:
            return self.trainer.is_sound and self._saves("checkpoint", self._save)
        except RuntimeError:  # of a device that is gone, which the run itself says
            return False

    def _save(self) -> None:
        written = self.folder.save(self.trainer.state(), self._distrusted)
        self._distrusted.discard(written)
        self.saved_step = self.trainer.step
        self._log.write(self.trainer.history)

    def _saves(self, name: str, write: Callable[[], None]) -> bool:
        """Whether that went well. A failure is told once, until it has gone well in between."""
        try:
            write()
        except SaveError as error:
            if name not in self._failing:
                self._failing.add(name)
                self._report(error)
            return False
        self._failing.discard(name)
        return True

    def _keep_up(self) -> None:
        now = time.monotonic()
        is_due = self.trainer.step % self.trainer.configuration.autosave_every == 0
        if is_due or now - self._saved_at > _AUTOSAVE_SECONDS:
            self.save()
        if now - self._logged_at > _LOG_SECONDS:
            self._logged_at = now
            self._saves("log", lambda: self._log.write(self.trainer.history))
