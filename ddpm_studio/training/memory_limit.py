"""Out of memory: a batch size that fits, found by trying."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ddpm_studio.training.failures import TooLargeBatchError


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch could not get memory; on the CPU it has no class of its own for that."""
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)
    )


def fitting_batch_size(too_large: int, trial: Callable[[int], None]) -> int | None:
    """The first half, quarter … of ``too_large`` that ``trial`` gets memory for; None if not even 1."""
    size = too_large // 2
    while size >= 1:
        if _fits(size, trial):
            return size
        size //= 2
    return None


def _fits(size: int, trial: Callable[[int], None]) -> bool:
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    try:
        trial(size)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        return False
    return True


def untried_batch(batch_size: int) -> TooLargeBatchError:
    """The error where several processes would wait for each other in a trial."""
    return TooLargeBatchError(
        "The device has not enough memory for its share of {batch_size} samples a step: go on with "
        "a smaller batch size. Nothing is lost.",
        batch_size=batch_size,
    )


def too_large_batch(batch_size: int, fitting: int | None) -> TooLargeBatchError:
    """The error for a batch that did not fit."""
    if fitting is None:
        return TooLargeBatchError(
            "The device has not enough memory for this network, not even with one sample a step: "
            "choose a smaller network or another device. Nothing is lost."
        )
    return TooLargeBatchError(
        "The device has not enough memory for {batch_size} samples a step, but for {fitting}: "
        "go on with that batch size. Nothing is lost.",
        batch_size=batch_size,
        fitting=fitting,
    )
