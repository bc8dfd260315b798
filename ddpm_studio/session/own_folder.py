"""Where the system keeps what an application makes for a person."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths


def own_runs_folder() -> Path:
    """The folder of the trainings that the window runs; it may not be there yet."""
    where = QStandardPaths.StandardLocation.AppDataLocation
    return Path(QStandardPaths.writableLocation(where)) / "runs"
