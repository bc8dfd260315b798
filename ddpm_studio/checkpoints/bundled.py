"""The trained models that ship with the application."""

from __future__ import annotations

from pathlib import Path

from ddpm_studio.checkpoints.model_file import SUFFIX, ModelFile, ModelFileError, inspect_model_file
from ddpm_studio.datasets.catalogue import CATALOGUE
from ddpm_studio.locations import resource


def bundled_models() -> tuple[ModelFile, ...]:
    """All of them, in the catalogue's order; only their headers are read."""
    folder = resource("models")
    paths = (folder / f"{entry.name}{SUFFIX}" for entry in CATALOGUE)
    return tuple(inspect_model_file(path) for path in paths if path.is_file())


def find_model(name_or_path: str) -> ModelFile:
    """A bundled model by its name, or any model file by its path. Raises ModelFileError."""
    for model in bundled_models():
        if model.description.name == name_or_path:
            return model
    path = Path(name_or_path)
    if path.suffix or path.exists() or len(path.parts) > 1:
        return inspect_model_file(path)
    names = ", ".join(model.description.name for model in bundled_models())
    raise ModelFileError(f"There is no model {name_or_path!r}; bundled are {names}.")
