"""Loss, learning rate and samples for TensorBoard, an optional extra."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training.averaged_model import averaged_model
from ddpm_studio.training.trainer import Trainer

_SCALARS_SECONDS = 1.0
_SAMPLES_SECONDS = 60.0
_IMAGES, _POINTS, _CHAIN_STEPS = 64, 2000, 50
_PICTURE_SIZE, _PICTURE_REACH = 256, 3.0  # pixels; data have variance 1


class TensorBoardMissingError(ExplainedError):
    """TensorBoard is asked for and not installed."""


class TensorBoardLog:
    """Follows a trainer between its steps. Raises TensorBoardMissingError."""

    def __init__(self, folder: Path, trainer: Trainer) -> None:
        self._writer = _writer(folder, trainer.step)
        self._trainer = trainer
        self._written = trainer.step
        self._scalars_at = self._samples_at = time.monotonic()

    def follow(self) -> None:
        """To be called after each step."""
        now = time.monotonic()
        if now - self._scalars_at > _SCALARS_SECONDS:
            self._scalars_at = now
            self._write_scalars()
        if now - self._samples_at > _SAMPLES_SECONDS:
            self._write_samples()
            self._samples_at = time.monotonic()

    def finish(self) -> None:
        """Write what is left, and samples of the end."""
        if self._trainer.step > self._written:
            self._write_scalars()
            self._write_samples()

    def close(self) -> None:
        """Let go of the files."""
        self._writer.close()

    def _write_scalars(self) -> None:
        """Means over the steps since the last time."""
        step = self._trainer.step
        losses, norms = self._trainer.history.since(self._written)
        if len(losses):
            rate = self._trainer.configuration.learning_rate_at(step - 1)
            self._writer.add_scalar("loss", float(losses.mean()), step)
            self._writer.add_scalar("gradient norm", float(norms.mean()), step)
            self._writer.add_scalar("learning rate", rate, step)
        self._written = step

    def _write_samples(self) -> None:
        """Always of the same noise, so that two times can be compared."""
        model = averaged_model(self._trainer)
        shape = model.description.network.sample_shape
        sampler = model.description.sampler
        if model.denoiser.schedule.T > _CHAIN_STEPS:
            sampler = type(sampler)("ddim", steps=_CHAIN_STEPS, clip=sampler.clip)
        samples = sample_model(model, _IMAGES if len(shape) == 3 else _POINTS, 0, sampler)
        if len(shape) == 3:
            self._writer.add_image("samples", image_grid(samples), self._trainer.step)
        elif shape == (2,):
            self._writer.add_image("samples", scatter_picture(samples), self._trainer.step)
        else:
            self._writer.add_histogram("samples", samples.numpy(), self._trainer.step)


def image_grid(samples: Tensor) -> Tensor:
    """(N, C, H, W) in [-1, 1] as one picture (C, rows · H, columns · W) in [0, 1]."""
    columns = math.ceil(math.sqrt(len(samples)))
    rows = math.ceil(len(samples) / columns)
    _, channels, height, width = samples.shape
    grid = torch.zeros(rows * columns, channels, height, width)
    grid[: len(samples)] = (samples.clamp(-1, 1) + 1) / 2
    cells = grid.reshape(rows, columns, channels, height, width).permute(2, 0, 3, 1, 4)
    return cells.reshape(channels, rows * height, columns * width)


def scatter_picture(samples: Tensor) -> Tensor:
    """(N, 2) as black points on white, (1, H, W); the second coordinate points up."""
    reach = [-_PICTURE_REACH, _PICTURE_REACH]
    x, y = samples.double().numpy().T
    counts, _, _ = np.histogram2d(-y, x, bins=_PICTURE_SIZE, range=[reach, reach])
    return torch.from_numpy(1.0 - np.minimum(counts, 1.0)).float()[None]


def _writer(folder: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise TensorBoardMissingError(
            "TensorBoard is not installed: install “ddpm-studio[tensorboard]”, or leave "
            "--tensorboard out."
        ) from error
    return SummaryWriter(str(folder), purge_step=step + 1)
