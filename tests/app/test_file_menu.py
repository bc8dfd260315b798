"""Models that are fetched, copied and exported from the real window's File menu."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from ddpm_studio.app import Application
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.diffusers_export import export_to_diffusers
from ddpm_studio.checkpoints.foreign import hub
from ddpm_studio.checkpoints.foreign.hub import HubProgress
from ddpm_studio.checkpoints.foreign.opening import open_model
from ddpm_studio.checkpoints.model_file import inspect_model_file
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.ui.page import Page

WAIT_MS = 30_000


def show(application: Application, name: str) -> None:
    models = application.studio.models
    application.studio.choose_model(next(each for each in models if each.path.stem == name))


def test_several_models_are_opened_at_once(
    qtbot: QtBot,
    studio_application: Application,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copies = [tmp_path / "one.safetensors", tmp_path / "two.safetensors"]
    for copy in copies:
        shutil.copy(find_model("moons").path, copy)
    chosen = ([str(copy) for copy in copies], "")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: chosen)
    studio = studio_application.studio
    studio_application.window.menus.open_requested.emit()
    qtbot.waitUntil(lambda: studio.model.path == copies[1], timeout=WAIT_MS)
    assert [model.path for model in studio.models[-2:]] == copies


def test_files_of_one_name_are_told_apart_also_in_the_title(
    qtbot: QtBot, studio_application: Application, tmp_path: Path
) -> None:
    copies = [tmp_path / folder / "model.safetensors" for folder in ("first", "second")]
    for copy in copies:
        copy.parent.mkdir()
        shutil.copy(find_model("moons").path, copy)
    studio_application.screen.open_model_files(copies)
    title = studio_application.window.windowTitle
    qtbot.waitUntil(lambda: title().startswith("second/model.safetensors"), timeout=WAIT_MS)
    studio_application.studio.show_model(find_model("moons"))
    assert title().startswith("Two moons")


def test_a_copy_is_saved_as_it_was_named(
    qtbot: QtBot, studio_application: Application, tmp_path: Path
) -> None:
    application, bar = studio_application, studio_application.screen.message_bar
    application.window.menus.save_copy.trigger()
    dialog = application.saving_dialogs.file_dialog
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "roll.safetensors"))
    dialog.reject()
    qtbot.waitUntil(lambda: "is saved" in bar.text, timeout=WAIT_MS)
    where = f"“roll.safetensors” is saved in {tmp_path}"
    assert bar.text == f"{where}: a model of DDPM Studio."
    assert bar.isVisible()
    assert inspect_model_file(tmp_path / "roll.safetensors").description.name == "roll"


def test_a_folder_for_diffusers_is_written(
    qtbot: QtBot, studio_application: Application, tmp_path: Path
) -> None:
    application, bar = studio_application, studio_application.screen.message_bar
    show(application, "digits")
    application.window.menus.to_diffusers.trigger()
    dialogs = application.saving_dialogs
    qtbot.waitUntil(lambda: dialogs.folder_dialog is not None, timeout=WAIT_MS)
    dialog = dialogs.folder_dialog
    assert dialog is not None
    dialog.set_place(str(tmp_path))
    assert dialog.name.text() == "digits-diffusers"
    qtbot.waitUntil(dialog.export_button.isEnabled, timeout=WAIT_MS)
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "is written" in bar.text, timeout=WAIT_MS)
    assert open_model(tmp_path / "digits-diffusers").description.network.sample_shape == (1, 8, 8)


def test_a_folder_that_exists_is_told_while_its_name_is_typed(
    qtbot: QtBot, studio_application: Application, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "letter").write_text("mine")
    (tmp_path / "empty").mkdir()
    show(studio_application, "digits")
    studio_application.window.menus.to_diffusers.trigger()
    dialogs = studio_application.saving_dialogs
    qtbot.waitUntil(lambda: dialogs.folder_dialog is not None, timeout=WAIT_MS)
    dialog = dialogs.folder_dialog
    assert dialog is not None
    dialog.set_place(str(tmp_path))
    dialog.name.clear()
    assert not dialog.export_button.isEnabled()
    qtbot.keyClicks(dialog.name, "there")
    qtbot.waitUntil(lambda: dialog.status.text() != "", timeout=WAIT_MS)
    assert dialog.status.text() == (
        f"“{tmp_path / 'there'}” exists already, and nothing is replaced: choose a new name."
    )
    assert not dialog.export_button.isEnabled()
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.isVisible()
    for name in ("there too", "empty"):
        dialog.name.setText(name)
        assert not dialog.export_button.isEnabled()  # it is not known yet
        qtbot.waitUntil(dialog.export_button.isEnabled, timeout=WAIT_MS)
        assert dialog.status.text() == ""
    dialog.set_place(str(tmp_path / "gone"))
    qtbot.waitUntil(lambda: "does not exist" in dialog.status.text(), timeout=WAIT_MS)
    dialog.reject()
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir()) == ["empty", "there"]


def test_what_diffusers_cannot_hold_is_refused_before_a_folder_is_asked_for(
    qtbot: QtBot, studio_application: Application
) -> None:
    bar = studio_application.screen.message_bar
    studio_application.window.menus.to_diffusers.trigger()
    qtbot.waitUntil(lambda: bar.isVisible(), timeout=WAIT_MS)
    assert bar.text == "Only a U-Net for images can be written for diffusers."
    assert studio_application.saving_dialogs.folder_dialog is None


def test_a_model_of_the_hub_is_fetched_and_asked_about(
    qtbot: QtBot,
    studio_application: Application,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digits = find_model("digits")
    weights = load_inspected(digits).denoiser.network.state_dict()
    export_to_diffusers(tmp_path / "fetched", digits.description, weights)

    def fetch(name: str) -> Generator[HubProgress, None, Path]:
        assert name == "google/ddpm-cifar10-32"
        yield HubProgress("config.json", 1, 2)
        return tmp_path / "fetched"

    monkeypatch.setattr(hub, "fetch_from_hub", fetch)
    application, screen = studio_application, studio_application.screen
    application.show_page(Page.TRAIN)
    application.window.menus.hub.trigger()
    dialog = application.hub_dialogs.dialog
    assert dialog is not None
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.questions.dialog is not None, timeout=WAIT_MS)
    assert application.hub_dialogs.dialog is None
    assert screen.isVisible()  # and not the page of training
    assert screen.questions.dialog is not None
    qtbot.keyClick(screen.questions.dialog, Qt.Key.Key_Escape)
