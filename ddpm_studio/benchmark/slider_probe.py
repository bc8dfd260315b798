"""Probe: from a mouse event on the slider to the end of the paint that shows it.

The mouse moves evenly, as a hand does, whether the window keeps up or not: latency counts from the
moment an event was due, so that a stall delays every event that fell into it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ddpm_studio.benchmark.memory import peak_bytes
from ddpm_studio.benchmark.probe_result import report_result
from ddpm_studio.benchmark.real_application import (
    CHAIN_TIMEOUT_SECONDS,
    choose,
    open_application,
    real_application,
    wait,
    wait_for_chains,
    wait_until,
)
from ddpm_studio.benchmark.results import SliderDrag

if TYPE_CHECKING:
    from ddpm_studio.app import Application
    from ddpm_studio.benchmark.slider_mouse import SliderMouse

SETTLE_SECONDS = 0.3


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, model, sample count, mouse events of each drag."""
    model, count, events = arguments[1], int(arguments[2]), int(arguments[3])
    with real_application() as application:
        from ddpm_studio.benchmark.slider_mouse import SliderMouse

        open_application(application)
        wait_for_chains(application.studio)
        _show(application, model, count)
        application.screen.stage.timeline.buttons["play"].click()  # it plays by itself: stand still
        mouse = SliderMouse(application.window, application.screen)
        idle_ms = mouse.drag(events)
        sampling_ms = _drag_while_sampling(application, mouse, events)
    report_result(SliderDrag(idle_ms=idle_ms, sampling_ms=sampling_ms, peak_bytes=peak_bytes()))


def _show(application: Application, model: str, count: int) -> None:
    studio, bar = application.studio, application.screen.top_bar
    names = [each.description.name for each in studio.models]
    choose(bar.model, names.index(model))
    choose(bar.count, bar.count.findData(count))
    wait_for_chains(studio)


def _drag_while_sampling(application: Application, mouse: SliderMouse, events: int) -> list[float]:
    """New chains from another seed, again and again, until there are enough events."""
    reverse, seed = application.studio.chains.reverse, application.screen.top_bar.seed
    latencies_ms: list[float] = []
    while len(latencies_ms) < events:
        seed.setValue(seed.value() + 1)
        wait_until(lambda: reverse.progress is not None, "steps", CHAIN_TIMEOUT_SECONDS)
        wait(SETTLE_SECONDS)
        wanted = events - len(latencies_ms)
        latencies_ms += mouse.drag(wanted, only_while=lambda: reverse.is_awaited)
    return latencies_ms


if __name__ == "__main__":
    main(sys.argv[1:])
