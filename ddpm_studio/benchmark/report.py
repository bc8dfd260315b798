"""Runs every measurement and prints the table; what was measured never fails it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from ddpm_studio.benchmark.machine import load_line, machine_lines
from ddpm_studio.benchmark.probe_process import ProbeError, run_probe
from ddpm_studio.benchmark.results import (
    Export,
    LargeChains,
    Learning,
    Opening,
    Sampling,
    SamplingSpeed,
    Session,
    SliderDrag,
    Stall,
    StartUp,
)
from ddpm_studio.benchmark.rows import (
    export_rows,
    large_chain_rows,
    learning_rows,
    memory_row,
    opening_rows,
    sampling_rows,
    session_rows,
    slider_rows,
    stall_lines,
    startup_rows,
)
from ddpm_studio.benchmark.table import Row, format_table

DRAGS = (("64 images", "digits", 64), ("5,000 points", "swiss-roll", 5000))
LARGE_COUNT = 64
EXPORTED = ("swiss-roll", "digits")
LEARNED = ("moons-quick", "digits-quick")
SHOWN_STALLS = 6


@dataclass(frozen=True)
class Effort:
    """How often everything is repeated."""

    starts: int = 7
    slider_events: int = 600
    openings: int = 5
    large_steps: int = 1000
    session_seconds_each: float = 1.5
    learning_seconds: float = 20.0
    sampling_repetitions: int = 5
    sampling_steps: int = 100
    export_repetitions: int = 3
    export_frames: int = 100


THOROUGH = Effort()
QUICK = Effort(
    starts=3,
    slider_events=200,
    openings=3,
    large_steps=50,
    session_seconds_each=0.6,
    learning_seconds=8.0,
    sampling_repetitions=3,
    sampling_steps=40,
    export_repetitions=1,
    export_frames=40,
)


@dataclass
class _Report:
    """What is known so far."""

    effort: Effort
    load: str
    rows: list[Row] = field(default_factory=list)
    memory: list[Row] = field(default_factory=list)
    machine: list[str] = field(default_factory=list)
    stalls: list[Stall] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def run_benchmark(quick: bool = False) -> int:
    """Measure, and print the table; 1 where something could not be measured at all, else 0."""
    report = _Report(QUICK if quick else THOROUGH, load=load_line())
    for what, measure in _measurements():
        print(f"measuring {what} ...", file=sys.stderr, flush=True)
        try:
            measure(report)
        except ProbeError as error:
            report.problems.append(f"{what}: not measured. {error}")
    print(_text(report), flush=True)
    return 1 if report.problems else 0


def _measurements() -> tuple[tuple[str, Callable[[_Report], None]], ...]:
    return (
        ("starts", _measure_starts),
        ("the slider", _measure_slider),
        ("opening a large model", _measure_opening),
        ("large images", _measure_large),
        ("a session", _measure_session),
        ("the window while training", _measure_learning),
        ("sampling", _measure_sampling),
        ("GIF export", _measure_export),
    )


def _measure_starts(report: _Report) -> None:
    starts = [StartUp(**run_probe("startup_probe")) for _ in range(report.effort.starts)]
    report.machine += machine_lines(starts[0].qt_version, starts[0].platform)
    report.rows += startup_rows(starts)
    report.memory.append(memory_row("once alive", [start.peak_bytes for start in starts]))


def _measure_slider(report: _Report) -> None:
    for what, model, count in DRAGS:
        drag = SliderDrag(**run_probe("slider_probe", model, count, report.effort.slider_events))
        report.rows += slider_rows(what, drag)
        report.memory.append(memory_row(what, [drag.peak_bytes]))


def _measure_opening(report: _Report) -> None:
    opening = Opening(**run_probe("opening_probe", report.effort.openings))
    report.rows += opening_rows(opening)
    report.memory.append(memory_row("opening a large model", [opening.peak_bytes]))


def _measure_large(report: _Report) -> None:
    effort = report.effort
    result = run_probe("large_chain_probe", LARGE_COUNT, effort.large_steps, effort.slider_events)
    chains = LargeChains(**result)
    report.rows += large_chain_rows(chains)
    report.memory.append(memory_row("large images", [chains.peak_bytes]))


def _measure_session(report: _Report) -> None:
    result = run_probe("session_probe", report.effort.session_seconds_each)
    for name in ("starting", "stalls"):
        result[name] = [Stall(**stall) for stall in result[name]]
    session = Session(**result)
    report.rows += session_rows(session)
    report.stalls += session.starting[:SHOWN_STALLS] + session.stalls[:SHOWN_STALLS]
    report.memory.append(memory_row("in use, all models", [session.peak_bytes]))


def _measure_learning(report: _Report) -> None:
    for preset in LEARNED:
        result = run_probe("learning_probe", preset, report.effort.learning_seconds)
        stalls = [Stall(**stall) for stall in result.pop("stalls")]
        learning = Learning(**result, stalls=stalls)
        report.rows += learning_rows(learning)
        report.stalls += stalls[:SHOWN_STALLS]
        report.memory.append(memory_row(f"training {preset}", [learning.peak_bytes]))


def _measure_sampling(report: _Report) -> None:
    effort = report.effort
    result = run_probe("sampling_probe", effort.sampling_repetitions, effort.sampling_steps)
    speeds = [SamplingSpeed(**speed) for speed in result.pop("speeds")]
    sampling = Sampling(**result, speeds=speeds)
    report.machine.append(
        f"torch computes on {sampling.devices[0]}, CPU threads: {sampling.threads}; "
        f"known devices: {', '.join(sampling.devices)}"
    )
    report.rows += sampling_rows(sampling)


def _measure_export(report: _Report) -> None:
    effort = report.effort
    for model in EXPORTED:
        arguments = (model, effort.export_repetitions, effort.export_frames)
        export = Export(**run_probe("export_probe", *arguments))
        report.rows += export_rows(export)
        report.memory.append(memory_row(f"export of {model}", [export.peak_bytes]))


def _text(report: _Report) -> str:
    parts = ["\n".join([*report.machine, report.load])]
    rows = report.rows + report.memory
    if rows:
        parts.append(format_table(rows))
        parts.append("What is expected is meant for two CPU cores that do nothing else.")
    if report.stalls:
        lines = ["Longest stalls of the window's thread:", *stall_lines(report.stalls)]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, *report.problems])
