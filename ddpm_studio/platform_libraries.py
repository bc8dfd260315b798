"""Names the system libraries that Qt needs on Linux and that are missing, before Qt aborts.

Only the standard library: this runs when Qt cannot be imported. As a script it prints the Debian
packages that tests without a screen need and that are missing.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import NamedTuple


class MissingLibrary(NamedTuple):
    """A shared library that cannot be loaded, and the Debian and Ubuntu package that has it."""

    library: str
    package: str


# What the libraries and platform plugins in PySide6's wheel link to and do not bring along.
_FOR_QT = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
}
_FOR_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
_FOR_WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
# Packages with a new name since the time type grew to 64 bits, and the first releases with it.
_RENAMED = {"libglib2.0-0": "libglib2.0-0t64"}
_RENAMED_SINCE = {"debian": 13.0, "ubuntu": 24.04}


def missing_system_libraries(for_display: bool) -> list[MissingLibrary]:
    """What Qt needs and cannot load; nothing on Windows and macOS, where it brings everything.

    Args:
        for_display: also what a window on this session's X11 or Wayland screen needs. Without it,
            what is needed to import Qt and to draw off screen.
    """
    if not sys.platform.startswith("linux"):
        return []
    missing = _missing_of(_FOR_QT)
    if for_display:
        missing += _missing_for_screen()
    return missing


def explanation(missing: list[MissingLibrary]) -> str:
    """What to do about `missing`, in words; English, because translations need Qt."""
    libraries = ", ".join(library for library, _ in missing)
    packages = " ".join(dict.fromkeys(package for _, package in missing))
    return (
        f"Qt needs system libraries that are not installed: {libraries}. On Debian and Ubuntu, "
        f"install them with “sudo apt install {packages}”; elsewhere, with what has them."
    )


def _missing_for_screen() -> list[MissingLibrary]:
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform not in ("", "xcb", "wayland"):
        return []
    on_wayland = platform == "wayland" or (not platform and bool(os.environ.get("WAYLAND_DISPLAY")))
    missing_for_x11 = [] if platform == "wayland" else _missing_of(_FOR_X11)
    if not on_wayland:
        return missing_for_x11
    # Qt falls back to X11 on a Wayland screen, so either of the two will do.
    missing_for_wayland = _missing_of(_FOR_WAYLAND)
    return missing_for_wayland if missing_for_x11 or platform == "wayland" else []


def _missing_of(libraries: dict[str, str]) -> list[MissingLibrary]:
    return [
        MissingLibrary(library, _name_here(package))
        for library, package in libraries.items()
        if not _can_load(library)
    ]


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _name_here(package: str) -> str:
    """The package's name in this release of Debian or Ubuntu."""
    release = _os_release()
    try:
        version = float(release.get("VERSION_ID", "0"))
    except ValueError:
        version = 0.0
    is_renamed = version >= _RENAMED_SINCE.get(release.get("ID", ""), float("inf"))
    return _RENAMED.get(package, package) if is_renamed else package


def _os_release() -> dict[str, str]:
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            pairs = (line.strip().partition("=") for line in file)
            return {key: value.strip("\"'") for key, _, value in pairs}
    except OSError:
        return {}


if __name__ == "__main__":
    print(*dict.fromkeys(package for _, package in missing_system_libraries(for_display=False)))
