"""Probe: images a second of the Trainer, and of pytorch-ddpm's loop beside it, in turns."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
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


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, "small" or "paper" for the network, the batch's size,
    rounds, steps of a round, and the folder of pytorch-ddpm if there is one."""
    name = arguments[1]
    batch_size, rounds, steps = map(int, arguments[2:5])
    folder = Path(arguments[5]) if len(arguments) > 5 else None
    prepare_torch()
    settings = _settings(name, batch_size)
    images = RandomImages(settings.network.sample_shape)
    loops, count = _loops(settings, images, folder)
    speeds = _in_turns(loops, batch_size, rounds, steps)
    report_result(
        TrainingSpeed(
            network=name,
            parameter_count=count,
            image_size=settings.network.sample_shape[-1],
            batch_size=batch_size,
            threads=torch.get_num_threads(),
            ours={precision: speeds["ours", precision] for precision in PRECISIONS},
            theirs={key[1]: values for key, values in speeds.items() if key[0] == "theirs"},
            peak_bytes=peak_bytes(),
        )
    )


def _settings(name: str, batch_size: int) -> TrainingConfiguration:
    paper = preset("cifar10")
    network = SMALL if name == "small" else paper.network
    return replace(
        paper, name=name, data_set="random images", network=network, batch_size=batch_size
    )


Loops = dict[tuple[str, str], Iterator[Any]]


def _loops(
    settings: TrainingConfiguration, images: RandomImages, folder: Path | None
) -> tuple[Loops, int]:
    """All loops by whose and precision, and how many parameters the network has in each of them."""
    loops: Loops = {}
    counts = set()
    for precision in PRECISIONS:
        asked = replace(settings, precision=precision)
        trainer = Trainer(asked, data=images)
        loops["ours", precision] = trainer.run()
        counts.add(parameter_count(trainer.network))
        if folder is not None:
            reference = ReferenceLoop(folder, asked, images.training_images())
            loops["theirs", precision] = reference.run()
            counts.add(parameter_count(reference.network))
    if len(counts) > 1:
        raise ValueError(f"the networks differ: {sorted(counts)} parameters")
    return loops, counts.pop()


def _in_turns(
    loops: Loops, batch_size: int, rounds: int, steps: int
) -> dict[tuple[str, str], list[float]]:
    """Images a second. Round by round: what slows the machine for a while slows all of them."""
    speeds: dict[tuple[str, str], list[float]] = {key: [] for key in loops}
    for loop in loops.values():
        next(loop)
    for number in range(rounds):
        order = list(loops)
        for key in order if number % 2 else reversed(order):
            began = perf_counter()
            for _ in range(steps):
                next(loops[key])
            speeds[key].append(batch_size * steps / (perf_counter() - began))
    return speeds


if __name__ == "__main__":
    main(sys.argv[1:])
