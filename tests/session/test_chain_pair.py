"""Both chains of a model: which of them runs when, and what stays of one that does not end well."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.diffusion.chains import ChainPosition
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.session import chain_pair as chain_pair_module
from ddpm_studio.session.background_task import stop_tasks
from ddpm_studio.session.chain_pair import ChainPair
from ddpm_studio.session.chain_recording import ChainProgress, ChainWork
from ddpm_studio.session.chain_runs import ForwardRequest, ReverseRequest
from ddpm_studio.session.live_chain import LiveChain, Stage

T = 4
FORWARD = ForwardRequest("moons", ScheduleConfiguration("linear", T, 1e-4, 0.02), 1, 0)
FORWARD_WITHOUT_DATA = replace(FORWARD, data_set="")
REVERSE = ReverseRequest(find_model("moons"), 1, 0, "cpu")


class Recorder:
    """In place of the long work of one chain: how far it comes, and its end, are as a test says."""

    def __init__(self) -> None:
        self.frames = 1
        self.elapsed_seconds = 0.1
        self.end: Exception | bool = False
        self.requests: list[Any] = []
        self.gone_on_with: list[Trajectory | None] = []

    def __call__(self, request: object, stopped: Trajectory | None) -> ChainWork:
        self.requests.append(request)
        self.gone_on_with.append(stopped)
        trajectory = stopped or Trajectory(T, 1, (1,))
        trajectory.position = None
        done = 0
        try:
            while not self.end:
                for frame in range(done, self.frames):
                    trajectory.record(frame, torch.zeros(1, 1))
                done = self.frames
                if done:
                    yield ChainProgress(trajectory, done, 1000 * T, self.elapsed_seconds)
                else:
                    yield None  # type: ignore[misc]  # nothing is there yet
                time.sleep(0.002)
        finally:
            trajectory.position = ChainPosition(done, torch.zeros(1, 1), torch.get_rng_state())
        end, self.end = self.end, False
        if isinstance(end, Exception):
            raise end
        for frame in range(T + 1):
            trajectory.record(frame, torch.zeros(1, 1))
        trajectory.position = None
        return trajectory


class Watched:
    """A pair, the work of its chains, and what they are asked for."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self._qtbot = qtbot
        self.pair = ChainPair()
        self.forward, self.reverse = self.pair.forward, self.pair.reverse
        self.noising, self.sampling = Recorder(), Recorder()
        monkeypatch.setattr(chain_pair_module, "record_forward_chain", self.noising)
        monkeypatch.setattr(chain_pair_module, "record_reverse_chain", self.sampling)
        self.failures: list[Exception] = []
        self.pair.failed.connect(self.failures.append)

    @property
    def stages(self) -> tuple[Stage, Stage]:
        return self.forward.stage, self.reverse.stage

    def until(self, forward: Stage, reverse: Stage) -> None:
        self._qtbot.waitUntil(lambda: self.stages == (forward, reverse))

    def until_recorded(self, chain: LiveChain) -> None:
        """The first frame of a new chain is shown."""
        before = chain.trajectory
        self._qtbot.waitUntil(lambda: chain.trajectory is not before)

    def until_position(self, trajectory: Trajectory) -> None:
        self._qtbot.waitUntil(lambda: trajectory.position is not None)

    def complete(self, forward: ForwardRequest = FORWARD) -> tuple[Trajectory, Trajectory]:
        """Both chains from their beginning to their end."""
        self.pair.begin(forward, REVERSE)
        self.noising.end = self.sampling.end = True
        self.until(Stage.IDLE, Stage.IDLE)
        chains = self.forward.trajectory, self.reverse.trajectory
        assert chains[0] is not None
        assert chains[1] is not None
        return chains[0], chains[1]


@pytest.fixture
def watched(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    watched = Watched(qtbot, monkeypatch)
    yield watched
    assert stop_tasks(watched.pair.give_up())


# With data: the forward chain goes first


def test_the_reverse_chain_begins_when_the_forward_chain_is_complete(watched: Watched) -> None:
    watched.pair.begin(FORWARD, REVERSE)
    watched.until_recorded(watched.forward)
    assert watched.stages == (Stage.RUNNING, Stage.DUE)
    assert not watched.sampling.requests
    watched.noising.end = True
    watched.until(Stage.IDLE, Stage.RUNNING)
    assert watched.forward.is_complete
    watched.sampling.end = True
    watched.until(Stage.IDLE, Stage.IDLE)
    assert watched.reverse.is_complete
    assert (watched.noising.requests, watched.sampling.requests) == ([FORWARD], [REVERSE])


@pytest.mark.parametrize("is_stopped", [True, False])
def test_it_begins_also_where_the_forward_chain_is_stopped_or_fails(
    watched: Watched, is_stopped: bool
) -> None:
    watched.pair.begin(FORWARD, REVERSE)
    if is_stopped:
        watched.pair.stop_forward()
    else:
        watched.noising.end = ValueError("no")
    watched.until(Stage.IDLE, Stage.RUNNING)
    assert [str(error) for error in watched.failures] == ([] if is_stopped else ["no"])


def test_it_begins_beside_a_forward_chain_that_is_long(watched: Watched) -> None:
    watched.noising.elapsed_seconds = 1.5  # for one step of 4,000
    watched.pair.begin(FORWARD, REVERSE)
    watched.until(Stage.RUNNING, Stage.RUNNING)


def test_another_sampling_waits_for_the_forward_chain_that_is_under_way(watched: Watched) -> None:
    watched.pair.begin(FORWARD, REVERSE)
    other = replace(REVERSE, device="another")
    watched.pair.restart_reverse(other)
    assert watched.stages == (Stage.RUNNING, Stage.DUE)
    watched.noising.end = True
    watched.until(Stage.IDLE, Stage.RUNNING)
    watched.sampling.end = True
    watched.until(Stage.IDLE, Stage.IDLE)
    assert watched.sampling.requests == [other]


def test_each_chain_is_made_anew_beside_the_other(watched: Watched) -> None:
    forward, reverse = watched.complete()
    watched.pair.restart_reverse(REVERSE)
    watched.until_recorded(watched.reverse)
    watched.sampling.end = True
    watched.until(Stage.IDLE, Stage.IDLE)
    assert watched.forward.trajectory is forward
    new, watched.noising.frames = watched.reverse.trajectory, 2
    assert new is not reverse
    watched.pair.restart_forward(FORWARD)
    assert watched.stages == (Stage.RUNNING, Stage.IDLE)
    watched.until_recorded(watched.forward)
    assert watched.reverse.trajectory is new


# Without data: the reverse chain goes first


def test_without_data_the_forward_chain_starts_where_the_reverse_chain_ends(
    watched: Watched,
) -> None:
    watched.pair.begin(FORWARD_WITHOUT_DATA, REVERSE)
    watched.until_recorded(watched.reverse)
    assert watched.stages == (Stage.DUE, Stage.RUNNING)
    assert watched.pair.lacks_start
    assert not watched.noising.requests
    watched.sampling.end = True
    watched.until(Stage.RUNNING, Stage.IDLE)
    assert not watched.pair.lacks_start
    watched.until_recorded(watched.forward)
    (request,) = watched.noising.requests
    assert request.start is watched.reverse.trajectory


@pytest.mark.parametrize("is_stopped", [True, False])
def test_it_has_no_start_where_the_reverse_chain_is_stopped_or_fails(
    watched: Watched, is_stopped: bool
) -> None:
    watched.pair.begin(FORWARD_WITHOUT_DATA, REVERSE)
    if is_stopped:
        watched.pair.stop_reverse()
    else:
        watched.sampling.end = ValueError("no")
    watched.until(Stage.IDLE, Stage.IDLE)
    assert watched.pair.lacks_start
    assert not watched.noising.requests
    watched.pair.continue_forward()  # so the samples have to come first
    assert watched.stages == (Stage.DUE, Stage.RUNNING)


@pytest.mark.parametrize("asked_for", ["forward", "reverse"])
def test_without_data_both_go_on_where_the_reverse_chain_was_stopped(
    watched: Watched, asked_for: str
) -> None:
    watched.pair.begin(FORWARD_WITHOUT_DATA, REVERSE)
    watched.until_recorded(watched.reverse)
    stopped = watched.reverse.trajectory
    assert stopped is not None
    watched.pair.stop_reverse()
    watched.until_position(stopped)
    getattr(watched.pair, f"continue_{asked_for}")()
    assert watched.stages == (Stage.DUE, Stage.RUNNING)
    watched.sampling.end = True
    watched.until(Stage.RUNNING, Stage.IDLE)
    assert watched.sampling.gone_on_with == [None, stopped]


def test_without_data_another_sampling_is_another_forward_chain(watched: Watched) -> None:
    watched.complete(FORWARD_WITHOUT_DATA)
    watched.pair.restart_reverse(REVERSE)
    assert watched.forward.trajectory is None
    assert watched.stages == (Stage.DUE, Stage.RUNNING)


def test_a_forward_chain_never_starts_from_samples_of_other_settings(watched: Watched) -> None:
    watched.complete(FORWARD_WITHOUT_DATA)
    watched.sampling.frames = 0
    watched.pair.restart(FORWARD_WITHOUT_DATA, REVERSE)
    assert watched.pair.lacks_start  # although the older samples are still shown
    watched.pair.restart_forward(FORWARD_WITHOUT_DATA)
    assert watched.stages == (Stage.DUE, Stage.RUNNING)


def test_without_data_another_schedule_starts_from_the_same_samples(watched: Watched) -> None:
    _, reverse = watched.complete(FORWARD_WITHOUT_DATA)
    watched.pair.restart_forward(FORWARD_WITHOUT_DATA)
    assert watched.stages == (Stage.RUNNING, Stage.IDLE)
    assert watched.reverse.trajectory is reverse


# What stays, and what goes


def test_the_chains_of_another_model_go_at_once_and_are_awaited(watched: Watched) -> None:
    watched.complete()
    heard: list[tuple[object, ...]] = []
    watched.pair.trajectories_changed.connect(
        lambda: heard.append(
            (watched.forward.trajectory, watched.reverse.trajectory, watched.reverse.is_awaited)
        )
    )
    watched.pair.begin(FORWARD, REVERSE)
    assert heard == [(None, None, True)]


def test_with_another_seed_chains_stay_until_the_new_ones_begin(watched: Watched) -> None:
    before = watched.complete()
    watched.pair.restart(FORWARD, REVERSE)
    assert (watched.forward.trajectory, watched.reverse.trajectory) == before
    watched.until_recorded(watched.forward)
    assert watched.reverse.trajectory is before[1]


def test_a_chain_that_fails_at_once_leaves_no_older_one_in_its_place(watched: Watched) -> None:
    """The settings would be said of a chain that was made with others."""
    forward, _ = watched.complete()
    watched.sampling.end = ValueError("no")
    watched.pair.restart_reverse(REVERSE)
    watched.until(Stage.IDLE, Stage.IDLE)
    assert [str(error) for error in watched.failures] == ["no"]
    assert watched.reverse.trajectory is None
    assert watched.forward.trajectory is forward


def test_a_chain_that_fails_on_its_way_keeps_its_steps_so_far(watched: Watched) -> None:
    _, before = watched.complete()
    watched.pair.restart_reverse(REVERSE)
    watched.until_recorded(watched.reverse)
    watched.sampling.end = ValueError("no")
    watched.until(Stage.IDLE, Stage.IDLE)
    reverse = watched.reverse.trajectory
    assert reverse is not None
    assert reverse is not before
    assert reverse.recorded.tolist() == [True] + [False] * T


@pytest.mark.parametrize("is_due", [True, False])
def test_a_chain_that_is_stopped_before_its_first_step_leaves_no_older_one_either(
    watched: Watched, is_due: bool
) -> None:
    """It could not be begun again: the older one is complete."""
    watched.complete()
    watched.sampling.frames = 0
    if is_due:
        watched.pair.restart(FORWARD, REVERSE)
    else:
        watched.pair.restart_reverse(REVERSE)
    watched.pair.stop_reverse()
    assert watched.reverse.stage is Stage.IDLE
    assert watched.reverse.trajectory is None


# Stopping and going on


def test_a_stopped_chain_goes_on_and_any_other_begins_anew(watched: Watched) -> None:
    watched.complete()
    watched.pair.restart_reverse(REVERSE)
    watched.until_recorded(watched.reverse)
    stopped = watched.reverse.trajectory
    assert stopped is not None
    watched.pair.stop_reverse()
    assert watched.stages == (Stage.IDLE, Stage.IDLE)
    assert watched.reverse.trajectory is stopped
    watched.until_position(stopped)
    watched.pair.continue_reverse()
    watched.sampling.end = True
    watched.until(Stage.IDLE, Stage.IDLE)
    assert watched.reverse.trajectory is stopped
    assert watched.sampling.gone_on_with == [None, None, stopped]
    watched.pair.continue_reverse()  # it is complete
    watched.until_recorded(watched.reverse)
    assert watched.sampling.gone_on_with[-1] is None


@pytest.mark.parametrize("name", ["forward", "reverse"])
def test_a_chain_goes_on_at_once_though_its_last_step_is_not_done_yet(
    qtbot: QtBot, watched: Watched, name: str
) -> None:
    """Of a large network that may take seconds: the steps before are not thrown away meanwhile."""
    chain, work = (
        (watched.forward, watched.noising)
        if name == "forward"
        else (watched.reverse, watched.sampling)
    )
    watched.pair.begin(FORWARD if name == "forward" else FORWARD_WITHOUT_DATA, REVERSE)
    watched.until_recorded(chain)
    stopped = chain.trajectory
    getattr(watched.pair, f"stop_{name}")()
    getattr(watched.pair, f"continue_{name}")()
    assert chain.stage is Stage.RUNNING
    qtbot.waitUntil(lambda: len(work.requests) == 2)
    work.end = True
    stages = Stage.IDLE, Stage.RUNNING
    watched.until(*(stages if name == "forward" else reversed(stages)))
    assert work.gone_on_with == [None, stopped]
    assert chain.trajectory is stopped


def test_a_chain_whose_last_step_was_under_way_is_complete_then(watched: Watched) -> None:
    watched.pair.begin(FORWARD_WITHOUT_DATA, REVERSE)
    watched.until_recorded(watched.reverse)
    stopped = watched.reverse.trajectory
    assert stopped is not None
    watched.pair.stop_reverse()
    watched.pair.continue_reverse()
    for frame in range(T + 1):
        stopped.record(frame, torch.zeros(1, 1))
    watched.until(Stage.RUNNING, Stage.IDLE)
    assert watched.reverse.trajectory is stopped
    assert len(watched.sampling.requests) == 1


@pytest.mark.parametrize("then", ["stop", "wait", "drop"])
def test_what_was_to_go_on_is_forgotten_where_somebody_wants_something_else(
    watched: Watched, qtbot: QtBot, then: str
) -> None:
    watched.pair.begin(FORWARD_WITHOUT_DATA, REVERSE)
    watched.until_recorded(watched.reverse)
    watched.pair.stop_reverse()
    watched.pair.continue_reverse()
    if then == "stop":
        watched.pair.stop_reverse()
    elif then == "wait":
        watched.pair.begin(FORWARD, REVERSE)
    else:
        watched.pair.give_up()
    with qtbot.waitSignal(watched.reverse.released):
        pass
    assert watched.reverse.stage is (Stage.DUE if then == "wait" else Stage.IDLE)
    assert len(watched.sampling.requests) == 1


def test_a_chain_that_goes_on_already_is_left_alone(watched: Watched) -> None:
    watched.pair.begin(FORWARD_WITHOUT_DATA, REVERSE)
    watched.until_recorded(watched.reverse)
    stopped = watched.reverse.trajectory
    assert stopped is not None
    watched.pair.stop_reverse()
    watched.until_position(stopped)
    watched.pair.continue_reverse()
    watched.pair.continue_reverse()
    watched.sampling.end = True
    watched.until(Stage.RUNNING, Stage.IDLE)
    watched.pair.continue_forward()
    assert len(watched.sampling.requests) == 2
    assert watched.reverse.trajectory is stopped


def test_a_chain_of_other_settings_is_never_gone_on_with(watched: Watched) -> None:
    watched.pair.begin(FORWARD, REVERSE)
    watched.noising.end = True
    watched.until(Stage.IDLE, Stage.RUNNING)
    watched.until_recorded(watched.reverse)
    stopped = watched.reverse.trajectory
    assert stopped is not None
    watched.pair.stop_reverse()
    watched.until_position(stopped)
    watched.pair.restart(FORWARD, replace(REVERSE, seed=1))
    assert watched.stages == (Stage.RUNNING, Stage.DUE)
    watched.pair.continue_reverse()  # it is shown still
    watched.sampling.end = True
    watched.until(Stage.RUNNING, Stage.IDLE)
    assert watched.sampling.gone_on_with == [None, None]


def test_the_forward_chain_goes_on_beside_the_reverse_chain(watched: Watched) -> None:
    watched.pair.begin(FORWARD, REVERSE)
    watched.until_recorded(watched.forward)
    stopped = watched.forward.trajectory
    assert stopped is not None
    watched.pair.stop_forward()
    watched.until_position(stopped)
    watched.pair.continue_forward()
    watched.until(Stage.RUNNING, Stage.RUNNING)
    watched.noising.end = True
    watched.until(Stage.IDLE, Stage.RUNNING)
    assert watched.noising.gone_on_with == [None, stopped]


def test_the_end_of_a_stopped_thread_is_told_like_a_step(qtbot: QtBot, watched: Watched) -> None:
    """It may have recorded one more step, which the window is to show."""
    watched.pair.begin(FORWARD, REVERSE)
    watched.until_recorded(watched.forward)
    watched.pair.forward.stop()
    watched.pair.give_up()  # nothing else tells it now
    with qtbot.waitSignal(watched.pair.grew):
        pass


def test_at_the_end_nothing_is_due(watched: Watched) -> None:
    watched.pair.begin(FORWARD, REVERSE)
    assert watched.pair.is_busy
    assert stop_tasks(watched.pair.give_up())
    assert not watched.pair.is_busy


def test_without_a_model_there_is_nothing_to_go_on_with(watched: Watched) -> None:
    watched.pair.continue_forward()
    watched.pair.continue_reverse()
    assert not watched.pair.has_model
    assert not watched.pair.is_busy
    assert not watched.pair.lacks_start
