"""The imported data sets: which there are, how large they are, how one is removed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.datasets.cache_location import cache_folder
from ddpm_studio.datasets.set_description import (
    ABOUT_FILE,
    IMAGES_FILE,
    DataSetError,
    SetDescription,
    read_description,
)

UNFINISHED = ".unfinished-"
DOWNLOADS = ".downloads"
_STRAY_AGE_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class CachedSet:
    """One imported data set and the folder that holds it; ``byte_count`` on the disk."""

    folder: Path
    description: SetDescription
    byte_count: int


@dataclass(frozen=True)
class UnfinishedDownload:
    """What has come of a public data set, from which its download goes on: the set's name, and bytes."""

    name: str
    folder: Path
    byte_count: int


_Known = tuple[Path, int, tuple[CachedSet, ...]]
_known: _Known | None = None


def cached_sets() -> tuple[CachedSet, ...]:
    """All that can be read, by name. They are read anew when the folder has changed, and only then."""
    global _known
    folder = cache_folder()
    try:
        changed_ns = folder.stat().st_mtime_ns
    except OSError:
        return ()
    if _known is None or _known[:2] != (folder, changed_ns):
        _known = (folder, changed_ns, tuple(_readable_sets(folder)))
    return _known[2]


def forget() -> None:
    """Read everything anew, whatever the folder's time says: of a change in the same instant."""
    global _known
    _known = None


def damaged_sets() -> tuple[Path, ...]:
    """Folders in the cache that were data sets, and cannot be read."""
    readable = {each.folder for each in cached_sets()}
    folders = _set_folders(cache_folder())
    return tuple(each for each in folders if each not in readable and _was_set(each))


def _was_set(folder: Path) -> bool:
    """Somebody may have moved the cache into a folder that holds other things."""
    return any((folder / name).exists() for name in (ABOUT_FILE, IMAGES_FILE))


def remove_set(name: str) -> None:
    """Delete a data set, in one step for whoever looks. Raises DataSetError."""
    folder = cache_folder()
    is_name = not name.startswith(".") and Path(name).name == name
    if not is_name or not _was_set(folder / name):
        raise DataSetError("There is no imported data set named “{name}”.", name=name)
    gone = unfinished_folder(folder)
    try:
        os.replace(folder / name, gone)
    except OSError as error:
        raise DataSetError(
            "“{name}” cannot be removed ({detail}): close whatever uses it and try again.",
            name=name,
            detail=error.strerror or error,
        ) from error
    forget()
    shutil.rmtree(gone, ignore_errors=True)


def unfinished_downloads() -> tuple[UnfinishedDownload, ...]:
    """Of downloads that were stopped or failed, by name."""
    place = cache_folder() / DOWNLOADS
    folders = [] if place.is_symlink() else _set_folders(place)  # nothing elsewhere is ours
    found = (UnfinishedDownload(each.name, each, byte_count(each)) for each in folders)
    return tuple(each for each in found if each.byte_count)


def remove_download(name: str) -> None:
    """Delete what has come of one: it begins anew. Raises DataSetError."""
    found = {each.name: each.folder for each in unfinished_downloads()}
    if name not in found:
        raise DataSetError("There is no unfinished download of “{name}”.", name=name)
    _delete_downloads(found[name])
    remove_if_empty(found[name].parent)


def _delete_downloads(folder: Path) -> None:
    """Of one data set, or of all. Raises DataSetError where anything of it stays."""
    shutil.rmtree(folder, ignore_errors=True)
    if byte_count(folder) and not folder.is_symlink():
        raise DataSetError(
            "“{folder}” cannot be deleted: close whatever uses it, or change its permissions, and try "
            "again.",
            folder=folder,
        )


def remove_if_empty(*folders: Path) -> None:
    """One after the other: those inside come first."""
    for each in folders:
        with suppress(OSError):  # there is something in it, or it is not there
            each.rmdir()


def clear() -> int:
    """Remove every data set, damaged ones too, and what is left of downloads; returns how many sets.

    What else lies in the folder stays. Raises DataSetError.
    """
    folder = cache_folder()
    sets = [each.folder.name for each in cached_sets()] + [each.name for each in damaged_sets()]
    for name in sets:
        remove_set(name)
    sweep(folder)
    _delete_downloads(folder / DOWNLOADS)
    return len(sets)


def unfinished_folder(folder: Path) -> Path:
    """A new name in the cache for what is on its way in or out."""
    return folder / f"{UNFINISHED}{os.getpid()}-{time.monotonic_ns():x}"


def sweep(folder: Path) -> None:
    """Remove what a killed process left there more than a day ago."""
    for entry in _entries(folder):
        with suppress(OSError):
            is_stray = entry.name.startswith(UNFINISHED) and entry.is_dir(follow_symlinks=False)
            if is_stray and time.time() - entry.stat().st_mtime > _STRAY_AGE_SECONDS:
                shutil.rmtree(entry.path, ignore_errors=True)


def byte_count(folder: Path) -> int:
    """Of all files in it; what cannot be looked at counts nothing."""
    total, folders = 0, [folder]
    while folders:  # no recursion: folders may lie deeper in each other than that may go
        for entry in _entries(folders.pop()):
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    return total


def _readable_sets(folder: Path) -> Iterator[CachedSet]:
    for each in _set_folders(folder):
        with suppress(DataSetError):
            yield CachedSet(each, read_description(each), byte_count(each))


def _set_folders(folder: Path) -> list[Path]:
    found = [Path(each.path) for each in _entries(folder) if _is_set(each)]
    return sorted(found, key=lambda path: path.name.casefold())


def _is_set(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []
