"""What a model says of itself survives its file, and nonsense is refused with a reason."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ddpm_studio.checkpoints.class_names import storable_names
from ddpm_studio.checkpoints.description import (
    MAX_METADATA_CHARACTERS,
    DescriptionError,
    ModelDescription,
)
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.diffusion.schedule import MAX_STEPS, NoiseSchedule, ScheduleConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration, network_as_dict

Values = dict[str, Any]

LONGEST = np.random.default_rng(0).random(MAX_STEPS) * 1e-300  # as many digits as a number may have


def refused(metadata: dict[str, str] | None, reason: str) -> None:
    with pytest.raises(DescriptionError, match=reason) as caught:
        ModelDescription.from_metadata(metadata)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.fixture
def values(description: ModelDescription) -> Values:
    return json.loads(description.to_metadata()["description"])


def described(values: Values) -> dict[str, str]:
    text = json.dumps(values)
    return {"format": "ddpm-studio", "format_version": "1", "description": text}


def test_metadata_is_plain_text(description: ModelDescription) -> None:
    metadata = description.to_metadata()
    assert metadata["format"] == "ddpm-studio"
    assert metadata["format_version"] == "1"
    assert all(isinstance(value, str) for value in metadata.values())
    values = json.loads(metadata["description"])
    assert values["network"] == {
        "kind": "mlp",
        "dimension": 2,
        "width": 4,
        "depth": 1,
        "time_features": 4,
    }
    assert values["schedule"] == {"kind": "linear", "T": 10, "beta_1": 0.01, "beta_T": 0.5}
    assert values["training"]["steps"] == 7


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"clip": 3.0},
        {"target": "v", "variance": "fixed-small"},
        {"target": "x_0", "name": "이름 with spaces", "data_set": "a data set of tomorrow"},
        {"schedule": ScheduleConfiguration("cosine", 1000)},
        {"schedule": ScheduleConfiguration("sigmoid", 1000, 1e-4, 0.02)},
        {"schedule": ScheduleConfiguration("quadratic", 1000, 0.00085, 0.012)},
        {"schedule": ScheduleConfiguration("constant", 3, 0.1)},
        {"schedule": ScheduleConfiguration("custom", 3, betas=(0.1 + 0.2, 1e-300, 1 - 1e-16))},
        {"schedule": NoiseSchedule.from_betas(LONGEST).configuration},
        {
            "data_set": "digits",
            "network": UNetConfiguration(
                8, 1, channels=16, channel_multipliers=(1, 2), attention_sizes=(), norm_groups=8
            ),
        },
    ],
)
def test_a_description_survives_its_metadata(
    description: ModelDescription, changes: dict[str, Any]
) -> None:
    described = replace(description, **changes)
    assert ModelDescription.from_metadata(described.to_metadata()) == described


def test_a_schedule_keeps_nothing_that_it_does_not_need(values: Values) -> None:
    values["schedule"] |= {"kind": "cosine", "betas": [0.1]}
    read = ModelDescription.from_metadata(described(values))
    assert read.schedule == ScheduleConfiguration("cosine", 10)


def test_a_list_that_holds_what_is_not_a_number_is_refused(values: Values) -> None:
    values["schedule"] |= {"kind": "custom", "betas": [0.1] * 9 + [math.nan]}
    refused(described(values), "its description holds NaN, which is not a number")


def test_the_models_own_sampler_is_ancestral_with_all_steps(description: ModelDescription) -> None:
    described = replace(description, variance="fixed-small", clip=2.0)
    assert described.sampler == SamplerConfiguration("ancestral", variance="fixed-small", clip=2.0)


@pytest.mark.parametrize("seed", [0, 2**53 + 1, 2**63 - 1])
@pytest.mark.parametrize("loss", [None, 0.1 + 0.2])
def test_a_training_record_is_exact(
    description: ModelDescription, seed: int, loss: float | None
) -> None:
    record = replace(description.training, seed=seed, final_loss=loss)
    written = replace(description, training=record).to_metadata()
    assert ModelDescription.from_metadata(written).training == record


def test_stopping_early_is_told_from_finishing(description: ModelDescription) -> None:
    assert description.training.interrupted
    assert not replace(description.training, steps=9).interrupted


@pytest.mark.parametrize("metadata", [None, {}, {"format": "pt"}, {"description": "{}"}])
def test_metadata_of_another_program_is_refused(metadata: dict[str, str] | None) -> None:
    refused(metadata, "it was not written by DDPM Studio")


@pytest.mark.parametrize("version", ["", "0", "2", "1.0", "x" * 10_000, "\x1b[2J\n"])
def test_another_format_version_is_refused(values: Values, version: str) -> None:
    refused(described(values) | {"format_version": version}, "format version .* reads version 1")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "5", "[" * 50_000, '{"name": ' + "9" * 5_000 + "}"]
)
def test_a_description_that_is_no_object_is_refused(text: str) -> None:
    metadata = {"format": "ddpm-studio", "format_version": "1", "description": text}
    refused(metadata, "its description is damaged")


def test_a_description_of_pages_is_refused(values: Values) -> None:
    values["comment"] = "x" * MAX_METADATA_CHARACTERS
    refused(described(values), "unreasonably long")


def test_a_key_twice_is_refused(values: Values) -> None:
    metadata = described(values)
    metadata["description"] = metadata["description"][:-1] + ', "clip": 5.0}'
    refused(metadata, "it says the same thing twice")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("key", ["beta_1", "beta_T", "T"])
def test_what_is_not_a_number_is_refused(values: Values, key: str, number: float) -> None:
    values["schedule"][key] = number
    refused(described(values), "its description holds (NaN|-?Infinity), which is not a number")


KEYS = ["name", "data_set", "network", "schedule", "target", "variance", "training"]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", [None, 5, [], "", "x" * 201, "two\nlines"])
def test_a_part_that_is_missing_or_of_another_kind_is_named(
    values: Values, key: str, value: object
) -> None:
    values[key] = value
    refused(described(values), f"no valid '{key}'|its {key} .* is not one of")
    del values[key]
    refused(described(values), f"no valid '{key}'")


def in_part(part: str, **changes: object) -> Callable[[Values], None]:
    return lambda values: values[part].update(changes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (in_part("schedule", T=0), "T must lie between 1 and"),
        (in_part("schedule", T=-5), "T must lie between 1 and"),
        (in_part("schedule", T=10**9), "T must lie between 1 and"),
        (in_part("schedule", T=10**4000), "no valid 'T'"),
        (in_part("schedule", T=1.5), "T must be a whole number"),
        (in_part("schedule", T="x" * 50_000), "T must be a whole number"),
        (in_part("schedule", T=None), "T must be a whole number"),
        (in_part("schedule", beta_1=0.0), "beta_1 must lie strictly between 0 and 1"),
        (in_part("schedule", beta_1=-0.1), "beta_1 must lie strictly between 0 and 1"),
        (in_part("schedule", beta_T=1), "beta_T must lie strictly between 0 and 1"),
        (in_part("schedule", beta_T=1.5), "beta_T must lie strictly between 0 and 1"),
        (in_part("schedule", beta_T=10**400), "no valid 'beta_T'"),
        (in_part("schedule", beta_T="0.1"), "no valid 'beta_T'"),
        (in_part("schedule", beta_T=True), "no valid 'beta_T'"),
        (in_part("schedule", beta_T=None), "needs both beta_1 and beta_T"),
        (in_part("schedule", kind="laplace"), "Unknown schedule 'laplace'"),
        (in_part("schedule", kind=["linear"]), "no valid 'kind'"),
        (in_part("schedule", kind="sigmoid", beta_T=None), "needs both beta_1 and beta_T"),
        (in_part("schedule", kind="constant", beta_1=None), "needs beta_1"),
        (in_part("schedule", kind="custom"), "needs the list of its betas"),
        (in_part("schedule", kind="custom", betas=[0.1] * 9), "T is 10, but the list holds 9"),
        (in_part("schedule", kind="custom", betas=[]), "from 1 to 10,000 numbers, not 0"),
        (in_part("schedule", kind="custom", betas=[0.1] * 10_001), "no valid 'betas'"),
        (in_part("schedule", kind="custom", betas="0.1"), "no valid 'betas'"),
        (in_part("schedule", kind="custom", betas={"0": 0.1}), "no valid 'betas'"),
        (in_part("schedule", kind="custom", betas=["0.1"] * 10), "no valid 'betas'"),
        (in_part("schedule", kind="custom", betas=[True] * 10), "no valid 'betas'"),
        (in_part("schedule", kind="custom", betas=[None] * 10), "no valid 'betas'"),
        (in_part("schedule", kind="custom", betas=[[0.1]] * 10), "no valid 'betas'"),
        (in_part("schedule", kind="custom", betas=[10**4000] * 10), "no valid 'betas'"),
        (in_part("schedule", kind="custom", betas=[0.1] * 9 + [1]), "beta_10 must lie strictly"),
        (in_part("schedule", kind="custom", betas=[0.0] * 10), "beta_1 must lie strictly"),
        (in_part("network", kind="transformer"), "Unknown network 'transformer'"),
        (in_part("network", kind=None), "Unknown network None"),
        (in_part("network", kind="x" * 50_000), "Unknown network"),
        (in_part("network", width=10**9), "width must be a whole number from 1 to 4096"),
        (in_part("network", width=0), "width must be a whole number from 1 to 4096"),
        (in_part("network", width=4.0), "width must be a whole number from 1 to 4096"),
        (in_part("network", depth=True), "depth must be a whole number"),
        (in_part("network", time_features=5), "time_features must be even"),
        (in_part("network", heads=8), "Unknown network setting heads"),
        (in_part("network", **{"two\nlines": 8}), "Unknown network setting two lines"),
        (in_part("network", **{"x" * 50_000: 8}), "Unknown network setting"),
        (in_part("network", dimension=3), r"samples of shape \(3,\), and moons are \(2,\)"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(
    values: Values, change: Callable[[Values], None], reason: str
) -> None:
    change(values)
    refused(described(values), reason)


def test_a_network_without_a_needed_number_is_refused(values: Values) -> None:
    del values["network"]["dimension"]
    refused(described(values), "A network setting is missing")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"channels": 10**9}, "channels must be a whole number from 2 to 1024"),
        ({"channels": 15}, "channels 15 must be even"),
        ({"image_size": 2**31}, "image_size must be a whole number"),
        (
            {"channel_multipliers": [1] * 5},
            "For 5 levels image_size must be a multiple of 16, not 8",
        ),
        ({"channel_multipliers": []}, "from 1 to 8 levels"),
        ({"channel_multipliers": 2}, "channel_multipliers must be a list"),
        ({"channel_multipliers": [10**9]}, "channel multiplier must be a whole number"),
        ({"attention_sizes": ["4"]}, "attention size must be a whole number"),
        ({"norm_groups": 0}, "norm_groups must be a whole number"),
        ({"norm_groups": 7}, "divisible by norm_groups 7"),
        ({"dropout": 1.0}, "dropout must be at least 0 and under 1"),
        ({"dropout": "0.1"}, "dropout must be at least 0 and under 1"),
    ],
)
def test_a_u_net_that_cannot_be_is_refused(
    values: Values, changes: dict[str, object], reason: str
) -> None:
    values["data_set"] = "digits"
    network = {"kind": "unet", "image_size": 8, "image_channels": 1, "channels": 16}
    values["network"] = network | {"channel_multipliers": [1, 2], "norm_groups": 8} | changes
    refused(described(values), reason)


@pytest.mark.parametrize("clip", [0, -1.0, "3", True, [3.0]])
def test_an_impossible_clip_is_refused(values: Values, clip: object) -> None:
    values["clip"] = clip
    refused(described(values), "its clip must be positive|no valid 'clip'")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("steps", -1),
        ("steps", 1.5),
        ("planned_steps", "9"),
        ("batch_size", None),
        ("seed", 2**63),
        ("threads", True),
        ("learning_rate", "fast"),
        ("ema_decay", None),
        ("final_loss", []),
        ("device", 5),
    ],
)
def test_an_impossible_training_record_is_refused(values: Values, key: str, value: object) -> None:
    values["training"][key] = value
    refused(described(values), f"no valid '{key}'")


def test_a_table_of_time_features_has_a_row_for_every_step(values: Values) -> None:
    network = UNetConfiguration(8, 1, time_order="table", time_rows=9)
    values |= {"network": network_as_dict(network), "data_set": "data of tomorrow"}
    refused(described(values), "its network knows t up to 9, and its schedule has 10 steps")


def test_a_learned_variance_needs_a_network_that_learned_it(values: Values) -> None:
    values["variance"] = "learned-range"
    refused(described(values), "has not learned the variance that it asks for")


@pytest.mark.parametrize(("key", "value"), [("target", "score"), ("variance", "learned")])
def test_a_choice_there_is_not_is_answered_with_those_there_are(
    values: Values, key: str, value: str
) -> None:
    values[key] = value
    refused(described(values), f"its {key} '{value}' is not one of (noise|fixed-large), ")


@pytest.fixture
def three_classes(description: ModelDescription) -> ModelDescription:
    network = UNetConfiguration(8, 1, classes=3)
    names = ("고양이", "dog", "2")
    return replace(description, data_set="own", network=network, class_names=names)


def test_names_of_classes_survive_their_file(
    three_classes: ModelDescription, description: ModelDescription
) -> None:
    assert ModelDescription.from_metadata(three_classes.to_metadata()) == three_classes
    # Files of models without keep the bytes of older versions.
    assert "class_names" not in description.to_metadata()["description"]


@pytest.mark.parametrize("names", [["a", "b"], ["a", "b", ""], ["a", "b", 2], "abc", [["a"]], None])
def test_names_that_are_none_or_too_few_are_refused(
    three_classes: ModelDescription, names: object
) -> None:
    values = json.loads(three_classes.to_metadata()["description"]) | {"class_names": names}
    refused(described(values), "no valid 'class_names'|names 2 classes, and .* made for 3")


def test_a_network_without_classes_has_no_names(values: Values) -> None:
    refused(described(values | {"class_names": ["a"]}), "names 1 classes, and .* made for 0")


def test_names_that_no_file_could_hold_are_left_out() -> None:
    assert storable_names(("cat", "dog")) == ("cat", "dog")
    assert storable_names(("cat", "a\nb")) == ()
    assert storable_names(("x" * 200,) * 1000) == ()
