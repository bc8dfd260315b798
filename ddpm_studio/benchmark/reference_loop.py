"""Drives the training loop of github.com/w86763777/pytorch-ddpm from a checkout that the person has.

Its networks and its loss are imported from there and run; none of its code is here. Its data loader
and its logging are left out, which is to its advantage.
"""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.training.configuration import TrainingConfiguration

REFERENCE_FILES = ("model.py", "diffusion.py")
"""What is imported from a checkout of pytorch-ddpm."""


class ReferenceLoop:
    """The steps that its main.py takes, on images that lie in memory."""

    def __init__(self, folder: Path, settings: TrainingConfiguration, images: Tensor) -> None:
        assert isinstance(settings.network, UNetConfiguration)
        self._settings = settings
        self._images = images
        schedule = settings.schedule
        self.network = reference_network(
            reference_module(folder, "model"), settings.network, schedule.T
        )
        diffusion = reference_module(folder, "diffusion")
        self._loss = diffusion.GaussianDiffusionTrainer(
            self.network, schedule.beta_1, schedule.beta_T, schedule.T
        )

    def run(self) -> Iterator[float]:
        """Yield the loss after each step, for ever."""
        settings, network = self._settings, self.network
        average = copy.deepcopy(network)
        adam = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
        warm_up = torch.optim.lr_scheduler.LambdaLR(
            adam, lambda step: min(1.0, step / settings.warm_up_steps)
        )
        while True:
            adam.zero_grad()
            loss = self._batch_loss()
            loss.backward()
            assert settings.gradient_clip is not None
            nn.utils.clip_grad_norm_(network.parameters(), settings.gradient_clip)
            adam.step()
            warm_up.step()
            _average_in(average, network, settings.ema_decay)
            yield loss.item()

    def _batch_loss(self) -> Tensor:
        chosen = torch.randint(len(self._images), (self._settings.batch_size,))
        enabled = self._settings.precision == "bfloat16"
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            loss: Tensor = self._loss(self._images[chosen]).mean()
        return loss


def _average_in(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Tensor by tensor, as there."""
    latest = network.state_dict()
    for name, tensor in average.state_dict().items():
        tensor.copy_(tensor * decay + latest[name] * (1 - decay))


def reference_network(module: Any, settings: UNetConfiguration, T: int) -> nn.Module:
    """The network that these settings mean here, as that project builds it."""
    network: nn.Module = module.UNet(
        T=T,
        ch=settings.channels,
        ch_mult=list(settings.channel_multipliers),
        attn=[settings.level_sizes.index(size) for size in settings.attention_sizes],
        num_res_blocks=settings.blocks_per_level,
        dropout=settings.dropout,
    )
    return network


def reference_module(folder: Path, name: str) -> ModuleType:
    """Of that file, under a name that no other module has."""
    spec = importlib.util.spec_from_file_location(f"pytorch_ddpm_{name}", folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
