"""What a card says where there is no chain yet."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ddpm_studio.ui.chain_card import ChainCard
from ddpm_studio.ui.chain_progress import show_progress
from ddpm_studio.ui.theme import DARK, Chain

WAITING = "The samples come first", "This chain starts from those of the reverse chain"


@pytest.fixture
def cards(qtbot: QtBot) -> tuple[ChainCard, ChainCard]:
    forward, reverse = ChainCard(Chain.FORWARD, DARK), ChainCard(Chain.REVERSE, DARK)
    qtbot.addWidget(forward)
    qtbot.addWidget(reverse)
    return forward, reverse


def hint(card: ChainCard) -> tuple[str, str]:
    return card.view._painting._empty_hint()


def studio(**changes: object) -> Any:
    """A session whose model's data are not known, and whose reverse chain was stopped at once."""
    state: dict[str, object] = {
        "model": object(),
        "has_data": False,
        "forward": None,
        "reverse": None,
        "is_noising": False,
        "is_sampling": False,
        "forward_progress": None,
        "reverse_progress": None,
        "loading_progress": None,
    }
    return SimpleNamespace(**(state | changes))


@pytest.mark.parametrize("is_running", [False, True])
def test_a_forward_chain_without_data_waits_for_the_samples(
    cards: tuple[ChainCard, ChainCard], is_running: bool
) -> None:
    show_progress(studio(is_noising=is_running, is_sampling=is_running), *cards)
    assert hint(cards[0]) == WAITING
    assert hint(cards[1]) != WAITING
    reverse = SimpleNamespace(is_complete=True, recorded=SimpleNamespace(any=lambda: True))
    show_progress(studio(reverse=reverse), *cards)
    assert hint(cards[0])[0] == "There is no chain"


def test_one_with_data_does_not(cards: tuple[ChainCard, ChainCard]) -> None:
    show_progress(studio(has_data=True, is_noising=True), *cards)
    assert hint(cards[0])[0] == "Loading …"
