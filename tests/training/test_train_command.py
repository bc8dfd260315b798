"""`train`: progress, Ctrl-C, and checkpoints that are whole whatever happens."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio import cli
from ddpm_studio.atomic_file import SaveError
from ddpm_studio.checkpoints.weights import load_model
from ddpm_studio.training import run_start
from ddpm_studio.training.command import train_bundled_models, train_model
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.configuration_file import ConfigurationFileError
from ddpm_studio.training.presets import BUNDLED_PRESETS
from ddpm_studio.training.run_folder import NoCheckpointError, RunFolder
from ddpm_studio.training.run_start import (
    NothingToTrainError,
    TrainingRequest,
    UnfinishedRunError,
)
from ddpm_studio.training.run_state import ResumeError

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


@pytest.fixture
def config(small: TrainingConfiguration, tmp_path: Path) -> Path:
    """A file that describes a training of a second."""
    folder = tmp_path / "config"
    folder.mkdir()
    path = folder / "small.json"
    path.write_text(json.dumps(small.as_dict()))
    return path


def moons(out: Path, **more: Any) -> TrainingRequest:
    return TrainingRequest(out, preset="moons", **more)


def weights(path: Path) -> bytes:
    """Of a model file; the bytes of two are the same where their tensors are."""
    state = load_model(path).denoiser.network.state_dict()
    return b"".join(tensor.numpy().tobytes() for tensor in state.values())


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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_model_and_a_run_that_can_go_on(
    number: int, code: int, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
            training.send_signal(number)
            printed, problems = training.communicate(timeout=60)
        finally:
            training.kill()  # no effect where it has ended
    assert training.returncode == code
    assert "Traceback" not in problems
    assert re.fullmatch(rf"Stopped after [\d,]+ of 100,000,000 steps; saved to {out}\.\n", printed)
    folder = RunFolder.beside(out)
    assert sorted(out.parent.iterdir()) == [folder.path, out]
    record = load_model(out).description.training
    assert record.interrupted
    assert folder.load().state.step == record.steps
    assert cli.main(["info", str(out)]) == 0
    assert re.search(r"steps of 100,000,000 planned \(stopped early\)", capsys.readouterr().out)


def test_two_trainings_with_one_seed_give_the_same_model(tmp_path: Path) -> None:
    a, b = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    assert train_model(moons(a, steps=5, seed=1)) == train_model(moons(b, steps=5, seed=1)) == 0
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

    monkeypatch.setattr(run_start, "Trainer", must_not_start)
    for path in (tmp_path, tmp_path / "missing" / "x.safetensors", tmp_path / ("n" * 300)):
        with pytest.raises(SaveError):
            train_model(moons(path, steps=5))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_for_a_while_does_not_end_a_training(
    out: Path,
    config: Path,
    small: TrainingConfiguration,
    capsys: pytest.CaptureFixture[str],
    full_disk: Callable[[int], None],
) -> None:
    config.write_text(json.dumps(replace(small, autosave_every=5).as_dict()))
    full_disk(1)
    assert train_model(TrainingRequest(out, configuration_file=config)) == 0
    said = capsys.readouterr().err
    assert said.count("The disk is full") == said.count("The training goes on.") == 1
    assert load_model(out).description.training.steps == 20
    assert [int(path.stem[5:]) for path in RunFolder.beside(out).checkpoints()] == [20, 15]


def test_a_full_disk_at_the_end_leaves_the_old_file(
    out: Path, full_disk: Callable[[int], None]
) -> None:
    out.write_bytes(b"what was here before")
    full_disk(100)
    with pytest.raises(SaveError, match="The disk is full"):
        train_model(moons(out, steps=2))
    assert out.read_bytes() == b"what was here before"
    assert list(out.parent.iterdir()) == [out]


def test_ctrl_c_works_as_before_afterwards(out: Path) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    train_model(moons(out, steps=1))
    assert [signal.getsignal(number) for number in numbers] == before


def test_one_command_makes_all_bundled_models(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "models"
    assert train_bundled_models(TrainingRequest(folder, steps=1)) == 0
    assert {path.name for path in folder.iterdir()} == {f"{n}.safetensors" for n in BUNDLED_PRESETS}
    for path in folder.iterdir():
        assert load_model(path).description.name == path.stem


def test_the_bundled_models_go_on_where_they_were(tmp_path: Path) -> None:
    assert train_bundled_models(TrainingRequest(tmp_path, steps=1)) == 0
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "moons.safetensors").unlink()
    (tmp_path / "spiral.safetensors").write_bytes(b"mine")
    assert train_bundled_models(TrainingRequest(tmp_path, steps=1, resume=True)) == 0
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == made | {"spiral.safetensors": b"mine"}


# Going on


@pytest.mark.parametrize("again", [{"preset": "moons"}, {}])
def test_20_steps_and_20_more_are_the_model_of_40(again: dict[str, Any], tmp_path: Path) -> None:
    parts, whole = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    assert train_model(moons(parts, steps=20, seed=3)) == 0
    assert train_model(TrainingRequest(parts, steps=40, resume=True, **again)) == 0
    assert train_model(moons(whole, steps=40, seed=3)) == 0
    assert parts.read_bytes() == whole.read_bytes()
    record = load_model(parts).description.training
    assert (record.steps, record.planned_steps, record.seed) == (40, 40, 3)
    assert record.recipe is not None
    assert record.recipe.learning_rate_steps == 20_000


def test_the_same_command_begins_and_goes_on(
    config: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = TrainingRequest(out, configuration_file=config, resume=True)
    assert train_model(request) == 0
    said = capsys.readouterr()
    assert "There is no checkpoint in" in said.err
    first = out.read_bytes()
    assert train_model(request) == 0
    assert capsys.readouterr().out == f"Trained small for 20 steps; saved to {out}.\n"
    assert out.read_bytes() == first


def test_a_finished_run_gives_way_to_a_new_one(config: Path, out: Path) -> None:
    for seed in (0, 1):
        assert train_model(TrainingRequest(out, configuration_file=config, seed=seed)) == 0
        assert load_model(out).description.training.seed == seed
        assert len(RunFolder.beside(out).loss_reader().read()) == 20


def test_a_run_that_has_gone_further_is_left_as_it_is(config: Path, out: Path) -> None:
    assert train_model(TrainingRequest(out, configuration_file=config)) == 0
    first = weights(out)
    assert train_model(TrainingRequest(out, steps=7, resume=True)) == 0
    assert weights(out) == first
    assert load_model(out).description.training.steps == 20
    assert train_model(TrainingRequest(out, steps=22, resume=True)) == 0
    assert RunFolder.beside(out).load().state.step == 22


def test_an_unfinished_run_is_not_thrown_away(config: Path, out: Path) -> None:
    assert train_model(TrainingRequest(out, configuration_file=config)) == 0
    folder = RunFolder.beside(out)
    settings = replace(folder.load().state.configuration, steps=30)
    folder.save(replace(folder.load().state, configuration=settings))
    with pytest.raises(UnfinishedRunError, match=r"20 of 30 steps: give --resume to go on"):
        train_model(TrainingRequest(out, configuration_file=config))
    assert folder.load().state.step == 20


def test_what_may_be_changed_where_a_run_goes_on(config: Path, out: Path) -> None:
    train_model(TrainingRequest(out, configuration_file=config, seed=5, threads=1))
    again = TrainingRequest(
        out, steps=25, seed=6, batch_size=32, precision="bfloat16", resume=True, threads=1
    )
    assert train_model(again) == 0
    record = load_model(out).description.training
    assert (record.steps, record.seed, record.batch_size) == (25, 5, 32)
    assert record.recipe is not None
    assert record.recipe.precision == "bfloat16"


def test_threads_are_those_of_before_and_others_are_told(
    config: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_model(TrainingRequest(out, configuration_file=config, threads=2))
    try:
        train_model(TrainingRequest(out, steps=21, resume=True))
        assert torch.get_num_threads() == 2
        assert "threads" not in capsys.readouterr().err
        train_model(TrainingRequest(out, steps=22, resume=True, threads=1))
        assert "trained with 2 threads and goes on with 1" in capsys.readouterr().err
    finally:
        torch.set_num_threads(1)


def test_a_damaged_checkpoint_is_told_and_passed_over(
    config: Path, out: Path, small: TrainingConfiguration, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(json.dumps(replace(small, autosave_every=15).as_dict()))
    train_model(TrainingRequest(out, configuration_file=config))
    whole = weights(out)
    newest = RunFolder.beside(out).checkpoints()[0]
    newest.write_bytes(newest.read_bytes()[:-50])
    assert train_model(TrainingRequest(out, resume=True)) == 0
    said = capsys.readouterr().err
    assert "step-000000020.safetensors is damaged" in said
    assert "goes on from the checkpoint before" in said
    assert weights(out) == whole


def test_a_run_that_cannot_go_on(config: Path, out: Path) -> None:
    with pytest.raises(NothingToTrainError, match="give --preset or --config"):
        train_model(TrainingRequest(out, resume=True))
    train_model(TrainingRequest(out, configuration_file=config))
    with pytest.raises(ResumeError, match="began with another data_set"):
        train_model(moons(out, resume=True))
    RunFolder.beside(out).discard()
    with pytest.raises(NoCheckpointError, match="holds no checkpoint"):
        train_model(TrainingRequest(out, configuration_file=config, resume=True))


def test_a_loss_that_is_no_number_says_where_the_good_state_is(
    config: Path,
    out: Path,
    small: TrainingConfiguration,
    capsys: pytest.CaptureFixture[str],
) -> None:
    changes = {"learning_rate": 1e30, "warm_up_steps": 0}
    config.write_text(json.dumps(small.as_dict() | changes))
    assert cli.main(["train", "--config", str(config), "--out", str(out)]) == 1
    folder = RunFolder.beside(out)
    *_, where, why = capsys.readouterr().err.splitlines()
    assert where == f"What was learned before is in {folder.path}."
    assert re.fullmatch(
        r"ddpm-studio: The loss .* after \d+ steps.*; try a lower learning rate\.", why
    )
    assert folder.load().state.step > 0
    assert not out.exists()


# The command line


def test_a_file_describes_the_training(config: Path, out: Path) -> None:
    arguments = ["--config", config, "--steps", "5", "--seed", "4", "--batch-size", "8"]
    more = ["--precision", "bfloat16", "--out", out]
    assert cli.main(["train", *map(str, [*arguments, *more])]) == 0
    record = load_model(out).description.training
    assert (record.steps, record.seed, record.batch_size) == (5, 4, 8)
    assert cli.main(["train", "--out", str(out), "--resume", "--steps", "6"]) == 0
    assert load_model(out).description.training.steps == 6


def test_what_cannot_be_trained_is_one_line(
    config: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = config.parent / "missing.json"
    config.write_text('{"steps": 0}')
    asked = {
        (): "Say what to train: --preset NAME or --config FILE.json.",
        (
            "--preset",
            "cifar10",
        ): "cifar10 cannot be trained yet: get its data with “ddpm-studio "
        "data download cifar-10”, or in the window under File, Data sets.",
        ("--config", str(missing)): f"{missing} cannot be read: No such file or directory.",
        ("--config", str(config)): "small.json describes no training that can be: network is "
        "missing or not an object.",
    }
    for arguments, reason in asked.items():
        assert cli.main(["train", *arguments, "--out", str(out)]) == 1
        assert capsys.readouterr().err == f"ddpm-studio: {reason}\n"
    assert sorted(out.parent.iterdir()) == [config.parent]
    with pytest.raises(ConfigurationFileError):
        train_model(TrainingRequest(out, configuration_file=config))
