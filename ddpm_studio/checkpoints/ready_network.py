"""A model's denoiser with the fastest form of its network for the samples of a chain."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.networks.denoiser import Denoiser
from ddpm_studio.networks.graphed_network import GraphedNetwork
from ddpm_studio.networks.precision import Precision
from ddpm_studio.networks.recording import DIFFERENCE
from ddpm_studio.networks.sampling_form import sampling_form


def ready(
    model: LoadedModel, piece: Tensor, label: Tensor | None, precision: Precision | str
) -> Denoiser:
    """For samples like ``piece`` (B, …), with labels (B,) or None."""
    asked = str(precision), piece.shape, torch.get_num_threads()
    network, T = model.denoiser.network, model.denoiser.schedule.T
    form = model.forms.get(
        "network", asked, lambda: sampling_form(network, piece, T, label, precision)
    )
    return replace(model.denoiser, network=form)


def ready_alone(
    model: LoadedModel, piece: Tensor, label: Tensor | None, precision: Precision | str
) -> Denoiser:
    """The same for a chain that has no whole steps recorded: on CUDA the network is, by itself."""
    denoiser = ready(model, piece, label, precision)
    if piece.device.type != "cuda":
        return denoiser

    def graphed() -> nn.Module:
        limit = DIFFERENCE[Precision(precision)]
        return GraphedNetwork(denoiser.network, piece, denoiser.schedule.T, label, limit)

    asked = str(precision), piece.shape, label is None
    return replace(denoiser, network=model.forms.get("graphed network", asked, graphed))
