"""What a measurement of a model says: its values, and what follows from them (no torch)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ddpm_studio.diffusion.bound import VariationalBound
    from ddpm_studio.diffusion.denoising_error import DenoisingErrors


class Floor(Enum):
    """What the smallest possible denoising error is known for."""

    LAW = "law"  # of the data's own law: no network can beat it
    TRAINING_SET = (
        "training set"  # of the finitely many training images: reached by learning them by heart
    )
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class MeasurementPlan:
    """What is measured, and with how much.

    T             of the model's schedule
    steps         t at which the denoising error is measured, from the noise to the data: the
                  middles of equal parts of 1 … T, so that means over them are those over all t
    error_count   x_0 of the denoising error; of images training images
    bound_count   x_0 of the bound, which is measured at every t; of images held-out ones
    levels        number of grey levels, or None where x_0 is continuous
    """

    T: int
    steps: tuple[int, ...]
    error_count: int
    bound_count: int
    floor: Floor
    levels: int | None
    seed: int

    @property
    def error_work(self) -> int:
        """Evaluations of the network for the denoising error."""
        return len(self.steps) * self.error_count

    @property
    def work(self) -> int:
        """Evaluations of the network altogether."""
        return self.error_work + self.T * self.bound_count

    @property
    def has_images(self) -> bool:
        """Whether x_0 are images, of which some are held out."""
        return self.levels is not None


@dataclass(frozen=True, eq=False)
class Measurement:
    """What is known after ``done`` of the plan's work; None where nothing was measured yet."""

    plan: MeasurementPlan
    done: int = 0
    errors: DenoisingErrors | None = None
    bound: VariationalBound | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return self.done == self.plan.work

    @property
    def verdict(self) -> Verdict | None:
        """How far the network's error is above the floor; None before that is measured, or unknown."""
        if self.errors is None or self.done < self.plan.error_work:
            return None
        if self.plan.floor is Floor.UNKNOWN:
            return None
        return _verdict(self.errors)


@dataclass(frozen=True)
class Verdict:
    """excess_ratio: mean excess over mean floor, both over t; half of the excess is at t <= half_t."""

    excess_ratio: float
    half_t: int

    @property
    def percent(self) -> float:
        """The ratio in percent."""
        return 100 * self.excess_ratio


def _verdict(errors: DenoisingErrors) -> Verdict:
    summed = np.nancumsum(errors.excess.value)
    half_t = int(np.searchsorted(summed, summed[-1] / 2))
    return Verdict(errors.excess.mean / errors.floor.mean, half_t)


@dataclass(frozen=True)
class BoundTerm:
    """A row of the bound's table, in nats; NaN where it is not known."""

    nats: float
    standard_error: float
    dimension: int

    @property
    def bits_per_dimension(self) -> float:
        """The value divided by D ln 2."""
        return self.nats / (self.dimension * math.log(2))

    @property
    def error_in_bits_per_dimension(self) -> float:
        """The standard error divided by D ln 2."""
        return self.standard_error / (self.dimension * math.log(2))


def bound_terms(bound: VariationalBound) -> tuple[BoundTerm, BoundTerm, BoundTerm, BoundTerm]:
    """L_T, L_1 + … + L_{T-1}, L_0 and their sum.

    One x_0 is in all terms, so that the standard error of the second cannot be had from theirs.
    """
    nats, errors, dimension = bound.nats, bound.standard_error, bound.dimension
    return (
        BoundTerm(float(nats[-1]), float(errors[-1]), dimension),
        BoundTerm(float(nats[1:-1].sum()), math.nan, dimension),
        BoundTerm(float(nats[0]), float(errors[0]), dimension),
        BoundTerm(bound.total, bound.total_standard_error, dimension),
    )
