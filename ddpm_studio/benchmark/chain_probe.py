"""Probe: reverse steps a second of the paper's network, and of other projects beside it, in turns."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import torch
from torch import Tensor, nn

from ddpm_studio.benchmark.memory import peak_bytes
from ddpm_studio.benchmark.probe_result import report_result
from ddpm_studio.benchmark.reference_samplers import (
    Steps,
    diffusers_steps,
    pytorch_ddpm_network,
    pytorch_ddpm_steps,
)
from ddpm_studio.benchmark.results import ChainSpeed
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.diffusers_export import export_to_diffusers
from ddpm_studio.checkpoints.foreign.opening import open_model
from ddpm_studio.checkpoints.sampling import precision_error, resumed_steps
from ddpm_studio.checkpoints.weights import LoadedModel, assembled, load_inspected
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.networks.denoiser import build_network, parameter_count
from ddpm_studio.networks.precision import Precision
from ddpm_studio.training.presets import preset

_PARITY = 1e-4
"""|difference| of two projects' outputs beyond which they are not the same network."""


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, samples, rounds, steps of a round, threads, and the
    folder of pytorch-ddpm if there is one."""
    count, rounds, steps, threads = map(int, arguments[1:5])
    folder = Path(arguments[5]) if len(arguments) > 5 else None
    torch.set_num_threads(threads)
    with TemporaryDirectory() as scratch:
        model, networks, ways = _ways(folder, Path(scratch))
        x_T = torch.randn(count, *model.description.network.sample_shape, generator=_seeded())
        _require_one_network(networks, x_T[:1])
        rates = _in_turns(ways, x_T, rounds, steps)
        error = precision_error(model, x_T[:4], Precision.BFLOAT16)
    report_result(
        ChainSpeed(
            parameter_count=parameter_count(build_network(model.description.network)),
            sample_count=count,
            threads=threads,
            rates=rates,
            bfloat16_error=error,
            peak_bytes=peak_bytes(),
        )
    )


def _seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


Networks = dict[str, Callable[[Tensor, int], Tensor]]


def _ways(folder: Path | None, scratch: Path) -> tuple[LoadedModel, Networks, dict[str, Steps]]:
    """Our model; epsilon by (x_t, t from 1 on) of each project; and their reverse steps."""
    ways: dict[str, Steps] = {}
    networks: Networks = {}
    if folder is None:
        model = _random_model(_description())
    else:
        theirs = _randomised(pytorch_ddpm_network(folder, _description()))
        torch.save({"ema_model": theirs.state_dict()}, scratch / "ckpt.pt")
        model = load_inspected(open_model(scratch / "ckpt.pt", {"variance": "fixed-large"}))
        ways["pytorch-ddpm"] = pytorch_ddpm_steps(folder, theirs, model.description)
        networks["pytorch-ddpm"] = lambda x, t: theirs(x, torch.full((len(x),), t - 1))
    network = model.denoiser.network
    networks["ours"] = lambda x, t: network(x, torch.tensor([t]))
    for precision in Precision:
        ways[f"ours, {precision}"] = _our_steps(model, precision)
    if importlib.util.find_spec("diffusers") is not None:
        export_to_diffusers(scratch / "folder", model.description, network.state_dict())
        unet, ways["diffusers"] = diffusers_steps(scratch / "folder")
        networks["diffusers"] = lambda x, t: unet(x, t - 1).sample
    return model, networks, ways


def _description() -> ModelDescription:
    """The DDPM paper's model of CIFAR-10."""
    settings = preset("cifar10")
    return ModelDescription(
        name="paper",
        data_set="",
        network=settings.network,
        schedule=settings.schedule,
        target="noise",
        variance="fixed-large",
        clip=1.0,
        training=None,
        origin="benchmark",
    )


def _random_model(description: ModelDescription) -> LoadedModel:
    network = _randomised(build_network(description.network))
    return assembled(description, network.state_dict(), "cpu")


def _randomised(network: nn.Module) -> nn.Module:
    """In evaluation mode, with weights that a trained network could have: a fresh one says nothing."""
    generator = _seeded()
    for name, parameter in network.named_parameters():
        if "norm" not in name and parameter.ndim > 1:
            scale = (parameter.numel() / len(parameter)) ** -0.5
            parameter.data = scale * torch.randn(parameter.shape, generator=generator)
    return network.eval().requires_grad_(False)


def _our_steps(model: LoadedModel, precision: Precision) -> Steps:
    def run(x_T: Tensor, steps: int) -> Tensor:
        sampler = SamplerConfiguration(steps=steps, variance="fixed-large", clip=1.0)
        T = model.denoiser.schedule.T
        for step in resumed_steps(model, x_T, T, _seeded(), sampler, precision=precision):
            last = step
        return last.x

    return run


def _require_one_network(networks: Networks, x: Tensor) -> None:
    """Raises ValueError where the projects do not answer the same: then speeds say nothing."""
    with torch.inference_mode():
        for t in (1, 500, 1000):
            ours = networks["ours"](x, t)
            for name, network in networks.items():
                difference = float((network(x, t) - ours).abs().max())
                if difference > _PARITY:
                    raise ValueError(f"{name} differs by {difference:g} at t = {t}")


def _in_turns(
    ways: dict[str, Steps], x_T: Tensor, rounds: int, steps: int
) -> dict[str, list[float]]:
    """Reverse steps a second. Round by round: what slows the machine for a while slows all."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for run in ways.values():
        run(x_T, 2)  # chooses its form, allocates; pytorch-ddpm cannot take one step alone
    for number in range(rounds):
        order = list(ways)
        for name in order if number % 2 else reversed(order):
            began = perf_counter()
            ways[name](x_T, steps)
            rates[name].append(steps / (perf_counter() - began))
    return rates


if __name__ == "__main__":
    main(sys.argv[1:])
