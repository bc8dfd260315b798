"""The table of how fast reverse steps of the paper's network are, beside those of other projects."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.benchmark.machine import load_line
from ddpm_studio.benchmark.probe_process import ProbeError, run_probe
from ddpm_studio.benchmark.results import ChainSpeed
from ddpm_studio.benchmark.rows import chain_rows
from ddpm_studio.benchmark.table import Row, format_table


@dataclass(frozen=True)
class Load:
    """How many samples, and how often they take how many steps."""

    samples: int
    rounds: int
    steps: int


THOROUGH = (Load(1, 11, 8), Load(16, 7, 2))
QUICK = (Load(1, 3, 4), Load(16, 1, 2))


def run_chain_benchmark(folder: Path | None, threads: int, quick: bool = False) -> int:
    """Measure, and print the table; 1 where something could not be measured at all, else 0."""
    lines, rows, problems = [load_line()], list[Row](), []
    for load in QUICK if quick else THOROUGH:
        print(f"measuring {load.samples} at once ...", file=sys.stderr, flush=True)
        try:
            speed = _measured(load, threads, folder)
        except ProbeError as error:
            problems.append(f"{load.samples} at once: not measured. {error}")
            continue
        lines = [load_line(), _network_line(speed)]
        rows += chain_rows(speed)
    parts = ["\n".join(lines), format_table(rows) if rows else "", *problems]
    print("\n\n".join(filter(None, parts)), flush=True)
    return 1 if problems else 0


def _measured(load: Load, threads: int, folder: Path | None) -> ChainSpeed:
    numbers = (load.samples, load.rounds, load.steps, threads)
    return ChainSpeed(**run_probe("chain_probe", *numbers, *([folder.resolve()] if folder else [])))


def _network_line(speed: ChainSpeed) -> str:
    return (
        f"the DDPM paper's network for CIFAR-10, {speed.parameter_count / 1e6:.2f} million parameters, "
        f"on the CPU with {speed.threads} thread{'s' if speed.threads > 1 else ''}; in bfloat16 its "
        f"output differs by {100 * speed.bfloat16_error:.1f} %"
    )
