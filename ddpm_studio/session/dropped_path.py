"""Tells on a thread what somebody let fall on the window: a data set, or anything else."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ddpm_studio.session.background_task import BackgroundTask


class DroppedPath(QObject):
    """One at a time; the last one counts.

    is_data(Path)    it can be imported
    is_other(Path)   a model, a training to watch, or what nobody knows
    """

    is_data = Signal(object)
    is_other = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task = BackgroundTask(self)
        self._task.finished.connect(self._tell)

    def look_at(self, path: Path) -> None:
        """One of the signals follows."""
        self._task.start(partial(_look, path))

    def stop(self) -> bool:
        """End the thread; False where it is stuck."""
        return self._task.stop()

    def _tell(self, found: tuple[Path, bool]) -> None:
        path, is_data = found
        (self.is_data if is_data else self.is_other).emit(path)


def _look(path: Path) -> Generator[None, None, tuple[Path, bool]]:
    """A folder of a model or of a training may hold pictures, too: those come first."""
    from ddpm_studio.checkpoints.model_file import is_model_folder
    from ddpm_studio.datasets.recognition import looks_like_data
    from ddpm_studio.training.run_folder import RunFolder

    yield
    is_known = path.is_dir() and (is_model_folder(path) or bool(RunFolder(path).checkpoints()))
    return path, not is_known and looks_like_data(path)
