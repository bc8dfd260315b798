"""The session: both chains of a model, from requests to trajectories."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints import weights as weights_module
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError, inspect_model_file
from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.checkpoints.weights import (
    LoadedModel,
    load_inspected,
    loading_steps,
    save_model,
)
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration, SamplerKind
from ddpm_studio.diffusion.schedule import ScheduleConfiguration, ScheduleError
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.locations import resource
from ddpm_studio.networks.configuration import MlpConfiguration, UNetConfiguration
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.session import studio as studio_module
from ddpm_studio.session.background_task import BackgroundTask, stop_tasks
from ddpm_studio.session.chain_runs import (
    ChainProgress,
    ChainWork,
    ForwardRequest,
    ReverseRequest,
    record_forward_chain,
    record_reverse_chain,
)
from ddpm_studio.session.loaded_models import forget_loaded_models
from ddpm_studio.session.sample_counts import default_count
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice, own_sampling
from ddpm_studio.session.studio import Studio
from ddpm_studio.temporary_file import TemporaryFileError

WAIT_MS = 15_000
DDIM_20 = SamplingChoice(SamplerConfiguration(SamplerKind.DDIM, steps=20))


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    studio = Studio()
    studio.open_bundled("moons")
    studio.set_sample_count(250)
    yield studio
    assert studio.stop()


@pytest.fixture
def quick_studio(studio: Studio) -> Studio:
    """250 points in 20 steps of DDIM: so chosen while the forward chain is still on its way."""
    studio.set_sample_count(250)
    studio.set_sampling(DDIM_20)
    return studio


def wait_until_idle(qtbot: QtBot, studio: Studio) -> None:
    qtbot.waitUntil(
        lambda: (
            not studio.is_busy
            and studio.forward is not None
            and studio.forward.is_complete
            and studio.reverse is not None
            and studio.reverse.is_complete
        ),
        timeout=WAIT_MS,
    )


def test_opening_gives_both_chains_of_the_model(qtbot: QtBot, studio: Studio) -> None:
    wait_until_idle(qtbot, studio)
    assert studio.forward is not None
    assert studio.reverse is not None
    assert studio.forward.T == studio.reverse.T == 1000
    # At t = T both are N(0, I): the standard error of a mean of 2,000 values is 0.022.
    for trajectory in (studio.forward, studio.reverse):
        statistics = trajectory.statistics(1000)
        assert np.abs(statistics.mean).max() < 0.15
        assert np.abs(statistics.std - 1).max() < 0.1
    assert studio.devices[-1].key == "cpu"
    assert studio.device == studio.devices[0].key


def test_reverse_chain_ends_in_what_the_command_line_samples(qtbot: QtBot, studio: Studio) -> None:
    wait_until_idle(qtbot, studio)
    assert studio.reverse is not None
    model = load_inspected(find_model("moons"))
    expected = sample_model(model, studio.sample_count, studio.seed).numpy()
    np.testing.assert_allclose(studio.reverse.frame(0), expected, atol=1e-5)


def test_another_seed_gives_other_chains_and_the_same_seed_the_same(
    qtbot: QtBot, studio: Studio
) -> None:
    wait_until_idle(qtbot, studio)
    assert studio.reverse is not None
    first = studio.reverse.frame(0)
    studio.set_seed(5)
    wait_until_idle(qtbot, studio)
    second = studio.reverse.frame(0)
    assert np.abs(first - second).max() > 0.1
    studio.set_seed(0)
    wait_until_idle(qtbot, studio)
    np.testing.assert_array_equal(studio.reverse.frame(0), first)


def test_the_forward_chain_follows_another_schedule_and_the_reverse_chain_does_not(
    qtbot: QtBot, studio: Studio
) -> None:
    wait_until_idle(qtbot, studio)
    reverse = studio.reverse
    studio.set_forward_schedule(ScheduleConfiguration("cosine", 50))
    qtbot.waitUntil(
        lambda: studio.forward is not None and studio.forward.T == 50 and not studio.is_busy,
        timeout=WAIT_MS,
    )
    assert studio.reverse is reverse
    assert studio.model_schedule is not None
    assert studio.model_schedule.T == 1000
    assert studio.reverse_frame(25) == 500
    assert studio.reverse_t(500) == 500


def test_an_impossible_schedule_changes_nothing(qtbot: QtBot, studio: Studio) -> None:
    wait_until_idle(qtbot, studio)
    before = studio.forward
    for bad in (
        ScheduleConfiguration("linear", 0, 1e-4, 0.02),
        ScheduleConfiguration("linear", 10, 0.0, 0.02),
        ScheduleConfiguration("linear", 10, 1e-4, 1.0),
        ScheduleConfiguration("linear", 10, float("nan"), 0.02),
    ):
        with pytest.raises(ScheduleError):
            studio.set_forward_schedule(bad)
    assert studio.forward is before
    assert not studio.is_busy


def test_a_bad_file_leaves_the_present_model(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    wait_until_idle(qtbot, studio)
    model, reverse = studio.model, studio.reverse
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"not a model")
    with qtbot.waitSignal(studio.failed, timeout=WAIT_MS) as failure:
        studio.open_file(bad)
    assert isinstance(failure.args[0], ModelFileError)
    assert studio.model is model
    assert studio.reverse is reverse


def test_stopping_keeps_the_steps_so_far(qtbot: QtBot, studio: Studio) -> None:
    wait_until_idle(qtbot, studio)
    studio.set_sample_count(5000)
    qtbot.waitUntil(
        lambda: studio.reverse_progress is not None and studio.reverse_progress.done > 10,
        timeout=WAIT_MS,
    )
    studio.stop_reverse()
    assert not studio.is_sampling
    reverse = studio.reverse
    assert reverse is not None
    assert reverse.count == 5000
    assert reverse.is_recorded(1000)
    assert not reverse.is_complete


def test_closing_while_sampling_leaves_no_thread(qtbot: QtBot) -> None:
    studio = Studio()
    studio.open_bundled("digits")
    qtbot.waitUntil(lambda: studio.reverse_progress is not None, timeout=WAIT_MS)
    assert studio.stop()
    assert not studio.is_busy


def test_the_two_chains_are_driven_by_different_noise(qtbot: QtBot, studio: Studio) -> None:
    """Their x_t are as uncorrelated as independent samples: 5 standard errors of 250 points."""
    wait_until_idle(qtbot, studio)
    assert studio.forward is not None
    assert studio.reverse is not None
    for t in range(0, 1001, 50):
        forward, reverse = studio.forward.frame(t), studio.reverse.frame(t)
        for coordinate in range(2):
            pair = np.corrcoef(forward[:, coordinate], reverse[:, coordinate])
            assert abs(pair[0, 1]) < 5 / np.sqrt(250)


def test_a_file_opened_again_takes_the_place_of_the_older_one(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    for name in ("moons", "circles"):
        shutil.copy(resource("models", f"{name}.safetensors"), path)
        with qtbot.waitSignal(studio.model_changed, timeout=WAIT_MS):
            studio.open_file(path)
        assert studio.model is not None
        assert studio.model.description.name == name
        assert [model.path for model in studio.models].count(path) == 1


def test_a_file_that_changed_behind_the_window_is_not_shown_as_the_old_one(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    shutil.copy(resource("models", "moons.safetensors"), path)
    with qtbot.waitSignal(studio.model_changed, timeout=WAIT_MS):
        studio.open_file(path)
    wait_until_idle(qtbot, studio)
    old = studio.model
    assert old is not None
    studio.show_model(studio.models[0])
    wait_until_idle(qtbot, studio)
    shutil.copy(resource("models", "circles.safetensors"), path)
    os.utime(path, ns=(0, old.modified_ns + 1_000_000_000))
    forget_loaded_models()  # as if two other models had been shown since
    with qtbot.waitSignal(studio.failed, timeout=WAIT_MS) as failure:
        studio.choose_model(old)
    assert "has changed since it was opened" in str(failure.args[0])
    assert studio.model is studio.models[0]


def nan_weights(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-4:] = b"\x00\x00\xc0\x7f"
    path.write_bytes(content)


def test_a_file_whose_weights_are_bad_leaves_the_present_model(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    """Its header is good: that alone does not make it the present model."""
    wait_until_idle(qtbot, studio)
    before = studio.model, studio.models, studio.forward, studio.reverse, studio.sampling
    path = tmp_path / "nan.safetensors"
    shutil.copy(resource("models", "digits.safetensors"), path)
    nan_weights(path)
    inspect_model_file(path)  # raises nothing
    changed: list[str] = []
    studio.model_changed.connect(lambda: changed.append("model"))
    studio.trajectories_changed.connect(lambda: changed.append("trajectories"))
    studio.settings_changed.connect(lambda: changed.append("settings"))
    with qtbot.waitSignal(studio.failed, timeout=WAIT_MS) as failure:
        studio.open_file(path)
    assert "holds weights that are not finite" in str(failure.args[0])
    assert (studio.model, studio.models, studio.forward, studio.reverse, studio.sampling) == before
    assert not changed
    assert not studio.is_busy


def test_weights_are_read_once_to_be_checked_and_used(
    qtbot: QtBot, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def reading(file: ModelFile, device: str) -> Generator[LoadingProgress, None, LoadedModel]:
        read.append(file.path)
        return loading_steps(file, device)

    wait_until_idle(qtbot, studio)
    path = tmp_path / "mine.safetensors"
    shutil.copy(resource("models", "moons.safetensors"), path)
    monkeypatch.setattr(weights_module, "loading_steps", reading)
    with qtbot.waitSignal(studio.model_changed, timeout=WAIT_MS):
        studio.open_file(path)
    wait_until_idle(qtbot, studio)
    assert read == [path]


def test_a_bundled_model_is_chosen_at_once_and_any_other_once_it_is_read(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    shutil.copy(resource("models", "circles.safetensors"), path)
    with qtbot.waitSignal(studio.model_changed, timeout=WAIT_MS):
        studio.open_file(path)
    mine = studio.model
    assert mine is not None
    bundled = studio.models[0]
    studio.choose_model(bundled)
    assert studio.model is bundled
    with qtbot.waitSignal(studio.model_changed, timeout=WAIT_MS):
        studio.choose_model(mine)
        assert studio.model is bundled
    assert studio.model == mine
    assert studio.models[-1] == mine


def test_choosing_a_model_gives_up_a_file_that_is_being_opened(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    wait_until_idle(qtbot, studio)
    path = tmp_path / "mine.safetensors"
    shutil.copy(resource("models", "circles.safetensors"), path)
    studio.open_file(path)
    studio.choose_model(studio.models[1])
    with qtbot.assertNotEmitted(studio.model_changed, wait=500):
        pass
    assert studio.model is studio.models[1]
    assert path not in {model.path for model in studio.models}


def test_threads_that_do_not_end_are_waited_for_together(qtbot: QtBot) -> None:
    """Not one after the other: closing takes as long as the slowest, and says that one is stuck."""
    release = threading.Event()

    def stuck() -> Iterator[int]:
        yield 0
        release.wait()

    tasks = [BackgroundTask() for _ in range(3)]
    for task in tasks:
        task.start(stuck)
    qtbot.waitUntil(lambda: all(task.latest == 0 for task in tasks))
    try:
        assert not stop_tasks(tasks, timeout_ms=1)
    finally:
        release.set()
    assert stop_tasks(tasks)


# How the reverse chain is sampled


def test_a_model_is_sampled_in_its_own_way_at_first(qtbot: QtBot, studio: Studio) -> None:
    assert studio.model is not None
    assert studio.sampling == own_sampling(studio.model.description)
    assert studio.sampling.denoiser is DenoiserChoice.NETWORK


def test_sampling_chosen_while_the_forward_chain_runs_waits_for_it(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    was_noising: list[bool] = []
    run_reverse = studio.run_reverse

    def look_and_run() -> None:
        was_noising.append(studio.is_noising)
        run_reverse()

    monkeypatch.setattr(studio, "run_reverse", look_and_run)
    studio.set_sample_count(250)
    studio.set_sampling(DDIM_20)
    assert studio.is_noising
    assert studio.is_sampling  # due: playing waits for it
    wait_until_idle(qtbot, studio)
    assert was_noising == [False]
    assert studio.reverse is not None
    assert studio.reverse.T == 20


def test_a_chain_of_20_steps_has_the_times_that_are_kept(
    qtbot: QtBot, quick_studio: Studio
) -> None:
    studio = quick_studio
    wait_until_idle(qtbot, studio)
    assert studio.reverse is not None
    assert np.array_equal(studio.reverse.times, np.arange(21) * 50)
    model = load_inspected(find_model("moons"), studio.device)
    expected = sample_model(model, studio.sample_count, studio.seed, DDIM_20.sampler).numpy()
    assert np.array_equal(studio.reverse.frame(0), expected)


def test_another_sampling_is_another_reverse_chain_beside_the_same_forward_chain(
    qtbot: QtBot, quick_studio: Studio
) -> None:
    studio = quick_studio
    wait_until_idle(qtbot, studio)
    forward, reverse = studio.forward, studio.reverse
    heard = []
    studio.settings_changed.connect(lambda: heard.append(studio.sampling))
    exact = SamplingChoice(DDIM_20.sampler, DenoiserChoice.EXACT)
    studio.set_sampling(exact)
    assert heard == [exact]
    wait_until_idle(qtbot, studio)
    qtbot.waitUntil(lambda: studio.reverse is not reverse, timeout=WAIT_MS)
    wait_until_idle(qtbot, studio)
    assert studio.forward is forward
    assert reverse is not None
    assert studio.reverse is not None
    assert np.array_equal(studio.reverse.frame(20), reverse.frame(20))  # the same x_T
    assert not np.array_equal(studio.reverse.frame(0), reverse.frame(0))


def test_the_same_sampling_again_computes_nothing(qtbot: QtBot, quick_studio: Studio) -> None:
    studio = quick_studio
    wait_until_idle(qtbot, studio)
    reverse = studio.reverse
    with qtbot.assertNotEmitted(studio.settings_changed):
        studio.set_sampling(SamplingChoice(SamplerConfiguration(SamplerKind.DDIM, steps=20)))
    assert not studio.is_busy
    assert studio.reverse is reverse


def test_more_steps_than_T_change_nothing(qtbot: QtBot, quick_studio: Studio) -> None:
    studio = quick_studio
    wait_until_idle(qtbot, studio)
    reverse = studio.reverse
    with qtbot.assertNotEmitted(studio.settings_changed), pytest.raises(ScheduleError):
        studio.set_sampling(SamplingChoice(SamplerConfiguration(steps=1001)))
    assert not studio.is_busy
    assert studio.sampling == DDIM_20
    assert studio.reverse is reverse
    assert studio.reverse_t(20) == 1000


def test_without_a_model_there_is_nothing_to_sample(qtbot: QtBot) -> None:
    studio = Studio()
    studio.set_sampling(DDIM_20)
    assert studio.sampling is None
    assert not studio.is_busy
    assert studio.reverse_t(0) == 0


def test_another_model_is_sampled_in_its_own_way(qtbot: QtBot, quick_studio: Studio) -> None:
    studio = quick_studio
    wait_until_idle(qtbot, studio)
    (other,) = (each for each in studio.models if each.description.name == "digits")
    studio.show_model(other)
    assert studio.sampling == own_sampling(other.description)
    assert studio.sampling != DDIM_20
    assert studio.reverse_t(250) == 250


def test_a_seed_and_a_count_keep_the_sampling(qtbot: QtBot, quick_studio: Studio) -> None:
    studio = quick_studio
    wait_until_idle(qtbot, studio)
    studio.set_seed(7)
    studio.set_sample_count(500)
    qtbot.waitUntil(
        lambda: (
            not studio.is_busy
            and studio.reverse is not None
            and studio.reverse.count == 500
            and studio.reverse.is_complete
        ),
        timeout=WAIT_MS,
    )
    assert studio.sampling == DDIM_20
    assert studio.reverse is not None
    assert studio.reverse.T == 20


def test_a_frame_beside_every_t_of_the_forward_chain(qtbot: QtBot, quick_studio: Studio) -> None:
    studio = quick_studio

    def check() -> None:
        assert [studio.reverse_frame(t) for t in (0, 24, 26, 500, 999, 1000)] == [
            0,
            0,
            1,
            10,
            20,
            20,
        ]
        assert [studio.reverse_t(frame) for frame in (0, 1, 10, 20)] == [0, 50, 500, 1000]
        assert [studio.reverse_t(frame) for frame in (-1, 21)] == [0, 1000]  # none beyond the ends

    check()  # as it will be
    wait_until_idle(qtbot, studio)
    check()  # as it is
    studio.set_forward_schedule(ScheduleConfiguration("cosine", 40))
    assert [studio.reverse_frame(t) for t in (0, 20, 40)] == [0, 10, 20]


def test_exact_for_the_points_at_the_left_ends_on_those_of_the_forward_chain(
    qtbot: QtBot, studio: Studio
) -> None:
    studio.set_sample_count(250)
    studio.set_sampling(
        SamplingChoice(SamplerConfiguration(SamplerKind.DDIM), DenoiserChoice.EXACT)
    )
    wait_until_idle(qtbot, studio)
    assert studio.forward is not None
    assert studio.reverse is not None
    apart = studio.reverse.frame(0)[:, None].astype(float) - studio.forward.frame(0)[None]
    assert np.median(np.linalg.norm(apart, axis=2).min(axis=1)) < 1e-3


def test_a_chain_that_fails_at_once_leaves_no_older_one_in_its_place(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings would be said of a chain that was made with others."""
    wait_until_idle(qtbot, studio)
    forward = studio.forward

    def fail(_request: object, _stopped: object) -> Iterator[None]:
        raise ValueError("no")
        yield

    monkeypatch.setattr(studio_module, "record_reverse_chain", fail)
    with qtbot.waitSignal(studio.failed, timeout=WAIT_MS):
        studio.set_sampling(SamplingChoice(SamplerConfiguration(steps=7)))
    assert studio.reverse is None
    assert studio.forward is forward


def test_a_chain_that_fails_on_its_way_keeps_its_steps_so_far(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_until_idle(qtbot, studio)

    def fail_later(request: ReverseRequest, _stopped: object) -> Iterator[ChainProgress]:
        steps = record_reverse_chain(request)
        yield next(steps)
        while studio.reverse is before:  # until the window has taken it over
            time.sleep(0.01)
        raise ValueError("no")

    before = studio.reverse
    monkeypatch.setattr(studio_module, "record_reverse_chain", fail_later)
    with qtbot.waitSignal(studio.failed, timeout=WAIT_MS):
        studio.set_sampling(SamplingChoice(SamplerConfiguration(steps=7)))
    assert studio.reverse is not None
    assert studio.reverse.recorded.tolist() == [False] * 7 + [True]


def test_the_last_step_of_a_stopped_chain_is_announced(qtbot: QtBot, studio: Studio) -> None:
    wait_until_idle(qtbot, studio)
    studio.set_sample_count(5000)
    qtbot.waitUntil(
        lambda: studio.reverse_progress is not None and studio.reverse_progress.done > 10,
        timeout=WAIT_MS,
    )
    announced: list[int] = []

    def count() -> None:
        assert studio.reverse is not None
        announced.append(int(studio.reverse.recorded.sum()))

    studio.chains_grew.connect(count)
    studio.stop_reverse()
    at_once = len(announced)
    qtbot.waitUntil(lambda: len(announced) > at_once)  # when its thread has come to its end
    reverse = studio.reverse
    assert reverse is not None
    qtbot.wait(50)
    assert announced[-1] == reverse.recorded.sum()


# Stopping and going on


@pytest.mark.parametrize("denoiser", [DenoiserChoice.NETWORK, DenoiserChoice.EXACT])
@pytest.mark.parametrize("stop_after", [1, 4, 20])
def test_a_chain_that_is_gone_on_with_is_as_if_it_had_never_been_stopped(
    denoiser: DenoiserChoice, stop_after: int
) -> None:
    sampler = SamplerConfiguration(steps=20)
    request = ReverseRequest(find_model("moons"), 10, 3, "cpu", SamplingChoice(sampler, denoiser))
    whole = driven(record_reverse_chain(request))
    work = record_reverse_chain(request)
    for _ in range(stop_after):
        progress = next(work)
    work.close()
    assert isinstance(progress, ChainProgress)
    stopped = progress.trajectory
    assert stopped.recorded.sum() == stop_after
    rest = record_reverse_chain(request, stopped)
    again = next(rest)
    assert isinstance(again, ChainProgress)
    assert (again.done, again.done_before) == (stop_after - 1, stop_after - 1)
    assert driven(rest) is stopped
    assert stopped.is_complete
    assert stopped.position is None
    for frame in range(21):
        assert np.array_equal(stopped.frame(frame), whole.frame(frame))


@pytest.mark.parametrize("stop_after", [1, 7, 1000])
def test_the_forward_chain_is_gone_on_with_to_the_same_numbers(stop_after: int) -> None:
    request = ForwardRequest("moons", find_model("moons").description.schedule, 10, 3)
    whole = driven(record_forward_chain(request))
    work = record_forward_chain(request)
    for _ in range(stop_after):
        progress = next(work)
    work.close()
    assert isinstance(progress, ChainProgress)
    resumed = driven(record_forward_chain(request, progress.trajectory))
    assert resumed is progress.trajectory
    assert all(np.array_equal(resumed.frame(t), whole.frame(t)) for t in range(whole.T + 1))


def test_a_step_that_a_full_disk_did_not_take_is_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = ReverseRequest(find_model("moons"), 10, 3, "cpu", DDIM_20)
    whole = driven(record_reverse_chain(request))
    work = record_reverse_chain(request)
    progress = next(work)
    assert isinstance(progress, ChainProgress)
    with monkeypatch.context() as patch:
        full = TemporaryFileError("The disk is full.")
        patch.setattr(Trajectory, "record", lambda *_: (_ for _ in ()).throw(full))
        with pytest.raises(TemporaryFileError):
            next(work)
    stopped = progress.trajectory
    assert stopped.recorded.sum() == 1
    driven(record_reverse_chain(request, stopped))
    assert all(np.array_equal(stopped.frame(f), whole.frame(f)) for f in range(21))


def driven(work: ChainWork) -> Trajectory:
    try:
        while True:
            next(work)
    except StopIteration as stop:
        trajectory: Trajectory = stop.value
        return trajectory


def test_stopped_chains_go_on_in_the_studio(qtbot: QtBot, studio: Studio) -> None:
    qtbot.waitUntil(
        lambda: studio.reverse is not None and studio.reverse.recorded.sum() > 3, timeout=WAIT_MS
    )
    stopped = studio.reverse
    assert stopped is not None
    studio.stop_reverse()
    qtbot.waitUntil(lambda: stopped.position is not None, timeout=WAIT_MS)
    done = int(stopped.recorded.sum())
    studio.continue_reverse()
    assert studio.is_sampling
    wait_until_idle(qtbot, studio)
    assert studio.reverse is stopped
    assert done < stopped.T
    model = studio.model
    assert model is not None
    expected = sample_model(load_inspected(model), studio.sample_count, studio.seed).numpy()
    assert np.array_equal(stopped.frame(0), expected)


# Large images


@pytest.fixture(scope="module")
def large_model(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    """A very small network for images of 3x256x256, of another project: without data."""
    network = UNetConfiguration(256, 3, 8, (1, 1), 1, norm_groups=4)
    description = replace(
        find_model("moons").description,
        name="large",
        data_set="",
        origin="pytorch-ddpm",
        training=None,
        network=network,
    )
    path = tmp_path_factory.mktemp("large") / "large.safetensors"
    save_model(path, description, build_network(network).state_dict())
    return inspect_model_file(path)


def test_a_model_of_large_images_has_few_samples(large_model: ModelFile, qtbot: QtBot) -> None:
    assert default_count(large_model) == 4
    assert default_count(find_model("digits")) == 36
    assert default_count(find_model("moons")) == 2000
    studio = Studio()
    studio.show_model(find_model("digits"))
    studio.set_sample_count(64)
    studio.show_model(large_model)
    assert studio.sample_count == 4
    assert studio.sample_count_choices[0] == 4
    studio.show_model(find_model("digits"))
    assert studio.sample_count == 36
    assert studio.stop()


def test_large_images_are_sampled_into_a_file(large_model: ModelFile) -> None:
    work = record_reverse_chain(ReverseRequest(large_model, 4, 0, "cpu"))
    for _ in range(2):
        progress = next(work)
    assert isinstance(progress, ChainProgress)
    chain = progress.trajectory
    assert not chain.is_in_memory
    assert chain.file_bytes >= 1001 * 4 * 3 * 256 * 256
    generator = torch.Generator().manual_seed(0)
    x_T = torch.randn((4, 3, 256, 256), generator=generator).numpy()
    assert np.abs(chain.frame(1000) - x_T).max() <= np.ptp(x_T) / 509
    assert chain.is_recorded(999)
    work.close()
    assert chain.position is not None
    assert np.abs(chain.position.x.numpy() - chain.frame(999)).max() < 0.03


def test_a_model_that_is_read_says_how_far_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    network = MlpConfiguration(dimension=2, width=2048, depth=4)
    description = replace(find_model("moons").description, network=network)
    path = tmp_path / "wide.safetensors"
    save_model(path, description, build_network(network).state_dict())
    request = ReverseRequest(inspect_model_file(path), 10, 0, "cpu", DDIM_20)
    work = record_reverse_chain(request)
    read = next(work)
    assert isinstance(read, LoadingProgress)
    assert 0 < read.done < read.total == path.stat().st_size
    work.close()  # given up
    seen = [type(each) for each in record_reverse_chain(request)]
    assert seen.count(LoadingProgress) >= 5
    assert seen[-21:] == [ChainProgress] * 21
    assert LoadingProgress not in [type(each) for each in record_reverse_chain(request)]
