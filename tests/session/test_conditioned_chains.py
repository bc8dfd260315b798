"""Classes and classifiers in the session: the chains are those of the command line."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import nn

from ddpm_studio import cli
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.classifier_file import (
    ClassifierDescription,
    ClassifierFile,
    inspect_classifier_file,
)
from ddpm_studio.checkpoints.classifier_weights import save_classifier
from ddpm_studio.checkpoints.condition import Condition, ConditionError
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.datasets.digits import Digits
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.networks.classifier_configuration import ClassifierConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.noisy_classifier import NoisyClassifier
from ddpm_studio.session.chain_runs import ReverseRequest, record_reverse_chain
from ddpm_studio.session.classifier_choice import ClassifierOpening
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice, data_labels
from ddpm_studio.session.studio import Studio

SAMPLER = replace(find_model("digits").description.sampler, kind="ddim", steps=4)
BODY = UNetConfiguration(8, 1, 8, (1,), 1, (), 0.0, 4)


def save_random(path: Path, body: UNetConfiguration = BODY) -> ClassifierFile:
    torch.manual_seed(0)
    configuration = ClassifierConfiguration(body, "average", 10)
    network = NoisyClassifier(configuration)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.3)
    description = ClassifierDescription("random", configuration, "nobody")
    save_classifier(path, description, network.state_dict())
    return inspect_classifier_file(path)


@pytest.fixture
def classifier(tmp_path: Path) -> ClassifierFile:
    """Of ten classes of digits; it has learned nothing, and guides all the same."""
    return save_random(tmp_path / "classifier.safetensors")


def finished(work: Generator[Any, None, Trajectory]) -> Trajectory:
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Trajectory = end.value
            return result


def chain(condition: Condition, denoiser: DenoiserChoice = DenoiserChoice.NETWORK) -> np.ndarray:
    choice = SamplingChoice(SAMPLER, denoiser, condition)
    request = ReverseRequest(find_model("digits"), 3, 5, "cpu", choice)
    return finished(record_reverse_chain(request)).frame(0)


def test_a_guided_chain_is_what_the_command_line_samples(
    classifier: ClassifierFile, tmp_path: Path
) -> None:
    out = tmp_path / "samples.npz"
    what = f"sample --model digits --count 3 --seed 5 --sampler ddim --steps 4 --out {out}"
    guided = f"{what} --class 7 --classifier {classifier.path} --guidance 20"
    assert cli.main(guided.split()) == 0
    with np.load(out) as arrays:
        assert arrays["label"].tolist() == [7, 7, 7]
        samples = arrays["x_0"]
    shown = chain(Condition(7, classifier, 20.0))
    assert np.array_equal(shown, samples)
    assert np.abs(shown - chain(Condition())).max() > 1e-2
    assert np.abs(shown - chain(Condition(8, classifier, 20.0))).max() > 1e-2
    assert cli.main(what.split()) == 0
    with np.load(out) as arrays:
        assert arrays.files == ["x_0"]


def test_the_exact_denoiser_is_guided_like_the_network(classifier: ClassifierFile) -> None:
    exact = DenoiserChoice.EXACT
    free, guided = chain(Condition(), exact), chain(Condition(7, classifier, 20.0), exact)
    assert np.abs(guided - free).max() > 1e-2


def test_a_classifier_that_does_not_fit_changes_nothing(
    qtbot: QtBot, classifier: ClassifierFile
) -> None:
    studio = Studio()
    studio.open_bundled("moons")
    qtbot.waitUntil(lambda: studio.model is not None)
    before = studio.sampling
    with pytest.raises(ConditionError):
        studio.set_sampling(SamplingChoice(SAMPLER, condition=Condition(1, classifier)))
    assert studio.sampling == before
    studio.stop()


def labels_of(images: np.ndarray) -> list[int]:
    known = zip(Digits().training_images(), Digits().training_labels().tolist(), strict=True)
    labels = {image.numpy().tobytes(): label for image, label in known}
    return [labels[image.astype(np.float32).tobytes()] for image in images]


def test_the_data_beside_samples_of_a_class_are_of_that_class(
    qtbot: QtBot, classifier: ClassifierFile
) -> None:
    studio = Studio()
    studio.open_bundled("digits")
    studio.set_sample_count(12)

    def data_beside(sampling: SamplingChoice) -> list[int]:
        studio.set_sampling(sampling)
        qtbot.waitUntil(lambda: not studio.is_busy, timeout=30_000)
        assert studio.forward is not None
        return labels_of(studio.forward.frame(0))

    free = data_beside(SamplingChoice(SAMPLER))
    assert data_beside(SamplingChoice(SAMPLER, condition=Condition(7, classifier))) == [7] * 12
    in_turn = data_beside(SamplingChoice(SAMPLER, condition=Condition(None, classifier)))
    assert in_turn == [i % 10 for i in range(12)]
    assert free not in ([7] * 12, in_turn)
    assert data_beside(SamplingChoice(SAMPLER)) == free
    studio.stop()


def test_data_have_a_class_where_the_samples_know_one() -> None:
    model = find_model("digits").description
    learned = replace(model, network=replace(model.network, classes=10))
    seven = SamplingChoice(SAMPLER, condition=Condition(7))
    assert data_labels(seven, learned, 2) == (7, 7)
    assert data_labels(SamplingChoice(SAMPLER), learned, 3) == (0, 1, 2)
    assert data_labels(replace(seven, denoiser=DenoiserChoice.EXACT), learned, 2) is None
    assert data_labels(SamplingChoice(SAMPLER), model, 2) is None
    assert data_labels(seven, replace(learned, data_set=""), 2) is None
    eleven = replace(learned, network=replace(model.network, classes=11))
    assert data_labels(seven, eleven, 2) is None, "the data have ten"
    others = replace(learned, class_names=tuple("abcdefghij"))
    assert data_labels(seven, others, 2) is None, "the model's classes are not these"


def test_guidance_of_no_strength_leaves_the_data_alone(classifier: ClassifierFile) -> None:
    model = find_model("digits").description
    off = SamplingChoice(SAMPLER, condition=Condition(7, classifier, 0.0))
    assert data_labels(off, model, 2) is None


def test_a_classifier_is_opened_for_its_model(
    qtbot: QtBot, classifier: ClassifierFile, tmp_path: Path
) -> None:
    opening, model = ClassifierOpening(lambda: "cpu"), find_model("digits").description
    with qtbot.waitSignal(opening.opened) as opened:
        opening.open_file(classifier.path, model)
    assert opened.args == [classifier]
    with qtbot.waitSignal(opening.failed) as failed:
        opening.open_file(classifier.path, find_model("moons").description)
    assert isinstance(failed.args[0], ConditionError)
    with qtbot.waitSignal(opening.failed) as failed:
        opening.open_file(tmp_path / "nowhere.pt", model)
    assert isinstance(failed.args[0], ModelFileError)
    opening.task.stop()
