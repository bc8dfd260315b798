"""Classifiers in the real window: let fall on it, asked about, refused, and sampled with."""

from __future__ import annotations

import lzma
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from torch import nn

from ddpm_studio.app import Application
from ddpm_studio.checkpoints.classifier_file import ClassifierDescription
from ddpm_studio.checkpoints.classifier_weights import save_classifier
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.diffusion.sampler_configuration import SamplerKind
from ddpm_studio.networks.classifier_configuration import ClassifierConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.noisy_classifier import NoisyClassifier
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.dialogs.checkpoint_dialog import CheckpointDialog
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.panels.number_field import NumberField

WAIT_MS = 30_000
OPENAI = Path(__file__).parents[1] / "reference" / "foreign" / "openai"


def save_random(path: Path, *, damaged: bool = False) -> Path:
    """A classifier of the ten digits that has learned nothing."""
    torch.manual_seed(0)
    body = UNetConfiguration(8, 1, 8, (1,), 1, (), 0.0, 4)
    configuration = ClassifierConfiguration(body, "average", 10)
    network = NoisyClassifier(configuration)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.3)
    weights = network.state_dict()
    if damaged:
        next(iter(weights.values())).fill_(float("nan"))
    save_classifier(path, ClassifierDescription("random", configuration, "nobody"), weights)
    return path


@pytest.fixture
def digits(qtbot: QtBot, studio_application: Application) -> Application:
    """Shows the digits, with a few quick steps."""
    studio = studio_application.studio
    model = next(each for each in studio.models if each.description.name == "digits")
    studio.choose_model(model)
    studio.set_sample_count(4)
    sample_quickly(studio_application)
    wait_until_idle(qtbot, studio_application)
    return studio_application


def sample_quickly(application: Application) -> None:
    studio = application.studio
    assert studio.sampling is not None
    few = replace(studio.sampling.sampler, kind=SamplerKind.DDIM, steps=4)
    studio.set_sampling(replace(studio.sampling, sampler=few))


def wait_until_idle(qtbot: QtBot, application: Application) -> None:
    studio = application.studio
    qtbot.waitUntil(
        lambda: not studio.is_busy and studio.reverse is not None and studio.reverse.is_complete,
        timeout=WAIT_MS,
    )


def condition_of(application: Application) -> Condition:
    assert application.studio.sampling is not None
    return application.studio.sampling.condition


def test_a_classifier_that_falls_on_the_window_guides_the_model(
    qtbot: QtBot, digits: Application, tmp_path: Path
) -> None:
    popup, path = digits.screen.sampling.popup, save_random(tmp_path / "guide.safetensors")
    before = digits.studio.reverse
    digits.window.dropped.emit([path])
    qtbot.waitUntil(lambda: condition_of(digits).classifier is not None, timeout=WAIT_MS)
    assert popup.isVisible()
    assert popup.condition.file.whole_text() == "guide.safetensors"
    wait_until_idle(qtbot, digits)
    assert digits.studio.reverse is not before
    box = popup.condition.label
    box.setCurrentIndex(8)
    box.activated.emit(8)
    wait_until_idle(qtbot, digits)
    assert condition_of(digits).label == 7
    note = digits.screen.stage.reverse_card.sampling_button.whole_text()
    assert note == "DDIM, η = 0, 4 of 250 steps, class 7, guidance 1"
    starts = [label.text() for label in digits.screen.stage.findChildren(ElidedLabel)]
    assert "from data: Handwritten digits 8×8, class 7" in starts
    popup.close()


def test_one_that_is_damaged_leaves_the_chain(
    qtbot: QtBot, digits: Application, tmp_path: Path
) -> None:
    popup, before = digits.screen.sampling.popup, digits.studio.reverse
    digits.window.dropped.emit([save_random(tmp_path / "nan.safetensors", damaged=True)])
    qtbot.waitUntil(lambda: bool(popup.problem.text()), timeout=WAIT_MS)
    assert "nan.safetensors holds weights that are not finite" in popup.problem.text()
    assert condition_of(digits) == Condition()
    assert digits.studio.reverse is before
    popup.close()


def test_what_its_file_cannot_tell_is_asked_and_what_does_not_fit_is_said(
    qtbot: QtBot, digits: Application, tmp_path: Path
) -> None:
    path = unpacked("classifier_spatial", tmp_path)
    questions, popup = digits.screen.sampling.classifiers.questions, digits.screen.sampling.popup
    digits.window.dropped.emit([path])
    qtbot.waitUntil(lambda: questions.dialog is not None, timeout=WAIT_MS)
    dialog = questions.dialog
    assert dialog is not None
    assert "guided-diffusion" in dialog.title.text()
    assert not popup.isVisible()
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(dialog.status.text()), timeout=WAIT_MS)
    assert "was made for images of shape (3, 8, 8)" in dialog.status.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(popup.isVisible, timeout=WAIT_MS)
    assert condition_of(digits) == Condition()
    assert popup.condition.file.isEnabled()
    popup.close()


def test_it_is_chosen_by_a_button(qtbot: QtBot, digits: Application, tmp_path: Path) -> None:
    popup, classifiers = digits.screen.sampling.popup, digits.screen.sampling.classifiers
    path = save_random(tmp_path / "guide.safetensors")
    digits.window.menus.sampling.trigger()
    qtbot.mouseClick(popup.condition.file, Qt.MouseButton.LeftButton)
    assert not popup.isVisible()
    chooser = classifiers.file_dialog
    assert chooser is not None
    chooser.fileSelected.emit(str(path))
    chooser.reject()
    qtbot.waitUntil(lambda: condition_of(digits).classifier is not None, timeout=WAIT_MS)
    assert popup.isVisible()
    popup.close()


def test_another_model_takes_class_and_classifier_away(
    qtbot: QtBot, digits: Application, tmp_path: Path
) -> None:
    digits.window.dropped.emit([save_random(tmp_path / "guide.safetensors")])
    qtbot.waitUntil(lambda: condition_of(digits).classifier is not None, timeout=WAIT_MS)
    digits.screen.sampling.popup.close()
    digits.studio.choose_model(digits.studio.models[0])
    assert condition_of(digits) == Condition()


def unpacked(name: str, folder: Path) -> Path:
    """Of OpenAI's, as people have it."""
    path = folder / f"{name}.pt"
    path.write_bytes(lzma.decompress((OPENAI / f"{name}.pt.xz").read_bytes()))
    return path


def test_openais_model_and_classifier_as_in_diffusion_models_beat_gans(
    qtbot: QtBot, studio_application: Application, tmp_path: Path
) -> None:
    application, screen = studio_application, studio_application.screen
    application.window.dropped.emit([unpacked("conditional", tmp_path)])
    qtbot.waitUntil(lambda: screen.questions.dialog is not None, timeout=WAIT_MS)
    answer(screen.questions.dialog, {"image_size": "8", "T": "12", "schedule": "cosine"}, qtbot)
    qtbot.waitUntil(lambda: screen.questions.dialog is None, timeout=WAIT_MS)
    popup = screen.sampling.popup
    screen.sampling.open()
    assert popup.condition.label.isVisible()
    assert popup.sampler.variance.segments[2].isChecked()
    popup.close()
    wait_until_idle(qtbot, application)
    application.window.dropped.emit([unpacked("classifier_spatial", tmp_path)])
    questions = screen.sampling.classifiers.questions
    qtbot.waitUntil(lambda: questions.dialog is not None, timeout=WAIT_MS)
    answer(questions.dialog, {"heads": "2"}, qtbot)
    qtbot.waitUntil(lambda: condition_of(application).classifier is not None, timeout=WAIT_MS)
    assert popup.isVisible()
    wait_until_idle(qtbot, application)
    note = screen.stage.reverse_card.sampling_button.whole_text()
    assert note == "DDPM, σ² = Σθ, 12 steps, guidance 1"
    popup.close()


def answer(dialog: CheckpointDialog | None, answers: dict[str, str], qtbot: QtBot) -> None:
    assert dialog is not None
    for name, text in answers.items():
        field = dialog.fields[name].widget
        if isinstance(field, ChoiceBox):
            field.setCurrentText(text)
        else:
            assert isinstance(field, NumberField)
            field.setText(text)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
