"""Where the runs of the application lie: a folder each, with the kept model beside it. No torch."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.checkpoints import model_file
from ddpm_studio.checkpoints.model_file import ModelFileError, inspect_model_file
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.run_folder import SUFFIX, RunFolder

_MAX_NAME_CHARACTERS = 60


@dataclass(frozen=True)
class UnfinishedRun:
    """A training that stopped before its end without anybody having said so.

    changed_at  of its newest checkpoint, in seconds since 1970
    """

    folder: Path
    configuration: TrainingConfiguration
    step: int
    steps: int
    changed_at: float


def new_run_folder(runs_folder: Path, configuration: TrainingConfiguration) -> Path:
    """A name that nothing has yet: NAME-DATE-TIME.run."""
    name = re.sub(r"[^\w-]+", "-", configuration.name).strip("-")[:_MAX_NAME_CHARACTERS] or "run"
    stem = f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    path, number = runs_folder / f"{stem}{SUFFIX}", 1
    while path.exists() or model_of(path).exists():
        number += 1
        path = runs_folder / f"{stem}-{number}{SUFFIX}"
    return path


def make_runs_folder(path: Path) -> None:
    """With all folders above it. Raises SaveError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        detail = error.strerror or str(error)
        raise SaveError(SaveProblem.FAILED, path, detail=detail) from error


def model_of(folder: Path) -> Path:
    """The model file that belongs to a run's folder, where RunFolder.beside looks for the run."""
    return folder.with_name(folder.name.removesuffix(SUFFIX) + model_file.SUFFIX)


def unfinished_run(folder: Path) -> UnfinishedRun | None:
    """What could go on in that folder.

    None where there is nothing, it has taken all of its steps, its model was kept at that very
    step, or somebody trains there now.
    """
    run = RunFolder(folder)
    if run.is_running:
        return None
    summary = run.summary()
    if summary is None or summary.is_finished or _kept_step(folder) == summary.step:
        return None
    with suppress(OSError):
        changed_at = summary.path.stat().st_mtime
        steps = summary.configuration.steps
        return UnfinishedRun(folder, summary.configuration, summary.step, steps, changed_at)
    return None


def _kept_step(folder: Path) -> int | None:
    with suppress(ModelFileError):
        training = inspect_model_file(model_of(folder)).description.training
        return training.steps if training else None
    return None


def newest_unfinished_run(runs_folder: Path) -> UnfinishedRun | None:
    """The one that was changed last; reads headers alone, of the newest folders first."""
    for folder in _newest_first(runs_folder):
        found = unfinished_run(folder)
        if found is not None:
            return found
    return None


def _newest_first(runs_folder: Path) -> list[Path]:
    """By the time of their last new checkpoint, which changes the folder."""
    found: list[tuple[float, Path]] = []
    with suppress(OSError):
        for path in runs_folder.iterdir():
            with suppress(OSError):
                if path.suffix == SUFFIX and path.is_dir():
                    found.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(found, reverse=True)]


def remove_idle_run(path: Path) -> None:
    """What a training wrote there, and nothing else. Raises RunInUseError or SaveError."""
    if path.is_dir():
        folder = RunFolder(path)
        folder.open_for_writing()
        folder.discard()
