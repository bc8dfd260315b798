"""The noise schedule: curves and numbers at t, and fields that ask for another one."""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion.schedule import (
    SCHEDULE_KINDS,
    NoiseSchedule,
    ScheduleConfiguration,
)
from ddpm_studio.ui.dialogs.betas_dialog import BetasDialog
from ddpm_studio.ui.panels.adequacy_meter import AdequacyMeter
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.panels.panel_text import NoteLabel
from ddpm_studio.ui.panels.schedule_form import ScheduleForm
from ddpm_studio.ui.panels.schedule_panel import SchedulePanel
from ddpm_studio.ui.panels.segmented_control import SegmentedControl
from ddpm_studio.ui.panels.time_plot import TimePlot
from ddpm_studio.ui.theme import DARK, LIGHT

MODEL = NoiseSchedule.linear(1000)
T_FIELD, BETA_1, BETA_T = range(3)
ALPHA_BAR, BETA, SNR = range(3)


@pytest.fixture
def panel(qtbot: QtBot) -> SchedulePanel:
    widget = SchedulePanel(DARK)
    qtbot.addWidget(widget)
    widget.resize(346, 280)
    widget.set_schedules(MODEL, MODEL)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def asked(panel: SchedulePanel) -> list[ScheduleConfiguration]:
    requests: list[ScheduleConfiguration] = []
    panel.schedule_requested.connect(requests.append)
    return requests


@pytest.fixture
def answering(
    panel: SchedulePanel, asked: list[ScheduleConfiguration]
) -> list[ScheduleConfiguration]:
    """What was asked for, of a window that shows each schedule as soon as it is asked for."""
    panel.schedule_requested.connect(lambda wanted: panel.set_schedules(wanted.build(), MODEL))
    return asked


def canvas(panel: SchedulePanel) -> TimePlot:
    return panel.findChild(TimePlot)


def said_of_the_model(panel: SchedulePanel) -> str:
    """What the canvas says about the model's schedule where that is another one; else nothing."""
    found = re.search(r"\((.*)\)</p>", canvas(panel).toolTip())
    return found.group(1) if found else ""


def values(panel: SchedulePanel) -> list[list[str]]:
    return [segment.values for segment in panel.findChild(SegmentedControl).segments]


def field(panel: SchedulePanel, order: int) -> NumberField:
    return panel.findChildren(NumberField)[order]


def kind(panel: SchedulePanel) -> QComboBox:
    return panel.findChild(QComboBox)


def reset_button(panel: SchedulePanel) -> QToolButton:
    return panel.findChild(ScheduleForm).reset


def visible_text(panel: SchedulePanel) -> str:
    labels = [*panel.findChildren(QLabel), *panel.findChildren(NoteLabel)]
    return " | ".join(label.text() for label in labels if label.isVisible())


def enter(panel: SchedulePanel, order: int, text: str, qtbot: QtBot) -> None:
    field(panel, order).setFocus()
    field(panel, order).selectAll()
    qtbot.keyClick(field(panel, order), Qt.Key.Key_Delete)
    qtbot.keyClicks(field(panel, order), text)
    qtbot.keyClick(field(panel, order), Qt.Key.Key_Return)


def curve(panel: SchedulePanel, order: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = canvas(panel).lines[order].getData()
    return (np.zeros(0), np.zeros(0)) if x is None else (x, y)


# Numbers and curves


def test_all_three_numbers_at_t_are_shown(panel: SchedulePanel) -> None:
    panel.show_frame(260)
    assert values(panel) == [["0.498"], ["0.00526"], ["0.991"]]
    panel.show_frame(1000)
    assert values(panel) == [["4.04·10⁻⁵"], ["0.0200"], ["4.04·10⁻⁵"]]
    panel.show_frame(0)
    assert values(panel) == [["1.00"], ["–"], ["∞"]]


def test_clicking_a_number_shows_its_curve(panel: SchedulePanel, qtbot: QtBot) -> None:
    segments = panel.findChild(SegmentedControl).segments
    panel.show_frame(400)
    heights = {
        ALPHA_BAR: MODEL.alpha_bar,
        BETA: MODEL.beta,
        SNR: np.log10(np.maximum(MODEL.signal_to_noise, 1e-300)),
    }
    for quantity in (BETA, SNR, ALPHA_BAR):
        qtbot.mouseClick(segments[quantity], Qt.MouseButton.LeftButton)
        x, y = curve(panel, 0)
        assert np.abs(x - np.arange(1001) / 1000).max() < 1e-12
        assert np.abs(y[1:] - heights[quantity][1:]).max() < 1e-12
        low, high = canvas(panel).heights()
        assert low < np.nanmin(y)
        assert np.nanmax(y) < high
        assert canvas(panel).dot(0) == pytest.approx((0.4, heights[quantity][400]))


def test_arrow_keys_choose_the_curve(panel: SchedulePanel, qtbot: QtBot) -> None:
    control = panel.findChild(SegmentedControl)
    control.segments[0].setFocus()
    qtbot.keyClick(control.segments[0], Qt.Key.Key_Right)
    assert control.index == BETA
    assert curve(panel, 0)[1][-1] == 0.02


def test_beta_and_snr_have_no_value_at_the_data(panel: SchedulePanel, qtbot: QtBot) -> None:
    panel.show_frame(0)
    for quantity in (BETA, SNR):
        segment = panel.findChild(SegmentedControl).segments[quantity]
        qtbot.mouseClick(segment, Qt.MouseButton.LeftButton)
        assert canvas(panel).dot(0) is None
        assert np.isnan(curve(panel, 0)[1][0])


def test_a_click_on_the_curve_seeks(panel: SchedulePanel, qtbot: QtBot) -> None:
    seeks = []
    panel.seek_requested.connect(seeks.append)
    at = QPoint(round(canvas(panel).to_pixels(0.3, 0).x()), 20)
    qtbot.mouseClick(canvas(panel).viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert len(seeks) == 1
    assert abs(seeks[0] - 300) <= 3  # a pixel is about three steps wide


# Two schedules


def test_one_schedule_for_both_chains_has_one_curve_and_no_note(panel: SchedulePanel) -> None:
    panel.show_frame(100)
    assert len(curve(panel, 1)[0]) == 0
    assert canvas(panel).dot(1) is None
    assert said_of_the_model(panel) == ""


def test_a_schedule_of_its_own_is_drawn_and_said(panel: SchedulePanel) -> None:
    forward = NoiseSchedule.linear(300)
    panel.set_schedules(forward, MODEL)
    panel.show_frame(150, reverse_t=500)
    assert said_of_the_model(panel) == "linear, T = 1000, β 1e-4 … 0.02"
    assert np.array_equal(curve(panel, 0)[1], forward.alpha_bar)
    assert np.array_equal(curve(panel, 1)[1], MODEL.alpha_bar)
    assert canvas(panel).dot(0) == pytest.approx((0.5, forward.alpha_bar[150]))
    assert canvas(panel).dot(1) == pytest.approx((0.5, MODEL.alpha_bar[500]))
    assert values(panel)[ALPHA_BAR][1] == "0.0786"
    assert [text for _, text in canvas(panel).x_ticks] == ["0", "T/4", "T/2", "3T/4", "T"]
    panel.set_schedules(forward, NoiseSchedule.cosine(400))
    assert said_of_the_model(panel) == "cosine, T = 400"
    panel.set_schedules(MODEL, MODEL)
    assert said_of_the_model(panel) == ""


def test_the_reverse_chain_defaults_to_the_same_t(panel: SchedulePanel) -> None:
    panel.set_schedules(NoiseSchedule.linear(300), MODEL)
    panel.show_frame(299)
    assert values(panel)[BETA] == ["0.0199", "0.00604"]


def test_a_cosine_curve_stays_inside(panel: SchedulePanel, qtbot: QtBot) -> None:
    panel.set_schedules(NoiseSchedule.cosine(1000), None)
    for segment in panel.findChild(SegmentedControl).segments:
        qtbot.mouseClick(segment, Qt.MouseButton.LeftButton)
        low, high = canvas(panel).heights()
        y = curve(panel, 0)[1]
        assert low < np.nanmin(y)
        assert np.nanmax(y) < high


# Asking for another schedule


def test_fields_show_the_schedule(panel: SchedulePanel) -> None:
    assert [field(panel, order).text() for order in range(3)] == ["1000", "1e-4", "0.02"]
    panel.set_schedules(NoiseSchedule.linear(50, 2e-5, 0.3), MODEL)
    assert [field(panel, order).text() for order in range(3)] == ["50", "2e-5", "0.3"]


@pytest.mark.parametrize(
    ("order", "text", "wanted"),
    [
        (T_FIELD, "500", ScheduleConfiguration("linear", 500, 1e-4, 0.02)),
        (T_FIELD, "1", ScheduleConfiguration("linear", 1, 1e-4, 0.02)),
        (T_FIELD, "10000", ScheduleConfiguration("linear", 10_000, 1e-4, 0.02)),
        (BETA_1, "2e-5", ScheduleConfiguration("linear", 1000, 2e-5, 0.02)),
        (BETA_T, "0,3", ScheduleConfiguration("linear", 1000, 1e-4, 0.3)),
    ],
)
def test_enter_asks_for_a_schedule_once(
    panel: SchedulePanel,
    asked: list[ScheduleConfiguration],
    qtbot: QtBot,
    order: int,
    text: str,
    wanted: ScheduleConfiguration,
) -> None:
    enter(panel, order, text, qtbot)
    field(panel, (order + 1) % 3).setFocus()
    qtbot.wait(200)
    assert asked == [wanted]
    assert wanted.build().T == wanted.T


def test_leaving_a_field_commits_it(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    panel.activateWindow()
    field(panel, T_FIELD).setFocus()
    field(panel, T_FIELD).selectAll()
    qtbot.keyClicks(field(panel, T_FIELD), "20")
    assert asked == []
    field(panel, BETA_1).setFocus()
    assert [configuration.T for configuration in asked] == [20]


def test_the_same_number_asks_for_nothing(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    enter(panel, T_FIELD, "1e3", qtbot)
    enter(panel, BETA_1, "0.0001", qtbot)
    assert asked == []


@pytest.mark.parametrize(
    ("order", "text", "words"),
    [
        (T_FIELD, "0", "T must be a whole number of steps between 1 and 10,000."),
        (T_FIELD, "-5", "T must be"),
        (T_FIELD, "10001", "T must be"),
        (T_FIELD, "1.5", "T must be"),
        (T_FIELD, "many", "T must be"),
        (T_FIELD, "", "T must be"),
        (BETA_1, "0", "β₁ must be a number between 0 and 1"),
        (BETA_1, "1", "β₁ must be"),
        (BETA_1, "nan", "β₁ must be"),
        (BETA_1, "-1e-4", "β₁ must be"),
        (BETA_T, "inf", "β_T must be"),
        (BETA_T, "a lot", "β_T must be"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    panel: SchedulePanel,
    asked: list[ScheduleConfiguration],
    qtbot: QtBot,
    order: int,
    text: str,
    words: str,
) -> None:
    before = curve(panel, 0)[1].copy()
    enter(panel, order, text, qtbot)
    qtbot.wait(200)
    assert asked == []
    assert words in visible_text(panel)
    assert DARK.problem in field(panel, order).styleSheet()
    assert np.array_equal(curve(panel, 0)[1], before)
    qtbot.keyClick(field(panel, order), Qt.Key.Key_Escape)
    assert "must be" not in visible_text(panel)
    assert field(panel, order).text() == ("1000", "1e-4", "0.02")[order]
    assert field(panel, order).styleSheet() == ""


def test_a_problem_stays_until_its_field_is_mended(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    enter(panel, BETA_1, "2", qtbot)
    enter(panel, T_FIELD, "300", qtbot)
    assert asked == []
    assert "β₁ must be" in visible_text(panel)
    enter(panel, BETA_1, "0.5", qtbot)
    assert asked == [ScheduleConfiguration("linear", 300, 0.5, 0.02)]
    assert "must be" not in visible_text(panel)


def test_many_quick_steps_ask_once(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    field(panel, T_FIELD).setFocus()
    for _ in range(5):
        qtbot.keyClick(field(panel, T_FIELD), Qt.Key.Key_Down)
    assert asked == []
    qtbot.waitUntil(lambda: len(asked) > 0)
    qtbot.wait(200)
    assert asked == [ScheduleConfiguration("linear", 950, 1e-4, 0.02)]


def wheel(target: NumberField) -> bool:
    """Turn the wheel one notch up; whether the field took it."""
    center = QPointF(target.rect().center())
    event = QWheelEvent(
        center,
        center,
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(target, event)
    return event.isAccepted()


def test_the_wheel_turns_numbers_only_where_the_focus_is(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    panel.activateWindow()
    field(panel, BETA_1).setFocus()
    wheel(field(panel, T_FIELD))
    assert field(panel, T_FIELD).text() == "1000"
    assert wheel(field(panel, BETA_1))
    qtbot.waitUntil(lambda: len(asked) > 0)
    assert asked == [ScheduleConfiguration("linear", 1000, 1.1e-4, 0.02)]


def test_cosine_has_no_betas(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    kind(panel).setFocus()
    qtbot.keyClick(kind(panel), Qt.Key.Key_Down)
    assert asked == [ScheduleConfiguration("cosine", 1000)]
    panel.set_schedules(asked[0].build(), MODEL)
    for order in (BETA_1, BETA_T):
        assert not field(panel, order).isEnabled()
        assert "cosine" in field(panel, order).toolTip()
    qtbot.keyClick(kind(panel), Qt.Key.Key_Up)
    assert asked[1] == MODEL.configuration
    assert field(panel, BETA_1).isEnabled()


def test_reset_asks_for_the_models_schedule(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    assert not reset_button(panel).isEnabled()
    panel.set_schedules(NoiseSchedule.cosine(300), MODEL)
    qtbot.mouseClick(reset_button(panel), Qt.MouseButton.LeftButton)
    assert asked == [MODEL.configuration]
    panel.set_schedules(NoiseSchedule.cosine(300), None)
    assert not reset_button(panel).isEnabled()


def test_typing_survives_an_answer_for_another_field(panel: SchedulePanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    field(panel, BETA_T).setFocus()
    field(panel, BETA_T).selectAll()
    qtbot.keyClicks(field(panel, BETA_T), "0.3")
    panel.set_schedules(NoiseSchedule.linear(500), MODEL)
    assert field(panel, BETA_T).text() == "0.3"
    assert field(panel, T_FIELD).text() == "500"


def test_a_refused_request_shows_the_old_schedule_again(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    enter(panel, T_FIELD, "9000", qtbot)
    panel.set_schedules(MODEL, MODEL)
    assert field(panel, T_FIELD).text() == "1000"
    enter(panel, T_FIELD, "9000", qtbot)
    assert [configuration.T for configuration in asked] == [9000, 9000]


def test_a_beta_with_many_figures_is_kept_exactly(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    panel.set_schedules(NoiseSchedule.linear(100, 1 / 3000, 1 / 3), MODEL)
    enter(panel, T_FIELD, "200", qtbot)
    assert asked == [ScheduleConfiguration("linear", 200, 1 / 3000, 1 / 3)]


def test_fields_have_names_for_those_who_cannot_see(panel: SchedulePanel) -> None:
    form = panel.findChild(ScheduleForm)
    named = [*form.findChildren(NumberField), form.findChild(QComboBox), canvas(panel)]
    named += panel.findChild(SegmentedControl).segments
    assert all(widget.accessibleName() for widget in named)
    assert all(widget.toolTip() for widget in named)


# The kinds of schedule


def choose(panel: SchedulePanel, name: str, qtbot: QtBot) -> None:
    """Walk through the kinds by keyboard, which takes each on the way."""
    row = SCHEDULE_KINDS.index(name)
    kind(panel).setFocus()
    while kind(panel).currentIndex() != row:
        before = kind(panel).currentIndex()
        qtbot.keyClick(kind(panel), Qt.Key.Key_Down if row > before else Qt.Key.Key_Up)
        assert kind(panel).currentIndex() != before


def fields(panel: SchedulePanel) -> list[tuple[str, bool]]:
    """The text of T, beta_1 and beta_T, and whether it can be changed."""
    return [(field(panel, order).text(), field(panel, order).isEnabled()) for order in range(3)]


def label_of(panel: SchedulePanel, order: int) -> str:
    labels = panel.findChild(ScheduleForm).findChildren(QLabel)
    (found,) = (label for label in labels if label.buddy() is field(panel, order))
    return found.text()


def test_there_is_a_name_for_every_kind(panel: SchedulePanel) -> None:
    names = [kind(panel).itemText(row) for row in range(kind(panel).count())]
    assert names == ["Linear", "Cosine", "Sigmoid", "Quadratic", "Constant", "List…"]
    for name in names:
        assert name.strip("…") in kind(panel).toolTip()


@pytest.mark.parametrize("name", ["sigmoid", "quadratic"])
def test_sigmoid_and_quadratic_go_between_the_same_two_betas(
    panel: SchedulePanel, answering: list[ScheduleConfiguration], qtbot: QtBot, name: str
) -> None:
    choose(panel, name, qtbot)
    assert answering[-1] == ScheduleConfiguration(name, 1000, 1e-4, 0.02)
    assert fields(panel) == [("1000", True), ("1e-4", True), ("0.02", True)]
    enter(panel, BETA_T, "0.3", qtbot)
    assert answering[-1] == ScheduleConfiguration(name, 1000, 1e-4, 0.3)
    expected = answering[-1].build().alpha_bar
    assert np.array_equal(curve(panel, 0)[1], expected)
    assert said_of_the_model(panel) == "linear, T = 1000, β 1e-4 … 0.02"


def test_a_constant_schedule_has_a_single_beta(
    panel: SchedulePanel, answering: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    assert label_of(panel, BETA_1) == "β₁"
    choose(panel, "constant", qtbot)
    assert answering[-1] == ScheduleConfiguration("constant", 1000, 0.01)
    assert fields(panel) == [("1000", True), ("0.01", True), ("", False)]
    assert label_of(panel, BETA_1) == "β"
    assert "every step" in field(panel, BETA_1).toolTip()
    assert "single β" in field(panel, BETA_T).toolTip()
    enter(panel, BETA_1, "7", qtbot)
    assert visible_text(panel).count("β must be a number between 0 and 1") == 1


def test_constant_and_the_others_remember_their_own_betas(
    panel: SchedulePanel, answering: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    enter(panel, BETA_1, "2e-4", qtbot)
    choose(panel, "constant", qtbot)
    enter(panel, BETA_1, "0.3", qtbot)
    assert answering[-1] == ScheduleConfiguration("constant", 1000, 0.3)
    choose(panel, "linear", qtbot)
    assert answering[-1] == ScheduleConfiguration("linear", 1000, 2e-4, 0.02)
    assert fields(panel) == [("1000", True), ("2e-4", True), ("0.02", True)]
    choose(panel, "constant", qtbot)
    assert answering[-1] == ScheduleConfiguration("constant", 1000, 0.3)
    assert fields(panel)[BETA_1] == ("0.3", True)


def test_a_cosine_schedule_leaves_no_beta_in_the_fields(
    panel: SchedulePanel, answering: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    choose(panel, "cosine", qtbot)
    assert fields(panel) == [("1000", True), ("", False), ("", False)]
    enter(panel, T_FIELD, "30", qtbot)
    assert answering == [ScheduleConfiguration("cosine", 1000), ScheduleConfiguration("cosine", 30)]


def test_a_list_shows_its_length_and_its_ends(panel: SchedulePanel) -> None:
    panel.set_schedules(NoiseSchedule.from_betas([0.25, 0.5, 0.125]), MODEL)
    assert kind(panel).currentText() == "List…"
    assert fields(panel) == [("3", False), ("0.25", False), ("0.125", False)]
    for order in (BETA_1, BETA_T):
        assert "List…" in field(panel, order).toolTip()
    assert reset_button(panel).isEnabled()
    panel.set_schedules(NoiseSchedule.linear(50), MODEL)
    assert fields(panel) == [("50", True), ("1e-4", True), ("0.02", True)]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (NoiseSchedule.sigmoid(80, 0.5, 0.5), "sigmoid, T = 80, β 0.5 … 0.5"),
        (NoiseSchedule.quadratic(80, 1e-4, 0.02), "quadratic, T = 80, β 1e-4 … 0.02"),
        (NoiseSchedule.constant(80, 0.3), "constant, T = 80, β = 0.3"),
        (NoiseSchedule.from_betas([0.25, 0.5]), "a list, T = 2, β 0.25 … 0.5"),
    ],
)
def test_the_models_kind_is_said_where_it_differs(
    panel: SchedulePanel, model: NoiseSchedule, words: str
) -> None:
    panel.set_schedules(MODEL, model)
    assert said_of_the_model(panel) == words


# A schedule as a list


def dialog_of(panel: SchedulePanel) -> BetasDialog:
    (dialog,) = (each for each in panel.findChildren(BetasDialog) if each.isVisible())
    return dialog


def test_a_list_begins_with_the_present_betas(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    panel.set_schedules(NoiseSchedule.sigmoid(30, 1 / 3000, 1 / 3), MODEL)
    asked.clear()
    kind(panel).setFocus()
    qtbot.keyClick(kind(panel), Qt.Key.Key_End)
    dialog = dialog_of(panel)
    qtbot.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    exact = tuple(NoiseSchedule.sigmoid(30, 1 / 3000, 1 / 3).beta[1:].tolist())
    assert asked == [ScheduleConfiguration("custom", 30, betas=exact)]


@pytest.mark.parametrize("how", ["button", "escape", "close"])
def test_without_an_answer_all_stays_as_it_is(
    panel: SchedulePanel, asked: list[ScheduleConfiguration], qtbot: QtBot, how: str
) -> None:
    before = fields(panel)
    kind(panel).setFocus()
    qtbot.keyClick(kind(panel), Qt.Key.Key_End)
    dialog = dialog_of(panel)
    assert kind(panel).currentText() == "List…"
    if how == "button":
        qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    elif how == "escape":
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    else:
        dialog.close()
    assert asked == []
    assert kind(panel).currentText() == "Linear"
    assert fields(panel) == before
    enter(panel, T_FIELD, "30", qtbot)
    assert asked == [ScheduleConfiguration("linear", 30, 1e-4, 0.02)]


def test_a_list_can_be_changed_by_choosing_it_again(
    panel: SchedulePanel, answering: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    panel.set_schedules(NoiseSchedule.from_betas([0.25, 0.5, 0.125]), MODEL)
    kind(panel).showPopup()
    qtbot.keyClick(kind(panel).view(), Qt.Key.Key_Return)
    dialog = dialog_of(panel)
    assert dialog.text.toPlainText().split() == ["0.25", "0.5", "0.125"]
    dialog.text.setFocus()
    qtbot.keyClick(dialog.text, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(dialog.text, " 0.75")
    qtbot.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    assert answering == [ScheduleConfiguration("custom", 4, betas=(0.25, 0.5, 0.125, 0.75))]
    assert fields(panel) == [("4", False), ("0.25", False), ("0.75", False)]


# Whether it ends in noise


def meter(panel: SchedulePanel) -> AdequacyMeter:
    return panel.findChild(AdequacyMeter)


@pytest.mark.parametrize(("T", "word"), [(50, "Unfit"), (500, "Weak"), (1000, "Fit")])
def test_the_forward_schedule_has_a_verdict(panel: SchedulePanel, T: int, word: str) -> None:
    panel.set_schedules(NoiseSchedule.linear(T), MODEL)
    assert f"<b>{word}</b>" in visible_text(panel)
    assert meter(panel).verdict.parentWidget() is panel
    assert meter(panel).isVisible()


def test_the_verdict_needs_no_model_and_ignores_it(panel: SchedulePanel) -> None:
    panel.set_schedules(NoiseSchedule.linear(50), None)
    assert "<b>Unfit</b>" in visible_text(panel)
    panel.set_schedules(MODEL, NoiseSchedule.linear(50))
    assert "<b>Fit</b>" in visible_text(panel)


def test_the_datas_mean_square_changes_what_is_left_of_them(panel: SchedulePanel) -> None:
    alpha_bar = NoiseSchedule.linear(50).alpha_bar[-1]
    panel.set_schedules(NoiseSchedule.linear(50), MODEL)

    def bits(mean_square: float) -> str:
        nats = 0.5 * (alpha_bar * (mean_square - 1) - math.log(1 - alpha_bar))
        return f"{nats / math.log(2):#.2g} bits/dim"

    assert bits(1.0) in meter(panel).numbers.text()
    panel.set_mean_square(0.1)
    assert bits(0.1) != bits(1.0)
    assert bits(0.1) in meter(panel).numbers.text()
    panel.set_schedules(MODEL, MODEL)  # and the next schedule is measured with it, too
    panel.set_schedules(NoiseSchedule.linear(50), MODEL)
    assert bits(0.1) in meter(panel).numbers.text()


@pytest.mark.parametrize(("order", "text"), [(T_FIELD, "0"), (BETA_1, "2"), (BETA_T, "")])
def test_a_problem_takes_the_place_of_the_meter_and_moves_nothing(
    panel: SchedulePanel, qtbot: QtBot, order: int, text: str
) -> None:
    def places() -> list[tuple[int, ...]]:
        QApplication.processEvents()
        form = panel.findChild(ScheduleForm)
        parts: list[QWidget] = [panel, canvas(panel), panel.findChild(SegmentedControl), form]
        parts += [field(panel, each) for each in range(3)]
        parts += [kind(panel), reset_button(panel), meter(panel).verdict]
        return [part.geometry().getRect() for part in parts]

    before, place = places(), meter(panel).geometry()
    enter(panel, order, text, qtbot)
    assert places() == before
    assert not meter(panel).isVisible()
    problem = panel.findChild(NoteLabel)
    assert problem.isVisible()
    assert "must be" in problem.text()
    assert problem.geometry() == place
    field(panel, order).setFocus()
    qtbot.keyClick(field(panel, order), Qt.Key.Key_Escape)
    assert places() == before
    assert meter(panel).isVisible()
    assert not problem.isVisible()


def test_a_problem_is_said_in_the_language_and_the_theme_of_the_moment(
    panel: SchedulePanel, qtbot: QtBot, speak: Callable[[str], None]
) -> None:
    enter(panel, T_FIELD, "0", qtbot)
    english = panel.findChild(NoteLabel).text()
    speak("ko")
    korean = panel.findChild(NoteLabel).text()
    assert korean
    assert "must" not in korean
    panel.set_theme(LIGHT)
    assert LIGHT.problem in field(panel, T_FIELD).styleSheet()
    speak("en")
    assert panel.findChild(NoteLabel).text() == english


def test_every_text_is_translated(
    panel: SchedulePanel, untranslated: Callable[[QWidget], set[str]]
) -> None:
    signs = {"1e-4", "T", "β", "β₁", "β<sub>T</sub>"}
    for schedule in (
        NoiseSchedule.linear(50),
        NoiseSchedule.cosine(50),
        NoiseSchedule.constant(50),
        NoiseSchedule.from_betas([0.5]),
    ):
        panel.set_schedules(schedule, MODEL)
        assert untranslated(panel) <= signs
