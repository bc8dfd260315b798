"""A recorded chain: exact statistics, stated precision, bounded memory, reading while recording."""

from __future__ import annotations

import math
import threading
import tracemalloc

import numpy as np
import pytest
import torch
from scipy.stats import ks_1samp, norm

from ddpm_studio.diffusion import trajectory as trajectory_module
from ddpm_studio.diffusion.frame_statistics import (
    MAX_DISTANCE_VALUES,
    FrameStatistics,
    measure_frame,
)
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.respacing import respaced
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.trajectory import (
    DEFAULT_BUDGET_BYTES,
    Precision,
    Trajectory,
    TrajectoryTooLargeError,
)

T, COUNT, SHAPE = 3, 500, (2,)
VALUES = (T + 1) * COUNT * 2
OVERHEAD = Trajectory(T, COUNT, SHAPE).byte_count - 4 * VALUES
BUDGETS = {
    Precision.FLOAT32: OVERHEAD + 4 * VALUES,
    Precision.FLOAT16: OVERHEAD + 4 * VALUES - 1,
    Precision.LEVELS: OVERHEAD + 2 * VALUES - 1,
}


def noise(t: int, *shape: int, scale: float = 1.0) -> torch.Tensor:
    return scale * torch.randn(shape, generator=torch.Generator().manual_seed(t))


def recorded(precision: Precision, x: torch.Tensor) -> Trajectory:
    """A trajectory of that precision with ``x`` at t = 1, and other frames beside it."""
    trajectory = Trajectory(T, COUNT, SHAPE, budget_bytes=BUDGETS[precision])
    assert trajectory.precision is precision
    trajectory.record(0, noise(0, COUNT, *SHAPE, scale=100.0))
    trajectory.record(1, x)
    trajectory.record(2, noise(2, COUNT, *SHAPE, scale=0.01))
    return trajectory


def memory(trajectory: Trajectory) -> int:
    return sum(v.nbytes for v in vars(trajectory).values() if isinstance(v, np.ndarray))


@pytest.mark.parametrize("precision", Precision)
def test_statistics_are_those_of_the_exact_frame(precision: Precision) -> None:
    x = noise(1, COUNT, *SHAPE)
    measured, exact = recorded(precision, x).statistics(1), measure_frame(x.numpy())
    for name in vars(exact):
        np.testing.assert_array_equal(getattr(measured, name), getattr(exact, name))


def test_float32_frames_are_exact_and_not_copied() -> None:
    x = noise(1, COUNT, *SHAPE)
    trajectory = recorded(Precision.FLOAT32, x)
    frame = trajectory.frame(1)
    np.testing.assert_array_equal(frame, x.numpy())
    assert np.shares_memory(frame, trajectory.frame(1))
    x.zero_()  # the trajectory keeps numbers of its own
    assert np.abs(frame).max() > 1


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-6, 1e4])
def test_float16_error_is_within_the_stated_bound(scale: float) -> None:
    x = noise(1, COUNT, *SHAPE, scale=scale).numpy()
    frame = recorded(Precision.FLOAT16, torch.from_numpy(x)).frame(1)
    assert frame.dtype == np.float32
    error = np.abs(frame.astype(np.float64) - x)
    assert np.all(error <= np.maximum(5e-4 * np.abs(x), 3e-8))
    assert error.max() > 0


def test_float16_limits_what_it_cannot_hold() -> None:
    x = torch.full((COUNT, 2), 1e30)
    x[0, 0], x[1, 0] = -1e30, 65519.0
    frame = recorded(Precision.FLOAT16, x).frame(1)
    assert frame[0, 0] == -65504
    assert np.all(frame[1:] == 65504)


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e4])
def test_levels_error_is_within_the_stated_bound(scale: float) -> None:
    x = noise(1, COUNT, *SHAPE, scale=scale).numpy().astype(np.float64)
    frame = recorded(Precision.LEVELS, torch.from_numpy(x).float()).frame(1)
    assert frame.dtype == np.float32
    error = np.abs(frame - x).max()
    # Half a level, and the rounding of float32.
    assert error <= (x.max() - x.min()) / 510 + 4 * np.finfo(np.float32).eps * np.abs(x).max()
    assert error > (x.max() - x.min()) / 600
    assert np.ptp(frame) == pytest.approx(np.ptp(x), rel=1e-6)  # the extremes survive


def test_levels_error_for_noise_is_the_one_quoted() -> None:
    images = Trajectory(1, 64, (3, 32, 32), budget_bytes=400_000)
    assert images.precision is Precision.LEVELS
    x = noise(0, 64, 3, 32, 32)
    images.record(0, x)
    assert np.abs(images.frame(0) - x.numpy()).max() == pytest.approx(0.018, abs=0.0015)


@pytest.mark.parametrize("precision", Precision)
@pytest.mark.parametrize("value", [0.0, -0.75, 12.0])
def test_a_frame_of_one_value_survives(precision: Precision, value: float) -> None:
    frame = recorded(precision, torch.full((COUNT, 2), value)).frame(1)
    np.testing.assert_array_equal(frame, np.full((COUNT, 2), value, np.float32))


@pytest.mark.parametrize("precision", Precision)
def test_frames_are_read_only(precision: Precision) -> None:
    frame = recorded(precision, noise(1, COUNT, *SHAPE)).frame(1)
    with pytest.raises(ValueError, match="read-only"):
        frame[0, 0] = 1.0


# Memory


def test_precision_falls_only_where_the_budget_asks_for_it() -> None:
    for precision, budget in BUDGETS.items():
        trajectory = Trajectory(T, COUNT, SHAPE, budget_bytes=budget)
        assert trajectory.precision is precision
        assert memory(trajectory) <= trajectory.byte_count <= budget


def test_a_thousand_steps_of_64_images_of_32_pixels_fit_256_megabytes() -> None:
    trajectory = Trajectory(1000, 64, (3, 32, 32))
    assert trajectory.precision is Precision.LEVELS
    assert memory(trajectory) <= trajectory.byte_count <= DEFAULT_BUDGET_BYTES == 256_000_000
    assert trajectory.byte_count == pytest.approx(197e6, rel=0.005)


def test_recording_takes_no_more_memory_than_planned() -> None:
    trajectory = Trajectory(T, COUNT, SHAPE, budget_bytes=BUDGETS[Precision.LEVELS])
    for t in range(T + 1):
        trajectory.record(t, noise(t, COUNT, *SHAPE))
    assert memory(trajectory) <= trajectory.byte_count


@pytest.mark.parametrize("shape", [(2,), (1, 8, 8)])
def test_the_largest_count_fits_and_one_more_does_not(shape: tuple[int, ...]) -> None:
    budget = 300_000
    with pytest.raises(TrajectoryTooLargeError) as raised:
        Trajectory(100, 10_000, shape, budget_bytes=budget)
    largest = raised.value.largest_count
    assert str(raised.value) == (
        f"10,000 samples need more memory than one chain may take; choose {largest:,} or fewer."
    )
    assert memory(Trajectory(100, largest, shape, budget_bytes=budget)) <= budget
    with pytest.raises(TrajectoryTooLargeError):
        Trajectory(100, largest + 1, shape, budget_bytes=budget)


def test_no_sample_fits_where_even_the_statistics_do_not() -> None:
    with pytest.raises(TrajectoryTooLargeError) as raised:
        Trajectory(1000, 1, (2,), budget_bytes=1000)
    assert raised.value.largest_count == 0
    assert str(raised.value) == (
        "T = 1,000 is too long: even a single sample needs more memory than one chain may take."
    )


def test_too_large_a_trajectory_is_refused_before_memory_is_taken() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TrajectoryTooLargeError):
            Trajectory(1000, 10**6, (3, 32, 32))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000


@pytest.mark.parametrize("shape", [(10, 2), (10, 1, 3), (1, 3), (3,), (9, 3), (10, 3, 1), ()])
@pytest.mark.parametrize("precision", BUDGETS)
def test_a_frame_of_another_shape_is_refused(shape: tuple[int, ...], precision: Precision) -> None:
    trajectory = Trajectory(4, 10, (3,), budget_bytes=BUDGETS[precision])
    with pytest.raises(ValueError, match=r"x_2 has shape \(.*\), not \(10, 3\)"):
        trajectory.record(2, torch.zeros(shape))
    assert not trajectory.is_recorded(2)


# Random access


def test_frames_are_recorded_and_read_in_any_order() -> None:
    trajectory = Trajectory(4, 10, (1, 4, 4))
    recorded_so_far = trajectory.recorded
    for n, t in enumerate((4, 0, 2, 3, 1), start=1):
        assert not trajectory.is_recorded(t)
        assert not trajectory.is_complete
        trajectory.record(t, noise(t, 10, 1, 4, 4))
        assert trajectory.is_recorded(t)
        assert recorded_so_far.sum() == n  # the view is live
    assert trajectory.is_complete
    for t in (1, 3, 0, 4, 2):
        np.testing.assert_array_equal(trajectory.frame(t), noise(t, 10, 1, 4, 4).numpy())
    with pytest.raises(ValueError, match="read-only"):
        recorded_so_far[0] = False


@pytest.mark.parametrize("t", [-1, 1, 5, 10**9])
def test_what_is_not_recorded_cannot_be_read(t: int) -> None:
    trajectory = Trajectory(4, 10, (2,))
    trajectory.record(0, noise(0, 10, 2))
    trajectory.record(4, noise(4, 10, 2))
    assert not trajectory.is_recorded(t)
    with pytest.raises(LookupError, match=f"x_{t} is not recorded"):
        trajectory.frame(t)
    with pytest.raises(LookupError, match=f"x_{t} is not recorded"):
        trajectory.statistics(t)


def test_distances_over_t_are_nan_where_nothing_is_recorded() -> None:
    trajectory = Trajectory(4, 1000, (2,))
    trajectory.record(3, noise(3, 1000, 2))
    for name in ("kolmogorov_smirnov", "wasserstein"):
        values = getattr(trajectory, name)
        assert values.shape == (2, 5)
        assert np.isnan(values[:, [0, 1, 2, 4]]).all()
        np.testing.assert_array_equal(values[:, 3], getattr(trajectory.statistics(3), name))


def test_statistics_say_how_many_values_the_distances_use() -> None:
    trajectory = Trajectory(1, 200, (3, 8, 8))
    trajectory.record(0, noise(0, 200, 3, 8, 8))
    statistics = trajectory.statistics(0)
    assert statistics.value_count == 38_400
    assert statistics.distance_value_count == MAX_DISTANCE_VALUES
    # 1.63 / sqrt(n) is exceeded once in a hundred times, 2.7 / sqrt(n) once in a million.
    assert statistics.kolmogorov_smirnov[0] < 2.7 / math.sqrt(MAX_DISTANCE_VALUES)


def test_a_step_of_inference_mode_can_be_recorded() -> None:
    with torch.inference_mode():
        x = noise(0, 10, 2) * 1.0
    trajectory = Trajectory(1, 10, (2,))
    trajectory.record(0, x)
    np.testing.assert_array_equal(trajectory.frame(0), noise(0, 10, 2).numpy())
    trajectory.record(1, torch.zeros(10, 2, requires_grad=True))
    assert np.all(trajectory.frame(1) == 0)


def test_a_frame_is_announced_only_when_its_statistics_are_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trajectory = Trajectory(1, 10, (2,))
    announced: list[bool] = []

    def spy(x: np.ndarray, law: GaussianMixture | None) -> FrameStatistics:
        announced.append(trajectory.is_recorded(0))
        return measure_frame(x, law)

    monkeypatch.setattr(trajectory_module, "measure_frame", spy)
    trajectory.record(0, noise(0, 10, 2))
    assert announced == [False]
    assert trajectory.is_recorded(0)


def test_each_frame_is_measured_against_its_own_law() -> None:
    """The law is asked with the frame's index, and without one its distance is not known."""
    schedule = NoiseSchedule.linear(100)
    path = respaced(schedule, 4)
    data = GaussianMixture(np.array([0.5, 0.5]), np.array([[-1.0], [1.0]]), np.full((2, 1), 0.04))
    trajectory = Trajectory(
        4, 50, (1,), times=path.times, law=lambda i: data.at(schedule, int(path.times[i]))
    )
    assert trajectory.times.tolist() == [0, 25, 50, 75, 100]
    for i in range(5):
        x = noise(i, 50, 1)
        trajectory.record(i, x)
        alpha_bar = schedule.alpha_bar[25 * i]
        sd = np.sqrt(0.04 * alpha_bar + 1 - alpha_bar)
        centres = np.sqrt(alpha_bar) * np.array([-1.0, 1.0])

        def cdf(u: np.ndarray, centres: np.ndarray = centres, sd: float = sd) -> np.ndarray:
            return norm.cdf(u[:, None], centres, sd).mean(axis=1)

        expected = ks_1samp(x.double().numpy()[:, 0], cdf).statistic
        found = trajectory.statistics(i).law_kolmogorov_smirnov
        assert found == pytest.approx([expected], abs=1e-12)
    plain = Trajectory(4, 50, (1,))
    plain.record(1, noise(1, 50, 1))
    assert plain.times.tolist() == [0, 1, 2, 3, 4]
    assert np.isnan(plain.statistics(1).law_kolmogorov_smirnov).all()


def test_frames_are_readable_while_another_thread_records() -> None:
    steps, count = 100, 200
    trajectory = Trajectory(steps, count, (2,))
    first_read = threading.Event()

    def record() -> None:
        for t in range(steps, -1, -1):
            trajectory.record(t, torch.full((count, 2), float(t)))
            if t == steps:
                assert first_read.wait(timeout=10)

    recorder = threading.Thread(target=record)
    recorder.start()
    random = np.random.default_rng(0)
    reads_while_recording = 0
    while not trajectory.is_complete:
        recorded_t = np.flatnonzero(trajectory.recorded)
        if len(recorded_t):
            t = int(random.choice(recorded_t))
            reads_while_recording += 1
            assert np.all(trajectory.frame(t) == t)
            statistics = trajectory.statistics(t)
            assert statistics.value_count == count
            assert statistics.mean.tolist() == [t, t]
            first_read.set()
        assert recorder.is_alive() or trajectory.is_complete
    recorder.join()
    assert reads_while_recording >= 1
