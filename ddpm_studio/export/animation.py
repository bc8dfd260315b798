"""Which frames of a chain an animation shows, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.export.gif import DELAY_UNIT_MS, LEAST_DELAY_MS

MAX_FRAMES_PER_SECOND = 1000 // LEAST_DELAY_MS
MIN_FRAMES_PER_SECOND = 0.1
MAX_HOLD_SECONDS = 600.0
MAX_FRAME_COUNT = 10_000


class AnimationError(ExplainedError, ValueError):
    """An animation that cannot be; the message says which number is wrong and what is allowed."""


@dataclass(frozen=True)
class AnimationPlan:
    """The frames t of one pass from `t_first` to `t_last`, and their display times.

    t_first, t_last:    both shown; `t_last` < `t_first` is the denoising direction. At least 0.
    frame_count:        frames wanted in one pass; fewer are shown when the range has fewer.
    frames_per_second:  0.1 … 50. A frame lasts 20 ms at least: browsers slow faster files down.
    ping_pong:          go back after `t_last`; when looped, neither end shows twice in a row.
    hold_last_seconds:  0 … 600, how much longer the frame `t_last` stays. It is the result that a
                        person waits for, thus also in a ping-pong, where it is the turning point.

    Raises AnimationError.
    """

    t_first: int
    t_last: int
    frame_count: int = 120
    frames_per_second: float = 20.0
    ping_pong: bool = False
    hold_last_seconds: float = 0.0

    def __post_init__(self) -> None:
        if min(self.t_first, self.t_last) < 0:
            raise AnimationError("The first and the last step must be 0 or more.")
        least = 1 if self.t_first == self.t_last else 2
        if not least <= self.frame_count <= MAX_FRAME_COUNT:
            raise AnimationError(
                "The number of frames must be between {least} and {most:,}, not {count:,}.",
                least=least,
                most=MAX_FRAME_COUNT,
                count=self.frame_count,
            )
        if not MIN_FRAMES_PER_SECOND <= self.frames_per_second <= MAX_FRAMES_PER_SECOND:
            raise AnimationError(
                "A GIF plays {least:g} to {most} frames a second "
                "(each lasts {delay_ms} ms or more), not {rate:g}.",
                least=MIN_FRAMES_PER_SECOND,
                most=MAX_FRAMES_PER_SECOND,
                delay_ms=LEAST_DELAY_MS,
                rate=self.frames_per_second,
            )
        if not 0 <= self.hold_last_seconds <= MAX_HOLD_SECONDS:
            raise AnimationError(
                "The last frame can be held for 0 to {most:g} seconds, not {seconds:g}.",
                most=MAX_HOLD_SECONDS,
                seconds=self.hold_last_seconds,
            )

    def timesteps(self) -> tuple[int, ...]:
        """t of each frame as displayed: evenly spaced, with both ends, none twice in a pass."""
        one_pass = self.representative_timesteps(self.frame_count)
        return one_pass + one_pass[-2:0:-1] if self.ping_pong else one_pass

    def representative_timesteps(self, count: int = 8) -> tuple[int, ...]:
        """At most `count` (2 or more) evenly spaced t with both ends, e.g. to choose a palette."""
        low, high = sorted((self.t_first, self.t_last))
        if low == high:
            return (low,)
        gaps = min(max(count, 2) - 1, high - low)
        # Integer rounding from the lower end: both directions show the same steps.
        upward = tuple(low + (2 * i * (high - low) + gaps) // (2 * gaps) for i in range(gaps + 1))
        return upward if self.t_first == low else upward[::-1]

    def durations_ms(self) -> tuple[int, ...]:
        """Milliseconds of each frame of `timesteps()`: multiples of 10, at least 20.

        Rounded ends are differenced, so the sum is within 5 ms of the ideal.
        """
        held_index = len(self.representative_timesteps(self.frame_count)) - 1
        ends = [0]
        for index in range(len(self.timesteps())):
            hold_seconds = self.hold_last_seconds if index >= held_index else 0.0
            end_ms = 1000 * ((index + 1) / self.frames_per_second + hold_seconds)
            ends.append(round(end_ms / DELAY_UNIT_MS))
        return tuple((end - start) * DELAY_UNIT_MS for start, end in pairwise(ends))
