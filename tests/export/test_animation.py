"""Which steps an animation shows, in which order, and for how long."""

from __future__ import annotations

import numpy as np
import pytest

from ddpm_studio.export import AnimationPlan

RANGES = [(0, 1000), (1000, 0), (0, 7), (7, 0), (3, 4), (5, 5), (250, 1000), (0, 300)]
COUNTS = [2, 3, 7, 24, 100, 149, 5000]


@pytest.mark.parametrize(("t_first", "t_last"), RANGES)
@pytest.mark.parametrize("frame_count", COUNTS)
def test_steps_are_even_with_both_ends_and_no_duplicates(
    t_first: int, t_last: int, frame_count: int
) -> None:
    steps = AnimationPlan(t_first, t_last, frame_count).timesteps()
    assert steps[0] == t_first
    assert steps[-1] == t_last
    assert len(steps) == len(set(steps)) == min(frame_count, abs(t_last - t_first) + 1)
    assert max(abs(np.array(steps) - np.linspace(t_first, t_last, len(steps)))) <= 0.5


def test_denoising_shows_the_steps_of_noising_backwards() -> None:
    for count in COUNTS:
        noising = AnimationPlan(0, 1000, count).timesteps()
        assert AnimationPlan(1000, 0, count).timesteps() == noising[::-1]


def test_ping_pong_repeats_no_end_when_looped() -> None:
    assert AnimationPlan(0, 4, 5, ping_pong=True).timesteps() == (0, 1, 2, 3, 4, 3, 2, 1)
    assert AnimationPlan(4, 0, 3, ping_pong=True).timesteps() == (4, 2, 0, 2)
    assert AnimationPlan(0, 1, 2, ping_pong=True).timesteps() == (0, 1)
    assert AnimationPlan(6, 6, 1, ping_pong=True).timesteps() == (6,)


@pytest.mark.parametrize("frames_per_second", [0.1, 1, 3, 7, 12.5, 23.976, 24, 30, 48, 49.9, 50])
@pytest.mark.parametrize("hold", [0, 0.333, 2.5])
@pytest.mark.parametrize("ping_pong", [False, True])
def test_durations_are_possible_and_add_up(
    frames_per_second: float, ping_pong: bool, hold: float
) -> None:
    plan = AnimationPlan(0, 1000, 101, frames_per_second, ping_pong, hold)
    durations = plan.durations_ms()
    assert len(durations) == len(plan.timesteps())
    assert all(duration % 10 == 0 and duration >= 20 for duration in durations)
    ideal_ms = 1000 * (len(durations) / frames_per_second + hold)
    assert abs(sum(durations) - ideal_ms) <= 5.001
    # The error is spread, not collected: it is small at the end of every frame before the hold.
    ends = np.cumsum(durations[:100])
    assert max(abs(ends - 1000 / frames_per_second * np.arange(1, 101))) <= 5.001


@pytest.mark.parametrize("ping_pong", [False, True])
def test_the_frame_t_last_is_held(ping_pong: bool) -> None:
    plan = AnimationPlan(40, 0, 5, 20, ping_pong, hold_last_seconds=1.5)
    expected = {t: 1550 if t == 0 else 50 for t in plan.timesteps()}
    shown = list(zip(plan.timesteps(), plan.durations_ms(), strict=True))
    assert shown == [(t, expected[t]) for t in plan.timesteps()]


def test_representative_steps_span_one_pass() -> None:
    plan = AnimationPlan(1000, 0, 120, ping_pong=True)
    assert plan.representative_timesteps(5) == (1000, 750, 500, 250, 0)
    assert AnimationPlan(0, 2, 3).representative_timesteps(8) == (0, 1, 2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"t_first": -1}, "0 or more"),
        ({"frame_count": 1}, "between 2 and 10,000, not 1"),
        ({"frame_count": 10**6}, "not 1,000,000"),
        ({"frames_per_second": 51.0}, "0.1 to 50 frames a second"),
        ({"frames_per_second": 0.0}, "not 0"),
        ({"frames_per_second": float("nan")}, "not nan"),
        ({"hold_last_seconds": -1.0}, "0 to 600 seconds, not -1"),
        ({"hold_last_seconds": 601.0}, "not 601"),
    ],
)
def test_an_impossible_plan_says_why(arguments: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        AnimationPlan(**({"t_first": 0, "t_last": 10} | arguments))  # type: ignore[arg-type]
