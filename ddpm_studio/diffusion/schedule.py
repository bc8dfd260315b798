"""Noise schedules: beta_t, alpha_t = 1 - beta_t and alpha_bar_t = prod_{s<=t} alpha_s (DDPM, eq. 4).

Everything is a float64 array of length T + 1 indexed by t itself, so that t = 0 is the data:
beta[0] = 0 and alpha_bar[0] = 1. This module needs numpy alone, so a window can draw a schedule
before torch is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.explained_error import ExplainedError, brief

FloatArray = NDArray[np.float64]

MAX_STEPS = 10_000
_COSINE_OFFSET = 0.008  # s of Nichol & Dhariwal 2021, eq. 17
_COSINE_MAX_BETA = 0.999  # "no larger than 0.999 to prevent singularities near t = T"


class ScheduleError(ExplainedError, ValueError):
    """A schedule that cannot exist; the message says which number is wrong and what is allowed."""


@dataclass(frozen=True)
class ScheduleConfiguration:
    """The few numbers from which a schedule is rebuilt exactly.

    ``kind`` is ``"linear"`` (with ``beta_1`` and ``beta_T`` in (0, 1)) or ``"cosine"``
    (which has no free parameter but T; ``beta_1`` and ``beta_T`` are None).
    """

    kind: str
    T: int
    beta_1: float | None = None
    beta_T: float | None = None

    def build(self) -> NoiseSchedule:
        """The schedule itself. Raises ScheduleError where the numbers allow none."""
        if self.kind == "linear":
            if self.beta_1 is None or self.beta_T is None:
                raise ScheduleError("A linear schedule needs both beta_1 and beta_T.")
            return NoiseSchedule.linear(self.T, self.beta_1, self.beta_T)
        if self.kind == "cosine":
            return NoiseSchedule.cosine(self.T)
        raise ScheduleError(
            "Unknown schedule {kind}: it must be 'linear' or 'cosine'.", kind=brief(repr(self.kind))
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a checkpoint's metadata."""
        values: dict[str, Any] = {"kind": self.kind, "T": self.T}
        if self.kind == "linear":
            values |= {"beta_1": self.beta_1, "beta_T": self.beta_T}
        return values


def _checked_steps(T: object) -> int:
    if isinstance(T, bool) or not isinstance(T, (int, np.integer)):
        raise ScheduleError("T must be a whole number of steps, not {T}.", T=brief(repr(T)))
    if not 1 <= T <= MAX_STEPS:
        raise ScheduleError("T must lie between 1 and {most}, not {T}.", most=MAX_STEPS, T=T)
    return int(T)


def _checked_beta(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating, np.integer)):
        raise ScheduleError(
            "{name} must be a number between 0 and 1, not {value}.",
            name=name,
            value=brief(repr(value)),
        )
    if not 0.0 < value < 1.0:
        raise ScheduleError(
            "{name} must lie strictly between 0 and 1, not {value}.", name=name, value=value
        )
    return float(value)


def _frozen(values: NDArray[np.floating[Any]]) -> FloatArray:
    frozen = np.asarray(values, dtype=np.float64)
    frozen.setflags(write=False)
    return frozen


@dataclass(frozen=True, eq=False)
class NoiseSchedule:
    """beta_1 … beta_T and everything that follows from them.

    ``beta`` has shape (T + 1,), float64, read-only, with ``beta[0] = 0``. Build one with
    :meth:`linear`, :meth:`cosine` or :meth:`ScheduleConfiguration.build`.
    """

    beta: FloatArray
    configuration: ScheduleConfiguration

    @classmethod
    def linear(cls, T: int, beta_1: float = 1e-4, beta_T: float = 0.02) -> NoiseSchedule:
        """beta_t evenly spaced from beta_1 to beta_T (DDPM, section 4); with T = 1, beta_1 alone."""
        steps = _checked_steps(T)
        first, last = _checked_beta("beta_1", beta_1), _checked_beta("beta_T", beta_T)
        beta = np.concatenate(([0.0], np.linspace(first, last, steps)))
        return cls(_frozen(beta), ScheduleConfiguration("linear", steps, first, last))

    @classmethod
    def cosine(cls, T: int) -> NoiseSchedule:
        """alpha_bar_t = f(t) / f(0), f(t) = cos²((t/T + s) / (1 + s) · π/2), s = 0.008.

        beta_t = 1 - alpha_bar_t / alpha_bar_{t-1}, clipped at 0.999 (Nichol & Dhariwal 2021,
        eq. 17); alpha_bar is the product after clipping, as in their code.
        """
        steps = _checked_steps(T)
        t = np.arange(steps + 1, dtype=np.float64)
        f = np.cos((t / steps + _COSINE_OFFSET) / (1 + _COSINE_OFFSET) * np.pi / 2) ** 2
        beta = np.concatenate(([0.0], np.minimum(1.0 - f[1:] / f[:-1], _COSINE_MAX_BETA)))
        return cls(_frozen(beta), ScheduleConfiguration("cosine", steps))

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
        with np.errstate(divide="ignore"):
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
