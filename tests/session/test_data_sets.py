"""Imports, removals and moves on a thread: told when they end, undone when they are cancelled."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.import_progress import ImportProgress, ImportResult, Stage
from ddpm_studio.datasets.set_description import DataSetError
from ddpm_studio.session import data_sets
from ddpm_studio.session.data_sets import DataSets, WorkProgress
from ddpm_studio.session.import_preview import PreviewRun

WAIT_MS = 20_000


@pytest.fixture
def data(qtbot: QtBot):
    data = DataSets()
    yield data
    assert data.stop()
    assert data.stop()  # the window's end, and then the application's


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    (tmp_path / "faces").mkdir()
    for number in range(30):
        Image.new("L", (20, 20), number).save(tmp_path / "faces" / f"{number}.png")
    return tmp_path / "faces"


def test_an_import_is_told_and_listed(qtbot: QtBot, data: DataSets, pictures: Path) -> None:
    with qtbot.waitSignal(data.finished, timeout=WAIT_MS) as finished:
        data.import_set(pictures, ImportChoices("faces", size=8, grey=True))
    assert not data.is_working
    result = finished.args[0]
    assert isinstance(result, ImportResult)
    assert result.description.count == 30
    with qtbot.waitSignal(data.listed, timeout=WAIT_MS):
        data.refresh()
    assert data.list is not None
    (row,) = data.list.rows
    assert (row.name, row.description, len(row.thumbnails)) == ("faces", result.description, 5)
    assert data.list.byte_count == row.byte_count > 30 * 64


def test_a_damaged_set_is_listed_without_a_description(
    qtbot: QtBot, data: DataSets, pictures: Path, data_cache: Path
) -> None:
    with qtbot.waitSignal(data.finished, timeout=WAIT_MS):
        data.import_set(pictures, ImportChoices("faces"))
    shutil.copytree(data_cache / "faces", data_cache / "other")  # its name is another
    with qtbot.waitSignal(data.listed, timeout=WAIT_MS):
        data.refresh()
    assert data.list is not None
    assert [(row.name, row.description is None) for row in data.list.rows] == [
        ("faces", False),
        ("other", True),
    ]


def test_cancelled_it_leaves_nothing(
    qtbot: QtBot, data: DataSets, pictures: Path, data_cache: Path
) -> None:
    for number in range(2000):
        shutil.copy(pictures / "0.png", pictures / f"more-{number}.png")
    data.import_set(pictures, ImportChoices("faces", size=256))
    qtbot.waitUntil(lambda: data.progress is not None and data.progress.progress.done > 3)
    told: list[bool] = []
    data.cancelled.connect(told.append)
    with qtbot.waitSignal(data.listed, timeout=WAIT_MS):
        data.cancel()
    assert told == [False]  # no download: it cannot be gone on with
    assert not data.is_working
    assert list(data_cache.iterdir()) == []


def test_a_problem_is_told(qtbot: QtBot, data: DataSets, tmp_path: Path) -> None:
    with qtbot.waitSignal(data.failed, timeout=WAIT_MS) as failed:
        data.import_set(tmp_path / "gone", ImportChoices("new"))
    assert isinstance(failed.args[0], DataSetError)
    assert not data.is_working


def test_a_set_is_removed(qtbot: QtBot, data: DataSets, pictures: Path, data_cache: Path) -> None:
    with qtbot.waitSignal(data.finished, timeout=WAIT_MS):
        data.import_set(pictures, ImportChoices("faces"))
    with qtbot.waitSignal(data.finished, timeout=WAIT_MS) as finished:
        data.remove("faces")
    assert finished.args == [None]
    assert list(data_cache.iterdir()) == []


def test_one_work_at_a_time(qtbot: QtBot, data: DataSets, pictures: Path) -> None:
    data.import_set(pictures, ImportChoices("faces"))
    with qtbot.waitSignal(data.finished, timeout=WAIT_MS) as finished:
        data.import_set(pictures, ImportChoices("others"))
    assert finished.args[0].description.name == "faces"
    assert not data.is_working


@pytest.mark.parametrize("is_given_up", [False, True])
def test_a_download_that_is_begun_again_waits_for_the_thread_that_was_stopped(
    qtbot: QtBot, data: DataSets, monkeypatch: pytest.MonkeyPatch, is_given_up: bool
) -> None:
    """That one may be waiting for a silent server, and would write into the same file."""
    server_answers, said = threading.Event(), []

    def download(name: str) -> Iterator[None]:
        said.append(f"{name} begins")
        try:
            assert server_answers.wait(timeout=10)
            yield
        finally:
            said.append(f"{name} ends")

    monkeypatch.setattr(data_sets, "_download_work", download)
    data.download("a")
    qtbot.waitUntil(lambda: bool(said))
    data.cancel()
    assert not data.is_working
    data.download("b")
    assert data.is_working
    qtbot.wait(100)
    assert said == ["a begins"]
    if is_given_up:
        data.cancel()
        assert not data.is_working
    with qtbot.waitSignal(data.listed, timeout=WAIT_MS):
        server_answers.set()
    qtbot.waitUntil(lambda: not data.is_working, timeout=WAIT_MS)
    second = [] if is_given_up else ["b begins", "b ends"]
    assert said == ["a begins", "a ends", *second]


def test_the_time_left_is_that_of_the_present_stage() -> None:
    """A download that goes on at 60 of 100 and has fetched 20 in 4 s needs 4 s more for its 20."""
    work = WorkProgress(ImportProgress(Stage.DOWNLOADING, 80, 100), 4.0, 60)
    assert work.seconds_left == pytest.approx(4.0)
    assert WorkProgress(ImportProgress(Stage.DOWNLOADING, 60, 100), 4.0, 60).seconds_left == 0.0


def test_a_preview_follows_the_choices_made_last(qtbot: QtBot, pictures: Path) -> None:
    run = PreviewRun()
    with qtbot.waitSignal(run.looked_into, timeout=WAIT_MS) as looked:
        run.look_into(pictures)
    assert looked.args[0].count == 30
    shown: list[tuple] = []
    run.shown.connect(shown.append)
    for size in (64, 32, 16):
        run.show(ImportChoices("new", size=size))
    qtbot.waitUntil(lambda: bool(shown), timeout=WAIT_MS)
    qtbot.wait(50)
    assert [images[0].shape for images in shown] == [(16, 16, 3)]
    assert run.stop()


def test_nothing_begins_once_it_is_stopped(qtbot: QtBot, pictures: Path) -> None:
    """The end of a work would read the list anew: of an application that ends, on a lost thread."""
    data = DataSets()
    data.import_set(pictures, ImportChoices("faces"))
    listed: list[bool] = []
    data.listed.connect(lambda: listed.append(True))
    assert data.stop()
    qtbot.wait(300)
    assert not listed
    assert not data.is_working
