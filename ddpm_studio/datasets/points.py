"""One- and two-dimensional point distributions, each scaled to mean 0 and variance 1.

The raw shapes follow the definitions that scikit-learn and the toy examples of the flow and
diffusion literature use. Scaling is per coordinate with constants of the distribution itself, not
of a sample, so that every draw comes from exactly the same distribution. A caller may thus compare
x_t with N(0, I) at every t: the first two moments agree all along.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from ddpm_studio.datasets.mixtures import (
    MIXTURE_MEANS,
    MIXTURE_STDS,
    MIXTURE_WEIGHTS,
    RING_COMPONENTS,
    RING_STD,
)

RawSampler = Callable[[int, Generator], Tensor]


@dataclass(frozen=True)
class PointDistribution:
    """A distribution over R^D: ``raw`` draws (N, D), which is then centred and divided by ``std``."""

    raw: RawSampler
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """(D,)."""
        return (len(self.mean),)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``count`` independent points, float32 (count, D), mean 0 and variance 1 per coordinate."""
        raw = self.raw(count, generator)
        mean, std = (torch.tensor(values, dtype=raw.dtype) for values in (self.mean, self.std))
        return ((raw - mean) / std).to(torch.float32)


def _uniform(count: int, generator: Generator) -> Tensor:
    return torch.rand(count, generator=generator, dtype=torch.float64)


def _noise(count: int, dimension: int, generator: Generator) -> Tensor:
    return torch.randn(count, dimension, generator=generator, dtype=torch.float64)


def _moons(count: int, generator: Generator) -> Tensor:
    """Two interleaving half circles of radius 1, blurred by 0.06."""
    angle = math.pi * _uniform(count, generator)
    upper = _uniform(count, generator) < 0.5
    arc = torch.stack((angle.cos(), angle.sin()), dim=1)
    lower_arc = torch.stack((1.0 - angle.cos(), 0.5 - angle.sin()), dim=1)
    return torch.where(upper[:, None], arc, lower_arc) + 0.06 * _noise(count, 2, generator)


def _swiss_roll(count: int, generator: Generator) -> Tensor:
    """The spiral (r cos r, r sin r), r uniform on [1.5 pi, 4.5 pi], blurred by 0.4."""
    radius = 1.5 * math.pi * (1.0 + 2.0 * _uniform(count, generator))
    roll = torch.stack((radius * radius.cos(), radius * radius.sin()), dim=1)
    return roll + 0.4 * _noise(count, 2, generator)


def _circles(count: int, generator: Generator) -> Tensor:
    """Two concentric circles of radius 1 and 0.5, equally likely, blurred by 0.05."""
    angle = 2.0 * math.pi * _uniform(count, generator)
    radius = torch.where(_uniform(count, generator) < 0.5, 1.0, 0.5)
    circle = torch.stack((radius * angle.cos(), radius * angle.sin()), dim=1)
    return circle + 0.05 * _noise(count, 2, generator)


def _spiral(count: int, generator: Generator) -> Tensor:
    """Two opposite arms of an Archimedean spiral, 1.5 turns each, blurred by 0.03 of its radius."""
    turn = _uniform(count, generator).sqrt()  # even density along the arm
    angle = 3.0 * math.pi * turn
    side = torch.where(_uniform(count, generator) < 0.5, 1.0, -1.0)
    arm = (side * turn)[:, None] * torch.stack((angle.cos(), angle.sin()), dim=1)
    return arm + 0.03 * _noise(count, 2, generator)


def _checkerboard(count: int, generator: Generator) -> Tensor:
    """Uniform on the eight dark squares of a 4x4 board of side 4."""
    column = (4.0 * _uniform(count, generator)).floor()
    row = 2.0 * (2.0 * _uniform(count, generator)).floor() + column % 2.0
    corner = torch.stack((column, row), dim=1)
    within = torch.rand(count, 2, generator=generator, dtype=torch.float64)
    return corner + within - 2.0


def _eight_gaussians(count: int, generator: Generator) -> Tensor:
    """Eight equally likely Gaussians of deviation 0.1 around a circle of radius 1."""
    component = (RING_COMPONENTS * _uniform(count, generator)).floor()
    angle = 2.0 * math.pi * component / RING_COMPONENTS
    centre = torch.stack((angle.cos(), angle.sin()), dim=1)
    return centre + RING_STD * _noise(count, 2, generator)


def _mixture_1d(count: int, generator: Generator) -> Tensor:
    """0.3 N(-2, 0.35²) + 0.5 N(0.5, 0.5²) + 0.2 N(2.5, 0.25²)."""
    cumulative = torch.tensor(MIXTURE_WEIGHTS, dtype=torch.float64).cumsum(0)
    component = torch.searchsorted(cumulative, _uniform(count, generator)).clamp(max=2)
    means = torch.tensor(MIXTURE_MEANS, dtype=torch.float64)[component]
    stds = torch.tensor(MIXTURE_STDS, dtype=torch.float64)[component]
    return means[:, None] + stds[:, None] * _noise(count, 1, generator)


def _swiss_roll_moments() -> tuple[tuple[float, float], tuple[float, float]]:
    """Mean and deviation of (r cos r, r sin r), by the antiderivatives of r cos r and r² cos² r."""
    low, high = 1.5 * math.pi, 4.5 * math.pi
    span = high - low

    def between(antiderivative: Callable[[float], float]) -> float:
        return (antiderivative(high) - antiderivative(low)) / span

    mean_x = between(lambda r: r * math.sin(r) + math.cos(r))
    mean_y = between(lambda r: math.sin(r) - r * math.cos(r))

    def oscillating(r: float) -> float:  # antiderivative of r² cos(2r) / 2
        return (r * r / 4 - 1 / 8) * math.sin(2 * r) + r * math.cos(2 * r) / 4

    square_x = between(lambda r: r**3 / 6 + oscillating(r))
    square_y = between(lambda r: r**3 / 6 - oscillating(r))
    blur = 0.4**2
    return (mean_x, mean_y), (
        math.sqrt(square_x - mean_x**2 + blur),
        math.sqrt(square_y - mean_y**2 + blur),
    )


def _spiral_std() -> tuple[float, float]:
    """Deviations of (u cos 3πu, u sin 3πu) with u = sqrt(uniform): E = ∫ 2u · u² cos²(3πu) du."""
    # ∫_0^1 u³ (1 ± cos 6πu) du = 1/4 ± 3 / (6π)², because sin 6π = 0 and cos 6π = 1
    wave = 3.0 / (6.0 * math.pi) ** 2
    blur = 0.03**2
    return math.sqrt(0.25 + wave + blur), math.sqrt(0.25 - wave + blur)


def _mixture_moments() -> tuple[float, float]:
    parts = list(zip(MIXTURE_WEIGHTS, MIXTURE_MEANS, MIXTURE_STDS, strict=True))
    mean = sum(weight * centre for weight, centre, _ in parts)
    square = sum(weight * (centre**2 + std**2) for weight, centre, std in parts)
    return mean, math.sqrt(square - mean**2)


def _build() -> dict[str, PointDistribution]:
    roll_mean, roll_std = _swiss_roll_moments()
    mixture_mean, mixture_std = _mixture_moments()
    # The moons: x = cos a or 1 - cos a, y = sin a or ½ - sin a, a uniform on [0, π].
    moons_x = math.sqrt(0.5 + 0.25 + 0.06**2)
    moons_y = math.sqrt(0.5 - 2 / math.pi * 0.5 + 0.125 - 0.25**2 + 0.06**2)
    circle = math.sqrt((1.0 + 0.25) / 4.0 + 0.05**2)
    ring = math.sqrt(0.5 + RING_STD**2)
    board = math.sqrt(16.0 / 12.0)
    return {
        "moons": PointDistribution(_moons, (0.5, 0.25), (moons_x, moons_y)),
        "swiss-roll": PointDistribution(_swiss_roll, roll_mean, roll_std),
        "circles": PointDistribution(_circles, (0.0, 0.0), (circle, circle)),
        "spiral": PointDistribution(_spiral, (0.0, 0.0), _spiral_std()),
        "checkerboard": PointDistribution(_checkerboard, (0.0, 0.0), (board, board)),
        "eight-gaussians": PointDistribution(_eight_gaussians, (0.0, 0.0), (ring, ring)),
        "mixture-1d": PointDistribution(_mixture_1d, (mixture_mean,), (mixture_std,)),
    }


POINT_DISTRIBUTIONS: dict[str, PointDistribution] = _build()
