"""Probe: somebody uses everything for a while; how late is the window's thread, and when most?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from ddpm_studio.benchmark.memory import peak_bytes
from ddpm_studio.benchmark.probe_result import report_result
from ddpm_studio.benchmark.real_application import (
    choose,
    open_application,
    real_application,
    wait,
    wait_for_chains,
    wait_until,
)
from ddpm_studio.benchmark.results import Session

if TYPE_CHECKING:
    from ddpm_studio.app import Application
    from ddpm_studio.benchmark.lateness import Lateness

Activity = tuple[str, Callable[[], object]]

IMPORT_TIMEOUT_SECONDS = 120.0
SHOWN_STALLS = 12
SIZES = ((1100, 720), (1500, 900), (1900, 1040), (1280, 800))


def activities(application: Application) -> list[Activity]:
    """What a person does, in order, with its name; after each some time passes."""
    window, bar = application.window, application.screen.top_bar
    buttons = application.screen.stage.timeline.buttons
    doings: list[Activity] = []
    for row in range(bar.model.count()):
        doings.append((f"model {bar.model.itemText(row)}", partial(choose, bar.model, row)))
        doings.append(("the largest sample count", partial(_choose_last, application)))
    doings += [
        ("the theme", bar.theme.click),
        ("the language", partial(choose, bar.language, 1)),
        ("another seed", partial(bar.seed.setValue, 1)),
        ("pause", buttons["play"].click),
        ("play", buttons["play"].click),
        ("the fastest speed", partial(choose, application.screen.stage.timeline.speed, 5)),
        ("turning round", buttons["direction"].click),
    ]
    for width, height in SIZES:
        doings.append((f"resizing to {width}x{height}", partial(window.resize, width, height)))
    doings += [
        ("model 2 again", partial(choose, bar.model, 1)),
        ("the language back", partial(choose, bar.language, 0)),
        ("the theme back", bar.theme.click),
    ]
    return doings


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, and the seconds after each activity."""
    seconds_each = float(arguments[1])
    with real_application() as application:
        from ddpm_studio.benchmark.lateness import INTERVAL_MS, Lateness

        lateness = Lateness()
        lateness.activity = "starting"
        lateness.start()
        begin = perf_counter()
        imported = _open_and_import(application)
        _live(application, lateness, seconds_each)
        lateness.stop()
        result = Session(
            interval_ms=INTERVAL_MS,
            late_ms=lateness.late_ms(imported),
            starting=lateness.stalls(begin, imported, SHOWN_STALLS),
            stalls=lateness.stalls(imported, perf_counter(), SHOWN_STALLS),
            peak_bytes=peak_bytes(),
        )
    report_result(result)


def _open_and_import(application: Application) -> float:
    """Show the window; when torch was imported, which the list of devices waits for."""
    known: list[float] = []
    open_application(application)
    application.studio.devices_changed.connect(lambda: known.append(perf_counter()))
    wait_until(lambda: bool(known), "the list of devices", IMPORT_TIMEOUT_SECONDS)
    return known[0]


def _live(application: Application, lateness: Lateness, seconds_each: float) -> None:
    lateness.activity = "watching the first chains"
    wait_for_chains(application.studio)
    for name, act in activities(application):
        lateness.activity = name
        act()
        wait(seconds_each)
    lateness.activity = "watching the last chains"
    wait_for_chains(application.studio)


def _choose_last(application: Application) -> None:
    counts = application.screen.top_bar.count
    choose(counts, counts.count() - 1)


if __name__ == "__main__":
    main(sys.argv[1:])
