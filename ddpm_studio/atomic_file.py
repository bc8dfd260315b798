"""Replaces a file in one step: it holds all of the old bytes or all of the new ones."""

from __future__ import annotations

import errno
import io
import math
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.explained_error import ExplainedError, sentence

if TYPE_CHECKING:
    from typing_extensions import Buffer

_IS_WINDOWS = os.name == "nt"
_TEMPORARY_NAME = re.compile(r"\.ddpm-studio-unfinished-[0-9a-f]{16}\.tmp")
_STRAY_AGE_SECONDS = 24 * 60 * 60
_BUFFER_BYTES = 1 << 20
_BYTES_PER_MEGABYTE = 1_000_000
# A virus scanner or an indexer on Windows holds a fresh file for a moment.
_REPLACE_RETRY_SECONDS = (0.02, 0.05, 0.1, 0.2, 0.4)


class SaveProblem(Enum):
    """Why a file was not saved; its value is the sentence."""

    IS_FOLDER = sentence("“{path}” is a folder: choose a file name inside it.")
    FOLDER_MISSING = sentence(
        "The folder of “{path}” does not exist: create it or choose another folder."
    )
    NOT_WRITABLE = sentence(
        "“{path}” may not be written: choose another folder or change its permissions."
    )
    FILE_PROTECTED = sentence(
        "“{path}” is write-protected: choose another name or remove the protection."
    )
    NOT_A_FILE = sentence("“{path}” is a device or a pipe, not a file: choose another name.")
    LINK_LOOP = sentence("“{path}” is a link that leads back to itself: choose another name.")
    BAD_NAME = sentence("“{path}” is not a possible file name here: choose another, shorter name.")
    DISK_FULL = sentence(
        "The disk is full: “{path}” was not saved. "
        "Free {megabytes} MB and try again; nothing was changed."
    )
    TOO_LARGE = sentence("“{path}” grew larger than this disk allows: save it on another disk.")
    IN_USE = sentence("“{path}” is open in another program: close it there and try again.")
    FAILED = sentence("“{path}” was not saved ({detail}): try again or choose another folder.")


_PROBLEM_OF_ERRNO = {
    errno.ENOSPC: SaveProblem.DISK_FULL,
    errno.EDQUOT: SaveProblem.DISK_FULL,
    errno.EFBIG: SaveProblem.TOO_LARGE,
    errno.EACCES: SaveProblem.NOT_WRITABLE,
    errno.EPERM: SaveProblem.NOT_WRITABLE,
    errno.EROFS: SaveProblem.NOT_WRITABLE,
    errno.ELOOP: SaveProblem.LINK_LOOP,
    errno.ENAMETOOLONG: SaveProblem.BAD_NAME,
    errno.EINVAL: SaveProblem.BAD_NAME,
}


class SaveError(ExplainedError, OSError):
    """A file was not saved, and what was there before is untouched.

    `problem`, `path`, `megabytes` (to free, when the disk is full) and `detail` are the parts of
    the sentence.
    """

    def __init__(
        self, problem: SaveProblem, path: Path, *, megabytes: int = 1, detail: str = ""
    ) -> None:
        super().__init__(problem.value, path=path, megabytes=megabytes, detail=detail)
        self.problem = problem
        self.path = path
        self.megabytes = megabytes
        self.detail = detail


class ReplacingFile(io.BufferedWriter):
    """The binary file that `replacing_file` yields; it can seek, and has no `fileno`.

    `expected_bytes`: the size this file will probably reach; a writer that can guess it sets it,
    and the message of a full disk then says how much to free.
    """

    expected_bytes: int = 0


class _RecordingFile(io.RawIOBase):
    """An unbuffered file that remembers its first OSError: writers such as torch.save hide it.

    It has no `fileno`, so that no writer goes around `write`.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.error: OSError | None = None
        self.written_bytes = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        with self._recorded():
            count = os.write(self._descriptor, data)
        self.written_bytes += count
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return os.lseek(self._descriptor, offset, whence)

    def sync(self) -> None:
        with self._recorded():
            os.fsync(self._descriptor)

    def close(self) -> None:
        if not self.closed:
            super().close()
            with self._recorded():
                os.close(self._descriptor)

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = self.error or error
            raise


@contextmanager
def replacing_file(
    path: Path | str, *, error: type[SaveError] = SaveError
) -> Iterator[ReplacingFile]:
    """Yields a binary file; when the block ends well, it takes the place of `path` in one step.

    A temporary file in the same folder is written, flushed to the disk and renamed. After any
    error, or when the block is left early, it is removed and `path` is byte for byte what it was.
    An existing file's permissions are kept. A symbolic link stays: the file it points to is
    replaced. A hard link no longer shares the new bytes.

    Raises `error` (SaveError or a class derived from it) when the file cannot be written, also when
    the block turned the failed write into an exception of its own (torch.save does). Other
    exceptions of the block pass unchanged.
    """
    target = _checked_target(path, error)
    sweep_stray_temporaries(target.parent)
    temporary, raw = _create_temporary(target, error)
    file = ReplacingFile(raw, _BUFFER_BYTES)
    try:
        yield file
        file.flush()
        raw.sync()
        file.close()
        # A block that swallowed a failed write must not replace a good file with a torn one.
        if raw.error is not None:
            raise raw.error
        _keep_permissions(temporary, target)
        _move(temporary, target, error)
    except Exception as failure:
        if raw.error is None or isinstance(failure, SaveError):
            raise
        missing_bytes = file.expected_bytes - raw.written_bytes
        raise _explained(raw.error, target, error, missing_bytes) from failure
    finally:
        with suppress(OSError):  # known already; the descriptor is closed in any case
            file.close()
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_replaceable(path: Path | str, *, error: type[SaveError] = SaveError) -> None:
    """Checks before long work that `replacing_file(path)` will be able to start; raises `error`.

    It creates the temporary file and removes it: permission bits alone are wrong on network folders
    and on Windows.
    """
    temporary, raw = _create_temporary(_checked_target(path, error), error)
    raw.close()
    with suppress(OSError):
        temporary.unlink()


def sweep_stray_temporaries(
    folder: Path | str, *, age_seconds: float = _STRAY_AGE_SECONDS
) -> tuple[Path, ...]:
    """Removes what a killed process left in `folder`, and returns the removed paths.

    Only regular files with the exact form of our own temporary names, untouched for `age_seconds`,
    a day unless it is known that nobody else writes there. A folder that is missing or unreadable
    is no error.
    """
    newest = time.time() - age_seconds
    removed: list[Path] = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            if _TEMPORARY_NAME.fullmatch(entry.name):
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode) and status.st_mtime <= newest:
                        os.unlink(entry.path)
                        removed.append(Path(entry.path))
    return tuple(removed)


def _checked_target(path: Path | str, error: type[SaveError]) -> Path:
    """The file to replace, links followed; raises `error` when it cannot be replaced."""
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode
    except FileNotFoundError:
        mode = None
    except NotADirectoryError as cause:
        raise error(SaveProblem.FOLDER_MISSING, Path(path)) from cause
    except ValueError as cause:  # a NUL character
        raise error(SaveProblem.BAD_NAME, Path(str(path).replace("\0", "␀"))) from cause
    except OSError as cause:
        raise _explained(cause, Path(path), error) from cause
    problem = _problem_of_target(target, mode)
    if problem is not None:
        raise error(problem, Path(path))
    return target


def _problem_of_target(target: Path, mode: int | None) -> SaveProblem | None:
    if mode is None:
        return None if target.parent.is_dir() else SaveProblem.FOLDER_MISSING
    if stat.S_ISDIR(mode):
        return SaveProblem.IS_FOLDER
    if not stat.S_ISREG(mode):
        return SaveProblem.NOT_A_FILE
    return None if os.access(target, os.W_OK) else SaveProblem.FILE_PROTECTED


def _create_temporary(target: Path, error: type[SaveError]) -> tuple[Path, _RecordingFile]:
    # The target's own name is left out: it may be as long as the file system allows.
    temporary = target.with_name(f".ddpm-studio-unfinished-{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return temporary, _RecordingFile(os.open(temporary, flags, 0o666))
    except OSError as cause:
        raise _explained(cause, target, error) from cause


def _keep_permissions(temporary: Path, target: Path) -> None:
    with suppress(OSError):
        os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))


def _move(temporary: Path, target: Path, error: type[SaveError]) -> None:
    try:
        _replace_patiently(temporary, target)
    except PermissionError as cause:
        problem = SaveProblem.IN_USE if _IS_WINDOWS else SaveProblem.NOT_WRITABLE
        raise error(problem, target) from cause
    except OSError as cause:
        raise _explained(cause, target, error) from cause
    if not _IS_WINDOWS:  # it cannot open a folder to flush it
        _sync_folder(target.parent)


def _replace_patiently(temporary: Path, target: Path) -> None:
    for pause_seconds in _REPLACE_RETRY_SECONDS if _IS_WINDOWS else ():
        try:
            return os.replace(temporary, target)
        except PermissionError:
            time.sleep(pause_seconds)
    return os.replace(temporary, target)


def _sync_folder(folder: Path) -> None:
    # Some network file systems refuse this; the rename itself has succeeded.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _explained(
    cause: OSError, path: Path, error: type[SaveError], missing_bytes: int = 0
) -> SaveError:
    problem = _PROBLEM_OF_ERRNO.get(cause.errno or 0, SaveProblem.FAILED)
    megabytes = max(1, math.ceil(missing_bytes / _BYTES_PER_MEGABYTE))
    explained = error(problem, path, megabytes=megabytes, detail=cause.strerror or str(cause))
    explained.errno = cause.errno
    return explained
