"""One step of Algorithm 1 (DDPM) with all its values, for those who want to see it slowly."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class ExplainedStep:
    """A step before it is taken; its values lie on the CPU.

    x_0, noise, x_t, prediction, target  (B, …); t (B,)
    sample_losses                        (B,), whose mean is ``loss``
    label                                (B,), the classes y; None for a network without
    """

    step: int
    x_0: Tensor
    t: Tensor
    noise: Tensor
    x_t: Tensor
    prediction: Tensor
    target: Tensor
    sample_losses: Tensor
    loss: float
    label: Tensor | None = None
