"""What is asked about a training: throw it away, leave while it goes on, go on with an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDateTime, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ddpm_studio.session.training_run import UnfinishedRun
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.ui.data_names import data_name

translate = QCoreApplication.translate  # lupdate looks for calls of this name
Answer = tuple[str, QMessageBox.ButtonRole, Callable[[], object]]


def ask_to_discard(parent: QWidget, step: int, discard: Callable[[], object]) -> QMessageBox:
    """Whether a training is to be thrown away."""
    text = translate("TrainingQuestions", "Throw this training away?")
    more = translate("TrainingQuestions", "Its {0} steps and all its samples will be gone.")
    return _ask(
        parent,
        text,
        more.format(f"{step:,}"),
        [
            (
                translate("TrainingQuestions", "Discard"),
                QMessageBox.ButtonRole.DestructiveRole,
                discard,
            ),
            (translate("TrainingQuestions", "Cancel"), QMessageBox.ButtonRole.RejectRole, _nothing),
        ],
    )


def ask_to_quit(
    parent: QWidget, configuration: TrainingConfiguration | None, leave: Callable[[], object]
) -> QMessageBox:
    """Whether to close the window while a training goes on."""
    name = data_name(configuration.data_set) if configuration else ""
    text = translate("TrainingQuestions", "A training goes on: {0}. Save it and quit?")
    more = translate(
        "TrainingQuestions", "It can go on at the next start, exactly where it was stopped."
    )
    return _ask(
        parent,
        text.format(name),
        more,
        [
            (
                translate("TrainingQuestions", "Save and quit"),
                QMessageBox.ButtonRole.AcceptRole,
                leave,
            ),
            (translate("TrainingQuestions", "Cancel"), QMessageBox.ButtonRole.RejectRole, _nothing),
        ],
    )


def ask_to_go_on(
    parent: QWidget,
    run: UnfinishedRun,
    go_on: Callable[[], object],
    discard: Callable[[], object],
) -> QMessageBox:
    """Whether to go on with a training that was left before its end."""
    text = translate("TrainingQuestions", "Go on with the training of {0} at step {1}?")
    more = translate("TrainingQuestions", "{0} of {1} steps are done. It was left on {2}.")
    # The same in both languages, whatever the system's own: 28 11 2026 is read in neither.
    when = QDateTime.fromSecsSinceEpoch(int(run.changed_at)).toString("yyyy-MM-dd HH:mm")
    return _ask(
        parent,
        text.format(data_name(run.configuration.data_set), f"{run.step:,}"),
        more.format(f"{run.step:,}", f"{run.steps:,}", when),
        [
            (translate("TrainingQuestions", "Go on"), QMessageBox.ButtonRole.AcceptRole, go_on),
            (
                translate("TrainingQuestions", "Not now"),
                QMessageBox.ButtonRole.RejectRole,
                _nothing,
            ),
            (
                translate("TrainingQuestions", "Discard…"),
                QMessageBox.ButtonRole.DestructiveRole,
                discard,
            ),
        ],
    )


def ask_for_folder_to_watch(parent: QWidget) -> Path | None:
    """That of a training which another process runs; None for none."""
    title = translate("TrainingPage", "Watch a training: choose its folder (NAME.run)")
    folder = QFileDialog.getExistingDirectory(parent, title)
    return Path(folder) if folder else None


def _nothing() -> None:
    """The answer that changes nothing."""


def _ask(parent: QWidget, text: str, more: str, answers: list[Answer]) -> QMessageBox:
    """Over the window, which goes on; Esc is the answer that rejects."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(QCoreApplication.applicationName())
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setText(f"<b>{text}</b>")
    box.setInformativeText(more)
    for label, role, act in answers:
        button = box.addButton(label, role)
        button.clicked.connect(lambda _checked=False, act=act: act())
        if role == QMessageBox.ButtonRole.RejectRole:
            box.setEscapeButton(button)
        if role == QMessageBox.ButtonRole.AcceptRole:
            box.setDefaultButton(button)
    box.open()
    return box
