"""Data sets in the real window: from what somebody lets fall on it to a training on it."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ddpm_studio.app import Application
from ddpm_studio.datasets.importing.import_progress import ImportProgress, Stage
from ddpm_studio.session import data_sets
from ddpm_studio.session.data_sets import WorkProgress
from ddpm_studio.ui.dialogs.data_dialog import DataDialog
from ddpm_studio.ui.dialogs.import_dialog import ImportDialog
from ddpm_studio.ui.page import Page

WAIT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in ("cats", "dogs"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(6):
            image = Image.new("RGB", (40, 30), (40 * number, 0, 0))
            image.save(tmp_path / "pets" / name / f"{number}.png")
    (tmp_path / "pets" / "cats" / "broken.png").write_bytes(b"no")
    return tmp_path / "pets"


def dropped(qtbot: QtBot, application: Application, path: Path) -> ImportDialog:
    """The dialog that opens when a path falls on the window, with its images."""
    application.window.dropped.emit([path])
    dialogs = application.data_dialogs
    qtbot.waitUntil(lambda: dialogs.import_dialog is not None, timeout=WAIT_MS)
    dialog = dialogs.import_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.pictures.count > 0, timeout=WAIT_MS)
    return dialog


def imported(qtbot: QtBot, application: Application, dialog: ImportDialog) -> DataDialog:
    """The list, when the import is done."""
    qtbot.mouseClick(dialog.import_button, LEFT)
    data = application.data_dialogs.data_sets()
    qtbot.waitUntil(lambda: not data.is_working, timeout=WAIT_MS)
    over = application.data_dialogs.dialog
    assert over is not None
    qtbot.waitUntil(lambda: over.list.count() > 0, timeout=WAIT_MS)
    return over


def test_a_folder_that_falls_on_the_window_becomes_data_to_train_on(
    qtbot: QtBot, studio_application: Application, pictures: Path
) -> None:
    application = studio_application
    application.show_page(Page.TRAIN)
    page = application.training_page
    assert page is not None
    before = [page.form.data_set.itemData(row) for row in range(page.form.data_set.count())]
    assert "pets" not in before
    dialog = dropped(qtbot, application, pictures)
    assert dialog.form.name.text() == "pets"
    assert dialog.summary.text() == "13 images · 2 classes: cats, dogs"
    dialog.form.size_px.setCurrentText("16")
    over = imported(qtbot, application, dialog)
    qtbot.waitUntil(lambda: over.list.chosen == "pets", timeout=WAIT_MS)
    assert over.status.text() == (
        "pets is there: 12 images, 1 of them held out. Left out: 1. The first is cats/broken.png: it is "
        "none of PNG, JPEG, WebP, GIF, BMP, TIFF and PPM, or damaged."
    )
    row = page.form.data_set.findData("pets")
    assert row >= 0
    page.form.data_set.setCurrentIndex(row)
    page.form.data_set.activated.emit(row)
    configuration = page.form.configuration()
    assert configuration is not None
    assert configuration.data_set == "pets"
    assert configuration.network.sample_shape == (3, 16, 16)
    qtbot.waitUntil(lambda: page.data.trajectory is not None, timeout=WAIT_MS)


def test_a_set_is_removed_after_a_question(
    qtbot: QtBot, studio_application: Application, pictures: Path, data_cache: Path
) -> None:
    application = studio_application
    over = imported(qtbot, application, dropped(qtbot, application, pictures))
    qtbot.waitUntil(lambda: over.remove_button.isEnabled(), timeout=WAIT_MS)
    for answer, is_gone in (("Keep", False), ("Delete", True)):
        qtbot.mouseClick(over.remove_button, LEFT)
        question = application.data_dialogs.question
        assert question is not None
        button = next(each for each in question.findChildren(QPushButton) if each.text() == answer)
        qtbot.mouseClick(button, LEFT)
        qtbot.waitUntil(lambda: application.data_dialogs.question is None, timeout=WAIT_MS)
        assert application.data_dialogs.data_sets().is_working is is_gone
    qtbot.waitUntil(lambda: over.list.count() == 0, timeout=WAIT_MS)
    assert not (data_cache / "pets").exists()


def test_all_sets_are_removed_after_a_question(
    qtbot: QtBot, studio_application: Application, pictures: Path, data_cache: Path
) -> None:
    over = imported(qtbot, studio_application, dropped(qtbot, studio_application, pictures))
    (data_cache / ".downloads" / "mnist").mkdir(parents=True)
    qtbot.waitUntil(over.clear_button.isEnabled, timeout=WAIT_MS)
    qtbot.mouseClick(over.clear_button, LEFT)
    question = studio_application.data_dialogs.question
    assert question is not None
    delete = next(each for each in question.findChildren(QPushButton) if each.text() == "Delete")
    qtbot.mouseClick(delete, LEFT)
    qtbot.waitUntil(lambda: over.list.count() == 0, timeout=WAIT_MS)
    assert list(data_cache.iterdir()) == []
    qtbot.waitUntil(lambda: not over.clear_button.isEnabled(), timeout=WAIT_MS)


def test_an_unfinished_download_is_shown_and_discarded_after_a_question(
    qtbot: QtBot, studio_application: Application, data_cache: Path
) -> None:
    folder = data_cache / ".downloads" / "cifar-10"
    folder.mkdir(parents=True)
    (folder / "cifar-10-binary.tar.gz.part").write_bytes(bytes(2_500_000))
    studio_application.window.menus.data.trigger()
    over = studio_application.data_dialogs.dialog
    assert over is not None
    qtbot.waitUntil(lambda: over.list.count() == 1, timeout=WAIT_MS)
    assert over.list.item(0).text() == "CIFAR-10\nUnfinished download: 2.5 of 170.1 MB"
    assert over.list.isVisible()
    assert over.place.text().endswith(" · 2.5 MB, 2.5 MB of it unfinished downloads")
    assert next(
        each for each in over.downloads.actions() if "CIFAR-10 ·" in each.text()
    ).isEnabled()
    assert not over.remove_button.isEnabled()
    over.list.setCurrentRow(0)
    qtbot.mouseClick(over.remove_button, LEFT)
    question = studio_application.data_dialogs.question
    assert question is not None
    assert question.text() == "Delete what has come of the download of “CIFAR-10”?"
    delete = next(each for each in question.findChildren(QPushButton) if each.text() == "Delete")
    qtbot.mouseClick(delete, LEFT)
    qtbot.waitUntil(lambda: over.list.count() == 0, timeout=WAIT_MS)
    assert list(data_cache.iterdir()) == []


def test_it_is_said_which_set_is_being_downloaded(
    qtbot: QtBot,
    studio_application: Application,
    data_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def download(name: str) -> Generator[WorkProgress, None, None]:
        while True:
            time.sleep(0.01)
            progress = ImportProgress(Stage.DOWNLOADING, 2_500_000, 170_052_171)
            yield WorkProgress(progress, 0.1, 2_500_000)

    monkeypatch.setattr(data_sets, "_download_work", download)
    folder = data_cache / ".downloads" / "cifar-10"
    folder.mkdir(parents=True)
    (folder / "cifar-10-binary.tar.gz.part").write_bytes(bytes(2_500_000))
    studio_application.window.menus.data.trigger()
    over = studio_application.data_dialogs.dialog
    assert over is not None
    qtbot.waitUntil(lambda: over.list.count() == 1, timeout=WAIT_MS)
    next(each for each in over.downloads.actions() if "CIFAR-10 ·" in each.text()).trigger()
    said = "Downloading CIFAR-10: 2.5 of 170.1 MB"
    qtbot.waitUntil(lambda: over.status.text() == said, timeout=WAIT_MS)
    assert over.list.item(0).text() == "CIFAR-10\nBeing downloaded"
    qtbot.mouseClick(over.cancel_button, LEFT)
    assert over.list.item(0).text() == "CIFAR-10\nUnfinished download: 2.5 of 170.1 MB"


def test_choices_that_cannot_be_are_told_and_cannot_be_made(
    qtbot: QtBot, studio_application: Application, tmp_path: Path
) -> None:
    np.save(tmp_path / "digits.npy", np.zeros((5, 12, 12), np.uint8))
    dialog = dropped(qtbot, studio_application, tmp_path / "digits.npy")
    assert dialog.form.name.text() == "digits-2"  # the bundled ones have that name
    assert dialog.summary.text() == "5 images · 12 × 12, grey · no classes"
    for name, sentence in {
        "Moons": "There is a data set of this name already.",
        "a/b": "A data set cannot be named “a/b”: use up to 60 letters, digits, spaces and hyphens.",
    }.items():
        dialog.form.name.setText(name)
        dialog.form.name.textEdited.emit(name)
        assert dialog.status.text() == sentence
        assert not dialog.import_button.isEnabled()
    dialog.form.name.setText("fine")
    dialog.form.name.textEdited.emit("fine")
    dialog.form.size_px.setCurrentText("5000")
    assert dialog.status.text() == "Images can have from 4 to 1024 pixels a side, not 5000."
    dialog.form.size_px.setCurrentIndex(0)
    assert dialog.status.text() == ""
    assert dialog.import_button.isEnabled()
    dialog.reject()
    assert studio_application.data_dialogs.import_dialog is None


def test_a_source_that_cannot_be_imported_is_told(
    qtbot: QtBot, studio_application: Application, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    studio_application.data_dialogs.import_path(tmp_path / "empty")
    dialog = studio_application.data_dialogs.import_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.status.text() != "", timeout=WAIT_MS)
    assert dialog.status.text().startswith("There are no pictures in “")
    assert not dialog.import_button.isEnabled()


def test_the_list_is_translated_and_themed_while_it_is_open(
    qtbot: QtBot, studio_application: Application
) -> None:
    studio_application.window.menus.data.trigger()
    over = studio_application.data_dialogs.dialog
    assert over is not None
    qtbot.waitUntil(lambda: "Kept in" in over.place.text(), timeout=WAIT_MS)
    studio_application.toggle_theme()
    studio_application.use_language("ko")
    studio_application.use_language("en")
    assert over.folder_button.text() == "Import folder…"
    assert [action.text() for action in over.downloads.actions()] == [
        "MNIST · 11 MB",
        "Fashion-MNIST · 30 MB",
        "CIFAR-10 · 170 MB",
        "CIFAR-100 · 168 MB",
    ]
    over.reject()
    assert studio_application.data_dialogs.dialog is None
