"""Samples while the network learns: the same noise, a bounded history, a bounded share of the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.datasets.digits import Digits
from ddpm_studio.session import comparison_data
from ddpm_studio.session.training_run import TrainingState
from ddpm_studio.session.training_snapshots import (
    TIME_SHARE,
    SnapshotClock,
    SnapshotHistory,
    SnapshotMaker,
    TrainingSnapshot,
)
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.presets import preset


def exhaust(making: Any) -> None:
    while True:
        next(making)


def made(maker: SnapshotMaker, name: str, step: int = 7) -> tuple[TrainingSnapshot, int]:
    making, yields = maker.make(load_inspected(find_model(name)), step, 1.5), 0
    while True:
        try:
            next(making)
        except StopIteration as end:
            return end.value, yields
        yields += 1


@pytest.mark.parametrize(
    ("name", "count", "steps"), [("moons", 500, 50), ("mixture-1d", 500, 50), ("digits", 16, 25)]
)
def test_of_a_trained_model(name: str, count: int, steps: int) -> None:
    maker = SnapshotMaker(preset(name))
    snapshot, yields = made(maker, name)
    assert (snapshot.step, snapshot.seconds) == (7, 1.5)
    assert snapshot.trajectory.is_complete
    assert snapshot.trajectory.count == count
    assert snapshot.trajectory.T == steps == yields - 1
    assert snapshot.trajectory.times[-1] == preset(name).schedule.T
    assert snapshot.trajectory.byte_count < 2_000_000
    assert (snapshot.trajectory.law is not None) == (name == "mixture-1d")
    # As near to the data as other data are.
    assert maker.data_distance > 0
    assert snapshot.distance < 2 * maker.data_distance
    again, _ = made(maker, name)
    for t in (0, steps):
        assert np.array_equal(again.trajectory.frame(t), snapshot.trajectory.frame(t))


def test_all_begin_with_the_same_noise_and_come_nearer_to_the_data(
    watch: Any, small: Callable[..., TrainingConfiguration]
) -> None:
    watch.run.start(small(steps=1500), "cpu")
    watch.until_state(TrainingState.FINISHED)
    first, last = watch.run.snapshots[0], watch.run.snapshots[-1]
    assert (first.step, last.step) == (0, 1500)
    assert np.array_equal(first.trajectory.frame(50), last.trajectory.frame(50))
    assert last.distance < first.distance / 3
    assert last.distance < 4 * watch.run.data_distance
    assert [s.step for s in watch.run.snapshots] == sorted({s.step for s in watch.run.snapshots})


def test_a_network_whose_chain_explodes_has_no_snapshot(
    small: Callable[..., TrainingConfiguration],
) -> None:
    maker = SnapshotMaker(preset("moons"))
    model = load_inspected(find_model("moons"))
    for weights in model.denoiser.network.parameters():
        weights.data.fill_(float("nan"))
    making = maker.make(model, 1, 1.0)
    with pytest.raises(StopIteration) as end:
        exhaust(making)
    assert end.value.value is None


def test_samples_take_their_share_of_the_time_at_most() -> None:
    clock, seconds, sampling = SnapshotClock(), 0.0, 0.0
    taken: list[float] = []
    while seconds < 300:
        if clock.is_due(seconds):
            taken.append(seconds)
            seconds += 0.8
            sampling += 0.8
            clock.taken(seconds, 0.8)
        seconds += 0.05
    assert taken[0] == 0
    assert sampling / seconds < TIME_SHARE + 0.01
    assert sampling / seconds > TIME_SHARE - 0.02
    assert max(np.diff(taken)) < 6


def test_cheap_samples_come_often_first_and_every_few_seconds_later() -> None:
    clock, taken = SnapshotClock(), []
    for tick in range(2000):
        if clock.is_due(tick / 20):
            taken.append(tick / 20)
            clock.taken(tick / 20, 0.01)
    assert np.diff(taken)[0] == 0.5
    assert np.diff(taken)[-1] == 3.0


def small_snapshot(step: int, byte_count: int = 1000) -> TrainingSnapshot:
    trajectory: Any = SimpleNamespace(byte_count=byte_count)
    return TrainingSnapshot(step, float(step), trajectory, 0.0)


def test_the_history_is_bounded_and_evenly_thinned_out() -> None:
    history = SnapshotHistory()
    for step in range(0, 5000, 10):
        history.add(small_snapshot(step))
        assert len(history.snapshots) <= 120
        assert history.snapshots[0].step == 0
        assert history.snapshots[-1].step == step
    steps = [each.step for each in history.snapshots]
    assert len(steps) == 120
    gaps = np.diff(steps)
    assert gaps.min() > 0
    assert gaps.max() <= 3 * 5000 / 119


def test_large_ones_are_kept_in_bounded_memory() -> None:
    history = SnapshotHistory()
    for step in range(100):
        history.add(small_snapshot(step, 10_000_000))
        assert sum(each.trajectory.byte_count for each in history.snapshots) <= 200_000_000
    assert len(history.snapshots) == 20


def test_a_run_that_goes_on_from_an_older_checkpoint_forgets_what_came_after() -> None:
    history = SnapshotHistory()
    for step in (0, 10, 20, 30, 15):
        history.add(small_snapshot(step))
    assert [each.step for each in history.snapshots] == [0, 10, 15]
    history.add(small_snapshot(15))
    assert [each.step for each in history.snapshots] == [0, 10, 15]


def test_beside_samples_of_classes_in_turn_are_data_of_the_same_classes() -> None:
    digits = preset("digits")
    configuration = replace(digits, network=replace(digits.network, classes=10))
    known = zip(Digits().training_images(), Digits().training_labels().tolist(), strict=True)
    labels = {image.numpy().tobytes(): label for image, label in known}
    recording = comparison_data._record(configuration)
    with pytest.raises(StopIteration) as end:
        exhaust(recording)
    held_against = SnapshotMaker(configuration)._data.numpy()
    for images in (held_against, end.value.value.frame(0)):
        assert [labels[image.tobytes()] for image in images] == [i % 10 for i in range(16)]
