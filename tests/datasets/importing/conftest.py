"""Drives importers, and makes the files that they read."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.import_progress import ImportResult
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.datasets.set_description import DataSetError

ImportSet = Callable[..., ImportResult]


def drive(work: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


@pytest.fixture
def import_set(data_cache: Path) -> ImportSet:
    """Import a path, with choices, to the end."""

    def run(path: Path, name: str = "new", **choices: Any) -> ImportResult:
        return drive(import_data(path, ImportChoices(name, **choices)))

    return run


@pytest.fixture
def left_behind(data_cache: Path) -> Callable[[], list[str]]:
    """Names of whatever lies in the cache."""

    def names() -> list[str]:
        return sorted(each.name for each in data_cache.iterdir()) if data_cache.exists() else []

    return names


@pytest.fixture
def require_refused(
    import_set: ImportSet, left_behind: Callable[[], list[str]]
) -> Callable[[Path, str], None]:
    """Import a path that must be refused with a sentence, in little memory, and leave nothing."""

    def refused(path: Path, sentence: str) -> None:
        tracemalloc.start()
        try:
            with pytest.raises(DataSetError) as caught:
                import_set(path)
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert str(caught.value) == sentence.replace("{path}", str(path))
        assert peak_bytes < 20_000_000
        assert left_behind() == []

    return refused


def picture(path: Path, size: tuple[int, int] = (40, 30), colour: Any = (200, 100, 50)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = "L" if isinstance(colour, int) else "RGB"
    Image.new(mode, size, colour).save(path)
    return path


def idx(values: np.ndarray) -> bytes:
    """The bytes of an IDX file, written from its definition (Y. LeCun's page on MNIST)."""
    head = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return head + values.astype(np.uint8).tobytes()
