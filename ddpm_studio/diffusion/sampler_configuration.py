"""How the reverse chain is sampled, as plain values that a window can edit before torch is imported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ddpm_studio.explained_error import ExplainedError, brief

MAX_CLIP = 1000.0
"""Data have a variance of about 1: a limit beyond that would limit nothing."""


class SamplerError(ExplainedError, ValueError):
    """A sampler that cannot exist; the message says which setting is wrong and what is allowed."""


class SamplerKind(StrEnum):
    """Which p_theta(x_{t-1} | x_t) takes the steps."""

    ANCESTRAL = "ancestral"  # DDPM, Algorithm 2
    DDIM = "ddim"  # Song, Meng & Ermon 2021, eq. 12


class ReverseVariance(StrEnum):
    """Which variance p_theta(x_{t-1} | x_t) has: a fixed one (DDPM, section 3.2), or a learned one."""

    FIXED_LARGE = "fixed-large"  # sigma_t² = beta_t, best where x_0 ~ N(0, I)
    FIXED_SMALL = "fixed-small"  # sigma_t² = beta_tilde_t, best where x_0 is a single point
    LEARNED_RANGE = "learned-range"  # between the two, by the network (Nichol & Dhariwal 2021)


FIXED_VARIANCES = (ReverseVariance.FIXED_LARGE, ReverseVariance.FIXED_SMALL)
"""Those that any network can be sampled with."""


@dataclass(frozen=True)
class SamplerConfiguration:
    """A sampler apart from its model. Raises SamplerError for values outside their ranges.

    kind      "ancestral" or "ddim"
    eta       of DDIM, 0 to 1: 0 draws nothing but x_T, 1 has the law of the ancestral sampler with
              the variance "fixed-small"; the ancestral sampler ignores it
    steps     how many of the schedule's T steps are taken, evenly spaced; None for all
    variance  "fixed-large", "fixed-small" or, of a network that learned it, "learned-range", of the
              ancestral sampler; DDIM ignores it
    clip      predictions of x_0 are limited to [-clip, clip] before the mean is formed, at most
              MAX_CLIP; None for no limit
    """

    kind: str = SamplerKind.ANCESTRAL
    eta: float = 0.0
    steps: int | None = None
    variance: str = ReverseVariance.FIXED_LARGE
    clip: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in tuple(SamplerKind):
            raise SamplerError(
                "Unknown sampler {kind}: it must be one of {kinds}.",
                kind=brief(repr(self.kind)),
                kinds=", ".join(SamplerKind),
            )
        if self.variance not in tuple(ReverseVariance):
            raise SamplerError(
                "Unknown variance {variance}: it must be one of {variances}.",
                variance=brief(repr(self.variance)),
                variances=", ".join(ReverseVariance),
            )
        self._require_numbers()

    def _require_numbers(self) -> None:
        if not _is_number(self.eta) or not 0.0 <= self.eta <= 1.0:
            raise SamplerError(
                "eta must be a number from 0 to 1, not {eta}.", eta=brief(str(self.eta))
            )
        if self.steps is not None and (type(self.steps) is not int or self.steps < 1):
            raise SamplerError(
                "The number of steps must be a whole number from 1 on, not {steps}.",
                steps=brief(str(self.steps)),
            )
        if self.clip is not None and not (_is_number(self.clip) and 0.0 < self.clip <= MAX_CLIP):
            raise SamplerError(
                "The limit of x_0 must be above 0 and at most {most:g}, not {clip}.",
                most=MAX_CLIP,
                clip=brief(str(self.clip)),
            )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
