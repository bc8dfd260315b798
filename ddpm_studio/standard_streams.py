"""The standard streams: any of them may be closed, and a terminal obeys what it is sent."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress

from ddpm_studio.explained_error import printable


def say(line: str) -> None:
    """Print a result. Names may hold any characters; none of them becomes a command."""
    print(printable(line))


def complain(sentence: str) -> None:
    """Print what went wrong, where errors go."""
    print(f"ddpm-studio: {printable(sentence)}", file=sys.stderr)


def show_progress(line: str, *, in_logs: bool = True) -> None:
    """On a terminal, in place of the line before; elsewhere a line of its own, if it is for logs."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{printable(line)}", end="", file=sys.stderr, flush=True)
    elif in_logs:
        print(printable(line), file=sys.stderr, flush=True)


def mend_standard_streams() -> None:
    """Make it so that whoever writes to one of them gets an error to explain, and no surprise.

    Python has None in place of a stream that was closed before it began (``>&-``), and the next
    file that is opened would take its number: then what is printed would be written into that file.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    if sys.stdout is None:
        sys.stdout = _ClosedOutput()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (until the process ends)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that lacks a sign shows its number
        sys.stdout.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Python writes out what is left at its end, and would fail once more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _ClosedOutput(io.TextIOBase):
    """Results cannot be written here; whoever has none to write never notices."""

    def write(self, _: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
