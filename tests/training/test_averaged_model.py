"""The model of a training that goes on: a copy, with the averaged weights, of the run or its file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.training.averaged_model import averaged_model, model_of_run
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.run_checkpoint import load_checkpoint, save_checkpoint
from ddpm_studio.training.run_state import ResumeError
from ddpm_studio.training.trainer import Trainer


def test_the_averaged_model_is_a_copy_that_samples(small: TrainingConfiguration) -> None:
    trainer = Trainer(small)
    running = trainer.run()
    next(running)
    model = averaged_model(trainer)
    before = sample_model(model, 5, 0)
    list(running)
    assert torch.equal(sample_model(model, 5, 0), before)
    assert not torch.equal(sample_model(averaged_model(trainer), 5, 0), before)
    assert model.description.training.steps == 1
    assert not model.denoiser.network.training


def test_who_watches_a_run_draws_the_same_samples(
    small: TrainingConfiguration, tmp_path: Path
) -> None:
    trainer = Trainer(small)
    list(trainer.run())
    save_checkpoint(tmp_path / "x", trainer.state())
    watched = model_of_run(load_checkpoint(tmp_path / "x"))
    assert torch.equal(sample_model(watched, 5, 0), sample_model(averaged_model(trainer), 5, 0))
    assert watched.description.training.steps == 20
    with pytest.raises(ResumeError, match="does not fit"):
        model_of_run(replace(trainer.state(), tensors={}))
