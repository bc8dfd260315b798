"""Every preset can be trained; the paper's own is the paper's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import nn

from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.datasets.catalogue import CATALOGUE, entry, open_data_set
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.training.averaged_model import averaged_model
from ddpm_studio.training.presets import (
    BUNDLED_PRESETS,
    PRESETS,
    QUICK_PRESETS,
    UnknownPresetError,
    minutes_on_two_cores,
    preset,
)
from ddpm_studio.training.quality import measure_points
from ddpm_studio.training.trainer import Trainer

HERE = [data.name for data in CATALOGUE]


def test_there_is_one_preset_for_each_data_set_and_the_papers() -> None:
    full = [each.name for each in PRESETS if each.name not in QUICK_PRESETS]
    assert full == [*HERE, "cifar10"]
    assert set(BUNDLED_PRESETS) == set(HERE) - {"digits-16"}


@pytest.mark.parametrize("name", HERE)
def test_a_preset_fits_its_data(name: str) -> None:
    settings = preset(name)
    assert settings.name == settings.data_set == name
    assert settings.network.sample_shape == entry(name).sample_shape
    assert sum(p.numel() for p in build_network(settings.network).parameters()) < 2_000_000
    # The chain begins with N(0, I): hardly anything of x_0 may be left at T.
    assert settings.schedule.build().alpha_bar[-1] < 1e-4


def test_every_kind_of_points_has_a_quick_preset_that_differs_in_its_steps_alone() -> None:
    points = [data.name for data in CATALOGUE if not data.is_image]
    assert list(QUICK_PRESETS) == [*(f"{name}-quick" for name in points), "digits-quick"]
    for name in QUICK_PRESETS[:-1]:
        quick, full = preset(name), preset(preset(name).data_set)
        assert quick.steps * quick.batch_size < full.steps * full.batch_size / 6
        steps = {field: getattr(quick, field) for field in ("steps", "batch_size", "learning_rate")}
        assert quick == replace(full, name=name, **steps)


def test_the_first_preset_for_some_data_is_the_one_that_is_done_soonest() -> None:
    for name in HERE:
        minutes = [minutes_on_two_cores(each.name) for each in PRESETS if each.data_set == name]
        assert None not in minutes
        assert minutes == sorted(minutes)
    assert minutes_on_two_cores("moons-quick") < 1  # type: ignore[operator]
    assert minutes_on_two_cores("digits-quick") <= 5  # type: ignore[operator]
    assert minutes_on_two_cores("cifar10") is None


def test_the_quick_digits_have_a_quarter_of_the_images_and_of_the_weights() -> None:
    quick, full = preset("digits-quick"), preset("digits")
    assert quick.steps * quick.batch_size * 4 == full.steps * full.batch_size
    sizes = [
        sum(p.numel() for p in build_network(each.network).parameters()) for each in (quick, full)
    ]
    assert sizes[0] < 0.3 * sizes[1]


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Small steps on two threads are 15 times slower where another process has one of the cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_a_quick_training_is_long_enough() -> None:
    """Half a minute on one core; the other points' ratios are in the README."""
    trainer = Trainer(preset("moons-quick"))
    for _ in trainer.run():
        pass
    samples = sample_model(averaged_model(trainer), 5000, seed=1)
    assert measure_points(samples, open_data_set("moons")).ratio < 2


def test_the_papers_own_training_is_the_papers() -> None:
    """DDPM, section 4 and appendix B."""
    paper = preset("cifar10")
    assert (paper.steps, paper.batch_size, paper.learning_rate) == (800_000, 128, 2e-4)
    assert (paper.warm_up_steps, paper.gradient_clip, paper.ema_decay) == (5000, 1.0, 0.9999)
    assert paper.schedule == ScheduleConfiguration("linear", 1000, 1e-4, 0.02)
    assert paper.learning_rate_at(2499) == pytest.approx(1e-4)
    assert paper.learning_rate_at(5000) == paper.learning_rate_at(799_999) == 2e-4
    with torch.device("meta"):
        network = build_network(paper.network)
    assert round(sum(p.numel() for p in network.parameters()) / 1e6, 1) == 35.7
    assert {each.p for each in network.modules() if isinstance(each, nn.Dropout)} == {0.1}


def test_an_unknown_preset_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownPresetError, match=r"'mnist'.*moons.*digits-16") as caught:
        preset("mnist")
    assert "\n" not in str(caught.value)
