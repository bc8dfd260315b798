"""The card of a chain: its title, its t in a place of its own, and stopping or sampling again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QToolButton

from ddpm_studio.ui.chain_card import ChainCard
from ddpm_studio.ui.theme import DARK, LIGHT, Chain


@pytest.fixture(params=list(Chain), ids=lambda chain: chain.value)
def card(qtbot, request: pytest.FixtureRequest) -> ChainCard:
    card = ChainCard(request.param, DARK)
    qtbot.addWidget(card)
    card.resize(330, 400)
    with qtbot.waitExposed(card):
        card.show()
    return card


def button(card: ChainCard) -> QToolButton:
    return card.findChild(QToolButton)


def progress(card: ChainCard) -> QProgressBar:
    return card.findChild(QProgressBar)


def label(card: ChainCard, text: str) -> QLabel:
    (found,) = (each for each in card.findChildren(QLabel) if text in each.text())
    return found


def requests(card: ChainCard) -> list[str]:
    seen: list[str] = []
    card.stop_requested.connect(lambda: seen.append("stop"))
    card.restart_requested.connect(lambda: seen.append("restart"))
    return seen


def click(card: ChainCard) -> None:
    QTest.mouseClick(button(card), Qt.MouseButton.LeftButton)


def test_it_is_quiet_at_first(card: ChainCard) -> None:
    assert button(card).isHidden()
    assert progress(card).isHidden()


def test_while_sampling_it_shows_progress_and_can_be_stopped(card: ChainCard) -> None:
    seen = requests(card)
    card.show_running(250, 1000, "12 s left")
    bar = progress(card)
    assert (bar.minimum(), bar.value(), bar.maximum()) == (0, 250, 1000)
    assert not bar.isHidden()
    assert (bar.toolTip(), button(card).text()) == ("12 s left", "Stop")
    click(card)
    assert seen == ["stop"]


def test_a_chain_that_was_stopped_can_be_sampled_again(card: ChainCard) -> None:
    seen = requests(card)
    card.show_running(250, 1000, "")
    card.show_idle(can_restart=True)
    assert progress(card).isHidden()
    assert button(card).text() == "Start again"
    click(card)
    assert seen == ["restart"]
    card.show_idle(can_restart=False)
    assert button(card).isHidden()


def test_the_keyboard_reaches_the_button(card: ChainCard) -> None:
    seen = requests(card)
    card.show_running(1, 2, "")
    assert button(card).focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(button(card), Qt.Key.Key_Space)
    assert seen == ["stop"]


def test_nothing_but_the_row_itself_changes_between_its_states(card: ChainCard) -> None:
    def places() -> list[tuple[int, ...]]:
        QApplication.processEvents()
        return [part.geometry().getRect() for part in (card, card.view, label(card, "chain"))]

    before = places()
    for act in (
        lambda: card.show_running(1, 10, "a long time left"),
        lambda: card.show_idle(can_restart=True),
        lambda: card.show_note("from data: " + "a name that is much longer than the card " * 5),
        lambda: card.show_idle(can_restart=False),
    ):
        act()
        assert places() == before


def test_a_longer_t_moves_nothing(card: ChainCard) -> None:
    card.reserve_time_width("t = 0000")
    places = set()
    for t in (0, 9, 10, 437, 1000):
        card.show_time(f"t = {t}")
        QApplication.processEvents()
        time, title = label(card, "t = "), label(card, "chain")
        places.add((time.geometry().getRect(), title.geometry().getRect(), card.width()))
    assert len(places) == 1


def test_every_text_is_translated_in_every_state(
    card: ChainCard, untranslated: Callable[[ChainCard], set[str]]
) -> None:
    card.show_idle(can_restart=True)
    assert untranslated(card) == set()
    card.show_running(1, 2, "")
    assert untranslated(card) == set()


def test_the_button_means_the_same_in_the_other_language(card: ChainCard, speak) -> None:
    seen = requests(card)
    card.show_running(1, 2, "")
    speak("ko")
    assert button(card).text() not in ("Stop", "Start again")
    click(card)
    assert seen == ["stop"]


def test_the_title_wears_the_colour_of_its_chain(card: ChainCard) -> None:
    for theme in (DARK, LIGHT):
        card.set_theme(theme)
        assert theme.chain(card.chain).name() in label(card, "chain").styleSheet()


def test_a_chain_with_steps_is_gone_on_with(card: ChainCard) -> None:
    seen = requests(card)
    card.show_idle(can_restart=True, has_begun=True)
    assert button(card).text() == "Continue"
    assert "where it was stopped" in button(card).toolTip()
    click(card)
    assert seen == ["restart"]
    card.show_idle(can_restart=True)
    assert button(card).text() == "Start again"
