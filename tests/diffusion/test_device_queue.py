"""Noise that is copied while nobody waits, and tensors on their way: the same numbers, never overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pytest
import torch

from ddpm_studio.diffusion import noise_feed
from ddpm_studio.diffusion.device_queue import Arrival, Mark, second_queue
from ddpm_studio.diffusion.gaussians import standard_normal
from ddpm_studio.diffusion.noise_feed import NoiseFeed

CPU = torch.device("cpu")
on_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="without CUDA")
DEVICES = ["cpu", pytest.param("cuda", marks=on_cuda)]


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(3)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("shape", [(1,), (5, 2), (3, 1, 8, 8)])
def test_noise_is_that_of_every_device(device: str, shape: tuple[int, ...]) -> None:
    """And is drawn when it is asked for: the generator is never ahead of it."""
    generator, reference = seeded(), seeded()
    feed = NoiseFeed(shape, generator, torch.device(device))
    assert torch.equal(generator.get_state(), reference.get_state())
    for _ in range(7):
        with feed.drawn() as z:
            assert z.device.type == device
            assert torch.equal(z.cpu(), standard_normal(shape, reference, CPU))
        assert torch.equal(generator.get_state(), reference.get_state())


class LoggedMark:
    """Says who waits for it; marks are numbered as they are made."""

    log: ClassVar[list[str]]
    made: ClassVar[int]

    def __init__(self, _device: torch.device) -> None:
        self.number = LoggedMark.made
        LoggedMark.made += 1

    def wait(self) -> None:
        self.log.append(f"the CPU waits for {self.number}")

    def goes_before(self, _device: torch.device) -> None:
        self.log.append(f"the queue waits for {self.number}")


def test_a_buffer_is_used_again_behind_what_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks 0, 1: a new buffer; then for every draw the end of its copy and of what read it."""
    log: list[str] = []
    LoggedMark.log, LoggedMark.made = log, 0

    @contextmanager
    def logged_queue(_device: torch.device, kind: str, after: LoggedMark) -> Iterator[None]:
        log.append(f"{kind} is copied after {after.number}")
        yield

    monkeypatch.setattr(noise_feed, "Mark", LoggedMark)
    monkeypatch.setattr(noise_feed, "second_queue", logged_queue)
    feed = NoiseFeed((4,), seeded(), CPU)
    addresses = []
    for _ in range(4):
        with feed.drawn() as z:
            addresses.append(z.data_ptr())
            log.append("it is read")
    assert addresses[0] != addresses[1]
    assert addresses[:2] == addresses[2:]
    # Of the third draw: its buffer was copied at 2 and read at 3, the other one at 4 and 5.
    assert log[8:12] == [
        "the CPU waits for 2",
        "noise is copied after 3",
        "the queue waits for 6",
        "it is read",
    ]
    assert log[12:14] == ["the CPU waits for 4", "noise is copied after 5"]


def test_what_lies_on_the_cpu_has_arrived() -> None:
    x = torch.arange(3)
    with second_queue(CPU, "any", after=Mark(CPU)):
        arrival = Arrival(x)
    assert arrival.wait() is x


@on_cuda
def test_what_is_computed_on_cuda_arrives_whole() -> None:
    """Many times: a copy that did not wait for its computation would be seen sooner or later."""
    device = torch.device("cuda")
    for k in range(50):
        x = torch.full((1000, 1000), float(k), device=device)
        for _ in range(5):
            x = (x @ torch.eye(1000, device=device)) + 1
        with second_queue(device, "test", after=Mark(device)):
            arrival = Arrival(x * 2)
        x = torch.zeros_like(x)
        assert (arrival.wait() == 2 * (k + 5)).all()
