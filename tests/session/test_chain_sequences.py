"""Both chains under whatever somebody does in whatever order: they are always those of the settings."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.model_file import ModelFile, inspect_model_file
from ddpm_studio.checkpoints.weights import save_model
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.networks.configuration import MlpConfiguration
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.session import chain_pair as chain_pair_module
from ddpm_studio.session.background_task import stop_tasks
from ddpm_studio.session.chain_pair import ChainPair
from ddpm_studio.session.chain_recording import ChainWork
from ddpm_studio.session.chain_runs import (
    ForwardRequest,
    ReverseRequest,
    record_forward_chain,
    record_reverse_chain,
)
from ddpm_studio.session.live_chain import LiveChain, Stage

SEQUENCES, DEEDS = 12, 30
SCHEDULES = tuple(ScheduleConfiguration("linear", T, 1e-4, 0.05) for T in (12, 25))

Record = Callable[[Any, Trajectory | None], ChainWork]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModelFile, ...]:
    """Two with data and one without."""
    folder = tmp_path_factory.mktemp("models")
    return tuple(
        _small_model(folder / f"{number}.safetensors", data_set)
        for number, data_set in enumerate(("moons", "moons", ""))
    )


def _small_model(path: Path, data_set: str) -> ModelFile:
    network = MlpConfiguration(dimension=2, width=8, depth=1, time_features=8)
    description = replace(
        find_model("moons").description,
        name=path.stem,
        data_set=data_set,
        origin="" if data_set else "pytorch-ddpm",
        network=network,
        schedule=SCHEDULES[0],
    )
    save_model(path, description, build_network(network).state_dict())
    return inspect_model_file(path)


class Witness:
    """Real chains, slowed down at random, and who recorded which trajectory with which settings."""

    def __init__(self, record: Record, dice: random.Random) -> None:
        self._record, self._dice = record, dice
        self.request_of: dict[Trajectory, Any] = {}
        self.recording: list[Trajectory] = []
        self.wrong: list[str] = []

    def __call__(self, request: Any, stopped: Trajectory | None) -> ChainWork:
        self._dawdle(0.02)
        if stopped is not None:
            self._expect(self.request_of[stopped] == _settings(request), "gone on with as another")
        work, trajectory = self._record(request, stopped), stopped
        if stopped is not None:
            self._expect(stopped not in self.recording, "recorded by two threads")
            self.recording.append(stopped)
        try:
            for progress in work:
                if trajectory is None:
                    trajectory = progress.trajectory  # type: ignore[union-attr]
                    self.request_of[trajectory] = _settings(request)
                    self.recording.append(trajectory)
                yield progress
                self._dawdle(0.004)
        finally:
            work.close()
            if trajectory is not None:
                self.recording.remove(trajectory)
        assert trajectory is not None
        return trajectory

    def _dawdle(self, seconds: float) -> None:
        time.sleep(seconds * self._dice.random())

    def _expect(self, is_so: bool, otherwise: str) -> None:
        if not is_so:
            self.wrong.append(otherwise)


def _settings(request: Any) -> Any:
    return replace(request, start=None) if isinstance(request, ForwardRequest) else request


class Person:
    """Does anything at any time; knows which settings are the present ones."""

    def __init__(self, pair: ChainPair, models: tuple[ModelFile, ...], dice: random.Random) -> None:
        self._pair, self._models, self._dice = pair, models, dice
        self.forward, self.reverse = self._other_model()
        pair.begin(self.forward, self.reverse)

    def _other_model(self) -> tuple[ForwardRequest, ReverseRequest]:
        model, seed = self._dice.choice(self._models), self._dice.randrange(1000)
        description = model.description
        return (
            ForwardRequest(description.data_set, description.schedule, 3, seed),
            ReverseRequest(model, 3, seed, "cpu"),
        )

    def does_something(self) -> None:
        self._dice.choice(
            [
                self._begins,
                self._chooses_a_seed,
                self._chooses_a_schedule,
                self._samples_in_another_way,
                self._pair.stop_forward,
                self._pair.stop_reverse,
                self._pair.stop_reverse,
                self._pair.continue_forward,
                self._pair.continue_reverse,
                self._pair.continue_reverse,
            ]
        )()

    def _begins(self) -> None:
        self.forward, self.reverse = self._other_model()
        self._pair.begin(self.forward, self.reverse)

    def _chooses_a_seed(self) -> None:
        seed = self._dice.randrange(1000)
        self.forward = replace(self.forward, seed=seed)
        self.reverse = replace(self.reverse, seed=seed)
        self._pair.restart(self.forward, self.reverse)

    def _chooses_a_schedule(self) -> None:
        self.forward = replace(self.forward, schedule=self._dice.choice(SCHEDULES))
        self._pair.restart_forward(self.forward)

    def _samples_in_another_way(self) -> None:
        self.reverse = replace(self.reverse, seed=self._dice.randrange(1000))
        self._pair.restart_reverse(self.reverse)


class Scene:
    """A pair, its person and its witnesses."""

    def __init__(
        self, models: tuple[ModelFile, ...], seed: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dice = random.Random(seed)
        self.noising = Witness(record_forward_chain, random.Random(seed + 1))
        self.sampling = Witness(record_reverse_chain, random.Random(seed + 2))
        monkeypatch.setattr(chain_pair_module, "record_forward_chain", self.noising)
        monkeypatch.setattr(chain_pair_module, "record_reverse_chain", self.sampling)
        self.pair, self.failures = ChainPair(), list[Exception]()
        self.pair.failed.connect(self.failures.append)
        self.person = Person(self.pair, models, dice)

    def check(self) -> None:
        assert not self.failures
        assert not self.noising.wrong
        assert not self.sampling.wrong
        self._check(self.pair.forward, self.noising, self.person.forward)
        self._check(self.pair.reverse, self.sampling, self.person.reverse)

    def _check(self, chain: LiveChain, witness: Witness, request: object) -> None:
        """An older chain is shown only while the one of the settings is on its way."""
        shown = chain.trajectory
        is_present = shown is not None and witness.request_of[shown] == request
        assert shown is None or is_present or chain.stage is not Stage.IDLE
        assert not chain.is_complete or is_present


@pytest.fixture(params=range(SEQUENCES))
def scene(
    models: tuple[ModelFile, ...], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    scene = Scene(models, 10 * request.param, monkeypatch)
    yield scene
    assert stop_tasks(scene.pair.give_up())


def test_whatever_is_done_the_chains_are_those_of_the_settings(qtbot: QtBot, scene: Scene) -> None:
    pauses = random.Random(0)
    for _ in range(DEEDS):
        scene.person.does_something()
        scene.check()
        qtbot.wait(pauses.choice((0, 0, 1, 10, 40)))
        scene.check()
    for go_on in (scene.pair.continue_reverse, scene.pair.continue_forward):
        qtbot.waitUntil(lambda: not scene.pair.is_busy, timeout=30_000)
        scene.check()
        go_on()
    qtbot.waitUntil(lambda: not scene.pair.is_busy, timeout=30_000)
    scene.check()
    _require_same(scene.pair.reverse, record_reverse_chain(scene.person.reverse))
    forward = scene.person.forward
    if not forward.data_set:
        forward = replace(forward, start=scene.pair.reverse.trajectory)
    _require_same(scene.pair.forward, record_forward_chain(forward))


def _require_same(chain: LiveChain, work: ChainWork) -> None:
    """Complete, and as if it had never been stopped."""
    for progress in work:
        expected = progress.trajectory  # type: ignore[union-attr]
    assert chain.trajectory is not None
    assert chain.is_complete
    for frame in range(expected.T + 1):
        assert np.array_equal(chain.trajectory.frame(frame), expected.frame(frame))
