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
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.networks.classifier_configuration import ClassifierConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.noisy_classifier import NoisyClassifier
from ddpm_studio.session.chain_runs import ReverseRequest, record_reverse_chain
from ddpm_studio.session.classifier_choice import ClassifierOpening
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice
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
