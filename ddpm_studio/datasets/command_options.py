"""What may be written behind the data command; nothing of it is imported before it is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

Commands = argparse._SubParsersAction  # argparse has no public name for it


def add_data_options(
    commands: Commands[argparse.ArgumentParser], *, size: Callable[[str], int]
) -> None:
    """Add the command and its actions; ``size`` reads a number of pixels."""
    data = commands.add_parser("data", help="list, import, download, remove or move data sets")
    actions = data.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser("list", help="all data sets").set_defaults(command=_command("list_data"))
    where = actions.add_parser("where", help="the folder of what was imported")
    where.set_defaults(command=_command("where_data"))
    _add_import(actions, size)
    download = actions.add_parser(
        "download", help="mnist, fashion-mnist, cifar-10 or cifar-100; goes on where it ended"
    )
    download.add_argument("name", metavar="NAME")
    download.set_defaults(command=_command("download_data_set"))
    remove = actions.add_parser("remove", help="delete an imported data set")
    what = remove.add_mutually_exclusive_group(required=True)
    what.add_argument("name", nargs="?", metavar="NAME")
    what.add_argument("--all", action="store_true", help="all of them, and unfinished downloads")
    remove.set_defaults(command=_command("remove_data_set"))
    move = actions.add_parser("move", help="keep what was imported in another folder")
    move.add_argument("folder", type=Path, metavar="FOLDER")
    move.set_defaults(command=_command("move_data"))


def _add_import(actions: Commands[argparse.ArgumentParser], size: Callable[[str], int]) -> None:
    load = actions.add_parser(
        "import",
        help="a folder of pictures (sub-folders are classes), IDX (MNIST), CIFAR's binary version or "
        "its tar.gz, .npz or .npy",
    )
    load.add_argument("path", type=Path, metavar="PATH")
    load.add_argument("--name", metavar="NAME", help="default: that of the file or folder")
    load.add_argument(
        "--size",
        type=size,
        metavar="PIXELS",
        help="a side; default: 32, or as in the file",
    )
    load.add_argument(
        "--framing",
        choices=("crop", "stretch", "pad"),
        default="crop",
        help="of pictures that are not square: keep the middle (default), stretch, or pad with black",
    )
    colours = load.add_mutually_exclusive_group()
    colours.add_argument("--grey", action="store_true", default=None, help="one channel")
    colours.add_argument("--colour", dest="grey", action="store_false", help="three channels")
    load.add_argument(
        "--flip", action="store_true", help="training may mirror them, left for right"
    )
    load.add_argument("--licence", default="", metavar="TEXT", help="who may use them")
    load.set_defaults(command=_command("import_data_set"))


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        from ddpm_studio.datasets import command

        action: Callable[[argparse.Namespace], int] = getattr(command, name)
        return action(options)

    return run
