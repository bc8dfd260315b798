"""Begins the training that is asked for, or goes on with the one that is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import TrainableNetwork
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.configuration_file import load_configuration
from ddpm_studio.training.labels import conditioned_network, unconditioned_network
from ddpm_studio.training.presets import preset
from ddpm_studio.training.ranks import Ranks
from ddpm_studio.training.resume_notes import resume_notes
from ddpm_studio.training.run_folder import FoundRun, NoCheckpointError, RunFolder
from ddpm_studio.training.trainer import Trainer


class UnfinishedRunError(ExplainedError):
    """A new training would take the place of one that can go on."""


class NothingToTrainError(ExplainedError, ValueError):
    """Neither a preset nor a configuration is given, and there is no run to go on with."""


@dataclass(frozen=True)
class TrainingRequest:
    """What the command is asked for; None is what the preset, the file or the run itself says.

    out         of the model; the state of the run is in the folder NAME.run beside it
    steps       to stop at, counted from 0; the learning rate falls as the preset says
    resume      go on with the run beside ``out``, where there is one; its seed stays
    threads     of the CPU; None is 1, or where a run goes on what it had
    conditional whether the network is given the class of each image
    keeps_run   whether the folder stays when all steps are taken, so that more can follow
    """

    out: Path
    preset: str | None = None
    configuration_file: Path | None = None
    steps: int | None = None
    seed: int | None = None
    batch_size: int | None = None
    precision: str | None = None
    compile: bool | None = None
    conditional: bool | None = None
    resume: bool = False
    device: str = "cpu"
    threads: int | None = None
    tensorboard: Path | None = None
    keeps_run: bool = True


def started_trainer(request: TrainingRequest, ranks: Ranks, say: Callable[[str], None]) -> Trainer:
    """A trainer at step 0, or at the step of the newest good checkpoint; ``say`` gets what to know.

    Sets torch's threads. Raises ExplainedErrors.
    """
    folder = RunFolder.beside(request.out)
    found = _found_run(request, folder, say) if request.resume else None
    if found is None:
        _require_no_unfinished_run(folder)
        torch.set_num_threads(request.threads or 1)
        return Trainer(asked_configuration(request), request.device, ranks)
    torch.set_num_threads(request.threads or found.state.threads)
    for note in resume_notes(found.state, request.device):
        say(str(note))
    settings = asked_configuration(request, found.state.configuration)
    return Trainer.resumed(found.state, request.device, settings, ranks)


def asked_configuration(
    request: TrainingRequest, before: TrainingConfiguration | None = None
) -> TrainingConfiguration:
    """What is to be trained, ``before`` being that of the run that goes on."""
    settings = _named_configuration(request) or before
    if settings is None:
        raise NothingToTrainError("There is nothing to go on with: give --preset or --config.")
    changes: dict[str, Any] = {
        "steps": request.steps,
        "seed": before.seed if before else request.seed,
        "batch_size": request.batch_size,
        "precision": request.precision,
        "compile": request.compile,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if request.conditional is not None:
        given["network"] = _conditioned(settings, is_wanted=request.conditional)
    if request.steps is not None:
        given["learning_rate_steps"] = max(settings.learning_rate_length, request.steps)
    return replace(settings, **given)


def _conditioned(settings: TrainingConfiguration, *, is_wanted: bool) -> TrainableNetwork:
    if is_wanted:
        return conditioned_network(settings.network, settings.data_set)
    return unconditioned_network(settings.network)


def _named_configuration(request: TrainingRequest) -> TrainingConfiguration | None:
    if request.configuration_file is not None:
        return load_configuration(request.configuration_file)
    return None if request.preset is None else preset(request.preset)


def _found_run(
    request: TrainingRequest, folder: RunFolder, say: Callable[[str], None]
) -> FoundRun | None:
    """None where no run was begun, so that the same command can be given again whenever it ended."""
    if folder.checkpoints():
        found = folder.load()
        for problem in found.problems:
            say(f"{problem} The training goes on from the checkpoint before.")
        return found
    if request.out.exists():
        raise NoCheckpointError("“{path}” holds no checkpoint of a training.", path=folder.path)
    say(f"There is no checkpoint in {folder.path}: the training begins.")
    return None


def _require_no_unfinished_run(folder: RunFolder) -> None:
    summary = folder.summary()
    if summary is not None and summary.step > 0 and not summary.is_finished:
        raise UnfinishedRunError(
            "“{path}” holds a training that has taken {step} of {steps} steps: give --resume to go "
            "on with it, or delete that folder.",
            path=folder.path,
            step=summary.step,
            steps=summary.configuration.steps,
        )
