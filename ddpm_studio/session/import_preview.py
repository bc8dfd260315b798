"""Looks into a file or folder that is to be imported, and shows what its images would become."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.session.background_task import BackgroundTask, stop_tasks

if TYPE_CHECKING:
    from ddpm_studio.datasets.importing.preview import Source


class PreviewRun(QObject):
    """Of the choices made last: what was asked for before is dropped.

    looked_into(Source)   what there is, before any image is read
    shown(object)         a tuple of images, uint8 (H, W, 3)
    failed(object)        why it cannot be imported, or not like this
    """

    looked_into = Signal(object)
    shown = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source: Source | None = None
        self._look_task, self._image_task = BackgroundTask(self), BackgroundTask(self)
        self._look_task.finished.connect(self._take_source)
        self._image_task.finished.connect(self.shown)
        for task in (self._look_task, self._image_task):
            task.failed.connect(self.failed)

    def look_into(self, path: Path) -> None:
        """Find out what it is."""
        self.source = None
        self._image_task.cancel()
        self._look_task.start(partial(_look, path))

    def show(self, choices: ImportChoices) -> None:
        """Its first images, as they would be imported; nothing while it is being looked into."""
        if self.source is not None:
            self._image_task.start(partial(_images, self.source, choices))

    def stop(self) -> bool:
        """End the threads; False where one is stuck."""
        return stop_tasks([self._look_task, self._image_task])

    def cancel(self) -> None:
        """Forget what was asked for; nothing waits."""
        self._look_task.cancel()
        self._image_task.cancel()

    def _take_source(self, source: Source) -> None:
        self.source = source
        self.looked_into.emit(source)


def _look(path: Path) -> Generator[None, None, Source]:
    from ddpm_studio.datasets.importing.preview import look_into

    yield
    return look_into(path)


def _images(source: Source, choices: ImportChoices) -> Generator[None, None, Any]:
    from ddpm_studio.datasets.importing.preview import preview

    return preview(source, choices)
