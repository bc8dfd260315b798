"""Speed, time left, loss by t against its floor, and the word of verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from ddpm_studio.session import memory_use
from ddpm_studio.session.loss_floor_by_t import loss_floor
from ddpm_studio.session.memory_use import resident_bytes
from ddpm_studio.session.training_progress import (
    LossCurve,
    ProgressRecorder,
    SpeedMeter,
    bucket_edges,
    recent_mean,
)
from ddpm_studio.session.training_run import TrainingState
from ddpm_studio.session.training_verdict import Verdict, beside_samples, verdict_of
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.loss_history import BUCKETS, LossHistory, bucket_of
from ddpm_studio.training.presets import preset
from ddpm_studio.training.training_step import StepNumbers

Small = Callable[..., TrainingConfiguration]


def history_of(losses: Any, T: int = 250, by_t: Any = None) -> LossHistory:
    losses = np.asarray(losses, np.float32)
    t = np.tile(np.arange(1, T + 1), (len(losses), 1))
    samples = (
        np.tile(by_t, (len(losses), 1)) if by_t is not None else np.repeat(losses[:, None], T, 1)
    )
    history = LossHistory(T)
    history.extend(StepNumbers(1, losses, losses * 2, t, samples.astype(np.float32)))
    return history


@pytest.mark.parametrize("T", [5, 10, 99, 250, 1000])
def test_edges_are_those_of_the_buckets(T: int) -> None:
    edges = bucket_edges(T, BUCKETS)
    assert (edges[0], edges[-1]) == (0, T)
    for t in range(1, T + 1):
        bucket = int(bucket_of(np.array(t), T))
        assert edges[bucket] < t <= edges[bucket + 1]


def test_speed_over_the_last_seconds() -> None:
    meter = SpeedMeter()
    assert meter.steps_per_second == 0
    meter.mark(0.0, 0)
    assert meter.steps_per_second == 0
    for second in range(1, 31):
        meter.mark(second, 10 * second)
    assert meter.steps_per_second == pytest.approx(10)
    for second in range(31, 51):
        meter.mark(second, 300 + 40 * (second - 30))
    assert meter.steps_per_second == pytest.approx(40)


def test_slow_steps_have_a_speed_too() -> None:
    meter = SpeedMeter()
    for step in range(4):
        meter.mark(25.0 * step, step)
    assert meter.steps_per_second == pytest.approx(1 / 25)


def test_progress_of_a_history(small: Small) -> None:
    configuration = small(steps=1000, learning_rate_schedule="constant")
    by_t = np.repeat(np.arange(10.0), 25)
    recorder = ProgressRecorder(configuration, bucket_edges(250, 10))
    recorder.record(history_of([]), 0.0, 5)
    progress = recorder.record(history_of(np.linspace(2, 1, 200), by_t=by_t), 4.0, 5)
    assert (progress.step, progress.steps, progress.memory_bytes) == (200, 1000, 5)
    assert progress.steps_per_second == pytest.approx(50)
    assert progress.samples_per_second == pytest.approx(50 * 64)
    assert progress.seconds_left == pytest.approx(800 / 50)
    assert np.array_equal(progress.gradient_norms, 2 * progress.losses)
    assert np.abs(progress.bucket_losses - np.arange(10)).max() < 1e-6
    assert progress.bucket_floor is None
    assert progress.learning_rate == configuration.learning_rate


def test_a_history_that_was_cut_back(small: Small) -> None:
    """As after a loss that is no number on a GPU, which is noticed later."""
    recorder = ProgressRecorder(small(), bucket_edges(250, 10))
    before = recorder.record(history_of([1, 2, 3, 4]), 1.0, 0)
    after = recorder.record(history_of([1, 2]), 1.0, 0)
    again = recorder.record(history_of([1, 2, 7]), 1.0, 0)
    assert before.losses.tolist() == [1, 2, 3, 4]
    assert after.losses.tolist() == [1, 2]
    assert again.losses.tolist() == [1, 2, 7]


def test_a_curve_that_grows_leaves_old_views_alone() -> None:
    curve, views = LossCurve(), []
    for part in range(40):
        curve.extend(np.full((2, 100), part, np.float32))
        views.append(curve.views[0])
    for part, view in enumerate(views):
        assert len(view) == 100 * (part + 1)
        assert view[-1] == part
        assert not view.flags.writeable


def test_recent_buckets() -> None:
    blocks = np.arange(100.0)[:, None] + np.zeros(3)
    blocks[:, 2] = np.nan
    assert recent_mean(blocks, 99)[0] == 96  # of 94 … 98: the last, unfinished one is left out
    assert np.isnan(recent_mean(blocks, 99)[2])
    assert recent_mean(blocks[:1], 0)[0] == 0
    assert recent_mean(blocks[:3], 2)[0] == 1
    assert np.isnan(recent_mean(blocks[:0], 0)).all()


def falling(steps: int, end: float = 1.0, noise: float = 0.05) -> Any:
    random = np.random.default_rng(1)
    step = np.arange(steps)
    loss = end + 2 * np.exp(-step / (steps / 4)) + noise * random.standard_normal(steps)
    return loss.astype(np.float32)


def resting(steps: int, seed: int = 2, noise: float = 0.05) -> Any:
    return (1 + noise * np.random.default_rng(seed).standard_normal(steps)).astype(np.float32)


def test_verdicts() -> None:
    assert verdict_of(falling(199)) is Verdict.TOO_EARLY
    assert verdict_of(falling(900), warm_up_steps=500) is Verdict.TOO_EARLY
    assert verdict_of(falling(200)) is Verdict.LEARNING
    assert verdict_of(falling(100_000)) is Verdict.LEARNING
    assert verdict_of(resting(1000)) is Verdict.CONVERGED
    assert verdict_of(falling(1000), excess_ratio=0.005) is Verdict.CONVERGED
    assert verdict_of(falling(1000), excess_ratio=0.2) is Verdict.LEARNING


def test_a_loss_that_rises_is_not_called_learning() -> None:
    assert verdict_of(falling(1000)[::-1]) is Verdict.CONVERGED


def test_what_falls_by_too_little_to_matter_has_converged() -> None:
    losses = np.linspace(1.004, 1.0, 100_000, dtype=np.float32)
    assert verdict_of(losses) is Verdict.CONVERGED


def test_a_run_that_rests_is_seldom_called_learning() -> None:
    said = [verdict_of(resting(2000, seed, noise=0.5)) for seed in range(400)]
    assert said.count(Verdict.LEARNING) <= 20  # one in forty expected: 10


def test_a_loss_that_rests_is_no_praise_for_samples_that_are_off() -> None:
    known = {verdict: beside_samples(verdict, 0.08, 0.05) for verdict in Verdict}
    assert known.pop(Verdict.CONVERGED) is Verdict.FLAT
    assert all(said is verdict for verdict, said in known.items())
    for distance, data_distance in ((0.06, 0.05), (math.nan, 0.05), (0.11, math.nan)):
        assert beside_samples(Verdict.CONVERGED, distance, data_distance) is Verdict.CONVERGED


def test_the_verdict_knows_the_floor(small: Small) -> None:
    configuration = small(steps=10_000)
    floor = np.linspace(1, 0.1, 10)

    def verdict(ratio: float) -> Verdict:
        by_t = np.repeat(floor * ratio, 25)
        recorder = ProgressRecorder(configuration, bucket_edges(250, 10), floor)
        return recorder.record(history_of(falling(400), by_t=by_t), 1.0, 0).verdict

    assert verdict(1.005) is Verdict.CONVERGED
    assert verdict(1.02) is Verdict.LEARNING


def finished(work: Any) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def test_data_without_an_exact_denoiser_have_no_floor() -> None:
    assert finished(loss_floor(preset("moons"), bucket_edges(1000, 10))) is None


@pytest.mark.parametrize("target", ["noise", "x_0", "v"])
def test_a_real_training_comes_down_to_its_floor(target: str, watch: Any, small: Small) -> None:
    watch.run.start(small(steps=1500, target=target, batch_size=512), "cpu")
    watch.until_state(TrainingState.FINISHED)
    progress = watch.run.progress
    floor = progress.bucket_floor
    assert floor is not None
    weights = np.diff(progress.bucket_edges) / 250
    losses, least = float(weights @ progress.bucket_losses), float(weights @ floor)
    assert 0.9 * least < losses < 1.25 * least
    # Part by part, with what 500 x 512 samples and 1000 leave to chance.
    assert (progress.bucket_losses > 0.8 * floor - 0.01).all()


def test_memory_of_this_process() -> None:
    before = resident_bytes()
    assert 20e6 < before < 20e9
    ballast = torch.ones(50_000_000)
    assert resident_bytes() - before > 150e6
    assert len(ballast)


def test_where_the_system_tells_nothing_memory_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_use, "platform", SimpleNamespace(system=lambda: "Plan 9"))
    assert resident_bytes() == 0

    def broken() -> int:
        raise OSError

    monkeypatch.setattr(memory_use, "platform", SimpleNamespace(system=lambda: "Linux"))
    monkeypatch.setattr(memory_use, "_linux", broken)
    assert resident_bytes() == 0


def test_who_is_told_the_class_has_a_lower_floor() -> None:
    """Where much is noise: E Var[x_0 | x_t, y] < E Var[x_0 | x_t]."""
    without = preset("digits")
    classes = replace(without, network=replace(without.network, classes=10))
    edges = bucket_edges(without.schedule.T, 3)
    floors = [finished(loss_floor(settings, edges)) for settings in (without, classes)]
    assert floors[0] is not None
    assert floors[1] is not None
    assert (floors[1] <= floors[0]).all()
    assert floors[1][-1] < 0.8 * floors[0][-1]
