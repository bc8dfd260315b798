"""Measuring on a thread: the generator's own numbers, cancelling, errors, results that are kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.measurement import Measurement
from ddpm_studio.checkpoints.measuring import measure, plan_measurement
from ddpm_studio.checkpoints.model_file import ModelFileError, inspect_model_file
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.session.measurement_run import (
    MeasurementProgress,
    MeasurementRequest,
    MeasurementRun,
)

WAIT_MS = 20_000
MIXTURE, MOONS = find_model("mixture-1d"), find_model("moons")


@pytest.fixture
def run(qtbot: QtBot) -> Iterator[MeasurementRun]:
    run = MeasurementRun()
    yield run
    assert run.stop()
    assert all(not thread.isRunning() for thread in run.findChildren(QThread))


def finish(qtbot: QtBot, run: MeasurementRun) -> None:
    qtbot.waitUntil(lambda: not run.is_running, timeout=WAIT_MS)


def begun(qtbot: QtBot, run: MeasurementRun) -> MeasurementProgress:
    qtbot.waitUntil(lambda: run.latest is not None, timeout=WAIT_MS)
    assert run.latest is not None
    return run.latest


def test_the_result_is_the_generators(qtbot: QtBot, run: MeasurementRun) -> None:
    run.start(MeasurementRequest(MIXTURE, "cpu", seed=2, count=8))
    assert run.is_running
    finish(qtbot, run)
    found = run.result_of(MIXTURE)
    for measurement in measure(
        load_inspected(MIXTURE), plan_measurement(MIXTURE.description, 8, 2)
    ):
        expected = measurement
    assert found is not None
    assert found.plan == expected.plan
    assert found.is_complete
    for ours, theirs in ((found.errors, expected.errors), (found.bound, expected.bound)):
        assert ours is not None
        assert theirs is not None
    assert found.bound.total == pytest.approx(expected.bound.total, rel=1e-4)
    np.testing.assert_allclose(
        found.errors.error.value, expected.errors.error.value, rtol=1e-3, atol=1e-6
    )


def test_progress_is_there_to_be_asked_for(qtbot: QtBot, run: MeasurementRun) -> None:
    assert run.latest is None
    run.start(MeasurementRequest(MIXTURE, "cpu", count=500))
    early = begun(qtbot, run)
    assert 0 < early.measurement.done < early.measurement.plan.work
    qtbot.waitUntil(
        lambda: run.latest is not None and run.latest.measurement.done > early.measurement.done
    )
    assert early.seconds_left > 0


def test_time_left_is_at_the_pace_so_far() -> None:
    plan = plan_measurement(MIXTURE.description, 10)
    quarter = Measurement(plan, done=plan.work // 4)
    assert MeasurementProgress(quarter, 5.0).seconds_left == pytest.approx(15.0)
    assert MeasurementProgress(Measurement(plan), 5.0).seconds_left == 0.0


def test_cancelling_keeps_what_is_known(qtbot: QtBot, run: MeasurementRun) -> None:
    run.start(MeasurementRequest(MIXTURE, "cpu", count=2000))
    begun(qtbot, run)
    run.cancel()
    assert not run.is_running
    kept = run.result_of(MIXTURE)
    assert kept is not None
    assert not kept.is_complete
    assert kept.errors is not None


def test_cancelling_before_the_first_step_leaves_nothing(qtbot: QtBot, run: MeasurementRun) -> None:
    changes = []
    run.changed.connect(lambda: changes.append(run.is_running))
    run.start(MeasurementRequest(MIXTURE, "cpu", count=8))
    run.cancel()
    run.cancel()
    assert changes == [True, False]
    assert run.result_of(MIXTURE) is None


def test_an_abandoned_run_says_no_more(qtbot: QtBot, run: MeasurementRun) -> None:
    run.start(MeasurementRequest(MIXTURE, "cpu", count=2000))
    begun(qtbot, run)
    run.start(MeasurementRequest(MOONS, "cpu", count=2))
    kept = run.result_of(MIXTURE)
    finish(qtbot, run)
    assert run.stop()  # the first thread has come to its end as well
    qtbot.wait(20)
    assert run.result_of(MIXTURE) is kept
    moons = run.result_of(MOONS)
    assert moons is not None
    assert moons.is_complete
    assert moons.plan.error_count == 2


def test_an_error_is_said_and_another_run_is_possible(
    qtbot: QtBot, run: MeasurementRun, tmp_path: Path
) -> None:
    path = tmp_path / "gone.safetensors"
    shutil.copy(MOONS.path, path)
    model = inspect_model_file(path)
    path.unlink()
    with qtbot.waitSignal(run.failed, timeout=WAIT_MS) as caught:
        run.start(MeasurementRequest(model, "cpu", count=2))
    assert isinstance(caught.args[0], ModelFileError)
    assert not run.is_running
    assert run.result_of(model) is None
    run.start(MeasurementRequest(MOONS, "cpu", count=2))
    finish(qtbot, run)
    assert run.result_of(MOONS) is not None
