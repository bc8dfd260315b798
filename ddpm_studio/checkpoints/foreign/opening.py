"""Opens whatever a person has: our own model files, and other projects' checkpoints by their contents."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ddpm_studio.checkpoints.description import DescriptionError, require_samples_like_data
from ddpm_studio.checkpoints.foreign import (
    diffusers_folder,
    ermon_ddim,
    lucidrains,
    openai_unet,
    pytorch_ddpm,
)
from ddpm_studio.checkpoints.foreign.folder_weights import is_weights_file
from ddpm_studio.checkpoints.foreign.foreign_checkpoint import ForeignCheckpoint
from ddpm_studio.checkpoints.foreign.questions import NO_ANSWERS, Answers, Question, checked_answers
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading
from ddpm_studio.checkpoints.foreign.torch_file import open_torch_file
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError, inspect_model_file
from ddpm_studio.checkpoints.tensor_file import LENGTH_BYTES
from ddpm_studio.datasets.catalogue import entries
from ddpm_studio.diffusion.sampler_configuration import SamplerError
from ddpm_studio.diffusion.schedule import ScheduleError
from ddpm_studio.explained_error import ExplainedError, brief
from ddpm_studio.networks.configuration import NetworkConfigurationError

Recognise = Callable[[Path], ForeignCheckpoint | None]
"""None where the contents are of another kind; ModelFileError where they are, and cannot be used."""

_PARTS = (diffusers_folder.PIPELINE_FILE, diffusers_folder.UNET_FILE)  # beside weights
_SUFFIXES = frozenset((".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".pkl"))
_START_BYTES = LENGTH_BYTES + 1  # as far as the first sign of a safetensors file's table
_ZIP_START, _PICKLE_START = b"PK\x03\x04", b"\x80"


def look_at(path: Path) -> ModelFile | ForeignCheckpoint:
    """What a file or folder is, from its contents alone; runs no code of it.

    Raises ModelFileError where it is nothing that can be opened.
    """
    if os.path.isdir(path):
        return _recognised(path, _folder_families())
    if starts_like_torch(path):
        return _recognised(path, _file_families())
    folder = _folder_of(path)
    return inspect_model_file(path) if folder is None else _recognised(folder, _folder_families())


def _file_families() -> tuple[Recognise, ...]:
    """Of files that torch wrote."""
    return (
        pytorch_ddpm.recognise,
        openai_unet.recognise,
        lucidrains.recognise,
        ermon_ddim.recognise,
        diffusers_folder.recognise_file,
    )


def _folder_families() -> tuple[Recognise, ...]:
    return (diffusers_folder.recognise,)


def _recognised(path: Path, families: tuple[Recognise, ...]) -> ForeignCheckpoint:
    for recognise in families:
        found = recognise(path)
        if found is not None:
            _require_describable(found)
            return found
    if not os.path.isdir(path):
        open_torch_file(path)  # raises where nobody could use it, and says why
    raise ModelFileError(
        "{file} is no model of a project that DDPM Studio knows.", file=brief(path.name)
    )


def _require_describable(checkpoint: ForeignCheckpoint) -> None:
    """Raises ModelFileError where not even the best guesses make a model of it."""
    guesses = {question.name: question.guess for question in checkpoint.questions}
    try:
        _ = checkpoint.describe(guesses).sampler
    except (DescriptionError, NetworkConfigurationError, SamplerError, ScheduleError) as error:
        raise ModelFileError(
            "{file} cannot be opened: {reason}.", file=brief(checkpoint.path.name), reason=error
        ) from error


def starts_like_torch(path: Path) -> bool:
    """False where it cannot be read, too: whoever opens it then says why."""
    start = _start(path)
    return start[:4] == _ZIP_START or start[:1] == _PICKLE_START


def _start(path: Path) -> bytes:
    """Its first bytes; none where they cannot be read."""
    try:
        if not path.is_file():
            return b""
        with open(path, "rb") as file:
            return file.read(_START_BYTES)
    except (OSError, ValueError):
        return b""


def wants_to_be_model(path: Path) -> bool:
    """Whether a file looks like a model, be it damaged or unknown: opening it says what it is."""
    named = path.suffix.lower() in _SUFFIXES or path.name in _PARTS
    is_safetensors = _start(path)[LENGTH_BYTES:] == b"{"
    return named or starts_like_torch(path) or is_safetensors


def _folder_of(path: Path) -> Path | None:
    """The folder of a model of which ``path`` is one file among several, if it is."""
    is_part = path.name in _PARTS or is_weights_file(path)
    return path.parent if is_part else None


def all_questions(checkpoint: ForeignCheckpoint) -> tuple[Question, ...]:
    """The checkpoint's own, and on which data its forward chain shall begin."""
    own = checkpoint.questions
    guesses = {question.name: question.guess for question in own}
    shape = checkpoint.describe(guesses).network.sample_shape
    fitting = tuple(data.name for data in entries() if data.sample_shape == shape)
    if not fitting:
        return own
    reason = ExplainedError("The file does not say what it was trained on.")
    return (*own, Question("data_set", "", reason, ("", *fitting)))


def answered(checkpoint: ForeignCheckpoint, answers: Answers) -> ModelFile:
    """The checkpoint as a model file that can be loaded; what is not answered is guessed.

    Raises AnswerError, or ModelFileError where the answers fit neither each other nor the weights.
    """
    whole = checked_answers(all_questions(checkpoint), answers)
    data_set = str(whole.pop("data_set", ""))
    try:
        description = replace(checkpoint.describe(whole), data_set=data_set)
        require_samples_like_data(description)
    except (DescriptionError, NetworkConfigurationError, ScheduleError) as error:
        raise ModelFileError(
            "{file} cannot be used like this: {reason}.", file=checkpoint.path.name, reason=error
        ) from error
    byte_count, modified_ns = _size_and_time(checkpoint.path)
    return ModelFile(
        checkpoint.path,
        description,
        dict(checkpoint.tensor_shapes(whole)),
        byte_count,
        modified_ns,
        tuple(sorted(whole.items())),
    )


def open_model(path: Path, answers: Answers = NO_ANSWERS) -> ModelFile:
    """A model of ours or of another project's; what a file leaves open is answered or guessed.

    Raises ModelFileError, or AnswerError for answers to nothing.
    """
    found = look_at(path)
    if not isinstance(found, ModelFile):
        return answered(found, answers)
    checked_answers((), answers)  # a file of ours leaves nothing open
    return found


def read_foreign_weights(file: ModelFile) -> WeightReading:
    """The weights of an answered checkpoint, which must not have changed since.

    Raises ModelFileError.
    """
    if _size_and_time(file.path) != (file.byte_count, file.modified_ns):
        raise _changed(file.path)
    checkpoint = look_at(file.path)
    if isinstance(checkpoint, ModelFile):
        raise _changed(file.path)
    return (yield from checkpoint.read_weights(dict(file.answers or ())))


def _size_and_time(path: Path) -> tuple[int, int]:
    """Bytes, and when last written, of what was there a moment ago; of a folder, of its files."""
    try:
        files = diffusers_folder.model_files(path) if os.path.isdir(path) else [path]
        statuses = [os.stat(each) for each in files]
    except OSError as error:
        raise _changed(path) from error
    if not statuses:
        raise _changed(path)
    return sum(each.st_size for each in statuses), max(each.st_mtime_ns for each in statuses)


def _changed(path: Path) -> ModelFileError:
    return ModelFileError("{file} has changed since it was opened: open it again.", file=path.name)
