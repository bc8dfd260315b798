"""A training run that does nothing by itself: what the page shows of it is set by the test."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.networks.configuration import class_count
from ddpm_studio.session.training_run import (
    ExplainedStepArrays,
    TrainingProgress,
    TrainingSnapshot,
    TrainingState,
    UnfinishedRun,
    Verdict,
)
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.presets import preset
from ddpm_studio.ui.theme import DARK
from ddpm_studio.ui.training.training_page import TrainingPage

FRAMES = 10
SHORT = replace(preset("moons"), steps=200, batch_size=64, autosave_every=50)


class FakeData(QObject):
    """The interface of ComparisonData."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.trajectory: Trajectory | None = None
        self.is_coming = False
        self.shown: list[TrainingConfiguration | None] = []

    def show(self, configuration: TrainingConfiguration | None) -> None:
        self.shown.append(configuration)

    def stop(self) -> bool:
        return True

    def expect(self) -> None:
        """As if they were being made."""
        self.is_coming = True
        self.changed.emit()

    def come(self, trajectory: Trajectory | None) -> None:
        """They are there; None: this version does not have them."""
        self.is_coming, self.trajectory = False, trajectory
        self.changed.emit()


class FakeWatched(QObject):
    """The interface of WatchedRun."""

    state_changed = Signal()
    snapshots_changed = Signal()
    failed = Signal(object)
    told = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = TrainingState.IDLE
        self.configuration: TrainingConfiguration | None = None
        self.progress: TrainingProgress | None = None
        self.snapshots: tuple[TrainingSnapshot, ...] = ()
        self.data_distance = math.nan
        self.folder: Path | None = None

    def open(self, folder: Path) -> None:
        self.folder, self.state = folder, TrainingState.LOADING
        self.state_changed.emit()

    def close(self) -> None:
        self.folder, self.state, self.configuration = None, TrainingState.IDLE, None
        self.state_changed.emit()
        self.snapshots_changed.emit()

    def stop(self) -> bool:
        return True


class FakeRun(QObject):
    """The interface of TrainingRun; ``calls`` are what was asked of it."""

    state_changed = Signal()
    snapshots_changed = Signal()
    explained = Signal(object)
    failed = Signal(object)
    told = Signal(object)
    model_saved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple] = []
        self.comparison, self.watched = FakeData(), FakeWatched()
        self.state = TrainingState.IDLE
        self.configuration: TrainingConfiguration | None = None
        self.progress: TrainingProgress | None = None
        self.snapshots: tuple[TrainingSnapshot, ...] = ()
        self.data_distance = math.nan
        self.is_pausing = False
        self.folder: Path | None = Path("/runs/moons.run")
        self.device = "cpu"

    # What is asked of it

    def start(self, configuration, device, folder=None) -> None:
        self.calls.append(("start", configuration, device))
        self.configuration = configuration
        self.go_to(TrainingState.LOADING)

    def resume_from(self, folder, device, configuration=None) -> None:
        call = ("resume_from", folder, device)
        self.calls.append(call if configuration is None else (*call, configuration))

    def pause(self) -> None:
        self.calls.append(("pause",))
        self.go_to(TrainingState.PAUSED)

    def go_on(self) -> None:
        self.calls.append(("go_on",))
        self.go_to(TrainingState.RUNNING)

    def step_once(self) -> None:
        self.calls.append(("step_once",))

    def explain(self) -> None:
        self.calls.append(("explain",))

    def stop_and_keep(self) -> None:
        self.calls.append(("stop_and_keep",))

    def discard(self) -> None:
        self.calls.append(("discard",))

    def forget(self, unfinished) -> None:
        self.calls.append(("forget", unfinished.folder))

    def unfinished(self) -> UnfinishedRun | None:
        return None

    def stop(self) -> bool:
        return True

    # What the test lets happen

    def go_to(self, state: TrainingState) -> None:
        self.state = state
        self.state_changed.emit()

    def train_to(self, step: int, /, **changes) -> None:
        """As if ``step`` steps were done."""
        assert self.configuration is not None
        self.progress = replace(progress_at(self.configuration, step), **changes)

    def explained_step(self, step: int) -> ExplainedStepArrays:
        """The next step of the present run."""
        assert self.configuration is not None
        return explained_step(self.configuration, step)

    def show_samples(self, *steps: int) -> None:
        assert self.configuration is not None
        shape = self.configuration.network.sample_shape
        T = self.configuration.schedule.T
        self.comparison.trajectory = chain(shape, T, 1.0)
        self.snapshots = tuple(
            TrainingSnapshot(
                step, step / 100, chain(shape, T, step / max(1, steps[-1])), 0.5 / (1 + step)
            )
            for step in steps
        )
        self.snapshots_changed.emit()


def progress_at(configuration: TrainingConfiguration, step: int) -> TrainingProgress:
    generator = np.random.default_rng(0)
    at = np.arange(1, step + 1)
    losses = 0.25 + 0.75 * np.exp(-at / 60) + 0.05 * generator.standard_normal(step)
    T = configuration.schedule.T
    buckets = np.linspace(0.9, 0.05, 10)
    return TrainingProgress(
        step=step,
        steps=configuration.steps,
        losses=losses.astype(np.float32),
        gradient_norms=np.exp(generator.standard_normal(step) / 3).astype(np.float32),
        learning_rate=configuration.learning_rate_at(max(0, step - 1)),
        bucket_edges=np.arange(11) * T // 10,
        bucket_losses=buckets,
        bucket_floor=0.8 * buckets,
        steps_per_second=412.0,
        samples_per_second=412.0 * configuration.batch_size,
        seconds_left=(configuration.steps - step) / 412.0,
        memory_bytes=512_000_000,
        elapsed_seconds=step / 412.0,
        verdict=Verdict.LEARNING,
    )


def chain(shape: tuple[int, ...], T: int, quality: float) -> Trajectory:
    """From something that looks like data, the more so with ``quality``, to noise."""
    generator = torch.Generator().manual_seed(1)
    count = 200 if len(shape) == 1 else 16
    times = np.linspace(0, T, FRAMES + 1).round().astype(np.int64)
    trajectory = Trajectory(FRAMES, count, shape, times=times)
    noise = torch.randn((count, *shape), generator=generator)
    angle = torch.linspace(0, 2 * math.pi, count)
    data = torch.zeros((count, *shape))
    flat = data.view(count, -1)
    flat[:, 0], flat[:, -1] = angle.cos(), angle.sin()
    for frame in range(FRAMES + 1):
        share = 1 - (1 - frame / FRAMES) * quality
        trajectory.record(frame, share * noise + (1 - share) * data)
    return trajectory


def explained_step(configuration: TrainingConfiguration, step: int) -> ExplainedStepArrays:
    generator = np.random.default_rng(step)
    shape = (4, *configuration.network.sample_shape)
    x_0, noise, prediction = (generator.standard_normal(shape).astype(np.float32) for _ in range(3))
    return ExplainedStepArrays(
        step=step,
        x_0=x_0,
        t=np.array([250, 1, 2, 3]),
        noise=noise,
        x_t=x_0 + noise,
        prediction=prediction,
        target=noise,
        sample_losses=np.full(4, 0.5, np.float32),
        loss=0.0312,
        label=None if class_count(configuration.network) is None else np.array([7, 1, 2, 3]),
    )


@pytest.fixture
def run() -> FakeRun:
    return FakeRun()


@pytest.fixture
def page(qtbot: QtBot, run: FakeRun) -> TrainingPage:
    page = TrainingPage(run, run.watched, run.comparison, DARK)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(1280, 760)
    with qtbot.waitExposed(page):
        page.show()
    return page


@pytest.fixture
def running(page: TrainingPage, run: FakeRun) -> TrainingPage:
    """A training in its middle, with samples."""
    run.configuration = SHORT
    run.train_to(100)
    run.go_to(TrainingState.RUNNING)
    run.show_samples(10, 50, 100)
    return page


@pytest.fixture
def moons() -> Trajectory:
    """Data at every t."""
    return chain((2,), 1000, 1.0)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return tmp_path / "moons-1.safetensors"
