"""One process at a time may write into a folder of a run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ddpm_studio.explained_error import ExplainedError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class RunInUseError(ExplainedError):
    """Another process trains in the same folder."""


class RunLock:
    """Held from :meth:`acquire` to :meth:`release`, or until the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises RunInUseError, or OSError where the file cannot be made."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(descriptor)
            _require_not_removed(descriptor, self._path)
        except _TAKEN as error:
            os.close(descriptor)
            raise RunInUseError(
                "“{path}” belongs to a training that is running: wait until it ends.",
                path=self._path.parent,
            ) from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def remove(self) -> None:
        """Remove the file, and let others in.

        While it is held, where the system can: nobody then locks a file that is about to go.
        Windows removes no open file; there it is closed before, and stays where another has come.
        """
        if not _is_removed(self._path):
            self.release()
            _is_removed(self._path)
        self.release()


def _is_removed(path: Path) -> bool:
    try:
        os.unlink(path)
    except PermissionError:
        return False
    except OSError:  # a file that cannot go does no harm
        pass
    return True


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock now, this process included."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(descriptor)
    except _TAKEN:
        return True
    finally:
        os.close(descriptor)
    return False


_TAKEN = (BlockingIOError, PermissionError)


def _require_not_removed(descriptor: int, path: Path) -> None:
    """Whoever removes the file holds the lock: a file of that name is then another's."""
    try:
        there = os.stat(path).st_ino
    except FileNotFoundError:
        there = None
    if there != os.fstat(descriptor).st_ino:
        raise BlockingIOError


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if isinstance(error, _TAKEN):
            raise  # and a network folder that knows no locks is trusted
