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

from ddpm_studio.diffusion.device_queue import Arrival
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

_EXACT_COUNTS = 1 << 24
"""Up to here float32, in which histc counts, knows every whole number."""


class QueuedStatistics:
    """Of images x, float32 (N, C, H, W) on any device with float64, which may still compute them.

    What can be measured there is queued at once, behind what the present queue holds.
    """

    def __init__(self, x: Tensor) -> None:
        values = x.reshape(-1)
        exact = values.double()
        chosen = values
        if len(values) > MAX_DISTANCE_VALUES:
            chosen = values[_subset_on(values.device, len(values))]
        self._value_count = len(values)
        self._counts = Arrival(queue_histogram(values))
        self._moments = Arrival(torch.stack((exact.mean(), exact.std(correction=0))))
        self._chosen = Arrival(chosen)

    def wait(self) -> FrameStatistics:
        """The statistics; until then nobody waits for the device."""
        chosen = self._chosen.wait().numpy()
        ks, wasserstein = normal_distances(chosen)
        mean, std = self._moments.wait().numpy()
        return FrameStatistics(
            value_count=self._value_count,
            distance_value_count=len(chosen),
            counts=self._counts.wait().numpy().astype(np.int32)[None],
            mean=np.array([mean]),
            std=np.array([std]),
            kolmogorov_smirnov=np.array([ks]),
            wasserstein=np.array([wasserstein]),
            law_kolmogorov_smirnov=np.array([np.nan]),
        )


def queue_histogram(values: Tensor) -> Tensor:
    """As measure_frame counts, operation by operation: no rounding differs. int64 (HISTOGRAM_BINS,).

    By histc of the bins' own numbers: bincount would wait for a GPU, to know the largest.
    """
    near = values.clamp(HISTOGRAM_LOW - BIN_WIDTH, HISTOGRAM_HIGH)
    bins = near.sub_(HISTOGRAM_LOW).mul_(1.0 / BIN_WIDTH).floor_().add_(1.5)  # the middle of each
    ends = 0.0, float(HISTOGRAM_BINS + 2)
    counts = [
        torch.histc(part, HISTOGRAM_BINS + 2, *ends).long() for part in bins.split(_EXACT_COUNTS)
    ]
    return torch.stack(counts).sum(dim=0)[1 : HISTOGRAM_BINS + 1]


@lru_cache(maxsize=4)
def _subset_on(device: torch.device, count: int) -> Tensor:
    return torch.from_numpy(distance_subset(count)).to(device)
