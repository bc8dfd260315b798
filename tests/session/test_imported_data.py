"""A model of imported data on the main screen: its forward chain begins with them while they are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.measuring import measure, plan_measurement
from ddpm_studio.checkpoints.model_file import inspect_model_file
from ddpm_studio.checkpoints.weight_reading import finished
from ddpm_studio.checkpoints.weights import load_inspected, save_model
from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import UnknownDataSetError, entry, open_data_set
from ddpm_studio.datasets.data_cache import remove_set
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.session.chain_runs import ForwardRequest, record_forward_chain
from ddpm_studio.session.model_opening import ModelOpening
from ddpm_studio.session.sampling_choice import ExactFor, exact_for
from ddpm_studio.training.suggestion import suggested_training
from ddpm_studio.training.trainer import Trainer


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    """A model that took two steps on 40 images of 8x8."""
    images = np.random.default_rng(1).integers(0, 256, (40, 1, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "own.npz", images=images, labels=np.arange(40) % 4)
    finished(import_data(tmp_path / "own.npz", ImportChoices("own")))
    settings = suggested_training(entry("own"))
    network = replace(settings.network, channels=8, norm_groups=4)
    schedule = replace(settings.schedule, T=20)
    trainer = Trainer(replace(settings, network=network, schedule=schedule, steps=2, batch_size=4))
    list(trainer.run())
    save_model(tmp_path / "own.safetensors", trainer.description(), trainer.weights())
    return tmp_path / "own.safetensors"


@pytest.fixture
def opening() -> Iterator[ModelOpening]:
    opening = ModelOpening(lambda: "cpu")
    yield opening
    assert opening.task.stop()


def test_the_forward_chain_begins_with_images_of_the_set(
    qtbot: QtBot, opening: ModelOpening, model_path: Path
) -> None:
    with qtbot.waitSignal(opening.opened) as opened:
        opening.open_file(model_path)
    (model,) = opened.args
    assert model.description.data_set == "own"
    request = ForwardRequest("own", model.description.schedule, count=9, seed=3)
    trajectory = finished(record_forward_chain(request))
    data = open_data_set("own")
    assert isinstance(data, CachedImages)
    known = {each.numpy().tobytes() for each in data.training_images()}
    begin = torch.as_tensor(np.array(trajectory.frame(0)))
    assert {each.numpy().tobytes() for each in begin} <= known
    assert exact_for("own") is ExactFor.TRAINING_DATA


def test_the_model_is_measured(model_path: Path) -> None:
    file = inspect_model_file(model_path)
    plan = replace(plan_measurement(file.description), steps=(10,))
    found = finished(measure(load_inspected(file), plan))
    assert found.bound is not None
    assert found.errors is not None
    assert np.isfinite(found.errors.floor.value[10])


def test_when_the_data_are_gone_the_model_is_refused_with_the_reason(
    qtbot: QtBot, opening: ModelOpening, model_path: Path
) -> None:
    remove_set("own")
    with qtbot.waitSignal(opening.failed) as failed:
        opening.open_file(model_path)
    (error,) = failed.args
    assert isinstance(error, UnknownDataSetError)
    assert "There is no data set named 'own'" in str(error)
    assert exact_for("own") is None
