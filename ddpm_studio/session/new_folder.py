"""Tells on a thread, while somebody types, whether a folder can be made: a disk may be slow."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ddpm_studio.session.background_task import BackgroundTask


class NewFolder(QObject):
    """Of the path asked for last: what was asked for before is dropped.

    possible(Path)   there is no such folder, or an empty one
    failed(object)   the exception that says why it cannot be made
    """

    possible = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.task = BackgroundTask(self)
        self.task.finished.connect(self.possible)
        self.task.failed.connect(self.failed)

    def look_at(self, folder: Path) -> None:
        """One of the signals follows, unless another folder is asked for."""
        self.task.start(partial(_look, folder))


def _look(folder: Path) -> Generator[None, None, Path]:
    yield
    from ddpm_studio.checkpoints.diffusers_export import check_new_folder

    check_new_folder(folder)
    return folder
