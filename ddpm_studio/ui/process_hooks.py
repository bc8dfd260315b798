"""What reaches the window from the process itself: Ctrl-C, and errors that nobody expected."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from PySide6.QtCore import QSocketNotifier, QTimer


@contextmanager
def quitting_on_interrupt(quit_at_once: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C in the terminal closes the window as its own button does.

    Qt's loop runs no Python while nothing happens, so Python's handler would wait for the next
    event; the wake-up socket is one.
    """
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: reader.recv(64))
    previous_descriptor = signal.set_wakeup_fd(writer.fileno())
    # By the event loop, and not in the middle of whatever is going on: of starting, for example.
    previous = signal.signal(signal.SIGINT, lambda *_: QTimer.singleShot(0, quit_at_once))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        signal.set_wakeup_fd(previous_descriptor)
        notifier.setEnabled(False)
        reader.close()
        writer.close()


@contextmanager
def saying_what_went_wrong(say: Callable[[Exception], None]) -> Iterator[None]:
    """An error that nobody expected is said in the window too; the traceback stays in the terminal."""
    previous = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        previous(kind, error, trace)
        if isinstance(error, Exception):
            say(error)

    sys.excepthook = hook
    try:
        yield
    finally:
        sys.excepthook = previous
