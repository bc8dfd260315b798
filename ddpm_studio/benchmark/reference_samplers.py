"""The reverse steps of other projects with weights of ours: pytorch-ddpm from a checkout, diffusers.

Their networks and samplers are imported and run; none of their code is here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ddpm_studio.benchmark.reference_loop import reference_module, reference_network
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.networks.configuration import UNetConfiguration

Steps = Callable[[Tensor, int], Tensor]
"""(x_T of shape (N, …), how many steps) -> x after as many reverse steps."""


def pytorch_ddpm_network(folder: Path, description: ModelDescription) -> nn.Module:
    """A fresh network of that project, as these settings mean it there."""
    assert isinstance(description.network, UNetConfiguration)
    module = reference_module(folder, "model")
    return reference_network(module, description.network, description.schedule.T)


def pytorch_ddpm_steps(folder: Path, network: nn.Module, description: ModelDescription) -> Steps:
    """Its sampler, which takes as many steps as its T says."""
    diffusion = reference_module(folder, "diffusion")
    schedule, size = description.schedule, description.network.sample_shape[-1]

    def run(x_T: Tensor, steps: int) -> Tensor:
        sampler = diffusion.GaussianDiffusionSampler(
            network,
            schedule.beta_1,
            schedule.beta_T,
            steps,
            size,
            mean_type="epsilon",
            var_type="fixedlarge",
        )
        with torch.inference_mode():
            x_0: Tensor = sampler(x_T)
        return x_0

    return run


def diffusers_steps(folder: Path) -> tuple[nn.Module, Steps]:
    """Of a folder that diffusers opens: its network, and the steps that its pipeline takes."""
    from diffusers import DDPMPipeline

    pipeline: Any = DDPMPipeline.from_pretrained(str(folder), use_safetensors=True)
    pipeline.unet.eval()

    def run(x_T: Tensor, steps: int) -> Tensor:
        pipeline.scheduler.set_timesteps(steps)
        x = x_T
        with torch.inference_mode():
            for t in pipeline.scheduler.timesteps:
                x = pipeline.scheduler.step(pipeline.unet(x, t).sample, t, x).prev_sample
        return x

    return pipeline.unet, run
