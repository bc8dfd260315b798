"""A network together with the schedule and target it was trained for: the model of the chains."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import Target, predicted_x_0
from ddpm_studio.networks.configuration import MlpConfiguration, NetworkConfiguration
from ddpm_studio.networks.mlp import PointMlp
from ddpm_studio.networks.unet import UNet


def build_network(configuration: NetworkConfiguration) -> nn.Module:
    """A fresh network, in training mode, initialised from torch's global generator."""
    if isinstance(configuration, MlpConfiguration):
        return PointMlp(configuration)
    return UNet(configuration)


def parameter_count(network: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


@dataclass(frozen=True)
class Denoiser:
    """Predicts x_0 from (x_t, t); the one interface that chains and views use."""

    network: nn.Module
    schedule: NoiseSchedule
    target: Target
    device: torch.device

    def predict_x_0(self, x_t: Tensor, t: int) -> Tensor:
        """x_t: (N, …) on ``device``; t from 1 to T, the same for all samples."""
        step = torch.full((1,), t, device=self.device)
        return predicted_x_0(self.target, self.network(x_t, step), x_t, self.schedule, step)
