"""Where an export goes: the error it raises there, and the check before long work."""

from __future__ import annotations

from pathlib import Path

from ddpm_studio.atomic_file import SaveError, check_replaceable


class ExportError(SaveError):
    """An export could not be written; what was at its path before is untouched."""


def preflight(path: Path | str) -> None:
    """Checks that an export to `path` can begin; raises ExportError with what to do about it."""
    check_replaceable(path, error=ExportError)
