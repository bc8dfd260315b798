"""Asks where the open model is to be written, and says when it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from ddpm_studio.checkpoints.model_file import SUFFIX, ModelFile
from ddpm_studio.explained_error import printable
from ddpm_studio.session.background_task import stop_tasks

if TYPE_CHECKING:
    from ddpm_studio.session.model_saving import (
        Exportable,
        ExportedModel,
        ModelSaving,
        SavedCopy,
    )
    from ddpm_studio.session.new_folder import NewFolder
    from ddpm_studio.session.studio import Studio
    from ddpm_studio.ui.dialogs.new_folder_dialog import NewFolderDialog
    from ddpm_studio.ui.main_screen import MainScreen

_SUFFIXES = (SUFFIX, ".pt", ".pth", ".ckpt", ".bin")


class SavingDialogs(QObject):
    """What it needs is imported when somebody saves first."""

    def __init__(self, screen: MainScreen, studio: Studio) -> None:
        super().__init__(screen)
        self._screen, self._studio = screen, studio
        self._saving: ModelSaving | None = None
        self._new_folder: NewFolder | None = None
        self._place = Path.home()  # of the folder that was exported last
        self.file_dialog: QFileDialog | None = None
        self.folder_dialog: NewFolderDialog | None = None

    @property
    def saving(self) -> ModelSaving:
        """The session's part."""
        from ddpm_studio.session.model_saving import ModelSaving

        if self._saving is None:
            self._saving = ModelSaving(self)
            self._saving.can_be_exported.connect(self._ask_for_folder)
            self._saving.saved.connect(self._say_saved)
            self._saving.exported.connect(self._say_exported)
            self._saving.failed.connect(self._screen.show_problem)
        return self._saving

    def save_copy(self) -> None:
        """Ask for a file; any open model can be saved, also one of another project."""
        model = self._studio.model
        if model is None or self.saving.is_running:
            return
        dialog = QFileDialog(self._screen, self.tr("Save a copy as a DDPM Studio model"))
        dialog.setNameFilter(self.tr("DDPM Studio models (*.safetensors)"))
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(f"{_stem(model)}{SUFFIX}")
        dialog.fileSelected.connect(lambda path: self._save(model, Path(path)))
        self._open(dialog)

    def export(self) -> None:
        """Ask for a new folder, unless diffusers cannot hold the model."""
        if self._studio.model is not None and not self.saving.is_running:
            self.saving.check_export(self._studio.model)

    def _ask_for_folder(self, found: Exportable) -> None:
        from ddpm_studio.session.new_folder import NewFolder
        from ddpm_studio.ui.dialogs.new_folder_dialog import NewFolderDialog

        if self._new_folder is None:
            self._new_folder = NewFolder(self)
        name = f"{_stem(found.model)}-diffusers"
        dialog = NewFolderDialog(name, self._place, self._new_folder, self._screen)
        dialog.chosen.connect(lambda folder: self._export(found.model, folder))
        dialog.finished.connect(dialog.deleteLater)
        self.folder_dialog = dialog
        dialog.open()

    def _open(self, dialog: QFileDialog) -> None:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.finished.connect(dialog.deleteLater)
        self.file_dialog = dialog
        dialog.open()

    def _save(self, model: ModelFile, path: Path) -> None:
        self._say(self.tr("Saving “{0}” …"), path)
        self.saving.save_copy(model, path, self._studio.device)

    def _export(self, model: ModelFile, folder: Path) -> None:
        self._place = folder.parent
        self._say(self.tr("Writing “{0}” …"), folder)
        self.saving.export(model, folder, self._studio.device)

    def _say_saved(self, done: SavedCopy) -> None:
        self._say_where(self.tr("“{0}” is saved in {1}: a model of DDPM Studio."), done.path)

    def _say_exported(self, done: ExportedModel) -> None:
        self._say_where(
            self.tr("“{0}” is written in {1}: a folder that diffusers opens."), done.path
        )

    def _say(self, sentence: str, path: Path) -> None:
        self._screen.message_bar.show_news(sentence.format(printable(path.name)))

    def _say_where(self, sentence: str, path: Path) -> None:
        names = printable(path.name), printable(str(path.parent))
        self._screen.message_bar.show_news(sentence.format(*names))

    def stop(self) -> bool:
        """End the thread; False where it has not ended in time."""
        parts = (self._saving, self._new_folder)
        return stop_tasks([part.task for part in parts if part is not None])


def _stem(model: ModelFile) -> str:
    """The name of its file or folder, without what says that it is one of a model."""
    name = model.path.name
    return name.removesuffix(model.path.suffix) if model.path.suffix in _SUFFIXES else name
