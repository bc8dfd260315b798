"""A condition made ready for a chain: one label for each sample, and the guide of a classifier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ddpm_studio.checkpoints.classifier_file import ClassifierFile
from ddpm_studio.checkpoints.classifier_weights import LoadedClassifier, load_classifier
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.samples_at_once import samples_at_once
from ddpm_studio.diffusion.guidance import Guide

_GRADIENT_COST = 4  # a pass forward that keeps all its features, and one back


@dataclass(frozen=True, eq=False)
class Conditioned:
    """``labels`` (N,) on the device, None without classes; ``guide`` for reverse_chain, or None."""

    labels: Tensor | None
    guide: Guide | None


def conditioned(
    description: ModelDescription, device: torch.device, condition: Condition, count: int
) -> Conditioned:
    """For ``count`` samples of the model described. Raises ConditionError or ModelFileError."""
    chosen = condition.labels(description, count)
    if chosen is None:
        return Conditioned(None, None)
    labels = torch.tensor(chosen, device=device)
    if condition.classifier is None or condition.scale == 0.0:
        return Conditioned(labels, None)
    classifier = loaded_classifier(condition.classifier, str(device))
    return Conditioned(labels, _guide(classifier, labels, condition.scale))


def _guide(classifier: LoadedClassifier, labels: Tensor, scale: float) -> Guide:
    body = classifier.description.network.body
    part = max(1, samples_at_once(body, classifier.device) // _GRADIENT_COST)

    def guide(x_t: Tensor, t: int) -> Tensor:
        step = torch.full((1,), t, device=classifier.device)
        pieces = zip(x_t.split(part), labels.split(part), strict=True)
        scores = [classifier.network.score(x, step, label) for x, label in pieces]
        return scale * torch.cat(scores)

    return guide


@lru_cache(maxsize=1)
def loaded_classifier(file: ClassifierFile, device: str) -> LoadedClassifier:
    """With its weights, which are kept for the next chain. Raises ModelFileError."""
    return load_classifier(file, device)
