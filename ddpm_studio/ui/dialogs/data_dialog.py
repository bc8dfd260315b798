"""The imported data sets: what there is, and how more come, go and move."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.datasets.importing.import_progress import ImportResult
from ddpm_studio.datasets.importing.public_sets import PUBLIC_SETS
from ddpm_studio.session.data_sets import DataSets
from ddpm_studio.ui.dialogs.data_list import DataList
from ddpm_studio.ui.dialogs.data_text import progress_text, result_text
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING, Theme

POLL_INTERVAL_MS = 100
_SIZE, _MINIMUM_SIZE, _HINT_WIDTH = (860, 520), (760, 420), 480
_BYTES_PER_MEGABYTE = 1_000_000


class DataDialog(QDialog):
    """Beside the window, which goes on; what is being done goes on when it is closed, too.

    folder_requested, file_requested   somebody wants to import one
    move_requested                     … to keep all of them elsewhere
    removal_requested(str)             … to delete the one of that name
    discard_requested(str)             … to delete what has come of the download of that name
    clearing_requested                 … to delete all of them
    """

    folder_requested = Signal()
    file_requested = Signal()
    move_requested = Signal()
    removal_requested = Signal(str)
    discard_requested = Signal(str)
    clearing_requested = Signal()

    def __init__(self, data: DataSets, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = data
        self._outcome: object = None  # an ImportResult, or the exception that ended a work
        self._was_cancelled = self._can_go_on = False
        self.list, self.hint, self.place = DataList(theme), QLabel(), ElidedLabel()
        self.folder_button, self.file_button, self.download_button = (
            QPushButton() for _ in range(3)
        )
        self.remove_button, self.show_button, self.move_button = (QPushButton() for _ in range(3))
        self.clear_button = QPushButton()
        self.cancel_button, self.close_button = QPushButton(), QPushButton()
        self.status, self.progress = QLabel(), QProgressBar()
        self.downloads = QMenu(self)
        self._actions = {each.name: self.downloads.addAction("") for each in PUBLIC_SETS}
        self._timer = QTimer(self, interval=POLL_INTERVAL_MS)
        self._lay_out()
        self._connect()
        self._show_list()
        self._on_work_changed()
        self.retranslate()
        data.refresh()

    def _lay_out(self) -> None:
        self.hint.setWordWrap(True)
        self.hint.setFixedWidth(_HINT_WIDTH)
        empty = QFrame()
        empty.setProperty("card", True)
        QVBoxLayout(empty).addWidget(self.hint, 0, Qt.AlignmentFlag.AlignCenter)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setWordWrap(True)
        self.place.setProperty("muted", True)
        self.download_button.setMenu(self.downloads)
        self.progress.setTextVisible(False)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self._pages = QStackedLayout()
        self._pages.addWidget(empty)
        self._pages.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(SPACING)
        layout.addLayout(
            _row(self.folder_button, self.file_button, self.download_button, None,
                 self.show_button, self.remove_button)
        )  # fmt: skip
        layout.addLayout(self._pages, 1)
        place = _row(self.move_button, self.clear_button)
        place.insertWidget(0, self.place, 1)
        layout.addLayout(place)
        layout.addWidget(self.status)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        layout.addWidget(self.progress)
        layout.addLayout(_row(None, self.cancel_button, self.close_button))
        self.setMinimumSize(*_MINIMUM_SIZE)
        self.resize(*_SIZE)

    def _connect(self) -> None:
        self.folder_button.clicked.connect(self.folder_requested)
        self.file_button.clicked.connect(self.file_requested)
        self.move_button.clicked.connect(self.move_requested)
        self.clear_button.clicked.connect(self.clearing_requested)
        self.remove_button.clicked.connect(self._request_removal)
        self.show_button.clicked.connect(self._show_folder)
        self.cancel_button.clicked.connect(self._data.cancel)
        self.close_button.clicked.connect(self.reject)
        self.list.currentItemChanged.connect(self._enable)
        for name, action in self._actions.items():
            action.triggered.connect(lambda _=False, name=name: self._data.download(name))
        self._data.listed.connect(self._show_list)
        self._data.work_changed.connect(self._on_work_changed)
        self._data.finished.connect(self._take_outcome)
        self._data.failed.connect(self._take_outcome)
        self._data.cancelled.connect(self._on_cancelled)
        self._timer.timeout.connect(self._say_status)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.list.set_theme(theme)

    def _request_removal(self) -> None:
        is_download = self.list.has_chosen_download
        wish = self.discard_requested if is_download else self.removal_requested
        wish.emit(self.list.chosen)

    # What there is

    def _show_list(self) -> None:
        found = self._data.list
        if found is not None:
            self.list.show_list(found, self._data.downloading)
            if isinstance(self._outcome, ImportResult):
                self.list.choose(self._outcome.description.name)
        self._pages.setCurrentIndex(int(bool(found and (found.rows or found.downloads))))
        self._say_place()
        self._enable()

    def _enable(self) -> None:
        is_free = not self._data.is_working
        for button in (self.folder_button, self.file_button, self.download_button):
            button.setEnabled(is_free)
        self.move_button.setEnabled(is_free)
        has_bytes = self._data.list is not None and self._data.list.byte_count > 0
        self.clear_button.setEnabled(is_free and has_bytes)
        self.remove_button.setEnabled(is_free and bool(self.list.chosen))
        self.cancel_button.setVisible(not is_free)
        there = {row.name for row in self._data.list.rows} if self._data.list else set()
        for name, action in self._actions.items():
            action.setEnabled(name not in there)

    def _show_folder(self) -> None:
        found = self._data.list
        if found is None:
            return
        rows = found.downloads if self.list.has_chosen_download else found.rows
        chosen = [row.folder for row in rows if row.name == self.list.chosen]
        QDesktopServices.openUrl(QUrl.fromLocalFile(str([*chosen, found.folder][0])))

    # What is being done

    def _on_work_changed(self) -> None:
        if self._data.is_working:
            self._outcome, self._was_cancelled = None, False
            self._timer.start()
        else:
            self._timer.stop()
        self._show_list()
        self._say_status()

    def _take_outcome(self, outcome: object) -> None:
        self._outcome = outcome
        self._data.refresh()
        self._say_status()

    def _on_cancelled(self, can_go_on: bool) -> None:
        self._was_cancelled, self._can_go_on = True, can_go_on
        self._say_status()

    def _say_status(self) -> None:
        work, outcome = self._data.progress, self._outcome
        self.progress.setVisible(self._data.is_working)
        self.status.setProperty("problem", isinstance(outcome, BaseException))
        self.status.style().polish(self.status)
        if self._data.is_working:
            self.progress.setRange(0, 1000 if work else 0)
            if work is not None:
                share = work.progress.done / max(1, work.progress.total)
                self.progress.setValue(round(1000 * share))
            name = self._data.downloading
            self.status.setText(progress_text(work, name) if work else self.tr("One moment …"))
        elif isinstance(outcome, BaseException):
            self.status.setText(problem_text(outcome))
        elif self._was_cancelled:
            self.status.setText(
                self.tr("Stopped. A download goes on from here when it is begun again.")
                if self._can_go_on
                else self.tr("Stopped; nothing half-done stays behind.")
            )
        else:
            self.status.setText(result_text(outcome) if isinstance(outcome, ImportResult) else "")

    # Words

    def _say_place(self) -> None:
        found = self._data.list
        if found is None:
            self.place.show_text("")
            return
        size = f"{found.byte_count / _BYTES_PER_MEGABYTE:,.1f}"
        text = self.tr("Kept in {0} · {1} MB").format(found.folder, size)
        unfinished = sum(each.byte_count for each in found.downloads)
        if unfinished:
            text += self.tr(", {0} MB of it unfinished downloads").format(
                f"{unfinished / _BYTES_PER_MEGABYTE:,.1f}"
            )
        self.place.show_text(text)

    def retranslate(self) -> None:
        """Follow the language."""
        self.setWindowTitle(self.tr("Data sets"))
        self.hint.setText(
            self.tr(
                "Besides the points and digits that come with the application, a network can be "
                "trained on data of your own: a folder of pictures, whose sub-folders are classes; "
                "MNIST's IDX files; CIFAR in its binary version; an .npz or .npy array. Import one, "
                "let one fall on the window, or download one that is public."
            )
        )
        self.folder_button.setText(self.tr("Import folder…"))
        self.file_button.setText(self.tr("Import file…"))
        self.download_button.setText(self.tr("Download"))
        self.remove_button.setText(self.tr("Remove…"))
        self.show_button.setText(self.tr("Show in file manager"))
        self.move_button.setText(self.tr("Move…"))
        self.clear_button.setText(self.tr("Remove all…"))
        self.cancel_button.setText(self.tr("Cancel"))
        self.close_button.setText(self.tr("Close"))
        self._explain()
        for each in PUBLIC_SETS:
            self._actions[each.name].setText(
                self.tr("{0} · {1} MB").format(each.title, each.byte_count // _BYTES_PER_MEGABYTE)
            )
        self.list.retranslate()
        self._say_place()
        self._say_status()

    def _explain(self) -> None:
        self.folder_button.setToolTip(self.tr("Pictures in a folder; its sub-folders are classes"))
        self.file_button.setToolTip(self.tr("IDX (MNIST), CIFAR's binary version, .npz or .npy"))
        self.download_button.setToolTip(
            self.tr("A public data set; a download that was stopped goes on where it was")
        )
        self.remove_button.setToolTip(
            self.tr("Delete the chosen data set, or unfinished download, from the disk")
        )
        self.show_button.setToolTip(self.tr("Open the folder of the chosen data set"))
        self.move_button.setToolTip(self.tr("Keep all imported data sets in another folder"))
        self.clear_button.setToolTip(
            self.tr("Delete all imported data sets, and unfinished downloads")
        )
        self.cancel_button.setToolTip(self.tr("Stop; nothing half-done stays behind"))
        self.close_button.setToolTip(self.tr("Close (Esc); what is being done goes on"))
        self.list.setAccessibleName(self.tr("Imported data sets"))
        self.progress.setAccessibleName(self.tr("Progress"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Side by side; None is room that is left over."""
    row = QHBoxLayout()
    row.setSpacing(SPACING)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row
