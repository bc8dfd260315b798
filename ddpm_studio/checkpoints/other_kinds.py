"""Files that are often taken for a model, and what to say of them."""

from __future__ import annotations

from pathlib import Path

from ddpm_studio.checkpoints.regular_file import ModelFileError

_START_BYTES = 32
_POINTER_START = b"version https://git-lfs"
_PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_PAGE_STARTS = (b"<!doctype html", b"<html")


def known_other_kind(path: Path) -> ModelFileError | None:
    """What a regular file is instead, if it is something that people mistake for a model."""
    try:
        with open(path, "rb") as file:
            start = file.read(_START_BYTES)
    except OSError:
        return None
    if not start:
        return ModelFileError("{file} is empty.", file=path.name)
    if start.startswith(_POINTER_START):
        return ModelFileError(
            "{file} only points to the real file: fetch that one with git lfs pull.",
            file=path.name,
        )
    if start.startswith(_PICTURE_STARTS):
        return ModelFileError(
            "{file} is a picture, not a model; to train on pictures, import the folder they are in.",
            file=path.name,
        )
    if start.lower().startswith(_PAGE_STARTS):
        return ModelFileError(
            "{file} is a web page, not a model: the download gave another file.", file=path.name
        )
    return None
