"""What the results of the probes say, row by row, beside what is expected on two CPU cores."""

from __future__ import annotations

from collections.abc import Sequence

from ddpm_studio.benchmark.results import (
    ChainSpeed,
    Export,
    LargeChains,
    Learning,
    Opening,
    Sampling,
    Session,
    SliderDrag,
    Stall,
    StartUp,
    TrainingSpeed,
)
from ddpm_studio.benchmark.spread import median, percentile
from ddpm_studio.benchmark.table import Expectation, Row

FIRST_PAINT_SECONDS, ALIVE_SECONDS = 0.3, 2.5
IDLE_P99_MS, SAMPLING_P99_MS, STALL_MS = 16.0, 25.0, 50.0
LEARNING_P99_MS = 33.0
SCRUB_P99_MS = 33.0  # of chains in a file
OPENING_SECONDS = 3.0
MEGABYTE = 1_000_000
CHAIN_RATIOS = {1: 1.2, 16: 1.1}  # in float32, by how many samples at once
FLOAT32_RATIO, BFLOAT16_RATIO = 1.1, 1.5  # at the small network


def startup_rows(starts: Sequence[StartUp]) -> list[Row]:
    """From the start of a process; ``starts`` is not empty."""
    moments = (
        ("start: Python itself (part of the following)", "ready_seconds", None),
        ("start: first paint", "first_paint_seconds", FIRST_PAINT_SECONDS),
        ("start: all controls are there", "screen_seconds", None),
        ("start: alive, something moves", "alive_seconds", ALIVE_SECONDS),
        ("start: both chains move", "both_move_seconds", None),
    )
    return [
        _spread_row(
            name,
            "s",
            [getattr(start, field) for start in starts],
            () if bound is None else (Expectation("median", "<", bound),),
            p99=False,
        )
        for name, field, bound in moments
    ]


def slider_rows(what: str, drag: SliderDrag) -> list[Row]:
    """Idle, while sampling, and the pair's ratio."""
    pairs = (
        ("idle", drag.idle_ms, IDLE_P99_MS),
        ("sampling", drag.sampling_ms, SAMPLING_P99_MS),
    )
    rows = [
        _spread_row(
            f"slider to pixels, {what}, {state}", "ms", values, (Expectation("p99", "<", bound),)
        )
        for state, values, bound in pairs
    ]
    return [*rows, _ratio_row("  sampling / idle", rows[1], rows[0])]


def opening_rows(opening: Opening) -> list[Row]:
    """From the click on a large model to its reverse chain."""
    name = f"opening {opening.parameter_count / 1e6:.1f} M parameters"
    expected = (Expectation("median", "<", OPENING_SECONDS),)
    steps = f"  until the first reverse step of {opening.sample_count}"
    return [
        _spread_row(name, "s", opening.ready_seconds, expected, p99=False),
        _spread_row(steps, "s", opening.first_step_seconds, expected, p99=False),
    ]


def large_chain_rows(chains: LargeChains) -> list[Row]:
    """Scrubbing chains that lie in files, and what a step of recording takes."""
    shape = "x".join(map(str, chains.sample_shape))
    what = f"{chains.count} images of {shape}, {chains.steps:,} steps"
    expected = (Expectation("p99", "<", SCRUB_P99_MS),)
    return [
        _spread_row(f"any t to pixels, {what}, idle", "ms", chains.idle_ms, expected),
        _spread_row("  the same of small images in memory", "ms", chains.small_ms, ()),
        _spread_row("  while such a chain is recorded", "ms", chains.recording_ms, ()),
        _spread_row("  a step of q, computed and recorded", "ms", chains.step_ms, ()),
        Row("  file of a chain", "MB", max=chains.file_bytes / MEGABYTE),
    ]


def session_rows(session: Session) -> list[Row]:
    """The window's thread in a session that uses everything."""
    starting = max((stall.late_ms for stall in session.starting), default=0.0)
    name = f"lateness of a {session.interval_ms} ms timer, in use"
    expected = (Expectation("max", "<", STALL_MS),)
    return [
        _spread_row(name, "ms", session.late_ms, expected),
        Row("  longest stall until torch is imported", "ms", max=starting, expectations=expected),
    ]


def learning_rows(learning: Learning) -> list[Row]:
    """The window's thread while a network is trained, and how fast that goes on beside it."""
    name = f"lateness of a {learning.interval_ms} ms timer, training {learning.preset}"
    expected = (Expectation("p99", "<", LEARNING_P99_MS),)
    return [
        _spread_row(name, "ms", learning.late_ms, expected),
        Row(f"  training steps, CPU threads: {learning.threads}", "1/s", learning.steps_per_second),
    ]


def sampling_rows(sampling: Sampling) -> list[Row]:
    """Reverse steps per second of every model."""
    return [
        Row(
            f"reverse steps, {speed.model}, {speed.sample_count:,} samples",
            "1/s",
            median=median(speed.steps_per_second),
            max=max(speed.steps_per_second),
        )
        for speed in sampling.speeds
    ]


def training_rows(speed: TrainingSpeed) -> list[Row]:
    """Images a second, and the medians of the rounds' ratios where there is something to compare with.

    What pytorch-ddpm offers is float32, so this is what the Trainer's bfloat16 is compared with; its
    loop under autocast stands beside it.
    """
    name = f"training, {speed.network} network"
    ours, theirs = speed.ours, speed.theirs
    rows = [_speed_row(f"{name}, {key}", rates) for key, rates in ours.items()]
    if not theirs:
        return rows
    rows += [_speed_row(f"  pytorch-ddpm's loop, {key}", rates) for key, rates in theirs.items()]
    bounds = (FLOAT32_RATIO, BFLOAT16_RATIO) if speed.network == "small" else (None, None)
    exact, rough = "float32", "bfloat16"
    return [
        *rows,
        _paired_row("  float32 / its float32", ours[exact], theirs[exact], bounds[0]),
        _paired_row("  bfloat16 / its float32", ours[rough], theirs[exact], bounds[1]),
        _paired_row("  bfloat16 / its bfloat16", ours[rough], theirs[rough]),
    ]


def chain_rows(speed: ChainSpeed) -> list[Row]:
    """Reverse steps a second, and the medians of the rounds' ratios to every other project's."""
    name = f"reverse steps, {speed.sample_count} at once"
    rows = [
        Row(f"{name}, {who}", "1/s", median(rates), max=max(rates))
        for who, rates in speed.rates.items()
    ]
    for project in ("pytorch-ddpm", "diffusers"):
        if project not in speed.rates:
            continue
        for precision in ("float32", "bfloat16"):
            ours = speed.rates[f"ours, {precision}"]
            bound = CHAIN_RATIOS.get(speed.sample_count) if project == "pytorch-ddpm" else None
            exact = bound if precision == "float32" else None
            rows.append(
                _paired_row(f"  {precision} / {project}", ours, speed.rates[project], exact)
            )
    return [*rows, memory_row(name, [speed.peak_bytes])]


def _speed_row(name: str, rates: Sequence[float]) -> Row:
    return Row(name, "images/s", median(rates), max=max(rates))


def _paired_row(
    name: str, above: Sequence[float], below: Sequence[float], bound: float | None = None
) -> Row:
    """Of two that took turns: what slowed a round down slowed both."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    expected = () if bound is None else (Expectation("median", ">", bound),)
    return Row(name, "ratio", median(ratios), max=max(ratios), expectations=expected)


def export_rows(export: Export) -> list[Row]:
    """Frames per second of the whole export, and how large they are."""
    size = "x".join(map(str, export.size_px))
    rates = export.frames_per_second
    return [
        Row(f"GIF, {export.model}, {size}", "frames/s", median(rates), max=max(rates)),
        Row("  size of a frame in the file", "kB", export.bytes_per_frame / 1000),
    ]


def memory_row(name: str, peaks: Sequence[int | None]) -> Row:
    """The highest of several processes' peaks; nothing where the system does not tell."""
    known = [peak for peak in peaks if peak is not None]
    return Row(f"peak memory, {name}", "MB", max=max(known) / MEGABYTE if known else None)


def stall_lines(stalls: Sequence[Stall]) -> list[str]:
    """What the person did in each of the longest stalls, and where the window's thread was."""
    return [
        f"{stall.late_ms:6.0f} ms, {stall.busy_ms:.0f} ms of it computing: {stall.activity}"
        + (f"\n          in {stall.place}" if stall.place else "")
        for stall in stalls
    ]


def _spread_row(
    name: str,
    unit: str,
    values: Sequence[float],
    expectations: tuple[Expectation, ...],
    *,
    p99: bool = True,
) -> Row:
    """``p99`` is False for a handful of values, of which there is none."""
    high = percentile(values, 99) if p99 else None
    return Row(name, unit, median(values), high, max(values), expectations)


def _ratio_row(name: str, above: Row, below: Row) -> Row:
    return Row(
        name,
        "ratio",
        _ratio(above.median, below.median),
        _ratio(above.p99, below.p99),
        _ratio(above.max, below.max),
    )


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None
