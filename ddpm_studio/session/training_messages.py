"""What a person asks of a training that is under way, and what it reports."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.session.training_snapshots import TrainingSnapshot
from ddpm_studio.training.configuration import TrainingConfiguration


class Command(Enum):
    """What a person asks of a training that is under way."""

    PAUSE = auto()
    GO_ON = auto()
    STEP = auto()  # one, and explain the next; while paused
    EXPLAIN = auto()  # the next step; while paused
    KEEP = auto()  # save all, also the model, and end
    DISCARD = auto()  # end, and remove the run
    QUIT = auto()  # save what is needed to go on, and end


class Outcome(Enum):
    """How a training ended that did not fail."""

    FINISHED = auto()
    KEPT = auto()
    DISCARDED = auto()
    QUIT = auto()


@dataclass(frozen=True)
class Begun:
    """The first step is about to be taken."""

    configuration: TrainingConfiguration
    data_distance: float  # what a snapshot's distance would be with data in the place of samples


@dataclass(frozen=True)
class Restored:
    """The samples that were drawn before it was stopped, in the order of their steps."""

    snapshots: tuple[TrainingSnapshot, ...]


@dataclass(frozen=True)
class Held:
    """No step is taken any more. The state is on the disk; or it could not be, when it should end."""

    is_refusal: bool = False


@dataclass(frozen=True)
class WentOn:
    """Steps are taken again."""


@dataclass(frozen=True)
class Told:
    """Something that a person should know, and that did not end the training."""

    error: ExplainedError


@dataclass(frozen=True)
class Kept:
    """A model file is there."""

    path: Path


@dataclass(frozen=True, eq=False)
class ExplainedStepArrays:
    """The next step of Algorithm 1 before it is taken, as read-only arrays.

    x_0, noise, x_t, prediction, target  float32 (B, …); t int64 (B,)
    sample_losses                        (B,), whose mean is ``loss``
    step                                 its number, from 1
    label                                int64 (B,), the classes y; None for a network without
    """

    step: int
    x_0: NDArray[np.float32]
    t: NDArray[np.int64]
    noise: NDArray[np.float32]
    x_t: NDArray[np.float32]
    prediction: NDArray[np.float32]
    target: NDArray[np.float32]
    sample_losses: NDArray[np.float32]
    loss: float
    label: NDArray[np.int64] | None = None


Report = Begun | Restored | Held | WentOn | Told | Kept | TrainingSnapshot | ExplainedStepArrays

Work = Generator[None, None, Outcome]
