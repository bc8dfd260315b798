"""Going on from a checkpoint equals never having stopped, and no damage goes unnoticed."""

from __future__ import annotations

import errno
import json
import os
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import MlpConfiguration, UNetConfiguration
from ddpm_studio.training.computation import Computation
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.divergence import TrainingDivergedError
from ddpm_studio.training.loss_log import LossLog, LossLogReader
from ddpm_studio.training.recorded_run import RecordedRun
from ddpm_studio.training.resume_notes import resume_notes
from ddpm_studio.training.run_checkpoint import (
    CheckpointError,
    inspect_checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from ddpm_studio.training.run_folder import NoCheckpointError, RunFolder
from ddpm_studio.training.run_lock import RunInUseError
from ddpm_studio.training.run_state import ResumeError
from ddpm_studio.training.trainer import Trainer

WEIGHTS = ("network", "average", "exp_avg", "exp_avg_sq", "generator")


@pytest.fixture
def small_images(small: TrainingConfiguration) -> TrainingConfiguration:
    """With dropout, which draws from torch's global generator."""
    network = UNetConfiguration(
        8, 1, channels=8, channel_multipliers=(1, 1), blocks_per_level=1, norm_groups=4, dropout=0.5
    )
    return replace(small, data_set="digits", network=network, steps=6, batch_size=4)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "small.run")


def taken(trainer: Trainer, steps: int) -> Trainer:
    running = trainer.run()
    for _ in range(steps):
        next(running)
    return trainer


def same(a: Trainer, b: Trainer) -> bool:
    first, second = a.state().tensors, b.state().tensors
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


def copied(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in tensors.items()}


def recorded(
    trainer: Trainer, folder: RunFolder, report: Callable[[ExplainedError], None] | None = None
) -> RecordedRun:
    def unexpected(error: ExplainedError) -> None:
        raise AssertionError(error)

    folder.open_for_writing()
    return RecordedRun(trainer, folder, report or unexpected)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("rate", ["cosine", "constant"])
@pytest.mark.parametrize("kind", ["points", "images"])
def test_going_on_equals_never_having_stopped(
    kind: str,
    rate: str,
    precision: str,
    small: TrainingConfiguration,
    small_images: TrainingConfiguration,
    tmp_path: Path,
) -> None:
    base = small if kind == "points" else small_images
    settings = replace(base, learning_rate_schedule=rate, precision=precision)
    whole = taken(Trainer(settings), settings.steps)
    for stop in (0, 1, 3, settings.steps - 1):
        save_checkpoint(tmp_path / "x", taken(Trainer(settings), stop).state())
        torch.rand(3)  # what others draw must not matter
        again = Trainer.resumed(load_checkpoint(tmp_path / "x"))
        assert again.step == stop
        assert same(taken(again, settings.steps - stop), whole)
        assert again.description() == whole.description()


def test_a_run_of_20_steps_that_goes_on_to_40_equals_one_of_40(
    small: TrainingConfiguration, tmp_path: Path
) -> None:
    settings = replace(small, steps=20, learning_rate_steps=100)
    save_checkpoint(tmp_path / "x", taken(Trainer(settings), 20).state())
    further = replace(settings, steps=40)
    again = Trainer.resumed(load_checkpoint(tmp_path / "x"), configuration=further)
    assert same(taken(again, 20), taken(Trainer(further), 40))


def test_a_checkpoint_holds_what_the_state_does(
    small: TrainingConfiguration, tmp_path: Path
) -> None:
    state = taken(Trainer(small), 7).state()
    save_checkpoint(tmp_path / "x", state)
    found = load_checkpoint(tmp_path / "x")
    assert (found.configuration, found.step) == (small, 7)
    assert (found.device, found.threads) == ("cpu", torch.get_num_threads())
    assert found.tensors.keys() == state.tensors.keys()
    assert {name.partition(".")[0] for name in found.tensors} == {*WEIGHTS, "history"}
    assert all(torch.equal(each, state.tensors[name]) for name, each in found.tensors.items())
    summary = inspect_checkpoint(tmp_path / "x")
    assert (summary.configuration, summary.step, summary.is_finished) == (small, 7, False)
    first = (tmp_path / "x").read_bytes()
    save_checkpoint(tmp_path / "x", found)
    assert (tmp_path / "x").read_bytes() == first


def test_no_damage_of_any_byte_goes_unnoticed(small: TrainingConfiguration, tmp_path: Path) -> None:
    path = tmp_path / "x"
    network = MlpConfiguration(1, width=2, depth=1, time_features=2)
    save_checkpoint(path, taken(Trainer(replace(small, network=network)), 2).state())
    good, fine = path.read_bytes(), load_checkpoint(path)
    header_end = 8 + struct.unpack("<Q", good[:8])[0]
    chosen = np.random.default_rng(0).integers(0, len(good), 300).tolist()
    for place in {*range(0, header_end, 3), *chosen}:
        damaged = bytearray(good)
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged)
        try:
            state = load_checkpoint(path)
        except CheckpointError:
            continue
        # A blank of the padding may have become another sign that means nothing.
        assert place < header_end
        assert (state.configuration, state.step) == (fine.configuration, 2)
        assert all(torch.equal(tensor, state.tensors[n]) for n, tensor in fine.tensors.items())
    for length in (0, 1, 7, 8, 9, header_end, header_end + 1, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:length])
        with pytest.raises(CheckpointError, match="damaged"):
            load_checkpoint(path)
    path.write_bytes(good + b"\0")
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(path)


def test_what_is_no_checkpoint(small: TrainingConfiguration, tmp_path: Path) -> None:
    path = tmp_path / "x"
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(path)
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        load_checkpoint(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        load_checkpoint(tmp_path / "pipe")
    path.write_bytes(struct.pack("<Q", 2**60) + b"{}")
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(path)
    from ddpm_studio.checkpoints.bundled import find_model

    path.write_bytes(Path(find_model("moons").path).read_bytes())
    with pytest.raises(CheckpointError):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"step": -1},
        {"step": 10**30},
        {"step": "5"},
        {"threads": 0},
        {"threads": 10**9},
        {"memory_format": "zigzag"},
        {"device": "\x1b[2J"},
        {"configuration": {}},
        {"configuration": None},
        {"configuration": {"steps": 5}},
    ],
)
def test_a_run_that_cannot_be_is_refused(
    changes: dict[str, object], small: TrainingConfiguration, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    save_checkpoint(path, Trainer(small).state())
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    table = json.loads(content[8 : 8 + length])
    run = json.loads(table["__metadata__"]["run"]) | changes
    table["__metadata__"]["run"] = json.dumps(run)
    text = json.dumps(table).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length :])
    for read in (inspect_checkpoint, load_checkpoint):
        with pytest.raises(CheckpointError, match="damaged"):
            read(path)


def test_a_state_of_another_network_is_refused(small: TrainingConfiguration) -> None:
    state = taken(Trainer(small), 2).state()
    network = MlpConfiguration(1, width=12, depth=2, time_features=16)
    for other in (
        replace(small, network=network),
        replace(small, target="v"),
        replace(small, schedule=ScheduleConfiguration("cosine", 250)),
    ):
        with pytest.raises(ResumeError, match="began with another"):
            Trainer.resumed(state, configuration=other)
    with pytest.raises(ResumeError, match="does not fit"):
        Trainer.resumed(replace(state, configuration=replace(small, network=network)))
    for name in ("network.output.bias", "average.output.bias", "exp_avg.output.bias"):
        rest = {key: tensor for key, tensor in state.tensors.items() if key != name}
        with pytest.raises(ResumeError, match="does not fit"):
            Trainer.resumed(replace(state, tensors=rest))
    for name, tensor in {
        "generator.batches": torch.zeros(7, dtype=torch.uint8),
        "history.loss": torch.zeros(3),
        "history.buckets": torch.zeros(2, 9, 10),
        "history.gradient_norm": torch.zeros(()),
    }.items():
        with pytest.raises(ResumeError, match="does not fit"):
            Trainer.resumed(replace(state, tensors=state.tensors | {name: tensor}))
    scalar = state.tensors | {"history.loss": torch.zeros(())}
    with pytest.raises(ResumeError, match="does not fit"):
        Trainer.resumed(replace(state, tensors=scalar))


def test_what_differs_is_told(small: TrainingConfiguration) -> None:
    state = Trainer(small).state()
    assert resume_notes(state, "cpu") == ()
    (note,) = resume_notes(replace(state, threads=state.threads + 3), "cpu")
    assert f"with {state.threads + 3} threads and goes on with {state.threads}" in str(note)
    (note,) = resume_notes(replace(state, device="cuda"), "cpu")
    assert "trained on cuda and goes on on cpu" in str(note)


def test_a_run_of_a_gpu_goes_on_on_the_cpu(small: TrainingConfiguration) -> None:
    state = taken(Trainer(small), 3).state()
    tensors = copied(state.tensors)
    del tensors["generator.dropout_cpu"]
    tensors["generator.dropout_cuda"] = torch.zeros(16, dtype=torch.uint8)
    tensors["generator.batches_on_device"] = torch.zeros(16, dtype=torch.uint8)
    gone = replace(state, device="cuda", memory_format="channels_last", tensors=tensors)
    assert taken(Trainer.resumed(gone), 2).step == 5


# The folder of a run


def test_the_newest_two_are_kept_and_the_newest_is_found(
    small: TrainingConfiguration, folder: RunFolder
) -> None:
    run = recorded(Trainer(replace(small, autosave_every=4)), folder)
    for _ in run.run():
        pass
    assert [path.name for path in folder.checkpoints()] == [
        "step-000000020.safetensors",
        "step-000000016.safetensors",
    ]
    found = folder.load()
    assert (found.state.step, found.problems) == (20, ())
    summary = folder.summary()
    assert summary is not None
    assert summary.is_finished
    assert run.saved_step == 20


@pytest.mark.parametrize("damage", ["torn", "flipped", "empty"])
def test_a_damaged_newest_one_falls_back_and_says_so(
    damage: str, small: TrainingConfiguration, folder: RunFolder
) -> None:
    settings = replace(small, autosave_every=6)
    for _ in recorded(Trainer(settings), folder).run():
        pass
    folder.close()
    newest = folder.checkpoints()[0]
    content = bytearray(newest.read_bytes())
    content[-9] ^= 1
    newest.write_bytes({"torn": content[:-100], "flipped": content, "empty": b""}[damage])
    found = folder.load()
    assert found.state.step == 18
    (problem,) = found.problems
    assert newest.name in str(problem)
    assert "damaged" in str(problem)
    again = Trainer.resumed(found.state)
    for _ in recorded(again, folder).run():
        pass
    assert same(again, taken(Trainer(settings), 20))
    assert folder.load().problems == ()
    assert [int(path.stem[5:]) for path in folder.checkpoints()] == [20, 18]


def test_a_damaged_one_of_a_later_step_goes_at_the_next_save(
    small: TrainingConfiguration, folder: RunFolder
) -> None:
    settings = replace(small, autosave_every=5)
    for _ in recorded(Trainer(settings), folder).run():
        pass
    folder.close()
    folder.checkpoints()[0].write_bytes(b"torn")
    running = recorded(Trainer.resumed(folder.load().state), folder).run()
    next(running)
    running.close()
    assert [int(path.stem[5:]) for path in folder.checkpoints()] == [16, 15]


def test_a_folder_with_nothing_good(folder: RunFolder) -> None:
    assert folder.summary() is None
    with pytest.raises(NoCheckpointError, match="holds no checkpoint of a training"):
        folder.load()
    folder.path.mkdir()
    (folder.path / "step-000000001.safetensors").write_bytes(b"torn")
    assert folder.summary() is None
    with pytest.raises(NoCheckpointError, match=r"holds no checkpoint that can be read: .*damaged"):
        folder.load()


def test_stopping_saves_the_last_step(small: TrainingConfiguration, folder: RunFolder) -> None:
    run = recorded(Trainer(small), folder)
    running = run.run()
    for _ in range(7):
        next(running)
    assert folder.checkpoints() == []
    assert run.save()  # a pause
    assert folder.load().state.step == 7
    for _ in range(2):
        next(running)
    running.close()  # a stop
    assert folder.load().state.step == 9
    assert len(folder.checkpoints()) == 2


def test_an_error_saves_the_last_good_state(
    small: TrainingConfiguration, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(replace(small, steps=200))
    run = recorded(trainer, folder)
    running = run.run()
    for _ in range(9):
        next(running)
    monkeypatch.setattr(trainer.network.output.weight, "data", torch.full((1, 24), torch.nan))
    before = copied(trainer.weights())
    with pytest.raises(TrainingDivergedError, match="not a number after 9 steps"):
        next(running)
    state = folder.load().state
    assert state.step == 9
    assert all(torch.equal(before[name], each) for name, each in state.part("average").items())


def test_a_loss_that_explodes_leaves_the_checkpoint_before(
    small: TrainingConfiguration, folder: RunFolder
) -> None:
    settings = replace(small, steps=300, autosave_every=10, learning_rate_schedule="constant")
    trainer = Trainer(settings)
    run = recorded(trainer, folder)
    running = run.run()
    for _ in range(40):
        next(running)
    with torch.no_grad():
        for parameter in trainer.network.parameters():
            parameter.mul_(30.0)
    with pytest.raises(TrainingDivergedError, match="has grown to"):
        list(running)
    assert folder.load().state.step == 40


def test_a_damaged_checkpoint_never_takes_the_place_of_a_good_one(
    small: TrainingConfiguration, folder: RunFolder
) -> None:
    """The newest two are kept: one that could not be read is none of them."""
    running = recorded(Trainer(replace(small, autosave_every=4)), folder).run()
    for _ in range(8):
        next(running)
    running.close()
    good, damaged = (folder.path / f"step-{step:09}.safetensors" for step in (4, 8))
    content = bytearray(damaged.read_bytes())
    content[-5] ^= 1
    damaged.write_bytes(content)
    found = folder.load()
    assert found.state.step == 4
    again = Trainer.resumed(
        found.state, configuration=replace(found.state.configuration, autosave_every=10)
    )
    run = RecordedRun(again, folder, print)
    steps = run.run()
    while again.step < 10:
        next(steps)
    assert [path.name[5:14] for path in folder.checkpoints()] == ["000000010", "000000004"]
    assert good.exists()
    while again.step < 20:
        next(steps)
    assert [path.name[5:14] for path in folder.checkpoints()] == ["000000020", "000000010"]
    steps.close()


def test_what_is_broken_off_in_the_middle_of_a_step_is_not_saved(
    small: TrainingConfiguration, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second Ctrl-C: the weights have taken the step, and the average has not."""
    trainer = Trainer(replace(small, autosave_every=4))
    running = recorded(trainer, folder).run()
    for _ in range(6):
        next(running)

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer._average, "update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(running)
    assert folder.load().state.step == 4


def test_a_loss_that_was_no_number_once_is_not_saved(
    small: TrainingConfiguration, folder: RunFolder
) -> None:
    """On CUDA steps after it are left out, while their losses are numbers."""
    trainer = Trainer(small)
    steps = trainer.run()
    for _ in range(5):
        next(steps)
    run = recorded(trainer, folder)
    assert run.save()
    next(steps)
    trainer.history._values[0, 3] = np.nan
    assert not trainer.is_sound
    assert not run.save()
    assert folder.load().state.step == 5


@pytest.mark.parametrize("part", ["average", "exp_avg", "exp_avg_sq", "network"])
def test_a_tensor_of_another_shape_is_refused(part: str, small: TrainingConfiguration) -> None:
    """Copying would repeat a single number."""
    trainer = Trainer(small)
    next(trainer.run())
    state = trainer.state()
    name = next(each for each in state.tensors if each.startswith(f"{part}."))
    with pytest.raises(ResumeError, match="does not fit its network"):
        Trainer.resumed(replace(state, tensors=state.tensors | {name: torch.ones(1)}))


def test_a_log_that_cannot_be_written_is_told_once(
    small: TrainingConfiguration, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems: list[ExplainedError] = []
    run = recorded(Trainer(replace(small, steps=100)), folder, problems.append)
    steps = run.run()
    next(steps)

    def full(*_: object) -> None:
        raise SaveError(SaveProblem.DISK_FULL, folder.path)

    monkeypatch.setattr("ddpm_studio.training.recorded_run._LOG_SECONDS", -1.0)
    with monkeypatch.context() as patched:
        patched.setattr(LossLog, "write", full)
        for _ in range(20):
            next(steps)
    assert len(problems) == 1
    next(steps)
    with monkeypatch.context() as patched:
        patched.setattr(LossLog, "write", full)
        next(steps)
    assert len(problems) == 2  # it had been written in between
    steps.close()


def test_a_full_disk_does_not_end_a_training(
    small: TrainingConfiguration, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems: list[ExplainedError] = []
    run = recorded(Trainer(replace(small, autosave_every=4)), folder, problems.append)
    running = run.run()
    for _ in range(5):
        next(running)
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}

    def full(_descriptor: int, _data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        for _ in range(5):
            next(running)
        assert not run.save()
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before
    assert ["The disk is full" in str(problem) for problem in problems] == [True]  # told once
    assert folder.load().state.step == 4
    list(running)  # with room again, it saves again
    assert folder.load().state.step == 20
    assert len(folder.loss_reader().read()) == 20


def test_one_process_at_a_time_writes(small: TrainingConfiguration, folder: RunFolder) -> None:
    assert not folder.is_running
    folder.open_for_writing()
    assert RunFolder(folder.path).is_running
    with pytest.raises(RunInUseError, match="belongs to a training that is running"):
        RunFolder(folder.path).open_for_writing()
    folder.close()
    assert not folder.is_running
    RunFolder(folder.path).open_for_writing()


def test_what_a_killed_process_left_is_swept(folder: RunFolder) -> None:
    folder.path.mkdir()
    stray = folder.path / ".ddpm-studio-unfinished-0123456789abcdef.tmp"
    stray.write_bytes(b"half")
    other = folder.path / "notes.txt"
    other.write_text("mine")
    folder.open_for_writing()
    assert not stray.exists()
    folder.discard()
    assert list(folder.path.iterdir()) == [other]


def test_discarding_leaves_nothing(small: TrainingConfiguration, folder: RunFolder) -> None:
    for _ in recorded(Trainer(small), folder).run():
        pass
    folder.discard()
    assert not folder.path.exists()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted there")
def test_discarding_removes_no_open_file_where_the_system_forbids_that(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows does."""
    unlink, refused = os.unlink, []

    def refuse_open_files(path: str | Path) -> None:
        if any(os.path.samefile(path, each) for each in _open_files()):
            refused.append(path)
            raise PermissionError(13, "The process cannot access the file")
        unlink(path)

    folder.open_for_writing()
    monkeypatch.setattr(os, "unlink", refuse_open_files)
    folder.discard()
    assert refused
    assert not folder.path.exists()


def _open_files() -> list[str]:
    links = [os.path.join("/proc/self/fd", name) for name in os.listdir("/proc/self/fd")]
    return [link for link in links if os.path.exists(link)]


def test_the_folder_of_a_model_file(tmp_path: Path) -> None:
    assert RunFolder.beside(tmp_path / "a.b.safetensors").path == tmp_path / "a.b.run"
    assert RunFolder.beside(tmp_path / "a").path == tmp_path / "a.run"
    assert RunFolder.beside(tmp_path / "a.v2").path == tmp_path / "a.v2.run"


# The log of losses


def test_the_log_is_exact_and_follows_a_run(
    small: TrainingConfiguration, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ddpm_studio.training import recorded_run

    monkeypatch.setattr(recorded_run, "_LOG_SECONDS", -1.0)
    reader = folder.loss_reader()
    assert reader.read().shape == (0, 4)
    trainer = Trainer(small)
    for step in recorded(trainer, folder).run():
        assert len(reader.read()) == step.step
    rows = reader.read()
    assert rows[:, 0].tolist() == list(range(1, 21))
    assert np.array_equal(rows[:, 1].astype(np.float32), trainer.history.losses)
    assert np.array_equal(rows[:, 2].astype(np.float32), trainer.history.gradient_norms)
    rates = [small.learning_rate_at(step) for step in range(20)]
    assert rows[:, 3] == pytest.approx(rates, rel=1e-8)


def test_going_on_forgets_the_losses_after_the_checkpoint(
    small: TrainingConfiguration, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ddpm_studio.training import recorded_run

    monkeypatch.setattr(recorded_run, "_LOG_SECONDS", -1.0)
    reader = folder.loss_reader()
    abandoned = recorded(Trainer(replace(small, autosave_every=5)), folder)
    running = abandoned.run()
    for _ in range(8):
        next(running)
    assert len(reader.read()) == 8
    folder.close()  # as a kill would
    again = RunFolder(folder.path)
    further = recorded(Trainer.resumed(folder.load().state), again).run()
    next(further)
    assert reader.read()[:, 0].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_torn_line_is_not_read(tmp_path: Path) -> None:
    log = tmp_path / "losses.csv"
    log.write_text("step,loss,gradient_norm,learning_rate\n1,0.5,2,0.1\nnonsense\n1,2\n2,0.4")
    reader = LossLogReader(log)
    assert reader.read().tolist() == [[1, 0.5, 2, 0.1]]
    with log.open("a") as file:
        file.write(",3,0.1\n")
    assert reader.read().tolist() == [[1, 0.5, 2, 0.1], [2, 0.4, 3, 0.1]]
    log.unlink()
    assert len(reader.read()) == 0


# The layout that is measured on CUDA alone


def test_another_layout_of_images_computes_the_same(
    small_images: TrainingConfiguration, tmp_path: Path
) -> None:
    """Without dropout, whose masks are drawn in the order of the memory."""
    network = replace(small_images.network, dropout=0.0)
    settings = replace(small_images, steps=8, network=network)
    usual, other = Trainer(settings), Trainer(settings)
    assert other._calls.use(Computation("float32", "channels_last"))
    other._lie_elsewhere()
    for _ in zip(usual.run(), other.run(), strict=True):
        pass
    losses = usual.history.losses, other.history.losses
    assert np.abs(losses[0] - losses[1]).max() < 1e-4
    weights = other.network.stem.weight
    assert weights.is_contiguous(memory_format=torch.channels_last)
    save_checkpoint(tmp_path / "x", other.state())
    state = load_checkpoint(tmp_path / "x")
    assert state.memory_format == "channels_last"
    again = Trainer.resumed(replace(state, configuration=replace(settings, steps=9)))
    assert all(
        torch.equal(tensor, again.weights()[name]) for name, tensor in other.weights().items()
    )
    assert next(again.run()).step == 9
