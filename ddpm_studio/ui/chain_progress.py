"""How far both chains have come, on their cards."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ddpm_studio.session.chain_pair import ChainPair
from ddpm_studio.session.chain_recording import ChainProgress
from ddpm_studio.session.live_chain import LiveChain
from ddpm_studio.ui.chain_card import ChainCard

_WORTH_SHOWING_SECONDS = 1.0
_WORTH_SHOWING_BYTES = 30_000_000  # of a model

translate = QCoreApplication.translate  # lupdate looks for calls of this name


def show_progress(chains: ChainPair, forward: ChainCard, reverse: ChainCard) -> None:
    """Of what is being computed; and which chain can be gone on with or begun again."""
    for card, chain in ((forward, chains.forward), (reverse, chains.reverse)):
        progress = chain.progress
        if progress is None:
            _show_idle(card, chain, is_stopped=chains.has_model and not chain.is_awaited)
        elif _is_worth_showing(progress):
            _show_running(card, progress)
        waits = card is forward and chains.lacks_start
        card.view.show_awaited(chain.is_awaited or not chains.has_model, waits)
    _show_loading(chains.reverse, reverse)


def lowest_t(reverse: LiveChain, last_t: int) -> int:
    """Down to which t of the forward chain, of which ``last_t`` is the last, both can be played."""
    recorded = None if reverse.trajectory is None else reverse.trajectory.recorded
    if recorded is None or not recorded.any():
        return last_t if reverse.is_awaited else 0
    lowest_share = int(recorded.argmax()) / (len(recorded) - 1)
    return min(last_t, round(lowest_share * last_t))


def _is_worth_showing(progress: ChainProgress) -> bool:
    """A chain that takes less than a second needs no progress: it would only flash by."""
    return progress.elapsed_seconds + progress.seconds_left > _WORTH_SHOWING_SECONDS


def _show_running(card: ChainCard, progress: ChainProgress) -> None:
    text = translate("MainScreen", "{0} of {1} steps, {2} s left")
    done, total, left = progress.done, progress.total, round(progress.seconds_left)
    card.show_running(done, total, text.format(done, total, left))


def _show_idle(card: ChainCard, chain: LiveChain, *, is_stopped: bool) -> None:
    has_begun = chain.trajectory is not None and bool(chain.trajectory.recorded.any())
    card.show_idle(can_restart=is_stopped and not chain.is_complete, has_begun=has_begun)


def _show_loading(chain: LiveChain, card: ChainCard) -> None:
    """A large model is being read; a small one is there before anybody could look."""
    progress = chain.loading_progress
    if progress is not None and progress.total >= _WORTH_SHOWING_BYTES:
        done, total = (round(count / 1e6) for count in (progress.done, progress.total))
        text = translate("MainScreen", "{0} of {1} MB of the model are read")
        card.show_running(done, total, text.format(done, total))
