"""The distribution function Phi of N(0, 1), with numpy alone."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

_erfc = np.frompyfunc(math.erfc, 1, 1)


def normal_cdf(x: ArrayLike) -> NDArray[np.float64]:
    """Phi(x) = erfc(-x / sqrt(2)) / 2, of x's shape; its relative error stays small far below 0."""
    return np.asarray(_erfc(np.asarray(x, np.float64) / -math.sqrt(2.0)), np.float64) / 2
