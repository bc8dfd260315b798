"""How a training goes, as values that a window can show: losses, speed, time left, memory, a verdict.

Nothing here touches Qt or imports torch: a worker records, anybody reads.
"""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.session.training_verdict import Verdict, verdict_of
from ddpm_studio.training.configuration import TrainingConfiguration

if TYPE_CHECKING:
    from ddpm_studio.training.loss_history import LossHistory

FloatArray = NDArray[np.float64]
Number = TypeVar("Number", np.float64, np.int64)

_RECENT_BLOCKS = 5
_SPEED_SECONDS = 10.0


@dataclass(frozen=True, eq=False)
class TrainingProgress:
    """The state of a training after ``step`` of ``steps``; its arrays are read-only.

    losses, gradient_norms  float32 (step,), of every step; norms before clipping
    learning_rate           of the last step
    bucket_edges            (B + 1,) t: bucket b holds the t with edges[b] < t <= edges[b + 1]
    bucket_losses           (B,), mean over the last blocks of steps; NaN where no t was drawn
    bucket_floor            (B,), what no network gets under, in the same unit; None where unknown
    steps_per_second, samples_per_second
                            over the last seconds, samples for the window included; 0 before two steps
    seconds_left            at that speed; 0 where it is not known
    memory_bytes            of the process, or on CUDA of torch's tensors; 0 where it is not known
    elapsed_seconds         of training since it began or went on, pauses left out
    """

    step: int
    steps: int
    losses: NDArray[np.float32]
    gradient_norms: NDArray[np.float32]
    learning_rate: float
    bucket_edges: NDArray[np.int64]
    bucket_losses: FloatArray
    bucket_floor: FloatArray | None
    steps_per_second: float
    samples_per_second: float
    seconds_left: float
    memory_bytes: int
    elapsed_seconds: float
    verdict: Verdict


class ActiveClock:
    """Seconds of training, pauses left out."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """So far."""
        running = 0.0 if self._since is None else time.monotonic() - self._since
        return self._before + running

    def run(self) -> None:
        """Begin, or go on."""
        if self._since is None:
            self._since = time.monotonic()

    def hold(self) -> None:
        """Stop counting."""
        self._before, self._since = self.seconds, None


class SpeedMeter:
    """Steps a second over the last seconds."""

    def __init__(self, window_seconds: float = _SPEED_SECONDS) -> None:
        self._window_seconds = window_seconds
        self._marks: deque[tuple[float, int]] = deque()

    def mark(self, seconds: float, step: int) -> None:
        """So many steps were done at that time."""
        self._marks.append((seconds, step))
        # The oldest mark is the last before the window: slow steps are measured over one at least.
        while len(self._marks) > 2 and self._marks[1][0] < seconds - self._window_seconds:
            self._marks.popleft()

    @property
    def steps_per_second(self) -> float:
        """0 where nothing is known yet."""
        if len(self._marks) < 2:
            return 0.0
        (began, first), (ended, last) = self._marks[0], self._marks[-1]
        return (last - first) / (ended - began) if ended > began else 0.0


class LossCurve:
    """Losses and gradient norms that grow at their end, seen through views that nothing changes."""

    def __init__(self) -> None:
        self._values = np.empty((2, 1024), np.float32)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def extend(self, values: NDArray[np.float32]) -> None:
        """Append (2, n)."""
        end = self._count + values.shape[1]
        while self._values.shape[1] < end:
            self._values = np.concatenate((self._values, np.empty_like(self._values)), axis=1)
        self._values[:, self._count : end] = values
        self._count = end

    def cut(self, count: int) -> None:
        """Forget what comes after ``count``; who has a view already keeps the numbers."""
        if count < self._count:
            self._values, self._count = self._values[:, :count].copy(), count

    @property
    def views(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Losses and gradient norms, read-only, (n,) each."""
        losses, norms = self._values[:, : self._count]
        losses.setflags(write=False)
        norms.setflags(write=False)
        return losses, norms


class ProgressRecorder:
    """Makes the progress of one training. All calls on one thread."""

    def __init__(
        self,
        configuration: TrainingConfiguration,
        edges: NDArray[np.int64],
        floor: FloatArray | None = None,
    ) -> None:
        self._configuration = configuration
        self._edges, self._floor = _fixed(edges), None if floor is None else _fixed(floor)
        self._curve = LossCurve()
        self._speed = SpeedMeter()
        self._judged_at = -1
        self._bucket_losses: FloatArray = _fixed(np.full(len(edges) - 1, np.nan))
        self._verdict = Verdict.TOO_EARLY

    def record(
        self, history: LossHistory, elapsed_seconds: float, memory_bytes: int
    ) -> TrainingProgress:
        """The progress after all steps of ``history``."""
        from ddpm_studio.training.loss_history import BLOCK_STEPS

        self._curve.cut(len(history))
        self._curve.extend(history.since(len(self._curve)))
        if self._is_judgement_due(len(history)):
            self._judge(history, BLOCK_STEPS)
        return self._progress(elapsed_seconds, memory_bytes)

    def record_logged(
        self, rows: FloatArray, bucket_losses: FloatArray, elapsed_seconds: float
    ) -> TrainingProgress:
        """The progress that another process has logged: (steps, 4) as LossLogReader gives them."""
        self._curve.cut(len(rows))
        self._curve.extend(rows[len(self._curve) :, 1:3].T.astype(np.float32))
        self._bucket_losses = _fixed(bucket_losses)
        self._verdict = self._verdict_now()
        return self._progress(elapsed_seconds, 0)

    def hold_speed(self) -> None:
        """After a pause, speed is measured anew."""
        self._speed = SpeedMeter()

    def _is_judgement_due(self, step: int) -> bool:
        """In proportion to the steps, half of which it reads."""
        return step < self._judged_at or step - self._judged_at >= max(10, step // 200)

    def _judge(self, history: LossHistory, block_steps: int) -> None:
        self._judged_at = len(history)
        blocks = recent_mean(history.bucket_losses, len(history) // block_steps)
        self._bucket_losses = _fixed(blocks)
        self._verdict = self._verdict_now()

    def _verdict_now(self) -> Verdict:
        warm_up = self._configuration.warm_up_steps
        return verdict_of(self._curve.views[0], warm_up, self._excess_ratio)

    @property
    def _excess_ratio(self) -> float:
        """Of the recent loss above its floor, over all t; NaN where that is not known."""
        if self._floor is None:
            return math.nan
        known = ~np.isnan(self._floor) & ~np.isnan(self._bucket_losses)
        weights = np.diff(self._edges) * known
        if not known.any():
            return math.nan
        floor = float(np.nansum(weights * self._floor))
        return float(np.nansum(weights * self._bucket_losses)) / floor - 1 if floor else math.nan

    def _progress(self, elapsed_seconds: float, memory_bytes: int) -> TrainingProgress:
        step, settings = len(self._curve), self._configuration
        self._speed.mark(elapsed_seconds, step)
        speed = self._speed.steps_per_second
        losses, norms = self._curve.views
        return TrainingProgress(
            step=step,
            steps=settings.steps,
            losses=losses,
            gradient_norms=norms,
            learning_rate=settings.learning_rate_at(max(0, step - 1)),
            bucket_edges=self._edges,
            bucket_losses=self._bucket_losses,
            bucket_floor=self._floor,
            steps_per_second=speed,
            samples_per_second=speed * settings.batch_size,
            seconds_left=(settings.steps - step) / speed if speed else 0.0,
            memory_bytes=memory_bytes,
            elapsed_seconds=elapsed_seconds,
            verdict=self._verdict,
        )


def diverged(progress: TrainingProgress) -> TrainingProgress:
    """The same, of a training that the trainer has found to diverge."""
    return replace(progress, verdict=Verdict.DIVERGED)


def bucket_edges(T: int, buckets: int) -> NDArray[np.int64]:
    """(B + 1,): bucket b, as training.loss_history.bucket_of counts, has edges[b] < t <= edges[b+1]."""
    return -(-np.arange(buckets + 1) * T // buckets)


def recent_mean(blocks: FloatArray, whole: int) -> FloatArray:
    """Of (blocks, B), of which ``whole`` are whole: the last fifth, at most five blocks; (B,).

    Of the first block while it is not whole. NaN where no t was drawn.
    """
    count = min(max(1, whole // 5), _RECENT_BLOCKS)
    recent = blocks[max(0, whole - count) : max(1, whole)]
    counts = (~np.isnan(recent)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, np.nansum(recent, axis=0) / counts, np.nan)


def _fixed(array: NDArray[Number]) -> NDArray[Number]:
    view = array.view()
    view.setflags(write=False)
    return view
