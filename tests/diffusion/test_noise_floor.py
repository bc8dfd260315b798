"""The constants against numerical integration, and against samples of true noise."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstwobign, norm

from ddpm_studio.diffusion.frame_statistics import normal_distances
from ddpm_studio.diffusion.noise_floor import expected_kolmogorov_smirnov, expected_wasserstein


def test_constants_are_the_limits_of_theory() -> None:
    spread = 2 * quad(lambda u: math.sqrt(norm.cdf(u) * norm.sf(u)), 0, 37, limit=500)[0]
    assert expected_kolmogorov_smirnov(1) == pytest.approx(kstwobign.mean(), rel=1e-6)
    assert expected_wasserstein(1) == pytest.approx(math.sqrt(2 / math.pi) * spread, rel=1e-8)


@pytest.mark.parametrize("count", [200, 2000])
def test_true_noise_lies_at_the_floor(count: int) -> None:
    repeats = 1500
    random = np.random.default_rng(count)
    measured = np.array(
        [normal_distances(random.normal(size=count).astype(np.float32)) for _ in range(repeats)]
    )
    mean, error = measured.mean(axis=0), measured.std(axis=0) / math.sqrt(repeats)
    expected = [expected_kolmogorov_smirnov(count), expected_wasserstein(count)]
    # A finite n lies below its limit, by 0.85 % (KS) and 1 % (W_1) at n = 200.
    assert np.all(np.abs(mean - expected) < 4 * error + 0.012 * np.array(expected))
    assert np.all(error < 0.015 * mean)  # the simulation is sharp enough to tell
