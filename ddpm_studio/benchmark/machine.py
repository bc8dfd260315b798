"""Says on what a benchmark ran: numbers without their machine mean nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from ddpm_studio.session.devices import usable_cores


def machine_lines(qt_version: str, qt_platform: str) -> list[str]:
    """Cores, system and versions, a line for each kind. ``qt_platform`` is the plugin's name."""
    return [
        f"{platform.machine()}, {usable_cores()} of {os.cpu_count()} cores usable",
        f"{platform.platform()}, Python {platform.python_version()}",
        f"torch {_version('torch')}, Qt {qt_version}, PySide {_version('PySide6-Essentials')}, "
        f"numpy {_version('numpy')}",
        f"Qt draws on the platform {qt_platform!r}"
        + (": no display, so nothing was shown" if qt_platform == "offscreen" else ""),
    ]


def load_line() -> str:
    """How busy the machine is with other things; to be asked before a benchmark begins."""
    if not hasattr(os, "getloadavg"):
        return "how busy the machine was before: not known here"
    return f"busy threads before, on average of a minute: {os.getloadavg()[0]:.2f}"


def _version(package: str) -> str:
    """As installed, without importing it: torch would take a second and much memory."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
