"""What each command does. Imports of its own, so that no command waits for another one's libraries."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.standard_streams import complain, say, show_progress


class CommandError(ExplainedError):
    """A request that cannot be met; the text says why and what to do."""


def open_window(options: argparse.Namespace) -> int:
    """Open the window, with the file that is named."""
    from ddpm_studio.app import run_window

    return run_window(options.file)


def list_models(_options: argparse.Namespace) -> int:
    """Print the bundled models, a line each; 1 where one of them is damaged."""
    from ddpm_studio.checkpoints.bundled import bundled_models
    from ddpm_studio.checkpoints.model_file import ModelFileError
    from ddpm_studio.checkpoints.summary import one_line_summary

    damaged: list[ModelFileError] = []
    models = bundled_models(damaged.append)
    width = max((len(model.description.name) for model in models), default=0)
    for model in models:
        say(f"{model.description.name:<{width}}  {one_line_summary(model)}")
    for error in damaged:
        complain(str(error))
    return 1 if damaged else 0


def describe_file(options: argparse.Namespace) -> int:
    """Print what a file is."""
    from ddpm_studio.checkpoints.convert_command import say_what_it_is

    return say_what_it_is(options)


def convert_model(options: argparse.Namespace) -> int:
    """Make a model file, or a folder of diffusers."""
    from ddpm_studio.checkpoints.convert_command import convert

    return convert(options)


def fetch_model(options: argparse.Namespace) -> int:
    """Bring a model from the Hugging Face hub."""
    from ddpm_studio.checkpoints.convert_command import fetch

    return fetch(options)


def train_network(options: argparse.Namespace) -> int:
    """Train one network, or all bundled ones."""
    if not (options.preset or options.config or options.resume):
        raise CommandError("Say what to train: --preset NAME or --config FILE.json.")
    from ddpm_studio.training.command import train_bundled_models, train_model
    from ddpm_studio.training.run_start import TrainingRequest

    _require_device(options.device, options.threads or 1)
    request = TrainingRequest(
        out=options.out,
        preset=options.preset,
        configuration_file=options.config,
        steps=options.steps,
        seed=options.seed,
        batch_size=options.batch_size,
        precision=options.precision,
        compile=options.compile,
        conditional=options.conditional,
        resume=options.resume,
        device=options.device,
        threads=options.threads,
        tensorboard=options.tensorboard,
    )
    return train_bundled_models(request) if options.preset == "bundled" else train_model(request)


_PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def _require_no_picture(path: Path) -> None:
    """A file that says it is a picture, and is none, is opened by nothing."""
    if path.suffix.lower() in _PICTURE_SUFFIXES:
        raise ExplainedError(
            "Samples are written as numbers, not as {file}: name an .npz file. Pictures of them come "
            "from “ddpm-studio export”.",
            file=path.name,
        )


def draw_samples(options: argparse.Namespace) -> int:
    """Write x_0 of the reverse chain, and the classes where there are any, as .npz."""
    from ddpm_studio.atomic_file import check_replaceable, replacing_file
    from ddpm_studio.checkpoints.bundled import find_model
    from ddpm_studio.checkpoints.convert_command import given_answers
    from ddpm_studio.checkpoints.sampler_options import (
        condition_from_options,
        sampler_from_options,
    )

    _require_no_picture(options.out)
    check_replaceable(options.out)
    file = find_model(options.model, given_answers(options.answer))
    sampler = sampler_from_options(options, file.description)
    condition = condition_from_options(options, file.description)
    _require_device(options.device)
    import numpy as np

    from ddpm_studio.checkpoints.sampling import sample_model
    from ddpm_studio.checkpoints.weights import load_inspected

    model = load_inspected(file, options.device)
    samples = sample_model(
        model, options.count, options.seed, sampler, condition, options.precision
    )
    chosen = condition.labels(file.description, options.count)
    labels: dict[str, Any] = {} if chosen is None else {"label": np.array(chosen)}
    with replacing_file(options.out) as target:
        target.expected_bytes = samples.nbytes
        np.savez_compressed(target, x_0=samples.numpy(), **labels)
    say(f"{options.out}: x_0 of {options.count} samples, shape {tuple(samples.shape)}")
    return 0


def measure_model(options: argparse.Namespace) -> int:
    """Print the denoising error by t and the variational bound."""
    from ddpm_studio.checkpoints.bundled import find_model
    from ddpm_studio.checkpoints.convert_command import given_answers
    from ddpm_studio.checkpoints.measurement_report import report_lines

    file = find_model(options.model, given_answers(options.answer))
    _require_device(options.device)
    from ddpm_studio.checkpoints.measuring import measure, plan_measurement
    from ddpm_studio.checkpoints.weights import load_inspected

    plan = plan_measurement(file.description, options.count, options.seed)
    model = load_inspected(file, options.device)
    for measurement in measure(model, plan):
        share = measurement.done / plan.work
        show_progress(f"{share:.0%}" if share < 1 else "", in_logs=False)
    for line in (f"{file.description.name}:", *report_lines(measurement)):
        say(line)
    return 0


def export_animation(options: argparse.Namespace) -> int:
    """Write a GIF of the window's pictures."""
    from ddpm_studio.app import export_from_command_line

    return export_from_command_line(options)


def measure_speed(options: argparse.Namespace) -> int:
    """Print how fast this machine is."""
    if options.training:
        return _training_benchmark(options)
    if options.sampling:
        return _sampling_benchmark(options)
    if options.pytorch_ddpm:
        raise CommandError("--pytorch-ddpm belongs to --training and to --sampling.")
    from ddpm_studio.benchmark.report import run_benchmark

    return run_benchmark(quick=options.quick)


def _training_benchmark(options: argparse.Namespace) -> int:
    from ddpm_studio.benchmark.training_report import run_training_benchmark

    return run_training_benchmark(_checkout(options.pytorch_ddpm), quick=options.quick)


def _sampling_benchmark(options: argparse.Namespace) -> int:
    from ddpm_studio.benchmark.chain_report import run_chain_benchmark
    from ddpm_studio.session.devices import usable_cores

    threads = options.threads or usable_cores()
    return run_chain_benchmark(_checkout(options.pytorch_ddpm), threads, quick=options.quick)


def _checkout(folder: Path | None) -> Path | None:
    """Of pytorch-ddpm. Raises CommandError where it is none."""
    from ddpm_studio.benchmark.reference_loop import REFERENCE_FILES

    if folder and not all((folder / name).is_file() for name in REFERENCE_FILES):
        raise CommandError("{path} is no checkout of pytorch-ddpm.", path=folder)
    return folder


def _require_device(device: str, threads: int | None = None) -> None:
    """Raise CommandError where torch cannot compute on the device."""
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    try:
        torch.zeros(1, device=device).item()  # "meta" has no numbers to give back
    except (RuntimeError, AssertionError, ImportError) as error:
        raise CommandError(
            "This machine cannot compute on {device!r}; leave --device out to use the CPU.",
            device=device,
        ) from error
