"""What is queued for a GPU and not waited for: marks in its queues, a second queue, tensors on their way.

On CUDA these are events, streams and page-locked memory. Elsewhere everything has happened by the
time that it returns: the same calls then do nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import torch
from torch import Tensor


class Mark:
    """A place in the queue that work goes to at present: behind all that it holds."""

    def __init__(self, device: torch.device) -> None:
        self._event = None
        if device.type == "cuda":
            # A thread that waits for it sleeps: the window needs the core.
            self._event = torch.cuda.Event(blocking=True)
            self._event.record(torch.cuda.current_stream(device))

    def wait(self) -> None:
        """Until the device has come to it."""
        if self._event is not None:
            self._event.synchronize()

    def goes_before(self, device: torch.device) -> None:
        """What is queued from now on, on the present queue, is begun after it; nobody waits here."""
        if self._event is not None:
            torch.cuda.current_stream(device).wait_event(self._event)


@contextmanager
def second_queue(device: torch.device, kind: str, after: Mark) -> Iterator[None]:
    """In here work goes to another queue of the device, behind ``after``; one queue for each kind."""
    if device.type != "cuda":
        yield
        return
    with torch.cuda.stream(stream_for(device, kind)):
        after.goes_before(device)
        yield


def also_used(x: Tensor) -> Tensor:
    """x, which the present queue is going to read: its memory is not given away meanwhile."""
    if x.is_cuda:
        x.record_stream(torch.cuda.current_stream(x.device))
    return x


@lru_cache(maxsize=16)
def stream_for(device: torch.device, _kind: str) -> torch.cuda.Stream:
    """The one stream of a CUDA device for that kind of work: matrix products keep a workspace for each."""
    return torch.cuda.Stream(device)


def host_memory(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Memory of the CPU that the device reads and writes without being waited for."""
    return torch.empty(shape, dtype=dtype, pin_memory=device.type == "cuda")


class Arrival:
    """A tensor on its way to the CPU, computed by what the present queue holds so far."""

    def __init__(self, x: Tensor) -> None:
        self._x = x
        if x.device.type == "cuda":
            self._x = host_memory(tuple(x.shape), x.dtype, x.device)
            self._x.copy_(x, non_blocking=True)
        elif x.device.type != "cpu":
            self._x = x.to("cpu")
        self._mark = Mark(x.device)

    def wait(self) -> Tensor:
        """It, on the CPU; one that lies there already is no copy."""
        self._mark.wait()
        return self._x
