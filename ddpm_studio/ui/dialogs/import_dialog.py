"""Asks how a file or folder is to be imported, and shows what its images will be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.set_description import DataSetError, name_for
from ddpm_studio.session.import_preview import PreviewRun
from ddpm_studio.ui.dialogs.import_form import ImportForm
from ddpm_studio.ui.dialogs.import_pictures import ImportPictures
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING, Theme

if TYPE_CHECKING:
    from ddpm_studio.datasets.importing.preview import Source

PAUSE_MS = 200  # after the last key, before images are made anew
_SIZE, _FORM_WIDTH = (860, 460), 300
_MOST_CLASSES = 6


class ImportDialog(QDialog):
    """Modal; ``accepted_choices(Path, ImportChoices)`` when the person wants the import."""

    accepted_choices = Signal(object, object)

    def __init__(
        self,
        path: Path,
        taken: set[str],
        run: PreviewRun,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._path, self._taken, self._run = path, taken, run
        self._source: Source | None = None
        self._problem: object = None  # of the source, or of the last images
        self._shown: tuple = ()
        self.title, self.summary, self.status = ElidedLabel(), QLabel(), QLabel()
        self.form, self.pictures = ImportForm(), ImportPictures(theme)
        self.import_button, self.cancel_button = QPushButton(), QPushButton()
        self._timer = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._lay_out()
        self._connect()
        self.form.name.setText(_free_name(name_for(_stem(path)), taken))
        self.retranslate()
        run.look_into(path)

    def _lay_out(self) -> None:
        self.setModal(True)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACING)
        row.addWidget(self.pictures, 1)
        row.addWidget(self._column())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(SPACING + SPACING // 2)
        layout.addWidget(self.title)
        layout.addLayout(row, 1)
        self.resize(*_SIZE)

    def _column(self) -> QWidget:
        """What is chosen, what comes of it, and the buttons."""
        for label in (self.summary, self.status):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.summary.setProperty("muted", True)
        self.status.setProperty("problem", True)
        self.import_button.setProperty("primary", True)
        self.import_button.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.import_button)
        column = QWidget()
        column.setFixedWidth(_FORM_WIDTH)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACING)
        rows.addWidget(self.form)
        rows.addWidget(self.summary)
        rows.addWidget(self.status)
        rows.addStretch(1)
        rows.addLayout(buttons)
        return column

    def _connect(self) -> None:
        self._run.looked_into.connect(self._take_source)
        self._run.shown.connect(self._take_images)
        self._run.failed.connect(self._take_problem)
        self.form.changed.connect(self._on_changed)
        self._timer.timeout.connect(self._show_preview)
        self.import_button.clicked.connect(self._commit)
        self.cancel_button.clicked.connect(self.reject)

    # What is found

    def _take_source(self, source: Source) -> None:
        self._source = source
        self.form.show_source_shape(source.shape)
        self._say_summary()
        self._show_preview()

    def _take_images(self, images: tuple) -> None:
        self._problem, self._shown = None, images
        self.pictures.show_images(images, mirrors=self.form.flips.isChecked())
        self._say_status()

    def _take_problem(self, error: object) -> None:
        self._problem = error
        self.pictures.show_note("")
        self._say_status()

    # What is chosen

    def choices(self) -> ImportChoices | None:
        """As they are chosen; None where they cannot be."""
        try:
            choices = self.form.choices()
        except DataSetError:
            return None
        return None if choices.name.casefold() in self._taken else choices

    def _on_changed(self) -> None:
        if self._shown:
            self.pictures.show_images(self._shown, mirrors=self.form.flips.isChecked())
        self._say_summary()
        self._say_status()
        self._timer.start()

    def _show_preview(self) -> None:
        choices = self.choices()
        if choices is not None:
            self._run.show(choices)

    def _commit(self) -> None:
        choices = self.choices()
        if choices is not None:
            self._end()
            self.accepted_choices.emit(self._path, choices)
            self.accept()

    def reject(self) -> None:
        """Nothing is imported."""
        self._end()
        super().reject()

    def _end(self) -> None:
        self._timer.stop()
        self._run.cancel()
        for signal, slot in (
            (self._run.looked_into, self._take_source),
            (self._run.shown, self._take_images),
            (self._run.failed, self._take_problem),
        ):
            signal.disconnect(slot)

    # Words

    def _say_status(self) -> None:
        problem = self._choice_problem()
        if not problem and isinstance(self._problem, BaseException):
            problem = problem_text(self._problem)
        self.status.setText(problem)
        self.import_button.setEnabled(not problem and self._source is not None)

    def _choice_problem(self) -> str:
        try:
            choices = self.form.choices()
        except DataSetError as error:
            return problem_text(error)
        if choices.name.casefold() in self._taken:
            return self.tr("There is a data set of this name already.")
        return ""

    def _say_summary(self) -> None:
        source = self._source
        if source is None:
            self.summary.setText("")
            return
        parts = [self.tr("{0} images").format(f"{source.count:,}")]
        if source.shape is not None:
            channels, height, width = source.shape
            colours = self.tr("grey") if channels == 1 else self.tr("colour")
            parts.append(f"{width} × {height}, {colours}")
        classes = source.classes
        if classes:
            names = ", ".join(classes[:_MOST_CLASSES]) + (
                ", …" if len(classes) > _MOST_CLASSES else ""
            )
            parts.append(self.tr("{0} classes: {1}").format(len(classes), names))
        elif classes is None:
            parts.append(self.tr("with labels"))
        else:
            parts.append(self.tr("no classes"))
        text = " · ".join(parts)
        if self.form.flips.isChecked():
            text += "\n" + self.tr("The lower row is mirrored.")
        self.summary.setText(text)

    def retranslate(self) -> None:
        """Follow the language."""
        self.setWindowTitle(self.tr("Import a data set"))
        self.title.show_text(str(self._path))
        self.import_button.setText(self.tr("Import"))
        self.cancel_button.setText(self.tr("Cancel"))
        self.pictures.setAccessibleName(self.tr("The first images, as they will be imported"))
        self.pictures.setToolTip(self.tr("The first images, as they will be imported"))
        if not self._shown and self._problem is None:
            self.pictures.show_note(self.tr("Looking into it …"))
        self._say_summary()
        self._say_status()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _stem(path: Path) -> str:
    """A folder's whole name; that of a file without all of its endings."""
    return path.name.split(".")[0] if path.suffix else path.name


def _free_name(name: str, taken: set[str]) -> str:
    """The name, or with a number behind it where it is taken."""
    free, number = name, 2
    while free.casefold() in taken:
        free, number = f"{name}-{number}", number + 1
    return free
