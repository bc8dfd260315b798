"""The losses of a run as a growing text file, which others may read while it is written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.atomic_file import SaveError, SaveProblem, replacing_file
from ddpm_studio.training.configuration import TrainingConfiguration

if TYPE_CHECKING:
    from ddpm_studio.training.loss_history import LossHistory

COLUMNS = ("step", "loss", "gradient_norm", "learning_rate")
_HEADER = (",".join(COLUMNS) + "\n").encode()


class LossLog:
    """Writes what a history holds; after a failed write, or at the start, the whole file anew."""

    def __init__(self, path: Path, configuration: TrainingConfiguration) -> None:
        self._path = path
        self._configuration = configuration
        self._written: int | None = None  # steps; None where the file may be wrong

    def write(self, history: LossHistory) -> None:
        """Bring the file up to date. Raises SaveError; the next call then tries all of it."""
        start, self._written = self._written, None
        rows = self._rows(history, start or 0)
        if start is None:
            with replacing_file(self._path) as file:
                file.write(_HEADER + rows)
        elif rows:
            self._append(rows)
        self._written = len(history)

    def _append(self, rows: bytes) -> None:
        try:
            with open(self._path, "ab", buffering=0) as file:
                if os.write(file.fileno(), rows) < len(rows):
                    raise SaveError(SaveProblem.DISK_FULL, self._path)
        except SaveError:
            raise
        except OSError as error:
            detail = error.strerror or str(error)
            raise SaveError(SaveProblem.FAILED, self._path, detail=detail) from error

    def _rows(self, history: LossHistory, start: int) -> bytes:
        losses, norms = history.since(start)
        return "".join(
            f"{step + 1},{loss:.9g},{norm:.9g},{self._configuration.learning_rate_at(step):.9g}\n"
            for step, (loss, norm) in enumerate(zip(losses, norms, strict=True), start)
        ).encode()


class LossLogReader:
    """Follows a log that somebody writes. It may begin anew, be torn at its end, or be missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = np.empty((0, len(COLUMNS)))
        self._offset = 0
        self._file_id: tuple[int, int] | None = None

    def read(self) -> NDArray[np.float64]:
        """All rows so far, (steps, 4), in the order of COLUMNS; empty where there is no log."""
        try:
            with open(self._path, "rb") as file:
                self._notice_another(os.fstat(file.fileno()))
                file.seek(self._offset)
                new = file.read()
        except OSError:
            return self._rows[:0]
        complete = new[: new.rfind(b"\n") + 1]
        self._offset += len(complete)
        rows = [row for line in complete.splitlines() if (row := _parsed(line)) is not None]
        if rows:
            self._rows = np.concatenate((self._rows, np.array(rows)))
        return self._rows

    def _notice_another(self, status: os.stat_result) -> None:
        file_id = (status.st_dev, status.st_ino)
        if file_id != self._file_id or status.st_size < self._offset:
            self._file_id, self._offset, self._rows = file_id, 0, self._rows[:0]


def _parsed(line: bytes) -> list[float] | None:
    """None for the header, and for what is no row."""
    try:
        row = [float(cell) for cell in line.split(b",")]
    except ValueError:
        return None
    return row if len(row) == len(COLUMNS) else None
