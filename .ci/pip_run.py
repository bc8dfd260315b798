"""Runs pip and retells it to a person: a line for each package, and the time in its silences."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from environment import ROOT

_LOOK_INTERVAL_SECONDS = 0.5
_LONGEST_SILENCE_SECONDS = 4.0
_TIME_TO_TIDY_UP_SECONDS = 3.0

# "  Downloading torch-2.13.0-cp311-cp311-linux_x86_64.whl (191.0 MB)": its name, version and size.
_WHEEL = re.compile(
    r"(?:Downloading|Using cached|Processing) "
    r"(?:\S*[/\\])?([\w.]+)-([^-\s]+)-\S+\.whl(?: (\(\d.+\))| \(from .+\))?$"
)
_PERCENT = re.compile(r"Progress (\d+) of (\d+)$")


class Console:
    """Lines for a person on stderr; on a terminal, the last one counts the time."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._began = self._spoke = time.monotonic()

    def say(self, line: str) -> None:
        if self._on_terminal:
            line = line.ljust(79)  # covers what `still` wrote here
        print(line, file=sys.stderr, flush=True)
        self._spoke = time.monotonic()

    def still(self, doing: str) -> None:
        """Shows that work goes on; may be called often."""
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        line = f"  … {doing}, {minutes}:{seconds:02} so far"
        if self._on_terminal:
            print(line[:79].ljust(79), end="\r", file=sys.stderr, flush=True)
        elif time.monotonic() - self._spoke >= _LONGEST_SILENCE_SECONDS:
            self.say(line)

    def clear(self) -> None:
        """Removes what `still` left on a terminal."""
        if self._on_terminal:
            print(" " * 79, end="\r", file=sys.stderr, flush=True)


def run_pip(
    command: list[str], log_file: Path, console: Console, count_packages: Callable[[], int]
) -> tuple[int, str]:
    """Runs `command`, pip or ensurepip, in the checkout; its exit code and what it said.

    `log_file` gets what it said too. `count_packages` tells how many packages are installed: pip
    does not while it installs.
    """
    retelling = _Retelling(console, count_packages)
    pip = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PIP_USER": "0"},  # user = true in a pip.conf would be refused here
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        close_fds=False,  # pip keeps the lock file open, in case it outlives this process
    )
    assert pip.stdout is not None
    said = []
    with _ended_with_us(pip), open(log_file, "a", encoding="utf-8") as log:
        for line in _lines_and_silences(pip.stdout):
            if line and not _PERCENT.match(line):
                said.append(line)
                print(line, file=log, flush=True)
            retelling.hear(line)
    console.clear()
    return pip.returncode, "\n".join(said)


class _Retelling:
    def __init__(self, console: Console, count_packages: Callable[[], int]) -> None:
        self._console = console
        self._count_packages = count_packages
        self._doing = "getting ready"
        self._to_install: list[str] = []
        self._present_before = 0

    def hear(self, line: str) -> None:
        """Takes one line of pip, or "" for half a second of silence."""
        if match := _WHEEL.search(line):
            name, version, size = match.groups()
            self._console.say(f"  {name} {version} {size or ''}".rstrip())
            self._doing = f"getting {name}"
        elif match := _PERCENT.match(line):
            done, total = map(int, match.groups())
            self._doing = f"{self._doing.partition(':')[0]}: {100 * done // max(total, 1)} %"
        elif line.startswith("Installing collected packages:"):
            self._to_install = line.partition(": ")[2].split(", ")
            self._present_before = self._count_packages()
            self._console.say(f"  installing {len(self._to_install)} packages")
        elif "Retrying (Retry" in line:
            self._console.say("  the network does not answer; trying again")
        self._console.still(self._state())

    def _state(self) -> str:
        if not self._to_install:
            return self._doing
        # pip installs in the order in which it named them.
        place = min(self._count_packages() - self._present_before, len(self._to_install) - 1)
        return f"installing {self._to_install[place]}, {place + 1} of {len(self._to_install)}"


@contextlib.contextmanager
def _ended_with_us(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        # Ctrl-C reaches pip as well, and it then tidies up: give it a moment before it is ended.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_TIME_TO_TIDY_UP_SECONDS)
        process.terminate()
        raise
    finally:
        process.wait()


def _lines_and_silences(stream: IO[str]) -> Iterator[str]:
    """The lines as they come, and "" whenever none came for a while."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in stream:
            lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=_LOOK_INTERVAL_SECONDS)
        except queue.Empty:
            line = ""
        if line is None:
            return
        yield line
