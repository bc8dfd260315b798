"""The position in time, driven by a clock that the tests turn."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QObject, QTimer

from ddpm_studio.session.motion import END_PAUSE_SECONDS, WHOLE_CHAIN_SECONDS
from ddpm_studio.session.playback import SPEEDS, Direction, LoopMode, Playback

T = 1000
STEP = WHOLE_CHAIN_SECONDS / T  # seconds per step at speed 1


class Clock:
    """Seconds that pass only when they are told to."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


class Player:
    """A playback, its clock, and everything that it announced."""

    def __init__(self, last_t: int = T) -> None:
        self.clock = Clock()
        self.playback = Playback(last_t, clock=self.clock)
        self.moves: list[int] = []
        self.states = 0
        self.playback.moved.connect(self.moves.append)
        self.playback.state_changed.connect(self._count)

    def _count(self) -> None:
        self.states += 1

    def after(self, seconds: float) -> int:
        """t when that many seconds have passed since the last call."""
        self.clock.now += seconds
        self.playback.tick()
        return self.playback.t


@pytest.fixture
def player(qapp: QObject) -> Player:
    return Player()


def timer_of(playback: Playback) -> QTimer:
    timer = playback.findChild(QTimer)
    assert timer is not None
    return timer


def test_seek_clamps_and_announces_only_changes(player: Player) -> None:
    for t in (437, 437, -5, -1, 5000, 1000):
        player.playback.seek(t)
    assert player.moves == [437, 0, 1000]


def test_steps_and_ends(player: Player) -> None:
    playback = player.playback
    playback.seek(500)
    playback.step(1)
    playback.step(-3)
    playback.to_end()
    playback.step(1)
    playback.to_start()
    playback.step(-1)
    assert player.moves == [500, 501, 498, 1000, 0]


def test_a_step_stops_playing(player: Player) -> None:
    player.playback.play()
    player.after(1)
    player.playback.step(1)
    assert not player.playback.is_playing
    assert player.after(5) == 126


@pytest.mark.parametrize("speed", SPEEDS)
def test_t_follows_from_elapsed_time(player: Player, speed: float) -> None:
    player.playback.set_speed(speed)
    player.playback.play()
    assert player.playback.steps_per_second == T * speed / 8
    assert player.after(1.6) == 200 * speed
    assert player.after(0.8) == pytest.approx(min(300 * speed, T), abs=0.5)


def test_many_small_ticks_arrive_where_one_large_one_does(player: Player) -> None:
    player.playback.play()
    for _ in range(300):
        player.after(0.01)
    assert player.playback.t == 375
    assert player.moves == sorted(set(player.moves))


def test_a_slow_paint_skips_frames(player: Player) -> None:
    player.playback.play()
    player.after(0.016)
    player.after(2.0)
    assert player.moves == [2, 252]


def test_between_two_steps_nothing_is_announced(player: Player) -> None:
    player.playback.set_speed(1 / 8)
    player.playback.play()
    for _ in range(10):
        player.after(STEP * 8 / 100)
    assert player.moves == []


def test_denoising_falls_and_stops_at_the_data(player: Player) -> None:
    playback = player.playback
    playback.set_direction(Direction.DENOISING)
    playback.to_end()
    playback.play()
    assert player.after(2) == 750
    assert player.after(6.1) == 0
    assert not playback.is_playing
    assert not timer_of(playback).isActive()


@pytest.mark.parametrize(("direction", "first"), [("noising", 0), ("denoising", T)])
def test_playing_again_at_the_end_starts_over(player: Player, direction: str, first: int) -> None:
    playback = player.playback
    playback.set_direction(Direction(direction))
    playback.seek(T - first)
    playback.play()
    assert playback.t == first
    assert playback.is_playing


def test_pausing_stays_where_it_was_seen(player: Player) -> None:
    player.playback.play()
    seen = player.after(1.2345)
    player.clock.now += 3  # a window that was frozen just now
    player.playback.pause()
    assert player.after(10) == seen
    player.playback.toggle()
    assert player.after(STEP * 10) == seen + 10


def test_change_of_speed_makes_no_jump(player: Player) -> None:
    player.playback.play()
    player.after(2)
    player.clock.now += 0.4
    player.playback.set_speed(4.0)
    assert player.playback.t == 300
    assert player.after(0.1) == 350


def test_change_of_direction_makes_no_jump(player: Player) -> None:
    player.playback.set_speed(1 / 8)
    player.playback.play()
    for part in (0.3, 0.6, 0.9):
        before = player.after(STEP * 8 * part)
        player.playback.set_direction(player.playback.direction.opposite)
        assert player.playback.t == before


def test_slow_speeds_keep_fractions_of_a_step(player: Player) -> None:
    """The speed changes at every tick, the sum of the ways is exact."""
    player.playback.play()
    for _ in range(100):
        player.playback.set_speed(1 / 8)
        player.after(STEP)
        player.playback.set_speed(1 / 4)
        player.after(STEP)
    assert player.playback.t == round(100 * 3 / 8)


def test_seeking_while_playing_goes_on_from_there(player: Player) -> None:
    player.playback.play()
    player.after(1)
    player.clock.now += 0.5
    player.playback.seek(700)
    assert player.after(STEP * 20) == 720


def test_a_late_seek_after_the_end_would_have_come_keeps_playing(player: Player) -> None:
    player.playback.play()
    player.clock.now += 100
    player.playback.seek(300)
    assert player.playback.is_playing
    assert player.after(STEP * 5) == 305


def test_loop_pauses_at_both_ends(player: Player) -> None:
    playback = player.playback
    playback.set_loop(LoopMode.LOOP)
    playback.seek(T - 10)
    playback.play()
    assert player.after(STEP * 10 + END_PAUSE_SECONDS - 0.05) == T
    assert player.after(0.06) == 0
    assert player.after(END_PAUSE_SECONDS - 0.05) == 0
    assert player.after(0.04 + STEP * 10) == 10


def test_ping_pong_turns_and_announces_its_direction(player: Player) -> None:
    playback = player.playback
    playback.set_loop(LoopMode.PING_PONG)
    playback.seek(T - 10)
    playback.play()
    states = player.states
    assert player.after(STEP * 10 + END_PAUSE_SECONDS - 0.01) == T
    assert playback.direction is Direction.NOISING
    assert player.after(0.01 + STEP * 10) == T - 10
    assert playback.direction is Direction.DENOISING
    assert player.states == states + 1
    assert player.after(STEP * (T - 10) + END_PAUSE_SECONDS / 2) == 0
    assert player.after(END_PAUSE_SECONDS / 2 + STEP * 7) == 7
    assert playback.direction is Direction.NOISING


def test_one_long_sleep_equals_many_ticks_through_the_loops(qapp: QObject) -> None:
    for mode in (LoopMode.LOOP, LoopMode.PING_PONG):
        patient, sleepy = Player(), Player()
        for each in (patient, sleepy):
            each.playback.set_loop(mode)
            each.playback.play()
        for _ in range(4321):
            patient.after(1 / 128)
        assert sleepy.after(4321 / 128) == patient.playback.t
        assert sleepy.playback.direction is patient.playback.direction


def test_ping_pong_from_the_end_turns_at_once(player: Player) -> None:
    player.playback.set_loop(LoopMode.PING_PONG)
    player.playback.to_end()
    player.playback.play()
    assert player.after(STEP * 3) == T - 3


def test_switching_looping_off_during_the_pause_ends_there(player: Player) -> None:
    player.playback.set_loop(LoopMode.LOOP)
    player.playback.play()
    player.after(WHOLE_CHAIN_SECONDS + 0.1)
    player.playback.set_loop(LoopMode.ONCE)
    assert player.after(0.1) == T
    assert not player.playback.is_playing


def test_turning_by_hand_during_the_pause_moves_at_once(player: Player) -> None:
    player.playback.set_loop(LoopMode.LOOP)
    player.playback.play()
    player.after(WHOLE_CHAIN_SECONDS + 0.1)
    player.playback.set_direction(Direction.DENOISING)
    assert player.after(STEP * 4) == T - 4


def test_denoising_waits_for_the_sampler_and_goes_on(player: Player) -> None:
    playback = player.playback
    playback.set_direction(Direction.DENOISING)
    playback.set_limits(900)
    playback.to_end()
    playback.play()
    assert player.after(5) == 900
    assert playback.is_playing
    playback.set_limits(800)
    assert playback.t == 900  # the time spent waiting is not made up for
    assert player.after(STEP * 30) == 870
    playback.set_limits(0)
    assert player.after(20) == 0
    assert not playback.is_playing


def test_the_limit_holds_neither_hands_nor_noising(player: Player) -> None:
    playback = player.playback
    playback.set_limits(900)
    playback.seek(100)
    assert playback.t == 100
    playback.play()
    assert player.after(STEP * 10) == 110
    playback.set_direction(Direction.DENOISING)
    assert player.after(1) == 110
    playback.set_limits(105)
    assert player.after(1) == 105


def test_scrubbing_holds_time_without_pausing(player: Player) -> None:
    playback = player.playback
    playback.play()
    player.after(1)
    playback.begin_scrub()
    playback.seek(400)
    assert player.after(3) == 400
    assert playback.is_playing
    player.clock.now += 1
    playback.end_scrub()
    assert player.after(STEP * 2) == 402


def test_another_chain_length_keeps_the_relative_position(player: Player) -> None:
    playback = player.playback
    ranges: list[int] = []
    playback.range_changed.connect(ranges.append)
    playback.seek(500)
    playback.set_limits(400)
    playback.set_last_t(50)
    playback.set_last_t(50)
    assert (playback.last_t, playback.t, ranges) == (50, 25, [50])
    assert player.moves == [500, 25]
    playback.set_direction(Direction.DENOISING)
    playback.play()
    assert player.after(1) == 19  # the limit of the other chain is gone


def test_listeners_of_the_range_see_the_new_position(player: Player) -> None:
    seen: list[int] = []
    player.playback.to_end()
    player.playback.range_changed.connect(lambda _: seen.append(player.playback.t))
    player.playback.set_last_t(7)
    assert seen == [7]


def test_a_listener_may_seek(player: Player) -> None:
    playback = player.playback
    playback.moved.connect(lambda t: playback.seek(10) if t == 500 else None)
    playback.seek(500)
    assert playback.t == 10
    assert sorted(player.moves) == [10, 500]


def test_state_is_announced_once_per_change(player: Player) -> None:
    playback = player.playback
    playback.set_speed(1.0)
    playback.set_loop(LoopMode.ONCE)
    playback.set_direction(Direction.NOISING)
    playback.pause()
    assert player.states == 0
    playback.play()
    playback.play()
    playback.set_speed(2.0)
    playback.set_loop(LoopMode.LOOP)
    playback.set_direction(Direction.DENOISING)
    assert player.states == 4


def test_speed_choices_stop_at_the_last(player: Player) -> None:
    playback = player.playback
    playback.change_speed(10)
    assert playback.speed == SPEEDS[-1]
    playback.change_speed(-1)
    assert playback.speed == SPEEDS[-2]
    playback.change_speed(-10)
    assert playback.speed == SPEEDS[0]
    with pytest.raises(ValueError, match="not one of"):
        playback.set_speed(3.0)


@pytest.mark.parametrize("length", [0, -1])
def test_a_chain_has_at_least_one_step(player: Player, length: int) -> None:
    with pytest.raises(ValueError, match="at least one step"):
        player.playback.set_last_t(length)
    with pytest.raises(ValueError, match="at least one step"):
        Playback(length)


def test_a_chain_of_one_step_plays(qapp: QObject) -> None:
    player = Player(1)
    player.playback.play()
    assert player.after(3.9) == 0
    assert player.after(0.2) == 1


def test_long_steps_and_the_order_of_loop_modes(qapp: QObject) -> None:
    assert [Playback(T).long_step for T in (1, 50, 1000, 4000)] == [5, 5, 20, 80]
    assert [mode.following for mode in LoopMode] == ["loop", "ping-pong", "once"]


def test_another_sampling_is_watched_from_the_noise_on(player: Player) -> None:
    playback = player.playback
    playback.set_loop(LoopMode.PING_PONG)
    playback.seek(300)
    playback.watch_sampling()
    assert (playback.t, playback.is_playing) == (300, False)  # nobody is watching
    playback.play()
    playback.watch_sampling()
    assert (playback.t, playback.direction) == (T, Direction.DENOISING)
    assert player.after(8 / 10) == 900


@pytest.mark.parametrize("loop", [LoopMode.ONCE, LoopMode.LOOP])
def test_a_direction_that_was_chosen_is_kept_when_it_is_sampled_anew(
    player: Player, loop: LoopMode
) -> None:
    playback = player.playback
    playback.set_loop(loop)
    playback.seek(300)
    playback.play()
    playback.watch_sampling()
    assert (playback.t, playback.direction) == (300, Direction.NOISING)
    playback.set_direction(Direction.DENOISING)
    playback.watch_sampling()
    assert playback.t == T


def test_the_timer_runs_only_while_playing(player: Player) -> None:
    timer = timer_of(player.playback)
    assert not timer.isActive()
    player.playback.play()
    assert timer.isActive()
    player.playback.pause()
    assert not timer.isActive()


HEADLESS = """
from PySide6.QtCore import QCoreApplication
from ddpm_studio.session.playback import Playback
import sys
application = QCoreApplication([])
playback = Playback(40)
playback.set_speed(4.0)
seen = []
playback.moved.connect(seen.append)
playback.state_changed.connect(lambda: playback.is_playing or application.quit())
playback.play()
application.exec()
assert seen == sorted(set(seen)) and seen[-1] == 40 and len(seen) > 5, seen
assert not {"torch", "PySide6.QtGui", "PySide6.QtWidgets"} & set(sys.modules)
"""


def test_it_plays_in_real_time_without_a_screen() -> None:
    subprocess.run([sys.executable, "-c", HEADLESS], check=True, timeout=60)
