"""Opens a data file of a stranger: a regular file, read through gzip where it is one."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from ddpm_studio.datasets.importing.picture_file import PictureError, open_regular
from ddpm_studio.datasets.set_description import DataSetError

GZIP_MAGIC = b"\x1f\x8b"
MOST_DEFLATED = 1032  # times smaller; no gzip stream can do better
MAX_BYTES = 1 << 40


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The plain file. Raises DataSetError where it cannot be read."""
    try:
        with open_regular(path, MAX_BYTES) as file:
            yield file
    except PictureError as error:
        raise DataSetError("“{path}” cannot be read: {reason}.", path=path, reason=error) from error
    except OSError as error:
        raise DataSetError(
            "“{path}” cannot be read ({detail}).", path=path, detail=error.strerror or error
        ) from error


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The bytes inside a gzip file, or of the file itself; and how many there can be at most."""
    with opened(path) as file:
        size_bytes = file.seek(0, 2)
        file.seek(0)
        is_packed = file.read(2) == GZIP_MAGIC
        file.seek(0)
        if not is_packed:
            yield file, size_bytes
            return
        try:
            with gzip.open(file) as inside:
                yield cast(BinaryIO, inside), size_bytes * MOST_DEFLATED
        except EOFError as error:
            raise DataSetError(
                "“{source}” ends too early: it is cut short, so get it again.", source=path
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise DataSetError("“{path}” is damaged: get it again.", path=path) from error
