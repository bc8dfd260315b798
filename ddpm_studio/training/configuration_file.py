"""Reads the description of a training from a JSON file that may hold anything."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from ddpm_studio.checkpoints.description import DescriptionError, without_repeats
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training.configuration import TrainingConfiguration, TrainingConfigurationError

MAX_FILE_BYTES = 1_000_000


class ConfigurationFileError(ExplainedError):
    """A file that holds no training; the message names it. ``field`` is what is wrong in it."""

    @property
    def field(self) -> str | None:
        """The field of TrainingConfiguration, where it is one that is wrong."""
        reason = self.values.get("reason")
        return reason.field if isinstance(reason, TrainingConfigurationError) else None


def load_configuration(path: Path) -> TrainingConfiguration:
    """The training that a JSON file describes. Raises ConfigurationFileError."""
    try:
        values = json.loads(
            _read(path), parse_constant=_refuse_constant, object_pairs_hook=without_repeats
        )
    except DescriptionError as error:
        raise ConfigurationFileError(
            "{file} is not a training: {reason}.", file=path.name, reason=error
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationFileError("{file} is not valid JSON.", file=path.name) from error
    if not isinstance(values, dict):
        raise ConfigurationFileError("{file} holds no JSON object.", file=path.name)
    try:
        return TrainingConfiguration.from_dict(values)
    except TrainingConfigurationError as error:
        raise ConfigurationFileError(
            "{file} describes no training that can be: {reason}.", file=path.name, reason=error
        ) from error


def _read(path: Path) -> bytes:
    try:
        status = os.stat(path)  # before it is opened: a pipe would wait for a writer
        if not stat.S_ISREG(status.st_mode):
            raise ConfigurationFileError("{path} is not a file.", path=path)
        if status.st_size > MAX_FILE_BYTES:
            raise ConfigurationFileError(
                "{file} is larger than any description of a training.", file=path.name
            )
        with open(path, "rb") as file:
            return file.read(MAX_FILE_BYTES)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationFileError(
            "{path} cannot be read: {reason}.", path=path, reason=reason
        ) from error


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
