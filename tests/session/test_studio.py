"""The session: both chains of a model, from requests to trajectories."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import pytest
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
)
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration, SamplerKind
from ddpm_studio.diffusion.schedule import ScheduleConfiguration, ScheduleError
from ddpm_studio.locations import resource
from ddpm_studio.session.loaded_models import forget_loaded_models
from ddpm_studio.session.sample_counts import default_count
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice, own_sampling
from ddpm_studio.session.studio import Studio

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


def test_closing_while_sampling_leaves_no_thread(qtbot: QtBot) -> None:
    studio = Studio()
    studio.open_bundled("digits")
    qtbot.waitUntil(lambda: studio.chains.reverse.progress is not None, timeout=WAIT_MS)
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
    studio.chains.trajectories_changed.connect(lambda: changed.append("trajectories"))
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


# How the reverse chain is sampled


def test_a_model_is_sampled_in_its_own_way_at_first(qtbot: QtBot, studio: Studio) -> None:
    assert studio.model is not None
    assert studio.sampling == own_sampling(studio.model.description)
    assert studio.sampling.denoiser is DenoiserChoice.NETWORK


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


# Stopping and going on


def test_stopped_chains_go_on_in_the_studio(qtbot: QtBot, studio: Studio) -> None:
    qtbot.waitUntil(
        lambda: studio.reverse is not None and studio.reverse.recorded.sum() > 3, timeout=WAIT_MS
    )
    stopped = studio.reverse
    assert stopped is not None
    studio.chains.stop_reverse()
    qtbot.waitUntil(lambda: stopped.position is not None, timeout=WAIT_MS)
    done = int(stopped.recorded.sum())
    studio.chains.continue_reverse()
    assert studio.chains.reverse.is_awaited
    wait_until_idle(qtbot, studio)
    assert studio.reverse is stopped
    assert done < stopped.T
    model = studio.model
    assert model is not None
    expected = sample_model(load_inspected(model), studio.sample_count, studio.seed).numpy()
    assert np.array_equal(stopped.frame(0), expected)


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
