"""What an imported data set says about itself: the about.json beside its images, checked."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ddpm_studio.explained_error import ExplainedError, brief

FORMAT = "ddpm-studio data set"
FORMAT_VERSION = 1
ABOUT_FILE, IMAGES_FILE, LABELS_FILE = "about.json", "images.npy", "labels.npy"

MIN_SIDE, MAX_SIDE = 4, 1024
MAX_COUNT = 10_000_000
MAX_CLASSES = 10_000
_MAX_ABOUT_BYTES = 4_000_000
_MAX_TEXT = 2000
_MAX_NAME_CHARACTERS = 60
_NAME = re.compile(r"\w[\w .()+-]*")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # on Windows


class DataSetError(ExplainedError):
    """A data set that cannot be read, imported or kept; the message says why and what to do."""


@dataclass(frozen=True)
class SetDescription:
    """One imported data set without its images.

    name, classes   of the set, and of its labels 0, 1, …; no classes where it has no labels
    shape           (channels, height, width) of an image, 1 or 3 channels of 8 bits
    count           of images, of which ``held_out`` are not trained on
    is_own_split    the held-out ones are the last, as the source has it; else they are drawn
    flips           a training may mirror an image, left for right
    source, licence where it comes from; what is known of who may use it
    framing         how images were brought to one size; empty where they were of that size
    sha256          of images.npy
    """

    name: str
    shape: tuple[int, int, int]
    count: int
    held_out: int
    is_own_split: bool
    classes: tuple[str, ...]
    flips: bool
    source: str
    licence: str
    framing: str
    sha256: str

    def as_text(self) -> str:
        """The JSON that :func:`read_description` reads."""
        values = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        return json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)


def read_description(folder: Path) -> SetDescription:
    """Of the set in ``folder``, which is named after it. Raises DataSetError."""
    try:
        with open(folder / ABOUT_FILE, "rb") as file:
            text = file.read(_MAX_ABOUT_BYTES)
        values = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder) from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise _damaged(folder)
    if values.get("format_version") != FORMAT_VERSION:
        raise DataSetError(
            "The data set in “{folder}” was made by another version of DDPM Studio: import it again.",
            folder=folder,
        )
    try:
        return _checked(values, folder.name)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder) from error


def _damaged(folder: Path) -> DataSetError:
    return DataSetError(
        "The data set in “{folder}” is damaged: remove it and import it again.", folder=folder
    )


def _checked(values: dict[str, Any], name: str) -> SetDescription:
    """Raises KeyError, TypeError or ValueError where the values describe no data set."""
    shape = tuple(_whole(side, 1, MAX_SIDE) for side in values["shape"])
    if len(shape) != 3 or shape[0] not in (1, 3) or values["name"] != name or not _is_name(name):
        raise ValueError
    count = _whole(values["count"], 1, MAX_COUNT)
    classes = values["classes"]
    if not isinstance(classes, list) or len(classes) > MAX_CLASSES:
        raise ValueError
    return SetDescription(
        name=name,
        shape=(shape[0], shape[1], shape[2]),
        count=count,
        held_out=_whole(values["held_out"], 0, count - 1),
        is_own_split=values["is_own_split"] is True,
        classes=tuple(map(_text, classes)),
        flips=values["flips"] is True,
        **{key: _text(values[key]) for key in ("source", "licence", "framing", "sha256")},
    )


def _whole(value: object, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise ValueError
    return value


def require_name(name: str) -> None:
    """Raises DataSetError where a folder, or a setting of a training, cannot be called that."""
    if not _is_name(name):
        raise DataSetError(
            "A data set cannot be named “{name}”: use up to {most} letters, digits, spaces and hyphens.",
            name=brief(name),
            most=_MAX_NAME_CHARACTERS,
        )


def _is_name(name: str) -> bool:
    return (
        len(name) <= _MAX_NAME_CHARACTERS
        and _NAME.fullmatch(name) is not None
        and name.isprintable()
        and not name.endswith((" ", "."))
        and _RESERVED.fullmatch(name) is None
    )


def name_for(text: str) -> str:
    """A name for a data set that comes from a file or folder called ``text``."""
    plain = re.sub(r"[^\w.()+-]+", "-", brief(text)).strip("-. ")
    name = re.sub(r"^\W+", "", plain)[:_MAX_NAME_CHARACTERS].rstrip("-. ")
    return f"data-{name}" if _RESERVED.fullmatch(name) else name or "images"
