"""Runs every check and sums up, or pytest alone with arguments; `main.py test` starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import NamedTuple

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run(['--no-logo'])"

# As modules: the commands of a virtual environment name the place where it was made.
PYTEST = ["-m", "pytest"]
# A process for each core; as some tests take minutes, one that is done takes over from the others.
ON_ALL_CORES = ["-n", "auto", "--maxprocesses", "8", "--dist", "worksteal"]
CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "."],
    "types": ["-m", "mypy"],
    "imports": ["-c", LINT_IMPORTS],
    "tests": [*PYTEST, *ON_ALL_CORES],
}


class Outcome(NamedTuple):
    name: str
    exit_code: int
    seconds: float


def main(pytest_arguments: list[str]) -> int:
    # Tests need no screen; somebody who wants to watch them sets a platform.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Each process of the tests has a core of its own: more threads would only stand in the way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if not system_libraries_are_there():
        return 1
    if pytest_arguments:
        return run("tests", [*PYTEST, *pytest_arguments]).exit_code
    outcomes = [run(name, arguments) for name, arguments in CHECKS.items()]
    print("\n" + table(outcomes), flush=True)
    return int(any(outcome.exit_code for outcome in outcomes))


def run(name: str, arguments: list[str]) -> Outcome:
    print(f"\n-- {name} " + "-" * (74 - len(name)), flush=True)
    began = time.perf_counter()
    exit_code = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode
    # A process that a signal ended has a negative code here; a shell shows 128 + signal.
    shown = exit_code if exit_code >= 0 else 128 - exit_code
    return Outcome(name, shown, time.perf_counter() - began)


def table(outcomes: list[Outcome]) -> str:
    lines = ["check      result        seconds", "-" * 32]
    for name, exit_code, seconds in outcomes:
        result = "ok" if exit_code == 0 else f"FAILED ({exit_code})"
        lines.append(f"{name:<11}{result:<14}{seconds:>7.1f}")
    return "\n".join(lines)


def system_libraries_are_there() -> bool:
    from ddpm_studio.platform_libraries import explanation, missing_system_libraries

    missing = missing_system_libraries(for_display=False)
    if missing:
        print("\nDDPM Studio: " + explanation(missing), file=sys.stderr)
    return not missing


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
