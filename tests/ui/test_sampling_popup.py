"""The fields for how the reverse chain is sampled: each real click or key asks for one right choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.diffusion.sampler_configuration import (
    ReverseVariance,
    SamplerConfiguration,
    SamplerKind,
)
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.session.sampling_choice import DenoiserChoice, ExactFor, SamplingChoice
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.panels.panel_text import NoteLabel
from ddpm_studio.ui.panels.segmented_control import Segment
from ddpm_studio.ui.sampling_popup import SamplingPopup
from ddpm_studio.ui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton
OWN = SamplingChoice(SamplerConfiguration(variance=ReverseVariance.FIXED_SMALL, clip=3.0))
DDIM = SamplingChoice(replace(OWN.sampler, kind=SamplerKind.DDIM, eta=0.5, steps=50))


@pytest.fixture
def popup(qtbot: QtBot) -> SamplingPopup:
    popup = SamplingPopup(DARK)
    qtbot.addWidget(popup)
    popup.show_sampling(OWN, OWN, 1000, ExactFor.LAW)
    popup.show()
    qtbot.waitExposed(popup)
    return popup


@pytest.fixture
def asked(popup: SamplingPopup) -> list[SamplingChoice]:
    """What was asked for, of a window that samples so at once."""
    choices: list[SamplingChoice] = []

    def take(choice: SamplingChoice) -> None:
        choices.append(choice)
        popup.show_sampling(choice, OWN, 1000, ExactFor.LAW)

    popup.sampling_requested.connect(take)
    return choices


def changed(choice: SamplingChoice, **changes) -> SamplingChoice:
    return replace(choice, sampler=replace(choice.sampler, **changes))


def show(popup: SamplingPopup, choice: SamplingChoice, T: int = 1000) -> None:
    popup.show_sampling(choice, OWN, T, ExactFor.LAW)


def enter(field: NumberField, text: str, qtbot: QtBot) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def click_check_box(box: QCheckBox, qtbot: QtBot) -> None:
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))


# What is shown


def test_showing_a_choice_asks_for_nothing(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    for choice in (
        DDIM,
        changed(DDIM, clip=None),
        OWN,
        SamplingChoice(OWN.sampler, DenoiserChoice.EXACT),
    ):
        show(popup, choice)
        show(popup, choice, 250)
    qtbot.wait(200)  # longer than a slider or a key needs to settle
    assert asked == []


def test_fields_show_the_choice(popup: SamplingPopup) -> None:
    show(popup, SamplingChoice(DDIM.sampler, DenoiserChoice.EXACT))
    assert (
        popup.sampler.denoiser.index,
        popup.sampler.kind.index,
        popup.sampler.variance.index,
    ) == (1, 1, 1)
    assert popup.sampler.eta.value() / popup.sampler.eta.maximum() == 0.5
    assert popup.sampler.steps.text() == "50"
    assert popup.sampler.clips.isChecked()
    assert popup.sampler.clip.text() == "3"
    show(popup, OWN)
    assert (popup.sampler.denoiser.index, popup.sampler.kind.index) == (0, 0)
    assert popup.sampler.steps.text() == "1000"


@pytest.mark.parametrize("choice", [OWN, DDIM], ids=["DDPM", "DDIM"])
def test_only_what_the_sampler_uses_can_be_changed(
    popup: SamplingPopup, choice: SamplingChoice
) -> None:
    is_ddim = choice is DDIM
    show(popup, choice)
    assert popup.sampler.eta.isEnabled() == is_ddim
    assert all(segment.isEnabled() != is_ddim for segment in popup.sampler.variance.segments)
    assert all(
        segment.isEnabled()
        for segment in popup.sampler.denoiser.segments + popup.sampler.kind.segments
    )


# One right choice for each change


def test_ddim_by_a_click(popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot) -> None:
    qtbot.mouseClick(popup.sampler.kind.segments[1], LEFT)
    assert asked == [changed(OWN, kind=SamplerKind.DDIM)]
    assert popup.sampler.eta.isEnabled()
    qtbot.mouseClick(popup.sampler.kind.segments[1], LEFT)
    assert len(asked) == 1
    qtbot.mouseClick(popup.sampler.kind.segments[0], LEFT)
    assert asked[1:] == [OWN]


def test_ddim_by_an_arrow_key(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    popup.sampler.kind.segments[0].setFocus()
    qtbot.keyClick(popup.sampler.kind.segments[0], Qt.Key.Key_Right)
    assert asked == [changed(OWN, kind=SamplerKind.DDIM)]


def test_the_other_variance(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    qtbot.mouseClick(popup.sampler.variance.segments[0], LEFT)
    assert asked == [changed(OWN, variance=ReverseVariance.FIXED_LARGE)]


def test_ddim_keeps_the_variance_for_later(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    show(popup, DDIM)
    qtbot.mouseClick(popup.sampler.variance.segments[0], LEFT)
    assert asked == []  # it has no say
    qtbot.mouseClick(popup.sampler.kind.segments[0], LEFT)
    assert asked == [changed(DDIM, kind=SamplerKind.ANCESTRAL)]


def test_the_exact_denoiser(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    qtbot.mouseClick(popup.sampler.denoiser.segments[1], LEFT)
    assert asked == [SamplingChoice(OWN.sampler, DenoiserChoice.EXACT)]
    qtbot.mouseClick(popup.sampler.denoiser.segments[0], LEFT)
    assert asked[1:] == [OWN]


@pytest.mark.parametrize(("text", "steps"), [("1", 1), ("37", 37), ("999", 999), ("1e2", 100)])
def test_steps_are_typed(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot, text: str, steps: int
) -> None:
    enter(popup.sampler.steps, text, qtbot)
    popup.sampler.clip.setFocus()
    assert asked == [changed(OWN, steps=steps)]


def test_all_steps_are_no_number_of_their_own(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    """Another model has another T; "all" stays all."""
    show(popup, changed(OWN, steps=10))
    enter(popup.sampler.steps, "1000", qtbot)
    assert asked == [OWN]


def test_many_quick_steps_ask_once(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    popup.sampler.steps.setFocus()
    for _ in range(5):
        qtbot.keyClick(popup.sampler.steps, Qt.Key.Key_Down)
    assert asked == []
    qtbot.waitUntil(lambda: len(asked) > 0)
    qtbot.wait(200)
    assert asked == [changed(OWN, steps=950)]


@pytest.mark.parametrize(("order", "steps"), [(0, 10), (1, 50), (2, 250)])
def test_presets(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot, order: int, steps: int
) -> None:
    assert popup.sampler.few[order].text() == str(steps)
    qtbot.mouseClick(popup.sampler.few[order], LEFT)
    assert asked == [changed(OWN, steps=steps)]
    assert popup.sampler.steps.text() == str(steps)
    qtbot.mouseClick(popup.sampler.few[3], LEFT)
    assert asked[1:] == [OWN]
    assert popup.sampler.steps.text() == "1000"


def test_presets_beyond_T_are_not_offered(popup: SamplingPopup) -> None:
    show(popup, OWN, 100)
    assert [button.isEnabled() for button in popup.sampler.few] == [True, True, False, True]
    show(popup, OWN, 250)  # all of them are another button's
    assert [button.isEnabled() for button in popup.sampler.few] == [True, True, False, True]
    show(popup, OWN, 251)
    assert all(button.isEnabled() for button in popup.sampler.few)


def test_no_limit_of_x_0(popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot) -> None:
    click_check_box(popup.sampler.clips, qtbot)
    assert asked == [changed(OWN, clip=None)]
    assert not popup.sampler.clip.isEnabled()
    click_check_box(popup.sampler.clips, qtbot)
    assert asked[1:] == [OWN]  # the limit of before


def test_another_limit_of_x_0(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    enter(popup.sampler.clip, "1.5", qtbot)
    assert asked == [changed(OWN, clip=1.5)]


def test_a_model_without_a_limit_begins_with_one_of_1(popup: SamplingPopup, qtbot: QtBot) -> None:
    fresh = SamplingPopup(DARK)
    qtbot.addWidget(fresh)
    free = changed(OWN, clip=None)
    fresh.show_sampling(free, free, 1000, ExactFor.LAW)
    fresh.show()
    asked: list[SamplingChoice] = []
    fresh.sampling_requested.connect(asked.append)
    click_check_box(fresh.sampler.clips, qtbot)
    assert asked == [changed(OWN, clip=1.0)]


# eta


def test_the_eta_slider_settles_before_it_asks(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    show(popup, DDIM)
    popup.sampler.eta.setFocus()
    for _ in range(3):
        qtbot.keyClick(popup.sampler.eta, Qt.Key.Key_Right)
    assert asked == []
    assert "0.65" in shown_texts(popup)
    qtbot.waitUntil(lambda: len(asked) > 0)
    qtbot.wait(200)
    assert asked == [changed(DDIM, eta=0.65)]


def test_the_eta_slider_reaches_both_ends(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    show(popup, DDIM)
    popup.sampler.eta.setFocus()
    for key, eta in ((Qt.Key.Key_End, 1.0), (Qt.Key.Key_Home, 0.0)):
        asked.clear()
        qtbot.keyClick(popup.sampler.eta, key)
        qtbot.waitUntil(lambda: len(asked) > 0)
        assert asked == [changed(DDIM, eta=eta)]


def test_there_and_back_asks_for_nothing(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    show(popup, DDIM)
    popup.sampler.eta.setFocus()
    qtbot.keyClick(popup.sampler.eta, Qt.Key.Key_Right)
    qtbot.keyClick(popup.sampler.eta, Qt.Key.Key_Left)
    qtbot.wait(200)
    assert asked == []


def test_an_eta_between_the_sliders_parts_survives_other_changes(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    between = changed(DDIM, eta=0.33)
    show(popup, between)
    qtbot.mouseClick(popup.sampler.few[0], LEFT)
    qtbot.mouseClick(popup.sampler.denoiser.segments[1], LEFT)
    assert [choice.sampler.eta for choice in asked] == [0.33, 0.33]
    popup.sampler.eta.setFocus()
    qtbot.keyClick(popup.sampler.eta, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: len(asked) == 3)
    assert asked[2].sampler.eta == 0.4


# What cannot be


@pytest.mark.parametrize("text", ["0", "1001", "-3", "1.5", "many", ""])
def test_steps_out_of_range_are_said_and_ask_for_nothing(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot, text: str
) -> None:
    enter(popup.sampler.steps, text, qtbot)
    assert asked == []
    assert popup.note.text() == "The number of steps must be a whole number from 1 to 1000."
    assert DARK.problem in popup.sampler.steps.styleSheet()
    enter(popup.sampler.steps, "20", qtbot)
    assert asked == [changed(OWN, steps=20)]
    assert popup.note.text() == ""
    assert popup.sampler.steps.styleSheet() == ""


@pytest.mark.parametrize("text", ["0", "-1", "far", ""])
def test_a_limit_must_be_positive(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot, text: str
) -> None:
    enter(popup.sampler.clip, text, qtbot)
    assert asked == []
    assert popup.note.text() == "The limit of x₀ must be a number above 0 and at most 1000."
    assert DARK.problem in popup.sampler.clip.styleSheet()
    click_check_box(popup.sampler.clips, qtbot)  # without a limit its number does not matter
    assert asked == [changed(OWN, clip=None)]
    assert popup.note.text() == ""


def test_a_problem_in_one_field_does_not_keep_the_others(
    popup: SamplingPopup, qtbot: QtBot
) -> None:
    asked: list[SamplingChoice] = []
    popup.sampling_requested.connect(asked.append)
    enter(popup.sampler.steps, "5000", qtbot)
    assert asked == []
    qtbot.mouseClick(popup.sampler.kind.segments[1], LEFT)
    assert asked == [changed(OWN, kind=SamplerKind.DDIM)]
    assert popup.note.text()
    qtbot.mouseClick(popup.sampler.few[1], LEFT)
    assert asked[1:] == [changed(OWN, kind=SamplerKind.DDIM, steps=50)]
    assert popup.note.text() == ""


def test_a_click_on_the_eta_slider_goes_where_it_is_made(
    popup: SamplingPopup, qtbot: QtBot
) -> None:
    show(popup, DDIM)
    for share in (0.1, 0.98, 0.4):
        spot = QPoint(
            round(6 + share * (popup.sampler.eta.width() - 12)), popup.sampler.eta.height() // 2
        )
        qtbot.mouseClick(popup.sampler.eta, LEFT, pos=spot)
        assert abs(popup.sampler.eta.value() / popup.sampler.eta.maximum() - share) <= 0.026


# Reset and the note


def test_escape_in_a_field_takes_the_problem_back(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    enter(popup.sampler.steps, "5000", qtbot)
    assert popup.note.text()
    popup.sampler.steps.setFocus()
    qtbot.keyClick(popup.sampler.steps, Qt.Key.Key_Escape)
    assert (popup.sampler.steps.text(), popup.note.text(), popup.sampler.steps.styleSheet()) == (
        "1000",
        "",
        "",
    )
    assert asked == []


def test_what_was_never_taken_is_gone_when_it_opens_again(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    enter(popup.sampler.steps, "5000", qtbot)
    popup.close()
    popup.open_beside(popup, popup)
    assert (popup.sampler.steps.text(), popup.note.text()) == ("1000", "")
    qtbot.mouseClick(popup.sampler.kind.segments[1], LEFT)
    assert asked == [changed(OWN, kind=SamplerKind.DDIM)]


def test_an_eta_between_the_sliders_parts_is_said_as_it_is(popup: SamplingPopup) -> None:
    show(popup, changed(DDIM, eta=0.33))
    assert "0.33" in {label.text() for label in popup.findChildren(QLabel)}


def test_reset_asks_for_the_models_own(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    assert not popup.reset.isEnabled()
    show(popup, SamplingChoice(DDIM.sampler, DenoiserChoice.EXACT))
    assert popup.reset.isEnabled()
    qtbot.mouseClick(popup.reset, LEFT)
    assert asked == [OWN]
    assert not popup.reset.isEnabled()
    assert (popup.sampler.denoiser.index, popup.sampler.kind.index, popup.sampler.steps.text()) == (
        0,
        0,
        "1000",
    )


@pytest.mark.parametrize(
    ("exact_for", "words"),
    [
        (ExactFor.LAW, "the distribution of the data"),
        (ExactFor.TRAINING_DATA, "the training images"),
        (ExactFor.SHOWN_DATA, "the points at the left"),
    ],
)
def test_it_is_said_of_what_the_exact_denoiser_is_exact(
    popup: SamplingPopup, qtbot: QtBot, exact_for: ExactFor, words: str
) -> None:
    popup.show_sampling(OWN, OWN, 1000, exact_for)
    assert popup.note.text() == ""
    qtbot.mouseClick(popup.sampler.denoiser.segments[1], LEFT)
    assert popup.note.text().startswith(f"Exact for {words}")
    qtbot.mouseClick(popup.sampler.denoiser.segments[0], LEFT)
    assert popup.note.text() == ""


# Opening and closing


def test_it_opens_inside_the_screen_and_takes_the_keys(popup: SamplingPopup, qtbot: QtBot) -> None:
    anchor = QWidget()
    qtbot.addWidget(anchor)
    screen = anchor.screen().availableGeometry()
    popup.hide()
    for corner in (screen.topLeft(), screen.bottomRight() - QPoint(30, 30)):
        anchor.setGeometry(corner.x(), corner.y(), 30, 30)
        anchor.show()
        popup.open_beside(anchor, anchor)
        assert screen.contains(popup.geometry())
        popup.hide()


def test_escape_closes_it(popup: SamplingPopup, qtbot: QtBot) -> None:
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()


# Words and looks


def shown_texts(popup: SamplingPopup) -> set[str]:
    return {str(part.property("text")) for part in popup.findChildren(QWidget) if part.isVisible()}


def test_every_text_is_translated(
    popup: SamplingPopup, untranslated: Callable[[QWidget], set[str]], qtbot: QtBot
) -> None:
    signs = {"DDPM", "DDIM", "η", "float32", "bfloat16"}
    for exact_for in ExactFor:
        popup.show_sampling(SamplingChoice(OWN.sampler, DenoiserChoice.EXACT), OWN, 1000, exact_for)
        assert untranslated(popup) <= signs
    enter(popup.sampler.steps, "0", qtbot)
    assert popup.note.text()
    assert untranslated(popup) <= signs
    enter(popup.sampler.steps, "1", qtbot)
    enter(popup.sampler.clip, "0", qtbot)
    assert popup.note.text()
    assert untranslated(popup) <= signs


def test_another_language_changes_no_choice(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot, speak: Callable[[str], None]
) -> None:
    show(popup, DDIM)
    speak("ko")
    qtbot.mouseClick(popup.sampler.few[0], LEFT)
    assert asked == [changed(DDIM, steps=10)]


def test_every_field_has_a_name_and_an_explanation(popup: SamplingPopup) -> None:
    fields: list[QWidget] = []
    for kind in (Segment, NumberField, QSlider, QCheckBox):
        fields += popup.findChildren(kind)
    assert len(fields) == 9 + 3 + 2 + 1
    for each in [*fields, popup.reset]:
        assert each.accessibleName()
        assert each.toolTip()
    names = [button.accessibleName() for button in popup.findChildren(QPushButton)]
    assert all(names)
    assert len(set(names)) == len(names)


def test_colours_follow_the_theme(popup: SamplingPopup, qtbot: QtBot) -> None:
    enter(popup.sampler.steps, "0", qtbot)
    assert DARK.problem in popup.sampler.steps.styleSheet()
    popup.set_theme(LIGHT)
    assert LIGHT.problem in popup.sampler.steps.styleSheet()


def test_no_change_moves_a_field(popup: SamplingPopup, qtbot: QtBot) -> None:
    def places() -> list[tuple[int, ...]]:
        QApplication.processEvents()
        parts = [
            popup,
            popup.sampler.denoiser,
            popup.sampler.kind,
            popup.sampler.eta,
            popup.sampler.variance,
            popup.sampler.steps,
        ]
        parts += [popup.sampler.clip, popup.reset, popup.findChild(NoteLabel)]
        return [part.geometry().getRect() for part in parts]

    before = places()
    for act in (
        lambda: show(popup, SamplingChoice(DDIM.sampler, DenoiserChoice.EXACT)),
        lambda: enter(popup.sampler.steps, "0", qtbot),
        lambda: show(popup, changed(DDIM, clip=None, eta=1.0)),
    ):
        act()
        assert places() == before


def test_a_learned_variance_is_offered_where_there_is_one(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    learned = popup.sampler.variance.segments[2]
    assert not learned.isVisibleTo(popup)
    condition = Condition(3)
    own = replace(changed(OWN, variance=ReverseVariance.LEARNED_RANGE), condition=condition)
    digits = find_model("digits").description
    assert isinstance(digits.network, UNetConfiguration)
    model = replace(digits, network=replace(digits.network, learned_range=True, classes=10))
    popup.show_sampling(own, own, 1000, ExactFor.LAW, model)
    assert learned.isVisibleTo(popup)
    assert popup.sampler.variance.index == 2
    qtbot.mouseClick(popup.sampler.variance.segments[1], LEFT)
    # What the samples shall show is chosen elsewhere, and stays.
    assert asked == [changed(own, variance=ReverseVariance.FIXED_SMALL)]
    assert asked[0].condition == condition


def test_fewer_digits_are_offered_for_images(
    popup: SamplingPopup, asked: list[SamplingChoice], qtbot: QtBot
) -> None:
    popup.show_sampling(OWN, OWN, 1000, ExactFor.LAW, find_model("moons").description)
    assert not popup.sampler.precision.isVisibleTo(popup)
    popup.show_sampling(OWN, OWN, 1000, ExactFor.TRAINING_DATA, find_model("digits").description)
    assert popup.sampler.precision.isVisibleTo(popup)
    qtbot.mouseClick(popup.sampler.precision.segments[1], LEFT)
    assert asked == [replace(OWN, precision="bfloat16")]
