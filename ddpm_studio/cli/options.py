"""What may be written on the command line. Only argparse is imported until a command runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from ddpm_studio import __version__
from ddpm_studio.cli.commands import (
    convert_model,
    describe_file,
    draw_samples,
    export_animation,
    fetch_model,
    list_models,
    measure_model,
    measure_speed,
    open_window,
    train_network,
)
from ddpm_studio.cli.shared_options import (
    MAX_SEED,
    add_answers,
    add_device,
    add_sampler,
    add_seed,
    whole,
)
from ddpm_studio.datasets.command_options import Commands, add_data_options

MAX_COUNT = 1_000_000


def command_parser() -> argparse.ArgumentParser:
    """Its result names the function to run as ``command``."""
    parser = argparse.ArgumentParser(
        prog="ddpm-studio", description="See a denoising diffusion probabilistic model work."
    )
    parser.add_argument("--version", action="version", version=f"ddpm-studio {__version__}")
    parser.set_defaults(command=open_window, file=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_window(commands)
    _add_train(commands)
    _add_sample(commands)
    _add_measure(commands)
    _add_export(commands)
    models = commands.add_parser("models", help="list the bundled models")
    models.set_defaults(command=list_models)
    info = commands.add_parser("info", help="say what a model file or a checkpoint is")
    info.add_argument("file", type=Path, metavar="FILE")
    add_answers(info)
    info.set_defaults(command=describe_file)
    add_data_options(commands, size=whole(4, 1024))
    _add_convert(commands)
    _add_fetch(commands)
    _add_benchmark(commands)
    return parser


def _add_window(commands: Commands[argparse.ArgumentParser]) -> None:
    window = commands.add_parser("gui", help="open the window (what happens without a command)")
    window.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a model file to show")
    window.set_defaults(command=open_window)


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
    _add_settings(train)
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
    _add_computing(train)
    train.set_defaults(command=train_network)


def _add_settings(train: argparse.ArgumentParser) -> None:
    """What is other than in the preset or the file."""
    train.add_argument(
        "--steps",
        type=whole(1, 100_000_000),
        metavar="N",
        help="stop at step N, counted from 0 (default: the preset's); the learning rate falls as if "
        "all of the preset's were taken",
    )
    train.add_argument("--seed", type=whole(0, MAX_SEED), metavar="S", help="default: 0")
    train.add_argument(
        "--batch-size", type=whole(1, 1_000_000), metavar="N", help="default: the preset's"
    )
    train.add_argument(
        "--conditional",
        action=argparse.BooleanOptionalAction,
        help="give the network the class of each image, so that samples of a class can be drawn, where "
        "the data have labels (default: as the preset or the file says; presets do not)",
    )


def _add_computing(train: argparse.ArgumentParser) -> None:
    add_device(train)
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
        type=whole(1, 1024),
        metavar="N",
        help="CPU threads (default: 1; with --resume: as before)",
    )
    train.add_argument(
        "--tensorboard", type=Path, metavar="DIR", help="write losses and samples for TensorBoard"
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
    add_answers(convert)
    convert.set_defaults(command=convert_model)


def _add_fetch(commands: Commands[argparse.ArgumentParser]) -> None:
    fetch = commands.add_parser("fetch", help="bring a model from the Hugging Face hub")
    fetch.add_argument("name", metavar="OWNER/NAME")
    fetch.add_argument(
        "--into", type=Path, metavar="FOLDER", help="keep it there (default: a cache)"
    )
    fetch.set_defaults(command=fetch_model)


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
        "--threads", type=whole(1, 1024), metavar="N", help="with --sampling (default: all cores)"
    )
    benchmark.add_argument(
        "--pytorch-ddpm",
        type=Path,
        metavar="FOLDER",
        help="with --training or --sampling: a checkout of github.com/w86763777/pytorch-ddpm, whose "
        "code is run to compare with",
    )
    benchmark.set_defaults(command=measure_speed)


def _add_sample(commands: Commands[argparse.ArgumentParser]) -> None:
    sample = commands.add_parser("sample", help="draw samples by the reverse chain")
    sample.add_argument("--model", required=True, metavar="NAME|PATH")
    sample.add_argument("--count", type=whole(1, MAX_COUNT), default=64, metavar="N")
    add_seed(sample)
    sample.add_argument("--out", type=Path, required=True, metavar="FILE.npz")
    add_device(sample)
    add_sampler(sample)
    add_answers(sample)
    sample.set_defaults(command=draw_samples)


def _add_measure(commands: Commands[argparse.ArgumentParser]) -> None:
    measure = commands.add_parser(
        "measure", help="measure a model's denoising error by t and its variational bound"
    )
    measure.add_argument("model", metavar="NAME|PATH")
    measure.add_argument(
        "--count",
        type=whole(2, MAX_COUNT),
        metavar="N",
        help="samples to measure with; of images at most as many as there are",
    )
    add_seed(measure)
    add_device(measure)
    add_answers(measure)
    measure.set_defaults(command=measure_model)


def _add_export(commands: Commands[argparse.ArgumentParser]) -> None:
    export = commands.add_parser(
        "export", help="make a GIF of the window's pictures, without a display"
    )
    export.add_argument("--model", required=True, metavar="NAME|PATH")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.gif")
    export.add_argument(
        "--view", choices=("both", "forward", "reverse", "histograms"), default="both"
    )
    export.add_argument("--from", dest="t_first", type=whole(0, 10_000), metavar="T")
    export.add_argument("--to", dest="t_last", type=whole(0, 10_000), metavar="T")
    export.add_argument("--frames", type=whole(1, 2000), default=100, metavar="N")
    export.add_argument("--fps", type=float, default=20.0, metavar="F")
    export.add_argument("--width", type=whole(160, 3840), default=800, metavar="PIXELS")
    export.add_argument(
        "--hold", type=float, default=1.0, metavar="SECONDS", help="on the last frame"
    )
    export.add_argument("--ping-pong", action="store_true", help="there and back again")
    export.add_argument("--no-histogram", dest="histogram", action="store_false")
    export.add_argument("--no-captions", dest="captions", action="store_false")
    export.add_argument("--count", type=whole(1, 10_000), metavar="N", help="samples in each chain")
    add_seed(export, highest=2**31 - 1)
    add_sampler(export)
    export.add_argument("--theme", choices=("dark", "light"), default="dark")
    export.add_argument("--language", choices=("en", "ko"), default="en")
    add_answers(export)
    export.set_defaults(command=export_animation)
