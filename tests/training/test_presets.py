"""Every preset can be trained, and impossible trainings are refused in words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ddpm_studio.datasets.catalogue import CATALOGUE, entry
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.training.presets import (
    BUNDLED_PRESETS,
    PRESETS,
    TrainingConfigurationError,
    UnknownPresetError,
    preset,
)


def test_there_is_one_preset_for_each_data_set() -> None:
    assert [each.name for each in PRESETS] == [data.name for data in CATALOGUE]
    assert set(BUNDLED_PRESETS) == {data.name for data in CATALOGUE} - {"digits-16"}


@pytest.mark.parametrize("name", [each.name for each in PRESETS])
def test_a_preset_fits_its_data(name: str) -> None:
    settings = preset(name)
    assert settings.name == settings.data_set == name
    assert settings.network.sample_shape == entry(name).sample_shape
    assert sum(p.numel() for p in build_network(settings.network).parameters()) < 2_000_000
    # The chain begins with N(0, I): hardly anything of x_0 may be left at T.
    assert settings.schedule.build().alpha_bar[-1] < 1e-4


def test_an_unknown_preset_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownPresetError, match=r"'mnist'.*moons.*digits-16") as caught:
        preset("mnist")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("steps", (0, -1)),
        ("batch_size", (0, -5)),
        ("learning_rate", (0.0, -1e-3, math.nan, math.inf)),
        ("ema_decay", (1.0, -0.1, math.nan)),
    ],
)
def test_a_training_that_cannot_be_is_refused(name: str, values: tuple[float, ...]) -> None:
    for value in values:
        with pytest.raises(TrainingConfigurationError, match=name):
            replace(preset("moons"), **{name: value})  # type: ignore[arg-type]
