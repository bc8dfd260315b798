"""A model of imported data on the main screen: its forward chain begins with them while they are there."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.data_at_hand import trained_on
from ddpm_studio.checkpoints.measuring import measure, plan_measurement
from ddpm_studio.checkpoints.model_file import inspect_model_file
from ddpm_studio.checkpoints.weights import load_inspected, save_model
from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import entry, open_data_set
from ddpm_studio.datasets.data_cache import remove_set
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.session.chain_runs import ForwardRequest, record_forward_chain
from ddpm_studio.session.model_opening import _load, _look
from ddpm_studio.session.model_saving import _save
from ddpm_studio.session.sampling_choice import ExactFor, exact_for
from ddpm_studio.session.studio import Studio
from ddpm_studio.training.suggestion import suggested_training
from ddpm_studio.training.trainer import Trainer

WAIT_MS = 20_000


def drive(work: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


def import_own(folder: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (40, 1, 8, 8), dtype=np.uint8)
    np.savez(folder / "own.npz", images=images, labels=np.arange(40) % 4)
    drive(import_data(folder / "own.npz", ImportChoices("own")))


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    """A model that took two steps on 40 images of 8x8."""
    import_own(tmp_path)
    settings = suggested_training(entry("own"))
    network = replace(settings.network, channels=8, norm_groups=4)
    schedule = replace(settings.schedule, T=20)
    trainer = Trainer(replace(settings, network=network, schedule=schedule, steps=2, batch_size=4))
    list(trainer.run())
    save_model(tmp_path / "own.safetensors", trainer.description(), trainer.weights())
    return tmp_path / "own.safetensors"


def test_the_forward_chain_begins_with_images_of_the_set(model_path: Path) -> None:
    model = drive(_look(model_path, "cpu"))
    assert model.description.data_set == "own"
    request = ForwardRequest("own", model.description.schedule, count=9, seed=3)
    trajectory = drive(record_forward_chain(request))
    data = open_data_set("own")
    assert isinstance(data, CachedImages)
    known = {each.numpy().tobytes() for each in data.training_images()}
    begin = torch.as_tensor(np.array(trajectory.frame(0)))
    assert {each.numpy().tobytes() for each in begin} <= known
    assert exact_for("own") is ExactFor.TRAINING_DATA


def test_the_model_is_measured(model_path: Path) -> None:
    file = inspect_model_file(model_path)
    plan = replace(plan_measurement(file.description), steps=(10,))
    found = drive(measure(load_inspected(file), plan))
    assert found.bound is not None
    assert found.errors is not None
    assert np.isfinite(found.errors.floor.value[10])


def test_when_the_data_are_gone_the_model_is_opened_without(model_path: Path) -> None:
    whole = drive(_look(model_path, "cpu"))
    remove_set("own")
    for without in (drive(_look(model_path, "cpu")), drive(_load(whole, "cpu"))):
        assert without.description.data_set == ""
        assert without.missing_data == trained_on(without) == "own"
    import_own(model_path.parent)
    assert drive(_load(without, "cpu")) == whole
    assert trained_on(whole) == "own"


def test_another_set_of_that_name_is_not_taken_for_its_data(model_path: Path) -> None:
    remove_set("own")
    drive(import_data(model_path.parent / "own.npz", ImportChoices("own", size=16)))
    model = drive(_look(model_path, "cpu"))
    assert (model.description.data_set, model.missing_data) == ("", "own")


def test_a_copy_still_tells_what_the_model_was_trained_on(model_path: Path) -> None:
    remove_set("own")
    copy = model_path.with_name("copy.safetensors")
    drive(_save(drive(_look(model_path, "cpu")), copy, "cpu"))
    assert inspect_model_file(copy).description.data_set == "own"


def test_the_present_models_chain_begins_elsewhere_when_its_data_go(
    qtbot: QtBot, model_path: Path
) -> None:
    studio = Studio()
    try:
        with qtbot.waitSignal(studio.model_changed, timeout=WAIT_MS):
            studio.open_file(model_path)
        assert studio.chains.has_data
        studio.look_for_data()  # nothing has changed
        assert studio.chains.has_data
        remove_set("own")
        studio.look_for_data()
        assert not studio.chains.has_data
        qtbot.waitUntil(lambda: not studio.is_busy, timeout=WAIT_MS)
        assert studio.forward is not None
        assert studio.reverse is not None
        assert np.array_equal(studio.forward.frame(0), studio.reverse.frame(0))
        assert [each.path for each in studio.models] == [model_path]
    finally:
        assert studio.stop()
