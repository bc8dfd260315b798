"""Samples that outlive a restart: kept small, thinned out, and never a reason to fail."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from safetensors.numpy import load, save

from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.session import snapshot_files
from ddpm_studio.session.snapshot_files import (
    MAX_STORED,
    SnapshotError,
    SnapshotStore,
    packed,
    read_snapshot,
    read_snapshots,
)
from ddpm_studio.session.training_run import TrainingState
from ddpm_studio.session.training_snapshots import SnapshotMaker, TrainingSnapshot
from ddpm_studio.session.watched_run import WatchedRun
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.presets import preset
from ddpm_studio.training.run_folder import RunFolder

Small = Callable[..., TrainingConfiguration]
Result = TypeVar("Result")
WAIT_MS = 30_000


def ended(work: Generator[None, None, Result]) -> Result:
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Result = end.value
            return result


def drawn(name: str, step: int = 7) -> tuple[SnapshotMaker, TrainingSnapshot]:
    maker = SnapshotMaker(preset(name))
    snapshot = ended(maker.make(load_inspected(find_model(name)), step, 1.5))
    assert snapshot is not None
    return maker, snapshot


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    found = RunFolder(tmp_path / "x.run")
    found.open_for_writing()
    return found


@pytest.mark.parametrize("name", ["moons", "mixture-1d", "digits"])
def test_a_snapshot_survives_its_file(name: str, folder: RunFolder) -> None:
    maker, snapshot = drawn(name)
    SnapshotStore(folder).add(snapshot)
    (path,) = folder.snapshots()
    assert path.stat().st_size < 250_000
    again = read_snapshot(path, maker)
    assert (again.step, again.seconds, again.distance) == (7, 1.5, snapshot.distance)
    assert np.array_equal(again.trajectory.times, snapshot.trajectory.times)
    assert (again.trajectory.law is None) == (snapshot.trajectory.law is None)
    assert again.trajectory.is_complete
    for t in range(snapshot.trajectory.T + 1):
        before, after = snapshot.trajectory.frame(t), again.trajectory.frame(t)
        tolerance = np.ptp(before) / 500 if name == "digits" else np.abs(before).max() / 2000
        assert np.abs(before - after).max() < tolerance
        means = snapshot.trajectory.statistics(t).mean - again.trajectory.statistics(t).mean
        assert np.abs(means).max() < 1e-3


def test_samples_that_are_all_one_value_and_a_distance_that_is_not_known(folder: RunFolder) -> None:
    maker, snapshot = drawn("digits")
    frames = np.full((26, 16, 1, 8, 8), 0.25, np.float32)
    times = snapshot.trajectory.times
    flat = maker.restored(3, 0.0, math.nan, times, frames)
    SnapshotStore(folder).add(flat)
    again = read_snapshot(folder.snapshot_path(3), maker)
    assert math.isnan(again.distance)
    assert (again.trajectory.frame(0) == 0.25).all()


def test_few_are_kept_evenly_thinned_out(folder: RunFolder) -> None:
    maker, snapshot = drawn("mixture-1d")
    store = SnapshotStore(folder)
    for step in range(0, 600, 10):
        store.add(replace(snapshot, step=step))
    restored = ended(read_snapshots(folder, 10_000, maker))
    steps = [each.step for each in restored.snapshots]
    assert len(steps) == MAX_STORED
    assert (steps[0], steps[-1]) == (0, 590)
    assert max(np.diff(steps)) <= 3 * 600 / MAX_STORED


def test_large_ones_take_bounded_room(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    _, snapshot = drawn("mixture-1d")
    size = len(packed(snapshot))
    monkeypatch.setattr(snapshot_files, "STORED_BYTES", 6 * size + 99)
    store = SnapshotStore(folder)
    for step in range(20):
        store.add(replace(snapshot, step=step))
    assert len(folder.snapshots()) == 6
    monkeypatch.setattr(snapshot_files, "_MAX_FILE_BYTES", size - 99)
    store.add(replace(snapshot, step=99))  # is too large, and nothing happens
    assert len(folder.snapshots()) == 6


def test_a_future_that_did_not_happen_is_forgotten(folder: RunFolder) -> None:
    maker, snapshot = drawn("mixture-1d")
    store = SnapshotStore(folder)
    for step in (0, 10, 20):
        store.add(replace(snapshot, step=step))
    assert [s.step for s in ended(read_snapshots(folder, 15, maker)).snapshots] == [0, 10]
    assert len(folder.snapshots()) == 3  # who only reads removes nothing
    assert [s.step for s in ended(store.restored(15, maker)).snapshots] == [0, 10]
    assert len(folder.snapshots()) == 2


def with_metadata(content: bytes, **changes: str) -> bytes:
    length = struct.unpack_from("<Q", content)[0]
    metadata = json.loads(content[8 : 8 + length])["__metadata__"]
    changed: bytes = save(load(content), metadata | changes)
    return changed


def with_arrays(content: bytes, **changes: Any) -> bytes:
    """With a checksum that is right."""
    arrays = load(content) | changes
    length = struct.unpack_from("<Q", content)[0]
    metadata = json.loads(content[8 : 8 + length])["__metadata__"]
    metadata["checksum"] = snapshot_files._checksum(arrays)
    changed: bytes = save(arrays, metadata)
    return changed


def flipped(content: bytes) -> bytes:
    at = len(content) - 1000
    return content[:at] + bytes([content[at] ^ 64]) + content[at + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"hello, this is no file of samples",
    "a header of 2^60 bytes": lambda content: struct.pack("<Q", 1 << 60) + content[8:],
    "cut in the header": lambda content: content[:100],
    "cut in the middle": lambda content: content[: len(content) // 2],
    "cut at the end": lambda content: content[:-1],
    "a flipped bit": flipped,
    "of another step": lambda content: with_metadata(
        content, snapshot=json.dumps({"step": 8, "seconds": 1, "distance": 1})
    ),
    "no numbers": lambda content: with_metadata(
        content, snapshot=json.dumps({"step": 7, "seconds": "x", "distance": []})
    ),
    "nothing about itself": lambda content: with_metadata(content, snapshot="[1, 2]"),
    "deeply nested": lambda content: with_metadata(content, snapshot="[" * 5000),
    "of a newer version": lambda content: with_metadata(content, format_version="2"),
    "other times": lambda content: with_arrays(content, times=np.arange(51)),
    "fewer frames": lambda content: with_arrays(content, frames=np.zeros((50, 500, 2), "float16")),
    "other samples": lambda content: with_arrays(content, frames=np.zeros((51, 4, 2), "float16")),
    "a single number": lambda content: with_arrays(content, frames=np.array(1, np.float16)),
    "another type": lambda content: with_arrays(content, frames=np.zeros((51, 500, 2))),
    "levels without a range": lambda content: with_arrays(
        content, frames=np.zeros((51, 500, 2), np.uint8)
    ),
    "not finite": lambda content: with_arrays(
        content, frames=np.full((51, 500, 2), np.inf, "float16")
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_one_is_left_out_with_one_sentence(damage: str, folder: RunFolder) -> None:
    maker, snapshot = drawn("moons")
    store = SnapshotStore(folder)
    for step in (0, 7, 9):
        store.add(replace(snapshot, step=step))
    path = folder.snapshot_path(7)
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with pytest.raises(SnapshotError, match=r"^samples-000000007.safetensors is damaged"):
        read_snapshot(path, maker)
    restored = ended(store.restored(9, maker))
    assert [each.step for each in restored.snapshots] == [0, 9]
    assert str(restored.problem).startswith("Samples of 1 times in ")
    assert len(folder.snapshots()) == 2
    assert ended(store.restored(9, maker)).problem is None  # it is said once


def test_a_folder_or_a_huge_file_in_its_place_is_left_out(folder: RunFolder) -> None:
    maker, snapshot = drawn("moons")
    SnapshotStore(folder).add(replace(snapshot, step=1))
    folder.snapshot_path(2).mkdir()
    with folder.snapshot_path(3).open("wb") as huge:
        huge.truncate(1 << 40)
    restored = ended(read_snapshots(folder, 9, maker))
    assert [each.step for each in restored.snapshots] == [1]
    assert len(restored.damaged) == 2


def test_a_training_that_goes_on_after_a_restart_has_its_samples_again(
    watch_new: Any, small: Small
) -> None:
    first = watch_new()
    first.run.start(small(steps=1_000_000, autosave_every=50), "cpu")
    first.until(lambda: len(first.run.snapshots) >= 3)
    assert first.run.stop()
    before = [each.step for each in first.run.snapshots]
    second = watch_new()
    found = second.run.unfinished()
    assert found is not None
    second.run.resume_from(found.folder, "cpu")
    second.until(lambda: len(second.run.snapshots) >= len(before))
    assert [each.step for each in second.run.snapshots][: len(before)] == before
    old, new = (watch.run.snapshots[0].trajectory.frame(0) for watch in (first, second))
    assert (np.abs(old - new) <= 5e-4 * np.abs(old) + 1e-7).all()  # float16
    assert second.told == []
    second.run.discard()
    second.until_state(TrainingState.IDLE)
    assert not found.folder.exists()


def test_damaged_samples_do_not_stop_a_training(watch_new: Any, small: Small) -> None:
    first = watch_new()
    first.run.start(small(steps=1_000_000, autosave_every=50), "cpu")
    first.until(lambda: len(first.run.snapshots) >= 2)
    assert first.run.stop()
    folder = RunFolder(first.run.folder)
    for path in folder.snapshots():
        path.write_bytes(b"torn")
    second = watch_new()
    second.run.resume_from(folder.path, "cpu")
    second.until_state(TrainingState.RUNNING)
    second.until(lambda: bool(second.told))
    assert "are left out of the history" in str(second.told[0])
    second.until_step(first.step + 10)
    assert len(second.told) == 1


def test_a_full_disk_is_told_once_and_the_training_goes_on(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_store: SnapshotStore, snapshot: TrainingSnapshot) -> None:
        raise SaveError(SaveProblem.DISK_FULL, Path("samples"))

    monkeypatch.setattr(SnapshotStore, "add", fail)
    watch.run.start(small(steps=1_000_000, autosave_every=10**6), "cpu")
    watch.until(lambda: len(watch.run.snapshots) >= 3)
    assert watch.run.state is TrainingState.RUNNING
    assert len(watch.told) == 1


def test_who_watches_a_run_sees_the_samples_that_were_kept(
    qtbot: QtBot, watch_new: Any, small: Small
) -> None:
    first = watch_new()
    first.run.start(small(steps=1_000_000, autosave_every=50), "cpu")
    first.until(lambda: len(first.run.snapshots) >= 3)
    assert first.run.stop()
    steps = [each.step for each in first.run.snapshots]
    folder = RunFolder(first.run.folder)
    folder.snapshot_path(steps[1]).write_bytes(b"torn")
    watched, told = WatchedRun(), []
    watched.told.connect(told.append)
    watched.open(folder.path)
    qtbot.waitUntil(lambda: len(watched.snapshots) >= 2, timeout=WAIT_MS)
    shown = [each.step for each in watched.snapshots]
    assert shown[0] == steps[0]
    assert steps[1] not in shown
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    assert folder.snapshot_path(steps[1]).exists()  # nothing is changed by watching
    assert watched.stop()
