"""The numbers of every step of a reverse chain, as rows of one tensor on the chain's device.

What a step does is then the same for every sampler: of a network's output o, with the numbers a, b
of its target (targets.implied_x_0),

    x_0 = implied_x_0(o, x_t; a, b), limited to [-clip, clip]
    x_{t-1} = of_x_0 · x_0 + of_x_t · x_t + sqrt(variance) z

in which a learned variance is made of the range's two ends instead. A GPU can record that once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ddpm_studio.diffusion.gaussians import (
    StepCoefficients,
    ddim_coefficients,
    learned_log_range,
    reverse_coefficients,
)
from ddpm_studio.diffusion.respacing import RespacedSchedule
from ddpm_studio.diffusion.sampler_configuration import (
    ReverseVariance,
    SamplerConfiguration,
    SamplerKind,
)
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import Target, output_scales

COLUMNS = 8


@dataclass(frozen=True, eq=False)
class StepNumbers:
    """One row: tensors of no dimension."""

    scales: tuple[Tensor, Tensor]
    coefficients: StepCoefficients
    log_range: tuple[Tensor, Tensor]
    clip: Tensor

    @classmethod
    def of(cls, row: Tensor) -> StepNumbers:
        """Of a row (COLUMNS,), as views of it."""
        of_signal, of_rest, of_x_0, of_x_t, variance, low, high, clip = row.unbind()
        coefficients = StepCoefficients(of_x_0, of_x_t, variance)
        return cls((of_signal, of_rest), coefficients, (low, high), clip)


@dataclass(frozen=True, eq=False)
class StepTable:
    """Of the steps i = 0 … S of a path; those of i = 0 have no meaning.

    rows   (S + 1, COLUMNS) float32, computed in float64: :class:`StepNumbers`
    times  (S + 1,) int64, the t that the network is asked with
    draws  (S + 1,) on the CPU, whether a step draws z
    """

    rows: Tensor
    times: Tensor
    draws: NDArray[np.bool_]


def learns(sampler: SamplerConfiguration) -> bool:
    """Whether it takes the variance that a network learned."""
    is_ancestral = sampler.kind == SamplerKind.ANCESTRAL
    return is_ancestral and sampler.variance == ReverseVariance.LEARNED_RANGE


def step_table(
    target: Target,
    schedule: NoiseSchedule,
    path: RespacedSchedule,
    sampler: SamplerConfiguration,
    device: torch.device | str,
) -> StepTable:
    """For a network with that target, trained with ``schedule``, of which the path is a part."""
    times = torch.from_numpy(path.times.copy())
    scales = output_scales(target, schedule, times, torch.empty(len(times), dtype=torch.float64))
    steps = [_numbers(path.schedule, i, sampler) for i in range(1, path.steps + 1)]
    rows = np.column_stack((*scales, np.array([[math.nan] * 6, *steps])))
    draws = rows[:, 4] > 0
    if learns(sampler):
        draws = np.arange(path.steps + 1) > 1
    numbers = torch.from_numpy(rows).to(torch.float32)
    return StepTable(numbers.to(device), times.to(device), draws)


def _numbers(schedule: NoiseSchedule, i: int, sampler: SamplerConfiguration) -> tuple[float, ...]:
    """The last six columns."""
    clip = math.inf if sampler.clip is None else sampler.clip
    of = _coefficients(schedule, i, sampler)
    floats = float(of.of_x_0), float(of.of_x_t), float(of.variance)
    return (*floats, *learned_log_range(schedule, i), clip)


def _coefficients(
    schedule: NoiseSchedule, i: int, sampler: SamplerConfiguration
) -> StepCoefficients:
    if sampler.kind == SamplerKind.DDIM:
        return ddim_coefficients(schedule, i, sampler.eta)
    # A learned variance takes the place of this one.
    kind = ReverseVariance.FIXED_SMALL if learns(sampler) else sampler.variance
    return reverse_coefficients(schedule, i, kind)
