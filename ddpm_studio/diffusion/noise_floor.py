"""How far even true noise lies from N(0, 1): the distances expected of n independent N(0, 1) values.

Both fall as 1 / sqrt(n), as sqrt(n) (F_n - Phi) tends to a Brownian bridge B(Phi) (Donsker).
Importing this needs no torch.
"""

from __future__ import annotations

import math

_KS = math.sqrt(math.pi / 2) * math.log(2)
"""E sup |B| = 0.86873, the mean of Kolmogorov's distribution."""

_WASSERSTEIN = math.sqrt(2 / math.pi) * 1.6147438534
"""E ∫ |B(Phi(u))| du = sqrt(2 / pi) ∫ sqrt(Phi (1 - Phi)) du = 1.28838."""


def expected_kolmogorov_smirnov(count: int) -> float:
    """E sup |F_n - Phi| for n = ``count`` >= 1 values: 0.8687 / sqrt(n), 3 % too high at n = 20."""
    return _KS / math.sqrt(count)


def expected_wasserstein(count: int) -> float:
    """E ∫ |F_n - Phi| for n = ``count`` >= 1 values: 1.2884 / sqrt(n), 3 % too high at n = 20."""
    return _WASSERSTEIN / math.sqrt(count)
