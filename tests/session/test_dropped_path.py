"""What falls on the window is told apart, on a thread."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from ddpm_studio.locations import resource
from ddpm_studio.session.dropped_path import (
    DropKind,
    DroppedPath,
    NothingKnownError,
    OneAtATimeError,
)


def model(path: Path) -> None:
    shutil.copy(resource("models", "moons.safetensors"), path)


def text(path: Path) -> None:
    path.write_text("Dear friend,")


def pictures(path: Path) -> None:
    path.mkdir()
    Image.new("L", (8, 8)).save(path / "a.png")


def diffusers(path: Path) -> None:
    pictures(path)  # as some of them have beside their weights
    (path / "model_index.json").write_text("{}")


def pictures_with_settings(path: Path) -> None:
    pictures(path)
    (path / "config.json").write_text("{}")  # of some other program


def training(path: Path) -> None:
    pictures(path)
    (path / "step-000000010.safetensors").write_bytes(b"")


CASES: dict[str, tuple[Callable[[Path], object], DropKind | None]] = {
    "model.safetensors": (model, DropKind.MODEL),
    "without-a-suffix": (model, DropKind.MODEL),
    "damaged.pt": (text, DropKind.MODEL),  # opening it says so
    "gone.pt": (lambda _: None, DropKind.MODEL),
    "empty": (Path.touch, DropKind.MODEL),
    "array.npy": (lambda path: np.save(path, np.zeros((5, 8, 8), np.uint8)), DropKind.DATA),
    "letter.txt": (text, None),
    "pictures": (pictures, DropKind.DATA),
    "pictures-and-settings": (pictures_with_settings, DropKind.DATA),
    "diffusers": (diffusers, DropKind.MODEL),
    "training": (training, DropKind.TRAINING),
    "moons.run": (Path.mkdir, DropKind.TRAINING),  # its first checkpoint is to come
    "folder": (Path.mkdir, None),
}


@pytest.fixture
def dropped() -> Iterator[DroppedPath]:
    dropped = DroppedPath()
    yield dropped
    assert dropped.stop()


@pytest.mark.parametrize("name", CASES)
def test_it_is_known_by_its_contents(
    qtbot: QtBot, dropped: DroppedPath, tmp_path: Path, name: str
) -> None:
    make, kind = CASES[name]
    path = tmp_path / name
    make(path)
    signals = {
        DropKind.MODEL: dropped.are_models,
        DropKind.DATA: dropped.is_data,
        DropKind.TRAINING: dropped.is_training,
        None: dropped.failed,
    }
    with qtbot.waitSignal(signals[kind]) as told:
        dropped.look_at([path])
    if kind is None:
        assert isinstance(told.args[0], NothingKnownError)
        assert str(told.args[0]).startswith(f"“{name}” is nothing that DDPM Studio knows: drop ")
    else:
        assert told.args == [(path,) if kind is DropKind.MODEL else path]


def test_of_another_projects_training_the_checkpoint_counts(
    qtbot: QtBot, dropped: DroppedPath, tmp_path: Path
) -> None:
    folder = tmp_path / "DDPM_CIFAR10_EPS"
    pictures(folder)
    model(folder / "ckpt.pt")
    with qtbot.waitSignal(dropped.are_models) as told:
        dropped.look_at([folder])
    assert told.args == [(folder / "ckpt.pt",)]
    model(folder / "model-2.pt")
    with qtbot.waitSignal(dropped.failed) as failed:
        dropped.look_at([folder])
    assert str(failed.args[0]) == (
        "“DDPM_CIFAR10_EPS” holds 2 checkpoints: drop one of them, such as model-2.pt."
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has none in folders")
def test_a_pipe_is_not_read(qtbot: QtBot, dropped: DroppedPath, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.npy"
    os.mkfifo(pipe)
    with qtbot.waitSignal(dropped.are_models):
        dropped.look_at([pipe])


def made(folder: Path, *names: str) -> list[Path]:
    for name in names:
        CASES[name][0](folder / name)
    return [folder / name for name in names]


def test_beside_a_model_everything_is_taken_for_one(
    qtbot: QtBot, dropped: DroppedPath, tmp_path: Path
) -> None:
    """Opening each says what is wrong with it."""
    paths = made(tmp_path, "letter.txt", "model.safetensors", "array.npy", "diffusers")
    folder = tmp_path / "DDPM_CIFAR10_EPS"
    pictures(folder)
    model(folder / "ckpt.pt")
    told: list[object] = []
    dropped.failed.connect(told.append)
    with qtbot.waitSignal(dropped.are_models) as models:
        dropped.look_at([*paths, folder])
    assert models.args == [(*paths, folder / "ckpt.pt")]
    assert told == []


@pytest.mark.parametrize("name", ["array.npy", "pictures", "moons.run"])
def test_of_other_kinds_the_first_is_taken_and_that_is_said(
    qtbot: QtBot, dropped: DroppedPath, tmp_path: Path, name: str
) -> None:
    paths = made(tmp_path, "letter.txt", name, "model.safetensors")
    taken: list[object] = []
    for signal in (dropped.is_training, dropped.is_data, dropped.are_models):
        signal.connect(taken.append)
    with qtbot.waitSignal(dropped.failed) as failed:
        dropped.look_at(paths)
    (problem,) = failed.args
    assert taken == [paths[1]]
    assert isinstance(problem, OneAtATimeError)
    assert f"Of 3 things that were dropped, only “{name}” is taken" in str(problem)


def test_nothing_among_several_that_is_known_is_said_of_the_first(
    qtbot: QtBot, dropped: DroppedPath, tmp_path: Path
) -> None:
    with qtbot.waitSignal(dropped.failed) as failed:
        dropped.look_at(made(tmp_path, "folder", "letter.txt"))
    assert str(failed.args[0]).startswith("“folder” is nothing that DDPM Studio knows")
