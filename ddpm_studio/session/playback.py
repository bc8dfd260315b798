"""The one position in time: which t is shown, and how it moves while playing.

t is derived from elapsed time, so a slow paint skips frames and never queues them.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from ddpm_studio.session.motion import Direction, LoopMode, Motion

__all__ = ["SPEEDS", "Direction", "LoopMode", "Playback"]

SPEEDS = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0)
TICK_INTERVAL_MS = 16


class Playback(QObject):
    """Where t is in 0 … last_t, and how it moves. Every slider and view is only a view of it.

    ``clock`` gives seconds that never run backwards.
    """

    moved = Signal(int)  # the new t; only when t changes
    state_changed = Signal()  # playing, speed, direction or loop mode
    range_changed = Signal(int)  # the new last_t; `moved` follows where t changes with it

    def __init__(
        self,
        last_t: int = 1000,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        super().__init__(parent)
        _require_positive(last_t)
        self._clock = clock
        self._motion = Motion(last_t)
        self._time_of_position = clock()
        self._is_playing = False
        self._is_scrubbing = False
        self._announced_t = 0
        self._announced_state = self._state
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_INTERVAL_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def t(self) -> int:
        """The time step that is shown."""
        return self._motion.t

    @property
    def last_t(self) -> int:
        """T, the end of the chain."""
        return self._motion.last_t

    @property
    def is_playing(self) -> bool:
        """Whether t moves by itself, also while it waits or while somebody drags it."""
        return self._is_playing

    @property
    def direction(self) -> Direction:
        """Which way t moves while playing."""
        return self._motion.direction

    @property
    def speed(self) -> float:
        """One of SPEEDS; at 1 the whole chain takes 8 seconds."""
        return self._motion.speed

    @property
    def loop(self) -> LoopMode:
        """What happens at the ends."""
        return self._motion.loop

    @property
    def steps_per_second(self) -> float:
        """How fast t moves while playing."""
        return self._motion.steps_per_second

    @property
    def long_step(self) -> int:
        """Steps of a long step: a fiftieth of the chain, at least five."""
        return max(5, round(self.last_t / 50))

    def set_last_t(self, T: int) -> None:
        """Another chain length. The relative position stays; the limit is lifted."""
        _require_positive(T)
        if self.last_t == T:
            return
        self._catch_up()
        self._motion.rescale(T)
        self.range_changed.emit(T)
        self._announce()

    def set_limits(self, lowest_available_t: int) -> None:
        """While the reverse chain is sampled: playing towards the data waits at this t.

        0 lifts the limit. Seeking is never limited.
        """
        self._catch_up()
        self._motion.lowest_available_t = lowest_available_t
        self._announce()

    def seek(self, t: int) -> None:
        """Move to t, clamped to 0 … last_t; playing goes on from there."""
        self._motion.jump(min(max(t, 0), self.last_t))
        self._time_of_position = self._clock()
        self._announce()

    def step(self, steps: int) -> None:
        """Move by that many steps, up or down, and stand still there."""
        self.pause()
        self.seek(self.t + steps)

    def to_start(self) -> None:
        """Move to x_0, the data."""
        self.seek(0)

    def to_end(self) -> None:
        """Move to x_T, the noise."""
        self.seek(self.last_t)

    def play(self) -> None:
        """Start moving; at the end of the way, start again from its beginning (or turn)."""
        if self._is_playing:
            return
        if self._motion.position == self._motion.end:
            self._motion.leave_end()
        self._is_playing = True
        self._time_of_position = self._clock()
        self._timer.start()
        self._announce()

    def pause(self) -> None:
        """Stand still at the t that is shown."""
        if not self._is_playing:
            return
        self._motion.jump(self.t)
        self._stop()
        self._announce()

    def toggle(self) -> None:
        """Play or pause."""
        if self._is_playing:
            self.pause()
        else:
            self.play()

    def begin_scrub(self) -> None:
        """Somebody holds the slider: time stands still until end_scrub, without pausing."""
        self._is_scrubbing = True

    def end_scrub(self) -> None:
        """The slider is let go: playing goes on from where it was left."""
        self._is_scrubbing = False
        self._time_of_position = self._clock()

    def set_speed(self, speed: float) -> None:
        """One of SPEEDS; the position makes no jump. Raises ValueError for another."""
        if speed not in SPEEDS:
            raise ValueError(f"Speed {speed} is not one of {SPEEDS}.")
        self._catch_up()
        self._motion.speed = speed
        self._announce()

    def change_speed(self, choices: int) -> None:
        """So many choices faster, or slower where negative, up to the last one."""
        index = SPEEDS.index(self.speed) + choices
        self.set_speed(SPEEDS[min(max(index, 0), len(SPEEDS) - 1)])

    def set_direction(self, direction: Direction) -> None:
        """The position makes no jump; a pause at an end is over."""
        self._catch_up()
        self._motion.direction = direction
        self._motion.pause_left = 0.0
        self._announce()

    def set_loop(self, loop: LoopMode) -> None:
        """What happens at the ends; a pause at an end begins again."""
        self._catch_up()
        self._motion.loop = loop
        self._motion.pause_left = 0.0
        self._announce()

    def watch_sampling(self) -> None:
        """Another reverse chain begins: where t moves by itself, follow it from the noise on.

        Loop, speed and a chosen direction stay as they are.
        """
        if not self._is_playing:
            return
        if self.loop is LoopMode.PING_PONG:
            self.set_direction(Direction.DENOISING)
        if self.direction is Direction.DENOISING:
            self.to_end()

    def tick(self) -> None:
        """Move t to where the elapsed time puts it; the timer calls this while playing."""
        self._catch_up()
        self._announce()

    @property
    def _state(self) -> tuple[bool, float, Direction, LoopMode]:
        return self._is_playing, self.speed, self.direction, self.loop

    def _catch_up(self) -> None:
        """Spend the time since the position was known."""
        now = self._clock()
        seconds = now - self._time_of_position
        self._time_of_position = now
        if self._is_playing and not self._is_scrubbing and not self._motion.advance(seconds):
            self._stop()

    def _stop(self) -> None:
        self._is_playing = False
        self._timer.stop()

    def _announce(self) -> None:
        """Emit what differs from what was said last; a listener may move t once more."""
        state = self._state
        if state != self._announced_state:
            self._announced_state = state
            self.state_changed.emit()
        t = self.t
        if t != self._announced_t:
            self._announced_t = t
            self.moved.emit(t)


def _require_positive(T: int) -> None:
    if T < 1:
        raise ValueError(f"A chain has at least one step, not {T}.")
