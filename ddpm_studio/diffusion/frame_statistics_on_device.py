"""The statistics of a frame of images, measured on the GPU where it lies.

The numbers are those of :func:`~ddpm_studio.diffusion.frame_statistics.measure_frame`: the same
histogram, the same distances (of the same subset, which alone is copied), and mean and standard
deviation to 1e-9, as their sums are added up in another order.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.diffusion.frame_statistics import (
    BIN_WIDTH,
    HISTOGRAM_BINS,
    HISTOGRAM_HIGH,
    HISTOGRAM_LOW,
    MAX_DISTANCE_VALUES,
    FrameStatistics,
    distance_subset,
    normal_distances,
)


def measure_on_device(x: Tensor) -> FrameStatistics:
    """Statistics of images x, float32 (N, C, H, W) on any device with float64."""
    values = x.reshape(-1)
    exact = values.double()
    chosen = values
    if len(values) > MAX_DISTANCE_VALUES:
        chosen = values[_subset_on(values.device, len(values))]
    ks, wasserstein = normal_distances(chosen.cpu().numpy())
    return FrameStatistics(
        value_count=len(values),
        distance_value_count=len(chosen),
        counts=_histogram(values).cpu().numpy().astype(np.int32)[None],
        mean=np.array([float(exact.mean())]),
        std=np.array([float(exact.std(correction=0))]),
        kolmogorov_smirnov=np.array([ks]),
        wasserstein=np.array([wasserstein]),
        law_kolmogorov_smirnov=np.array([np.nan]),
    )


def _histogram(values: Tensor) -> Tensor:
    """As measure_frame counts, operation by operation: no rounding differs."""
    near = values.clamp(HISTOGRAM_LOW - BIN_WIDTH, HISTOGRAM_HIGH)
    bins = near.sub_(HISTOGRAM_LOW).mul_(1.0 / BIN_WIDTH).floor_().add_(1.0).long()
    return torch.bincount(bins, minlength=HISTOGRAM_BINS + 2)[1 : HISTOGRAM_BINS + 1]


@lru_cache(maxsize=4)
def _subset_on(device: torch.device, count: int) -> Tensor:
    return torch.from_numpy(distance_subset(count)).to(device)
