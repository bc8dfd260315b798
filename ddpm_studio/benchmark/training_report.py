"""The table of how fast networks are trained, beside pytorch-ddpm's loop where there is a checkout."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.benchmark.machine import load_line
from ddpm_studio.benchmark.probe_process import ProbeError, run_probe
from ddpm_studio.benchmark.results import TrainingSpeed
from ddpm_studio.benchmark.rows import memory_row, training_rows
from ddpm_studio.benchmark.table import Row, format_table


@dataclass(frozen=True)
class Load:
    """One network, how many images a step, and how often it is measured."""

    network: str
    batch_size: int
    rounds: int
    steps: int


THOROUGH = (Load("small", 64, 9, 3), Load("paper", 8, 3, 2))
QUICK = (Load("small", 64, 3, 1), Load("paper", 4, 1, 1))


def run_training_benchmark(folder: Path | None, quick: bool = False) -> int:
    """Measure, and print the table; 1 where something could not be measured at all, else 0."""
    lines, rows, problems = [load_line()], [], []
    for load in QUICK if quick else THOROUGH:
        print(f"measuring the {load.network} network ...", file=sys.stderr, flush=True)
        try:
            speed = _measured(load, folder)
        except ProbeError as error:
            problems.append(f"{load.network} network: not measured. {error}")
            continue
        lines.append(_network_line(speed))
        rows += _rows(speed)
    parts = ["\n".join(lines), format_table(rows) if rows else "", *problems]
    print("\n\n".join(filter(None, parts)), flush=True)
    return 1 if problems else 0


def _measured(load: Load, folder: Path | None) -> TrainingSpeed:
    numbers = (load.network, load.batch_size, load.rounds, load.steps)
    return TrainingSpeed(
        **run_probe("training_probe", *numbers, *([folder.resolve()] if folder else []))
    )


def _network_line(speed: TrainingSpeed) -> str:
    return (
        f"{speed.network} network: {speed.parameter_count / 1e6:.2f} million parameters, images of "
        f"{speed.image_size}x{speed.image_size}, batches of {speed.batch_size}, on the CPU with "
        f"{speed.threads} thread{'s' if speed.threads > 1 else ''} as in the window"
    )


def _rows(speed: TrainingSpeed) -> list[Row]:
    name = f"training, {speed.network} network"
    return [*training_rows(speed), memory_row(name, [speed.peak_bytes])]
