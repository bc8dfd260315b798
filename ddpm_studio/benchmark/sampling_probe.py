"""Probe: reverse steps per second of each bundled model, computed and recorded as in the window."""

from __future__ import annotations

import sys
from time import perf_counter

from ddpm_studio.benchmark.memory import peak_bytes
from ddpm_studio.benchmark.probe_result import report_result
from ddpm_studio.benchmark.results import Sampling, SamplingSpeed
from ddpm_studio.checkpoints.bundled import bundled_models
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.session.chain_runs import ReverseRequest, record_reverse_chain
from ddpm_studio.session.devices import find_devices
from ddpm_studio.session.sample_counts import default_count

WARM_UP_STEPS = 10


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, repetitions of each model, steps of each repetition."""
    repetitions, steps = int(arguments[1]), int(arguments[2])
    device = find_devices()[0].key
    models = bundled_models()
    measured: dict[str, list[float]] = {model.description.name: [] for model in models}
    # Round by round: what slows the machine down for a while slows every model.
    for _ in range(repetitions):
        for model in models:
            measured[model.description.name].append(_steps_per_second(model, device, steps))
    report_result(_result(models, measured))


def _steps_per_second(model: ModelFile, device: str, steps: int) -> float:
    chain = record_reverse_chain(ReverseRequest(model, default_count(model), 0, device))
    for _ in range(WARM_UP_STEPS):
        next(chain)
    began = perf_counter()
    for _ in range(min(steps, model.description.schedule.T - WARM_UP_STEPS)):
        last = next(chain)
    seconds = perf_counter() - began
    done = last.done - WARM_UP_STEPS + 1
    chain.close()
    return done / seconds


def _result(models: tuple[ModelFile, ...], measured: dict[str, list[float]]) -> Sampling:
    import torch

    return Sampling(
        devices=[device.name for device in find_devices()],
        threads=torch.get_num_threads(),
        speeds=[
            SamplingSpeed(model.description.name, default_count(model), rates)
            for model, rates in zip(models, measured.values(), strict=True)
        ],
        peak_bytes=peak_bytes(),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
