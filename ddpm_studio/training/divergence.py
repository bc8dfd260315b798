"""When a training has failed: its loss is no number any more, or has exploded."""

from __future__ import annotations

import numpy as np

from ddpm_studio.training.failures import TrainingDivergedError
from ddpm_studio.training.loss_history import LossHistory

_EXPLOSION = 10.0  # times the first loss, which is about 1: that of predicting 0
_DOUBTFUL = 3.0
_RECENT_STEPS = 20


def not_a_number(steps: int) -> TrainingDivergedError:
    """The error for a loss or gradients that are not finite in the step after ``steps`` others."""
    return TrainingDivergedError(
        "The loss is not a number after {steps} steps; try a lower learning rate.", steps=steps
    )


def first_bad_step(history: LossHistory) -> int | None:
    """Steps before the first whose loss or gradients are not finite; None where all are."""
    bad = np.flatnonzero(~np.isfinite(history.losses + history.gradient_norms))
    return int(bad[0]) if len(bad) else None


def require_no_explosion(history: LossHistory) -> None:
    """Raises TrainingDivergedError. Single bad batches are none: it takes most of the recent steps."""
    losses = history.losses
    recent, first = float(np.median(losses[-_RECENT_STEPS:])), float(losses[0])
    if recent > _EXPLOSION * first:
        raise TrainingDivergedError(
            "The loss has grown to {loss:.3g} after {steps} steps, and it was {first:.3g} in the "
            "beginning; try a lower learning rate.",
            loss=recent,
            steps=len(losses),
            first=first,
        )


def is_sound(history: LossHistory) -> bool:
    """Whether the loss is a number and far from exploding: a state worth keeping."""
    losses = history.losses
    if len(losses) == 0:
        return True
    recent = float(np.median(losses[-_RECENT_STEPS:]))
    return first_bad_step(history) is None and recent < _DOUBTFUL * float(losses[0])
