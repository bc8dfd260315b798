"""Probe: somebody watches a network learn; how late is the window's thread meanwhile?"""

from __future__ import annotations

import sys
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
from ddpm_studio.benchmark.results import Learning

if TYPE_CHECKING:
    from ddpm_studio.app import Application
    from ddpm_studio.benchmark.lateness import Lateness
    from ddpm_studio.ui.training.training_page import TrainingPage

BEGIN_TIMEOUT_SECONDS = 240.0
FIRST_STEPS = 20  # after these the network, its curves and the first samples are there
SHOWN_STALLS = 6


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, a preset, and for how long it is watched."""
    preset, seconds = arguments[1], float(arguments[2])
    with real_application() as application:
        from ddpm_studio.benchmark.lateness import INTERVAL_MS, Lateness
        from ddpm_studio.session.devices import computing_threads

        open_application(application)
        wait_for_chains(application.studio)
        page = _begin(application, preset)
        lateness = Lateness()
        lateness.start()
        began, first = perf_counter(), _steps(page)
        _watch(page, lateness, seconds)
        ended, last = perf_counter(), _steps(page)
        lateness.stop()
        result = Learning(
            preset=preset,
            threads=computing_threads(),
            interval_ms=INTERVAL_MS,
            late_ms=lateness.late_ms(began),
            stalls=lateness.stalls(began, ended, SHOWN_STALLS),
            steps_per_second=(last - first) / (ended - began),
            peak_bytes=peak_bytes(),
        )
    report_result(result)


def _begin(application: Application, preset: str) -> TrainingPage:
    """Go to the page, choose the preset, press Start, and wait for the first steps and samples."""
    application.window.menus.train.trigger()
    page = application.training_page
    assert page is not None
    wait(1.0)
    choose(page.form.preset, page.form.preset.findData(preset))
    page.controls.start.click()
    wait_until(
        lambda: _steps(page) >= FIRST_STEPS and bool(page.run.snapshots),
        "the first steps of a training",
        BEGIN_TIMEOUT_SECONDS,
    )
    return page


def _watch(page: TrainingPage, lateness: Lateness, seconds: float) -> None:
    """For one half as it goes on; for the other the samples are played from noise to data."""
    lateness.activity = "watching a training"
    wait(seconds / 2)
    lateness.activity = "playing the samples of a training"
    page.samples.play.click()
    wait(seconds / 2)
    page.samples.play.click()


def _steps(page: TrainingPage) -> int:
    progress = page.run.progress
    return 0 if progress is None else progress.step


if __name__ == "__main__":
    main(sys.argv[1:])
