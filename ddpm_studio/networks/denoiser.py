"""A network together with the schedule and target it was trained for: the model of the chains."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ddpm_studio.diffusion.chains import Prediction
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import Target, implied_x_0, output_scales
from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    MlpConfiguration,
    NetworkConfiguration,
)
from ddpm_studio.networks.lucidrains_unet import LucidrainsUNet
from ddpm_studio.networks.mlp import PointMlp
from ddpm_studio.networks.unet import UNet


def build_network(configuration: NetworkConfiguration) -> nn.Module:
    """A fresh network, in training mode, initialised from torch's global generator."""
    if isinstance(configuration, MlpConfiguration):
        return PointMlp(configuration)
    if isinstance(configuration, LucidrainsConfiguration):
        return LucidrainsUNet(configuration)
    return UNet(configuration)


def parameter_count(network: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


@dataclass(frozen=True)
class Denoiser:
    """Predicts x_0 from (x_t, t); the one interface that chains and views use.

    A network of ``learns_variance`` has twice the sample's channels as its output, of which the
    second half is 2 v - 1, with v the share of the variance (Nichol & Dhariwal 2021, eq. 15).
    """

    network: nn.Module
    schedule: NoiseSchedule
    target: Target
    device: torch.device
    learns_variance: bool = False

    def predict(
        self, x_t: Tensor, t: int, label: Tensor | None = None, before: Tensor | None = None
    ) -> Tensor | Prediction:
        """x_0, with the share of the variance where the network learned it.

        x_t: (N, …) on ``device``; t from 1 to T, the same for all samples; label: (N,) or (1,), of a
        network that was made for classes; before: (N, …), what a network with self-conditioning
        predicted as x_0 at the step before, if there was one.
        """
        # On the CPU, where coefficients are looked up: a GPU need not be waited for.
        step = torch.full((1,), t)
        scales = output_scales(self.target, self.schedule, step, x_t)
        return self.predict_with(scales, x_t, step.to(self.device), label, before)

    def predict_with(
        self,
        scales: tuple[Tensor, Tensor],
        x_t: Tensor,
        t: Tensor,
        label: Tensor | None = None,
        before: Tensor | None = None,
    ) -> Tensor | Prediction:
        """The same with t, (1,), on the device, and the target's :func:`output_scales` at it.

        Nothing is looked up on the CPU, so that the kernels of it can be recorded.
        """
        # No network takes both, and most take neither.
        more = [each for each in (label, before) if each is not None]
        output = self.network(x_t, t, *more)
        if not self.learns_variance:
            return implied_x_0(self.target, output, x_t, scales)
        output, variance = output.chunk(2, dim=1)
        x_0 = implied_x_0(self.target, output, x_t, scales)
        return Prediction(x_0, (variance + 1) / 2)

    def predict_x_0(self, x_t: Tensor, t: int, label: Tensor | None = None) -> Tensor:
        """The same without the variance; of x_t's shape."""
        predicted = self.predict(x_t, t, label)
        return predicted.x_0 if isinstance(predicted, Prediction) else predicted
