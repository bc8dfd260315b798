"""Classes and classifiers of samples: what fits together, and that parts are as good as the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.checkpoints import conditioned as conditioned_module
from ddpm_studio.checkpoints import sampling
from ddpm_studio.checkpoints.classifier_file import (
    ClassifierDescription,
    ClassifierFile,
    inspect_classifier_file,
)
from ddpm_studio.checkpoints.classifier_opening import find_classifier
from ddpm_studio.checkpoints.classifier_weights import load_classifier, save_classifier
from ddpm_studio.checkpoints.condition import Condition, ConditionError
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.measuring import MeasuringError, plan_measurement
from ddpm_studio.checkpoints.model_file import ModelFileError, inspect_model_file
from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.checkpoints.weights import LoadedModel, load_model
from ddpm_studio.networks.classifier_configuration import ClassifierConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.noisy_classifier import NoisyClassifier

BODY = UNetConfiguration(8, 1, 8, (1, 2), 1, (), 0.0, 4)
CONDITIONAL = replace(BODY, classes=3, learned_range=True, scale_shift=True)


@pytest.fixture
def model(description: ModelDescription, save: Callable[..., Path]) -> LoadedModel:
    """Of three classes, with a variance of its own."""
    changes: dict[str, Any] = {"data_set": "digits", "variance": "learned-range", "clip": 1.0}
    return load_model(save(description, network=CONDITIONAL, **changes))


def classifier_file(folder: Path, body: UNetConfiguration = BODY, classes: int = 3) -> Path:
    generator = torch.Generator().manual_seed(1)
    configuration = ClassifierConfiguration(body, "average", classes)
    weights = {
        key: torch.randn(tensor.shape, generator=generator)
        for key, tensor in NoisyClassifier(configuration).state_dict().items()
    }
    path = folder / f"classifier-{classes}-{body.image_size}.safetensors"
    save_classifier(path, ClassifierDescription("small", configuration, "nobody"), weights)
    return path


def opened(folder: Path, **changes: Any) -> ClassifierFile:
    return inspect_classifier_file(classifier_file(folder, **changes))


# Classes


def test_classes_are_in_turn_or_one_of_them(model: LoadedModel) -> None:
    in_turn = sample_model(model, 5, 0)
    for label in range(3):
        of_one = sample_model(model, 5, 0, condition=Condition(label))
        same = [bool(torch.equal(mine, other)) for mine, other in zip(in_turn, of_one, strict=True)]
        assert same == [i % 3 == label for i in range(5)]
    assert Condition().labels(model.description, 5) == (0, 1, 2, 0, 1)
    assert Condition(2).labels(model.description, 2) == (2, 2)


def test_a_model_without_classes_has_no_labels(description: ModelDescription) -> None:
    assert Condition().labels(description, 3) is None


@pytest.mark.parametrize("part", [1, 2, 4])
def test_parts_are_as_good_as_the_whole(
    model: LoadedModel, tmp_path: Path, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition = Condition(None, opened(tmp_path), 2.0)
    whole = sample_model(model, 5, 0, condition=condition)
    monkeypatch.setattr(sampling, "samples_at_once", lambda *_: part)
    monkeypatch.setattr(conditioned_module, "samples_at_once", lambda *_: 4 * part)
    in_parts = sample_model(model, 5, 0, condition=condition)
    # Another order of sums, which ten steps of large random weights make larger.
    assert (whole - in_parts).abs().max() < 2e-3
    assert (whole - sample_model(model, 5, 0)).abs().max() > 0.1


# What fits together


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({"label": 3}, "from 0 to 2: there is no class 3"),
        ({"label": -1}, "there is no class -1"),
        ({"scale": -1.0}, "must be a number from 0 to 1000"),
        ({"scale": float("nan")}, "must be a number from 0 to 1000"),
        ({"scale": 1001.0}, "must be a number from 0 to 1000"),
    ],
)
def test_a_condition_that_cannot_be(
    model: LoadedModel, condition: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ConditionError, match=reason):
        sample_model(model, 2, 0, condition=Condition(**condition))


def test_a_class_without_classes(description: ModelDescription) -> None:
    with pytest.raises(ConditionError, match="was not made for classes"):
        Condition(0).classes_of(description)


def test_a_classifier_of_other_classes_or_images(
    model: LoadedModel, tmp_path: Path, description: ModelDescription
) -> None:
    with pytest.raises(ConditionError, match="knows 3 classes and the classifier 4"):
        Condition(0, opened(tmp_path, classes=4)).classes_of(model.description)
    larger = opened(tmp_path, body=replace(BODY, image_size=16))
    for described in (model.description, description):
        with pytest.raises(ConditionError, match="made for images of shape"):
            Condition(0, larger).classes_of(described)


def test_a_model_of_classes_is_not_measured(model: LoadedModel) -> None:
    with pytest.raises(MeasuringError, match="the class of each x_0"):
        plan_measurement(model.description)


# Files


def test_a_classifier_is_saved_and_loaded(tmp_path: Path) -> None:
    file = opened(tmp_path)
    assert file.description.name == "small"
    assert find_classifier(file.path) == file
    loaded = load_classifier(file)
    again = tmp_path / "again.safetensors"
    save_classifier(again, loaded.description, loaded.network.state_dict())
    assert again.read_bytes() == file.path.read_bytes()


def test_a_classifier_that_changed_or_is_damaged(tmp_path: Path) -> None:
    file = opened(tmp_path)
    content = file.path.read_bytes()
    file.path.write_bytes(content[:-4])
    with pytest.raises(ModelFileError, match="cut short or has been changed"):
        load_classifier(file)
    file.path.write_bytes(content[:-4] + b"\0\0\xc0\x7f")  # not a number
    with pytest.raises(ModelFileError, match="open it again"):
        load_classifier(file)
    with pytest.raises(ModelFileError, match="not finite"):
        load_classifier(inspect_classifier_file(file.path))
    file.path.write_bytes(content.replace(b"average", b"medians"))
    with pytest.raises(ModelFileError, match="cannot be used as a classifier"):
        inspect_classifier_file(file.path)
    file.path.write_bytes(b"")
    with pytest.raises(ModelFileError, match="is no noisy classifier, or it is cut short"):
        inspect_classifier_file(file.path)


def test_a_classifier_is_no_model(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="it is a noisy classifier, which guides a model"):
        inspect_model_file(classifier_file(tmp_path))
    with pytest.raises(ModelFileError, match="it is no noisy classifier"):
        inspect_classifier_file(path)
    assert find_classifier(path) is None
    assert find_classifier(tmp_path) is None
