"""A file that stays the same from the first look at it to the last read of its weights."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.checkpoints.regular_file import (
    ModelFileError,
    open_at_once,
    require_regular_file,
)


@dataclass(frozen=True)
class SourceFile:
    """Where a file is, and what tells that it is still the one that was looked at."""

    path: Path
    byte_count: int
    modified_ns: int
    number: int  # of the file in its file system: one that was moved into its place has another

    @classmethod
    def at(cls, path: Path) -> SourceFile:
        """Raises ModelFileError where it is missing, no regular file, or larger than any model."""
        status = require_regular_file(path)
        return cls._of(path, status)

    @classmethod
    def _of(cls, path: Path, status: os.stat_result) -> SourceFile:
        return cls(path, status.st_size, status.st_mtime_ns, status.st_ino)

    @contextmanager
    def opened(self) -> Iterator[io.BufferedReader]:
        """For reading. Raises ModelFileError where it cannot be read or is another file by now."""
        try:
            with open_at_once(self.path) as file:
                if self._of(self.path, os.fstat(file.fileno())) != self:
                    raise self.changed()
                yield file
        except OSError as error:
            raise ModelFileError(
                "{path} cannot be read: {reason}.", path=self.path, reason=error.strerror
            ) from error

    def changed(self) -> ModelFileError:
        """What to say where it is another file by now."""
        return ModelFileError(
            "{file} has changed since it was opened: open it again.", file=self.path.name
        )

    def damaged(self) -> ModelFileError:
        """What to say where its parts do not fit together."""
        return ModelFileError(
            "{file} is damaged or cut short: copy or download it again.", file=self.path.name
        )
