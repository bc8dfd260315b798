"""Options that several commands have in common, and the numbers that may be written behind them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

MAX_SEED = 2**63 - 1


def whole(low: int, high: int) -> Callable[[str], int]:
    """Reads a whole number from ``low`` to ``high``; argparse says what is wrong with any other."""

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


def share(text: str) -> float:
    """Reads a number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return number


def add_device(command: argparse.ArgumentParser) -> None:
    """Where torch computes."""
    command.add_argument("--device", default="cpu", help="cpu (default), cuda, cuda:1, mps")


def add_seed(command: argparse.ArgumentParser, highest: int = MAX_SEED) -> None:
    """Of all that is random in the command."""
    command.add_argument("--seed", type=whole(0, highest), default=0, metavar="S")


def add_answers(command: argparse.ArgumentParser) -> None:
    """Of the questions that a checkpoint leaves open."""
    command.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what a checkpoint of another project cannot tell, and info lists; may be repeated",
    )


def add_sampler(command: argparse.ArgumentParser) -> None:
    """How the reverse chain is sampled, and under which condition."""
    command.add_argument(
        "--sampler",
        choices=("ddpm", "ddim"),
        default="ddpm",
        help="ddpm (default): the ancestral sampler, with the model's variance; ddim",
    )
    command.add_argument(
        "--eta",
        type=share,
        metavar="ETA",
        help="noise of ddim: 0 (default) draws x_T alone, 1 is like ddpm",
    )
    command.add_argument(
        "--steps",
        type=whole(1, 10_000),
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
        type=whole(0, 1_000_000),
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
