"""Tells in milliseconds whether an environment with all dependencies is there; main.py's fast path.

A stamp in .venv holds what the environment was made from. It is believed as long as nothing of that
has changed, so a start reads a few small files and imports nothing. Written for old Pythons too.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "Scripts/python.exe" if os.name == "nt" else "bin/python")
PROJECT_FILE = os.path.join(ROOT, "pyproject.toml")
CONSTRAINTS_FILE = os.path.join(ROOT, ".ci", "constraints.txt")

OLDEST_PYTHON = (3, 11)
TOO_OLD = (
    "This is Python {}, and 3.11 or newer is needed. Install one (python.org has them for every "
    "system), then start main.py with it, for example: python3.12 main.py"
)
_BETWEEN_PARTS = "\n\f\n"


def ready_python(extra: str) -> "str | None":
    """The interpreter to use when nothing has to be set up; `extra` is "dev", or "" for none."""
    if _is_chosen_by_user() and sys.version_info >= OLDEST_PYTHON:
        import packages

        if not packages.unmet(packages.requirements(extra), packages.installed(sys.path)):
            return sys.executable
    stamp = read_stamp(extra)
    if len(stamp) > 1 and os.path.exists(VENV_PYTHON) and stamp == new_stamp(stamp[1]):
        return VENV_PYTHON
    return None


def _is_chosen_by_user() -> bool:
    """Whether this interpreter is somebody's own environment, or the only one that there is."""
    if os.path.realpath(sys.prefix) == VENV:
        return False
    in_environment = sys.prefix != sys.base_prefix or "CONDA_PREFIX" in os.environ
    return in_environment or not os.path.isdir(VENV)


def new_stamp(site_packages: str) -> "list[str]":
    """The parts of the stamp of a good .venv: when one differs, it is looked at more closely.

    The target of the link tells when another Python stands behind it, and the time of the folder
    when a package came or went.
    """
    texts = []
    for path in (PROJECT_FILE, CONSTRAINTS_FILE):
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    changed_ns = os.stat(site_packages).st_mtime_ns if os.path.isdir(site_packages) else 0
    return [ROOT, site_packages, os.path.realpath(VENV_PYTHON), str(changed_ns), *texts]


def read_stamp(extra: str) -> "list[str]":
    """Its parts: the checkout's folder alone while a set-up is unfinished, none without a stamp."""
    try:
        with open(_stamp_file(extra), encoding="utf-8") as file:
            return file.read().split(_BETWEEN_PARTS)
    except OSError:
        return []


def write_stamp(extra: str, parts: "list[str]") -> None:
    with open(_stamp_file(extra), "w", encoding="utf-8") as file:
        file.write(_BETWEEN_PARTS.join(parts))


def _stamp_file(extra: str) -> str:
    return os.path.join(VENV, "ddpm-studio-" + (extra or "application") + ".stamp")
