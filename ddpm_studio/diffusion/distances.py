"""Distances of two samples in any dimension: sliced Wasserstein and maximum mean discrepancy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

_BLOCK_NUMBERS = 4_000_000
_MEDIAN_SAMPLES = 1000


def sliced_wasserstein(
    a: Tensor, b: Tensor, generator: Generator, *, projections: int = 128
) -> float:
    """Mean 1-Wasserstein distance of ``a`` and ``b``, both (N, …), along random directions.

    Along one direction W_1 of two samples of equal size is the mean distance of their order
    statistics, exactly (Bonneel et al. 2015). Data on a line have one direction: the result is
    W_1 itself, and nothing is drawn. Raises ValueError where the shapes differ.
    """
    if a.shape != b.shape or a.ndim < 2:
        raise ValueError(f"Two samples of one shape (N, …) are needed, not {a.shape}, {b.shape}.")
    a, b = a.flatten(1).double(), b.flatten(1).double()
    if a.shape[1] == 1:
        directions = torch.ones(1, 1, dtype=torch.float64)
    else:
        directions = torch.randn(a.shape[1], projections, generator=generator, dtype=torch.float64)
        directions /= directions.norm(dim=0)
    # NumPy sorts ten times as fast as torch on a CPU.
    along_a, along_b = (np.sort((directions.T @ x.T).numpy(), axis=1) for x in (a, b))
    return float(np.abs(along_a - along_b).mean())


@dataclass(frozen=True)
class MeanDiscrepancy:
    """The squared maximum mean discrepancy of two samples, with the kernel that measured it.

    squared    unbiased: 0 on average for samples of one law, and so sometimes below 0
    bandwidth  s of the kernel exp(-||x - y||² / (2 s²)), in the data's units
    """

    squared: float
    bandwidth: float


def maximum_mean_discrepancy(
    a: Tensor, b: Tensor, *, bandwidth: float | None = None
) -> MeanDiscrepancy:
    """E k(a, a') + E k(b, b') - 2 E k(a, b) of ``a`` (N, …) and ``b`` (M, …), N, M >= 2.

    Unbiased, without the pairs of a sample with itself (Gretton et al. 2012, eq. 3). Without a
    ``bandwidth`` it is the median distance of the two together. All pairs are met, N + M squared,
    in memory that does not grow with their number. Raises ValueError where the shapes do not
    allow it or all values are the same.
    """
    if a.shape[1:] != b.shape[1:] or a.ndim < 2 or min(len(a), len(b)) < 2:
        raise ValueError(f"Two samples (N, …), (M, …) are needed, not {a.shape}, {b.shape}.")
    a, b = a.flatten(1).double(), b.flatten(1).double()
    width = median_distance(a, b) if bandwidth is None else bandwidth
    if width <= 0:
        raise ValueError("The bandwidth must be above 0.")
    n, m = len(a), len(b)
    # k(x, x) = 1, n times on the diagonal.
    within = (_kernel_sum(a, a, width) - n) / (n * (n - 1))
    within += (_kernel_sum(b, b, width) - m) / (m * (m - 1))
    return MeanDiscrepancy(within - 2 * _kernel_sum(a, b, width) / (n * m), width)


def median_distance(a: Tensor, b: Tensor) -> float:
    """The median Euclidean distance within ``a`` (N, D) and ``b`` (M, D) taken together.

    Of at most 500 of each, evenly spread over their order.
    """
    chosen = [x[:: max(1, -(-len(x) * 2 // _MEDIAN_SAMPLES))] for x in (a, b)]
    return float(np.median(torch.pdist(torch.cat(chosen)).numpy()))


def _kernel_sum(a: Tensor, b: Tensor, bandwidth: float) -> float:
    return sum(
        float((torch.cdist(rows, b).square() / (-2 * bandwidth**2)).exp().sum())
        for rows in _blocks(a, len(b))
    )


def _blocks(a: Tensor, columns: int) -> Iterator[Tensor]:
    yield from a.split(max(1, _BLOCK_NUMBERS // columns))
