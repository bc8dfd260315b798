"""Probe: images a second of the Trainer, and of pytorch-ddpm's loop beside it, in turns.

Each loop has a process of its own, as it would have when it trains: neither changes how the other's
memory is handled, nor what lies in it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from torch import Generator, Tensor

from ddpm_studio.benchmark.memory import peak_bytes
from ddpm_studio.benchmark.probe_result import report_result
from ddpm_studio.benchmark.reference_loop import ReferenceLoop
from ddpm_studio.benchmark.results import TrainingSpeed
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.denoiser import parameter_count
from ddpm_studio.session.devices import prepare_torch
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.kept_memory import keeping_freed_memory
from ddpm_studio.training.presets import preset
from ddpm_studio.training.trainer import Trainer

PRECISIONS = ("float32", "bfloat16")
IMAGES = 2000

# The other project always has three channels and 32 groups.
SMALL = UNetConfiguration(
    image_size=28,
    image_channels=3,
    channels=32,
    channel_multipliers=(1, 2, 2),
    blocks_per_level=1,
    attention_sizes=(14,),
)


class RandomImages:
    """Images without meaning, in memory: how fast a step is does not depend on them."""

    def __init__(self, sample_shape: tuple[int, ...]) -> None:
        generator = Generator().manual_seed(0)
        self._images = torch.rand((IMAGES, *sample_shape), generator=generator) * 2 - 1

    def training_images(self) -> Tensor:
        """All of them."""
        return self._images

    def choose(self, count: int, generator: Generator) -> Tensor:
        """``count`` indices."""
        return torch.randint(IMAGES, (count,), generator=generator, device=generator.device)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``count`` images."""
        return self._images[self.choose(count, generator)]


@dataclass(frozen=True)
class LoopOrder:
    """Which loop a process runs: with ``folder``, that of the pytorch-ddpm there."""

    network: str
    batch_size: int
    precision: str
    folder: Path | None


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, "small" or "paper" for the network, the batch's size,
    rounds, steps of a round, and the folder of pytorch-ddpm if there is one."""
    name = arguments[1]
    batch_size, rounds, steps = map(int, arguments[2:5])
    folder = Path(arguments[5]) if len(arguments) > 5 else None
    orders = {
        (whose, precision): LoopOrder(name, batch_size, precision, place)
        for whose, place in (("ours", None), ("theirs", folder))
        if whose == "ours" or folder
        for precision in PRECISIONS
    }
    with ExitStack() as stack:
        loops = {
            key: stack.enter_context(closing(LoopProcess(order))) for key, order in orders.items()
        }
        count = _common_count(loops)
        speeds = _in_turns(loops, batch_size, rounds, steps)
        peaks = [loops["ours", precision].end() for precision in PRECISIONS]
    prepare_torch()
    report_result(
        TrainingSpeed(
            network=name,
            parameter_count=count,
            image_size=_settings(name, batch_size).network.sample_shape[-1],
            batch_size=batch_size,
            threads=torch.get_num_threads(),
            ours={precision: speeds["ours", precision] for precision in PRECISIONS},
            theirs={key[1]: values for key, values in speeds.items() if key[0] == "theirs"},
            peak_bytes=max(filter(None, peaks), default=None),
        )
    )


class LoopProcess:
    """One loop, a step of which is taken already, in a process of its own."""

    def __init__(self, order: LoopOrder) -> None:
        context = get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, order), daemon=True)
        self._process.start()
        other.close()
        self.parameter_count = self._answer()

    def seconds_of(self, steps: int) -> float:
        """How long so many steps take."""
        self._connection.send(steps)
        return float(self._answer())

    def end(self) -> int | None:
        """The most memory that it had, in bytes, where the system tells."""
        self._connection.send(0)
        peak: int | None = self._answer()
        return peak

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()

    def _answer(self) -> Any:
        answer = self._connection.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def _serve(connection: Connection, order: LoopOrder) -> None:
    """Answers with the number of parameters, then how long each order of steps takes."""
    try:
        # As the train command does.
        with nullcontext() if order.folder else keeping_freed_memory():
            loop, parameters = _loop(order)
            next(loop)
            connection.send(parameters)
            while steps := connection.recv():
                began = perf_counter()
                for _ in range(steps):
                    next(loop)
                connection.send(perf_counter() - began)
        connection.send(peak_bytes())
    except Exception as error:
        connection.send(RuntimeError(f"{type(error).__name__}: {error}"))


def _loop(order: LoopOrder) -> tuple[Iterator[Any], int]:
    prepare_torch()
    settings = replace(_settings(order.network, order.batch_size), precision=order.precision)
    images = RandomImages(settings.network.sample_shape)
    if order.folder is None:
        trainer = Trainer(settings, data=images)
        return trainer.run(), parameter_count(trainer.network)
    reference = ReferenceLoop(order.folder, settings, images.training_images())
    return reference.run(), parameter_count(reference.network)


def _settings(name: str, batch_size: int) -> TrainingConfiguration:
    paper = preset("cifar10")
    network = SMALL if name == "small" else paper.network
    return replace(
        paper, name=name, data_set="random images", network=network, batch_size=batch_size
    )


Loops = dict[tuple[str, str], LoopProcess]


def _common_count(loops: Loops) -> int:
    counts = {loop.parameter_count for loop in loops.values()}
    if len(counts) > 1:
        raise ValueError(f"the networks differ: {sorted(counts)} parameters")
    return counts.pop()


def _in_turns(
    loops: Loops, batch_size: int, rounds: int, steps: int
) -> dict[tuple[str, str], list[float]]:
    """Images a second. Round by round: what slows the machine for a while slows all of them."""
    speeds: dict[tuple[str, str], list[float]] = {key: [] for key in loops}
    for number in range(rounds):
        order = list(loops)
        for key in order if number % 2 else reversed(order):
            speeds[key].append(batch_size * steps / loops[key].seconds_of(steps))
    return speeds


if __name__ == "__main__":
    main(sys.argv[1:])
