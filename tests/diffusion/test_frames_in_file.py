"""Chains that memory is too small for: the same levels from a file, overviews, and trouble with disks."""

from __future__ import annotations

import errno
import gc
import math
import os
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d

from ddpm_studio.diffusion import frame_levels
from ddpm_studio.diffusion import trajectory as trajectory_module
from ddpm_studio.diffusion.frame_levels import FrameRecord, write_levels
from ddpm_studio.diffusion.frame_statistics import (
    HISTOGRAM_BINS,
    MAX_DISTANCE_VALUES,
    measure_frame,
)
from ddpm_studio.diffusion.frame_statistics_on_device import QueuedStatistics, queue_histogram
from ddpm_studio.diffusion.storage_plan import MOST_LEFT_OUT, plan_storage
from ddpm_studio.diffusion.trajectory import Precision, Trajectory, TrajectoryTooLargeError
from ddpm_studio.temporary_file import TemporaryFile, TemporaryFileError

T, COUNT, SHAPE = 12, 5, (3, 16, 16)
BUDGET = 30_000  # for the statistics, and a frame in between
on_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
DEVICES = ["cpu", pytest.param("cuda", marks=on_cuda)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(trajectory_module, "temporary_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def small_overviews(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that small images have overviews, too."""
    monkeypatch.setattr(frame_levels, "OVERVIEW_PIXELS", COUNT * 4 * 4)


def noise(t: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape or (COUNT, *SHAPE), generator=torch.Generator().manual_seed(t))


def filed(T: int = T, *, budget_bytes: int = BUDGET) -> Trajectory:
    trajectory = Trajectory(T, COUNT, SHAPE, budget_bytes=budget_bytes, may_use_disk=True)
    assert not trajectory.is_in_memory
    return trajectory


def with_room(monkeypatch: pytest.MonkeyPatch, frames: int) -> int:
    """A disk with room for so many frames; their bytes."""
    room = frames * FrameRecord(COUNT, SHAPE).byte_count
    monkeypatch.setattr(TemporaryFile, "room_bytes", classmethod(lambda *_: room))
    return room


# What is kept


@pytest.mark.parametrize("device", DEVICES)
def test_frames_are_the_levels_that_memory_would_hold(device: str) -> None:
    trajectory = filed()
    in_memory = Trajectory(T, COUNT, SHAPE, budget_bytes=25_000 + (T + 1) * COUNT * 768)
    assert in_memory.precision is trajectory.precision is Precision.LEVELS
    for t in (7, 0, 12, 3):
        trajectory.record(t, noise(t).to(device))
        in_memory.record(t, noise(t))
    for t in (0, 3, 7, 12):
        frame = trajectory.frame(t)
        assert frame.dtype == np.float32
        np.testing.assert_allclose(
            frame, in_memory.frame(t), rtol=0, atol=1e-6 if device == "cpu" else 0.05
        )
        bound = float(noise(t).max() - noise(t).min()) / 510
        assert np.abs(frame - noise(t).numpy()).max() <= bound + 1e-5
        with pytest.raises(ValueError, match="read-only"):
            frame[0] = 0


@pytest.mark.parametrize("device", DEVICES)
def test_statistics_are_of_the_exact_frame(device: str) -> None:
    trajectory = filed()
    trajectory.record(4, noise(4).to(device))
    measured, exact = trajectory.statistics(4), measure_frame(noise(4).numpy())
    np.testing.assert_array_equal(measured.counts, exact.counts)
    for name in ("mean", "std", "kolmogorov_smirnov", "wasserstein"):
        np.testing.assert_allclose(getattr(measured, name), getattr(exact, name), rtol=1e-9)


@pytest.mark.parametrize("count", [5, 200])
def test_a_gpu_measures_what_the_cpu_does(count: int) -> None:
    """The code for a GPU, run here; 200 images have more values than the distances look at."""
    x = 1.5 * noise(1, count, *SHAPE)
    there, here = QueuedStatistics(x).wait(), measure_frame(x.numpy())
    assert (count == 200) == (here.distance_value_count == MAX_DISTANCE_VALUES)
    assert (there.value_count, there.distance_value_count) == (
        here.value_count,
        here.distance_value_count,
    )
    np.testing.assert_array_equal(there.counts, here.counts)
    assert there.counts.dtype == here.counts.dtype
    np.testing.assert_array_equal(there.kolmogorov_smirnov, here.kolmogorov_smirnov)
    np.testing.assert_array_equal(there.wasserstein, here.wasserstein)
    np.testing.assert_allclose(there.mean, here.mean, rtol=1e-9)
    np.testing.assert_allclose(there.std, here.std, rtol=1e-9)


@pytest.mark.parametrize("count", [5, 200])
def test_what_is_queued_for_a_gpu_waits_for_nothing(count: int) -> None:
    """Of the device "meta" no number can be read: whatever asks for one is refused."""
    x = torch.empty((count, *SHAPE), device="meta")
    record = FrameRecord(count, SHAPE, 4)
    content = torch.empty(
        record.byte_count + record.preview_bytes, dtype=torch.uint8, device="meta"
    )
    assert record.queue(x, content).shape == (2,)
    assert queue_histogram(x.reshape(-1)).shape == (HISTOGRAM_BINS,)


def test_some_samples_can_be_read_alone() -> None:
    trajectory = filed()
    trajectory.record(5, noise(5))
    np.testing.assert_array_equal(trajectory.samples(5, 2, 4), trajectory.frame(5)[2:4])


def test_overviews_are_means_of_what_a_screen_shows() -> None:
    trajectory = filed()
    trajectory.record(5, noise(5))
    assert trajectory.overview_shrinkings == (2, 4)
    for shrinking in (2, 4):
        exact = (avg_pool2d(noise(5).clamp(-1, 1).double(), shrinking) + 1) * 127.5
        overview = trajectory.overview(5, shrinking)
        assert overview.dtype == np.uint8
        assert np.abs(overview - exact.numpy()).max() <= 0.5 + 1e-4
        assert np.ptp(overview) > 50


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    ("budget_bytes", "smallest_overview", "shrinking"),
    [(BUDGET, 32, 0), (60_000, 32, 4), (150_000, 32, 2), (150_000, 16, 4), (150_000, 8, 4)],
)
def test_memory_keeps_a_preview_of_every_frame_where_it_has_room(
    monkeypatch: pytest.MonkeyPatch,
    device: str,
    budget_bytes: int,
    smallest_overview: int,
    shrinking: int,
) -> None:
    """As large as it has room for, and no larger than the smallest overview; at least 16 pixels."""
    monkeypatch.setattr(frame_levels, "OVERVIEW_PIXELS", smallest_overview**2)
    shape = (3, 64, 64)
    count = 1
    trajectory = Trajectory(T, count, shape, budget_bytes=budget_bytes, may_use_disk=True)
    assert not trajectory.is_in_memory
    for t in range(T + 1):
        trajectory.record(t, noise(t, count, *shape).to(device))
    for t in range(T + 1):
        preview = trajectory.preview(t)
        if not shrinking:
            assert preview is None
            continue
        assert preview is not None
        exact = (avg_pool2d(noise(t, count, *shape).clamp(-1, 1).double(), shrinking) + 1) * 127.5
        assert preview.shape == exact.shape
        assert np.abs(preview - exact.numpy()).max() <= 0.5 + 1e-4
        assert np.abs(trajectory.frame(t) - noise(t, count, *shape).numpy()).max() < 0.03
    assert trajectory.byte_count <= budget_bytes
    held = trajectory._frames._previews.nbytes + trajectory._frames._bytes.nbytes
    assert held <= trajectory.byte_count


@pytest.mark.parametrize("value", [0.0, -0.75, 12.0])
def test_a_frame_of_one_value_survives(value: float) -> None:
    trajectory = filed()
    trajectory.record(1, torch.full((COUNT, *SHAPE), value))
    np.testing.assert_array_equal(trajectory.frame(1), np.full((COUNT, *SHAPE), value, np.float32))
    assert np.ptp(trajectory.overview(1, 2)) == 0


def test_levels_do_not_depend_on_the_blocks_in_which_they_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = noise(1)
    whole, parts = torch.empty(x.shape, dtype=torch.uint8), torch.empty(x.shape, dtype=torch.uint8)
    write_levels(x, whole)
    monkeypatch.setattr(frame_levels, "_BLOCK_VALUES", 100)
    write_levels(x, parts)
    assert torch.equal(whole, parts)
    assert int(whole.min()) == 0
    assert int(whole.max()) == 255


@pytest.mark.parametrize(
    ("count", "shape", "shrinkings"),
    [
        (64, (3, 256, 256), (1, 2, 4)),
        (4, (3, 256, 256), (1,)),
        (144, (3, 256, 256), (1, 2, 4, 8)),
        (64, (3, 90, 90), (1, 2)),  # 45 cannot be halved
        (100, (1, 101, 101), (1,)),
    ],
)
def test_overviews_end_where_a_screen_needs_no_smaller_one(
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    shape: tuple[int, ...],
    shrinkings: tuple[int, ...],
) -> None:
    monkeypatch.setattr(frame_levels, "OVERVIEW_PIXELS", 512 * 512)
    record = FrameRecord(count, shape)
    assert record.shrinkings == shrinkings
    assert record.byte_count == sum(math.prod(record.shape(s)) for s in shrinkings)


def test_a_step_of_inference_mode_can_be_recorded() -> None:
    trajectory = filed()
    with torch.inference_mode():
        trajectory.record(2, noise(2) * 1.0)
    assert trajectory.is_recorded(2)


# Room


def test_only_images_go_to_a_file_and_only_where_they_may() -> None:
    with pytest.raises(TrajectoryTooLargeError):
        Trajectory(1000, 5000, (2,), budget_bytes=1_000_000, may_use_disk=True)
    with pytest.raises(TrajectoryTooLargeError):
        Trajectory(T, COUNT, SHAPE, budget_bytes=BUDGET)
    fits = Trajectory(T, COUNT, SHAPE, may_use_disk=True)
    assert fits.is_in_memory
    assert fits.precision is Precision.FLOAT32
    assert fits.overview_shrinkings == ()


def test_the_plan_of_the_largest_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_levels, "OVERVIEW_PIXELS", 512 * 512)
    plan = plan_storage(1000, 64, (3, 256, 256), 256_000_000, 10**12)
    assert plan.byte_count <= 256_000_000
    assert plan.kept_every == 1
    assert plan.preview_shrinking == 8
    assert plan.file_bytes >= 1001 * 64 * 3 * 256 * 256


def test_memory_stays_far_below_the_frames() -> None:
    filed().record(0, noise(0))  # what is made once and kept
    tracemalloc.start()
    try:
        trajectory = filed(300, budget_bytes=200_000)
        for t in range(301):
            trajectory.record(t, noise(t % 5))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert trajectory.is_complete
    in_memory = 301 * 4 * COUNT * math.prod(SHAPE)
    assert peak < in_memory / 10
    assert trajectory.byte_count < in_memory / 10


@pytest.mark.parametrize(
    ("frames", "kept_every"), [(13, 1), (12, 2), (7, 2), (6, 3), (4, 4), (3, 6), (2, 12)]
)
def test_where_a_disk_is_small_fewer_frames_are_kept(
    monkeypatch: pytest.MonkeyPatch, frames: int, kept_every: int
) -> None:
    room = with_room(monkeypatch, frames)
    trajectory = filed()
    assert trajectory.kept_every == kept_every
    assert trajectory.file_bytes <= room
    for t in range(T + 1):
        trajectory.record(t, noise(t))
    for t in range(T + 1):
        kept = trajectory.kept_t(t)
        assert abs(kept - t) <= kept_every / 2
        assert kept == t or (t % kept_every and t != T)
        np.testing.assert_allclose(trajectory.frame(t), noise(kept).numpy(), rtol=0, atol=0.02)
        exact = measure_frame(noise(t).numpy())  # figures are of every t itself
        np.testing.assert_array_equal(trajectory.statistics(t).counts, exact.counts)


def test_while_recorded_the_nearest_frame_is_one_that_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_room(monkeypatch, 4)
    trajectory = filed()
    for t in (12, 11, 10, 9):
        trajectory.record(t, noise(t))
        assert trajectory.kept_t(t) == 12  # 8 is nearer to 9, but not there yet
    trajectory.record(8, noise(8))
    assert trajectory.kept_t(9) == 8


@pytest.mark.parametrize("T", [1, 39, 1000])
def test_a_disk_without_room_is_refused_with_a_count_that_fits(
    monkeypatch: pytest.MonkeyPatch, T: int
) -> None:
    room = 10 * (T + 1) * 300
    monkeypatch.setattr(TemporaryFile, "room_bytes", classmethod(lambda *_: room))
    with pytest.raises(TrajectoryTooLargeError) as raised:
        Trajectory(T, 1000, SHAPE, budget_bytes=400_000, may_use_disk=True)
    largest = raised.value.largest_count
    assert "more room than memory and the disk have" in str(raised.value)
    assert 1 <= largest < 1000
    fitting = Trajectory(T, largest, SHAPE, budget_bytes=400_000, may_use_disk=True)
    assert fitting.kept_every <= MOST_LEFT_OUT


def test_nothing_is_left_when_nobody_refers_to_a_chain_any_more(folder: Path) -> None:
    gc.collect()
    trajectory = filed()
    trajectory.record(0, noise(0))
    files = [file for file in TemporaryFile._open if file.folder == folder]
    assert len(files) == 1
    descriptor = files[0]._file.fileno()
    del files, trajectory
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
    assert list(folder.iterdir()) == []


# Trouble


def test_a_full_disk_ends_the_chain_and_leaves_what_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trajectory = filed()
    trajectory.record(0, noise(0))
    trajectory.record(1, noise(1))

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(TemporaryFile, "_write_some", full)
        with pytest.raises(TemporaryFileError, match="takes no more: No space left"):
            trajectory.record(2, noise(2))
    assert not trajectory.is_recorded(2)
    for t in (0, 1):
        np.testing.assert_allclose(trajectory.frame(t), noise(t).numpy(), rtol=0, atol=0.02)
    trajectory.record(2, noise(2))  # space was freed
    assert trajectory.is_recorded(2)


def test_a_folder_that_is_gone_is_said_before_anything_is_computed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_room(monkeypatch, 100)
    folder.rmdir()
    with pytest.raises(TemporaryFileError, match="No temporary file can be made"):
        filed()


def test_a_folder_that_goes_away_meanwhile_does_no_harm(folder: Path) -> None:
    trajectory = filed()
    trajectory.record(0, noise(0))
    if os.name != "nt":
        folder.rmdir()
    trajectory.record(1, noise(1))
    assert np.abs(trajectory.frame(1) - noise(1).numpy()).max() < 0.02


def test_any_frame_can_be_read_while_others_are_recorded() -> None:
    steps = 150
    trajectory = filed(steps, budget_bytes=100_000)
    problems: list[BaseException] = []
    first_read = threading.Event()

    def record() -> None:
        try:
            for t in range(steps, -1, -1):
                trajectory.record(t, torch.full((COUNT, *SHAPE), float(t)))
                if t == steps:
                    assert first_read.wait(timeout=30)
        except BaseException as error:
            problems.append(error)

    recorder = threading.Thread(target=record)
    recorder.start()
    random, reads = np.random.default_rng(0), 0
    while recorder.is_alive():
        there = np.flatnonzero(trajectory.recorded)
        if len(there):
            t = int(random.choice(there))
            assert np.all(trajectory.frame(t) == t)
            assert np.all(trajectory.overview(t, 2) == (255 if t else 128))
            assert trajectory.statistics(t).mean == [t]
            reads += 1
            first_read.set()
    recorder.join()
    assert problems == []
    assert trajectory.is_complete
    assert reads >= 1
