"""What goes wrong while the window trains is said, and nothing is lost."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.session import training_failures
from ddpm_studio.session.training_failures import failures_explained
from ddpm_studio.session.training_run import (
    DeviceLostError,
    TooLargeBatchError,
    TrainingDivergedError,
    TrainingState,
    Verdict,
)
from ddpm_studio.training import loss_log, run_checkpoint, trainer
from ddpm_studio.training.batches import MissingDataError
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.network_calls import NetworkCalls
from ddpm_studio.training.presets import preset
from ddpm_studio.training.run_folder import NoCheckpointError, RunFolder
from ddpm_studio.training.trainer import Trainer

Small = Callable[..., TrainingConfiguration]
ENDLESS = 1_000_000


def fail_at(monkeypatch: pytest.MonkeyPatch, step: int, error: Exception | None) -> list[bool]:
    """The loss of that step is NaN, or raises; empty the list to end that."""
    real, active = trainer.mse_loss, [True]
    calls: list[None] = []

    def failing(output: Any, target: Any) -> Any:
        calls.append(None)
        if not active or len(calls) < step:
            return real(output, target)
        if error is not None:
            raise error
        return real(output, target) * torch.nan

    monkeypatch.setattr(trainer, "mse_loss", failing)
    return active


def until_failed(watch: Any, kind: type[Exception]) -> Any:
    watch.until(lambda: bool(watch.failures))
    assert watch.run.state is TrainingState.FAILED
    [error] = watch.failures
    assert isinstance(error, kind), error
    return error


def test_a_loss_that_is_no_number(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = fail_at(monkeypatch, 31, None)
    watch.run.start(small(steps=60), "cpu")
    error = until_failed(watch, TrainingDivergedError)
    assert "lower learning rate" in str(error)
    assert watch.run.progress.verdict is Verdict.DIVERGED
    assert watch.step == 30
    summary = RunFolder(watch.run.folder).summary()
    assert summary is not None
    assert summary.step == 30  # the last good state
    # The remedy.
    active.clear()
    slower = replace(watch.run.configuration, learning_rate=1e-3)
    watch.failures.clear()
    watch.run.resume_from(watch.run.folder, "cpu", slower)
    watch.until_state(TrainingState.FINISHED)
    assert watch.step == 60


def test_the_model_of_the_last_good_state_can_be_kept(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(monkeypatch, 31, None)
    watch.run.start(small(steps=60), "cpu")
    until_failed(watch, TrainingDivergedError)
    watch.failures.clear()
    watch.run.stop_and_keep()
    watch.until_state(TrainingState.STOPPED)
    assert len(watch.models) == 1
    assert watch.step == 30


def test_a_failed_run_can_be_discarded(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(monkeypatch, 5, None)
    watch.run.start(small(), "cpu")
    until_failed(watch, TrainingDivergedError)
    folder = watch.run.folder
    watch.run.discard()
    watch.until(lambda: watch.run.state is TrainingState.IDLE)
    assert not folder.exists()


def test_too_large_a_batch_and_one_that_fits(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict = NetworkCalls.predict

    def limited(self: NetworkCalls, batch: Any, *network: Any) -> Any:
        if len(batch.x_t) > 20:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return predict(self, batch, *network)

    monkeypatch.setattr(NetworkCalls, "predict", limited)
    watch.run.start(small(steps=30), "cpu")
    error = until_failed(watch, TooLargeBatchError)
    assert error.fitting == 16
    watch.failures.clear()
    fitting = replace(watch.run.configuration, batch_size=error.fitting)
    watch.run.resume_from(watch.run.folder, "cpu", fitting)
    watch.until_state(TrainingState.FINISHED)
    assert watch.step == 30


def test_a_network_that_finds_no_place_at_all(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(trainer, "build_network", none_left)
    watch.run.start(small(), "cpu")
    error = until_failed(watch, TooLargeBatchError)
    assert error.fitting is None
    assert list(watch.run.folder.parent.iterdir()) == []  # nothing has begun


def test_an_error_holds_no_memory(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window shows it for long; the network in its frames would lie on the GPU as long."""
    fail_at(monkeypatch, 5, None)
    watch.run.start(small(), "cpu")
    error = until_failed(watch, TrainingDivergedError)
    traceback, held = error.__traceback__, []
    while traceback is not None:
        held += [v for v in traceback.tb_frame.f_locals.values() if isinstance(v, Trainer)]
        traceback = traceback.tb_next
    assert held == []


DEVICE_ERRORS = [
    RuntimeError("CUDA error: unspecified launch failure\nCUDA kernel errors might be ..."),
    RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
    torch.AcceleratorError("device gone"),
]


@pytest.mark.parametrize("error", DEVICE_ERRORS, ids=["cuda", "cudnn", "accelerator"])
def test_a_device_that_is_gone_and_going_on_on_the_cpu(
    error: Exception, watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = fail_at(monkeypatch, 31, error)
    watch.run.start(small(steps=60, autosave_every=20), "cpu")
    said = until_failed(watch, DeviceLostError)
    assert "\n" not in str(said)
    assert "CPU" in str(said)
    active.clear()
    watch.failures.clear()
    watch.run.resume_from(watch.run.folder, "cpu")
    watch.until_state(TrainingState.FINISHED)
    assert watch.step == 60


@pytest.mark.parametrize("error", DEVICE_ERRORS, ids=["cuda", "cudnn", "accelerator"])
def test_a_device_that_is_gone_while_samples_are_drawn(
    error: Exception, watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ddpm_studio.training import averaged_model

    def gone(*_: object) -> None:
        raise error

    monkeypatch.setattr(averaged_model, "averaged_model", gone)
    watch.run.start(small(), "cpu")
    until_failed(watch, DeviceLostError)


def test_a_fault_of_the_program_is_not_called_another_name() -> None:
    with (
        pytest.raises(RuntimeError, match="shapes differ") as caught,
        failures_explained("cuda", 64),
    ):
        raise RuntimeError("shapes differ")
    assert not isinstance(caught.value, DeviceLostError)
    assert not training_failures.is_device_lost(ValueError("x"))


def test_no_memory_for_samples_beside_the_training(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ddpm_studio.training import averaged_model

    def too_large(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(averaged_model, "averaged_model", too_large)
    watch.run.start(small(), "cpu")
    watch.until_state(TrainingState.FINISHED)
    assert len(watch.told) == 1
    assert "without them" in str(watch.told[0])
    assert watch.run.snapshots == ()


@contextmanager
def _full_disk(path: Path) -> Any:
    raise SaveError(SaveProblem.DISK_FULL, path, megabytes=3) from OSError(errno.ENOSPC, "full")
    yield


def fill_disk(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(run_checkpoint, "replacing_file", _full_disk)
    patched.setattr(loss_log, "replacing_file", _full_disk)
    patched.setattr("ddpm_studio.checkpoints.tensor_file.replacing_file", _full_disk)


def test_a_full_disk_is_told_once_and_the_training_goes_on(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.run.start(small(steps=ENDLESS, autosave_every=10), "cpu")
    watch.until_step(25)
    with monkeypatch.context() as patched:
        fill_disk(patched)
        watch.until(lambda: bool(watch.told))
        before = RunFolder(watch.run.folder).summary()
        assert before is not None
        step = watch.step
        watch.until_step(step + 100)  # ten more saves
        assert [error.problem for error in watch.told] == [SaveProblem.DISK_FULL]
        summary = RunFolder(watch.run.folder).summary()
        assert summary is not None
        assert summary.step == before.step > 0  # the older checkpoint
        RunFolder(watch.run.folder).load()
    step = watch.step
    watch.until_step(step + 30)  # with room again it saves again
    summary = RunFolder(watch.run.folder).summary()
    assert summary is not None
    assert summary.step > step
    with monkeypatch.context() as patched:
        fill_disk(patched)
        watch.until(lambda: len(watch.told) == 2)  # and another time is told again
        watch.run.stop()
    assert not watch.failures


def test_nothing_is_saved_of_what_is_discarded(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.until_step(5)
    with monkeypatch.context() as patched:
        fill_disk(patched)
        watch.run.discard()
        watch.until_state(TrainingState.IDLE)
    assert watch.told == []


def test_a_disk_that_is_full_in_the_end_loses_nothing(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.until_step(5)
    with monkeypatch.context() as patched:
        fill_disk(patched)
        watch.run.stop_and_keep()
        watch.until_state(TrainingState.PAUSED)
        assert watch.told
        assert not watch.models
    step = watch.step
    watch.run.stop_and_keep()
    watch.until_state(TrainingState.STOPPED)
    assert watch.step == step
    assert len(watch.models) == 1


def test_a_disk_that_is_full_when_all_steps_are_taken(
    watch: Any, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.run.start(small(steps=ENDLESS), "cpu")
    watch.pause()
    watch.run.stop_and_keep()
    watch.until_state(TrainingState.STOPPED)
    last = replace(watch.run.configuration, steps=watch.step + 30)
    with monkeypatch.context() as patched:
        patched.setattr("ddpm_studio.checkpoints.tensor_file.replacing_file", _full_disk)
        watch.run.resume_from(watch.run.folder, "cpu", last)
        watch.until_state(TrainingState.PAUSED)
    watch.run.go_on()
    watch.until_state(TrainingState.FINISHED)
    assert watch.step == last.steps


def test_a_folder_that_cannot_be_made(watch: Any, small: Small, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    watch.run.start(small(), "cpu")
    until_failed(watch, SaveError)


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_torn_newest_checkpoint(damage: str, watch: Any, small: Small) -> None:
    watch.run.start(small(steps=ENDLESS, autosave_every=20), "cpu")
    watch.until_step(50)
    watch.pause()
    watch.run.stop_and_keep()
    watch.until_state(TrainingState.STOPPED)
    newest, before = RunFolder(watch.run.folder).checkpoints()
    content = bytearray(newest.read_bytes())
    if damage == "cut":
        del content[len(content) // 2 :]
    else:
        content[-100] ^= 1
    newest.write_bytes(content)
    stop_at = replace(watch.run.configuration, steps=watch.step + 5)
    watch.run.resume_from(watch.run.folder, "cpu", stop_at)
    watch.until_state(TrainingState.FINISHED)
    [told] = watch.told
    assert newest.name in str(told)
    assert "checkpoint before" in str(told)
    assert before.name < newest.name


def test_a_folder_without_a_run(watch: Any, tmp_path: Path) -> None:
    watch.run.resume_from(tmp_path / "nothing.run", "cpu")
    until_failed(watch, NoCheckpointError)
    assert not (tmp_path / "nothing.run").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "losses.csv").write_text("mine")
    watch.failures.clear()
    watch.run.resume_from(mine, "cpu")
    until_failed(watch, NoCheckpointError)
    assert (mine / "losses.csv").read_text() == "mine"


def test_data_that_are_not_there(watch: Any) -> None:
    watch.run.start(preset("cifar10"), "cpu")
    until_failed(watch, MissingDataError)
    assert list(watch.run.folder.parent.iterdir()) == []
