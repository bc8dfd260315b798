"""A training of another process, watched by its folder alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ddpm_studio.session import watched_run
from ddpm_studio.session.training_run import TrainingState
from ddpm_studio.session.watched_run import WatchedRun
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.recorded_run import RecordedRun
from ddpm_studio.training.run_folder import NoCheckpointError, RunFolder
from ddpm_studio.training.trainer import Trainer

Small = Callable[..., TrainingConfiguration]
WAIT_MS = 30_000


@pytest.fixture
def watched(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedRun]:
    monkeypatch.setattr(watched_run, "_POLL_SECONDS", 0.1)
    run = WatchedRun()
    yield run
    assert run.stop()


def record(path: Path, configuration: TrainingConfiguration, steps: int) -> RunFolder:
    """As the command does: a run that stopped after so many steps."""
    folder = RunFolder(path)
    folder.open_for_writing()
    recorded = RecordedRun(Trainer(configuration), folder, print)
    running = recorded.run()
    for _ in range(steps):
        next(running)
    running.close()
    folder.close()
    return folder


def test_a_training_that_the_command_runs(
    qtbot: QtBot, watched: WatchedRun, small: Small, tmp_path: Path
) -> None:
    configuration = small(steps=1_000_000, autosave_every=200)
    (tmp_path / "small.json").write_text(json.dumps(configuration.as_dict()))
    command = [sys.executable, "-m", "ddpm_studio", "train", "--config", "small.json"]
    command += ["--out", "out.safetensors"]
    other = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        folder = tmp_path / "out.run"
        qtbot.waitUntil(folder.is_dir, timeout=WAIT_MS)
        watched.open(folder)
        assert watched.state is TrainingState.LOADING
        qtbot.waitUntil(lambda: watched.state is TrainingState.RUNNING, timeout=WAIT_MS)
        assert watched.configuration is not None
        assert watched.configuration.name == "small"
        qtbot.waitUntil(lambda: len(watched.snapshots) >= 2, timeout=WAIT_MS)
        first = watched.progress
        assert first is not None
        qtbot.waitUntil(lambda: watched.progress.step > first.step, timeout=WAIT_MS)  # type: ignore[union-attr]
        progress = watched.progress
        assert progress is not None
        assert progress.steps == 1_000_000
        assert np.array_equal(progress.losses[: first.step], first.losses)
        assert progress.bucket_floor is not None
        assert not np.isnan(progress.bucket_losses).any()
        assert progress.steps_per_second > 0
        assert watched.snapshots[-1].step > watched.snapshots[0].step
    finally:
        other.terminate()
        other.communicate(timeout=20)
    qtbot.waitUntil(lambda: watched.state is TrainingState.STOPPED, timeout=WAIT_MS)
    summary = RunFolder(folder).summary()
    assert summary is not None
    qtbot.waitUntil(lambda: watched.progress.step == summary.step, timeout=WAIT_MS)  # type: ignore[union-attr]


def test_a_run_that_has_ended(
    qtbot: QtBot, watched: WatchedRun, small: Small, tmp_path: Path
) -> None:
    configuration = small(steps=150)
    trainer = Trainer(configuration)
    losses = [step.loss for step in trainer.run()]
    record(tmp_path / "all.run", configuration, 150)
    before = sorted(
        (path.name, path.stat().st_mtime_ns) for path in (tmp_path / "all.run").iterdir()
    )
    watched.open(tmp_path / "all.run")
    qtbot.waitUntil(lambda: len(watched.snapshots) == 1, timeout=WAIT_MS)
    assert watched.state is TrainingState.FINISHED
    assert watched.progress is not None
    assert np.abs(watched.progress.losses - losses).max() < 1e-6
    assert watched.snapshots[0].step == 150
    assert watched.data_distance > 0
    # It only reads.
    after = sorted(
        (path.name, path.stat().st_mtime_ns) for path in (tmp_path / "all.run").iterdir()
    )
    assert after == before


def test_another_run_in_its_place(
    qtbot: QtBot, watched: WatchedRun, small: Small, tmp_path: Path
) -> None:
    record(tmp_path / "one.run", small(name="one"), 20)
    record(tmp_path / "two.run", small(name="two"), 30)
    watched.open(tmp_path / "one.run")
    qtbot.waitUntil(lambda: len(watched.snapshots) == 1, timeout=WAIT_MS)
    assert watched.state is TrainingState.STOPPED
    watched.open(tmp_path / "two.run")
    assert watched.snapshots == ()
    assert watched.progress is None
    qtbot.waitUntil(lambda: len(watched.snapshots) == 1, timeout=WAIT_MS)
    assert watched.snapshots[0].step == 30
    assert watched.configuration is not None
    assert watched.configuration.name == "two"
    watched.close()
    assert watched.state is TrainingState.IDLE
    assert watched.progress is None


def test_a_damaged_newest_checkpoint_is_passed_over(
    qtbot: QtBot, watched: WatchedRun, small: Small, tmp_path: Path
) -> None:
    folder = record(tmp_path / "one.run", small(autosave_every=10), 15)
    newest = folder.checkpoints()[0]
    newest.write_bytes(newest.read_bytes()[:-50])
    watched.open(tmp_path / "one.run")
    qtbot.waitUntil(lambda: len(watched.snapshots) == 1, timeout=WAIT_MS)
    assert watched.snapshots[0].step == 10


def test_data_that_this_version_does_not_have(
    qtbot: QtBot, watched: WatchedRun, small: Small, tmp_path: Path, monkeypatch: Any
) -> None:
    """The losses can be watched all the same."""
    configuration = small()
    folder = record(tmp_path / "one.run", configuration, 15)
    state = replace(folder.load().state, configuration=replace(configuration, data_set="unknown"))
    folder.save(state)
    watched.open(folder.path)
    qtbot.waitUntil(lambda: watched.state is TrainingState.STOPPED, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: watched.progress is not None, timeout=WAIT_MS)
    assert watched.progress is not None
    assert watched.progress.step == 15
    assert watched.snapshots == ()


def test_no_folder_at_all(qtbot: QtBot, watched: WatchedRun, tmp_path: Path) -> None:
    with qtbot.waitSignal(watched.failed, timeout=WAIT_MS) as caught:
        watched.open(tmp_path / "nothing.run")
    assert isinstance(caught.args[0], NoCheckpointError)
    assert watched.state is TrainingState.FAILED
