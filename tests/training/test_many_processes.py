"""Trainings of several processes, and processes that are killed: the run is always there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ddpm_studio.checkpoints.weights import load_model
from ddpm_studio.training.command import train_model
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.run_folder import RunFolder
from ddpm_studio.training.run_start import TrainingRequest

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
TRAIN = ["-m", "ddpm_studio", "train"]
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}


@contextmanager
def two_processes(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    command = [*TORCHRUN, *TRAIN, *map(str, arguments)]
    with subprocess.Popen(
        command,
        env=ONE_THREAD,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)


def written(tmp_path: Path, settings: TrainingConfiguration) -> Path:
    path = tmp_path / "training.json"
    path.write_text(json.dumps(settings.as_dict()))
    return path


def test_two_processes_train_what_one_does(small: TrainingConfiguration, tmp_path: Path) -> None:
    config = written(tmp_path, replace(small, autosave_every=8))
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    with two_processes("--config", config, "--seed", "3", "--out", two) as running:
        printed, problems = running.communicate(timeout=120)
    assert running.returncode == 0, problems
    assert printed == f"Trained small for 20 steps; saved to {two}.\n"
    assert train_model(TrainingRequest(one, configuration_file=config, seed=3)) == 0
    alone, together = (RunFolder.beside(path).loss_reader().read() for path in (one, two))
    assert alone.shape == together.shape == (20, 4)
    assert np.abs(alone - together).max() < 1e-5
    a, b = (load_model(path).denoiser.network.state_dict() for path in (one, two))
    assert max(float((a[name] - b[name]).abs().max()) for name in a) < 1e-5
    require_same_buckets(one, two)
    # One process goes on with what two have begun.
    assert train_model(TrainingRequest(two, steps=22, resume=True)) == 0
    assert RunFolder.beside(two).load().state.step == 22


def require_same_buckets(one: Path, two: Path) -> None:
    """The loss by t is of all samples, and not of the first process's half."""
    alone, together = (
        RunFolder.beside(path).load().state.part("history")["buckets"].numpy()
        for path in (one, two)
    )
    (losses, counts), (shared_losses, shared_counts) = alone, together
    assert np.array_equal(counts, shared_counts)
    assert np.abs(losses - shared_losses).max() < 1e-4


@pytest.mark.parametrize("killed", [0, 1])
def test_a_killed_process_ends_them_all_and_the_run_can_go_on(
    killed: int, small: TrainingConfiguration, tmp_path: Path
) -> None:
    config = written(tmp_path, replace(small, steps=1_000_000, autosave_every=1))
    out = tmp_path / "x.safetensors"
    with two_processes("--config", config, "--out", out) as running:
        assert running.stderr is not None
        while "small: step 1/" not in (line := running.stderr.readline()):
            assert line
        os.kill(ranks_of(running.pid)[killed], signal.SIGKILL)
        running.communicate(timeout=60)
    assert running.returncode != 0
    folder = RunFolder.beside(out)
    assert not folder.is_running
    found = folder.load()
    assert found.problems == ()
    steps = found.state.step + 2
    assert train_model(TrainingRequest(out, steps=steps, resume=True)) == 0
    assert not out.with_suffix(".tmp").exists()


def ranks_of(launcher: int) -> list[int]:
    """The processes that torchrun has started, in the order of their ranks."""
    children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
    ranks = {}
    for child in children:
        environment = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        for entry in environment:
            if entry.startswith(b"RANK="):
                ranks[int(entry[5:])] = int(child)
    return [ranks[0], ranks[1]]


KILLS = """
import os, random, signal, sys, time
from pathlib import Path
from ddpm_studio.training.command import train_model
from ddpm_studio.training.run_checkpoint import load_checkpoint
from ddpm_studio.training.run_folder import RunFolder
from ddpm_studio.training.run_start import TrainingRequest
from ddpm_studio.training.configuration_file import load_configuration
from ddpm_studio.training.trainer import Trainer

config, out = map(Path, sys.argv[1:])
request = TrainingRequest(out, configuration_file=config, resume=True)
Trainer(load_configuration(config))  # what torch loads late is loaded here, for all
folder, chance, reached = RunFolder.beside(out), random.Random(0), set()
for _ in range(20):
    child = os.fork()  # torch is imported once; a kill is a kill
    if child == 0:
        os._exit(train_model(request))
    time.sleep(chance.uniform(0.05, 0.4))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), status
    for path in folder.checkpoints():
        load_checkpoint(path)
    assert len(folder.checkpoints()) <= 3  # a kill may come before the third is removed
    reached.update(int(path.stem[5:]) for path in folder.checkpoints()[:1])
print(len(reached), max(reached))
"""


def test_20_kills_at_random_times_leave_no_unreadable_checkpoint(
    small: TrainingConfiguration, tmp_path: Path
) -> None:
    """It saves at every step, so that most kills come in the middle of a save."""
    settings = replace(
        small, steps=1_000_000, autosave_every=1, learning_rate_schedule="constant", batch_size=8
    )
    config, out = written(tmp_path, settings), tmp_path / "killed.safetensors"
    done = subprocess.run(
        [sys.executable, "-c", KILLS, config, out],
        env=ONE_THREAD,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lives, reached = map(int, done.stdout.split())
    assert lives > 5
    assert train_model(TrainingRequest(out, steps=reached + 5, resume=True)) == 0
    whole = tmp_path / "whole.safetensors"
    request = TrainingRequest(whole, configuration_file=config, steps=reached + 5)
    config.write_text(json.dumps(replace(settings, autosave_every=10_000).as_dict()))
    assert train_model(request) == 0
    assert weights(out) == weights(whole)
    losses = [RunFolder.beside(path).loss_reader().read() for path in (out, whole)]
    assert np.array_equal(*losses)
    assert list(out.parent.glob("**/.ddpm-studio-unfinished-*")) == []


def weights(path: Path) -> bytes:
    state = load_model(path).denoiser.network.state_dict()
    return b"".join(tensor.numpy().tobytes() for tensor in state.values())
