"""A training survives JSON, and every nonsensical one is refused with the name of the field."""

from __future__ import annotations

import json
import math
import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    MlpConfiguration,
    network_as_dict,
)
from ddpm_studio.training.configuration import (
    TrainingConfiguration,
    TrainingConfigurationError,
)
from ddpm_studio.training.configuration_file import ConfigurationFileError, load_configuration
from ddpm_studio.training.presets import PRESETS, preset


def written(tmp_path: Path, values: object) -> Path:
    path = tmp_path / "training.json"
    path.write_text(values if isinstance(values, str) else json.dumps(values))
    return path


def refused(path: Path, reason: str) -> ConfigurationFileError:
    with pytest.raises(ConfigurationFileError, match=reason) as caught:
        load_configuration(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    return caught.value


@pytest.mark.parametrize("each", PRESETS, ids=lambda each: each.name)
def test_every_preset_survives_its_file(each: TrainingConfiguration, tmp_path: Path) -> None:
    assert load_configuration(written(tmp_path, each.as_dict())) == each


def test_every_field_survives_its_file(tmp_path: Path) -> None:
    changed = TrainingConfiguration(
        name="이름",
        data_set="data of tomorrow",
        network=MlpConfiguration(3, 8, 1, 4),
        schedule=ScheduleConfiguration("custom", 2, betas=(0.1 + 0.2, 0.5)),
        steps=7,
        batch_size=3,
        learning_rate=0.1 + 0.2,
        ema_decay=0.5,
        target="v",
        variance="fixed-large",
        clip=2.5,
        learning_rate_schedule="constant",
        learning_rate_steps=70,
        warm_up_steps=0,
        gradient_clip=None,
        seed=2**63 - 1,
        precision="bfloat16",
        autosave_every=9,
        compile=True,
    )
    usual = preset("moons")
    same = {
        each.name for each in fields(usual) if vars(usual)[each.name] == vars(changed)[each.name]
    }
    assert same == set()
    assert load_configuration(written(tmp_path, changed.as_dict())) == changed


def test_what_is_not_said_is_as_usual(tmp_path: Path) -> None:
    wanted = replace(preset("moons"), variance="fixed-large", clip=None)
    optional = (
        "target",
        "variance",
        "clip",
        "seed",
        "precision",
        "gradient_clip",
        "autosave_every",
    )
    values = {name: value for name, value in wanted.as_dict().items() if name not in optional}
    assert load_configuration(written(tmp_path, values)) == wanted


def test_the_rate_of_a_cosine_depends_on_its_own_length_alone() -> None:
    long = replace(preset("moons"), steps=1000)
    short = replace(long, steps=20, learning_rate_steps=1000)
    assert [short.learning_rate_at(k) for k in range(20)] == [
        long.learning_rate_at(k) for k in range(20)
    ]
    assert long.learning_rate_at(1000) == pytest.approx(0.0, abs=1e-12)


NOT_WHOLE = (0, -1, 1.5, True, "5", None, math.nan, 10**5000)
NOT_POSITIVE = (0.0, -1e-3, math.nan, math.inf, "1", True, [], 10**400)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", ("", 5, None, "x" * 201, "two\nlines", [])),
        ("data_set", ("", 5, None, "\x1b[2J")),
        ("network", (None, {}, "mlp", MlpConfiguration(3))),
        ("schedule", (None, {}, ScheduleConfiguration("linear", 0, 1e-4, 0.02))),
        ("schedule", (ScheduleConfiguration("linear", 10, math.nan, 0.02),)),
        ("steps", NOT_WHOLE),
        ("batch_size", NOT_WHOLE),
        ("autosave_every", NOT_WHOLE),
        ("warm_up_steps", (-1, 0.5, None)),
        ("seed", (-1, 2**63, None, 0.0)),
        ("learning_rate_steps", (1, 0, "9", 1e9)),
        ("learning_rate", (*NOT_POSITIVE, None)),
        ("gradient_clip", NOT_POSITIVE),
        ("clip", NOT_POSITIVE),
        ("ema_decay", (1.0, -0.1, math.nan, None, "0.9")),
        ("target", ("score", None, 5, [])),
        ("variance", ("learned", None)),
        ("learning_rate_schedule", ("linear", None)),
        ("precision", ("float16", None, "")),
    ],
)
def test_a_training_that_cannot_be_is_refused_at_the_field(
    field: str, values: tuple[Any, ...]
) -> None:
    for value in values:
        with pytest.raises(TrainingConfigurationError, match=field) as caught:
            replace(preset("moons"), **{field: value})
        assert caught.value.field == field
        assert len(str(caught.value)) < 300


def test_files_that_hold_no_training(tmp_path: Path) -> None:
    refused(tmp_path / "missing.json", "cannot be read: No such file")
    refused(tmp_path, "is not a file")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "is not a file")
    refused(written(tmp_path, " " * 1_000_001), "larger than any")
    for text in ("", "{", "[" * 50_000, '{"steps": NaN}', "\x00", '{"steps": ' + "9" * 5000 + "}"):
        refused(written(tmp_path, text), "is not valid JSON")
    refused(written(tmp_path, '{"steps": 1, "steps": 2}'), "says the same thing twice")
    for value in ([], None, 5, "moons"):
        refused(written(tmp_path, json.dumps(value)), "holds no JSON object")
    (tmp_path / "training.json").write_bytes(b"\xff\xfe\x00")
    refused(tmp_path / "training.json", "is not valid JSON")


ANOTHER_PROJECTS = network_as_dict(LucidrainsConfiguration(8, 1, 4, 4, (1,), (True,), (1,), (4,)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"steps": 0}, "steps"),
        ({"learning_rate": "fast"}, "learning_rate"),
        ({"leaning_rate": 1.0}, "leaning_rate"),
        ({"network": {"kind": "mlp", "dimension": 2, "width": 10**9}}, "network"),
        ({"network": {"kind": "transformer"}}, "network"),
        ({"network": None}, "network"),
        ({"network": ANOTHER_PROJECTS}, "network"),
        ({"schedule": {"kind": "linear", "T": 10**4000}}, "schedule"),
        ({"schedule": {"kind": "linear", "T": 10}}, "schedule"),
        ({"schedule": []}, "schedule"),
        ({"x" * 9000: 1}, None),
    ],
)
def test_a_file_is_refused_at_the_field(
    changes: dict[str, Any], field: str | None, tmp_path: Path
) -> None:
    error = refused(written(tmp_path, preset("moons").as_dict() | changes), "training.json")
    if field:
        assert error.field == field
        assert field in str(error)


@pytest.mark.parametrize("name", ["name", "data_set", "network", "schedule", "steps", "ema_decay"])
def test_what_must_be_said_is_named(name: str, tmp_path: Path) -> None:
    values = preset("moons").as_dict()
    del values[name]
    assert refused(written(tmp_path, values), f"{name} is missing").field == name
