"""Runs a probe in a process of its own: a fresh Python, with nothing imported or warmed up.

A probe is a module of this package that prints its result at the end; see probe_result.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 1200
PACKAGE_PARENT = Path(__file__).resolve().parent.parent.parent


class ProbeError(Exception):
    """A probe came to no result; the text is the last thing that it said."""


def run_probe(name: str, *arguments: object) -> dict[str, Any]:
    """The result of the probe module ``name`` with these arguments. Raises ProbeError.

    The first argument that the probe gets is ``time.perf_counter()`` right before its process
    starts: on Linux, macOS and Windows that clock is the system's, the same in every process.
    """
    command = [sys.executable, "-P", "-m", f"ddpm_studio.benchmark.{name}"]
    environment = probe_environment(os.environ, sys.platform)
    try:
        began = time.perf_counter()
        ended = subprocess.run(
            [*command, repr(began), *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ProbeError(f"{name} took more than {TIMEOUT_SECONDS} s") from error
    return _result_of(name, ended)


def probe_environment(variables: Mapping[str, str], system: str) -> dict[str, str]:
    """The variables of a probe's process: this ddpm_studio, and off screen without a display."""
    paths = (str(PACKAGE_PARENT), variables.get("PYTHONPATH", ""))
    environment = {
        **variables,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONIOENCODING": "utf-8",
    }
    has_display = bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))
    if system == "linux" and not has_display:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    return environment


def _result_of(name: str, ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    lines = ended.stdout.splitlines()
    if ended.returncode or not lines:
        said = ended.stderr.strip().splitlines() or ["nothing was said"]
        raise ProbeError(f"{name} ended with code {ended.returncode}: {said[-1]}")
    try:
        result: dict[str, Any] = json.loads(lines[-1])
    except json.JSONDecodeError as error:
        raise ProbeError(f"{name} printed no result: {lines[-1][:200]}") from error
    return result
