"""How a chain is kept: as exactly as its memory allows, else in a temporary file."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from ddpm_studio.diffusion.frame_levels import FrameRecord
from ddpm_studio.diffusion.frame_statistics import HISTOGRAM_BINS, marginal_count
from ddpm_studio.explained_error import ExplainedError

DEFAULT_BUDGET_BYTES = 256 * 1000 * 1000

MOST_LEFT_OUT = 20
"""Where a disk is small, every second, third, … frame is kept, but never fewer than every 20th."""


LEAST_PREVIEW_SIDE = 16  # pixels: below, nothing can be recognised


class Precision(StrEnum):
    """How a trajectory keeps its numbers."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    LEVELS = "8-bit levels"


_BYTES = {Precision.FLOAT32: 4, Precision.FLOAT16: 2, Precision.LEVELS: 1}


class TrajectoryTooLargeError(ExplainedError, ValueError):
    """No precision fits the budget; ``largest_count`` samples would, or with 0 a smaller T."""

    def __init__(self, T: int, count: int, largest_count: int, *, on_disk: bool = False) -> None:
        self.largest_count = largest_count
        if largest_count == 0:
            super().__init__(
                "T = {T:,} is too long: even a single sample needs more memory than one chain may "
                "take.",
                T=T,
            )
        elif on_disk:
            super().__init__(
                "{count:,} samples need more room than memory and the disk have for one chain; "
                "choose {largest_count:,} or fewer, or free some space.",
                count=count,
                largest_count=largest_count,
            )
        else:
            super().__init__(
                "{count:,} samples need more memory than one chain may take; "
                "choose {largest_count:,} or fewer.",
                count=count,
                largest_count=largest_count,
            )


@dataclass(frozen=True)
class StoragePlan:
    """``byte_count`` of memory; in a file, ``file_bytes`` for every ``kept_every``-th frame.

    ``preview_shrinking`` is how much smaller the images of a file are of which memory keeps all, too;
    0 where it has no room for them.
    """

    precision: Precision
    byte_count: int
    file_bytes: int = 0
    kept_every: int = 1
    preview_shrinking: int = 0


def _statistics_bytes(T: int, sample_shape: tuple[int, ...]) -> int:
    per_marginal = HISTOGRAM_BINS * 4 + 5 * 8
    per_frame = 2 * 4 + 8 + 1  # the level range, the time, whether it is recorded
    return (T + 1) * (marginal_count(sample_shape) * per_marginal + per_frame)


def plan_storage(
    T: int, count: int, sample_shape: tuple[int, ...], budget_bytes: int, disk_bytes: int = 0
) -> StoragePlan:
    """The most exact way that fits; images may take ``disk_bytes`` of a disk where memory is short.

    Raises TrajectoryTooLargeError where there is none.
    """
    per_sample = (T + 1) * math.prod(sample_shape)
    overhead = _statistics_bytes(T, sample_shape)
    for precision, size in _BYTES.items():
        if overhead + per_sample * count * size <= budget_bytes:
            return StoragePlan(precision, overhead + per_sample * count * size)
    largest = max(0, (budget_bytes - overhead) // per_sample)
    if len(sample_shape) != 3 or not disk_bytes or overhead >= budget_bytes:
        raise TrajectoryTooLargeError(T, count, largest)
    kept_every = _kept_every(T, FrameRecord(count, sample_shape), disk_bytes, largest)
    frames = math.ceil(T / kept_every) + 1
    record = _with_preview(FrameRecord(count, sample_shape), frames, budget_bytes - overhead)
    # One frame's bytes are in memory while it is written.
    taken = overhead + record.byte_count + (frames + 1) * record.preview_bytes
    return StoragePlan(
        Precision.LEVELS,
        taken,
        frames * record.byte_count,
        kept_every,
        record.preview_shrinking,
    )


def _with_preview(record: FrameRecord, frames: int, memory_bytes: int) -> FrameRecord:
    """With the largest preview of which memory has room for so many; without where it has none.

    None is larger than the smallest overview in which something can be recognised: it has to be
    drawn while somebody waits.
    """
    height, width = record.sample_shape[1:]
    largest_shrinking = min(height, width) // LEAST_PREVIEW_SIDE
    shrinking = max([2, *(s for s in record.shrinkings if s <= largest_shrinking)])
    while shrinking <= largest_shrinking and not (height % shrinking or width % shrinking):
        found = replace(record, preview_shrinking=shrinking)
        if found.byte_count + (frames + 1) * found.preview_bytes <= memory_bytes:
            return found
        shrinking *= 2
    return record


def _kept_every(T: int, record: FrameRecord, disk_bytes: int, largest_in_memory: int) -> int:
    """Of how many frames one has room on the disk."""
    room = disk_bytes // record.byte_count  # frames
    kept_every = math.ceil(T / (room - 1)) if room > 1 else MOST_LEFT_OUT + 1
    if kept_every > MOST_LEFT_OUT:
        frames = math.ceil(T / MOST_LEFT_OUT) + 1
        sample_bytes = math.ceil(4 / 3 * math.prod(record.sample_shape))  # overviews add a third
        largest = max(
            largest_in_memory, min(record.count - 1, disk_bytes // (frames * sample_bytes))
        )
        raise TrajectoryTooLargeError(T, record.count, largest, on_disk=True)
    return kept_every
