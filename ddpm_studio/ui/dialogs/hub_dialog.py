"""Asks for a model of the Hugging Face hub by its name, and shows how far it has come."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.session.hub_fetching import FetchingProgress, HubFetching
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.problem_mark import mark_problem
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING

KNOWN_NAMES = (
    "google/ddpm-cifar10-32",
    "google/ddpm-celebahq-256",
    "google/ddpm-church-256",
    "google/ddpm-bedroom-256",
)
_WIDTH = 520
_POLL_INTERVAL_MS = 100
_LEAST_SECONDS = 1.0  # before and until a time left is worth its name
_BYTES_PER_MEGABYTE = 1_000_000
_PARTS = 1000  # of the progress bar


class HubDialog(QDialog):
    """It closes when the model is there; whoever made it opens the folder of ``fetching.fetched``."""

    def __init__(self, fetching: HubFetching, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fetching = fetching
        self._problem: Exception | None = None
        self.explanation, self.status = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self._label = QLabel()
        self.name = ChoiceBox()
        self.progress = QProgressBar(textVisible=False)
        self.cancel_button, self.open_button = QPushButton(), QPushButton()
        self._timer = QTimer(self, interval=_POLL_INTERVAL_MS)
        self._lay_out()
        self._connect()
        self.retranslate()
        self._show_state()
        self.name.setFocus()

    def _lay_out(self) -> None:
        self.explanation.setProperty("muted", True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.status.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(SPACING)
        layout.addWidget(self.explanation)
        layout.addLayout(self._name_row())
        layout.addWidget(self.status)
        layout.addWidget(self.progress)
        layout.addStretch(1)
        layout.addLayout(self._buttons())
        self.setMinimumWidth(_WIDTH)

    def _name_row(self) -> QHBoxLayout:
        self.name.setEditable(True)
        self.name.addItems(list(KNOWN_NAMES))
        self.name.setCurrentIndex(-1)
        edit = self.name.lineEdit()
        assert edit is not None  # of a box that can be edited
        edit.setPlaceholderText(KNOWN_NAMES[0])
        self._label.setBuddy(self.name)
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        row.addWidget(self._label)
        row.addWidget(self.name, 1)
        return row

    def _buttons(self) -> QHBoxLayout:
        self.open_button.setProperty("primary", True)
        self.open_button.setDefault(True)
        self.cancel_button.setAutoDefault(False)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.open_button)
        return row

    def _connect(self) -> None:
        self.open_button.clicked.connect(self._fetch)
        self.cancel_button.clicked.connect(self._cancel)
        self.name.editTextChanged.connect(self._on_typed)
        self._timer.timeout.connect(self._show_state)
        self._fetching.fetched.connect(self.accept)
        self._fetching.failed.connect(self._show_problem)

    # What is being done

    def _fetch(self) -> None:
        name = self.name.currentText().strip() or KNOWN_NAMES[0]
        self.name.setEditText(name)
        self._problem = None
        self._fetching.fetch(name)
        self._timer.start()
        self._show_state()

    def _cancel(self) -> None:
        """What is being fetched, or else the dialog."""
        if self._fetching.task.is_running:
            self._fetching.cancel()
            self._show_state()
        else:
            self.reject()

    def reject(self) -> None:
        """Nothing goes on behind a closed dialog."""
        self._fetching.cancel()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._fetching.cancel()
        super().closeEvent(event)

    def _on_typed(self) -> None:
        if self._problem is not None:
            self._problem = None
            self._show_state()

    def _show_problem(self, error: Exception) -> None:
        self._problem = error
        self._show_state()

    def _show_state(self) -> None:
        is_running = self._fetching.task.is_running
        if not is_running:
            self._timer.stop()
        self.name.setEnabled(not is_running)
        self.open_button.setEnabled(not is_running)
        self.progress.setVisible(is_running)
        mark_problem(self.status, is_problem=self._problem is not None)
        progress = self._fetching.progress
        if self._problem is not None:
            self.status.setText(problem_text(self._problem))
        elif is_running and progress is not None:
            self._show_progress(progress)
        else:
            self.status.setText("")

    def _show_progress(self, now: FetchingProgress) -> None:
        if not now.total_bytes:
            self.progress.setRange(0, 0)  # nobody knows how long the hub takes
            self.status.setText(self.tr("Asking the hub what there is …"))
            return
        self.progress.setRange(0, _PARTS)
        self.progress.setValue(round(_PARTS * now.done_bytes / now.total_bytes))
        done, total = (
            f"{count / _BYTES_PER_MEGABYTE:,.1f}" for count in (now.done_bytes, now.total_bytes)
        )
        text = self.tr("{0}: {1} of {2} MB in all").format(now.file, done, total)
        if min(now.elapsed_seconds, now.seconds_left) >= _LEAST_SECONDS:
            text += self.tr(" · {0} s left").format(f"{round(now.seconds_left):,}")
        self.status.setText(text)

    # Words

    def retranslate(self) -> None:
        """Follow the language."""
        self.setWindowTitle(self.tr("Open from the Hugging Face hub"))
        self.explanation.setText(
            self.tr(
                "Settings and weights of a model of diffusers are fetched, no code. They are kept: "
                "another time they are there at once."
            )
        )
        self._label.setText(self.tr("Name"))
        self.name.setAccessibleName(self.tr("Name of the model, owner/name"))
        self.name.setToolTip(self.tr("owner/name, or the address of the model's page"))
        self.cancel_button.setText(self.tr("Cancel"))
        self.cancel_button.setToolTip(self.tr("Stop; files that are whole are kept (Esc)"))
        self.open_button.setText(self.tr("Fetch and open"))
        self.progress.setAccessibleName(self.tr("Progress"))
        self._show_state()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
