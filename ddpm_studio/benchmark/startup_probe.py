"""Probe: from the start of a process to the first paint, and to samples that visibly move."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING

from ddpm_studio.benchmark.memory import peak_bytes
from ddpm_studio.benchmark.probe_result import report_result
from ddpm_studio.benchmark.real_application import (
    open_application,
    real_application,
    wait_until,
)
from ddpm_studio.benchmark.results import StartUp

if TYPE_CHECKING:
    from ddpm_studio.app import Application
    from ddpm_studio.ui.views.chain_view import ChainView

ALIVE_TIMEOUT_SECONDS = 120.0


class _Moments:
    """When the window was drawn first, and when the samples in it had moved."""

    def __init__(self, application: Application) -> None:
        self.first_paint = self.screen = self.alive = self.both_move = 0.0
        self._application = application
        self._drawn: dict[ChainView, set[int]] = {}
        application.window.first_painted.connect(self._on_first_paint)

    def _on_first_paint(self) -> None:
        self.first_paint = perf_counter()

    def watch_screen(self) -> None:
        """From now on, when there is something in the window."""
        self.screen = perf_counter()
        from ddpm_studio.benchmark.paint_watch import PaintWatch

        window, screen = self._application.window, self._application.screen
        self._drawn = {
            card.view: set() for card in (screen.stage.forward_card, screen.stage.reverse_card)
        }
        PaintWatch(window, self._drawn).painted.connect(self._on_paint)

    def _on_paint(self, now: float) -> None:
        """Both views were drawn: which samples, at which t, did they show?"""
        studio, t = self._application.studio, self._application.playback.t
        reverse_frame = studio.reverse_frame(t)
        shown = zip(
            self._drawn.values(), (studio.forward, studio.reverse), (t, reverse_frame), strict=True
        )
        for drawn, trajectory, frame in shown:
            if trajectory is not None and trajectory.is_recorded(frame):
                drawn.add(frame)
        moving = [len(drawn) > 1 for drawn in self._drawn.values()]
        if any(moving) and studio.forward is not None and studio.reverse is not None:
            self.alive = self.alive or now
        if all(moving):
            self.both_move = self.both_move or now


def main(arguments: list[str]) -> None:
    """Start once; the argument is when."""
    ready, began = perf_counter(), float(arguments[0])
    with real_application() as application:
        moments = _Moments(application)
        open_application(application)
        moments.watch_screen()
        wait_until(lambda: moments.both_move > 0, "moving chains", ALIVE_TIMEOUT_SECONDS)
        from PySide6.QtCore import qVersion
        from PySide6.QtGui import QGuiApplication

        platform = QGuiApplication.platformName()
    report_result(
        StartUp(
            platform=platform,
            qt_version=qVersion(),
            ready_seconds=ready - began,
            first_paint_seconds=moments.first_paint - began,
            screen_seconds=moments.screen - began,
            alive_seconds=moments.alive - began,
            both_move_seconds=moments.both_move - began,
            peak_bytes=peak_bytes(),
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
