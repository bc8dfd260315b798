"""Denoisers that are right: E[x_0 | x_t], the minimum of the loss that networks are trained with.

For a Gaussian mixture it follows from Bayes' rule; for finitely many data it is their average with
weights softmax_i(-||x_t - sqrt(alpha_bar_t) x_i||² / (2 (1 - alpha_bar_t))).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.diffusion.chains import ChainStep
from ddpm_studio.diffusion.gaussian_mixture import FloatArray, GaussianMixture
from ddpm_studio.diffusion.schedule import NoiseSchedule

BATCH_BYTES = 64_000_000


class ExactDenoiser(Protocol):
    """What networks.denoiser.Denoiser offers, but right, and with what remains uncertain."""

    @property
    def schedule(self) -> NoiseSchedule:
        """The schedule for which t is meant."""
        ...

    def predict_x_0(self, x_t: Tensor, t: int) -> Tensor:
        """E[x_0 | x_t], of x_t's shape (N, …); t from 1 to T, the same for all samples."""
        ...

    def posterior_variance(self, x_t: Tensor, t: int) -> Tensor:
        """Var[x_0 | x_t] of every coordinate, of x_t's shape: no prediction's error is smaller."""
        ...


@dataclass(frozen=True)
class MixtureDenoiser:
    """Of x_0 ~ ``mixture``; x_t has shape (N, D). Computed in float64, returned as x_t is."""

    mixture: GaussianMixture
    schedule: NoiseSchedule

    def predict_x_0(self, x_t: Tensor, t: int) -> Tensor:
        """E[x_0 | x_t], shape (N, D), t = 1 … T."""
        return _like(x_t, self.mixture.posterior(self.schedule, _array(x_t), t).mean)

    def posterior_variance(self, x_t: Tensor, t: int) -> Tensor:
        """Var[x_0 | x_t] of every coordinate, shape (N, D), t = 1 … T."""
        return _like(x_t, self.mixture.posterior(self.schedule, _array(x_t), t).variance)

    def sample_previous(self, x_t: Tensor, t: int, generator: torch.Generator) -> Tensor:
        """x_{t-1} ~ q(x_{t-1} | x_t), shape (N, D): the mixture, not its Gaussian approximation."""
        uniforms = torch.rand(len(x_t), generator=generator, dtype=torch.float64)
        normals = torch.randn(x_t.shape, generator=generator, dtype=torch.float64)
        kernel = self.mixture.reverse_kernel(self.schedule, _array(x_t), t)
        return _like(x_t, kernel.sample(uniforms.numpy(), normals.numpy()))


def exact_reverse_chain(
    denoiser: MixtureDenoiser, x_T: Tensor, generator: torch.Generator
) -> Iterator[ChainStep]:
    """x_T, …, x_0 by the true reverse kernels: x_0 is exact where x_T ~ p_T, however small T is.

    ``generator`` is a CPU one. Each step carries E[x_0 | x_t] of the x_t that it left.
    """
    x = x_T
    yield ChainStep(denoiser.schedule.T, x)
    for t in range(denoiser.schedule.T, 0, -1):
        predicted = denoiser.predict_x_0(x, t)
        x = denoiser.sample_previous(x, t, generator)
        yield ChainStep(t - 1, x, predicted)


@dataclass(frozen=True, eq=False)
class FiniteDataDenoiser:
    """Of x_0 drawn uniformly from ``data``, shape (M, …), M >= 1, with or without repeats.

    Computed in float64 where the data lie, returned as x_t is; beyond the data at most about
    ``batch_bytes`` are needed, whatever M and N are. Raises ValueError for a t outside 1 … T and
    for an x_t that is not shaped like the data.
    """

    data: Tensor
    schedule: NoiseSchedule
    batch_bytes: int = BATCH_BYTES

    def __post_init__(self) -> None:
        if self.data.ndim < 2 or len(self.data) == 0:
            raise ValueError(f"Data (M, …) with M >= 1 are needed, not {tuple(self.data.shape)}.")

    def predict_x_0(self, x_t: Tensor, t: int) -> Tensor:
        """E[x_0 | x_t], of x_t's shape (N, …), t = 1 … T."""
        return self._as(x_t, self._moment(x_t, t, 1) + self._centre)

    def posterior_variance(self, x_t: Tensor, t: int) -> Tensor:
        """Var[x_0 | x_t] of every coordinate, of x_t's shape; error 1e-15 of the data's variance."""
        variance = self._moment(x_t, t, 2) - self._moment(x_t, t, 1).square()
        return self._as(x_t, variance.clamp(min=0.0))

    @staticmethod
    def _as(x_t: Tensor, flat: Tensor) -> Tensor:
        return flat.reshape(x_t.shape).to(x_t)

    @cached_property
    def _centre(self) -> Tensor:
        return self.data.flatten(1).mean(dim=0, dtype=torch.float64)

    def _moment(self, x_t: Tensor, t: int, power: int) -> Tensor:
        """E[(x_0 - centre)^power | x_t], float64 (N, D).

        Around the data's centre all numbers are small: so little is lost where distances become
        differences of products.
        """
        if not 1 <= t <= self.schedule.T:
            raise ValueError(f"t must lie between 1 and T = {self.schedule.T}, not {t}.")
        if x_t.shape[1:] != self.data.shape[1:]:
            raise ValueError(f"x_t {tuple(x_t.shape)} is not shaped like the data.")
        x = x_t.flatten(1).to(self.data.device, torch.float64)
        x = x - float(self.schedule.alpha_bar[t]) ** 0.5 * self._centre
        data_rows, x_rows = self._batch_rows(x.shape[1])
        return torch.cat([self._part(part, t, power, data_rows) for part in x.split(x_rows)])

    def _batch_rows(self, dimension: int) -> tuple[int, int]:
        """How many data and how many x_t at once: four arrays of their products fit."""
        numbers = self.batch_bytes // (4 * 8)
        data_rows = min(len(self.data), max(1, numbers // dimension))
        return data_rows, max(1, numbers // max(data_rows, dimension))

    def _part(self, x: Tensor, t: int, power: int, data_rows: int) -> Tensor:
        """One pass over the data; the sums are rescaled whenever a larger logit turns up."""
        signal = float(self.schedule.alpha_bar[t]) ** 0.5
        signal_over_variance = signal / float(self.schedule.marginal_variance[t])
        highest = torch.full_like(x[:, :1], -torch.inf)
        total, weighted = torch.zeros_like(highest), torch.zeros_like(x)
        for block in self.data.flatten(1).split(data_rows):
            x_0 = block.double() - self._centre
            # ||x_t||² is the same for all x_0: it may be left out of ||x_t - a x_0||².
            half_square = signal / 2 * x_0.square().sum(dim=1)
            logits = (x @ x_0.T - half_square) * signal_over_variance
            new_highest = torch.maximum(highest, logits.amax(dim=1, keepdim=True))
            rescale, weights = (highest - new_highest).exp(), (logits - new_highest).exp()
            total = total * rescale + weights.sum(dim=1, keepdim=True)
            weighted = weighted * rescale + weights @ x_0**power
            highest = new_highest
        return weighted / total


def _array(x: Tensor) -> FloatArray:
    values: FloatArray = x.detach().to("cpu", torch.float64).numpy()
    return values


def _like(x: Tensor, values: FloatArray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).to(x)
