"""What a card says where there is no chain yet."""

from __future__ import annotations

import pytest
import torch
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.session.chain_pair import ChainPair
from ddpm_studio.session.chain_runs import ForwardRequest
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


def pair(*, has_data: bool = False, has_samples: bool = False, awaited: bool = False) -> ChainPair:
    """The chains of a model; those without data wait for the samples of the reverse chain."""
    chains = ChainPair()
    schedule = ScheduleConfiguration("linear", 1, 1e-4, 0.02)
    chains._forward_request = ForwardRequest("moons" if has_data else "", schedule, 1, 0)
    if has_samples:
        chains.reverse.show(complete_chain())
    if awaited:
        chains.forward.wait()
    return chains


def complete_chain() -> Trajectory:
    chain = Trajectory(1, 1, (1,))
    for frame in range(2):
        chain.record(frame, torch.zeros(1, 1))
    return chain


@pytest.mark.parametrize("awaited", [False, True])
def test_a_forward_chain_without_data_waits_for_the_samples(
    cards: tuple[ChainCard, ChainCard], awaited: bool
) -> None:
    show_progress(pair(awaited=awaited), *cards)
    assert hint(cards[0]) == WAITING
    assert hint(cards[1]) != WAITING
    show_progress(pair(has_samples=True), *cards)
    assert hint(cards[0])[0] == "There is no chain"


def test_one_with_data_does_not(cards: tuple[ChainCard, ChainCard]) -> None:
    show_progress(pair(has_data=True, awaited=True), *cards)
    assert hint(cards[0])[0] == "Loading …"
