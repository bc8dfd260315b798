"""What a foreign checkpoint is called here: as its file or folder, in signs that can be shown."""

from __future__ import annotations

from pathlib import Path

from ddpm_studio.explained_error import brief

_SAYS_NOTHING = ("ckpt", "checkpoint", "model", "unet")


def model_name(path: Path, family: str) -> str:
    """The file's name without its ending, after the folder's where it alone says nothing."""
    stem = path.stem if path.is_file() else path.name
    folder = path.absolute().parent.name
    name = f"{folder}/{stem}" if stem.lower() in _SAYS_NOTHING and folder else stem
    return brief(name) or family
