"""What one step of a training says, and many of them read at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """One optimiser step; ``step`` counts from 1.

    Its numbers lie on the device until somebody reads them, which waits for the device: a driver
    reads many steps at once, by :func:`read_steps`.

    learning_rate         of this step
    loss_tensor           the batch's mean squared error, a scalar
    gradient_norm_tensor  of all gradients together, before they were clipped; a scalar
    t, sample_losses      of each sample of this process, (B,): its t and its mean squared error
    """

    step: int
    learning_rate: float
    loss_tensor: Tensor
    gradient_norm_tensor: Tensor
    t: Tensor
    sample_losses: Tensor

    @property
    def loss(self) -> float:
        """The batch's mean squared error."""
        return float(self.loss_tensor)

    @property
    def gradient_norm(self) -> float:
        """Of all gradients together, before they were clipped."""
        return float(self.gradient_norm_tensor)


@dataclass(frozen=True, eq=False)
class StepNumbers:
    """Numbers of N consecutive steps, the first of which is ``first_step``.

    loss, gradient_norm  float32 (N,)
    t, sample_losses     (N, B)
    """

    first_step: int
    loss: NDArray[np.float32]
    gradient_norm: NDArray[np.float32]
    t: NDArray[np.int64]
    sample_losses: NDArray[np.float32]


def read_steps(steps: Sequence[TrainingStep]) -> StepNumbers:
    """Read consecutive steps of one trainer, at least one, from the device at once."""
    scalars = [each.loss_tensor for each in steps] + [each.gradient_norm_tensor for each in steps]
    loss, gradient_norm = torch.stack(scalars).float().cpu().numpy().reshape(2, -1)
    return StepNumbers(
        steps[0].step,
        loss,
        gradient_norm,
        torch.stack([each.t for each in steps]).cpu().numpy(),
        torch.stack([each.sample_losses for each in steps]).cpu().numpy(),
    )
