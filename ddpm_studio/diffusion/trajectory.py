"""A recorded chain: every x_t of N samples, and its statistics, in memory that is bounded.

Frames are kept as float32 where that fits the budget, else as float16 (error at most 5e-4 of the
value or 3e-8, whichever is larger; limited to ±65504), else as 8-bit levels between each frame's
own extremes (absolute error at most (max - min) / 510, about 0.018 for noise). T = 1000 of 64
samples of 3x32x32 takes 197 MB. Images for which even that is too much are kept as the same levels
in a temporary file: 64 samples of 3x256x256 take 16.5 GB of disk. Memory then keeps what it has room
for: a small preview of every frame.
Statistics are always measured on the exact frame, before it is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ddpm_studio.diffusion.chains import ChainPosition
from ddpm_studio.diffusion.device_queue import Arrival, Mark, also_used, second_queue
from ddpm_studio.diffusion.frame_levels import Bytes, FrameRecord
from ddpm_studio.diffusion.frame_statistics import (
    HISTOGRAM_BINS,
    FrameStatistics,
    marginal_count,
    measure_frame,
)
from ddpm_studio.diffusion.frame_statistics_on_device import QueuedStatistics
from ddpm_studio.diffusion.frames_in_file import FramesInFile
from ddpm_studio.diffusion.frames_in_memory import FramesInMemory
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.storage_plan import (
    DEFAULT_BUDGET_BYTES,
    Precision,
    TrajectoryTooLargeError,
    plan_storage,
)
from ddpm_studio.temporary_file import TemporaryFile, temporary_folder

__all__ = ["DEFAULT_BUDGET_BYTES", "Precision", "Trajectory", "TrajectoryTooLargeError"]


@dataclass(frozen=True)
class FrameUnderWay:
    """A frame that is kept, measured and announced by ``finish``, to be called once.

    Where it ``is_queued`` a GPU has work to do for it first, and the next step may be queued before.
    """

    is_queued: bool
    finish: Callable[[], None]


class Trajectory:
    """Random access to x_0 … x_T of one chain while it is being recorded, in any order of t.

    One thread records, others read frames already recorded; a frame is announced only after it
    is complete, so no lock is needed. ``count`` samples of ``sample_shape``.

    A chain that takes fewer steps than its schedule has its own number of steps as T: then ``times``,
    int64 of shape (T + 1,) and strictly increasing from 0, says which t of the schedule each frame
    is. ``law`` gives the distribution that the points of a frame should have, where it is known; it
    is asked with the frame's index. With ``may_use_disk`` images that memory is too small for go to
    a temporary file, which is gone with the trajectory; then reading a frame may wait for a disk.

    Raises TrajectoryTooLargeError before any memory is taken, or TemporaryFileError.
    """

    def __init__(
        self,
        T: int,
        count: int,
        sample_shape: tuple[int, ...],
        *,
        times: NDArray[np.int64] | None = None,
        law: Callable[[int], GaussianMixture] | None = None,
        budget_bytes: int = DEFAULT_BUDGET_BYTES,
        may_use_disk: bool = False,
    ) -> None:
        folder = temporary_folder()
        disk_bytes = TemporaryFile.room_bytes(folder) if may_use_disk else 0
        plan = plan_storage(T, count, sample_shape, budget_bytes, disk_bytes)
        self.T = T
        self.count = count
        self.sample_shape = sample_shape
        self.times = np.arange(T + 1) if times is None else times
        self.law = law
        # Of a network that computed in fewer digits: |difference| / |output|, somebody measured it.
        self.prediction_error: float | None = None
        self.position: ChainPosition | None = None  # where its recorder stopped before the end
        self.precision = plan.precision
        self.byte_count = plan.byte_count
        self.file_bytes = plan.file_bytes
        self._frames: FramesInMemory | FramesInFile = (
            FramesInFile(
                T,
                FrameRecord(count, sample_shape, plan.preview_shrinking),
                plan.kept_every,
                folder,
            )
            if plan.file_bytes
            else FramesInMemory(T, count, sample_shape, plan.precision)
        )
        marginals = marginal_count(sample_shape)
        self._recorded = np.zeros(T + 1, bool)
        self._counts = np.zeros((T + 1, marginals, HISTOGRAM_BINS), np.int32)
        # mean, std, KS, W_1, KS to the law
        self._moments = np.full((5, marginals, T + 1), np.nan)
        self._value_counts = (0, 0)

    def record(self, t: int, x: Tensor) -> None:
        """Keep x_t, of shape (count, *sample_shape), and measure it. Raises ValueError for another."""
        self.begin(t, x).finish()

    def begin(self, t: int, x: Tensor) -> FrameUnderWay:
        """The same of an x_t that a GPU still computes: what it can do about it is queued there.

        Nobody waits for the GPU before :meth:`FrameUnderWay.finish`, which announces the frame.
        """
        if x.shape != (self.count, *self.sample_shape):  # numpy would repeat a smaller one
            raise ValueError(
                f"x_{t} has shape {tuple(x.shape)}, not {(self.count, *self.sample_shape)}."
            )
        keep_and_measure = self._queued(t, x.detach())
        return FrameUnderWay(x.is_cuda, lambda: self._announce(t, keep_and_measure()))

    def _announce(self, t: int, measured: FrameStatistics) -> None:
        self._counts[t] = measured.counts
        self._moments[:, :, t] = (
            measured.mean,
            measured.std,
            measured.kolmogorov_smirnov,
            measured.wasserstein,
            measured.law_kolmogorov_smirnov,
        )
        self._value_counts = (measured.value_count, measured.distance_value_count)
        self._recorded[t] = True

    def _queued(self, t: int, x: Tensor) -> Callable[[], FrameStatistics]:
        """Keeps x_t and measures it when it is called, with what is queued here.

        What goes to a file is made of bytes where x lies; a GPU's numbers need not travel.
        """
        with second_queue(x.device, "recording", after=Mark(x.device)):
            also_used(x)
            if x.is_cuda and isinstance(self._frames, FramesInFile):
                return _both(self._frames.queue(t, x), QueuedStatistics(x).wait)
            arriving = Arrival(x)
            return lambda: self._kept_and_measured(t, arriving.wait())

    def _kept_and_measured(self, t: int, x: Tensor) -> FrameStatistics:
        law = self.law(t) if self.law is not None else None
        self._frames.keep(t, x)
        return measure_frame(x.numpy(), law)

    def is_recorded(self, t: int) -> bool:
        """Whether x_t can be read already; False for any t outside 0 … T."""
        return 0 <= t <= self.T and bool(self._recorded[t])

    @property
    def recorded(self) -> NDArray[np.bool_]:
        """Which t can be read, shape (T + 1,); a read-only view that stays live."""
        view = self._recorded.view()
        view.setflags(write=False)
        return view

    @property
    def is_complete(self) -> bool:
        """Whether all T + 1 frames are recorded."""
        return bool(self._recorded.all())

    @property
    def is_in_memory(self) -> bool:
        """Whether frames are there at once; otherwise reading them may wait for a disk."""
        return self._frames.is_in_memory

    @property
    def kept_every(self) -> int:
        """Of how many frames one is kept: 1 unless a disk is too small for all of them."""
        return self._frames.kept_every

    def kept_t(self, t: int) -> int:
        """The t, nearest to t, whose frame can be read; t itself where every frame is kept.

        Raises LookupError where x_t is not recorded yet.
        """
        self._require(t)
        if self.kept_every == 1:
            return t
        kept = [*range(0, self.T, self.kept_every), self.T]
        readable = [each for each in kept if self._recorded[each]]
        if not readable:
            raise LookupError(f"x_{t} is recorded, but no frame near it is kept.")
        return min(readable, key=lambda each: abs(each - t))

    def frame(self, t: int) -> NDArray[np.float32]:
        """x_t as float32, shape (count, *sample_shape), read-only. No copy where kept as float32.

        The frame of :meth:`kept_t` where not every one is kept. Raises LookupError where x_t is not
        recorded yet, and TemporaryFileError.
        """
        return self.samples(t, 0, self.count)

    def samples(self, t: int, first: int, end: int) -> NDArray[np.float32]:
        """:meth:`frame` of samples ``first`` … ``end`` - 1 alone: from a file no others are read."""
        samples = self._frames.samples(self.kept_t(t), first, end).view()
        samples.setflags(write=False)
        return samples

    @property
    def overview_shrinkings(self) -> tuple[int, ...]:
        """How many times smaller the overviews are that :meth:`overview` has; ascending."""
        return (
            () if isinstance(self._frames, FramesInMemory) else self._frames.record.shrinkings[1:]
        )

    def overview(self, t: int, shrinking: int) -> Bytes:
        """The images of :meth:`frame` made smaller, uint8 (count, C, H / shrinking, W / shrinking).

        As a screen shows them: clipped to [-1, 1] and then averaged, -1 as 0 and 1 as 255.
        """
        if isinstance(self._frames, FramesInMemory):
            raise LookupError("There are overviews of frames in a file alone.")
        return self._frames.overview(self.kept_t(t), shrinking)

    def preview(self, t: int) -> Bytes | None:
        """Such an overview that is there at once, for the moment that a disk takes; or None.

        It is as large as memory allows, and may be smaller than all others.
        """
        if isinstance(self._frames, FramesInMemory):
            return None
        return self._frames.preview(self.kept_t(t))

    def statistics(self, t: int) -> FrameStatistics:
        """The statistics of x_t. Raises LookupError where x_t is not recorded yet."""
        self._require(t)
        return FrameStatistics(*self._value_counts, self._counts[t], *self._moments[:, :, t])

    @property
    def kolmogorov_smirnov(self) -> NDArray[np.float64]:
        """KS distance of every marginal to N(0, 1), shape (C, T + 1); NaN where not recorded."""
        return self._moments[2]

    @property
    def wasserstein(self) -> NDArray[np.float64]:
        """1-Wasserstein distance of every marginal to N(0, 1), (C, T + 1); NaN where not recorded."""
        return self._moments[3]

    def _require(self, t: int) -> None:
        if not self.is_recorded(t):
            raise LookupError(f"x_{t} is not recorded.")


def _both(
    keep: Callable[[], None], measure: Callable[[], FrameStatistics]
) -> Callable[[], FrameStatistics]:
    """The first, and then what the second returns."""

    def run() -> FrameStatistics:
        keep()
        return measure()

    return run
