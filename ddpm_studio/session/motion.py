"""How t moves with time: direction, speed, what happens at the ends. No clock, no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

WHOLE_CHAIN_SECONDS = 8.0  # from one end to the other at speed 1
END_PAUSE_SECONDS = 0.8  # at both ends before looping or turning: the ends are what one compares


class Direction(StrEnum):
    """Which way t moves while playing."""

    NOISING = "noising"  # t rises
    DENOISING = "denoising"  # t falls

    @property
    def sign(self) -> int:
        """+1 where t rises, -1 where it falls."""
        return 1 if self is Direction.NOISING else -1

    @property
    def opposite(self) -> Direction:
        """The other one."""
        return Direction.DENOISING if self is Direction.NOISING else Direction.NOISING


class LoopMode(StrEnum):
    """What happens when playing arrives at an end."""

    ONCE = "once"
    LOOP = "loop"
    PING_PONG = "ping-pong"

    @property
    def following(self) -> LoopMode:
        """The next one in the order in which a button walks through them."""
        modes = list(LoopMode)
        return modes[(modes.index(self) + 1) % len(modes)]


@dataclass
class Motion:
    """A position in 0 … last_t that moves while it is told how much time went by.

    ``position`` keeps the fraction of a step, so that a change of speed or direction makes no
    jump. ``lowest_available_t`` is where falling t waits: below it nothing is sampled yet.
    """

    last_t: int
    position: float = 0.0
    direction: Direction = Direction.NOISING
    speed: float = 1.0
    loop: LoopMode = LoopMode.ONCE
    lowest_available_t: int = 0
    pause_left: float = 0.0  # seconds at an end
    _leaves_end_after_pause: bool = False

    @property
    def t(self) -> int:
        """The time step nearest to the position."""
        return math.floor(self.position + 0.5)

    @property
    def steps_per_second(self) -> float:
        """How fast t moves."""
        return self.last_t * self.speed / WHOLE_CHAIN_SECONDS

    @property
    def end(self) -> float:
        """The end of the chain that t moves to."""
        return float(self.last_t) if self.direction is Direction.NOISING else 0.0

    def jump(self, t: int) -> None:
        """Be at t; a pause at an end is over."""
        self.position = float(t)
        self.pause_left = 0.0

    def rescale(self, T: int) -> None:
        """Another chain length at the same relative position, sampled or not as may be."""
        self.position = self.position * T / self.last_t
        self.last_t = T
        self.lowest_available_t = 0

    def leave_end(self) -> None:
        """Turn, or go on from the other end."""
        if self.loop is LoopMode.PING_PONG:
            self.direction = self.direction.opposite
        else:
            self.position = self.last_t - self.end

    def advance(self, seconds: float) -> bool:
        """Move for that long; False where it has come to rest at the end of its way."""
        while seconds > 0:
            if self.pause_left > 0:
                seconds = self._pause(seconds)
                continue
            seconds, arrived = self._approach_end(seconds)
            if arrived and self.loop is LoopMode.ONCE:
                return False
            if arrived:
                self.pause_left = END_PAUSE_SECONDS
                self._leaves_end_after_pause = True
        return True

    def _approach_end(self, seconds: float) -> tuple[float, bool]:
        """The seconds left over, and whether the end is reached."""
        target = self.end
        if self.direction is Direction.DENOISING:
            # By hand one may be below what is sampled already: then wait there.
            target = min(self.position, max(target, float(self.lowest_available_t)))
        needed = abs(target - self.position) / self.steps_per_second
        if needed > seconds:
            self.position += self.direction.sign * self.steps_per_second * seconds
            return 0.0, False
        self.position = target
        arrived = target == self.end
        return (seconds - needed if arrived else 0.0), arrived

    def _pause(self, seconds: float) -> float:
        """Spend the pause at an end; the seconds left over."""
        spent = min(seconds, self.pause_left)
        self.pause_left -= spent
        if self.pause_left == 0 and self._leaves_end_after_pause:
            self._leaves_end_after_pause = False
            self.leave_end()
            if self.loop is LoopMode.LOOP:
                self.pause_left = END_PAUSE_SECONDS
        return seconds - spent
