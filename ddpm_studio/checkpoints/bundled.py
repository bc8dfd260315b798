"""The trained models that ship with the application."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ddpm_studio.checkpoints.foreign.questions import NO_ANSWERS, Answers
from ddpm_studio.checkpoints.model_file import SUFFIX, ModelFile, ModelFileError, inspect_model_file
from ddpm_studio.datasets.catalogue import CATALOGUE
from ddpm_studio.locations import resource


def bundled_models(
    report: Callable[[ModelFileError], object] | None = None,
) -> tuple[ModelFile, ...]:
    """All of them, in the catalogue's order; only their headers are read.

    ``report`` gets the reason for each one that is damaged, and the others are returned. Without
    it the first one that is damaged raises ModelFileError.
    """
    models = []
    for path in _bundled_paths():
        try:
            models.append(inspect_model_file(path))
        except ModelFileError as error:
            if report is None:
                raise
            report(error)
    return tuple(models)


def _bundled_paths() -> list[Path]:
    paths = (resource("models", f"{entry.name}{SUFFIX}") for entry in CATALOGUE)
    return [path for path in paths if path.is_file()]


def is_bundled(model: ModelFile) -> bool:
    """Whether it ships with the application: then it is as good as its header says."""
    return model.path.parent == resource("models")


def find_model(name_or_path: str, answers: Answers = NO_ANSWERS) -> ModelFile:
    """A bundled model by its name, or any model by its path; ``answers`` as for open_model.

    Raises ModelFileError or AnswerError.
    """
    bundled = {path.stem: path for path in _bundled_paths()}
    path = bundled.get(name_or_path, Path(name_or_path))
    # os.path.exists, unlike Path's own, is false where the path cannot even be asked about.
    if path.suffix or len(path.parts) > 1 or os.path.exists(path):
        # Late: the readers of other projects take a tenth of a second, which the first paint is worth.
        from ddpm_studio.checkpoints.foreign.opening import open_model

        return open_model(path, answers)
    raise ModelFileError(
        "There is no model {name!r}; bundled are {names}.",
        name=name_or_path,
        names=", ".join(bundled),
    )
