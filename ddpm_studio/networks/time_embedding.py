"""Sinusoidal features of t, as in the Transformer (DDPM, appendix B)."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def sinusoidal_features(t: Tensor, count: int) -> Tensor:
    """[sin(t w_0) … sin(t w_{h-1}), cos(t w_0) … cos(t w_{h-1})], h = count / 2.

    ``t`` has shape (B,); the result is float32 (B, count), with w_i = 10000^(-i / (h - 1)) as in
    the paper's code.
    """
    half = count // 2
    exponents = torch.arange(half, dtype=torch.float32, device=t.device) / max(half - 1, 1)
    angles = t.to(torch.float32)[:, None] * torch.exp(-math.log(10_000.0) * exponents)
    return torch.cat((angles.sin(), angles.cos()), dim=1)
