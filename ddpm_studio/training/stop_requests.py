"""Signals that ask a training to stop, kept until a step or a save is whole."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_Handler = Callable[[int, FrameType | None], object] | signal.Handlers
_USUAL: dict[int, _Handler] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}


class StopRequest:
    """Whether somebody has asked, and how."""

    def __init__(self) -> None:
        self.signal_number: int | None = None

    @property
    def is_made(self) -> bool:
        """True after Ctrl-C or SIGTERM."""
        return self.signal_number is not None

    @property
    def exit_code(self) -> int:
        """What a shell shows of a process that the signal ended: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + (self.signal_number or signal.SIGINT)


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Catches Ctrl-C and SIGTERM in the block. A second one of a kind ends the program at once.

    Not one of each: after Ctrl-C, torchrun sends SIGTERM as well.
    """
    request = StopRequest()
    previous = {number: signal.getsignal(number) for number in _USUAL}

    def receive(number: int, _frame: FrameType | None) -> None:
        request.signal_number = number  # no more: it may have come in the middle of a print
        signal.signal(number, _USUAL[number])

    for number in _USUAL:
        signal.signal(number, receive)
    try:
        yield request
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
