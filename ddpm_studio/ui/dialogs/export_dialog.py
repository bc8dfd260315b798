"""Saves the animation as a GIF: choices and a preview, then progress, then where it is."""

from __future__ import annotations

import re
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QStandardPaths, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.export import EncodingProgress
from ddpm_studio.session.preferences import Preferences
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.dialogs.export_form import ExportForm, ExportSubject
from ddpm_studio.ui.dialogs.export_preview import ExportPreview
from ddpm_studio.ui.export_run import ExportRun
from ddpm_studio.ui.export_stage import ExportStage, stage_length
from ddpm_studio.ui.problem_mark import mark_problem
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING, Theme

_SIZE, _FORM_WIDTH = (1000, 580), 372
_BYTES_PER_MEGABYTE = 1_000_000
_LEAST_ELAPSED_SECONDS = 1.0  # before a time left is worth its name


class ExportDialog(QDialog):
    """Closing it in the middle of an export cancels that; the file is then as it was.

    problem(Exception)   what ended an export, also said in the dialog itself
    """

    problem = Signal(object)

    def __init__(
        self,
        studio: Studio,
        preferences: Preferences,
        theme: Theme,
        subject: ExportSubject,
        run: ExportRun,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._studio = studio
        self._preferences = preferences
        self._theme = theme
        self._name = subject.name
        self._path: Path | None = None
        self._began = 0.0
        self._is_waiting = False  # the status says that frames are missing
        self.form = ExportForm(theme, subject)
        self.preview = ExportPreview(theme)
        self.run = run
        self.summary = QLabel()
        self.summary.setProperty("muted", True)
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.export_button, self.close_button = QPushButton(), QPushButton()
        self.folder_button = QPushButton()
        self._lay_out()
        self._connect()
        self._show_idle()
        self.retranslate()

    def _lay_out(self) -> None:
        self.export_button.setProperty("primary", True)
        self.export_button.setDefault(True)
        self.form.setFixedWidth(_FORM_WIDTH)
        self.setModal(True)
        side = QVBoxLayout()
        side.setSpacing(SPACING)
        side.addWidget(self.form)
        side.addWidget(self.summary)
        side.addStretch(1)
        side.addWidget(self.status)
        side.addWidget(self.progress)
        buttons = QHBoxLayout()
        buttons.addWidget(self.folder_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.export_button)
        side.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(2 * SPACING)
        layout.addWidget(self.preview, 1)
        layout.addLayout(side)
        self.resize(*_SIZE)

    def _connect(self) -> None:
        self.form.changed.connect(self._show_choices)
        self.export_button.clicked.connect(self._choose_file)
        self.close_button.clicked.connect(self._on_close_button)
        self.folder_button.clicked.connect(self._open_folder)
        self.run.progressed.connect(self._show_progress)
        self.run.finished.connect(self._show_finished)
        self.run.failed.connect(self._show_failed)
        self.run.cancelled.connect(self._show_cancelled)
        chains = self._studio.chains
        for signal in (chains.grew, chains.trajectories_changed):
            signal.connect(self._show_choices)

    # Choices

    def _show_choices(self) -> None:
        """The preview and the numbers that follow from the fields."""
        if self.run.is_running:
            return
        chains = (self._studio.forward, self._studio.reverse)
        options = self.form.stage_options()
        self.form.set_length(stage_length(*chains, options.view))
        plan = self.form.plan()
        self.preview.show_plan(chains, options, plan)
        size = self.preview.file_size_px
        shown, seconds = len(plan.timesteps()), sum(plan.durations_ms()) / 1000
        if size is not None:
            self.summary.setText(
                self.tr("{0} × {1} pixels · {2} frames · {3} s").format(
                    *size, shown, f"{seconds:.1f}"
                )
            )
        self._show_readiness()

    def _show_readiness(self) -> None:
        """Say what is missing where not every frame of the range is recorded."""
        missing = self._missing_frames()
        self.export_button.setEnabled(missing == 0)
        if missing == 0:
            if self._is_waiting:
                self._say("")
            return
        self._is_waiting = True
        if self._studio.is_busy:
            self._say(self.tr("A chain is still being computed: {0} frames to go.").format(missing))
        else:
            self._say(
                self.tr(
                    "{0} frames are not there, as a chain was stopped: choose another range, or "
                    "compute it again."
                ).format(missing)
            )

    def _missing_frames(self) -> int:
        stage = self.preview.stage
        if stage is None:
            return self.form.plan().frame_count
        return sum(not stage.is_ready(t) for t in set(self.form.plan().timesteps()))

    # The export

    def _choose_file(self) -> None:
        folder = self._preferences.export_folder or QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.PicturesLocation
        )
        dialog = QFileDialog(self, self.tr("Save the animation"), folder, "GIF (*.gif)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("gif")
        dialog.selectFile(f"{_file_name(self._name)}.gif")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.export_to(Path(path)))
        dialog.open()

    def export_to(self, path: Path) -> None:
        """Begin to write the animation there."""
        self._preferences.export_folder = str(path.parent)
        self._path = path
        self._began = time.monotonic()
        options, plan = self.form.stage_options(), self.form.plan()
        stage = ExportStage(self._studio.forward, self._studio.reverse, options)
        self.preview.stop()
        self.form.setEnabled(False)
        self.export_button.setEnabled(False)
        self.folder_button.hide()
        self.progress.setRange(0, len(plan.timesteps()))
        self.progress.setValue(0)
        self.progress.show()
        self._say(self.tr("Choosing the colours …"))
        self.run.start(stage, plan, path)
        self._label_close_button()

    def _show_progress(self, progress: EncodingProgress) -> None:
        done, total = progress.frames_done, progress.frame_count
        self.progress.setValue(done)
        elapsed = time.monotonic() - self._began
        text = self.tr("Frame {0} of {1} · {2} MB").format(
            done, total, _megabytes(progress.bytes_written)
        )
        if elapsed >= _LEAST_ELAPSED_SECONDS:
            left = elapsed / done * (total - done)
            text += self.tr(" · {0} s left").format(max(1, round(left)))
        self._say(text)

    def _show_finished(self, progress: EncodingProgress) -> None:
        self._show_idle()
        assert self._path is not None
        self._say(
            self.tr("Saved {0} ({1} MB)").format(
                self._path.name, _megabytes(progress.bytes_written)
            )
        )
        self.folder_button.show()

    def _show_failed(self, error: Exception) -> None:
        self._show_idle()
        self._say(problem_text(error), is_problem=True)
        self.problem.emit(error)

    def _show_cancelled(self) -> None:
        self._show_idle()
        self._say(self.tr("Cancelled; no file was written."))

    def _show_idle(self) -> None:
        self._is_waiting = False
        self.progress.hide()
        self.folder_button.hide()
        self.form.setEnabled(True)
        self._label_close_button()
        self._show_choices()

    def _say(self, text: str, *, is_problem: bool = False) -> None:
        mark_problem(self.status, is_problem=is_problem)
        self.status.setText(text)

    def _label_close_button(self) -> None:
        self.close_button.setText(self.tr("Cancel") if self.run.is_running else self.tr("Close"))

    def _open_folder(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))

    def _on_close_button(self) -> None:
        if self.run.is_running:
            self.run.cancel()
        else:
            self.reject()

    def reject(self) -> None:
        """Esc and the window's own button: in the middle of an export the same as Cancel."""
        self.run.cancel()
        super().reject()

    def retranslate(self) -> None:
        """Follow the language."""
        self.setWindowTitle(self.tr("Export a GIF"))
        self.export_button.setText(self.tr("Save as…"))
        self.folder_button.setText(self.tr("Open its folder"))
        self._label_close_button()
        self.preview.setAccessibleName(self.tr("Preview of the animation"))
        self.progress.setAccessibleName(self.tr("Progress of the export"))
        self._show_choices()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _file_name(name: str) -> str:
    """A name for a file on every system: "Handwritten digits 8×8" keeps its letters."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "-", name).strip(" .-") or "ddpm"


def _megabytes(byte_count: int) -> str:
    return f"{byte_count / _BYTES_PER_MEGABYTE:.1f}"
