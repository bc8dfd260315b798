"""Noise schedules: beta_t, alpha_t = 1 - beta_t and alpha_bar_t = prod_{s<=t} alpha_s (DDPM, eq. 4).

Everything is a float64 array of length T + 1 indexed by t itself, so that t = 0 is the data:
beta[0] = 0 and alpha_bar[0] = 1. This module needs numpy alone, so a window can draw a schedule
before torch is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.diffusion.beta_curves import (
    MAX_STEPS,
    FloatArray,
    ScheduleError,
    checked_ends,
    constant_betas,
    cosine_betas,
    linear_betas,
    listed_betas,
    quadratic_betas,
    sigmoid_betas,
)
from ddpm_studio.explained_error import brief

__all__ = ["MAX_STEPS", "SCHEDULE_KINDS", "NoiseSchedule", "ScheduleConfiguration", "ScheduleError"]

SCHEDULE_KINDS = ("linear", "cosine", "sigmoid", "quadratic", "constant", "custom")
_FROM_TWO_ENDS = ("linear", "sigmoid", "quadratic")


@dataclass(frozen=True)
class ScheduleConfiguration:
    """The numbers from which a schedule is rebuilt exactly; hashable, and plain.

    ``kind`` is one of SCHEDULE_KINDS. What else it needs, None being the rest:
    "linear", "sigmoid", "quadratic"   ``beta_1`` and ``beta_T``, both in (0, 1)
    "constant"                         ``beta_1`` in (0, 1), the beta of every step
    "custom"                           ``betas``, beta_1 … beta_T, T numbers in (0, 1)
    "cosine"                           nothing but T
    """

    kind: str
    T: int
    beta_1: float | None = None
    beta_T: float | None = None
    betas: tuple[float, ...] | None = None

    def build(self) -> NoiseSchedule:
        """The schedule itself. Raises ScheduleError where the numbers allow none."""
        if self.kind in _FROM_TWO_ENDS:
            return self._build_from_ends()
        if self.kind == "cosine":
            return NoiseSchedule.cosine(self.T)
        if self.kind == "constant":
            return self._build_constant()
        if self.kind == "custom":
            return self._build_custom()
        raise ScheduleError(
            "Unknown schedule {kind}: it must be one of {kinds}.",
            kind=brief(repr(self.kind)),
            kinds=", ".join(SCHEDULE_KINDS),
        )

    def _build_from_ends(self) -> NoiseSchedule:
        if self.beta_1 is None or self.beta_T is None:
            raise ScheduleError("This schedule needs both beta_1 and beta_T.")
        builders = {
            "linear": NoiseSchedule.linear,
            "sigmoid": NoiseSchedule.sigmoid,
            "quadratic": NoiseSchedule.quadratic,
        }
        return builders[self.kind](self.T, self.beta_1, self.beta_T)

    def _build_constant(self) -> NoiseSchedule:
        if self.beta_1 is None:
            raise ScheduleError("A constant schedule needs beta_1, the beta of every step.")
        return NoiseSchedule.constant(self.T, self.beta_1)

    def _build_custom(self) -> NoiseSchedule:
        if self.betas is None:
            raise ScheduleError("A custom schedule needs the list of its betas.")
        schedule = NoiseSchedule.from_betas(self.betas)
        if self.T != schedule.T:
            raise ScheduleError(
                "T is {T}, but the list holds {count} betas.",
                T=brief(repr(self.T)),
                count=schedule.T,
            )
        return schedule

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a checkpoint's metadata: those that the kind needs."""
        values: dict[str, Any] = {"kind": self.kind, "T": self.T}
        optional = {"beta_1": self.beta_1, "beta_T": self.beta_T, "betas": self.betas}
        return values | {name: value for name, value in optional.items() if value is not None}


def _frozen(values: NDArray[np.floating[Any]]) -> FloatArray:
    frozen = np.asarray(values, dtype=np.float64)
    frozen.setflags(write=False)
    return frozen


@dataclass(frozen=True, eq=False)
class NoiseSchedule:
    """beta_1 … beta_T and everything that follows from them.

    ``beta`` has shape (T + 1,), float64, read-only, with ``beta[0] = 0``. Build one with a
    classmethod (each raises ScheduleError) or with :meth:`ScheduleConfiguration.build`.
    """

    beta: FloatArray
    configuration: ScheduleConfiguration

    @classmethod
    def _of(cls, values: FloatArray, kind: str, **numbers: Any) -> NoiseSchedule:
        """From beta_1 … beta_T, shape (T,), and what its configuration holds beside kind and T."""
        configuration = ScheduleConfiguration(kind, len(values), **numbers)
        return cls(_frozen(np.concatenate(([0.0], values))), configuration)

    @classmethod
    def linear(cls, T: int, beta_1: float = 1e-4, beta_T: float = 0.02) -> NoiseSchedule:
        """beta_t evenly spaced from beta_1 to beta_T (DDPM, section 4); with T = 1, beta_1 alone."""
        betas = linear_betas(T, beta_1, beta_T)
        return cls._of(betas, "linear", **_ends(beta_1, beta_T))

    @classmethod
    def quadratic(cls, T: int, beta_1: float = 1e-4, beta_T: float = 0.02) -> NoiseSchedule:
        """sqrt(beta_t) evenly spaced, "scaled_linear" in diffusers: :func:`quadratic_betas`."""
        betas = quadratic_betas(T, beta_1, beta_T)
        return cls._of(betas, "quadratic", **_ends(beta_1, beta_T))

    @classmethod
    def sigmoid(cls, T: int, beta_1: float = 1e-4, beta_T: float = 0.02) -> NoiseSchedule:
        """beta_t along a sigmoid, as in GeoDiff and diffusers: :func:`sigmoid_betas`."""
        betas = sigmoid_betas(T, beta_1, beta_T)
        return cls._of(betas, "sigmoid", **_ends(beta_1, beta_T))

    @classmethod
    def constant(cls, T: int, beta: float = 0.01) -> NoiseSchedule:
        """The same beta at every step, in (0, 1)."""
        return cls._of(constant_betas(T, beta), "constant", beta_1=float(beta))

    @classmethod
    def cosine(cls, T: int) -> NoiseSchedule:
        """alpha_bar_t along cos² (Nichol & Dhariwal 2021, eq. 17): :func:`cosine_betas`."""
        return cls._of(cosine_betas(T), "cosine")

    @classmethod
    def from_betas(cls, betas: Sequence[float] | FloatArray) -> NoiseSchedule:
        """Any schedule: beta_1 … beta_T as a list or array of shape (T,), each in (0, 1)."""
        checked = listed_betas(betas)
        return cls._of(checked, "custom", betas=tuple(checked.tolist()))

    @property
    def T(self) -> int:
        """Number of steps; the last index."""
        return len(self.beta) - 1

    @cached_property
    def alpha(self) -> FloatArray:
        """alpha_t = 1 - beta_t, shape (T + 1,)."""
        return _frozen(1.0 - self.beta)

    @cached_property
    def alpha_bar(self) -> FloatArray:
        """alpha_bar_t = prod_{s=1}^{t} alpha_s, shape (T + 1,); alpha_bar[0] = 1."""
        return _frozen(np.cumprod(self.alpha))

    @cached_property
    def marginal_variance(self) -> FloatArray:
        """1 - alpha_bar_t, the variance of q(x_t | x_0), shape (T + 1,); 0 at t = 0 alone.

        Summed as logarithms, since 1 - alpha_bar would round to 0 for the smallest betas.
        """
        return _frozen(-np.expm1(np.cumsum(np.log1p(-self.beta))))

    @cached_property
    def signal_to_noise(self) -> FloatArray:
        """SNR_t = alpha_bar_t / (1 - alpha_bar_t), shape (T + 1,); infinite at t = 0."""
        with np.errstate(divide="ignore", over="ignore"):
            return _frozen(self.alpha_bar / self.marginal_variance)

    @cached_property
    def posterior_variance(self) -> FloatArray:
        """beta_tilde_t = (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) · beta_t (DDPM, eq. 7).

        Shape (T + 1,). beta_tilde_1 = 0: x_0 is known, so nothing is left to draw.
        The value at t = 0 has no meaning and is 0.
        """
        return _frozen(self._per_step(self.marginal_variance[:-1] * self.beta[1:]))

    @cached_property
    def posterior_x_0_coefficient(self) -> FloatArray:
        """sqrt(alpha_bar_{t-1}) beta_t / (1 - alpha_bar_t), shape (T + 1,) (DDPM, eq. 7)."""
        return _frozen(self._per_step(np.sqrt(self.alpha_bar[:-1]) * self.beta[1:]))

    @cached_property
    def posterior_x_t_coefficient(self) -> FloatArray:
        """sqrt(alpha_t) (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t), shape (T + 1,) (DDPM, eq. 7)."""
        return _frozen(self._per_step(np.sqrt(self.alpha[1:]) * self.marginal_variance[:-1]))

    def _per_step(self, numerator: FloatArray) -> FloatArray:
        """numerator_t / (1 - alpha_bar_t) for t = 1 … T, with a 0 put before it for t = 0."""
        return np.concatenate(([0.0], numerator / self.marginal_variance[1:]))


def _ends(beta_1: float, beta_T: float) -> dict[str, float]:
    return dict(zip(("beta_1", "beta_T"), checked_ends(beta_1, beta_T), strict=True))
