"""Looks at a path before it is opened: a pipe would wait for ever, and a size may be absurd."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from ddpm_studio.explained_error import ExplainedError

MAX_FILE_BYTES = 4_000_000_000


class ModelFileError(ExplainedError):
    """A model file that cannot be opened or written: one sentence with its name and the reason."""


def require_regular_file(path: Path) -> os.stat_result:
    """What is known of a file. Raises ModelFileError where it is none, or larger than any model."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        raise ModelFileError("There is no file {path}.", path=path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ModelFileError(
            "{path} cannot be opened: {reason}.", path=path, reason=reason
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise ModelFileError("{path} is not a file but a folder or a device.", path=path)
    if status.st_size > MAX_FILE_BYTES:
        raise ModelFileError(
            "{file} is larger than any model this application opens.", file=path.name
        )
    return status


def open_at_once(path: Path) -> io.BufferedReader:
    """Open a file that was looked at before: a pipe in its place by now is empty, and not waited for."""
    at_once = getattr(os, "O_NONBLOCK", 0)  # Windows has no pipes among its files
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | at_once))
