"""Trains on a thread of its own: a generator that obeys commands between two steps.

Nothing here touches Qt, and torch is imported inside the functions. What happened is reported by a
function that may be called from this thread; how it goes lies in ``progress`` for whoever looks.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.session.devices import find_devices, prepare_torch, usable_cores
from ddpm_studio.session.loss_floor_by_t import loss_floor
from ddpm_studio.session.run_folders import make_runs_folder
from ddpm_studio.session.training_control import ControlledTraining
from ddpm_studio.session.training_failures import failures_explained
from ddpm_studio.session.training_messages import (
    Command,
    Outcome,
    Report,
    Told,
    Work,
)
from ddpm_studio.session.training_progress import (
    ProgressRecorder,
    TrainingProgress,
    bucket_edges,
)
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.run_folder import RunFolder

if TYPE_CHECKING:
    from ddpm_studio.training.trainer import Trainer


@dataclass(frozen=True)
class TrainingOrder:
    """What to train where. Without a configuration, the run that is in the folder as it was.

    With ``goes_on`` a configuration changes how that run goes on, but not what is trained.
    ``device`` "" stands for the fastest.
    """

    folder: Path
    device: str
    configuration: TrainingConfiguration | None = None
    goes_on: bool = False


class TrainingWorker:
    """One training, from the order to its end: :meth:`work` on a thread, the rest from any.

    progress  the latest, replaced and never changed
    """

    def __init__(self, order: TrainingOrder, report: Callable[[Report], None]) -> None:
        self.progress: TrainingProgress | None = None
        self._order, self._report = order, report
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()

    def post(self, command: Command) -> None:
        """To be obeyed after the present step. Never waits."""
        self._commands.put(command)

    def work(self) -> Work:
        """Train. Yields after every step; closing it saves.

        Raises ExplainedErrors: TrainingDivergedError, TooLargeBatchError, DeviceLostError,
        RunInUseError, CheckpointErrors, SaveError where nothing can be begun; and what else torch
        raises.
        """
        prepare_torch()
        path = self._order.folder
        with _opened(path, is_new=not self._goes_on) as folder:
            with failures_explained(self._device, self._batch_size):
                outcome = yield from self._work_in(folder)
            if outcome is Outcome.DISCARDED:
                folder.discard()
            return outcome

    @property
    def _goes_on(self) -> bool:
        return self._order.goes_on or self._order.configuration is None

    @property
    def _device(self) -> str:
        return self._order.device or find_devices()[0].key

    @property
    def _batch_size(self) -> int | None:
        return self._order.configuration.batch_size if self._order.configuration else None

    def _work_in(self, folder: RunFolder) -> Work:
        trainer = self._trainer(folder)
        edges = bucket_edges(trainer.schedule.T, _bucket_count())
        floor = yield from loss_floor(trainer.configuration, edges)
        recorder = ProgressRecorder(trainer.configuration, edges, floor)
        training = ControlledTraining(
            trainer, folder, recorder, self._commands, self._report, self._show
        )
        outcome = yield from training.run()
        return outcome

    def _show(self, progress: TrainingProgress) -> None:
        self.progress = progress

    def _trainer(self, folder: RunFolder) -> Trainer:
        from ddpm_studio.training.trainer import Trainer

        order = self._order
        if order.configuration is not None and not self._goes_on:
            if folder.checkpoints():
                raise ExplainedError(
                    "“{path}” holds another training: choose another folder, or go on with it.",
                    path=folder.path,
                )
            return Trainer(order.configuration, self._device)
        return self._resumed(folder, self._device)

    def _resumed(self, folder: RunFolder, device: str) -> Trainer:
        import torch

        from ddpm_studio.training.resume_notes import resume_notes
        from ddpm_studio.training.trainer import Trainer

        found = folder.load()
        for problem in found.problems:
            self._report(Told(_older_checkpoint(problem)))
        # With as many threads as before the further steps are the same to the last bit.
        torch.set_num_threads(max(1, min(found.state.threads, usable_cores() - 1)))
        for note in resume_notes(found.state, device):
            self._report(Told(note))
        return Trainer.resumed(found.state, device, self._order.configuration)


def _bucket_count() -> int:
    from ddpm_studio.training.loss_history import BUCKETS

    return BUCKETS


def _older_checkpoint(reason: ExplainedError) -> ExplainedError:
    return ExplainedError(
        "{reason}. The training goes on from the checkpoint before it.", reason=reason
    )


@contextmanager
def _opened(path: Path, is_new: bool) -> Iterator[RunFolder]:
    """For this process alone."""
    folder = RunFolder(path)
    if not is_new and not folder.checkpoints():
        folder.load()  # which says that there is nothing
    make_runs_folder(path.parent)
    folder.open_for_writing()
    try:
        yield folder
    finally:
        folder.close()
