"""Weights that a training saves twice: their moving average, and those that it trains."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ddpm_studio.checkpoints.foreign.questions import Answers, Question
from ddpm_studio.checkpoints.foreign.state_dict import named_tensors
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.explained_error import ExplainedError

AVERAGE, TRAINED = "ema", "model"
"""As the answers are called."""

Tensors = Mapping[str, StoredTensor]


def weight_sets(candidates: Mapping[str, Any], marks: Collection[str]) -> dict[str, Tensors]:
    """Those candidates that are a network's tensors with all ``marks`` among their names."""
    found = {name: named_tensors(each) for name, each in candidates.items()}
    return {
        name: tensors
        for name, tensors in found.items()
        if tensors is not None and all(mark in tensors for mark in marks)
    }


def weights_question(sets: Mapping[str, Tensors]) -> list[Question]:
    """Which of them; nothing is asked where there is only one."""
    if len(sets) < 2:
        return []
    reason = ExplainedError("The average of the weights makes the better pictures.")
    return [Question("weights", AVERAGE, reason, tuple(sets))]


def chosen_set(sets: Mapping[str, Tensors], answers: Answers) -> Tensors:
    """The one that was asked for, else the first."""
    return sets[str(answers.get("weights", next(iter(sets))))]
