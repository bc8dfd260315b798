"""`train`: progress, Ctrl-C, and checkpoints that are whole whatever happens."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ddpm_studio import cli
from ddpm_studio.atomic_file import SaveError
from ddpm_studio.checkpoints.model_file import inspect_model_file
from ddpm_studio.checkpoints.weights import load_model
from ddpm_studio.training import command
from ddpm_studio.training.command import train_bundled_models, train_preset
from ddpm_studio.training.presets import BUNDLED_PRESETS

TRAIN = [sys.executable, "-m", "ddpm_studio", "train", "--preset", "moons"]
PROGRESS = r"moons: step {}/{}  loss \d\.\d{{4}}  \d+\.\d steps/s  \d+:\d\d(:\d\d)? left"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "moons.safetensors"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets so many writes fail, and then frees the disk."""
    write = os.write

    def fill(failures: int) -> None:
        left = failures

        def failing(descriptor: int, data: memoryview) -> int:
            nonlocal left
            left -= 1
            if left >= 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(descriptor, data)

        monkeypatch.setattr(os, "write", failing)

    return fill


def test_progress_says_loss_speed_and_time_left(out: Path) -> None:
    done = subprocess.run(
        [*TRAIN, "--steps", "30", "--seed", "3", "--out", out],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stderr.splitlines()
    assert re.fullmatch(PROGRESS.format("1", "30"), lines[0])
    assert re.fullmatch(PROGRESS.format("30", "30"), lines[-1])
    assert lines[-1].endswith(" 0:00 left")
    assert done.stdout == f"Trained moons for 30 steps; saved to {out}.\n"
    assert load_model(out).description.training.seed == 3


def test_ctrl_c_leaves_a_usable_checkpoint(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    training = subprocess.Popen(
        [*TRAIN, "--steps", "100000000", "--out", out],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with training:
        try:
            assert training.stderr is not None
            assert training.stderr.readline().startswith("moons: step 1/100,000,000")
            training.send_signal(signal.SIGINT)
            printed, problems = training.communicate(timeout=60)
        finally:
            training.kill()  # no effect where it has ended
    assert training.returncode == 130
    assert "Traceback" not in problems
    assert re.fullmatch(rf"Stopped after [\d,]+ of 100,000,000 steps; saved to {out}\.\n", printed)
    assert list(out.parent.iterdir()) == [out]
    assert load_model(out).description.training.interrupted
    assert cli.main(["info", str(out)]) == 0
    assert re.search(r"steps of 100,000,000 planned \(stopped early\)", capsys.readouterr().out)


def test_two_trainings_with_one_seed_give_the_same_model(tmp_path: Path) -> None:
    a, b = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    assert train_preset("moons", 5, 1, "cpu", a) == train_preset("moons", 5, 1, "cpu", b) == 0
    first, second = load_model(a), load_model(b)
    assert first.description == second.description
    for one, other in zip(
        first.denoiser.network.parameters(), second.denoiser.network.parameters(), strict=True
    ):
        assert one.equal(other)


def test_an_output_that_cannot_be_written_is_refused_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def must_not_start(*_: object) -> None:
        raise AssertionError("the training began")

    monkeypatch.setattr(command, "Trainer", must_not_start)
    for path in (tmp_path, tmp_path / "missing" / "x.safetensors", tmp_path / ("n" * 300)):
        with pytest.raises(SaveError):
            train_preset("moons", 5, 0, "cpu", path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_for_a_while_does_not_end_a_training(
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    full_disk: Callable[[int], None],
) -> None:
    monkeypatch.setattr(command, "_SAVE_INTERVAL_SECONDS", -1.0)
    full_disk(1)
    assert train_preset("moons", 5, 0, "cpu", out) == 0
    assert capsys.readouterr().err.count("The disk is full") == 1
    assert load_model(out).description.training.steps == 5
    assert list(out.parent.iterdir()) == [out]


def test_a_full_disk_at_the_end_leaves_the_old_file(
    out: Path, full_disk: Callable[[int], None]
) -> None:
    out.write_bytes(b"what was here before")
    full_disk(10)
    with pytest.raises(SaveError, match="The disk is full"):
        train_preset("moons", 2, 0, "cpu", out)
    assert out.read_bytes() == b"what was here before"
    assert list(out.parent.iterdir()) == [out]


def test_a_training_under_way_is_saved_now_and_then(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []
    save = command.save_model

    def recorded(*arguments: object) -> None:
        save(*arguments)  # type: ignore[arg-type]
        saved.append(inspect_model_file(out).description.training.steps)

    monkeypatch.setattr(command, "save_model", recorded)
    monkeypatch.setattr(command, "_SAVE_INTERVAL_SECONDS", -1.0)
    train_preset("moons", 3, 0, "cpu", out)
    assert saved == [1, 2, 3, 3]


def test_ctrl_c_works_as_before_afterwards(out: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    train_preset("moons", 1, 0, "cpu", out)
    assert signal.getsignal(signal.SIGINT) is before


def test_one_command_makes_all_bundled_models(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "models"
    assert train_bundled_models(folder, 1, 0, "cpu") == 0
    assert {path.name for path in folder.iterdir()} == {f"{n}.safetensors" for n in BUNDLED_PRESETS}
    for path in folder.iterdir():
        assert load_model(path).description.name == path.stem
