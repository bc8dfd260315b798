"""The flags of a training, as absl's ``FLAGS.flags_into_string()`` writes them, a line for each."""

from __future__ import annotations

import re
from pathlib import Path

from ddpm_studio.checkpoints.regular_file import ModelFileError, require_regular_file

FLAG_FILE = "flagfile.txt"
_MAX_BYTES = 100_000
_LINE = re.compile(r"--(\w+)=(.*)")


def read_flag_file(path: Path) -> dict[str, list[str]]:
    """Each flag with its values, of which a list has several; empty where there is no such file."""
    try:
        if require_regular_file(path).st_size > _MAX_BYTES:
            return {}
        text = path.read_bytes()[:_MAX_BYTES].decode(errors="replace")
    except (ModelFileError, OSError):
        return {}
    flags: dict[str, list[str]] = {}
    for match in filter(None, map(_LINE.fullmatch, text.splitlines())):
        flags.setdefault(match[1], []).append(match[2].strip())
    return flags
