"""The kernels of a computation on CUDA, recorded once and replayed: at small batches launching them is
what takes the time.

Source: "CUDA Graphs" in PyTorch's notes on CUDA semantics. What is computed reads and writes memory
that stays where it is, and never waits for the GPU.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import torch
from torch import Tensor

from ddpm_studio.diffusion.device_queue import stream_for
from ddpm_studio.garbage_collection import without_collecting
from ddpm_studio.networks.precision import Precision

DIFFERENCE = {Precision.FLOAT32: 1e-4, Precision.BFLOAT16: 1e-2}
"""How far a replay may be from its computation, as a part of its norm: kernels may be chosen anew."""

Ask = Callable[[], tuple[Tensor, ...]]
"""Computes from tensors that lie still, which it does not change."""

_WARM_UPS = 3
_one_at_a_time = threading.Lock()  # PyTorch's condition for the whole process
_broken_off: set[torch.device] = set()
"""Devices of which a recording did not come to its end: nothing is recorded there any more.

torch's allocator may then still believe that it goes on, and give its memory to the next one.
"""


class Recording:
    """Of the kernels that ``ask`` launches; ``outputs`` is what it returned, written anew by each replay.

    Raises RuntimeError where that cannot be recorded, torch.OutOfMemoryError among them.
    """

    def __init__(self, ask: Ask, device: torch.device) -> None:
        # Not in inference mode: with the first recording torch makes tensors for its own generator,
        # which nobody outside of that mode could then write to (pytorch issue 166792).
        with (
            _one_at_a_time,
            torch.inference_mode(False),
            torch.no_grad(),
            torch.cuda.device(device),
        ):
            self._graph = torch.cuda.CUDAGraph()
            self.outputs = _recorded(self._graph, ask, device)

    def replay(self) -> None:
        """Queue the kernels behind what the present stream holds."""
        self._graph.replay()


def _recorded(graph: torch.cuda.CUDAGraph, ask: Ask, device: torch.device) -> tuple[Tensor, ...]:
    # Not the same one for both: replays use the workspace that matrix products have in a recording's
    # stream, and one may run beside the warm-up of another recording.
    warm, capture = (stream_for(device, kind) for kind in ("warm-up", "capture"))
    own = torch.cuda.current_stream()
    warm.wait_stream(own)
    try:
        with torch.cuda.stream(warm):
            for _ in range(_WARM_UPS):  # libraries choose their kernels, and allocate
                ask()
    finally:
        own.wait_stream(warm)
    try:
        with (
            # The present stream is put back by this one: a recording that fails leaves its own.
            torch.cuda.stream(own),
            # torch aborts where an old recording is thrown away during another.
            without_collecting(),
            # Other threads train or draw meanwhile: what they ask of CUDA is not to be refused.
            torch.cuda.graph(graph, stream=capture, capture_error_mode="thread_local"),
        ):
            return ask()
    except BaseException:
        _broken_off.add(device)
        raise


@torch.no_grad()
def recorded(
    ask: Ask, device: torch.device, load: Callable[[], None], limit: float
) -> Recording | None:
    """A recording that gives the numbers of ``ask``, or None where there can be none.

    ``load`` changes all that ``ask`` reads, after the recording: what was kept of the moment, in
    place of being read again, then shows. ``limit`` is how far |difference| / |number|, norms over
    each output, may be from 0: kernels may be chosen differently. Raises torch.OutOfMemoryError.
    """
    if device in _broken_off:
        return None
    try:
        recording = Recording(ask, device)
        load()
        recording.replay()
        agrees = _agree(ask(), recording.outputs, limit)
    except RuntimeError as error:
        shortage = _out_of_memory(error)
        if shortage is not None:
            raise shortage from error
        return None
    return recording if agrees else None


def _agree(exact: tuple[Tensor, ...], replayed: tuple[Tensor, ...], limit: float) -> bool:
    """Of numbers that are not finite nothing can be said: they do not agree."""
    pairs = [(a.double(), b.double()) for a, b in zip(exact, replayed, strict=True)]
    return all(bool((b - a).norm() <= limit * a.norm()) for a, b in pairs)


def _out_of_memory(error: BaseException | None) -> torch.OutOfMemoryError | None:
    """The error itself, or what it came from: a recording that is broken off has an error of its own."""
    while error is not None and not isinstance(error, torch.OutOfMemoryError):
        error = error.__cause__ or error.__context__
    return error
