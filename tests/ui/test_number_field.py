"""Numbers as people type them."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ddpm_studio.ui.panels.number_field import (
    NumberField,
    neighbour,
    number_as_typed,
    parse_number,
    parse_whole_number,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e-4", 1e-4),
        ("1E-4", 1e-4),
        (" 0.02 ", 0.02),
        (".5", 0.5),
        ("2.", 2.0),
        ("0,02", 0.02),  # a comma where other languages have the point
        ("1,5e-4", 1.5e-4),
        ("−0.5", -0.5),
        ("", None),
        ("abc", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("1_000", None),
        ("0x10", None),
        ("1e", None),
        ("1.2.3", None),
        ("１２", None),  # full-width figures
    ],
)
def test_a_text_means_a_finite_number_or_nothing(text: str, number: float | None) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1000", 1000),
        ("1,000", 1000),
        ("10 000", 10_000),
        ("1e3", 1000),
        ("50.0", 50),
        ("10.5", None),
        ("0,5", None),
        ("-3", -3),
        ("", None),
        ("nan", None),
    ],
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert parse_whole_number(text) == number


@pytest.mark.parametrize("value", [1e-4, 0.02, 8.5e-4, 1.2e-2, 1.0, 1000.0, 1e-7, 0.999, 10_000.0])
def test_what_is_shown_can_be_typed_again(value: float) -> None:
    assert parse_number(number_as_typed(value)) == value


def test_numbers_are_shown_as_they_are_typed() -> None:
    assert [number_as_typed(value) for value in (1e-4, 8.5e-4, 0.02, 1000, 0.001, 0)] == [
        "1e-4",
        "8.5e-4",
        "0.02",
        "1000",
        "0.001",
        "0",
    ]


def test_steps_change_the_second_figure_and_lead_back() -> None:
    assert neighbour(1e-4, 1) == 1.1e-4
    assert neighbour(1e-4, -1) == 9.9e-5
    assert neighbour(9.9e-5, 1) == 1e-4
    assert neighbour(0.02, 1) == 0.021
    assert neighbour(1000, 1) == 1100
    assert neighbour(1000, -1) == 990
    value = 0.013
    for steps in (25, -25):
        value = neighbour(value, steps)
    assert value == 0.013


@pytest.fixture
def field(qtbot: QtBot) -> NumberField:
    widget = NumberField()
    qtbot.addWidget(widget)
    widget.show_value(0.02)
    widget.show()
    widget.setFocus()
    return widget


def test_enter_commits_once_and_only_what_is_new(field: NumberField, qtbot: QtBot) -> None:
    committed = []
    field.committed.connect(lambda: committed.append(field.value()))
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert committed == []
    field.selectAll()
    qtbot.keyClicks(field, "3e-3")
    assert field.is_being_edited()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert committed == [0.003]


def test_escape_brings_the_shown_number_back(field: NumberField, qtbot: QtBot) -> None:
    field.selectAll()
    qtbot.keyClicks(field, "x")
    assert field.value() is None
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.02"


def test_a_number_with_more_figures_than_are_shown_stays_exact(field: NumberField) -> None:
    field.show_value(1 / 3)
    assert field.text() == "0.3333333333"
    assert field.value() == 1 / 3


def test_arrow_keys_step(field: NumberField, qtbot: QtBot) -> None:
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 0.021
    qtbot.keyClick(field, Qt.Key.Key_PageDown)
    assert field.value() == 0.011


def test_whole_numbers_step_to_whole_numbers_of_at_least_one(qtbot: QtBot) -> None:
    field = NumberField(whole=True)
    qtbot.addWidget(field)
    field.show_value(3)
    seen = []
    for _ in range(4):
        qtbot.keyClick(field, Qt.Key.Key_Down)
        seen.append(field.text())
    assert seen == ["2", "1", "1", "1"]
    field.show_value(50)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.text() == "51"
