"""One word about a training, by a rule that can be read."""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

MIN_STEPS = 200
"""Before so many steps nothing is said, nor before twice the warm-up of the learning rate."""

_STANDARD_ERRORS = 2.0
_WORTH_IT = 0.005
_NEAR_FLOOR = 0.01
_FAR_SAMPLES = 1.3


class Verdict(StrEnum):
    """How far a training has come; :func:`verdict_of` and :func:`beside_samples` say when which."""

    TOO_EARLY = "too early"
    LEARNING = "learning"
    FLAT = "flat"
    CONVERGED = "converged"
    DIVERGED = "diverged"


def verdict_of(
    losses: NDArray[np.float32], warm_up_steps: int = 0, excess_ratio: float = math.nan
) -> Verdict:
    """What the losses of all steps so far, (steps,), say.

    TOO_EARLY  fewer than MIN_STEPS steps, or than two warm-ups
    LEARNING   the mean loss of the last quarter of the steps is below that of the quarter before by
               more than two standard errors of their difference, and by more than 0.5 %
    CONVERGED  it is not: as many steps again would hardly show. Or ``excess_ratio``, the loss above
               the least possible one as a share of that, is at most 1 %: there is nothing left

    "Converged" is thus no praise: a network that is too small also comes to a rest. Of runs that
    rest, one in forty is called learning by chance. (Tenths of the steps instead of quarters were
    tried: their noise hid that the digits were still being learned.) DIVERGED is never said here:
    the trainer itself finds that.
    """
    if len(losses) < max(MIN_STEPS, 2 * warm_up_steps):
        return Verdict.TOO_EARLY
    if excess_ratio <= _NEAR_FLOOR:  # false for NaN
        return Verdict.CONVERGED
    quarter = len(losses) // 4
    before, last = (part.astype(np.float64) for part in np.split(losses[-2 * quarter :], 2))
    fall = before.mean() - last.mean()
    error = math.sqrt((before.var(ddof=1) + last.var(ddof=1)) / quarter)
    is_seen = fall > max(_STANDARD_ERRORS * error, _WORTH_IT * before.mean())
    return Verdict.LEARNING if is_seen else Verdict.CONVERGED


def beside_samples(verdict: Verdict, distance: float, data_distance: float) -> Verdict:
    """The verdict, once the samples are looked at: NaN for distances that are not known.

    FLAT  in the place of CONVERGED where the samples are more than 1.3 times as far from the data
          as other data are. Nearly all of the loss is its floor, so that it seems to rest long before
          the samples are good: going on helps, or the network is too small
    """
    if verdict is Verdict.CONVERGED and distance > _FAR_SAMPLES * data_distance:
        return Verdict.FLAT
    return verdict
