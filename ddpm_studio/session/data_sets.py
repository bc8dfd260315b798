"""The imported data sets as a list with pictures, and the one long work that changes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.import_progress import ImportProgress
from ddpm_studio.datasets.set_description import SetDescription
from ddpm_studio.session.background_task import BackgroundTask, stop_tasks

THUMBNAILS = 5
_TASK = Generator[Any, None, Any]


@dataclass(frozen=True, eq=False)
class DataSetRow:
    """One imported data set: ``thumbnails`` are uint8 (h, w, 3). Without a description it is damaged."""

    name: str
    folder: Path
    description: SetDescription | None
    byte_count: int
    thumbnails: tuple[NDArray[np.uint8], ...]


@dataclass(frozen=True)
class DownloadRow:
    """What has come of a public data set that is not there yet: ``byte_count`` of ``total``, or of 0."""

    name: str
    folder: Path
    byte_count: int
    total: int


@dataclass(frozen=True)
class DataSetList:
    """All of them, and the folder that holds them; ``byte_count`` with unfinished downloads."""

    folder: Path
    rows: tuple[DataSetRow, ...]
    downloads: tuple[DownloadRow, ...]
    byte_count: int


@dataclass(frozen=True)
class WorkProgress:
    """How far an import, a download or a move has come; ``elapsed_seconds`` of its present stage."""

    progress: ImportProgress
    elapsed_seconds: float
    done_before: int  # when the stage began: a download may go on

    @property
    def seconds_left(self) -> float:
        """At the pace so far; 0 before anything is done."""
        done = self.progress.done - self.done_before
        left = self.progress.total - self.progress.done
        return self.elapsed_seconds / done * left if done > 0 else 0.0


class DataSets(QObject):
    """Everything that reads or writes files is done on threads; one work begins when the last has left.

    listed             ``list`` is another one
    work_changed       a work began, or came to an end
    cancelled(bool)    somebody stopped one; True of a download, which can be gone on with
    finished(object)   ImportResult of an import or a download that is done; None of another work
    failed(object)     the exception that ended a work
    """

    listed = Signal()
    work_changed = Signal()
    cancelled = Signal(bool)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.list: DataSetList | None = None
        self._list_task = BackgroundTask(self)
        self._list_task.finished.connect(self._take_list)
        self._work_task = BackgroundTask(self)
        self._work_task.finished.connect(self._on_finished)
        self._work_task.failed.connect(self._on_failed)
        # What a cancelled work leaves is tidied up when its thread has come to its end.
        self._work_task.released.connect(self._tidy_up)
        self._has_ended, self._download = False, ""
        self._next: Callable[[], _TASK] | None = None  # until a cancelled one has left its files

    @property
    def is_working(self) -> bool:
        """Whether something is being imported, downloaded, removed or moved."""
        return self._work_task.is_running or self._next is not None

    @property
    def progress(self) -> WorkProgress | None:
        """How far the present work has come. Never waits."""
        latest = self._work_task.latest
        return latest if isinstance(latest, WorkProgress) else None

    @property
    def downloading(self) -> str:
        """The public one that is being fetched; "" where none is."""
        return self._download if self.is_working else ""

    def _tidy_up(self) -> None:
        if self._has_ended:
            return
        if self._next is not None and not self._work_task.is_ending:
            make_work, self._next = self._next, None
            self._work_task.start(make_work)
        self.refresh()

    def refresh(self) -> None:
        """Read the list anew; ``listed`` tells when it is there."""
        self._list_task.start(_list_work)

    def import_set(self, path: Path, choices: ImportChoices) -> None:
        """Make a data set of a file or folder."""
        self._start(partial(_import_work, path, choices))

    def download(self, name: str) -> None:
        """Fetch a public one."""
        self._start(partial(_download_work, name), download=name)

    def remove(self, name: str) -> None:
        """Delete an imported one."""
        self._start(partial(_remove_work, name))

    def discard(self, name: str) -> None:
        """Delete what has come of a download."""
        self._start(partial(_discard_work, name))

    def clear(self) -> None:
        """Delete all of them, and what is left of downloads."""
        self._start(_clear_work)

    def move(self, folder: Path) -> None:
        """Keep all of them elsewhere."""
        self._start(partial(_move_work, folder))

    def cancel(self) -> None:
        """Stop the present work; what it began is undone, and a download goes on another time."""
        if self.is_working:
            self._next = None
            self._work_task.cancel()
            self.work_changed.emit()
            self.cancelled.emit(bool(self._download))

    def stop(self) -> bool:
        """End the threads, for the application's end; False where one is stuck."""
        # A work that comes to its end now must not begin another one.
        self._has_ended, self._next = True, None
        return stop_tasks([self._work_task, self._list_task])

    def _start(self, make_work: Callable[[], _TASK], *, download: str = "") -> None:
        if not self.is_working:
            self._download = download
            if self._work_task.is_ending:
                self._next = make_work
            else:
                self._work_task.start(make_work)
            self.work_changed.emit()

    def _take_list(self, found: DataSetList) -> None:
        self.list = found
        self.listed.emit()

    def _on_finished(self, result: object) -> None:
        self.work_changed.emit()
        self.finished.emit(result)

    def _on_failed(self, error: object) -> None:
        self.work_changed.emit()
        self.failed.emit(error)


# On the worker's thread


def _list_work() -> Generator[None, None, DataSetList]:
    from ddpm_studio.datasets.cache_location import cache_folder
    from ddpm_studio.datasets.data_cache import byte_count, cached_sets, damaged_sets
    from ddpm_studio.datasets.thumbnails import thumbnails

    rows = []
    for each in cached_sets():
        small = thumbnails(each, THUMBNAILS)
        name = each.description.name
        rows.append(DataSetRow(name, each.folder, each.description, each.byte_count, small))
        yield
    for folder in damaged_sets():
        rows.append(DataSetRow(folder.name, folder, None, byte_count(folder), ()))
    rows.sort(key=lambda row: row.name.casefold())
    folder = cache_folder()
    return DataSetList(folder, tuple(rows), _downloads(), byte_count(folder))


def _downloads() -> tuple[DownloadRow, ...]:
    from ddpm_studio.datasets.data_cache import unfinished_downloads
    from ddpm_studio.datasets.importing.public_sets import PUBLIC_SETS

    totals = {each.name: each.byte_count for each in PUBLIC_SETS}
    return tuple(
        DownloadRow(each.name, each.folder, each.byte_count, totals.get(each.name, 0))
        for each in unfinished_downloads()
    )


def _timed(work: Generator[ImportProgress, None, Any]) -> Generator[WorkProgress, None, Any]:
    """The same with the time that each stage has taken so far."""
    began, first = time.monotonic(), None
    try:
        while True:
            try:
                progress = next(work)
            except StopIteration as stop:
                return stop.value
            if first is None or progress.stage is not first.stage:
                began, first = time.monotonic(), progress
            yield WorkProgress(progress, time.monotonic() - began, first.done)
    finally:
        work.close()


def _import_work(path: Path, choices: ImportChoices) -> _TASK:
    from ddpm_studio.datasets.importing.importer import import_data

    return _timed(import_data(path, choices))


def _download_work(name: str) -> _TASK:
    from ddpm_studio.datasets.importing.public_sets import download_set, public_set

    return _timed(download_set(public_set(name)))


def _remove_work(name: str) -> Generator[None, None, None]:
    from ddpm_studio.datasets.data_cache import remove_set

    yield
    remove_set(name)


def _discard_work(name: str) -> Generator[None, None, None]:
    from ddpm_studio.datasets.data_cache import remove_download

    yield
    remove_download(name)


def _clear_work() -> Generator[None, None, None]:
    from ddpm_studio.datasets.data_cache import clear

    yield
    clear()


def _move_work(folder: Path) -> _TASK:
    from ddpm_studio.datasets.move_cache import move_cache

    return _timed(move_cache(folder))
