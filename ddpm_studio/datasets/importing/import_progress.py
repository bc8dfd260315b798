"""How far an import has come, and what came of it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ddpm_studio.datasets.set_description import SetDescription
from ddpm_studio.explained_error import ExplainedError


class Stage(StrEnum):
    """What is being done; ``done`` and ``total`` are bytes of a download or a move, else images."""

    DOWNLOADING = "downloading"
    IMPORTING = "importing"
    MOVING = "moving"


@dataclass(frozen=True)
class ImportProgress:
    """``done`` of ``total``."""

    stage: Stage
    done: int
    total: int


@dataclass(frozen=True)
class ImportResult:
    """The new data set; which images were left out, and why; what was assumed about the source."""

    description: SetDescription
    skipped: Mapping[str, ExplainedError] = field(default_factory=dict)  # by file name
    skipped_count: int = 0
    assumption: ExplainedError | None = None


ImportWork = Generator[ImportProgress, None, ImportResult]
