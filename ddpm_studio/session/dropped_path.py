"""Tells on a thread what somebody let fall on the window: a model, a data set, a training, a classifier."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ddpm_studio.explained_error import ExplainedError, brief
from ddpm_studio.session.background_task import BackgroundTask

_CHECKPOINT_SUFFIXES = (".pt", ".pth", ".ckpt")
_MOST_LOOKED_AT = 1000  # files of a folder, which may hold a million pictures


class NothingKnownError(ExplainedError):
    """A file or folder that this application can do nothing with."""


class DropKind(StrEnum):
    """What can be done with a path."""

    MODEL = "model"  # or a file that wants to be one: opening it says what is wrong
    DATA = "data"
    TRAINING = "training"
    CLASSIFIER = "classifier"


class OneAtATimeError(ExplainedError):
    """Several things were dropped, of which only the first can be taken."""


@dataclass(frozen=True)
class Dropped:
    """Paths, several for models alone, and what they are; ``left_out`` others came with them."""

    paths: tuple[Path, ...]
    kind: DropKind
    left_out: int = 0


class DroppedPath(QObject):
    """What was dropped last counts. Several models are told together, of all else only the first.

    are_models(tuple)     paths, which can be shown
    is_data(Path)         it can be imported
    is_training(Path)     it can be watched
    is_classifier(Path)   it can guide the present model
    failed(object)        the exception that says why it is none of these, or only the first is taken
    """

    are_models = Signal(object)
    is_data = Signal(object)
    is_training = Signal(object)
    is_classifier = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task = BackgroundTask(self)
        self._task.finished.connect(self._tell)
        self._task.failed.connect(self.failed)

    def look_at(self, paths: Sequence[Path]) -> None:
        """One of the signals follows; where something is left out, ``failed`` as well."""
        self._task.start(partial(_look, tuple(paths)))

    def stop(self) -> bool:
        """End the thread; False where it is stuck."""
        return self._task.stop()

    def _tell(self, found: Dropped) -> None:
        if found.kind is DropKind.MODEL:
            self.are_models.emit(found.paths)
            return
        {
            DropKind.DATA: self.is_data,
            DropKind.TRAINING: self.is_training,
            DropKind.CLASSIFIER: self.is_classifier,
        }[found.kind].emit(found.paths[0])
        if found.left_out:
            self.failed.emit(
                OneAtATimeError(
                    "Of {count} things that were dropped, only “{file}” is taken: drop data sets, trainings "
                    "and classifiers one at a time.",
                    count=1 + found.left_out,
                    file=brief(found.paths[0].name),
                )
            )


def _look(paths: Sequence[Path]) -> Generator[None, None, Dropped]:
    """The first that is known decides. Beside a model all are taken for models: opening them tells."""
    seen: list[Dropped | ExplainedError] = []
    for path in paths:
        yield
        seen.append(_told_or_problem(path))
    first = next((each for each in seen if isinstance(each, Dropped)), seen[0])
    if isinstance(first, ExplainedError):
        raise first
    if first.kind is not DropKind.MODEL:
        return replace(first, left_out=len(paths) - 1)
    models = (
        told.paths[0] if isinstance(told, Dropped) else path
        for path, told in zip(paths, seen, strict=True)
    )
    return Dropped(tuple(models), DropKind.MODEL)


def _told_or_problem(path: Path) -> Dropped | ExplainedError:
    try:
        return _told(path)
    except ExplainedError as error:
        return error


def _told(path: Path) -> Dropped:
    """Raises NothingKnownError, or ModelFileError for a classifier that is damaged."""
    if os.path.isdir(path) and _folder_kind(path) in (None, DropKind.DATA):
        path = _only_checkpoint(path) or path
    kind = _folder_kind(path) if os.path.isdir(path) else _file_kind(path)
    if kind is None:
        raise NothingKnownError(
            "“{file}” is nothing that DDPM Studio knows: drop a model, a noisy classifier, the folder "
            "of a training, or pictures or arrays to train on.",
            file=brief(path.name),
        )
    return Dropped((path,), kind)


def _only_checkpoint(folder: Path) -> Path | None:
    """The one that another project's training left in its folder, often beside pictures of samples.

    Raises NothingKnownError where there are several: a person knows which one counts.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        seen = islice(entries, _MOST_LOOKED_AT)
        found = sorted(
            entry.name for entry in seen if entry.name.lower().endswith(_CHECKPOINT_SUFFIXES)
        )
        if len(found) > 1:
            raise NothingKnownError(
                "“{folder}” holds {count} checkpoints: drop one of them, such as {file}.",
                folder=brief(folder.name),
                count=len(found),
                file=brief(found[-1]),
            )
        if found:
            return folder / found[0]
    return None


def _folder_kind(path: Path) -> DropKind | None:
    """A folder of a model or of a training may hold pictures, too: those come first."""
    from ddpm_studio.checkpoints.foreign.diffusers_folder import is_model_folder
    from ddpm_studio.datasets.recognition import looks_like_data
    from ddpm_studio.training.run_folder import SUFFIX, RunFolder

    if is_model_folder(path):
        return DropKind.MODEL
    run = RunFolder(path)
    if path.suffix == SUFFIX or run.checkpoints() or run.is_running:
        return DropKind.TRAINING
    return DropKind.DATA if looks_like_data(path) else None


def _file_kind(path: Path) -> DropKind | None:
    """Raises ModelFileError for a classifier that is damaged."""
    from ddpm_studio.checkpoints.classifier_opening import find_classifier
    from ddpm_studio.checkpoints.foreign.opening import wants_to_be_model
    from ddpm_studio.checkpoints.other_kinds import known_other_kind
    from ddpm_studio.datasets.recognition import looks_like_data

    if not _is_regular(path):
        return DropKind.MODEL
    if looks_like_data(path):
        return DropKind.DATA
    if find_classifier(path) is not None:
        return DropKind.CLASSIFIER
    is_model = wants_to_be_model(path) or known_other_kind(path) is not None
    return DropKind.MODEL if is_model else None


def _is_regular(path: Path) -> bool:
    """False, too, where there is none, or it may not be asked."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False
