"""What a training has said so far: the loss and gradient norm of every step, and the loss by t."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.training.training_step import StepNumbers

BUCKETS = 10
"""Equal parts of 1 … T for which the loss is kept apart."""

BLOCK_STEPS = 100
"""Steps over which the loss of a bucket is averaged."""


def bucket_of(t: NDArray[np.int64], T: int) -> NDArray[np.int64]:
    """0 … BUCKETS - 1, of t from 1 to T."""
    return (t - 1) * BUCKETS // T


class LossHistory:
    """Grows at its end. One thread writes; others may read at any time, and get copies."""

    def __init__(self, T: int) -> None:
        self.T = T
        self._count = 0
        self._values = np.empty((2, 1024), np.float32)
        self._buckets = np.zeros((2, 16, BUCKETS))  # sum of losses, and how many
        self._shared_steps = 0
        self._shared_part = np.zeros((2, BUCKETS))  # of the block that was begun by then

    def __len__(self) -> int:
        return self._count

    @property
    def losses(self) -> NDArray[np.float32]:
        """Of steps 1 … n, shape (n,)."""
        count = self._count  # before the values, which only grow
        return self._values[0, :count].copy()

    @property
    def gradient_norms(self) -> NDArray[np.float32]:
        """Before clipping, of steps 1 … n, shape (n,)."""
        count = self._count
        return self._values[1, :count].copy()

    @property
    def bucket_losses(self) -> NDArray[np.float64]:
        """Mean loss by block of BLOCK_STEPS steps and part of 1 … T, (blocks, BUCKETS).

        NaN where no t was drawn.
        """
        sums, counts = self._buckets[:, : self._blocks].copy()
        with np.errstate(invalid="ignore"):
            return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)

    @property
    def _blocks(self) -> int:
        return math.ceil(self._count / BLOCK_STEPS)

    def since(self, step: int) -> NDArray[np.float32]:
        """Losses and gradient norms of the steps after ``step``, (2, n)."""
        count = self._count
        return self._values[:, step:count].copy()

    def recent_loss(self, steps: int) -> float | None:
        """Mean of the last ``steps``; None before the first."""
        recent = self._values[0, max(0, self._count - steps) : self._count]
        return float(recent.mean(dtype=np.float64)) if len(recent) else None

    def extend(self, numbers: StepNumbers) -> None:
        """Take in the steps that follow the last one."""
        start, end = self._count, self._count + len(numbers.loss)
        assert numbers.first_step == start + 1
        self._reserve(end)
        self._values[:, start:end] = numbers.loss, numbers.gradient_norm
        self._add_to_buckets(numbers)
        self._count = end

    def _add_to_buckets(self, numbers: StepNumbers) -> None:
        steps = np.arange(self._count, self._count + len(numbers.loss))
        cells = (steps // BLOCK_STEPS)[:, None] * BUCKETS + bucket_of(numbers.t, self.T)
        size = self._buckets[0].size
        finite = np.isfinite(numbers.sample_losses)  # the others would spoil all means
        for part, weights in zip(self._buckets, (numbers.sample_losses, finite), strict=True):
            part += np.bincount(cells[finite], weights[finite], size).reshape(part.shape)

    def share_buckets(self, total: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
        """Take in what other processes have seen since the last call, at the same steps in each.

        ``total`` sums an array over all of them. Until then the buckets are of this one's samples.
        """
        if self._count > self._shared_steps:
            new = self._buckets[:, self._shared_steps // BLOCK_STEPS : self._blocks]
            before = np.zeros_like(new)
            before[:, 0] = self._shared_part
            new[:] = before + total(new - before)
            self._mark_shared()

    def _mark_shared(self) -> None:
        self._shared_steps = self._count
        self._reserve(self._count + 1)
        self._shared_part = self._buckets[:, self._count // BLOCK_STEPS].copy()

    def _reserve(self, steps: int) -> None:
        while self._values.shape[1] < steps:
            self._values = np.concatenate((self._values, np.empty_like(self._values)), axis=1)
        while self._buckets.shape[1] * BLOCK_STEPS < steps:
            self._buckets = np.concatenate((self._buckets, np.zeros_like(self._buckets)), axis=1)

    def forget_after(self, steps: int) -> None:
        """Drop the losses of the steps after ``steps``; of the buckets, whole blocks alone."""
        self._count = min(self._count, steps)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """All of it, to be stored."""
        return {
            "loss": self.losses,
            "gradient_norm": self.gradient_norms,
            "buckets": self._buckets[:, : self._blocks].copy(),
        }

    @classmethod
    def of_arrays(cls, T: int, arrays: dict[str, NDArray[np.generic]]) -> LossHistory:
        """The history behind :meth:`arrays`. Raises KeyError or ValueError for other arrays."""
        history = cls(T)
        count = len(arrays["loss"])
        history._reserve(count)
        history._values[:, :count] = np.stack((arrays["loss"], arrays["gradient_norm"]))
        history._count = count
        history._buckets[:, : history._blocks] = arrays["buckets"]
        history._mark_shared()
        return history
