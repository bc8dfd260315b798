"""Copies of the open model: files of ours, and folders for diffusers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot

from ddpm_studio.atomic_file import SaveError
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.diffusers_export import DiffusersExportError
from ddpm_studio.checkpoints.foreign.opening import open_model
from ddpm_studio.checkpoints.model_file import ModelFile, inspect_model_file
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.session.model_saving import ModelSaving, OwnFileError


@pytest.fixture
def saving() -> Iterator[ModelSaving]:
    saving = ModelSaving()
    yield saving
    assert saving.task.stop()


def same_weights(one: ModelFile, other: ModelFile) -> bool:
    first, second = (load_inspected(each).denoiser.network.state_dict() for each in (one, other))
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


def test_a_copy_of_another_projects_model_is_one_of_ours(
    qtbot: QtBot, saving: ModelSaving, invented_checkpoint: Path, tmp_path: Path
) -> None:
    model, path = open_model(invented_checkpoint), tmp_path / "내 모델.safetensors"
    with qtbot.waitSignal(saving.saved) as saved:
        saving.save_copy(model, path, "cpu")
    assert saved.args[0].path == path
    copy = inspect_model_file(path)
    assert copy.answers is None
    assert copy.description.name == "내 모델"
    assert copy.description.origin == model.description.origin
    assert same_weights(model, copy)


def test_a_folder_for_diffusers_is_opened_again(
    qtbot: QtBot, saving: ModelSaving, tmp_path: Path
) -> None:
    model, folder = find_model("digits"), tmp_path / "digits-diffusers"
    with qtbot.waitSignal(saving.can_be_exported):
        saving.check_export(model)
    with qtbot.waitSignal(saving.exported):
        saving.export(model, folder, "cpu")
    assert open_model(folder).description.network.sample_shape == (1, 8, 8)
    with qtbot.waitSignal(saving.failed) as failed:
        saving.export(model, folder, "cpu")
    assert isinstance(failed.args[0], DiffusersExportError)


def test_a_network_that_diffusers_does_not_know_is_refused(
    qtbot: QtBot, saving: ModelSaving
) -> None:
    with qtbot.waitSignal(saving.failed) as failed:
        saving.check_export(find_model("moons"))
    assert isinstance(failed.args[0], DiffusersExportError)


def test_the_open_file_is_not_written_over_itself(
    qtbot: QtBot, saving: ModelSaving, tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    shutil.copy(find_model("moons").path, path)
    before = path.read_bytes()
    with qtbot.waitSignal(saving.failed) as failed:
        saving.save_copy(inspect_model_file(path), path, "cpu")
    assert isinstance(failed.args[0], OwnFileError)
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_said(
    qtbot: QtBot, saving: ModelSaving, tmp_path: Path
) -> None:
    with qtbot.waitSignal(saving.failed) as failed:
        saving.save_copy(find_model("moons"), tmp_path / "gone" / "a.safetensors", "cpu")
    assert isinstance(failed.args[0], SaveError)
