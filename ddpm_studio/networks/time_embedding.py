"""Sinusoidal features of t, as in the Transformer (DDPM, appendix B)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ddpm_studio.networks.configuration import FrequencyFormula, TimeOrder


def sinusoidal_features(
    t: Tensor,
    count: int,
    *,
    order: TimeOrder | str = TimeOrder.SIN_COS,
    shift: int = 1,
    formula: FrequencyFormula | str = FrequencyFormula.RATIO_FIRST,
) -> Tensor:
    """[sin(t w_0) … sin(t w_{h-1}), cos(t w_0) … cos(t w_{h-1})], h = count / 2, or another order.

    ``t`` has shape (B,); the result is float32 (B, count), with w_i = 10000^(-i / (h - shift)): a
    shift of 1 is the paper's code, and 0 the Transformer's own formula.
    """
    half = count // 2
    frequencies = _frequencies(half, max(half - shift, 1), formula, t.device)
    angles = t.to(torch.float32)[:, None] * frequencies
    if order == TimeOrder.INTERLEAVED:
        return torch.stack((angles.sin(), angles.cos()), dim=2).flatten(1)
    if order == TimeOrder.COS_SIN:
        return torch.cat((angles.cos(), angles.sin()), dim=1)
    return torch.cat((angles.sin(), angles.cos()), dim=1)


def _frequencies(
    half: int, steps: int, formula: FrequencyFormula | str, device: torch.device
) -> Tensor:
    """10000^(-i / steps), i = 0 … half - 1, rounded as the formula rounds it: float32 (half,)."""
    i = torch.arange(half, dtype=torch.float32, device=device)
    log_period = math.log(10_000.0)
    if formula == FrequencyFormula.PRODUCT_FIRST:
        return torch.exp((-log_period * i) / steps)
    if formula == FrequencyFormula.STEP_FIRST:
        return torch.exp(i * -(log_period / steps))
    return torch.exp(-log_period * (i / steps))
