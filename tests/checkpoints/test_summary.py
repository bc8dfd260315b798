"""A model in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.model_file import inspect_model_file
from ddpm_studio.checkpoints.summary import (
    full_summary,
    network_summary,
    one_line_summary,
    schedule_summary,
)
from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration
from ddpm_studio.networks.configuration import LucidrainsConfiguration, UNetConfiguration

IMAGES = {
    "data_set": "digits",
    "network": UNetConfiguration(8, 1, 8, (1, 2), 1, attention_sizes=(4, 8), norm_groups=4),
    "clip": 1.0,
    "schedule": ScheduleConfiguration("cosine", 1000),
    "target": "v",
}


def test_one_line_says_data_network_and_schedule(path: Path) -> None:
    assert one_line_summary(inspect_model_file(path)) == (
        "two interleaving half circles; MLP, 1 layers of 4, 38 parameters; "
        "linear, T = 10, beta from 0.01 to 0.5"
    )


def test_one_line_of_images(description: ModelDescription, save: Callable[..., Path]) -> None:
    line = one_line_summary(inspect_model_file(save(description, **IMAGES)))
    assert line.startswith(
        "1,797 handwritten digits, 8x8 grey (UCI, CC BY 4.0); U-Net, 8 channels "
    )
    assert "x (1, 2), attention at 4 and 8, " in line
    assert line.endswith("; cosine, T = 1000")


def test_a_u_net_without_attention_at_a_resolution_has_it_in_the_middle() -> None:
    assert network_summary(UNetConfiguration(8, 1, 8, (1, 2), 1, (), norm_groups=4)) == (
        "U-Net, 8 channels x (1, 2), attention in the middle block alone"
    )


def test_lucidrains_network_in_words() -> None:
    network = LucidrainsConfiguration(
        32, 3, 64, 64, (1, 2, 4, 8), (False, False, True, True), (4,) * 4, (32,) * 4
    )
    words = "lucidrains' U-Net, 64 channels x (1, 2, 4, 8), "
    assert network_summary(network) == words + "full attention in levels 3 and 4"
    linear = replace(network, full_attention=(False,) * 4, self_condition=True, learned_range=True)
    assert network_summary(linear) == (
        words + "linear attention, self-conditioned, learned variance"
    )


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (NoiseSchedule.linear(50), "linear, T = 50, beta from 0.0001 to 0.02"),
        (NoiseSchedule.cosine(50), "cosine, T = 50"),
        (NoiseSchedule.sigmoid(50), "sigmoid, T = 50, beta from 0.0001 to 0.02"),
        (NoiseSchedule.quadratic(50), "quadratic, T = 50, beta from 0.0001 to 0.02"),
        (NoiseSchedule.constant(50, 0.02), "constant, T = 50, beta = 0.02"),
        (NoiseSchedule.from_betas([0.1, 0.5, 0.3]), "custom, T = 3, beta from 0.1 to 0.3"),
    ],
)
def test_every_schedule_in_words(schedule: NoiseSchedule, words: str) -> None:
    assert schedule_summary(schedule.configuration) == words


def test_a_table_says_everything(path: Path) -> None:
    assert dict(full_summary(inspect_model_file(path))) == {
        "model": "small",
        "file": f"{path} ({path.stat().st_size:,} bytes)",
        "data": "moons: two interleaving half circles",
        "sample": "2",
        "network": "MLP, 1 layers of 4, 38 parameters",
        "schedule": "linear, T = 10, beta from 0.01 to 0.5",
        "predicts": "the noise epsilon",
        "variance": "fixed-large",
        "clipping": "none",
        "training": (
            "7 steps of 9 planned (stopped early) of 64 samples, seed 5, learning rate 0.001, "
            "moving average 0.999, loss 0.25 at the end"
        ),
        "trained on": "cpu, 1 CPU thread(s)",
    }


@pytest.mark.parametrize(
    ("changes", "label", "words"),
    [
        (IMAGES, "sample", "1 x 8 x 8"),
        (IMAGES, "clipping", "x_0 to ±1"),
        (IMAGES, "predicts", "v"),
        ({"data_set": "mine"}, "data", "mine: not among the data sets here"),
    ],
)
def test_a_table_of_other_models(
    description: ModelDescription,
    save: Callable[..., Path],
    changes: dict[str, Any],
    label: str,
    words: str,
) -> None:
    assert dict(full_summary(inspect_model_file(save(description, **changes))))[label] == words


def test_a_finished_training_was_not_stopped(
    description: ModelDescription, save: Callable[..., Path]
) -> None:
    record = replace(description.training, steps=9, final_loss=None)
    words = dict(full_summary(inspect_model_file(save(description, training=record))))["training"]
    assert words.startswith("9 steps of 64 samples")
    assert words.endswith("moving average 0.999")


def test_classes_are_named_with_their_numbers(
    description: ModelDescription, save: Callable[..., Path]
) -> None:
    network = UNetConfiguration(8, 1, 8, (1, 2), 1, norm_groups=4, classes=3)
    own = {**IMAGES, "data_set": "own", "network": network, "class_names": ("cat", "dog", "2")}
    rows = dict(full_summary(inspect_model_file(save(description, **own))))
    assert rows["classes"] == "0 cat, 1 dog, 2"
    many = replace(network, classes=30), tuple(map(str, range(30)))
    own |= {"network": many[0], "class_names": many[1]}
    rows = dict(full_summary(inspect_model_file(save(description, **own))))
    assert rows["classes"].endswith("18, 19, …")
    assert "classes" not in dict(full_summary(inspect_model_file(save(description))))
