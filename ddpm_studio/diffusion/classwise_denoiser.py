"""What is exact where the class y of every x_t is known: E[x_0 | x_t, y] and Var[x_0 | x_t, y]."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.diffusion.exact_denoisers import ExactDenoiser
from ddpm_studio.diffusion.schedule import NoiseSchedule


@dataclass(frozen=True, eq=False)
class ClasswiseDenoiser:
    """An ExactDenoiser for N samples, each of which is left to the denoiser of its class.

    denoisers  by class, at least one; all of one schedule
    labels     int64 (N,), all of them among ``denoisers``
    """

    denoisers: Mapping[int, ExactDenoiser]
    labels: Tensor

    @property
    def schedule(self) -> NoiseSchedule:
        """The schedule for which t is meant."""
        return next(iter(self.denoisers.values())).schedule

    def predict_x_0(self, x_t: Tensor, t: int) -> Tensor:
        """E[x_0 | x_t, y], of x_t's shape (N, …); t from 1 to T."""
        return self._by_class(x_t, lambda denoiser, rows: denoiser.predict_x_0(rows, t))

    def posterior_variance(self, x_t: Tensor, t: int) -> Tensor:
        """Var[x_0 | x_t, y] of every coordinate, of x_t's shape."""
        return self._by_class(x_t, lambda denoiser, rows: denoiser.posterior_variance(rows, t))

    def _by_class(self, x_t: Tensor, ask: Callable[[ExactDenoiser, Tensor], Tensor]) -> Tensor:
        found = torch.empty_like(x_t)
        for label in self.labels.unique().tolist():
            rows = self.labels == label
            found[rows] = ask(self.denoisers[label], x_t[rows])
        return found
