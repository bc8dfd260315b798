"""Probe: the paper's CIFAR-10 network, with random weights, from the click to its reverse chain."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from ddpm_studio.benchmark.memory import peak_bytes
from ddpm_studio.benchmark.probe_result import report_result
from ddpm_studio.benchmark.real_application import (
    CHAIN_TIMEOUT_SECONDS,
    choose,
    open_application,
    real_application,
    wait_for_chains,
    wait_until,
)
from ddpm_studio.benchmark.results import Opening

if TYPE_CHECKING:
    from ddpm_studio.app import Application

COUNT = 4


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, how often the model is opened."""
    repetitions = int(arguments[1])
    with (
        real_application() as application,
        tempfile.TemporaryDirectory(prefix="ddpm-studio-benchmark-") as folder,
    ):
        open_application(application)
        wait_for_chains(application.studio)
        parameters = [_save(Path(folder) / f"paper-{i}.safetensors") for i in range(repetitions)]
        before = peak_bytes()
        opened = [_open(application, path) for path in sorted(Path(folder).iterdir())]
        application.studio.stop()
    report_result(
        Opening(
            parameter_count=parameters[0],
            sample_count=COUNT,
            ready_seconds=[ready for ready, _ in opened],
            first_step_seconds=[first for _, first in opened],
            peak_bytes=peak_bytes(),
            peak_before_bytes=before,
        )
    )


def _save(path: Path) -> int:
    """A file of the network as it is before any training; how many numbers are in it."""
    from ddpm_studio.checkpoints.description import ModelDescription
    from ddpm_studio.checkpoints.weights import save_model
    from ddpm_studio.diffusion.sampler_configuration import ReverseVariance
    from ddpm_studio.diffusion.schedule import ScheduleConfiguration
    from ddpm_studio.diffusion.targets import Target
    from ddpm_studio.networks.configuration import UNetConfiguration
    from ddpm_studio.networks.denoiser import build_network, parameter_count

    configuration = UNetConfiguration(
        32, 3, channels=128, channel_multipliers=(1, 2, 2, 2), attention_sizes=(16,)
    )
    network = build_network(configuration)
    description = ModelDescription(
        name=path.stem,
        data_set="",
        network=configuration,
        schedule=ScheduleConfiguration("linear", 1000, 1e-4, 0.02),
        target=Target.NOISE,
        variance=ReverseVariance.FIXED_LARGE,
        clip=1.0,
        training=None,
        origin="pytorch-ddpm",  # without data of its own: its reverse chain comes first
    )
    save_model(path, description, network.state_dict())
    return parameter_count(network)


def _open(application: Application, path: Path) -> tuple[float, float]:
    """Seconds until x_T of the new model is there, and until its first step is."""
    studio, bar = application.studio, application.screen.top_bar
    began = perf_counter()
    application.screen.open_model_file(path)
    wait_until(lambda: _is_shown(application, path), path.name, CHAIN_TIMEOUT_SECONDS)
    choose(bar.count, bar.count.findData(COUNT))
    wait_until(lambda: _steps(application) > 0, "x_T", CHAIN_TIMEOUT_SECONDS)
    ready = perf_counter() - began
    wait_until(lambda: _steps(application) > 1, "the first step", CHAIN_TIMEOUT_SECONDS)
    first = perf_counter() - began
    studio.chains.stop_reverse()
    return ready, first


def _is_shown(application: Application, path: Path) -> bool:
    model = application.studio.model
    return model is not None and model.path.name == path.name


def _steps(application: Application) -> int:
    reverse = application.studio.reverse
    return int(reverse.recorded.sum()) if reverse is not None else 0


if __name__ == "__main__":
    main(sys.argv[1:])
