"""Small trainings with somebody who controls them and notes what they say, and large images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.model_file import ModelFile, inspect_model_file
from ddpm_studio.checkpoints.weights import save_model
from ddpm_studio.networks.configuration import MlpConfiguration, UNetConfiguration
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.session.training_run import TrainingRun, TrainingState
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.presets import QUARTER_LINEAR

WAIT_MS = 30_000


@pytest.fixture
def small() -> Callable[..., TrainingConfiguration]:
    """Makes a training of a second on the three Gaussians, with changes."""

    def make(**changes: Any) -> TrainingConfiguration:
        settings: dict[str, Any] = {
            "name": "small",
            "data_set": "mixture-1d",
            "network": MlpConfiguration(dimension=1, width=24, depth=2, time_features=16),
            "schedule": QUARTER_LINEAR,
            "steps": 300,
            "batch_size": 64,
            "learning_rate": 1e-2,
            "ema_decay": 0.9,
            "warm_up_steps": 5,
        }
        return TrainingConfiguration(**(settings | changes))

    return make


class Watch:
    """A training run and all that it has said."""

    def __init__(self, run: TrainingRun, qtbot: QtBot) -> None:
        self.run, self._qtbot = run, qtbot
        self.states: list[TrainingState] = []
        self.failures: list[Any] = []
        self.told: list[Any] = []
        self.models: list[Path] = []
        self.explained: list[Any] = []
        run.state_changed.connect(lambda: self.states.append(run.state))
        run.failed.connect(self.failures.append)
        run.told.connect(self.told.append)
        run.model_saved.connect(self.models.append)
        run.explained.connect(self.explained.append)

    @property
    def step(self) -> int:
        return self.run.progress.step if self.run.progress else 0

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=WAIT_MS)

    def until_state(self, state: TrainingState) -> None:
        self.until(lambda: self.run.state in (state, TrainingState.FAILED))
        assert self.run.state is state, self.failures

    def until_step(self, step: int) -> None:
        self.until(lambda: self.step >= step or self.run.state is TrainingState.FAILED)
        assert not self.failures

    def pause(self) -> None:
        self.run.pause()
        self.until_state(TrainingState.PAUSED)


@pytest.fixture
def watch_new(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], Watch]]:
    """Makes runs as an application would that starts, all over the same folder of runs."""
    made: list[TrainingRun] = []

    def make() -> Watch:
        made.append(TrainingRun(tmp_path / "runs"))
        return Watch(made[-1], qtbot)

    yield make
    for run in made:
        assert run.stop()


@pytest.fixture
def watch(watch_new: Callable[[], Watch]) -> Watch:
    return watch_new()


@pytest.fixture(scope="session")
def large_model(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    """A very small network for images of 3x256x256, of another project: without data."""
    network = UNetConfiguration(256, 3, 8, (1, 1), 1, norm_groups=4)
    description = replace(
        find_model("moons").description,
        name="large",
        data_set="",
        origin="pytorch-ddpm",
        training=None,
        network=network,
    )
    path = tmp_path_factory.mktemp("large") / "large.safetensors"
    save_model(path, description, build_network(network).state_dict())
    return inspect_model_file(path)
