"""Missing system libraries are named, with the package that has them; nothing else is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ddpm_studio import platform_libraries
from ddpm_studio.platform_libraries import MissingLibrary, explanation, missing_system_libraries

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

UBUNTU_24_04 = {"ID": "ubuntu", "VERSION_ID": "24.04"}
UBUNTU_22_04 = {"ID": "ubuntu", "VERSION_ID": "22.04"}
DEBIAN_13 = {"ID": "debian", "VERSION_ID": "13"}
DEBIAN_SID = {"ID": "debian"}
FEDORA = {"ID": "fedora", "VERSION_ID": "43"}


@pytest.fixture(autouse=True)
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)


def hide(monkeypatch: pytest.MonkeyPatch, *parts: str) -> None:
    """Makes the libraries whose names contain one of `parts` impossible to load."""
    load = platform_libraries.ctypes.CDLL

    def load_unless_hidden(name: str) -> object:
        if any(part in name for part in parts):
            raise OSError(f"{name}: cannot open shared object file")
        return load("libc.so.6")

    monkeypatch.setattr(platform_libraries.ctypes, "CDLL", load_unless_hidden)


def test_nothing_is_missing_where_qt_can_be_imported() -> None:
    pytest.importorskip("PySide6.QtWidgets")
    assert missing_system_libraries(for_display=False) == []


def test_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "libEGL")
    missing = missing_system_libraries(for_display=True)
    assert missing == [MissingLibrary("libEGL.so.1", "libegl1")]
    assert "libEGL.so.1" in explanation(missing)
    assert "“sudo apt install libegl1”" in explanation(missing)


@pytest.mark.parametrize(
    ("release", "package"),
    [
        (UBUNTU_24_04, "libglib2.0-0t64"),
        (UBUNTU_22_04, "libglib2.0-0"),
        (DEBIAN_13, "libglib2.0-0t64"),
        (DEBIAN_SID, "libglib2.0-0"),
        (FEDORA, "libglib2.0-0"),
    ],
)
def test_package_has_its_name_in_this_release(
    monkeypatch: pytest.MonkeyPatch, release: dict[str, str], package: str
) -> None:
    hide(monkeypatch, "libglib")
    monkeypatch.setattr(platform_libraries, "_os_release", lambda: release)
    assert missing_system_libraries(False) == [MissingLibrary("libglib-2.0.so.0", package)]


@pytest.mark.parametrize(
    ("variables", "hidden", "expected"),
    [
        ({}, ["xcb-cursor"], ["libxcb-cursor0"]),
        ({}, ["wayland"], []),
        ({"QT_QPA_PLATFORM": "offscreen"}, ["xcb-cursor", "wayland"], []),
        ({"QT_QPA_PLATFORM": "vnc:size=8x8"}, ["xcb-cursor", "wayland"], []),
        ({"WAYLAND_DISPLAY": "wayland-0"}, ["xcb-cursor"], []),
        ({"WAYLAND_DISPLAY": "wayland-0"}, ["wayland-client"], []),
        ({"WAYLAND_DISPLAY": "0"}, ["xcb-cursor", "wayland-client"], ["libwayland-client0"]),
        ({"QT_QPA_PLATFORM": "wayland"}, ["wayland-client"], ["libwayland-client0"]),
        ({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "0"}, ["xcb-icccm"], ["libxcb-icccm4"]),
    ],
)
def test_screen_needs_the_libraries_of_its_kind(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    hidden: list[str],
    expected: list[str],
) -> None:
    hide(monkeypatch, *hidden)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert [package for _, package in missing_system_libraries(for_display=True)] == expected
    assert missing_system_libraries(for_display=False) == []


def test_other_systems_bring_everything_along(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "lib")
    assert missing_system_libraries(for_display=True)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert missing_system_libraries(for_display=True) == []


def test_script_prints_packages_for_apt() -> None:
    hide_two = (
        "import ctypes, runpy, sys\n"
        "load = ctypes.CDLL\n"
        "def hidden(name):\n"
        "    if 'libGL' in name or 'fontconfig' in name: raise OSError(name)\n"
        "ctypes.CDLL = hidden\n"
        "runpy.run_path(sys.argv[1], run_name='__main__')\n"
    )
    path = Path(platform_libraries.__file__)
    command = [sys.executable, "-c", hide_two, str(path)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert printed == "libgl1 libfontconfig1\n"
