"""Drives a trainer step by step, and obeys commands in between: the heart of the worker."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import numpy as np

from ddpm_studio.atomic_file import SaveError
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.session.memory_use import resident_bytes
from ddpm_studio.session.run_folders import model_of
from ddpm_studio.session.snapshot_files import SnapshotStore
from ddpm_studio.session.training_messages import (
    Begun,
    Command,
    ExplainedStepArrays,
    Held,
    Kept,
    Outcome,
    Report,
    Restored,
    Told,
    WentOn,
    Work,
)
from ddpm_studio.session.training_progress import (
    ActiveClock,
    ProgressRecorder,
    TrainingProgress,
    diverged,
)
from ddpm_studio.session.training_snapshots import SnapshotClock, SnapshotMaker, TrainingSnapshot
from ddpm_studio.training.failures import TrainingDivergedError
from ddpm_studio.training.run_folder import RunFolder

if TYPE_CHECKING:
    from ddpm_studio.training.recorded_run import RecordedRun
    from ddpm_studio.training.trainer import Trainer
    from ddpm_studio.training.training_step import TrainingStep

_PROGRESS_SECONDS = 0.05


class ControlledTraining:
    """The part of the work in which a trainer exists."""

    def __init__(
        self,
        trainer: Trainer,
        folder: RunFolder,
        recorder: ProgressRecorder,
        commands: queue.SimpleQueue[Command],
        report: Callable[[Report], None],
        show: Callable[[TrainingProgress], None],
    ) -> None:
        from ddpm_studio.training.recorded_run import RecordedRun

        self._trainer, self._folder = trainer, folder
        self._recorded: RecordedRun = RecordedRun(trainer, folder, self._tell)
        self._steps: Generator[TrainingStep, None, None] = self._recorded.run()
        self._recorder, self._commands = recorder, commands
        self._report, self._show = report, show
        self._clock = ActiveClock()
        self._shown_at = -np.inf
        self._is_held = False
        self._maker: SnapshotMaker | None = SnapshotMaker(trainer.configuration)
        self._snapshot_clock = SnapshotClock()
        self._store = SnapshotStore(folder)
        self._told: tuple[str, int | None] | None = None

    def run(self) -> Work:
        if not self._folder.checkpoints():
            self._recorded.save()  # also a training that is killed early can go on
        assert self._maker
        self._report(Begun(self._trainer.configuration, self._maker.data_distance))
        yield from self._restore_snapshots(self._maker)
        self._clock.run()
        self._show_progress()
        try:
            outcome = yield from self._obey()
        except TrainingDivergedError:
            self._show(diverged(self._progress()))
            raise
        finally:
            self._steps.close()  # which saves
        self._show_progress()
        return outcome

    def _obey(self) -> Work:
        while True:
            command = self._next_command()
            if command is Command.KEEP and self._conclude():
                return self._kept
            if command is Command.DISCARD:
                self._recorded.saved_step = self._trainer.step  # nothing is to be saved any more
                return Outcome.DISCARDED
            if command is Command.QUIT:
                return Outcome.QUIT
            if command is not None:
                self._control(command)
            elif not self._is_held:
                yield from self._snapshot_if_due()
                self._take_step()
            if self._is_done and (not self._is_held or command is Command.STEP):
                yield from self._snapshot()
                if self._conclude():
                    return Outcome.FINISHED
            yield

    def _next_command(self) -> Command | None:
        """Held, it sleeps until there is one."""
        try:
            return self._commands.get(block=self._is_held)
        except queue.Empty:
            return None

    @property
    def _is_done(self) -> bool:
        return self._trainer.step >= self._trainer.configuration.steps

    @property
    def _kept(self) -> Outcome:
        return Outcome.FINISHED if self._is_done else Outcome.KEPT

    def _control(self, command: Command) -> None:
        if command is Command.PAUSE:
            self._hold()
        elif not self._is_held:
            return
        elif command is Command.GO_ON:
            self._go_on()
        elif not self._is_done:
            if command is Command.STEP:
                self._take_step()
                self._show_progress()
            self._explain()

    def _hold(self, is_refusal: bool = False) -> None:
        if not self._is_held:
            self._is_held = True
            self._clock.hold()
            if not is_refusal:
                self._recorded.save()
            self._show_progress()
        self._report(Held(is_refusal))

    def _go_on(self) -> None:
        self._is_held = False
        self._recorder.hold_speed()
        self._clock.run()
        self._report(WentOn())

    def _explain(self) -> None:
        if self._is_done:
            return
        step = self._trainer.explain_next()
        values = {
            name: getattr(step, name).numpy()
            for name in ("x_0", "t", "noise", "x_t", "prediction", "target", "sample_losses")
        }
        for array in values.values():
            array.setflags(write=False)
        label = None if step.label is None else step.label.numpy()
        self._report(ExplainedStepArrays(step=step.step, loss=step.loss, label=label, **values))

    def _take_step(self) -> None:
        next(self._steps, None)
        if time.monotonic() - self._shown_at >= _PROGRESS_SECONDS:
            self._show_progress()

    def _conclude(self) -> bool:
        """Save all, the model too; where that fails, hold on, with nothing lost."""
        from ddpm_studio.checkpoints.weights import save_model

        path = model_of(self._folder.path)
        is_saved = self._recorded.save() or not self._trainer.is_sound
        if is_saved:
            try:
                save_model(path, self._trainer.description(), self._trainer.weights())
            except SaveError as error:
                self._report(Told(error))
                is_saved = False
        if is_saved:
            self._report(Kept(path))
        else:
            self._hold(is_refusal=True)
        return is_saved

    def _restore_snapshots(self, maker: SnapshotMaker) -> Generator[None, None, None]:
        restored = yield from self._store.restored(self._trainer.step, maker)
        if restored.snapshots:
            self._report(Restored(restored.snapshots))
        if restored.problem is not None:
            self._report(Told(restored.problem))

    def _snapshot_if_due(self) -> Generator[None, None, None]:
        if self._snapshot_clock.is_due(self._clock.seconds):
            yield from self._snapshot()

    def _snapshot(self) -> Generator[None, None, None]:
        """Given up as soon as there is a command."""
        from ddpm_studio.training.averaged_model import averaged_model
        from ddpm_studio.training.memory_limit import is_out_of_memory

        if self._maker is None:
            return
        began = self._clock.seconds
        try:
            model = averaged_model(self._trainer)
            making = self._maker.make(model, self._trainer.step, began)
            snapshot = yield from self._while_uncommanded(making)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            self._maker = None
            self._report(Told(_no_memory_for_samples()))
            return
        if snapshot is not None:
            self._report(snapshot)
            self._keep(snapshot)
        ended = self._clock.seconds
        self._snapshot_clock.taken(ended, ended - began)

    def _keep(self, snapshot: TrainingSnapshot) -> None:
        try:
            self._store.add(snapshot)
        except SaveError as error:
            self._tell(error)

    def _while_uncommanded(
        self, making: Generator[None, None, TrainingSnapshot | None]
    ) -> Generator[None, None, TrainingSnapshot | None]:
        while self._commands.empty():
            try:
                next(making)
            except StopIteration as end:
                snapshot: TrainingSnapshot | None = end.value
                return snapshot
            yield
        making.close()
        return None

    def _tell(self, error: ExplainedError) -> None:
        """Once, and again only where a save in between went well."""
        key = (error.sentence, self._recorded.saved_step)
        if key != self._told:
            self._told = key
            self._report(Told(error))

    def _show_progress(self) -> None:
        self._show(self._progress())
        self._shown_at = time.monotonic()

    def _progress(self) -> TrainingProgress:
        history = self._trainer.history
        return self._recorder.record(history, self._clock.seconds, self._memory_bytes())

    def _memory_bytes(self) -> int:
        if self._trainer.device.type == "cuda":
            import torch

            return torch.cuda.memory_allocated(self._trainer.device)
        return resident_bytes()


def _no_memory_for_samples() -> ExplainedError:
    return ExplainedError(
        "The device has not enough memory to draw samples beside the training, which goes on "
        "without them."
    )
