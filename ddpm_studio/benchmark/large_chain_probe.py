"""Probe: two chains of images of 3x256x256, too large for memory, scrubbed to any t in the window."""

from __future__ import annotations

import math
import sys
from collections.abc import Generator
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
from ddpm_studio.benchmark.results import LargeChains
from ddpm_studio.diffusion.schedule import ScheduleConfiguration

if TYPE_CHECKING:
    from torch import Tensor

    from ddpm_studio.app import Application
    from ddpm_studio.benchmark.slider_mouse import SliderMouse
    from ddpm_studio.diffusion.trajectory import Trajectory

SHAPE = (3, 256, 256)
RECORD_TIMEOUT_SECONDS = 1000.0
SETTLE_SECONDS = 1.0


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, the sample count, T, the mouse events of each drag."""
    count, steps, events = map(int, arguments[1:4])
    with real_application() as application:
        from ddpm_studio.benchmark.slider_mouse import SliderMouse

        open_application(application)
        wait_for_chains(application.studio)
        schedule = ScheduleConfiguration("cosine", steps)
        _show_images(application, schedule)
        mouse = SliderMouse(application.window, application.screen)
        small_ms = mouse.drag(events, jumps=True)
        chains, step_ms = _recorded(application, schedule, count)
        _show(application, chains)
        idle_ms = mouse.drag(events, jumps=True)
        recording_ms = _drag_while_recording(mouse, schedule, count, events)
        file_bytes = chains[0].file_bytes
    report_result(
        LargeChains(
            count=count,
            sample_shape=list(SHAPE),
            steps=steps,
            file_bytes=file_bytes,
            step_ms=step_ms,
            small_ms=small_ms,
            idle_ms=idle_ms,
            recording_ms=recording_ms,
            peak_bytes=peak_bytes(),
        )
    )


def _show_images(application: Application, schedule: ScheduleConfiguration) -> None:
    """The bundled digits, with as many steps as the large chains; standing still."""
    bar, studio = application.screen.top_bar, application.studio
    names = [each.description.name for each in studio.models]
    choose(bar.model, names.index("digits"))
    application.screen.stage.timeline.buttons["play"].click()
    wait_for_chains(studio)
    studio.set_forward_schedule(schedule)
    wait_for_chains(studio)


def _recorded(
    application: Application, schedule: ScheduleConfiguration, count: int
) -> tuple[list[Trajectory], list[float]]:
    """A forward chain, once for each view, and the milliseconds of its steps; off the window's thread."""
    from ddpm_studio.session.background_task import BackgroundTask

    task = BackgroundTask(application.window)
    found: list[list[Trajectory]] = []
    step_ms: list[float] = []
    task.finished.connect(found.append)
    task.start(partial(_record, schedule, count, 2, step_ms))
    wait_until(lambda: bool(found), "large chains", RECORD_TIMEOUT_SECONDS)
    return found[0], step_ms


def _record(
    schedule: ScheduleConfiguration, count: int, copies: int, step_ms: list[float]
) -> Generator[None, None, list[Trajectory]]:
    import torch

    from ddpm_studio.diffusion.chains import forward_chain
    from ddpm_studio.session.devices import prepare_torch

    prepare_torch()
    chains = [_new_chain(schedule.T, count) for _ in range(copies)]
    generator = torch.Generator().manual_seed(0)
    began = perf_counter()
    for step in forward_chain(schedule.build(), _pictures(count), generator):
        chains[0].record(step.t, step.x)
        step_ms.append(1000 * (perf_counter() - began))
        for chain in chains[1:]:
            chain.record(step.t, step.x)
        yield
        began = perf_counter()
    return chains


def _new_chain(T: int, count: int) -> Trajectory:
    """With the memory of the application, or so little that few steps are too many for it, too."""
    from ddpm_studio.diffusion.trajectory import DEFAULT_BUDGET_BYTES, Trajectory

    budget_bytes = min(DEFAULT_BUDGET_BYTES, count * math.prod(SHAPE) * (T + 1) // 2)
    chain = Trajectory(T, count, SHAPE, budget_bytes=budget_bytes, may_use_disk=True)
    assert not chain.is_in_memory, "the chain is too small to be measured"
    return chain


def _pictures(count: int) -> Tensor:
    """Smooth coloured waves, another one in each image."""
    import torch

    y, x = torch.meshgrid(
        torch.linspace(0, 6, SHAPE[1]), torch.linspace(0, 6, SHAPE[2]), indexing="ij"
    )
    waves = [
        torch.stack([torch.sin((1 + channel) * x + index) * torch.cos(y) for channel in range(3)])
        for index in range(count)
    ]
    return torch.stack(waves)


def _show(application: Application, chains: list[Trajectory]) -> None:
    pair = application.studio.chains
    for live, chain in zip((pair.forward, pair.reverse), chains, strict=True):
        live.show(chain)
    wait(SETTLE_SECONDS)


def _drag_while_recording(
    mouse: SliderMouse, schedule: ScheduleConfiguration, count: int, events: int
) -> list[float]:
    """Beside a thread that records other chains, which are thrown away."""
    from ddpm_studio.session.background_task import BackgroundTask

    task = BackgroundTask()
    task.start(partial(_record_for_ever, schedule, count))
    wait(SETTLE_SECONDS)
    try:
        return mouse.drag(events, jumps=True)
    finally:
        task.stop()


def _record_for_ever(schedule: ScheduleConfiguration, count: int) -> Generator[None, None, None]:
    while True:
        yield from _record(schedule, count, 1, [])


if __name__ == "__main__":
    main(sys.argv[1:])
