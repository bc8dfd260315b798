"""The data command: lists, imports, downloads, removes and moves data sets, with progress."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

from ddpm_studio.datasets.cache_location import cache_folder
from ddpm_studio.datasets.catalogue import CATALOGUE, entry
from ddpm_studio.datasets.data_cache import (
    byte_count,
    cached_sets,
    clear,
    damaged_sets,
    remove_download,
    remove_set,
    unfinished_downloads,
)
from ddpm_studio.datasets.importing.import_choices import Framing, ImportChoices
from ddpm_studio.datasets.importing.import_progress import ImportProgress, ImportResult, Stage
from ddpm_studio.datasets.set_description import name_for
from ddpm_studio.standard_streams import say, show_progress

_MEGABYTE = 1_000_000
_MOST_REASONS, _MOST_CLASSES = 5, 20


def list_data(_options: argparse.Namespace) -> int:
    """What ships, and what was imported, with sizes."""
    width = max(len(each.name) for each in CATALOGUE)
    cached = cached_sets()
    width = max([width, *(len(each.description.name) for each in cached)])
    for each in CATALOGUE:
        say(f"{each.name:<{width}}  {each.description}")
    for own in cached:
        about = own.description
        size = f"{own.byte_count / _MEGABYTE:,.1f} MB"
        line = (
            f"{about.name:<{width}}  {entry(about.name).description}; {size}, from {about.source}"
        )
        say(line)
    for folder in damaged_sets():
        say(f"{folder.name:<{width}}  damaged: remove it and import it again")
    for begun in unfinished_downloads():
        size = f"{begun.byte_count / _MEGABYTE:,.1f} MB"
        say(f"{begun.name:<{width}}  an unfinished download, {size}: go on with it, or remove it")
    return 0


def where_data(_options: argparse.Namespace) -> int:
    """The folder of what was imported, and its size."""
    folder = cache_folder()
    say(f"{folder} ({byte_count(folder) / _MEGABYTE:,.1f} MB)")
    return 0


def import_data_set(options: argparse.Namespace) -> int:
    """One data set from a file or folder."""
    from ddpm_studio.datasets.importing.importer import import_data

    path: Path = options.path
    name = options.name or name_for(path.name.split(".")[0] if path.is_file() else path.name)
    choices = ImportChoices(
        name,
        size=options.size,
        grey=options.grey,
        framing=Framing(options.framing),
        flips=options.flip,
        licence=options.licence,
    )
    _say_result(_driven(import_data(path, choices)))
    return 0


def download_data_set(options: argparse.Namespace) -> int:
    """A public one, by its name."""
    from ddpm_studio.datasets.importing.public_sets import download_set, public_set

    _say_result(_driven(download_set(public_set(options.name))))
    return 0


def remove_data_set(options: argparse.Namespace) -> int:
    """One or what has come of its download, or all that were imported and what is left of downloads."""
    if options.name is None:
        count = clear()
        say(f"Removed {count} data set{'' if count == 1 else 's'}.")
        return 0
    if options.name in {begun.name for begun in unfinished_downloads()}:
        remove_download(options.name)
    else:
        remove_set(options.name)
    say(f"Removed {options.name}.")
    return 0


def move_data(options: argparse.Namespace) -> int:
    """All of them, to another folder."""
    from ddpm_studio.datasets.move_cache import move_cache

    _driven(move_cache(options.folder))
    say(f"The data sets are in {cache_folder()} now.")
    return 0


def _driven(work: Generator[ImportProgress, None, Any]) -> Any:
    """Drive a generator to its end; on a terminal, with a line that tells how far it is."""
    with closing(work):
        while True:
            try:
                progress = next(work)
            except StopIteration as stop:
                show_progress("", in_logs=False)
                return stop.value
            except BaseException:
                show_progress("", in_logs=False)
                raise
            show_progress(_words(progress), in_logs=False)


def _words(progress: ImportProgress) -> str:
    done, total = progress.done, progress.total
    if progress.stage is Stage.IMPORTING:
        return f"{progress.stage} {done:,} of {total:,} images"
    return f"{progress.stage} {done / _MEGABYTE:,.1f} of {total / _MEGABYTE:,.1f} MB"


def _say_result(result: ImportResult) -> None:
    about = result.description
    shape = " x ".join(map(str, about.shape))
    held_out = f", {about.held_out:,} of them held out" if about.held_out else ""
    say(f"{about.name}: {about.count:,} images of {shape}{held_out}.")
    if about.classes:
        names = ", ".join(about.classes[:_MOST_CLASSES])
        say(f"Classes: {names}{' …' if len(about.classes) > _MOST_CLASSES else ''}.")
    if result.assumption is not None:
        say(str(result.assumption))
    if result.skipped_count:
        say(f"Left out: {result.skipped_count:,}.")
    for name, reason in list(result.skipped.items())[:_MOST_REASONS]:
        say(f"  {name}: {reason}")
