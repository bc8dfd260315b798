"""Where imported data sets are kept: the folder that a person chose, else the system's own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs

from ddpm_studio.atomic_file import replacing_file
from ddpm_studio.explained_error import ExplainedError

VARIABLE = "DDPM_STUDIO_DATA"
_APPLICATION = "DDPM Studio"
_MAX_POINTER_BYTES = 10_000


class LocationFixedError(ExplainedError):
    """The environment says where the cache is, and would go on saying so."""


def cache_folder() -> Path:
    """The folder of all imported data sets; it need not exist yet.

    The environment's DDPM_STUDIO_DATA comes first, then the folder that they were moved to.
    """
    chosen = os.environ.get(VARIABLE)
    return Path(chosen).expanduser() if chosen else _pointed_at() or default_folder()


def default_folder() -> Path:
    """Beside what the application makes, and not where systems clear up: a source may be gone."""
    return platformdirs.user_data_path(_APPLICATION, appauthor=False) / "data sets"


def point_to(folder: Path) -> None:
    """Look there from now on, in this process and in all others. Raises SaveError."""
    require_movable()
    pointer = _pointer()
    pointer.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(pointer) as file:
        file.write(json.dumps({"folder": str(folder)}).encode())


def require_movable() -> None:
    """Raises LocationFixedError where the environment has the last word."""
    if os.environ.get(VARIABLE):
        raise LocationFixedError(
            "The variable {variable} says where the data sets are: change it, or start without it.",
            variable=VARIABLE,
        )


def _pointer() -> Path:
    return platformdirs.user_config_path(_APPLICATION, appauthor=False) / "data-sets.json"


def _pointed_at() -> Path | None:
    """What is not understood is no choice: the system's own folder is then as good as any."""
    try:
        with open(_pointer(), "rb") as file:
            found = json.loads(file.read(_MAX_POINTER_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    folder = found.get("folder") if isinstance(found, dict) else None
    if not isinstance(folder, str) or "\0" in folder or not Path(folder).is_absolute():
        return None
    return Path(folder)
