"""The model that a training has made so far, to draw samples with while it goes on."""

from __future__ import annotations

import torch
from torch import Tensor

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.diffusion.targets import Target
from ddpm_studio.networks.denoiser import Denoiser, build_network
from ddpm_studio.training.model_record import described
from ddpm_studio.training.run_state import ResumeError, RunState
from ddpm_studio.training.trainer import Trainer


def averaged_model(trainer: Trainer, device: torch.device | str | None = None) -> LoadedModel:
    """A copy with the moving-average weights, in evaluation mode; by default on its device.

    To be called between two steps; what it returns is never touched by the training.
    """
    place = trainer.device if device is None else torch.device(device)
    return _model(trainer.description(), trainer.weights(), place)


def model_of_run(state: RunState, device: torch.device | str = "cpu") -> LoadedModel:
    """The same of a checkpoint, as somebody who watches a run wants it. Raises ResumeError."""
    description = described(
        state.configuration, state.precision, state.step, None, torch.device(state.device)
    )
    try:
        return _model(description, state.part("average"), torch.device(device))
    except RuntimeError as error:
        raise ResumeError("The state of the training does not fit its network.") from error


def _model(
    description: ModelDescription, weights: dict[str, Tensor], device: torch.device
) -> LoadedModel:
    with torch.device("meta"):
        network = build_network(description.network)
    network.load_state_dict(weights, assign=True)
    network.requires_grad_(False).eval().to(device)
    target, schedule = Target(description.target), description.schedule.build()
    return LoadedModel(description, Denoiser(network, schedule, target, device))
