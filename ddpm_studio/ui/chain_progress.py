"""How far both chains have come, on their cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ddpm_studio.session.chain_runs import ChainProgress
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.chain_card import ChainCard

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_WORTH_SHOWING_SECONDS = 1.0
_WORTH_SHOWING_BYTES = 30_000_000  # of a model

translate = QCoreApplication.translate  # lupdate looks for calls of this name


def show_progress(studio: Studio, forward: ChainCard, reverse: ChainCard) -> None:
    """Of what is being computed; and which chain can be gone on with or begun again."""
    for card, chain, is_running, progress in (
        (forward, studio.forward, studio.is_noising, studio.forward_progress),
        (reverse, studio.reverse, studio.is_sampling, studio.reverse_progress),
    ):
        if progress is not None and _is_worth_showing(progress):
            _show_running(card, progress)
        elif progress is None:
            _show_idle(card, chain, is_stopped=studio.model is not None and not is_running)
        waits = card is forward and _lacks_samples(studio)
        card.view.show_awaited(is_running or studio.model is None, waits)
    _show_loading(studio, reverse)


def lowest_t(studio: Studio, last_t: int) -> int:
    """Down to which t of the forward chain, of which ``last_t`` is the last, both can be played."""
    recorded = None if studio.reverse is None else studio.reverse.recorded
    if recorded is None or not recorded.any():
        return last_t if studio.is_sampling else 0
    lowest_share = int(recorded.argmax()) / (len(recorded) - 1)
    return min(last_t, round(lowest_share * last_t))


def _lacks_samples(studio: Studio) -> bool:
    """Whether the forward chain is to begin with samples that the reverse chain has not come to."""
    has_samples = studio.reverse is not None and studio.reverse.is_complete
    return studio.model is not None and not studio.has_data and not has_samples


def _is_worth_showing(progress: ChainProgress) -> bool:
    """A chain that takes less than a second needs no progress: it would only flash by."""
    return progress.elapsed_seconds + progress.seconds_left > _WORTH_SHOWING_SECONDS


def _show_running(card: ChainCard, progress: ChainProgress) -> None:
    text = translate("MainScreen", "{0} of {1} steps, {2} s left")
    done, total, left = progress.done, progress.total, round(progress.seconds_left)
    card.show_running(done, total, text.format(done, total, left))


def _show_idle(card: ChainCard, chain: Trajectory | None, *, is_stopped: bool) -> None:
    is_incomplete = chain is None or not chain.is_complete
    has_begun = chain is not None and bool(chain.recorded.any())
    card.show_idle(can_restart=is_stopped and is_incomplete, has_begun=has_begun)


def _show_loading(studio: Studio, card: ChainCard) -> None:
    """A large model is being read; a small one is there before anybody could look."""
    progress = studio.loading_progress
    if progress is not None and progress.total >= _WORTH_SHOWING_BYTES:
        done, total = (round(count / 1e6) for count in (progress.done, progress.total))
        text = translate("MainScreen", "{0} of {1} MB of the model are read")
        card.show_running(done, total, text.format(done, total))
