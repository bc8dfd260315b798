"""The noise schedule: curves and numbers at t, and fields that ask for another one."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.panels.schedule_form import ScheduleForm
from ddpm_studio.ui.panels.schedule_panel import SchedulePanel
from ddpm_studio.ui.panels.segmented_control import SegmentedControl
from ddpm_studio.ui.panels.time_plot import TimePlot
from ddpm_studio.ui.theme import DARK

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


def canvas(panel: SchedulePanel) -> TimePlot:
    return panel.findChild(TimePlot)


def values(panel: SchedulePanel) -> list[list[str]]:
    return [segment.values for segment in panel.findChild(SegmentedControl).segments]


def field(panel: SchedulePanel, order: int) -> NumberField:
    return panel.findChildren(NumberField)[order]


def kind(panel: SchedulePanel) -> QComboBox:
    return panel.findChild(QComboBox)


def reset_button(panel: SchedulePanel) -> QPushButton:
    return panel.findChild(QPushButton)


def visible_text(panel: SchedulePanel) -> str:
    return " | ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


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
    assert "reverse chain" not in visible_text(panel)


def test_a_schedule_of_its_own_is_drawn_and_said(panel: SchedulePanel) -> None:
    forward = NoiseSchedule.linear(300)
    panel.set_schedules(forward, MODEL)
    panel.show_frame(150, reverse_t=500)
    assert "The reverse chain keeps the schedule its model was trained with" in visible_text(panel)
    assert "(linear, T = 1000, β from 1e-4 to 0.02)" in visible_text(panel)
    assert np.array_equal(curve(panel, 0)[1], forward.alpha_bar)
    assert np.array_equal(curve(panel, 1)[1], MODEL.alpha_bar)
    assert canvas(panel).dot(0) == pytest.approx((0.5, forward.alpha_bar[150]))
    assert canvas(panel).dot(1) == pytest.approx((0.5, MODEL.alpha_bar[500]))
    assert values(panel)[ALPHA_BAR][1] == "0.0786"
    assert [text for _, text in canvas(panel).x_ticks] == ["0", "T/4", "T/2", "3T/4", "T"]
    panel.set_schedules(forward, NoiseSchedule.cosine(400))
    assert "(cosine, T = 400)" in visible_text(panel)
    panel.set_schedules(MODEL, MODEL)
    assert "reverse chain" not in visible_text(panel)


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
        (BETA_T, "inf", "β<sub>T</sub> must be"),
        (BETA_T, "a lot", "β<sub>T</sub> must be"),
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
    qtbot.waitUntil(lambda: len(asked) > 0, timeout=1000)
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
    qtbot.waitUntil(lambda: len(asked) > 0, timeout=1000)
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
