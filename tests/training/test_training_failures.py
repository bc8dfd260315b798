"""A training that cannot go on says why and what to do, and loses nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from ddpm_studio.datasets.catalogue import UnknownDataSetError
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training import trainer as trainer_module
from ddpm_studio.training.batches import MissingDataError
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.failures import (
    DeviceLostError,
    TooLargeBatchError,
    TrainingDivergedError,
)
from ddpm_studio.training.memory_limit import fitting_batch_size
from ddpm_studio.training.presets import preset
from ddpm_studio.training.recorded_run import RecordedRun
from ddpm_studio.training.run_folder import RunFolder
from ddpm_studio.training.trainer import Trainer


def copied(trainer: Trainer) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in trainer.state().tensors.items()}


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def little_memory(
    monkeypatch: pytest.MonkeyPatch, trainer: Trainer, limit: int, error: Exception
) -> None:
    """As if the device had memory for ``limit`` samples."""
    forward = trainer.network.forward

    def limited(x: Tensor, t: Tensor) -> Any:
        if len(x) > limit:
            raise error
        return forward(x, t)

    monkeypatch.setattr(trainer.network, "forward", limited)


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=["cuda", "cpu"])
@pytest.mark.parametrize("taken", [0, 3])
def test_a_batch_size_that_fits_is_found_and_nothing_lost(
    error: Exception, taken: int, small: TrainingConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(small)
    running = trainer.run()
    for _ in range(taken):
        next(running)
    before = copied(trainer)
    with monkeypatch.context() as patched:
        little_memory(patched, trainer, 20, error)
        with pytest.raises(TooLargeBatchError, match="64 samples a step, but for 16") as caught:
            next(running)
    assert caught.value.fitting == 16
    assert same(copied(trainer), before)
    assert all(p.grad is None for p in trainer.network.parameters())
    # With the memory back, it goes on as if nothing had been.
    undisturbed = Trainer(small)
    for _ in undisturbed.run():
        pass
    for _ in trainer.run():
        pass
    assert same(copied(trainer), copied(undisturbed))


def test_it_goes_on_with_the_batch_size_that_fits(
    small: TrainingConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(small)
    next(trainer.run())
    with monkeypatch.context() as patched:
        little_memory(patched, trainer, 40, OUT_OF_MEMORY[0])
        with pytest.raises(TooLargeBatchError) as caught:
            next(trainer.run())
    assert caught.value.fitting == 32
    settings = replace(small, batch_size=caught.value.fitting)
    smaller = Trainer.resumed(trainer.state(), configuration=settings)
    step = next(smaller.run())
    assert step.step == 2
    assert len(step.t) == 32


def test_a_network_that_does_not_fit_at_all(
    small: TrainingConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(small)
    little_memory(monkeypatch, trainer, 0, OUT_OF_MEMORY[0])
    with pytest.raises(TooLargeBatchError, match="not even with one sample") as caught:
        next(trainer.run())
    assert caught.value.fitting is None


def test_other_errors_are_not_taken_for_a_lack_of_memory(
    small: TrainingConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(small)
    before = copied(trainer)
    with monkeypatch.context() as patched:
        little_memory(patched, trainer, 0, RuntimeError("shapes differ"))
        with pytest.raises(RuntimeError, match="shapes differ"):
            next(trainer.run())
    assert same(copied(trainer), before)

    def broken(_size: int) -> None:
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        fitting_batch_size(8, broken)


def test_a_loss_that_explodes_stops_the_training(
    small: TrainingConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(replace(small, steps=500))
    real, calls = trainer_module.mse_loss, []

    def growing(output: Tensor, target: Tensor) -> Tensor:
        calls.append(None)
        return real(output, target) * 1.1 ** max(0, len(calls) - 60)

    monkeypatch.setattr(trainer_module, "mse_loss", growing)
    with pytest.raises(TrainingDivergedError, match=r"has grown to .*; try a lower learning rate"):
        list(trainer.run())
    assert 80 < trainer.step <= 150
    assert not trainer.is_sound


def test_single_bad_batches_are_no_explosion(
    small: TrainingConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(replace(small, steps=100))
    real, calls = trainer_module.mse_loss, []

    def with_spikes(output: Tensor, target: Tensor) -> Tensor:
        calls.append(None)
        return real(output, target) * (1000.0 if len(calls) % 5 == 0 else 1.0)

    monkeypatch.setattr(trainer_module, "mse_loss", with_spikes)
    assert len(list(trainer.run())) == 100


def test_a_new_training_is_sound(small: TrainingConfiguration) -> None:
    trainer = Trainer(small)
    assert trainer.is_sound
    for _ in trainer.run():
        assert trainer.is_sound


def test_where_looking_costs_time_a_bad_step_is_left_out_and_noticed_later(
    small: TrainingConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on CUDA: the fused Adam is told by a tensor, and the numbers are read now and then."""
    trainer = Trainer(replace(small, steps=90))
    monkeypatch.setattr(trainer._optimiser, "_skips", True)
    monkeypatch.setattr(trainer, "_require_numbers", lambda _loss, _norm: None)
    real, calls = trainer_module.mse_loss, []

    def bad_at_60(output: Tensor, target: Tensor) -> Tensor:
        calls.append(None)
        return real(output, target) * (torch.nan if len(calls) == 60 else 1.0)

    monkeypatch.setattr(trainer_module, "mse_loss", bad_at_60)
    running = trainer.run()
    for _ in range(59):
        next(running)
    good = {name: each.clone() for name, each in trainer.network.state_dict().items()}
    with pytest.raises(TrainingDivergedError, match="not a number after 59 steps"):
        list(running)
    assert len(calls) == 90
    assert trainer.step == len(trainer.history) == 59
    assert same(trainer.network.state_dict(), good)
    assert all(each.isfinite().all() for each in trainer.weights().values())


def test_data_that_are_not_there_are_named_in_one_sentence() -> None:
    with pytest.raises(MissingDataError, match="cifar10 cannot be trained yet: get its data") as e:
        Trainer(preset("cifar10"))
    assert isinstance(e.value.__cause__, UnknownDataSetError)
    assert "\n" not in str(e.value)


def test_too_little_memory_for_the_moments_is_explained(
    small: TrainingConfiguration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are made one after the other in the first step: some are there then, and some are not."""
    trainer = Trainer(small)
    folder = RunFolder(tmp_path / "small.run")
    folder.open_for_writing()
    run = RecordedRun(trainer, folder, print)
    assert run.save()
    zeros_like, made = torch.zeros_like, []

    def limited(*arguments: Any, **options: Any) -> Tensor:
        if len(made) == 3:
            made.append(None)
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        made.append(None)
        return zeros_like(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(torch, "zeros_like", limited)
        with pytest.raises(TooLargeBatchError, match="64 samples a step, but for 32"):
            next(run.run())
    assert len(made) == 4
    assert next(Trainer.resumed(folder.load().state).run()).step == 1


def test_a_device_that_is_gone_leaves_the_last_checkpoint(
    small: TrainingConfiguration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(replace(small, autosave_every=4))
    folder = RunFolder(tmp_path / "small.run")
    folder.open_for_writing()
    problems: list[ExplainedError] = []
    running = RecordedRun(trainer, folder, problems.append).run()
    for _ in range(6):
        next(running)
    gone = torch.AcceleratorError("CUDA error: unspecified launch failure")

    def lost(*_: object) -> None:
        raise gone

    with monkeypatch.context() as patched:
        patched.setattr(trainer.network, "forward", lost)
        patched.setattr(trainer, "state", lost)
        with pytest.raises(DeviceLostError, match="'cpu' does not compute any more: go on from"):
            next(running)
    assert problems == []
    assert folder.load().state.step == 4
    again = Trainer.resumed(folder.load().state, "cpu")
    assert next(again.run()).step == 5
