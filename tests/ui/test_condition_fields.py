"""Classes, classifiers and their guidance in the sampling window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.classifier_file import ClassifierDescription, ClassifierFile
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance, SamplerKind
from ddpm_studio.networks.classifier_configuration import ClassifierConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.session.sampling_choice import (
    DenoiserChoice,
    ExactFor,
    SamplingChoice,
    own_sampling,
)
from ddpm_studio.ui.class_list import ClassList, class_text
from ddpm_studio.ui.sampling_popup import SamplingPopup
from ddpm_studio.ui.theme import DARK

LEFT = Qt.MouseButton.LeftButton
DIGITS = find_model("digits").description
BODY = UNetConfiguration(8, 1, 8, (1,), 1, (), 0.0, 4)


def classifier(classes: int = 10, size: int = 8) -> ClassifierFile:
    network = ClassifierConfiguration(replace(BODY, image_size=size), "average", classes)
    description = ClassifierDescription("small", network, "nobody")
    return ClassifierFile(Path("small.safetensors"), description, {}, 0, 0)


def with_classes(count: int = 10, *, learned_range: bool = False) -> ModelDescription:
    assert isinstance(DIGITS.network, UNetConfiguration)
    network = replace(DIGITS.network, classes=count, learned_range=learned_range)
    variance = ReverseVariance.LEARNED_RANGE if learned_range else DIGITS.variance
    return replace(DIGITS, network=network, variance=variance)


class Window:
    """Shows what was asked for, as the real one does."""

    def __init__(self, model: ModelDescription, qtbot: QtBot) -> None:
        self.model, self.own = model, own_sampling(model)
        self.asked: list[SamplingChoice] = []
        self.popup = SamplingPopup(DARK)
        qtbot.addWidget(self.popup)
        self.popup.sampling_requested.connect(self.take)
        self.show(self.own)
        self.popup.show()
        qtbot.waitExposed(self.popup)

    def show(self, choice: SamplingChoice) -> None:
        T = self.model.schedule.T
        self.popup.show_sampling(choice, self.own, T, ExactFor.TRAINING_DATA, self.model)

    def take(self, choice: SamplingChoice) -> None:
        self.asked.append(choice)
        self.show(choice)

    @property
    def condition(self) -> Condition:
        return self.asked[-1].condition

    def shown(self) -> list[bool]:
        """Whether class, classifier and guidance are offered."""
        return [field.isVisibleTo(self.popup) for _, field in self.popup.condition.rows]


@pytest.fixture
def window(qtbot: QtBot) -> Callable[[ModelDescription], Window]:
    return lambda model: Window(model, qtbot)


def choose(window: Window, row: int) -> None:
    box = window.popup.condition.label
    box.setCurrentIndex(row)
    box.activated.emit(row)


# What is offered


def test_only_what_means_something_to_the_model_is_offered(
    window: Callable[[ModelDescription], Window],
) -> None:
    assert window(find_model("moons").description).shown() == [False, False, False]
    assert window(DIGITS).shown() == [False, True, False]
    assert window(with_classes()).shown() == [True, True, False]


def test_a_learned_variance_is_offered_where_it_was_learned(
    window: Callable[[ModelDescription], Window], qtbot: QtBot
) -> None:
    fixed = window(with_classes())
    assert not fixed.popup.sampler.variance.segments[2].isVisible()
    learned = window(with_classes(learned_range=True))
    segments = learned.popup.sampler.variance.segments
    assert segments[2].isVisible()
    assert segments[2].isChecked()
    qtbot.mouseClick(segments[1], LEFT)
    assert learned.asked[-1].sampler.variance == ReverseVariance.FIXED_SMALL
    qtbot.mouseClick(segments[2], LEFT)
    assert learned.asked[-1] == learned.own


def test_fields_come_and_go_with_the_height_of_the_window(
    window: Callable[[ModelDescription], Window], qtbot: QtBot
) -> None:
    shown = window(DIGITS)
    low = shown.popup.height()
    shown.popup.take_classifier(classifier())
    assert shown.shown() == [True, True, True]
    assert shown.popup.height() > low + 40
    qtbot.mouseClick(shown.popup.condition.remove, LEFT)
    assert shown.shown() == [False, True, False]
    assert shown.popup.height() == low


# Classes


def test_a_class_is_chosen_and_given_up(window: Callable[[ModelDescription], Window]) -> None:
    shown = window(with_classes())
    box = shown.popup.condition.label
    assert (box.count(), box.currentText(), box.itemText(8)) == (11, "each class in turn", "7")
    choose(shown, 8)
    assert shown.condition == Condition(7)
    choose(shown, 0)
    assert shown.asked[-1] == shown.own


def test_classes_have_the_names_of_their_data() -> None:
    assert class_text(3, ("aeroplane", "car", "bird", "cat")) == "3 · cat"
    assert class_text(3, ()) == "3"
    assert class_text(1, ("0", "1")) == "1"


def test_a_model_knows_the_names_of_its_classes_better_than_the_data_here(
    window: Callable[[ModelDescription], Window],
) -> None:
    names = tuple(f"{label} of old" for label in range(10))
    shown = window(replace(with_classes(), class_names=names))
    box = shown.popup.condition.label
    assert [box.itemText(row) for row in (1, 10)] == ["0 · 0 of old", "9 · 9 of old"]
    elsewhere = window(replace(with_classes(), data_set="", class_names=names, origin="x"))
    assert elsewhere.popup.condition.label.itemText(3) == "2 · 2 of old"


def test_a_million_classes_cost_nothing() -> None:
    classes = ClassList()
    classes.show_classes(1_000_000, ())
    assert classes.rowCount() == 1_000_001
    assert classes.data(classes.index(1_000_000)) == "999999"


def test_the_exact_denoiser_knows_no_class_unless_it_is_guided(
    window: Callable[[ModelDescription], Window],
) -> None:
    shown = window(with_classes())
    exact = replace(shown.own, denoiser=DenoiserChoice.EXACT)
    shown.show(exact)
    assert not shown.popup.condition.label.isEnabled()
    shown.show(replace(exact, condition=Condition(None, classifier())))
    assert shown.popup.condition.label.isEnabled()


# Classifiers


def test_a_classifier_brings_its_classes(window: Callable[[ModelDescription], Window]) -> None:
    shown = window(DIGITS)
    shown.popup.take_classifier(classifier())
    assert shown.condition == Condition(None, classifier(), 1.0)
    assert shown.popup.condition.file.whole_text() == "small.safetensors"
    choose(shown, 4)
    assert shown.condition == Condition(3, classifier(), 1.0)


def test_without_it_a_model_without_classes_has_none(
    window: Callable[[ModelDescription], Window], qtbot: QtBot
) -> None:
    shown = window(DIGITS)
    shown.show(replace(shown.own, condition=Condition(3, classifier(), 2.0)))
    qtbot.mouseClick(shown.popup.condition.remove, LEFT)
    assert shown.condition.label is None
    assert shown.condition.classifier is None


@pytest.mark.parametrize(
    ("model", "file", "words"),
    [
        (DIGITS, classifier(size=16), "was made for images of shape (1, 16, 16)"),
        (with_classes(), classifier(classes=5), "knows 10 classes and the classifier 5"),
    ],
)
def test_one_that_does_not_fit_is_explained_and_not_taken(
    window: Callable[[ModelDescription], Window],
    model: ModelDescription,
    file: ClassifierFile,
    words: str,
) -> None:
    shown = window(model)
    low = shown.popup.height()
    shown.popup.take_classifier(file)
    assert shown.asked == []
    assert words in shown.popup.problem.text()
    assert shown.popup.problem.isVisible()
    assert shown.popup.problem.height() >= shown.popup.problem.heightForWidth(
        shown.popup.problem.width()
    )
    shown.popup.take_classifier(classifier())
    assert shown.condition == Condition(None, classifier())
    assert not shown.popup.problem.isVisible()
    assert shown.popup.height() > low


def test_the_button_asks_for_a_file(
    window: Callable[[ModelDescription], Window], qtbot: QtBot
) -> None:
    shown = window(DIGITS)
    fields = shown.popup.condition
    with qtbot.waitSignal(fields.file_requested):
        qtbot.mouseClick(fields.file, LEFT)
    fields.show_opening("large.pt")
    assert fields.file.whole_text() == "Opening large.pt…"
    assert not fields.file.isEnabled()
    fields.show_opening("")
    assert fields.file.isEnabled()


# Guidance


@pytest.fixture
def guided(window: Callable[[ModelDescription], Window]) -> Window:
    shown = window(DIGITS)
    shown.show(replace(shown.own, condition=Condition(None, classifier(), 2.0)))
    return shown


def enter(guided: Window, text: str, qtbot: QtBot) -> None:
    field = guided.popup.condition.scale
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_slider_and_the_number_are_one(guided: Window, qtbot: QtBot) -> None:
    fields = guided.popup.condition
    assert (fields.guidance.value(), fields.scale.text()) == (20, "2")
    fields.guidance.setFocus()
    qtbot.keyClick(fields.guidance, Qt.Key.Key_Right)
    assert fields.scale.text() == "2.1"
    qtbot.waitUntil(lambda: len(guided.asked) > 0)
    assert guided.condition.scale == 2.1
    enter(guided, "4.25", qtbot)
    assert guided.condition.scale == 4.25
    assert fields.guidance.value() == 42
    assert fields.scale.text() == "4.25"
    enter(guided, "50", qtbot)
    assert guided.condition.scale == 50
    assert fields.guidance.value() == fields.guidance.maximum()


def test_no_guidance_is_a_scale_of_0(guided: Window, qtbot: QtBot) -> None:
    enter(guided, "0", qtbot)
    assert guided.condition == Condition(None, classifier(), 0.0)


@pytest.mark.parametrize("text", ["-1", "1001", "strong", ""])
def test_a_scale_that_cannot_be_is_said(guided: Window, qtbot: QtBot, text: str) -> None:
    enter(guided, text, qtbot)
    assert guided.asked == []
    note = "The scale of the guidance must be a number from 0 to 1000."
    assert guided.popup.note.text() == note
    assert DARK.problem in guided.popup.condition.scale.styleSheet()
    enter(guided, "3", qtbot)
    assert guided.condition.scale == 3
    assert guided.popup.note.text() == ""


def test_reset_takes_class_and_classifier_away(guided: Window, qtbot: QtBot) -> None:
    qtbot.mouseClick(guided.popup.reset, LEFT)
    assert guided.asked == [guided.own]
    assert guided.shown() == [False, True, False]


def test_another_sampler_shows_the_same(guided: Window, qtbot: QtBot) -> None:
    qtbot.mouseClick(guided.popup.sampler.kind.segments[1], LEFT)
    assert guided.condition == Condition(None, classifier(), 2.0)
    assert guided.asked[-1].sampler.kind == SamplerKind.DDIM


def test_every_text_is_translated(
    guided: Window, untranslated: Callable[[QWidget], set[str]]
) -> None:
    assert untranslated(guided.popup) <= {
        *("DDPM", "DDIM", "η", "float32", "bfloat16"),
        "small.safetensors",
    }
