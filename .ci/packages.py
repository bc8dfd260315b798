"""Which packages are wanted, pinned and installed; read from file names, no package is imported."""

from __future__ import annotations

import csv
import operator
import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from environment import CONSTRAINTS_FILE, PROJECT_FILE

_DIST_INFO = ".dist-info"
_HOLDS = {">=": operator.ge, "<": operator.lt, "==": operator.eq}


def requirements(extra: str) -> list[str]:
    """The project's dependencies, as "torch>=2.10,<2.14", and those of `extra` if it is not ""."""
    with open(PROJECT_FILE, "rb") as file:
        project = tomllib.load(file)["project"]
    optional = project["optional-dependencies"][extra] if extra else []
    return [*project["dependencies"], *optional]


def pins() -> list[str]:
    """The versions that are tested, for example "torch==2.13.0"."""
    with open(CONSTRAINTS_FILE, encoding="utf-8") as file:
        return [line.strip() for line in file if "==" in line]


def installed(folders: Iterable[str | Path]) -> dict[str, str]:
    """Package name to version; of two with the same name the first counts, as for an import."""
    found: dict[str, str] = {}
    for folder in folders:
        for entry in os.listdir(folder) if os.path.isdir(folder) else []:
            if entry.endswith(_DIST_INFO):
                name, _, version = entry.removesuffix(_DIST_INFO).partition("-")
                found.setdefault(_plain(name), version)
    return found


def count_finished(site_packages: Path) -> int:
    """How many packages are installed, without the one that is being installed at this moment."""
    return len(list(site_packages.glob(f"*{_DIST_INFO}/RECORD")))


def unmet(wanted: Iterable[str], present: dict[str, str]) -> list[str]:
    """Those of `wanted` that no package of `present` satisfies."""
    return [requirement for requirement in wanted if not _is_met(requirement, present)]


def name_of(requirement: str) -> str:
    """The package that a requirement or a pin is about."""
    return _plain(re.split(r"[^\w.-]", requirement, maxsplit=1)[0])


def cut_short(site_packages: Path) -> list[Path]:
    """The *.dist-info folders of packages with files that are gone or shorter than recorded.

    An installer writes RECORD last, so a package without one was interrupted as well.
    """
    return [folder for folder in site_packages.glob("*" + _DIST_INFO) if not _is_complete(folder)]


def _is_complete(dist_info: Path) -> bool:
    try:
        with open(dist_info / "RECORD", encoding="utf-8", newline="") as file:
            for path, _, size_bytes in csv.reader(file):
                # Compiled files are made again on demand, and people delete them.
                if not path.endswith(".pyc"):
                    actual_bytes = os.stat(dist_info.parent / path).st_size
                    if actual_bytes < int(size_bytes or 0):
                        return False
    except (OSError, ValueError):
        return False
    return True


def _is_met(requirement: str, present: dict[str, str]) -> bool:
    version = _release(present.get(name_of(requirement), ""))
    clauses = re.findall(r"(>=|<|==)\s*([\w.]+)", requirement)
    return bool(version) and all(_HOLDS[sign](version, _release(bound)) for sign, bound in clauses)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _release(version: str) -> tuple[int, ...]:
    """2.13.0+cpu gives (2, 13): neither the build nor trailing zeros matter to what is allowed."""
    numbers = [int(number) for number in re.findall(r"\d+", version.partition("+")[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
