"""Asks for the file of a noisy classifier, reads it on a thread, and hands it to the sampling's fields."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from ddpm_studio.checkpoints.classifier_file import ClassifierFile
from ddpm_studio.session.classifier_choice import ClassifierOpening
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.dialogs.checkpoint_questions import CheckpointQuestions
from ddpm_studio.ui.sampling_popup import SamplingPopup


class ClassifierDialogs(QObject):
    """The fields close while a dialog is open, and come back after it.

    return_requested   the fields are to be seen again
    """

    return_requested = Signal()

    def __init__(self, studio: Studio, popup: SamplingPopup, window: QWidget) -> None:
        super().__init__(window)
        self._studio, self._popup, self._window = studio, popup, window
        self.opening = ClassifierOpening(lambda: studio.device, self)
        self.questions = CheckpointQuestions(self.opening, window)
        self.file_dialog: QFileDialog | None = None
        self.opening.asked.connect(popup.close)
        self.opening.opened.connect(self._take)
        self.opening.failed.connect(self._show_problem)
        self.questions.given_up.connect(self._return)
        studio.model_changed.connect(self._give_up)

    def choose(self) -> None:
        """Ask for a file."""
        self._popup.close()
        dialog = QFileDialog(self._window, self.tr("Choose a noisy classifier"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [self.tr("Classifiers (*.pt *.pth *.safetensors)"), self.tr("All files (*)")]
        )
        dialog.fileSelected.connect(lambda path: self.open_file(Path(path)))
        dialog.rejected.connect(self.return_requested)
        dialog.finished.connect(self._forget_file_dialog)
        self.file_dialog = dialog
        dialog.open()

    def _forget_file_dialog(self) -> None:
        if self.file_dialog is not None:
            self.file_dialog.deleteLater()
            self.file_dialog = None

    def open_file(self, path: Path) -> None:
        """Guide the present model by it, once it was read and asked about."""
        if self._studio.model is None:
            return
        self.opening.open_file(path, self._studio.model.description)
        self._popup.condition.show_opening(path.name)
        self.return_requested.emit()

    def _take(self, classifier: ClassifierFile) -> None:
        self._popup.condition.show_opening("")
        self.return_requested.emit()
        self._popup.take_classifier(classifier)

    def _show_problem(self, error: Exception) -> None:
        if self.questions.show_problem(error):
            return
        self._popup.condition.show_opening("")
        self.return_requested.emit()
        self._popup.show_problem(error)

    def _return(self) -> None:
        """The person does not answer."""
        self._popup.condition.show_opening("")
        self.return_requested.emit()

    def _give_up(self) -> None:
        """It was for another model."""
        self.opening.cancel()
        self._popup.condition.show_opening("")
        if self.questions.dialog is not None:
            self.questions.dialog.reject()

    def stop(self) -> bool:
        """End the thread; False where it has not ended in time."""
        return self.opening.task.stop()
