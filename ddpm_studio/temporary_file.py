"""A file of this process alone, for numbers that memory has no room for.

It has no name that anybody could open (Linux, macOS), or one that the system removes with its last
handle (Windows): nothing is left behind, however the process ends, and nothing has to be swept.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ddpm_studio.explained_error import ExplainedError

if TYPE_CHECKING:
    from typing_extensions import Buffer

RESERVE_BYTES = 2_000_000_000
"""Of a disk this much is left to everybody else."""

_MOUNTS = Path("/proc/self/mountinfo")
_KINDS_IN_MEMORY = {"tmpfs", "ramfs", "zram"}
_FOLDER_VARIABLES = ("TMPDIR", "TEMP", "TMP")  # in which a person says where temporary files go


class TemporaryFileError(ExplainedError, OSError):
    """A temporary file that could not be made, written or read; the sentence says what to do."""


class TemporaryFile:
    """``expected_bytes`` that are written and read at any place, by several threads at a time.

    It is closed, and its bytes are free again, when nobody refers to it any more.
    Raises TemporaryFileError where the folder allows no file.
    """

    _open: ClassVar[weakref.WeakSet[TemporaryFile]] = weakref.WeakSet()
    _registry: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, folder: Path, expected_bytes: int) -> None:
        self.folder = folder
        self._unwritten_bytes = expected_bytes
        try:
            # Unbuffered: every read and write says its own place. Closed with this object.
            self._file = tempfile.TemporaryFile(  # noqa: SIM115
                dir=folder, prefix="ddpm-studio-", buffering=0
            )
        except OSError as error:
            raise TemporaryFileError(
                "No temporary file can be made in {folder}: {reason}. Choose fewer samples, or set "
                "TMPDIR to a folder with more room before starting.",
                folder=folder,
                reason=error.strerror,
            ) from error
        self._lock = threading.Lock()  # for systems without a read at a place
        weakref.finalize(self, self._file.close)
        with self._registry:
            self._open.add(self)

    def write(self, place: int, data: Buffer) -> None:
        """Write all of ``data`` at a byte. Raises TemporaryFileError, as on a full disk."""
        left = memoryview(data).cast("B")
        self._unwritten_bytes -= len(left)
        try:
            while left:
                done = self._write_some(place, left)
                place, left = place + done, left[done:]
        except OSError as error:
            raise TemporaryFileError(
                "The disk with the temporary folder {folder} takes no more: {reason}. The steps so "
                "far stay; free some space or choose fewer samples.",
                folder=self.folder,
                reason=error.strerror,
            ) from error

    def read(self, place: int, out: Buffer) -> None:
        """Fill ``out`` from a byte on. Raises TemporaryFileError where they cannot be read."""
        left = memoryview(out).cast("B")
        try:
            while left:
                done = self._read_some(place, left)
                if not done:
                    raise OSError(0, "it is cut short")
                place, left = place + done, left[done:]
        except OSError as error:
            raise TemporaryFileError(
                "A step cannot be read from the temporary file in {folder}: {reason}.",
                folder=self.folder,
                reason=error.strerror,
            ) from error

    def _write_some(self, place: int, data: memoryview) -> int:
        if hasattr(os, "pwrite"):
            return os.pwrite(self._file.fileno(), data, place)
        with self._lock:
            self._file.seek(place)
            return self._file.write(data) or 0

    def _read_some(self, place: int, out: memoryview) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._file.fileno(), [out], place)
        with self._lock:
            self._file.seek(place)
            # A raw file has it; its type here is that of any binary file.
            return self._file.readinto(out) or 0  # type: ignore[attr-defined, no-any-return, unused-ignore]

    @classmethod
    def room_bytes(cls, folder: Path) -> int:
        """How much a new file in ``folder`` may take: what is free, less what is promised already.

        0 where nothing can be said.
        """
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            return 0
        with cls._registry:
            promised = sum(max(0, file._unwritten_bytes) for file in cls._open)
        return max(0, free - promised - RESERVE_BYTES)


def temporary_folder() -> Path:
    """Where large temporary files go: the folder that a person set, else the disk with most room.

    A folder that is kept in memory, as /tmp is on many systems, would take the memory that the file
    is to spare; it is chosen only where a person says so, or where there is no other.
    """
    usual = Path(tempfile.gettempdir())
    if any(os.environ.get(name) for name in _FOLDER_VARIABLES):
        return usual
    candidates = (usual, Path("/var/tmp"), Path.home() / ".cache")
    on_disk = [
        folder for folder in candidates if os.access(folder, os.W_OK) and not _is_in_memory(folder)
    ]
    return max(on_disk, key=TemporaryFile.room_bytes, default=usual)


def _is_in_memory(folder: Path) -> bool:
    """What Linux says of the folder's device; False where it does not say."""
    with suppress(OSError, ValueError, IndexError):
        device = folder.stat().st_dev
        wanted = f"{os.major(device)}:{os.minor(device)}"
        for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
            before, _, after = line.partition(" - ")
            if before.split()[2] == wanted:
                return after.split()[0] in _KINDS_IN_MEMORY
    return False
