"""The folder of a run: its newest two checkpoints and its losses, from which it can always go on."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.atomic_file import SaveError, SaveProblem, sweep_stray_temporaries
from ddpm_studio.checkpoints.model_file import SUFFIX as MODEL_SUFFIX
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.loss_log import LossLog, LossLogReader
from ddpm_studio.training.run_checkpoint import (
    CheckpointError,
    CheckpointSummary,
    inspect_checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from ddpm_studio.training.run_lock import RunLock, is_locked

if TYPE_CHECKING:
    from ddpm_studio.training.run_state import RunState

SUFFIX = ".run"
KEPT = 2
_CHECKPOINT = re.compile(r"step-(\d{9})\.safetensors")
_SNAPSHOT = re.compile(r"samples-(\d{9})\.safetensors")
_LOG, _LOCK = "losses.csv", "lock"


class NoCheckpointError(ExplainedError):
    """A folder with nothing to go on from."""


@dataclass(frozen=True, eq=False)
class FoundRun:
    """The newest good state of a folder, and why newer ones were passed over."""

    state: RunState
    problems: tuple[CheckpointError, ...]


class RunFolder:
    """One that is being written is opened by :meth:`open_for_writing`, and read by anybody.

    The folder need not exist before that.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RunLock(path / _LOCK)

    @classmethod
    def beside(cls, model_file: Path) -> RunFolder:
        """The folder that belongs to a model file: NAME.run for NAME.safetensors."""
        name = model_file.name.removesuffix(MODEL_SUFFIX)
        return cls(model_file.with_name(name + SUFFIX))

    @property
    def is_running(self) -> bool:
        """Whether a process trains here now."""
        return is_locked(self.path / _LOCK)

    def open_for_writing(self) -> None:
        """Make the folder, keep others out, and sweep what a killed process left.

        Raises RunInUseError, or SaveError where the folder cannot be made.
        """
        try:
            self.path.mkdir(exist_ok=True)
            self._lock.acquire()
        except OSError as error:
            detail = error.strerror or str(error)
            raise SaveError(SaveProblem.FAILED, self.path, detail=detail) from error
        sweep_stray_temporaries(self.path, age_seconds=0)

    def close(self) -> None:
        """Let others write. A folder without a checkpoint is of no use, and goes."""
        if self.checkpoints():
            self._lock.release()
        else:
            self.discard()

    def checkpoints(self) -> list[Path]:
        """Newest first."""
        return sorted(self._named(_CHECKPOINT), reverse=True)

    def checkpoints_after(self, step: int) -> list[Path]:
        """Newest first: where a training goes on after that step, those could not be read."""
        return [path for path in self.checkpoints() if int(path.stem[len("step-") :]) > step]

    def snapshots(self) -> list[Path]:
        """Samples that a window has kept here, oldest first."""
        return sorted(self._named(_SNAPSHOT))

    def snapshot_path(self, step: int) -> Path:
        """Of the samples after so many steps."""
        return self.path / f"samples-{step:09}.safetensors"

    def _named(self, pattern: re.Pattern[str]) -> list[Path]:
        with suppress(OSError):
            return [path for path in self.path.iterdir() if pattern.fullmatch(path.name)]
        return []

    def summary(self) -> CheckpointSummary | None:
        """What the newest checkpoint with a good header says; None where there is none."""
        for path in self.checkpoints():
            with suppress(CheckpointError):
                return inspect_checkpoint(path)
        return None

    def load(self) -> FoundRun:
        """The newest good state. Raises NoCheckpointError where there is none."""
        problems: list[CheckpointError] = []
        for path in self.checkpoints():
            try:
                return FoundRun(load_checkpoint(path), tuple(problems))
            except CheckpointError as error:
                problems.append(error)
        if problems:
            raise NoCheckpointError(
                "“{path}” holds no checkpoint that can be read: {reason}.",
                path=self.path,
                reason=problems[0],
            )
        raise NoCheckpointError("“{path}” holds no checkpoint of a training.", path=self.path)

    def save(self, state: RunState, distrusted: Collection[Path] = ()) -> Path:
        """Write a checkpoint; of the others, only the newest before it stays. Raises SaveError.

        None of the ``distrusted`` does, nor does a later one: it is of a future that did not happen.
        """
        path = self.path / f"step-{state.step:09}.safetensors"
        save_checkpoint(path, state)
        before = [each for each in self.checkpoints() if each < path and each not in distrusted]
        for other in self.checkpoints():
            if other != path and other not in before[: KEPT - 1]:
                _remove(other)
        return path

    def loss_log(self, configuration: TrainingConfiguration) -> LossLog:
        """To write the losses into."""
        return LossLog(self.path / _LOG, configuration)

    def loss_reader(self) -> LossLogReader:
        """To watch the losses, also while another process trains."""
        return LossLogReader(self.path / _LOG)

    def clear(self) -> None:
        """Remove the run, but not what others have put here. Only for one who may write here."""
        for path in (*self.checkpoints(), *self.snapshots(), self.path / _LOG):
            _remove(path)

    def discard(self) -> None:
        """Remove the run, and the folder where nothing else is in it."""
        self.clear()
        self._lock.remove()
        with suppress(OSError):
            self.path.rmdir()


def _remove(path: Path) -> None:
    with suppress(OSError):  # a file that cannot go does no harm
        os.unlink(path)
