"""Sinusoidal features of t, as in the Transformer (DDPM, appendix B)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ddpm_studio.networks.configuration import TimeOrder


def sinusoidal_features(
    t: Tensor, count: int, *, order: TimeOrder | str = TimeOrder.SIN_COS, shift: int = 1
) -> Tensor:
    """[sin(t w_0) … sin(t w_{h-1}), cos(t w_0) … cos(t w_{h-1})], h = count / 2, or another order.

    ``t`` has shape (B,); the result is float32 (B, count), with w_i = 10000^(-i / (h - shift)): a
    shift of 1 is the paper's code, and 0 the Transformer's own formula.
    """
    half = count // 2
    exponents = torch.arange(half, dtype=torch.float32, device=t.device) / max(half - shift, 1)
    angles = t.to(torch.float32)[:, None] * torch.exp(-math.log(10_000.0) * exponents)
    if order == TimeOrder.INTERLEAVED:
        return torch.stack((angles.sin(), angles.cos()), dim=2).flatten(1)
    if order == TimeOrder.COS_SIN:
        return torch.cat((angles.cos(), angles.sin()), dim=1)
    return torch.cat((angles.sin(), angles.cos()), dim=1)
