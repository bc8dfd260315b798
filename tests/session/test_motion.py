"""The motion of t by itself: exact whatever the size of the ticks, with pauses and limits."""

from __future__ import annotations

from itertools import accumulate, repeat

import pytest

from ddpm_studio.session.motion import (
    END_PAUSE_SECONDS,
    WHOLE_CHAIN_SECONDS,
    Direction,
    LoopMode,
    Motion,
)

T = 1000
ROUND = 2 * (WHOLE_CHAIN_SECONDS + END_PAUSE_SECONDS)  # of turning, there and back


def test_directions_and_modes_lead_back_to_themselves() -> None:
    for direction in Direction:
        assert direction.opposite is not direction
        assert direction.opposite.opposite is direction
        assert direction.sign == -direction.opposite.sign
    assert Direction.NOISING.sign == 1
    for mode in LoopMode:
        *_, last = accumulate(repeat(mode, len(LoopMode) + 1), lambda m, _: m.following)
        assert last is mode


@pytest.mark.parametrize(
    ("position", "t"), [(0.0, 0), (0.49, 0), (0.5, 1), (436.5, 437), (999.5, 1000), (1000.0, 1000)]
)
def test_t_is_the_nearest_step(position: float, t: int) -> None:
    assert Motion(T, position).t == t


@pytest.mark.parametrize("speed", [1 / 8, 1.0, 4.0])
@pytest.mark.parametrize("length", [1, 50, 1000])
def test_the_whole_chain_takes_as_long_whatever_its_length(length: int, speed: float) -> None:
    motion = Motion(length, speed=speed)
    assert motion.steps_per_second == length * speed / WHOLE_CHAIN_SECONDS
    assert motion.advance(0.999 * WHOLE_CHAIN_SECONDS / speed)
    assert motion.position == pytest.approx(0.999 * length)
    assert not motion.advance(0.002 * WHOLE_CHAIN_SECONDS / speed)
    assert motion.position == length


def test_no_time_no_motion() -> None:
    motion = Motion(T, 437.25, loop=LoopMode.LOOP)
    assert motion.advance(0.0)
    assert motion.position == 437.25


@pytest.mark.parametrize("mode", list(LoopMode))
@pytest.mark.parametrize("direction", list(Direction))
def test_it_never_leaves_the_chain(mode: LoopMode, direction: Direction) -> None:
    motion = Motion(T, 500.0, direction=direction, speed=4.0, loop=mode)
    for tick in range(2000):
        motion.advance(0.003 * (tick % 17))
        assert 0 <= motion.position <= T


def test_a_round_of_turning_ends_where_it_began() -> None:
    motion = Motion(T, 300.0, loop=LoopMode.PING_PONG)
    for _ in range(5):
        motion.advance(ROUND)
        assert motion.position == pytest.approx(300)
        assert motion.direction is Direction.NOISING


def test_a_round_of_looping_pauses_at_both_ends() -> None:
    for direction in Direction:
        motion = Motion(T, 300.0, direction=direction, loop=LoopMode.LOOP)
        motion.advance(WHOLE_CHAIN_SECONDS + 2 * END_PAUSE_SECONDS)
        assert motion.position == pytest.approx(300)
        assert motion.direction is direction


def test_jumping_ends_a_pause_and_keeps_the_way() -> None:
    motion = Motion(T, T - 1.0, loop=LoopMode.PING_PONG)
    motion.advance(0.1)
    assert motion.pause_left > 0
    motion.jump(500)
    motion.advance(0.8)
    assert (motion.position, motion.direction) == (pytest.approx(600), Direction.NOISING)


@pytest.mark.parametrize("mode", list(LoopMode))
def test_it_waits_at_what_is_sampled_in_every_mode(mode: LoopMode) -> None:
    motion = Motion(T, T, Direction.DENOISING, loop=mode, lowest_available_t=700)
    assert motion.advance(100)
    assert (motion.position, motion.direction) == (700, Direction.DENOISING)
    motion.lowest_available_t = 690
    assert motion.advance(0.04)
    assert motion.position == pytest.approx(695)


def test_below_what_is_sampled_it_stays_and_does_not_jump_up() -> None:
    motion = Motion(T, 100.0, Direction.DENOISING, lowest_available_t=700)
    assert motion.advance(10)
    assert motion.position == 100


def test_another_length_keeps_the_share_and_lifts_the_limit() -> None:
    motion = Motion(T, 437.0, Direction.DENOISING, lowest_available_t=400)
    motion.rescale(50)
    assert (motion.last_t, motion.position) == (50, pytest.approx(21.85))
    assert not motion.advance(100)
    assert motion.position == 0


def test_leaving_an_end() -> None:
    for direction, begin, end in ((Direction.NOISING, 0, T), (Direction.DENOISING, T, 0)):
        for mode in (LoopMode.ONCE, LoopMode.LOOP):
            motion = Motion(T, end, direction, loop=mode)
            assert motion.end == end
            motion.leave_end()
            assert (motion.position, motion.direction) == (begin, direction)
        motion = Motion(T, end, direction, loop=LoopMode.PING_PONG)
        motion.leave_end()
        assert (motion.position, motion.direction) == (end, direction.opposite)
