"""A training on a thread: what it shows, how it is controlled, what is left of it when it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.model_file import inspect_model_file
from ddpm_studio.checkpoints.weights import load_model
from ddpm_studio.datasets.data_cache import remove_set
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.session import devices, training_worker
from ddpm_studio.session.studio import Studio
from ddpm_studio.session.training_run import TrainingRun, TrainingState, Verdict
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.run_checkpoint import inspect_checkpoint
from ddpm_studio.training.run_folder import RunFolder
from ddpm_studio.training.run_lock import RunInUseError
from ddpm_studio.training.trainer import Trainer

Small = Callable[..., TrainingConfiguration]
ENDLESS = 1_000_000


def trained_weights(configuration: TrainingConfiguration) -> dict[str, torch.Tensor]:
    trainer = Trainer(configuration)
    for _ in trainer.run():
        pass
    return trainer.weights()


def same_weights(path: Path, weights: dict[str, torch.Tensor]) -> bool:
    stored = load_model(path).denoiser.network.state_dict()
    return stored.keys() == weights.keys() and all(
        torch.equal(stored[name], weights[name]) for name in weights
    )


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """As the worker has where there are two cores; the last bits depend on it."""
    torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) - 1))


def test_to_its_end(watch: Any, small: Small) -> None:
    configuration = small()
    watch.run.start(configuration, "cpu")
    assert watch.run.state is TrainingState.LOADING
    watch.until_state(TrainingState.FINISHED)
    assert watch.states == [
        TrainingState.LOADING,
        TrainingState.RUNNING,
        TrainingState.FINISHED,
    ]
    progress = watch.run.progress
    assert (progress.step, progress.steps) == (300, 300)
    assert len(progress.losses) == len(progress.gradient_norms) == 300
    assert progress.seconds_left == 0
    assert progress.memory_bytes > 50e6
    assert progress.elapsed_seconds > 0
    assert progress.learning_rate == configuration.learning_rate_at(299)
    # What was done in the window's process is what the trainer does alone, snapshots or not.
    [model] = watch.models
    assert same_weights(model, trained_weights(configuration))
    summary = RunFolder(watch.run.folder).summary()
    assert summary is not None
    assert summary.is_finished
    assert not watch.told
    assert not watch.failures


def test_the_window_can_open_the_model(qtbot: QtBot, watch: Any, small: Small) -> None:
    watch.run.start(small(steps=20), "cpu")
    watch.until_state(TrainingState.FINISHED)
    studio = Studio()
    with qtbot.waitSignal(studio.model_changed):
        studio.open_file(watch.models[0])
    assert studio.model is not None
    assert studio.model.description.training is not None
    assert studio.model.description.training.steps == 20
    assert studio.stop()


def test_losses_are_views_that_nobody_changes(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.until_step(20)
    first = watch.run.progress
    kept = first.losses.copy()
    watch.until_step(first.step + 1100)  # the buffer has grown
    assert np.array_equal(first.losses, kept)
    assert np.array_equal(watch.run.progress.losses[: first.step], kept)
    for array in (first.losses, first.gradient_norms, first.bucket_losses, first.bucket_edges):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    watch.run.stop()


def test_a_pause_takes_no_step_and_no_processor_time_and_saves(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.until_step(20)
    watch.run.pause()
    assert watch.run.is_pausing
    watch.until_state(TrainingState.PAUSED)
    assert not watch.run.is_pausing
    step, elapsed = watch.step, watch.run.progress.elapsed_seconds
    summary = RunFolder(watch.run.folder).summary()
    assert summary is not None
    assert summary.step == step
    began = time.process_time()
    time.sleep(0.5)  # nothing of this process works: the window's loop neither
    assert time.process_time() - began < 0.1
    assert watch.step == step
    watch.run.step_once()
    watch.until_step(step + 1)
    assert watch.run.progress.elapsed_seconds == elapsed  # the pause does not count
    watch.run.go_on()
    watch.until_state(TrainingState.RUNNING)
    watch.until_step(step + 10)
    assert watch.run.progress.elapsed_seconds > elapsed
    watch.run.stop()


def test_pausing_changes_nothing(watch: Any, small: Small) -> None:
    configuration = small(steps=400)
    watch.run.start(configuration, "cpu")
    for step in (30, 100, 200):
        watch.until_step(step)
        watch.pause()
        watch.run.explain()
        watch.run.go_on()
        watch.until_state(TrainingState.RUNNING)
    watch.until_state(TrainingState.FINISHED)
    assert same_weights(watch.models[0], trained_weights(configuration))


def test_a_pause_asked_while_it_loads_and_taken_back(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.run.pause()
    watch.until_state(TrainingState.PAUSED)
    assert watch.step == 0
    watch.run.go_on()
    watch.until_step(1)
    watch.run.pause()
    watch.run.go_on()  # before it has paused
    step = watch.step
    watch.until_step(step + 50)
    assert watch.run.state is TrainingState.RUNNING
    assert not watch.run.is_pausing
    watch.run.stop()


def test_slow_motion_shows_the_values_of_the_step_that_follows(watch: Any, small: Small) -> None:
    configuration = small(steps=12)
    watch.run.start(configuration, "cpu")
    watch.run.pause()
    watch.until_state(TrainingState.PAUSED)
    watch.run.explain()
    watch.run.explain()
    watch.until(lambda: len(watch.explained) == 2)
    first, again = watch.explained
    assert first.step == again.step == 1
    assert np.array_equal(first.x_t, again.x_t)
    assert first.x_0.shape == first.noise.shape == first.prediction.shape == (64, 1)
    schedule = configuration.schedule.build()
    a = np.sqrt(schedule.alpha_bar[first.t])[:, None]
    s = np.sqrt(schedule.marginal_variance[first.t])[:, None]
    assert np.abs(a * first.x_0 + s * first.noise - first.x_t).max() < 1e-6
    assert np.array_equal(first.target, first.noise)
    squares = np.square(first.prediction - first.target).mean(axis=1)
    assert np.abs(squares - first.sample_losses).max() < 1e-6
    with pytest.raises(ValueError, match="read-only"):
        first.x_0[0] = 0
    for step in range(1, 12):
        watch.run.step_once()
        watch.until(lambda step=step: len(watch.explained) == 2 + step)
        assert watch.step == step
        assert watch.run.progress.losses[-1] == pytest.approx(watch.explained[-2].loss, abs=1e-6)
    watch.run.step_once()  # the last one
    watch.until_state(TrainingState.FINISHED)
    assert len(watch.explained) == 13
    assert same_weights(watch.models[0], trained_weights(configuration))


def test_there_is_slow_motion_in_a_pause_alone(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=200), "cpu")
    watch.until_step(1)
    watch.run.step_once()
    watch.run.explain()
    watch.until_state(TrainingState.FINISHED)
    assert not watch.explained


def test_stop_and_keep(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.until_step(20)
    watch.run.stop_and_keep()
    assert watch.run.state is TrainingState.STOPPING
    watch.until_state(TrainingState.STOPPED)
    [model] = watch.models
    training = inspect_model_file(model).description.training
    assert training is not None
    assert training.steps == watch.step >= 20
    assert watch.run.unfinished() is None  # the person has ended it
    summary = RunFolder(watch.run.folder).summary()
    assert summary is not None
    assert summary.step == training.steps


@pytest.mark.parametrize("is_paused", [False, True])
def test_discard_leaves_nothing(is_paused: bool, watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.until_step(5)
    if is_paused:
        watch.pause()
    folder = watch.run.folder
    watch.run.discard()
    watch.until_state(TrainingState.IDLE)
    assert list(folder.parent.iterdir()) == []
    assert watch.run.progress is None
    assert watch.run.snapshots == ()
    assert watch.run.unfinished() is None


def test_discard_removes_what_is_ours_alone(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.until_step(5)
    folder = watch.run.folder
    (folder / "notes.txt").write_text("mine")
    watch.run.discard()
    watch.until_state(TrainingState.IDLE)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_discard_after_the_end_leaves_the_kept_model(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=20), "cpu")
    watch.until_state(TrainingState.FINISHED)
    watch.run.discard()
    watch.until_state(TrainingState.IDLE)
    assert [path.name for path in watch.models[0].parent.iterdir()] == [watch.models[0].name]
    load_model(watch.models[0])


@pytest.mark.parametrize("is_paused", [False, True])
def test_quitting_in_the_middle_leaves_no_thread_and_a_good_checkpoint(
    is_paused: bool, watch_new: Callable[[], Any], small: Small
) -> None:
    configuration = small(steps=500)
    first = watch_new()
    before = threading.active_count()
    first.run.start(configuration, "cpu")
    first.until_step(50)
    if is_paused:
        first.pause()
    assert first.run.stop()
    assert not first.run.findChildren(QThread)[0].isRunning()
    assert threading.active_count() <= before
    assert not first.failures
    # The next start of the application.
    second = watch_new()
    found = second.run.unfinished()
    assert found is not None
    assert found.folder == first.run.folder
    assert found.configuration == configuration
    assert first.step <= found.step < found.steps == 500
    assert abs(found.changed_at - time.time()) < 60
    second.run.resume_from(found.folder, "cpu")
    second.until_state(TrainingState.FINISHED)
    assert second.told == []
    assert same_weights(second.models[0], trained_weights(configuration))
    assert second.run.unfinished() is None


def test_stopping_while_it_loads(watch_new: Callable[[], Any], small: Small) -> None:
    watch = watch_new()
    watch.run.start(small(), "cpu")
    assert watch.run.stop()
    assert not RunFolder(watch.run.folder).is_running


def test_a_run_that_is_trained_is_left_alone(watch_new: Callable[[], Any], small: Small) -> None:
    first, second = watch_new(), watch_new()
    first.run.start(small(steps=ENDLESS), "cpu")
    first.until_step(5)
    assert second.run.unfinished() is None
    second.run.resume_from(first.run.folder, "cpu")
    second.until(lambda: bool(second.failures))
    assert isinstance(second.failures[0], RunInUseError)
    step = first.step
    first.until_step(step + 20)  # undisturbed


def test_what_another_process_left_when_it_was_killed_can_go_on(
    watch: Any, small: Small, tmp_path: Path
) -> None:
    """Its lock is gone with it."""
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from ddpm_studio.training.configuration import TrainingConfiguration\n"
        "from ddpm_studio.training.recorded_run import RecordedRun\n"
        "from ddpm_studio.training.run_folder import RunFolder\n"
        "from ddpm_studio.training.trainer import Trainer\n"
        "import json\n"
        "settings = TrainingConfiguration.from_dict(json.loads(sys.argv[2]))\n"
        "folder = RunFolder(Path(sys.argv[1]))\n"
        "folder.open_for_writing()\n"
        "run = RecordedRun(Trainer(settings), folder, print)\n"
        "for step in run.run():\n"
        "    if step.step == 10:\n"
        "        print('there', flush=True)\n"
        "        time.sleep(60)\n"
    )
    folder = tmp_path / "runs" / "other.run"
    folder.parent.mkdir()
    settings = json.dumps(small(autosave_every=5).as_dict())
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(folder), settings], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "there\n"
        assert watch.run.unfinished() is None
    finally:
        other.kill()
        other.communicate()
    found = watch.run.unfinished()
    assert found is not None
    assert found.step == 10
    watch.run.resume_from(found.folder, "cpu")
    watch.until_state(TrainingState.FINISHED)
    assert same_weights(watch.models[0], trained_weights(small(autosave_every=5)))


def test_the_newest_of_several_unfinished_runs(watch_new: Callable[[], Any], small: Small) -> None:
    folders = []
    for name in ("one", "two"):
        watch = watch_new()
        watch.run.start(small(name=name, steps=ENDLESS), "cpu")
        watch.until_step(5)
        watch.run.stop()
        folders.append(watch.run.folder)
        os.utime(watch.run.folder, (time.time() + len(folders) * 10,) * 2)
    found = watch_new().run.unfinished()
    assert found is not None
    assert found.configuration.name == "two"
    os.utime(folders[0], (time.time() + 60,) * 2)
    found = watch_new().run.unfinished()
    assert found is not None
    assert found.configuration.name == "one"


def import_images(folder: Path, images: np.ndarray) -> None:
    np.save(folder / "a.npy", images)
    for _ in import_data(folder / "a.npy", ImportChoices("own")):
        pass


def test_a_data_set_that_was_imported_anew_is_told_when_it_goes_on(
    watch: Any, small: Small, tmp_path: Path
) -> None:
    images = np.random.default_rng(1).integers(0, 256, (20, 1, 8, 8), dtype=np.uint8)
    import_images(tmp_path, images)
    network = UNetConfiguration(8, 1, 8, (1, 1), 1, norm_groups=4)
    watch.run.start(small(data_set="own", network=network, steps=4, batch_size=4), "cpu")
    watch.until_state(TrainingState.FINISHED)
    remove_set("own")
    import_images(tmp_path, 255 - images)
    watch.run.resume_from(watch.run.folder, "cpu", replace(watch.run.configuration, steps=8))
    watch.until(lambda: watch.told != [])
    assert "“own” was imported anew since" in str(watch.told[0])
    watch.until_state(TrainingState.FINISHED)
    assert len(watch.told) == 1


def test_a_kept_run_that_went_on_is_unfinished_again(
    watch_new: Callable[[], Any], small: Small
) -> None:
    watch = watch_new()
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.until_step(5)
    watch.run.stop_and_keep()
    watch.until_state(TrainingState.STOPPED)
    step = watch.step
    watch.run.resume_from(watch.run.folder, "cpu")
    watch.until_step(step + 5)
    watch.run.stop()
    found = watch_new().run.unfinished()
    assert found is not None
    assert found.step >= step + 5


def test_going_on_in_another_way(watch: Any, small: Small) -> None:
    configuration = small(steps=50)
    watch.run.start(configuration, "cpu")
    watch.until_state(TrainingState.FINISHED)
    longer = replace(configuration, steps=80, batch_size=32)
    watch.run.resume_from(watch.run.folder, "cpu", longer)
    watch.until_state(TrainingState.FINISHED)
    assert watch.step == 80
    assert len(watch.models) == 2


def test_one_at_a_time(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    with pytest.raises(RuntimeError, match="under way"):
        watch.run.start(small(), "cpu")
    watch.run.stop()


def test_a_checkpoint_is_there_before_the_first_step(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS, autosave_every=ENDLESS), "cpu")
    watch.until_step(1)
    [path] = RunFolder(watch.run.folder).checkpoints()
    assert inspect_checkpoint(path).step == 0
    watch.run.stop()


def test_it_saves_on_its_way(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS, autosave_every=20), "cpu")
    watch.until_step(65)
    summary = RunFolder(watch.run.folder).summary()
    assert summary is not None
    assert summary.step >= 60
    assert summary.step % 20 == 0
    assert len(RunFolder(watch.run.folder).checkpoints()) <= 3
    watch.run.stop()


def test_torch_leaves_a_core_to_the_window_and_goes_on_with_as_many_threads(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another number of threads the last bits would be others."""
    threads: list[int] = []
    take_step = Trainer._take_step

    def watched(trainer: Trainer) -> Any:
        threads.append(torch.get_num_threads())
        return take_step(trainer)

    monkeypatch.setattr(Trainer, "_take_step", watched)

    def cores(count: int) -> None:
        for module in (devices, training_worker):
            monkeypatch.setattr(module, "usable_cores", lambda: count)

    configuration = small(steps=10)
    cores(4)
    watch.run.start(configuration, "cpu")
    watch.until_state(TrainingState.FINISHED)
    assert set(threads) == {3}
    for now, expected in ((8, 3), (3, 2)):
        threads.clear()
        cores(now)
        configuration = replace(configuration, steps=configuration.steps + 10)
        watch.run.resume_from(watch.run.folder, "cpu", configuration)
        watch.until_state(TrainingState.FINISHED)
        assert set(threads) == {expected}
    [told] = watch.told
    assert "with 3 threads and goes on with 2" in str(told)


def test_the_window_imports_no_torch_for_it() -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from ddpm_studio.session.training_run import TrainingRun\n"
        "from ddpm_studio.session.watched_run import WatchedRun\n"
        "run = TrainingRun(Path('/nowhere'))\n"
        "assert run.unfinished() is None\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_verdict_is_said(watch: Any, small: Small) -> None:
    watch.run.start(small(steps=1000), "cpu")
    watch.until_step(1)
    assert watch.run.progress.verdict is Verdict.TOO_EARLY
    watch.until_state(TrainingState.FINISHED)
    assert watch.run.progress.verdict in (Verdict.LEARNING, Verdict.CONVERGED)


def test_a_new_run_never_takes_the_place_of_another(
    watch_new: Callable[[], Any], small: Small
) -> None:
    first = watch_new()
    first.run.start(small(steps=20), "cpu")
    first.until_state(TrainingState.FINISHED)
    second: TrainingRun = watch_new().run
    second.start(small(steps=20), "cpu")
    assert second.folder != first.run.folder
    second.stop()
    third = watch_new()
    third.run.start(small(steps=30), "cpu", first.run.folder)
    third.until(lambda: bool(third.failures))
    assert "holds another training" in str(third.failures[0])
    summary = RunFolder(first.run.folder).summary()
    assert summary is not None
    assert summary.step == 20
