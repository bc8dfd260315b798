"""Opens the dialogs about data sets: the list of them, and an import's choices before it begins.

What they need is imported when one is opened first.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox

from ddpm_studio.explained_error import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddpm_studio.session.data_sets import DataSets
    from ddpm_studio.session.import_preview import PreviewRun
    from ddpm_studio.ui.dialogs.data_dialog import DataDialog
    from ddpm_studio.ui.dialogs.import_dialog import ImportDialog
    from ddpm_studio.ui.main_window import MainWindow
    from ddpm_studio.ui.theme import Theme


class DataDialogs(QObject):
    """``changed`` when there are other data sets than before."""

    changed = Signal()

    def __init__(self, window: MainWindow, theme: Theme) -> None:
        super().__init__(window)
        self._window, self._theme = window, theme
        self._data: DataSets | None = None
        self._preview: PreviewRun | None = None
        self.dialog: DataDialog | None = None
        self.import_dialog: ImportDialog | None = None
        self.question: QMessageBox | None = None

    def set_theme(self, theme: Theme) -> None:
        """Other colours, also of a dialog that is open."""
        self._theme = theme
        if self.dialog is not None:
            self.dialog.set_theme(theme)

    def data_sets(self) -> DataSets:
        """The session's part, made when it is needed first."""
        from ddpm_studio.session.data_sets import DataSets

        if self._data is None:
            self._data = DataSets(self._window)
            self._data.listed.connect(self.changed)
        return self._data

    def open_list(self) -> DataDialog:
        """The list, beside the window; once it is open, bring it to the front."""
        from ddpm_studio.ui.dialogs.data_dialog import DataDialog

        if self.dialog is None:
            dialog = DataDialog(self.data_sets(), self._theme, self._window)
            dialog.folder_requested.connect(self._choose_folder)
            dialog.file_requested.connect(self._choose_file)
            dialog.move_requested.connect(self._choose_place)
            dialog.removal_requested.connect(self._ask_to_remove)
            dialog.discard_requested.connect(self._ask_to_discard)
            dialog.clearing_requested.connect(self._ask_to_clear)
            dialog.finished.connect(self._close_list)
            self.dialog = dialog
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        return self.dialog

    def import_path(self, path: Path) -> None:
        """Ask how a file or folder is to be imported; nothing while another one is asked about."""
        from ddpm_studio.datasets.catalogue import entries
        from ddpm_studio.session.import_preview import PreviewRun
        from ddpm_studio.ui.dialogs.import_dialog import ImportDialog

        over = self.open_list()
        if self.import_dialog is not None or self.data_sets().is_working:
            return
        if self._preview is None:
            self._preview = PreviewRun(self._window)
        taken = {each.name.casefold() for each in entries()}
        dialog = ImportDialog(path, taken, self._preview, self._theme, over)
        dialog.accepted_choices.connect(self.data_sets().import_set)
        dialog.finished.connect(self._close_import)
        self.import_dialog = dialog
        dialog.open()

    def stop(self) -> bool:
        """End what they run; False where a thread has not ended in time."""
        for dialog in (self.import_dialog, self.dialog):
            if dialog is not None:
                dialog.reject()
        runs = (self._data, self._preview)
        return False not in [run.stop() for run in runs if run is not None]

    # What is asked

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self.dialog, self.tr("Import a folder of pictures"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._ask_for(dialog)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self.dialog, self.tr("Import a file of images"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [
                self.tr("Data sets (*.npz *.npy *.gz *.bin *ubyte *.idx)"),
                self.tr("All files (*)"),
            ]
        )
        self._ask_for(dialog)

    def _ask_for(self, dialog: QFileDialog) -> None:
        dialog.fileSelected.connect(lambda path: self.import_path(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_place(self) -> None:
        dialog = QFileDialog(self.dialog, self.tr("Keep the data sets in another folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda path: self.data_sets().move(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_to_remove(self, name: str) -> None:
        from ddpm_studio.ui.data_names import data_name

        text = self.tr("Delete the data set “{0}” from the disk?").format(
            printable(data_name(name))
        )
        self._ask(text, lambda: self.data_sets().remove(name))

    def _ask_to_discard(self, name: str) -> None:
        from ddpm_studio.ui.data_names import data_name

        text = self.tr("Delete what has come of the download of “{0}”?").format(
            printable(data_name(name))
        )
        more = self.tr("It then begins anew another time, instead of going on.")
        self._ask(text, lambda: self.data_sets().discard(name), more)

    def _ask_to_clear(self) -> None:
        text = self.tr("Delete all imported data sets, and unfinished downloads, from the disk?")
        self._ask(text, self.data_sets().clear)

    def _ask(self, text: str, delete: Callable[[], None], more: str = "") -> None:
        question = QMessageBox(self.dialog)
        question.setIcon(QMessageBox.Icon.Question)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setText(text)
        question.setInformativeText(
            more
            or self.tr(
                "What was imported stays where it came from, and so do models trained on it."
            )
        )
        remove = question.addButton(self.tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
        keep = question.addButton(self.tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(keep)
        remove.clicked.connect(delete)
        question.finished.connect(self._close_question)
        self.question = question
        question.open()

    # What is closed

    def _close_list(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _close_import(self) -> None:
        if self.import_dialog is not None:
            self.import_dialog.deleteLater()
            self.import_dialog = None

    def _close_question(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
            self.question = None
