"""Each error is one line for a person: with its values, without loose ends, in both languages."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.condition import Condition, ConditionError
from ddpm_studio.checkpoints.description import DescriptionError, ModelDescription
from ddpm_studio.checkpoints.diffusers_export import DiffusersExportError, exportable_network
from ddpm_studio.checkpoints.foreign.hub import HubError, checked_name
from ddpm_studio.checkpoints.foreign.questions import AnswerError, checked_answers
from ddpm_studio.checkpoints.measuring import MeasuringError, TooFewImagesError, plan_measurement
from ddpm_studio.checkpoints.model_file import ModelFileError, inspect_model_file
from ddpm_studio.cli import CommandError
from ddpm_studio.datasets.cache_location import LocationFixedError
from ddpm_studio.datasets.catalogue import UnknownDataSetError, entry
from ddpm_studio.datasets.digits import DamagedDataError
from ddpm_studio.datasets.importing.picture_file import PictureError, read_picture
from ddpm_studio.datasets.importing.resumable_download import DownloadError
from ddpm_studio.datasets.importing.set_writer import require_free_name
from ddpm_studio.datasets.set_description import DataSetError, read_description
from ddpm_studio.diffusion.chains import NotFiniteError
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration, SamplerError
from ddpm_studio.diffusion.samplers import reverse_chain
from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration, ScheduleError
from ddpm_studio.diffusion.trajectory import Trajectory, TrajectoryTooLargeError
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.export import AnimationError, AnimationPlan
from ddpm_studio.export.destination import ExportError
from ddpm_studio.networks.configuration import MlpConfiguration, NetworkConfigurationError
from ddpm_studio.session.dropped_path import NothingKnownError, OneAtATimeError
from ddpm_studio.session.model_opening import NotAllOpenedError
from ddpm_studio.session.model_saving import OwnFileError
from ddpm_studio.session.snapshot_files import SnapshotError
from ddpm_studio.temporary_file import TemporaryFile, TemporaryFileError
from ddpm_studio.training.batches import MissingDataError
from ddpm_studio.training.compilation import CompilationError
from ddpm_studio.training.configuration import TrainingConfigurationError
from ddpm_studio.training.configuration_file import ConfigurationFileError, load_configuration
from ddpm_studio.training.failures import DeviceLostError, TrainingDivergedError
from ddpm_studio.training.labels import (
    LabelsError,
    conditioned_network,
    require_same_classes,
)
from ddpm_studio.training.memory_limit import too_large_batch, untried_batch
from ddpm_studio.training.presets import UnknownPresetError, preset
from ddpm_studio.training.ranks import RankLostError, Ranks, RanksError
from ddpm_studio.training.run_checkpoint import CheckpointError, load_checkpoint
from ddpm_studio.training.run_folder import NoCheckpointError, RunFolder
from ddpm_studio.training.run_lock import RunInUseError
from ddpm_studio.training.run_start import (
    NothingToTrainError,
    TrainingRequest,
    UnfinishedRunError,
    asked_configuration,
)
from ddpm_studio.training.run_state import ResumeError
from ddpm_studio.training.tensorboard_log import TensorBoardMissingError
from ddpm_studio.training.trainer import Trainer
from ddpm_studio.ui.dialogs.betas_dialog import ListFileError, file_text
from ddpm_studio.ui.problem_text import problem_text

PATH = Path("folder") / "{odd} 이름 {0}.gif"
HANGUL = re.compile(r"[가-힣]")
DIGITS = preset("digits")
METADATA = {"format": "ddpm-studio", "format_version": "1"}


def raised(kind: type[Exception], act: Callable[..., object], *arguments: object) -> Any:
    """The error as the code that raises it words it."""
    with pytest.raises(kind) as caught:
        act(*arguments)
    return caught.value


def odd_model(folder: Path, part: str, **changes: object) -> Path:
    """A bundled model with something else in one part of its description."""
    content = find_model("moons").path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    values = json.loads(header["__metadata__"]["description"])
    values[part] |= changes
    header["__metadata__"]["description"] = json.dumps(values)
    text = json.dumps(header).encode()
    path = folder / "{odd}.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length :])
    return path


def chain_of_infinities() -> None:
    schedule = NoiseSchedule.linear(3)
    list(reverse_chain(schedule, lambda x, t: x / 0, torch.ones(2, 2), torch.Generator()))


ERRORS: dict[str, tuple[BaseException, str]] = {
    "model file": (
        raised(ModelFileError, inspect_model_file, Path("{no}.safetensors")),
        "{no}.safetensors",
    ),
    "bundled model": (raised(ModelFileError, find_model, "{0}"), "'{0}'"),
    "description": (raised(DescriptionError, ModelDescription.from_metadata, {}), "DDPM Studio"),
    "broken description": (
        raised(
            DescriptionError,
            ModelDescription.from_metadata,
            METADATA | {"description": '{"name": "{x}"}'},
        ),
        "'data_set'",
    ),
    "schedule": (raised(ScheduleError, ScheduleConfiguration("cosine", 0).build), "10000"),
    "kind of schedule": (raised(ScheduleError, ScheduleConfiguration("{T}", 9).build), "'{T}'"),
    "sampler": (raised(SamplerError, SamplerConfiguration, "{x}"), "'{x}'"),
    "network": (raised(NetworkConfigurationError, MlpConfiguration, "{x}"), "'{x}'"),
    "trajectory": (raised(TrajectoryTooLargeError, Trajectory, 1000, 10**9, (2,)), "1,000,000,000"),
    "chain": (raised(TrajectoryTooLargeError, Trajectory, 10**6, 1, (2,)), "T = 1,000,000"),
    "numbers": (raised(NotFiniteError, chain_of_infinities), "t = 2"),
    "data set": (raised(UnknownDataSetError, entry, "{no}"), "'{no}'"),
    "preset": (raised(UnknownPresetError, preset, "{no}"), "'{no}'"),
    "training": (
        raised(
            TrainingConfigurationError,
            partial(type(preset("moons")), **{**vars(preset("moons")), "steps": -5}),
        ),
        "-5",
    ),
    "training that diverged": (
        TrainingDivergedError(
            "The loss is not a number after {steps} steps; try a lower learning rate.", steps=437
        ),
        "437",
    ),
    "training that explodes": (
        TrainingDivergedError(
            "The loss has grown to {loss:.3g} after {steps} steps, and it was {first:.3g} in the "
            "beginning; try a lower learning rate.",
            loss=12.5,
            steps=437,
            first=1.0,
        ),
        "437",
    ),
    "share in a training": (
        raised(TrainingConfigurationError, partial(replace, preset("moons"), ema_decay=2.0)),
        "2.0",
    ),
    "schedule of a training": (
        raised(
            TrainingConfigurationError,
            partial(replace, preset("moons"), schedule=ScheduleConfiguration("cosine", 0)),
        ),
        "10000",
    ),
    "file of a training": (
        raised(ConfigurationFileError, load_configuration, Path("{no}.json")),
        "{no}.json",
    ),
    "data that are missing": (raised(MissingDataError, Trainer, preset("cifar10")), "cifar-10"),
    "classes of other data": (
        raised(
            LabelsError,
            Trainer,
            replace(DIGITS, network=replace(DIGITS.network, classes=437)),
        ),
        "437",
    ),
    "data without labels": (
        raised(LabelsError, conditioned_network, preset("moons").network, "moons"),
        "'moons'",
    ),
    "data that have changed": (
        raised(LabelsError, require_same_classes, "digits", ("cat", "dog")),
        "'digits'",
    ),
    "batch that is too large": (too_large_batch(437, 128), "128"),
    "share that is too large": (untried_batch(437), "437"),
    "network that is too large": (too_large_batch(437, None), ""),
    "device that is gone": (
        DeviceLostError(
            "The device {device!r} does not compute any more: go on from the last checkpoint, on "
            "the CPU if it stays away.",
            device="{x}",
        ),
        "'{x}'",
    ),
    "shares of a batch": (raised(RanksError, Ranks(0, 3).part_of, 64), "64"),
    "process that is gone": (
        RankLostError(
            "Another process of this training has ended: it stops here. "
            "The same command with --resume goes on from the last checkpoint."
        ),
        "--resume",
    ),
    "checkpoint": (raised(CheckpointError, load_checkpoint, Path("{no}")), "{no}"),
    "folder without a run": (raised(NoCheckpointError, RunFolder(Path("{no}")).load), "{no}"),
    "run that is in use": (
        RunInUseError(
            "“{path}” belongs to a training that is running: wait until it ends.", path="{x}"
        ),
        "{x}",
    ),
    "run that is unfinished": (
        UnfinishedRunError(
            "“{path}” holds a training that has taken {step} of {steps} steps: give --resume to go "
            "on with it, or delete that folder.",
            path="{x}",
            step=2,
            steps=437,
        ),
        "{x}",
    ),
    "nothing to train": (
        raised(NothingToTrainError, asked_configuration, TrainingRequest(Path("x"))),
        "--config",
    ),
    "state of another run": (
        ResumeError("The state of the training does not fit its network."),
        "",
    ),
    "run of another network": (
        ResumeError(
            "The training began with another {field}: it cannot go on with this one.",
            field="{x}",
        ),
        "{x}",
    ),
    "note about threads": (
        ExplainedError(
            "It was trained with {before} threads and goes on with {now}: the last digits of its "
            "numbers will differ.",
            before=2,
            now=437,
        ),
        "437",
    ),
    "no TensorBoard": (
        TensorBoardMissingError(
            "TensorBoard is not installed: install “ddpm-studio[tensorboard]”, or leave "
            "--tensorboard out."
        ),
        "--tensorboard",
    ),
    "list of numbers": (raised(ListFileError, file_text, Path("{no}")), "{no}"),
    "animation": (raised(AnimationError, AnimationPlan, 0, 9, 120, float("nan")), "nan"),
    "command": (
        CommandError(
            "This machine cannot compute on {device!r}; leave --device out to use the CPU.",
            device="{x}",
        ),
        "'{x}'",
    ),
    "data set that is damaged": (raised(DataSetError, read_description, Path("{no}")), "{no}"),
    "data set that would be overwritten": (
        raised(DataSetError, require_free_name, Path("{no}"), "moons"),
        "moons",
    ),
    "download": (
        DownloadError(
            "“{url}” cannot be reached: look at the network, then download again.", url="{x}"
        ),
        "{x}",
    ),
    "picture": (raised(PictureError, read_picture, Path("{no}")), ""),
    "data that cannot be moved": (
        LocationFixedError(
            "The variable {variable} says where the data sets are: change it, or start without it.",
            variable="{x}",
        ),
        "{x}",
    ),
    "too few images": (
        TooFewImagesError(
            "The data {name!r} have too few images to measure a model: none of them is held out.",
            name="{x}",
        ),
        "'{x}'",
    ),
    "answer": (
        raised(AnswerError, checked_answers, (), {"{x}": 1}),
        "{x}",
    ),
    "unknown data": (
        raised(
            MeasuringError,
            plan_measurement,
            replace(find_model("moons").description, data_set="", origin="x"),
        ),
        "",
    ),
    "class": (
        raised(ConditionError, Condition(label=3).classes_of, find_model("moons").description),
        "",
    ),
    "hub": (raised(HubError, checked_name, "{no}"), "{no}"),
    "export for diffusers": (
        raised(DiffusersExportError, exportable_network, find_model("moons").description),
        "diffusers",
    ),
    "temporary file": (raised(TemporaryFileError, TemporaryFile, Path("{no}"), 1), "{no}"),
    "drop": (
        NothingKnownError(
            "“{file}” is nothing that DDPM Studio knows: drop a model, a noisy classifier, the folder "
            "of a training, or pictures or arrays to train on.",
            file="{x}",
        ),
        "{x}",
    ),
    "several drops": (
        OneAtATimeError(
            "Of {count} things that were dropped, only “{file}” is taken: drop data sets, trainings "
            "and classifiers one at a time.",
            count=437,
            file="{x}",
        ),
        "{x}",
    ),
    "several models": (
        NotAllOpenedError(
            "{problems} of {count} files could not be opened. The first: {reason}.",
            problems=2,
            count=437,
            reason=raised(ModelFileError, inspect_model_file, Path("{no}.safetensors")),
        ),
        "{no}.safetensors",
    ),
    "own file": (
        OwnFileError("“{file}” is the open model's own file: choose another name.", file="{x}"),
        "{x}",
    ),
    "snapshot": (
        SnapshotError("{file} is damaged: it is cut short or has been changed.", file="{x}"),
        "{x}",
    ),
    "digits": (
        DamagedDataError(
            "The handwritten digits that come with DDPM Studio are missing or damaged ({file}): "
            "install it again.",
            file="{x}",
        ),
        "{x}",
    ),
    "compiling": (
        CompilationError(
            "Networks are compiled on CUDA alone: on this device ({device}) this one is trained as "
            "it is.",
            device="{x}",
        ),
        "{x}",
    ),
    "memory": (MemoryError(), ""),
    "memory of torch": (RuntimeError("[enforce fail] can't allocate memory: 9 bytes"), ""),
    "memory of a device": (torch.OutOfMemoryError("CUDA out of memory.\nTried 2 GiB"), "CPU"),
    "anything else": (RuntimeError("something {odd}"), "something {odd}"),
    "without a word": (ZeroDivisionError(), "ZeroDivisionError"),
}


def is_one_line(text: str, *given: str) -> bool:
    """One line with everything filled in."""
    for each in given:
        text = text.replace(each, "…") if each else text
    return text == text.strip() and text.isprintable() and not set("{}") & set(text)


@pytest.mark.parametrize("problem", list(SaveProblem), ids=lambda problem: problem.name)
@pytest.mark.parametrize("kind", [SaveError, ExportError])
def test_a_file_that_was_not_saved(problem: SaveProblem, kind: type[SaveError], speak) -> None:
    error = kind(problem, PATH, megabytes=437, detail="the disk sleeps")
    english = problem_text(error)
    assert english == str(error)
    speak("ko")
    korean = problem_text(error)
    assert korean != english
    for text in (english, korean):
        assert is_one_line(text, str(PATH))
        assert text.endswith(".")
        assert f"“{PATH}”" in text
        assert ("437 MB" in text) == (problem is SaveProblem.DISK_FULL)
        assert ("the disk sleeps" in text) == (problem is SaveProblem.FAILED)


def test_every_class_of_error_is_among_them() -> None:
    """NoWindowError is never shown in a window, SaveError and ExportError are above, and two are
    only said inside of a ModelFileError."""
    tried = {type(error) for error, _ in ERRORS.values() if isinstance(error, ExplainedError)}
    kinds = set(ExplainedError.__subclasses__())
    ours = {kind for kind in kinds if kind.__module__.startswith("ddpm_studio.")}
    assert {kind.__name__ for kind in ours - tried} <= {
        *("SaveError", "NoWindowError", "LayoutError", "PickleError"),
    }


@pytest.mark.parametrize("name", ERRORS)
def test_every_kind_of_error(qapp, name: str) -> None:
    error, said = ERRORS[name]
    text = problem_text(error)
    assert said in text
    assert is_one_line(text, said)
    if isinstance(error, ExplainedError):
        assert text.endswith(str(error))


def test_each_kind_has_a_text_of_its_own(qapp) -> None:
    sentences = {problem_text(error) for error, _ in ERRORS.values()}
    assert len(sentences) == len(ERRORS) - 1  # both errors of the memory are one to a person


@pytest.mark.parametrize("name", ERRORS)
def test_every_kind_of_error_in_korean(speak, name: str) -> None:
    error, said = ERRORS[name]
    speak("ko")
    text = problem_text(error)
    assert said in text
    assert is_one_line(text, said)
    assert HANGUL.search(text)
    if isinstance(error, ExplainedError):
        assert str(error) not in text  # nothing after an introduction stays English


@pytest.mark.parametrize(
    ("part", "changes", "english", "korean"),
    [
        (
            "schedule",
            {"T": 0},
            "its configuration is not valid: T must lie between 1 and 10000, not 0.",
            "설정이 올바르지 않습니다: T는 1과 10000 사이여야 하는데 0입니다.",
        ),
        (
            "network",
            {"width": "{reason}"},
            "its configuration is not valid: width must be a whole number from 1 to 4096, not "
            "'{reason}'.",
            "설정이 올바르지 않습니다: width은(는) 1에서 4096 사이의 정수여야 하는데 '{reason}'입니다.",
        ),
    ],
)
def test_a_reason_inside_a_reason_inside_an_error(
    part: str, changes: dict[str, object], english: str, korean: str, tmp_path: Path, speak
) -> None:
    error = raised(ModelFileError, inspect_model_file, odd_model(tmp_path, part, **changes))
    assert problem_text(error) == (
        "This model cannot be opened. {odd}.safetensors is not a model that can be opened: "
        f"{english}"
    )
    speak("ko")
    assert problem_text(error) == (
        f"이 모델을 열 수 없습니다. “{{odd}}.safetensors”은(는) 열 수 있는 모델이 아닙니다: {korean}"
    )


def test_the_number_of_samples_that_would_fit_is_named(qapp) -> None:
    error = raised(TrajectoryTooLargeError, Trajectory, 1000, 10**9, (2,))
    assert f"{error.largest_count:,} or fewer" in problem_text(error)


def test_pages_of_advice_for_programmers_are_left_out(qapp) -> None:
    error = RuntimeError("CUDA error: no kernel\nCompile with TORCH_USE_CUDA_DSA.\n\nC++ trace: …")
    assert problem_text(error) == "Something unexpected happened: CUDA error: no kernel"
