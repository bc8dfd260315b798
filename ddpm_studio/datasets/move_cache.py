"""Moves all imported data sets to another folder: copied, compared, and only then deleted here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

from ddpm_studio.datasets.cache_location import cache_folder, point_to, require_movable
from ddpm_studio.datasets.data_cache import (
    DOWNLOADS,
    CachedSet,
    cached_sets,
    forget,
    remove_if_empty,
    unfinished_folder,
)
from ddpm_studio.datasets.importing.import_progress import ImportProgress, Stage
from ddpm_studio.datasets.importing.set_writer import file_sha256
from ddpm_studio.datasets.set_description import IMAGES_FILE, DataSetError

_AT_ONCE = 1 << 22


def move_cache(target: Path) -> Generator[ImportProgress, None, None]:
    """Yields bytes copied. Closed in the middle, or failing, everything is where it was.

    Unfinished downloads are not copied: what has come of them is deleted. No empty folder is left.
    Raises DataSetError, LocationFixedError or SaveError.
    """
    require_movable()
    source, target = cache_folder(), target.expanduser().absolute()
    sets = cached_sets()
    _require_possible(source, target, sets)
    total = sum(each.byte_count for each in sets)
    copied: list[Path] = []
    made = [each for each in (target, *target.parents) if not each.exists()]
    done = 0
    try:
        target.mkdir(parents=True, exist_ok=True)
        for each in sets:
            new = target / each.folder.name
            for bytes_of_set in _copied(each, new):
                yield ImportProgress(Stage.MOVING, done + bytes_of_set, total)
            copied.append(new)
            done += each.byte_count
        point_to(target)
        copied.clear()
        made.clear()
    except OSError as error:
        raise DataSetError(
            "The data sets cannot be moved to “{folder}” ({detail}): they stay where they were.",
            folder=target,
            detail=error.strerror or error,
        ) from error
    finally:
        for new in copied:
            shutil.rmtree(new, ignore_errors=True)
        remove_if_empty(*made)
        forget()
    for gone in (*(each.folder for each in sets), source / DOWNLOADS):
        shutil.rmtree(gone, ignore_errors=True)
    remove_if_empty(source)
    yield ImportProgress(Stage.MOVING, total, total)


def _require_possible(source: Path, target: Path, sets: tuple[CachedSet, ...]) -> None:
    real_source, real_target = Path(os.path.realpath(source)), Path(os.path.realpath(target))
    if real_target == real_source:
        raise DataSetError("The data sets are in “{folder}” already.", folder=target)
    if real_source in real_target.parents:
        raise DataSetError(
            "“{folder}” lies inside the folder of the data sets: choose another.", folder=target
        )
    if target.exists() and not target.is_dir():
        raise DataSetError("“{folder}” is a file: choose a folder.", folder=target)
    for each in sets:
        if (target / each.folder.name).exists():
            raise DataSetError(
                "There is a “{name}” in “{folder}” already: choose another folder.",
                name=each.folder.name,
                folder=target,
            )
    there = next(each for each in (target, *target.parents) if each.exists())
    needed, free = sum(each.byte_count for each in sets), shutil.disk_usage(there).free
    if needed > free:
        raise DataSetError(
            "The data sets need {needed} MB, and “{folder}” has {free} MB left: choose another folder.",
            needed=f"{needed // 1_000_000:,}",
            folder=target,
            free=f"{free // 1_000_000:,}",
        )


def _copied(cached: CachedSet, new: Path) -> Generator[int, None, None]:
    """The set's files beside each other, compared with its checksum, then under their name."""
    unfinished = unfinished_folder(new.parent)
    unfinished.mkdir()
    done = 0
    try:
        for file in sorted(cached.folder.iterdir()):
            with open(file, "rb") as read, open(unfinished / file.name, "wb") as written:
                while part := read.read(_AT_ONCE):
                    written.write(part)
                    done += len(part)
                    yield done
                written.flush()
                os.fsync(written.fileno())
        with open(unfinished / IMAGES_FILE, "rb") as images:
            if file_sha256(images) != cached.description.sha256:
                raise DataSetError(
                    "“{name}” is damaged, here or in its copy: remove it before the data sets are "
                    "moved.",
                    name=cached.folder.name,
                )
        unfinished.rename(new)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
