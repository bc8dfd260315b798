"""Asks for the name and the place of a new folder, and says at once where there is one already."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.session.new_folder import NewFolder
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING

_WIDTH = 560


class NewFolderDialog(QDialog):
    """For a model that is exported. A system's own dialog would silently enter a folder that exists.

    chosen(Path)   a folder that can be made
    """

    chosen = Signal(object)

    def __init__(self, name: str, place: Path, check: NewFolder, parent: QWidget) -> None:
        super().__init__(parent)
        self._place, self._check = place, check
        self._problem: Exception | None = None
        self.name, self.place = QLineEdit(name), ElidedLabel()
        self.place_button, self.status = QPushButton(), QLabel(wordWrap=True)
        self.cancel_button, self.export_button = QPushButton(), QPushButton()
        self._labels = QLabel(), QLabel()
        self._lay_out()
        self._connect()
        self.retranslate()
        self._look()
        self.name.selectAll()
        self.name.setFocus()

    @property
    def folder(self) -> Path:
        """As it stands in the fields."""
        return self._place / self.name.text().strip()

    def _lay_out(self) -> None:
        self._labels[0].setBuddy(self.name)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.status.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.status.setProperty("problem", True)
        self.export_button.setProperty("primary", True)
        self.export_button.setDefault(True)
        for button in (self.place_button, self.cancel_button):
            button.setAutoDefault(False)
        fields = QGridLayout()
        fields.setSpacing(SPACING)
        fields.addWidget(self._labels[0], 0, 0)
        fields.addWidget(self.name, 0, 1, 1, 2)
        fields.addWidget(self.status, 1, 1, 1, 2)
        fields.addWidget(self._labels[1], 2, 0)
        fields.addWidget(self.place, 2, 1)
        fields.addWidget(self.place_button, 2, 2)
        fields.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.export_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(2 * SPACING)
        layout.addLayout(fields)
        layout.addLayout(buttons)
        self.setMinimumWidth(_WIDTH)

    def _connect(self) -> None:
        self.name.textChanged.connect(self._look)
        self.place_button.clicked.connect(self._ask_for_place)
        self.cancel_button.clicked.connect(self.reject)
        self.export_button.clicked.connect(self._choose)
        self._check.possible.connect(self._allow)
        self._check.failed.connect(self._show_problem)

    def _look(self) -> None:
        """Until it is known that the folder can be made, nothing can be exported to it."""
        self.place.show_text(str(self._place))
        self.export_button.setEnabled(False)
        if self.name.text().strip():
            self._check.look_at(self.folder)
        else:
            self._check.task.cancel()
            self._say(None)

    def _allow(self, _folder: Path) -> None:
        self.export_button.setEnabled(True)
        self._say(None)

    def _show_problem(self, error: Exception) -> None:
        self._say(error)

    def _say(self, problem: Exception | None) -> None:
        self._problem = problem
        self.status.setText("" if problem is None else problem_text(problem))

    def _choose(self) -> None:
        self.accept()
        self.chosen.emit(self.folder)

    def _ask_for_place(self) -> None:
        dialog = QFileDialog(self, self.tr("Where the new folder shall be"), str(self._place))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.set_place)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def set_place(self, place: str) -> None:
        """The folder in which the new one shall be."""
        self._place = Path(place)
        self._look()

    def retranslate(self) -> None:
        """Follow the language."""
        self.setWindowTitle(self.tr("Export for diffusers"))
        self._labels[0].setText(self.tr("New folder"))
        self._labels[1].setText(self.tr("In"))
        self.name.setToolTip(self.tr("Its name; a folder that exists is never replaced"))
        self.place_button.setText(self.tr("Choose…"))
        self.place_button.setToolTip(self.tr("Where the new folder shall be"))
        self.export_button.setText(self.tr("Export"))
        self.export_button.setToolTip(self.tr("Write the model as a folder that diffusers opens"))
        self.cancel_button.setText(self.tr("Cancel"))
        self.cancel_button.setToolTip(self.tr("Close without exporting (Esc)"))
        self._say(self._problem)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
