"""What a noise schedule is looked at by: alpha_bar_t, beta_t and SNR_t, as curves and as numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.ui.number_text import NO_VALUE, format_number
from ddpm_studio.ui.panels.number_field import number_as_typed
from ddpm_studio.ui.panels.time_plot import decade_ticks
from ddpm_studio.ui.plot_style import MAX_CURVE_POINTS, Ticks


class Quantity(Enum):
    """Of a schedule, at every t."""

    ALPHA_BAR = "alpha_bar"
    BETA = "beta"
    SNR = "snr"


QUANTITIES = tuple(Quantity)


@dataclass(frozen=True)
class Scale:
    """The lowest and highest value of a plot, and its ticks."""

    low: float
    high: float
    ticks: Ticks


def heights(quantity: Quantity, schedule: NoiseSchedule) -> NDArray[np.float64]:
    """A curve in the plot's coordinates, shape (T + 1,): SNR as log10; what has no meaning is NaN."""
    if quantity is Quantity.ALPHA_BAR:
        return schedule.alpha_bar
    if quantity is Quantity.BETA:
        return np.concatenate(([np.nan], schedule.beta[1:]))
    return np.concatenate(([np.nan], _log_signal_to_noise(schedule)[1:]))


def _log_signal_to_noise(schedule: NoiseSchedule) -> NDArray[np.float64]:
    """log10 SNR_t, shape (T + 1,), finite from t = 1 on: by sums, as alpha_bar itself may underflow."""
    log_alpha_bar = np.cumsum(np.log1p(-schedule.beta))
    with np.errstate(divide="ignore"):
        log_noise = np.log(-np.expm1(log_alpha_bar))
    return (log_alpha_bar - log_noise) / math.log(10.0)


def curve_points(
    quantity: Quantity, schedule: NoiseSchedule
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of the way from 0 to T, and the heights there; no more points than a plot can show."""
    T = schedule.T
    at = np.unique(np.linspace(0, T, min(T + 1, MAX_CURVE_POINTS)).round().astype(int))
    return at / T, heights(quantity, schedule)[at]


def scale_of(quantity: Quantity, schedules: list[NoiseSchedule]) -> Scale:
    """One in which all of these schedules can be seen."""
    if quantity is Quantity.ALPHA_BAR:
        return Scale(-0.04, 1.08, [(0.0, "0"), (0.5, "0.5"), (1.0, "1")])
    values = np.concatenate([heights(quantity, schedule) for schedule in schedules])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if quantity is Quantity.BETA:
        unit = 10.0 ** math.floor(math.log10(high) + 1e-9)
        tick = math.floor(high / unit + 1e-9) * unit  # a single figure: 0.02 of 0.0234
        return Scale(-0.04 * high, 1.08 * high, [(0.0, "0"), (tick, number_as_typed(tick))])
    margin = 0.06 * max(high - low, 1.0)
    return Scale(low - margin, high + margin, decade_ticks(low - margin, high + margin))


def value_text(quantity: Quantity, schedule: NoiseSchedule, t: int) -> str:
    """The number at t; beta_0 has no meaning."""
    values = {
        Quantity.ALPHA_BAR: schedule.alpha_bar,
        Quantity.BETA: schedule.beta,
        Quantity.SNR: schedule.signal_to_noise,
    }[quantity]
    return NO_VALUE if quantity is Quantity.BETA and t == 0 else format_number(float(values[t]))
