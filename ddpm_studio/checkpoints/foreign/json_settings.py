"""A JSON file of settings, whose values are taken one by one, each checked as it is taken."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ddpm_studio.checkpoints.description import DescriptionError, without_repeats
from ddpm_studio.checkpoints.foreign.source_file import SourceFile
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.explained_error import brief

_MAX_BYTES = 2_000_000  # a list of ten thousand betas, and the rest


@dataclass(frozen=True)
class JsonSettings:
    """The settings of one file. Each method raises ModelFileError for what it is not meant to be."""

    path: Path
    values: Mapping[str, Any] = field(hash=False)

    @classmethod
    def read(cls, path: Path) -> JsonSettings:
        """Raises ModelFileError where the file cannot be read or holds no settings."""
        source = SourceFile.at(path)
        with source.opened() as file:
            text = file.read(_MAX_BYTES + 1)
        try:
            if len(text) > _MAX_BYTES:
                raise ValueError
            values = json.loads(text, object_pairs_hook=without_repeats)
        except (ValueError, RecursionError, DescriptionError):
            values = None
        if not isinstance(values, dict):
            raise ModelFileError("{file} holds no settings.", file=path.name)
        return cls(path, values)

    def text(self, name: str, default: str | None) -> str | None:
        """A text or null."""
        value = self.values.get(name, default)
        return value if value is None or isinstance(value, str) else self._refuse(name)

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.values.get(name, default)
        return value if isinstance(value, bool) else self._refuse(name)

    def whole(self, name: str, default: int | None) -> int | None:
        """A whole number or null."""
        value = self.values.get(name, default)
        return value if value is None or type(value) is int else self._refuse(name)

    def number(self, name: str, default: float) -> float:
        """A finite number."""
        value = self.values.get(name, default)
        return float(value) if _is_finite(value) else self._refuse(name)

    def texts(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts."""
        value = self._list(name, default)
        return value if all(isinstance(each, str) for each in value) else self._refuse(name)

    def wholes(self, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """A list of whole numbers."""
        value = self._list(name, default)
        return value if all(type(each) is int for each in value) else self._refuse(name)

    def numbers(self, name: str) -> tuple[float, ...] | None:
        """A list of finite numbers, or null."""
        if self.values.get(name) is None:
            return None
        value = self._list(name, ())
        return tuple(map(float, value)) if all(map(_is_finite, value)) else self._refuse(name)

    def _list(self, name: str, default: tuple[Any, ...]) -> tuple[Any, ...]:
        value = self.values.get(name, default)
        return tuple(value) if isinstance(value, (list, tuple)) else self._refuse(name)

    def _refuse(self, name: str) -> Any:
        raise ModelFileError(
            "{file} is not valid: its {name} is {value}.",
            file=self.path.name,
            name=name,
            value=brief(repr(self.values.get(name))),
        )


def _is_finite(value: object) -> bool:
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return math.isfinite(value)
    except OverflowError:
        return False
