"""Hugging Face diffusers: the folder of a DDPMPipeline, or of a bare UNet2DModel.

The parts lie in folders of their own (``unet``, ``scheduler``) or, as Google's checkpoints of Ho's
weights, all in one. Nothing in a configuration is imported: a folder that brings code is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.diffusers_scheduler import DiffusersScheduler
from ddpm_studio.checkpoints.foreign.diffusers_unet import UNET_CLASS, DiffusersUNet
from ddpm_studio.checkpoints.foreign.folder_weights import (
    WEIGHTS_NAMES,
    folder_weights,
    weights_files,
)
from ddpm_studio.checkpoints.foreign.image_sizes import guessed_size, possible_sizes
from ddpm_studio.checkpoints.foreign.json_settings import JsonSettings
from ddpm_studio.checkpoints.foreign.key_map import MappedWeights
from ddpm_studio.checkpoints.foreign.model_name import model_name
from ddpm_studio.checkpoints.foreign.questions import Answers, Question
from ddpm_studio.checkpoints.foreign.state_dict import named_tensors
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading
from ddpm_studio.checkpoints.foreign.torch_file import open_torch_file
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.explained_error import ExplainedError, brief

FAMILY = "diffusers"

PIPELINE_FILE = "model_index.json"
UNET_FOLDER, UNET_FILE = "unet", "config.json"
SCHEDULER_FOLDER, SCHEDULER_FILE = "scheduler", "scheduler_config.json"


def recognise(folder: Path) -> DiffusersCheckpoint | None:
    """The folder's model, or None where it is of another kind. Raises ModelFileError."""
    if not (folder / PIPELINE_FILE).is_file() and not _is_unet_folder(folder):
        return None
    unet_folder, unet, scheduler = read_settings(folder)
    tensors = folder_weights(unet_folder)
    checkpoint = DiffusersCheckpoint(
        folder, unet, scheduler, MappedWeights(tensors, unet.layers(tensors))
    )
    checkpoint.weights.require_complete(folder)
    return checkpoint


def read_settings(folder: Path) -> tuple[Path, DiffusersUNet, DiffusersScheduler]:
    """Where the network lies, and what it and its scheduler are. Raises ModelFileError."""
    if (folder / PIPELINE_FILE).is_file():
        _require_unet_pipeline(JsonSettings.read(folder / PIPELINE_FILE))
    unet_folder = _folder_with(folder, UNET_FOLDER, UNET_FILE)
    if unet_folder is None:
        raise ModelFileError(
            "{folder} is not complete: its unet/config.json is missing.", folder=folder.name
        )
    settings = JsonSettings.read(unet_folder / UNET_FILE)
    _require_unet(settings)
    unet = DiffusersUNet.read(settings)
    scheduler = DiffusersScheduler(_scheduler_settings(folder, unet_folder), unet.learns_variance)
    scheduler.check()
    return unet_folder, unet, scheduler


def recognise_file(path: Path) -> DiffusersCheckpoint | None:
    """The model that a file of weights written by torch belongs to; its settings lie beside it."""
    if (path.parent / UNET_FILE).is_file() and path.name in WEIGHTS_NAMES:
        return recognise(path.parent)
    tensors = named_tensors(open_torch_file(path).value) or {}
    if "down_blocks.0.resnets.0.conv1.weight" in tensors:
        raise ModelFileError(
            "{file} holds weights of diffusers without their settings: "
            "open the folder that has config.json beside them.",
            file=path.name,
        )
    return None


def model_files(folder: Path) -> list[Path]:
    """The files that a model in this folder consists of, as far as they are there."""
    names = (PIPELINE_FILE, UNET_FILE, SCHEDULER_FILE)
    parts = (folder, folder / UNET_FOLDER, folder / SCHEDULER_FOLDER)
    settings = [part / name for part in parts for name in names if (part / name).is_file()]
    unet_folder = _folder_with(folder, UNET_FOLDER, UNET_FILE)
    return settings if unet_folder is None else settings + weights_files(unet_folder)


def is_model_folder(folder: Path) -> bool:
    """Whether it says that it is a model, be it damaged or of an unknown class."""
    try:
        return (folder / PIPELINE_FILE).is_file() or _is_unet_folder(folder)
    except ModelFileError:
        return True


def _is_unet_folder(folder: Path) -> bool:
    found = _folder_with(folder, UNET_FOLDER, UNET_FILE)
    if found is None:
        return False
    # Other programs, too, have a config.json: only that of a class of diffusers is meant.
    return "_diffusers_version" in JsonSettings.read(found / UNET_FILE).values


def _folder_with(folder: Path, part: str, file: str) -> Path | None:
    candidates = (folder / part, folder)
    return next((each for each in candidates if (each / file).is_file()), None)


def _scheduler_settings(folder: Path, unet_folder: Path) -> JsonSettings | None:
    """Also where the folder that was opened is the network's, inside the pipeline's."""
    found = _folder_with(folder, SCHEDULER_FOLDER, SCHEDULER_FILE)
    around = folder.absolute().parent
    if found is None and folder == unet_folder and (around / PIPELINE_FILE).is_file():
        found = _folder_with(around, SCHEDULER_FOLDER, SCHEDULER_FILE)
    return None if found is None else JsonSettings.read(found / SCHEDULER_FILE)


def _require_unet_pipeline(settings: JsonSettings) -> None:
    """A pipeline names for each part its library and class; other libraries would be code of its own."""
    parts = settings.values.get("unet")
    if parts == [FAMILY, UNET_CLASS]:
        return
    raise ModelFileError(
        "{file} describes a {name}, and DDPM Studio opens pipelines with a UNet2DModel of diffusers.",
        file=settings.path.name,
        name=brief(str(settings.values.get("_class_name", "model of another kind"))),
    )


def _require_unet(settings: JsonSettings) -> None:
    if "auto_map" in settings.values:
        raise ModelFileError(
            "{file} asks for code that comes with it, which DDPM Studio never runs.",
            file=settings.path.name,
        )
    name = settings.text("_class_name", None)
    if name not in (UNET_CLASS, "UNetUnconditionalModel"):  # its name in the first versions
        raise ModelFileError(
            "{file} describes a {name}, and DDPM Studio opens networks of UNet2DModel.",
            file=settings.path.name,
            name=brief(str(name)),
        )


@dataclass(frozen=True, eq=False)
class DiffusersCheckpoint:
    """A network's configuration and weights, and its scheduler's."""

    path: Path
    unet: DiffusersUNet
    scheduler: DiffusersScheduler
    weights: MappedWeights

    family = FAMILY

    @property
    def questions(self) -> tuple[Question, ...]:
        """The scheduler's, and the images' size where it is left open."""
        if self.unet.image_size is not None:
            return self.scheduler.questions
        levels = len(self.unet.widths)
        reason = ExplainedError("The settings leave it open (sample_size).")
        return (
            Question("image_size", guessed_size(levels), reason, possible_sizes(levels)),
            *self.scheduler.questions,
        )

    def describe(self, answers: Answers) -> ModelDescription:
        """The model with these answers."""
        size = self.unet.image_size
        return ModelDescription(
            name=model_name(self.path, FAMILY),
            data_set="",
            network=self.unet.network(int(answers["image_size"]) if size is None else size),
            schedule=self.scheduler.schedule(answers),
            target=str(self.scheduler.value("target", answers)),
            variance=str(self.scheduler.value("variance", answers)),
            clip=self.scheduler.clip(answers),
            training=None,
            origin=FAMILY,
        )

    def tensor_shapes(self, answers: Answers) -> Mapping[str, tuple[int, ...]]:
        """Shapes of :meth:`read_weights`."""
        return self.weights.shapes

    def read_weights(self, answers: Answers) -> WeightReading:
        """The network's weights."""
        return self.weights.read()
