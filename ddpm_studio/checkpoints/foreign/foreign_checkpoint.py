"""What every reader of a foreign project's files gives: settings and shapes, and weights on demand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.questions import Answers, Question
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading


class ForeignCheckpoint(Protocol):
    """A checkpoint of another project that was recognised; its weights are not in memory yet."""

    @property
    def path(self) -> Path:
        """The file, or the folder."""
        ...

    @property
    def family(self) -> str:
        """The project's name, as people know it."""
        ...

    @property
    def questions(self) -> tuple[Question, ...]:
        """What the file leaves open."""
        ...

    def describe(self, answers: Answers) -> ModelDescription:
        """The model that it is, with an answer to every question; its data set is left empty.

        Raises DescriptionError, NetworkConfigurationError or ScheduleError where these answers
        allow no model.
        """
        ...

    def tensor_shapes(self, answers: Answers) -> Mapping[str, tuple[int, ...]]:
        """Shapes of :meth:`read_weights`, under our names."""
        ...

    def read_weights(self, answers: Answers) -> WeightReading:
        """The weights in our names and layouts, float32 on the CPU. Raises ModelFileError."""
        ...
