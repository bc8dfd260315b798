"""Where the files that ship with the application lie, in a checkout and in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def resources_folder() -> Path:
    """The folder of icons, translations, bundled models and data sets.

    A wheel carries it inside the package; a checkout has it beside the package.
    """
    package = Path(__file__).resolve().parent
    inside_wheel = package / "resources"
    return inside_wheel if inside_wheel.is_dir() else package.parent / "resources"


def resource(*parts: str) -> Path:
    """Path of one bundled file, for example ``resource("models", "digits.safetensors")``."""
    return resources_folder().joinpath(*parts)
