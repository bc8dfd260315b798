"""Records the steps of a chain one after the other, and keeps where it was left before its end.

Nothing here touches Qt, and torch is imported on the worker's thread alone.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddpm_studio.checkpoints.loading_progress import LoadingProgress

if TYPE_CHECKING:
    from torch import Generator as RandomGenerator

    from ddpm_studio.diffusion.chains import ChainPosition, ChainStep
    from ddpm_studio.diffusion.trajectory import FrameUnderWay, Trajectory

LONG_SECONDS = 4.0


@dataclass(frozen=True)
class ChainProgress:
    """A chain's trajectory, how many of its ``total`` steps are done, and for how long it ran.

    ``done_before`` of them were done before, where a stopped chain is gone on with.
    """

    trajectory: Trajectory
    done: int
    total: int
    elapsed_seconds: float
    done_before: int = 0

    @property
    def seconds_left(self) -> float:
        """At the pace so far; 0 before the first step is done."""
        done = self.done - self.done_before
        return self.elapsed_seconds / done * (self.total - self.done) if done else 0.0

    @property
    def is_long(self) -> bool:
        """Whether it will take so long that nobody should have to wait for it."""
        return self.elapsed_seconds > 1.0 and self.seconds_left > LONG_SECONDS


ChainWork = Generator[ChainProgress | LoadingProgress, None, "Trajectory"]
"""A LoadingProgress comes before the first step alone, and only where the model's file is large."""


def record_steps(
    trajectory: Trajectory,
    frames: range,
    steps: Iterator[ChainStep],
    generator: RandomGenerator,
) -> ChainWork:
    """Record one step for each of ``frames``; left before the end, keep where that was.

    That is the last frame announced: what a GPU has begun beyond it is done again. It is where the
    chain was gone on with as long as nothing came of that. ``generator`` is the one that the steps
    draw from.
    """
    from ddpm_studio.diffusion.chains import ChainPosition

    began = time.monotonic()
    position, trajectory.position = trajectory.position, None
    done_before = trajectory.T + 1 - len(frames)
    waiting: deque[_Waiting] = deque()
    try:
        for frame, step in zip(frames, steps, strict=True):
            here = ChainPosition(frame, step.x, generator.get_state(), step.predicted_x_0)
            waiting.append(_Waiting(here, step, trajectory.begin(frame, step.x)))
            # A GPU has always one step more to do while the frame before is waited for.
            ahead = int(waiting[-1].frame.is_queued and frame != frames[-1])
            while len(waiting) > ahead:
                position = waiting.popleft().finished()
                done = done_before + frames.index(position.frame)
                seconds = time.monotonic() - began
                yield ChainProgress(trajectory, done, trajectory.T, seconds, done_before)
    finally:
        trajectory.position = None if trajectory.is_complete else position
    return trajectory


@dataclass(frozen=True)
class _Waiting:
    """A step whose frame is not announced yet."""

    position: ChainPosition
    step: ChainStep
    frame: FrameUnderWay

    def finished(self) -> ChainPosition:
        """Where the chain was when its frame, announced now, was yielded. Raises NotFiniteError."""
        self.step.require_finite()
        self.frame.finish()
        return self.position
