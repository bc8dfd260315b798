"""Whether a schedule ends in noise: how far x_T ~ q(x_T | x_0) is from N(0, I). numpy alone.

L_T = KL(q(x_T | x_0) || N(0, I)) (DDPM, eq. 5) per dimension, in the mean over x_0, is
½ (alpha_bar_T (E[x_0²] - 1) - ln(1 - alpha_bar_T)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from ddpm_studio.diffusion.schedule import NoiseSchedule

FIT_SHARE, UNFIT_SHARE = 0.01, 0.05
"""The limits of :attr:`ScheduleAdequacy.misplaced_share` between fit, weak and unfit."""


class Verdict(StrEnum):
    """Whether sampling may begin with N(0, I) in the place of x_T.

    Decided by :attr:`ScheduleAdequacy.misplaced_share`, a bound s on the total variation distance,
    which no Kolmogorov-Smirnov distance D exceeds. At its 5 % level that test sees D in n values
    from about n = (1.36 / D)² on:
    FIT     s <= 1 %: it takes 18,000 values or more to be seen
    WEAK    between
    UNFIT   s > 5 %: 740 values may do, fewer than a window shows
    """

    FIT = "fit"
    WEAK = "weak"
    UNFIT = "unfit"


@dataclass(frozen=True)
class ScheduleAdequacy:
    """How much of the data is left in x_T.

    alpha_bar_T, signal_T     the share of the data's variance that is left, and its square root,
                              the scale of x_0 in x_T; both from 0 to 1
    signal_to_noise_T         alpha_bar_T / (1 - alpha_bar_T)
    L_T_bits                  L_T in bits per dimension, >= 0
    """

    alpha_bar_T: float
    signal_T: float
    signal_to_noise_T: float
    L_T_bits: float

    @property
    def misplaced_share(self) -> float:
        """s = min(1, sqrt(L_T / 2)), L_T in nats per dimension: the verdict's measure.

        By Pinsker's inequality at most the share s of the values of x_T lies where N(0, 1) would
        not have put it.
        """
        return min(1.0, math.sqrt(self.L_T_bits * math.log(2) / 2))

    @property
    def verdict(self) -> Verdict:
        """The measure in a word."""
        if self.misplaced_share <= FIT_SHARE:
            return Verdict.FIT
        return Verdict.WEAK if self.misplaced_share <= UNFIT_SHARE else Verdict.UNFIT


def schedule_adequacy(schedule: NoiseSchedule, mean_square: float = 1.0) -> ScheduleAdequacy:
    """Measure a schedule for data with E[x_0²] = ``mean_square`` >= 0 per dimension.

    Raises ValueError for another mean square.
    """
    if not 0.0 <= mean_square < math.inf:
        raise ValueError(f"E[x_0²] must be finite and at least 0, not {mean_square}.")
    alpha_bar = float(schedule.alpha_bar[-1])
    # Either form loses its digits where the other is exact.
    log_variance = (
        math.log1p(-alpha_bar) if alpha_bar < 0.5 else math.log(schedule.marginal_variance[-1])
    )
    nats = max(0.0, 0.5 * (alpha_bar * (mean_square - 1.0) - log_variance))
    return ScheduleAdequacy(
        alpha_bar_T=alpha_bar,
        signal_T=math.sqrt(alpha_bar),
        signal_to_noise_T=float(schedule.signal_to_noise[-1]),
        L_T_bits=nats / math.log(2),
    )
