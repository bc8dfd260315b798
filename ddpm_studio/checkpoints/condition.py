"""What samples shall show: a class, and a classifier that draws them towards it (no torch)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ddpm_studio.checkpoints.classifier_file import ClassifierFile
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import class_count

MAX_GUIDANCE = 1000.0


class ConditionError(ExplainedError, ValueError):
    """A class or a classifier that a model cannot be sampled with; the message says why."""


@dataclass(frozen=True)
class Condition:
    """By default nothing: a model that was made for classes then shows them in turn.

    label       the class of all samples; None for 0, 1, 2 … in turn, over the samples
    classifier  what guides them to their class, at every step; None for nothing
    scale       s of the guidance, 0 to MAX_GUIDANCE: 1 samples p(x_0 | y), more sharpens
    """

    label: int | None = None
    classifier: ClassifierFile | None = None
    scale: float = 1.0

    def classes_of(self, description: ModelDescription) -> int | None:
        """How many classes there are to sample; None without any.

        Raises ConditionError where the model, the classifier and the label do not fit together.
        """
        own = class_count(description.network)
        theirs = self.classifier.description.network.classes if self.classifier else None
        if own is not None and theirs is not None and own != theirs:
            raise ConditionError(
                "The model knows {own} classes and the classifier {theirs}: choose a classifier of "
                "the same classes.",
                own=own,
                theirs=theirs,
            )
        self._require_same_images(description)
        self._require_known_times(description)
        self._require_numbers(own or theirs)
        return own or theirs

    def labels(self, description: ModelDescription, count: int) -> tuple[int, ...] | None:
        """One class for each of ``count`` samples; None where there are none. Raises ConditionError."""
        classes = self.classes_of(description)
        if classes is None:
            return None
        return tuple(i % classes if self.label is None else self.label for i in range(count))

    def _require_same_images(self, description: ModelDescription) -> None:
        if self.classifier is None:
            return
        seen = self.classifier.description.network.sample_shape
        made = description.network.sample_shape
        if seen != made:
            raise ConditionError(
                "The classifier was made for images of shape {seen}, and the model makes {made}.",
                seen=seen,
                made=made,
            )

    def _require_known_times(self, description: ModelDescription) -> None:
        rows = self.classifier.description.network.body.time_rows if self.classifier else None
        T = description.schedule.T
        if rows is not None and rows < T:
            raise ConditionError(
                "The classifier knows t up to {rows}, and the model's schedule has {T} steps.",
                rows=rows,
                T=T,
            )

    def _require_numbers(self, classes: int | None) -> None:
        if not (math.isfinite(self.scale) and 0.0 <= self.scale <= MAX_GUIDANCE):
            raise ConditionError(
                "The scale of the guidance must be a number from 0 to {most:g}, not {scale}.",
                most=MAX_GUIDANCE,
                scale=self.scale,
            )
        if self.label is None:
            return
        if classes is None:
            raise ConditionError(
                "This model was not made for classes: leave the class out, or choose a classifier."
            )
        if not 0 <= self.label < classes:
            raise ConditionError(
                "The classes are numbered from 0 to {last}: there is no class {label}.",
                last=classes - 1,
                label=self.label,
            )


UNCONDITIONED = Condition()
