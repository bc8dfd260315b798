"""beta_1 … beta_T of every kind of schedule, from its few numbers; numpy alone.

Each function returns a float64 array of shape (T,), beta_1 first, with values in (0, 1), and raises
ScheduleError where its numbers allow no schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.explained_error import ExplainedError, brief

FloatArray = NDArray[np.float64]

MAX_STEPS = 10_000
_COSINE_OFFSET = 0.008  # s of Nichol & Dhariwal 2021, eq. 17
_COSINE_MAX_BETA = 0.999  # "no larger than 0.999 to prevent singularities near t = T"
_SIGMOID_REACH = 6.0


class ScheduleError(ExplainedError, ValueError):
    """A schedule that cannot exist; the message says which number is wrong and what is allowed."""


def linear_betas(T: int, beta_1: float, beta_T: float) -> FloatArray:
    """Evenly spaced from beta_1 to beta_T (DDPM, section 4); with T = 1, beta_1 alone."""
    first, last = checked_ends(beta_1, beta_T)
    return np.linspace(first, last, checked_steps(T))


def quadratic_betas(T: int, beta_1: float, beta_T: float) -> FloatArray:
    """beta_t = r_t², r evenly spaced from sqrt(beta_1) to sqrt(beta_T); with T = 1, beta_1 alone.

    "scaled_linear" in diffusers, the schedule of latent diffusion (Rombach et al. 2022, their code)
    and "quad" in DDPM's own.
    """
    first, last = checked_ends(beta_1, beta_T)
    roots = np.linspace(first**0.5, last**0.5, checked_steps(T))
    # The square of a root may be rounded up, even to 1.
    return np.clip(roots**2, min(first, last), max(first, last))


def sigmoid_betas(T: int, beta_1: float, beta_T: float) -> FloatArray:
    """beta_t = beta_1 + (beta_T - beta_1) / (1 + exp(-u_t)), u evenly spaced from -6 to 6.

    "sigmoid" in diffusers, from GeoDiff (Xu et al. 2022, their code). It is a sigmoid of beta, not
    the one of alpha_bar that Jabri et al. 2023 propose. The ends are not quite reached: the first
    is 0.25 % of the way, the last 99.75 %; with T = 1, the first alone.
    """
    first, last = checked_ends(beta_1, beta_T)
    u = np.linspace(-_SIGMOID_REACH, _SIGMOID_REACH, checked_steps(T))
    share = 1.0 / (1.0 + np.exp(-u))
    return np.clip(first + (last - first) * share, min(first, last), max(first, last))


def constant_betas(T: int, beta: float) -> FloatArray:
    """The same beta at every step: alpha_bar_t = (1 - beta)^t."""
    return np.full(checked_steps(T), _checked_beta("beta", beta))


def cosine_betas(T: int) -> FloatArray:
    """alpha_bar_t = f(t) / f(0), f(t) = cos²((t/T + s) / (1 + s) · π/2), s = 0.008.

    beta_t = 1 - alpha_bar_t / alpha_bar_{t-1}, clipped at 0.999 (Nichol & Dhariwal 2021, eq. 17);
    alpha_bar is the product after clipping, as in their code.
    """
    steps = checked_steps(T)
    t = np.arange(steps + 1, dtype=np.float64)
    f = np.cos((t / steps + _COSINE_OFFSET) / (1 + _COSINE_OFFSET) * np.pi / 2) ** 2
    return np.minimum(1.0 - f[1:] / f[:-1], _COSINE_MAX_BETA)


def listed_betas(betas: Sequence[float] | FloatArray) -> FloatArray:
    """The betas of a list, tuple or array of shape (T,), 1 <= T <= MAX_STEPS, each checked."""
    flat = not isinstance(betas, np.ndarray) or betas.ndim == 1
    if not isinstance(betas, (list, tuple, np.ndarray)) or not flat:
        raise ScheduleError(
            "The betas must be a list of numbers, not {betas}.", betas=brief(repr(betas))
        )
    if not 1 <= len(betas) <= MAX_STEPS:
        raise ScheduleError(
            "The list must hold from 1 to {most:,} numbers, not {count:,}.",
            most=MAX_STEPS,
            count=len(betas),
        )
    return np.array([_checked_beta(f"beta_{t}", beta) for t, beta in enumerate(betas, 1)])


def betas_of_alpha_bars(alpha_bars: Sequence[float] | FloatArray) -> FloatArray:
    """beta_t = 1 - alpha_bar_t / alpha_bar_{t-1} of alpha_bar_1 … alpha_bar_T, with alpha_bar_0 = 1.

    They must fall strictly from below 1 and stay above 0.
    """
    before = 1.0
    for t, after in enumerate(alpha_bars, 1):
        if not 0.0 < after < before:
            raise ScheduleError(
                "alpha_bar_{t} = {value} must lie between 0 and the one before it, {before}.",
                t=t,
                value=brief(str(after)),
                before=before,
            )
        before = after
    steps = np.concatenate(([1.0], np.asarray(alpha_bars, np.float64)))
    return listed_betas(1.0 - steps[1:] / steps[:-1])


def checked_steps(T: object) -> int:
    """T as an int from 1 to MAX_STEPS."""
    if isinstance(T, bool) or not isinstance(T, (int, np.integer)):
        raise ScheduleError("T must be a whole number of steps, not {T}.", T=brief(repr(T)))
    if not 1 <= T <= MAX_STEPS:
        raise ScheduleError("T must lie between 1 and {most}, not {T}.", most=MAX_STEPS, T=T)
    return int(T)


def checked_ends(beta_1: object, beta_T: object) -> tuple[float, float]:
    """(beta_1, beta_T) as floats in (0, 1)."""
    return _checked_beta("beta_1", beta_1), _checked_beta("beta_T", beta_T)


def _checked_beta(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating, np.integer)):
        raise ScheduleError(
            "{name} must be a number between 0 and 1, not {value}.",
            name=name,
            value=brief(repr(value)),
        )
    if not 0.0 < value < 1.0:
        raise ScheduleError(
            "{name} must lie strictly between 0 and 1, not {value}.",
            name=name,
            value=brief(str(value)),
        )
    return float(value)
