"""Draws samples from a loaded model by its reverse chain, in batches of bounded memory."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.diffusion.chains import ChainStep, initial_noise, reverse_chain
from ddpm_studio.diffusion.gaussians import ReverseVariance
from ddpm_studio.networks.configuration import NetworkConfiguration, UNetConfiguration

_ACTIVATION_BYTES = 256_000_000
_LIVE_FEATURE_MAPS = 24  # full-resolution maps at once: the skips, a block's own and its im2col
_LARGEST_BATCH = {True: 256, False: 8192}  # images, points; larger ones only spill the caches


def batch_sizes(network: NetworkConfiguration, count: int) -> list[int]:
    """How ``count`` samples are divided. Depends on nothing but its arguments, so that a seed
    means the same samples on every machine. Raises ValueError where count < 1.
    """
    if count < 1:
        raise ValueError(f"The number of samples must be at least 1, not {count}.")
    is_image = isinstance(network, UNetConfiguration)
    width = network.channels if isinstance(network, UNetConfiguration) else network.width
    sample_bytes = 4 * width * math.prod(network.sample_shape[1:]) * _LIVE_FEATURE_MAPS
    largest = max(1, min(_LARGEST_BATCH[is_image], _ACTIVATION_BYTES // sample_bytes))
    whole, rest = divmod(count, largest)
    return [largest] * whole + [rest] * (rest > 0)


def sampling_steps(model: LoadedModel, count: int, seed: int) -> Iterator[ChainStep]:
    """The reverse chains of all batches, one after the other: T + 1 steps for each batch.

    A step with t = 0 ends its batch and holds the samples, (batch, *sample_shape). The variance and
    the clipping are those of the model's description. Raises NotFiniteError as the chain does.
    """
    description, denoiser = model.description, model.denoiser
    sample_shape = description.network.sample_shape
    # On the CPU whatever the device, so that the same seed gives the same noise everywhere.
    generator = torch.Generator().manual_seed(seed)
    for batch in batch_sizes(description.network, count):
        yield from reverse_chain(
            denoiser.schedule,
            denoiser.predict_x_0,
            initial_noise(batch, sample_shape, generator, denoiser.device),
            generator,
            variance=ReverseVariance(description.variance),
            clip=description.clip,
        )


def sample_model(model: LoadedModel, count: int, seed: int) -> Tensor:
    """``count`` samples x_0, float32 (count, *sample_shape) on the CPU.

    Where they fit one batch, they are those that any chain drawn with ``seed`` ends in.
    """
    batches = [step.x.to("cpu") for step in sampling_steps(model, count, seed) if step.t == 0]
    return torch.cat(batches)
