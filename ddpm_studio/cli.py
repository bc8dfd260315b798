"""The command line: the window without arguments, and what works without one or without Qt."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ddpm_studio import __version__
from ddpm_studio.datasets.command_options import add_data_options
from ddpm_studio.explained_error import ExplainedError, printable
from ddpm_studio.standard_streams import discard_output, mend_standard_streams, say

USAGE_ERROR, FAILURE, INTERRUPTED = 2, 1, 130
MAX_COUNT = 1_000_000
QT_PACKAGES = ("PySide6", "pyqtgraph", "shiboken6")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or non-zero after one line on stderr."""
    mend_standard_streams()
    _interrupts_can_be_caught()
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        code = command(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _complain("Stopped.", INTERRUPTED)
    except BrokenPipeError:
        discard_output()  # the reader of a pipe left: nothing to say, and nobody to say it to
        return FAILURE
    except ExplainedError as error:
        return _complain(str(error), FAILURE)
    except ModuleNotFoundError as error:
        if error.name not in QT_PACKAGES:
            raise
        return _complain(f"This needs {error.name}, which is not installed.", FAILURE)
    except OSError as error:
        return _complain(_sentence(error), FAILURE)
    except (MemoryError, RuntimeError) as error:
        if type(error).__name__ == "OutOfMemoryError":  # torch's, which may not be imported
            return _complain(
                "The device has not enough memory: leave --device out to use the CPU.", FAILURE
            )
        if not isinstance(error, MemoryError) and "DefaultCPUAllocator" not in str(error):
            raise
        return _complain("There is not enough memory: ask for fewer samples.", FAILURE)


def _interrupts_can_be_caught() -> None:
    """From here on Ctrl-C is caught; __main__ let it end the process in silence until now."""
    with suppress(ValueError):  # of a thread that is not the main one, which gets none
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _complain(message: str, code: int) -> int:
    print(f"ddpm-studio: {printable(message)}", file=sys.stderr)
    return code


def _sentence(error: OSError) -> str:
    if error.filename is None:  # only what is printed has no name
        discard_output()
        return f"The output cannot be written: {error.strerror or error}."
    return f"{error.filename} cannot be used: {error.strerror}."


class CommandError(ExplainedError):
    """A request that cannot be met; the text says why and what to do."""


# What may be written


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a whole number from {low:,} to {high:,}"
            )
        return number

    return parse


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ddpm-studio", description="See a denoising diffusion probabilistic model work."
    )
    parser.add_argument("--version", action="version", version=f"ddpm-studio {__version__}")
    parser.set_defaults(command=_window, file=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_window(commands)
    _add_train(commands)
    _add_sample(commands)
    _add_measure(commands)
    _add_export(commands)
    models = commands.add_parser("models", help="list the bundled models")
    models.set_defaults(command=_models)
    info = commands.add_parser("info", help="say what a model file or a checkpoint is")
    info.add_argument("file", type=Path, metavar="FILE")
    _add_answers(info)
    info.set_defaults(command=_info)
    add_data_options(commands, size=_whole(4, 1024))
    _add_convert(commands)
    _add_fetch(commands)
    _add_benchmark(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse has no public name for it


def _add_window(commands: Commands[argparse.ArgumentParser]) -> None:
    window = commands.add_parser("gui", help="open the window (what happens without a command)")
    window.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a model file to show")
    window.set_defaults(command=_window)


def _add_train(commands: Commands[argparse.ArgumentParser]) -> None:
    train = commands.add_parser("train", help="train a model; Ctrl-C keeps what was learned so far")
    what = train.add_mutually_exclusive_group()
    what.add_argument(
        "--preset",
        metavar="NAME",
        help='named after the data: moons, swiss-roll, digits, …; "bundled" trains every model that '
        "ships with the application, and then --out is a folder",
    )
    what.add_argument(
        "--config", type=Path, metavar="FILE.json", help="a description of a training"
    )
    train.add_argument(
        "--steps",
        type=_whole(1, 100_000_000),
        metavar="N",
        help="stop at step N, counted from 0 (default: the preset's); the learning rate falls as if "
        "all of the preset's were taken",
    )
    train.add_argument("--seed", type=_whole(0, 2**63 - 1), metavar="S", help="default: 0")
    train.add_argument(
        "--batch-size", type=_whole(1, 1_000_000), metavar="N", help="default: the preset's"
    )
    train.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE.safetensors",
        help="the model; the state of the training is kept in the folder FILE.run beside it",
    )
    train.add_argument(
        "--resume", action="store_true", help="go on with the training that FILE.run holds"
    )
    train.add_argument("--device", default="cpu", help="cpu (default), cuda, cuda:1, mps")
    train.add_argument(
        "--precision",
        choices=("float32", "bfloat16", "auto"),
        help="default: the preset's, float32; auto measures at the start, and takes the other where "
        "that is at least 10 %% faster",
    )
    train.add_argument(
        "--compile",
        action=argparse.BooleanOptionalAction,
        help="compile the network with torch.compile, on CUDA: it takes minutes at the start, and steps "
        "are faster after (default: the preset's, no)",
    )
    train.add_argument(
        "--threads",
        type=_whole(1, 1024),
        metavar="N",
        help="CPU threads (default: 1; with --resume: as before)",
    )
    train.add_argument(
        "--tensorboard", type=Path, metavar="DIR", help="write losses and samples for TensorBoard"
    )
    train.set_defaults(command=_train)


def _add_answers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what a checkpoint of another project cannot tell, and info lists; may be repeated",
    )


def _add_convert(commands: Commands[argparse.ArgumentParser]) -> None:
    convert = commands.add_parser(
        "convert",
        help="make a model file of another project's checkpoint, or a folder of diffusers",
    )
    convert.add_argument("file", type=Path, metavar="FILE|FOLDER")
    what = convert.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, metavar="FILE.safetensors", help="a model file of ours")
    what.add_argument(
        "--to-diffusers",
        type=Path,
        metavar="FOLDER",
        help="a new folder that Hugging Face's diffusers opens as a DDPMPipeline",
    )
    _add_answers(convert)
    convert.set_defaults(command=_convert)


def _add_fetch(commands: Commands[argparse.ArgumentParser]) -> None:
    fetch = commands.add_parser("fetch", help="bring a model from the Hugging Face hub")
    fetch.add_argument("name", metavar="OWNER/NAME")
    fetch.add_argument(
        "--into", type=Path, metavar="FOLDER", help="keep it there (default: a cache)"
    )
    fetch.set_defaults(command=_fetch)


def _add_benchmark(commands: Commands[argparse.ArgumentParser]) -> None:
    benchmark = commands.add_parser("benchmark", help="measure the speed of this machine")
    benchmark.add_argument("--quick", action="store_true", help="fewer repetitions")
    benchmark.add_argument(
        "--training", action="store_true", help="measure how fast networks are trained, alone"
    )
    benchmark.add_argument(
        "--sampling",
        action="store_true",
        help="measure the reverse steps of the DDPM paper's network, beside diffusers' where that is "
        "installed",
    )
    benchmark.add_argument(
        "--threads", type=_whole(1, 1024), metavar="N", help="with --sampling (default: all cores)"
    )
    benchmark.add_argument(
        "--pytorch-ddpm",
        type=Path,
        metavar="FOLDER",
        help="with --training or --sampling: a checkout of github.com/w86763777/pytorch-ddpm, whose "
        "code is run to compare with",
    )
    benchmark.set_defaults(command=_benchmark)


def _add_sample(commands: Commands[argparse.ArgumentParser]) -> None:
    sample = commands.add_parser("sample", help="draw samples by the reverse chain")
    sample.add_argument("--model", required=True, metavar="NAME|PATH")
    sample.add_argument("--count", type=_whole(1, MAX_COUNT), default=64, metavar="N")
    sample.add_argument("--seed", type=_whole(0, 2**63 - 1), default=0, metavar="S")
    sample.add_argument("--out", type=Path, required=True, metavar="FILE.npz")
    sample.add_argument("--device", default="cpu", help="cpu (default), cuda, cuda:1, mps")
    _add_sampler(sample)
    _add_answers(sample)
    sample.set_defaults(command=_sample)


def _add_sampler(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--sampler",
        choices=("ddpm", "ddim"),
        default="ddpm",
        help="ddpm (default): the ancestral sampler, with the model's variance; ddim",
    )
    command.add_argument(
        "--eta",
        type=_share,
        metavar="ETA",
        help="noise of ddim: 0 (default) draws x_T alone, 1 is like ddpm",
    )
    command.add_argument(
        "--steps",
        type=_whole(1, 10_000),
        metavar="S",
        help="take S evenly spaced steps of the model's T (default: all)",
    )
    command.add_argument(
        "--precision",
        choices=("float32", "bfloat16"),
        default="float32",
        help="of the network: float32 (default), or bfloat16, faster where the device knows it, with "
        "errors of about a hundredth",
    )
    _add_condition(command)


def _add_condition(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--class",
        dest="label",
        type=_whole(0, 1_000_000),
        metavar="K",
        help="of a model made for classes, or with a classifier: the class of all samples, from 0 "
        "(default: all classes in turn)",
    )
    command.add_argument(
        "--classifier",
        type=Path,
        metavar="FILE",
        help="a noisy classifier that guides the samples to their class at every step",
    )
    command.add_argument(
        "--guidance",
        type=float,
        metavar="SCALE",
        help="how strongly it guides them: 1 (default) samples what is likely for the class, more "
        "only what is typical of it",
    )
    command.add_argument(
        "--classifier-answer",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what the classifier's file cannot tell; may be repeated",
    )


def _add_measure(commands: Commands[argparse.ArgumentParser]) -> None:
    measure = commands.add_parser(
        "measure", help="measure a model's denoising error by t and its variational bound"
    )
    measure.add_argument("model", metavar="NAME|PATH")
    measure.add_argument(
        "--count",
        type=_whole(2, MAX_COUNT),
        metavar="N",
        help="samples to measure with; of images at most as many as there are",
    )
    measure.add_argument("--seed", type=_whole(0, 2**63 - 1), default=0, metavar="S")
    measure.add_argument("--device", default="cpu", help="cpu (default), cuda, cuda:1, mps")
    _add_answers(measure)
    measure.set_defaults(command=_measure)


def _add_export(commands: Commands[argparse.ArgumentParser]) -> None:
    export = commands.add_parser(
        "export", help="make a GIF of the window's pictures, without a display"
    )
    export.add_argument("--model", required=True, metavar="NAME|PATH")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.gif")
    export.add_argument(
        "--view", choices=("both", "forward", "reverse", "histograms"), default="both"
    )
    export.add_argument("--from", dest="t_first", type=_whole(0, 10_000), metavar="T")
    export.add_argument("--to", dest="t_last", type=_whole(0, 10_000), metavar="T")
    export.add_argument("--frames", type=_whole(1, 2000), default=100, metavar="N")
    export.add_argument("--fps", type=float, default=20.0, metavar="F")
    export.add_argument("--width", type=_whole(160, 3840), default=800, metavar="PIXELS")
    export.add_argument(
        "--hold", type=float, default=1.0, metavar="SECONDS", help="on the last frame"
    )
    export.add_argument("--ping-pong", action="store_true", help="there and back again")
    export.add_argument("--no-histogram", dest="histogram", action="store_false")
    export.add_argument("--no-captions", dest="captions", action="store_false")
    export.add_argument(
        "--count", type=_whole(1, 10_000), metavar="N", help="samples in each chain"
    )
    export.add_argument("--seed", type=_whole(0, 2**31 - 1), default=0, metavar="S")
    _add_sampler(export)
    export.add_argument("--theme", choices=("dark", "light"), default="dark")
    export.add_argument("--language", choices=("en", "ko"), default="en")
    _add_answers(export)
    export.set_defaults(command=_export)


# What the commands do


def _window(options: argparse.Namespace) -> int:
    from ddpm_studio.app import run_window

    return run_window(options.file)


def _models(_options: argparse.Namespace) -> int:
    from ddpm_studio.checkpoints.bundled import bundled_models
    from ddpm_studio.checkpoints.model_file import ModelFileError
    from ddpm_studio.checkpoints.summary import one_line_summary

    damaged: list[ModelFileError] = []
    models = bundled_models(damaged.append)
    width = max((len(model.description.name) for model in models), default=0)
    for model in models:
        say(f"{model.description.name:<{width}}  {one_line_summary(model)}")
    for error in damaged:
        _complain(str(error), FAILURE)
    return FAILURE if damaged else 0


def _info(options: argparse.Namespace) -> int:
    from ddpm_studio.checkpoints.convert_command import say_what_it_is

    return say_what_it_is(options)


def _convert(options: argparse.Namespace) -> int:
    from ddpm_studio.checkpoints.convert_command import convert

    return convert(options)


def _fetch(options: argparse.Namespace) -> int:
    from ddpm_studio.checkpoints.convert_command import fetch

    return fetch(options)


def _train(options: argparse.Namespace) -> int:
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
        resume=options.resume,
        device=options.device,
        threads=options.threads,
        tensorboard=options.tensorboard,
    )
    return train_bundled_models(request) if options.preset == "bundled" else train_model(request)


def _sample(options: argparse.Namespace) -> int:
    from ddpm_studio.atomic_file import check_replaceable, replacing_file
    from ddpm_studio.checkpoints.bundled import find_model
    from ddpm_studio.checkpoints.convert_command import given_answers
    from ddpm_studio.checkpoints.sampler_options import (
        condition_from_options,
        sampler_from_options,
    )

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


def _measure(options: argparse.Namespace) -> int:
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
        _show_share(measurement.done / plan.work)
    for line in (f"{file.description.name}:", *report_lines(measurement)):
        say(line)
    return 0


def _show_share(share: float) -> None:
    """Progress on a terminal, which goes away at its end."""
    if sys.stderr.isatty():
        line = f"{share:.0%}" if share < 1 else ""
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def _export(options: argparse.Namespace) -> int:
    from ddpm_studio.app import export_from_command_line

    return export_from_command_line(options)


def _benchmark(options: argparse.Namespace) -> int:
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
