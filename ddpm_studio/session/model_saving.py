"""Writes the open model on a thread: as a file of ours, or as a folder for diffusers."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.checkpoints.data_at_hand import trained_on
from ddpm_studio.checkpoints.model_file import SUFFIX, ModelFile
from ddpm_studio.explained_error import ExplainedError, brief
from ddpm_studio.session.background_task import BackgroundTask
from ddpm_studio.session.early_imports import import_torch
from ddpm_studio.session.loaded_models import loading


class OwnFileError(ExplainedError):
    """The open model would be written over itself."""


@dataclass(frozen=True)
class Exportable:
    """A model that can be written for diffusers."""

    model: ModelFile


@dataclass(frozen=True)
class SavedCopy:
    """A file of ours that was written."""

    path: Path


@dataclass(frozen=True)
class ExportedModel:
    """A folder for diffusers that was written."""

    path: Path


class ModelSaving(QObject):
    """One at a time; ``device`` is where the weights may be in memory already.

    can_be_exported(Exportable), saved(SavedCopy), exported(ExportedModel)
    failed(object)   the exception that says why not; what was there before is as it was
    """

    can_be_exported = Signal(object)
    saved = Signal(object)
    exported = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.task = BackgroundTask(self)
        self.task.finished.connect(self._tell)
        self.task.failed.connect(self.failed)

    @property
    def is_running(self) -> bool:
        """Whether something is being written, or looked at for it."""
        return self.task.is_running

    def save_copy(self, model: ModelFile, path: Path, device: str) -> None:
        """As a model file of ours, with the name that the path gives it."""
        self.task.start(partial(_save, model, path.absolute(), device))

    def check_export(self, model: ModelFile) -> None:
        """Whether diffusers can hold it; asked before anybody chooses a folder."""
        self.task.start(partial(_check, model))

    def export(self, model: ModelFile, folder: Path, device: str) -> None:
        """As a new folder for diffusers."""
        self.task.start(partial(_export, model, folder.absolute(), device))

    def _tell(self, done: Exportable | SavedCopy | ExportedModel) -> None:
        if isinstance(done, Exportable):
            self.can_be_exported.emit(done)
        elif isinstance(done, SavedCopy):
            self.saved.emit(done)
        else:
            self.exported.emit(done)


def _save(model: ModelFile, path: Path, device: str) -> Generator[Any, None, SavedCopy]:
    from ddpm_studio.atomic_file import check_replaceable

    with suppress(OSError):
        if os.path.samefile(path, model.path):
            raise OwnFileError(
                "“{file}” is the open model's own file: choose another name.", file=brief(path.name)
            )
    check_replaceable(path)
    loaded = yield from loading(model, device)
    from ddpm_studio.checkpoints.weights import save_model

    name = brief(path.name.removesuffix(SUFFIX)) or brief(path.name)
    description = replace(model.description, name=name, data_set=trained_on(model))
    save_model(path, description, loaded.denoiser.network.state_dict())
    return SavedCopy(path)


def _check(model: ModelFile) -> Generator[Any, None, Exportable]:
    yield
    import_torch()
    from ddpm_studio.checkpoints.diffusers_export import exportable_network

    exportable_network(model.description)
    return Exportable(model)


def _export(model: ModelFile, folder: Path, device: str) -> Generator[Any, None, ExportedModel]:
    loaded = yield from loading(model, device)
    from ddpm_studio.checkpoints.diffusers_export import export_to_diffusers

    weights = loaded.denoiser.network.state_dict()
    export_to_diffusers(folder, model.description, weights)
    return ExportedModel(folder)
