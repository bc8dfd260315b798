"""The session: both chains of a model, from requests to trajectories."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.diffusion.schedule import ScheduleConfiguration, ScheduleError
from ddpm_studio.locations import resource
from ddpm_studio.session import chain_runs
from ddpm_studio.session.background_task import BackgroundTask, stop_tasks
from ddpm_studio.session.studio import Studio

WAIT_MS = 15_000


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    studio = Studio()
    studio.sample_count = 250
    studio.open_bundled("moons")
    yield studio
    assert studio.stop()


def wait_until_idle(qtbot: QtBot, studio: Studio) -> None:
    qtbot.waitUntil(
        lambda: (
            not studio.is_busy
            and studio.forward is not None
            and studio.forward.is_complete
            and studio.reverse is not None
            and studio.reverse.is_complete
        ),
        timeout=WAIT_MS,
    )


def test_opening_gives_both_chains_of_the_model(qtbot: QtBot, studio: Studio) -> None:
    wait_until_idle(qtbot, studio)
    assert studio.forward is not None
    assert studio.reverse is not None
    assert studio.forward.T == studio.reverse.T == 1000
    # At t = T both are N(0, I): the standard error of a mean of 2,000 values is 0.022.
    for trajectory in (studio.forward, studio.reverse):
        statistics = trajectory.statistics(1000)
        assert np.abs(statistics.mean).max() < 0.15
        assert np.abs(statistics.std - 1).max() < 0.1
    assert studio.devices[-1].key == "cpu"
    assert studio.device == studio.devices[0].key


def test_reverse_chain_ends_in_what_the_command_line_samples(qtbot: QtBot, studio: Studio) -> None:
    wait_until_idle(qtbot, studio)
    assert studio.reverse is not None
    model = load_inspected(find_model("moons"))
    expected = sample_model(model, studio.sample_count, studio.seed).numpy()
    np.testing.assert_allclose(studio.reverse.frame(0), expected, atol=1e-5)


def test_another_seed_gives_other_chains_and_the_same_seed_the_same(
    qtbot: QtBot, studio: Studio
) -> None:
    wait_until_idle(qtbot, studio)
    assert studio.reverse is not None
    first = studio.reverse.frame(0)
    studio.set_seed(5)
    wait_until_idle(qtbot, studio)
    second = studio.reverse.frame(0)
    assert np.abs(first - second).max() > 0.1
    studio.set_seed(0)
    wait_until_idle(qtbot, studio)
    np.testing.assert_array_equal(studio.reverse.frame(0), first)


def test_the_forward_chain_follows_another_schedule_and_the_reverse_chain_does_not(
    qtbot: QtBot, studio: Studio
) -> None:
    wait_until_idle(qtbot, studio)
    reverse = studio.reverse
    studio.set_forward_schedule(ScheduleConfiguration("cosine", 50))
    qtbot.waitUntil(
        lambda: studio.forward is not None and studio.forward.T == 50 and not studio.is_busy,
        timeout=WAIT_MS,
    )
    assert studio.reverse is reverse
    assert studio.model_schedule is not None
    assert studio.model_schedule.T == 1000
    assert studio.reverse_t(25) == 500


def test_an_impossible_schedule_changes_nothing(qtbot: QtBot, studio: Studio) -> None:
    wait_until_idle(qtbot, studio)
    before = studio.forward
    for bad in (
        ScheduleConfiguration("linear", 0, 1e-4, 0.02),
        ScheduleConfiguration("linear", 10, 0.0, 0.02),
        ScheduleConfiguration("linear", 10, 1e-4, 1.0),
        ScheduleConfiguration("linear", 10, float("nan"), 0.02),
    ):
        with pytest.raises(ScheduleError):
            studio.set_forward_schedule(bad)
    assert studio.forward is before
    assert not studio.is_busy


def test_a_bad_file_leaves_the_present_model(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    wait_until_idle(qtbot, studio)
    model, reverse = studio.model, studio.reverse
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"not a model")
    with qtbot.waitSignal(studio.failed, timeout=WAIT_MS) as failure:
        studio.open_file(bad)
    assert isinstance(failure.args[0], ModelFileError)
    assert studio.model is model
    assert studio.reverse is reverse


def test_stopping_keeps_the_steps_so_far(qtbot: QtBot, studio: Studio) -> None:
    wait_until_idle(qtbot, studio)
    studio.set_sample_count(5000)
    qtbot.waitUntil(
        lambda: studio.reverse_progress is not None and studio.reverse_progress.done > 10,
        timeout=WAIT_MS,
    )
    studio.stop_reverse()
    assert not studio.is_sampling
    reverse = studio.reverse
    assert reverse is not None
    assert reverse.count == 5000
    assert reverse.is_recorded(1000)
    assert not reverse.is_complete


def test_closing_while_sampling_leaves_no_thread(qtbot: QtBot) -> None:
    studio = Studio()
    studio.open_bundled("digits")
    qtbot.waitUntil(lambda: studio.reverse_progress is not None, timeout=WAIT_MS)
    assert studio.stop()
    assert not studio.is_busy


def test_the_two_chains_are_driven_by_different_noise(qtbot: QtBot, studio: Studio) -> None:
    """Their x_t are as uncorrelated as independent samples: 5 standard errors of 250 points."""
    wait_until_idle(qtbot, studio)
    assert studio.forward is not None
    assert studio.reverse is not None
    for t in range(0, 1001, 50):
        forward, reverse = studio.forward.frame(t), studio.reverse.frame(t)
        for coordinate in range(2):
            pair = np.corrcoef(forward[:, coordinate], reverse[:, coordinate])
            assert abs(pair[0, 1]) < 5 / np.sqrt(250)


def test_a_file_opened_again_takes_the_place_of_the_older_one(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    for name in ("moons", "circles"):
        shutil.copy(resource("models", f"{name}.safetensors"), path)
        with qtbot.waitSignal(studio.model_changed, timeout=WAIT_MS):
            studio.open_file(path)
        assert studio.model is not None
        assert studio.model.description.name == name
        assert [model.path for model in studio.models].count(path) == 1


def test_a_file_that_changed_behind_the_window_is_not_shown_as_the_old_one(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    shutil.copy(resource("models", "moons.safetensors"), path)
    with qtbot.waitSignal(studio.model_changed, timeout=WAIT_MS):
        studio.open_file(path)
    wait_until_idle(qtbot, studio)
    old = studio.model
    assert old is not None
    studio.show_model(studio.models[0])
    wait_until_idle(qtbot, studio)
    shutil.copy(resource("models", "circles.safetensors"), path)
    os.utime(path, ns=(0, old.modified_ns + 1_000_000_000))
    chain_runs._load.cache_clear()  # as if two other models had been shown since
    with qtbot.waitSignal(studio.failed, timeout=WAIT_MS) as failure:
        studio.show_model(old)
    assert "has changed since it was opened" in str(failure.args[0])


def test_threads_that_do_not_end_are_waited_for_together(qtbot: QtBot) -> None:
    """Not one after the other: closing takes as long as the slowest, and says that one is stuck."""
    release = threading.Event()

    def stuck() -> Iterator[int]:
        yield 0
        release.wait()

    tasks = [BackgroundTask() for _ in range(3)]
    for task in tasks:
        task.start(stuck)
    qtbot.waitUntil(lambda: all(task.latest == 0 for task in tasks))
    try:
        assert not stop_tasks(tasks, timeout_ms=1)
    finally:
        release.set()
    assert stop_tasks(tasks)
