"""The model that a training has made so far, to draw samples with while it goes on."""

from __future__ import annotations

import torch

from ddpm_studio.checkpoints.weights import LoadedModel, assembled
from ddpm_studio.training.model_record import described
from ddpm_studio.training.run_state import ResumeError, RunState
from ddpm_studio.training.trainer import Trainer


def averaged_model(trainer: Trainer, device: torch.device | str | None = None) -> LoadedModel:
    """A copy with the moving-average weights, in evaluation mode; by default on its device.

    To be called between two steps; what it returns is never touched by the training.
    """
    place = trainer.device if device is None else torch.device(device)
    return assembled(trainer.description(), trainer.weights(), place)


def model_of_run(state: RunState, device: torch.device | str = "cpu") -> LoadedModel:
    """The same of a checkpoint, as somebody who watches a run wants it. Raises ResumeError."""
    description = described(
        state.configuration,
        state.class_names,
        state.precision,
        state.step,
        None,
        torch.device(state.device),
    )
    try:
        return assembled(description, state.part("average"), device)
    except RuntimeError as error:
        raise ResumeError("The state of the training does not fit its network.") from error
