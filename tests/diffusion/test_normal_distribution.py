"""Phi against SciPy's."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from ddpm_studio.diffusion.normal_distribution import normal_cdf


def test_it_is_scipys_far_below_zero_as_well() -> None:
    x = np.linspace(-37, 9, 4601).reshape(43, 107)
    assert normal_cdf(x).shape == x.shape
    # x is rounded by 1e-16; exp(-x² / 2) enlarges that x² = 1,369 times.
    np.testing.assert_allclose(normal_cdf(x), norm.cdf(x), rtol=1e-12)


def test_single_numbers_and_infinities() -> None:
    assert normal_cdf(0.0).shape == ()
    np.testing.assert_array_equal(normal_cdf([-np.inf, 0.0, np.inf]), [0.0, 0.5, 1.0])
