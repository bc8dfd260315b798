"""Network configurations refuse what cannot be built and survive the way through JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from ddpm_studio.networks.configuration import (
    MlpConfiguration,
    NetworkConfiguration,
    NetworkConfigurationError,
    UNetConfiguration,
    network_as_dict,
    network_from_dict,
)

PAPER = UNetConfiguration(image_size=32, image_channels=3)
SMALL = UNetConfiguration(
    image_size=8,
    image_channels=1,
    channels=16,
    channel_multipliers=(1, 2),
    blocks_per_level=1,
    attention_sizes=(),
    dropout=0.0,
    norm_groups=4,
)


def test_defaults_are_the_papers() -> None:
    """DDPM, appendix B: 4 levels of 128, 256, 256, 256 at 32², 2 blocks, attention at 16²."""
    assert [PAPER.channels * m for m in PAPER.channel_multipliers] == [128, 256, 256, 256]
    assert PAPER.level_sizes == (32, 16, 8, 4)
    assert (PAPER.blocks_per_level, PAPER.attention_sizes, PAPER.dropout) == (2, (16,), 0.1)


def test_sample_shapes() -> None:
    assert PAPER.sample_shape == (3, 32, 32)
    assert MlpConfiguration(dimension=2).sample_shape == (2,)


@pytest.mark.parametrize(
    "configuration", [MlpConfiguration(2), MlpConfiguration(1, 32, 1, 2), PAPER, SMALL]
)
def test_a_configuration_survives_json(configuration: NetworkConfiguration) -> None:
    text = json.dumps(network_as_dict(configuration))
    assert network_from_dict(json.loads(text)) == configuration


def test_kinds_have_names_of_their_own() -> None:
    assert network_as_dict(MlpConfiguration(2))["kind"] == "mlp"
    assert network_as_dict(PAPER)["kind"] == "unet"


WRONG_INTEGERS: list[Any] = [0, -1, 10**9, True, 2.0, math.nan, "2", None, [2]]


@pytest.mark.parametrize("name", ["dimension", "width", "depth", "time_features"])
@pytest.mark.parametrize("value", WRONG_INTEGERS)
def test_mlp_refuses(name: str, value: Any) -> None:
    values = {"dimension": 2, "width": 64, "depth": 2, "time_features": 16} | {name: value}
    with pytest.raises(NetworkConfigurationError, match=f"{name} must be a whole number from"):
        MlpConfiguration(**values)


@pytest.mark.parametrize(
    "name", ["image_size", "image_channels", "channels", "blocks_per_level", "norm_groups"]
)
@pytest.mark.parametrize("value", WRONG_INTEGERS)
def test_unet_refuses(name: str, value: Any) -> None:
    values = {"image_size": 32, "image_channels": 3} | {name: value}
    with pytest.raises(NetworkConfigurationError, match=f"{name} must be a whole number from"):
        UNetConfiguration(**values)


@pytest.mark.parametrize("value", WRONG_INTEGERS)
def test_unet_refuses_inside_its_lists(value: Any) -> None:
    with pytest.raises(NetworkConfigurationError, match="channel multiplier must be"):
        UNetConfiguration(32, 3, channel_multipliers=(1, value))
    with pytest.raises(NetworkConfigurationError, match="attention size must be"):
        UNetConfiguration(32, 3, attention_sizes=(16, value))


@pytest.mark.parametrize("value", [-0.1, 1.0, 2, math.nan, math.inf, 10**400, "0.1", None])
def test_dropout_is_a_probability_below_one(value: Any) -> None:
    with pytest.raises(NetworkConfigurationError, match="dropout must be at least 0 and under 1"):
        UNetConfiguration(32, 3, dropout=value)


def test_time_features_come_in_pairs() -> None:
    with pytest.raises(NetworkConfigurationError, match="time_features must be even"):
        MlpConfiguration(2, time_features=7)


@pytest.mark.parametrize("multipliers", [(), (1,) * 9])
def test_number_of_levels(multipliers: tuple[int, ...]) -> None:
    with pytest.raises(NetworkConfigurationError, match="from 1 to 8 levels"):
        UNetConfiguration(1024, 3, channel_multipliers=multipliers)


def test_every_level_but_the_last_is_halved_without_a_remainder() -> None:
    with pytest.raises(NetworkConfigurationError, match="a multiple of 8, not 28"):
        UNetConfiguration(28, 1)
    assert UNetConfiguration(28, 1, channel_multipliers=(1, 2, 2)).level_sizes == (28, 14, 7)


@pytest.mark.parametrize(("channels", "groups"), [(100, 32), (33, 33)])
def test_channels_are_even_and_divisible_by_the_groups(channels: int, groups: int) -> None:
    with pytest.raises(NetworkConfigurationError, match=f"channels {channels} must be even and"):
        UNetConfiguration(32, 3, channels=channels, norm_groups=groups)


@pytest.mark.parametrize("kind", ["transformer", "", None, 3, ["mlp"], {}])
def test_unknown_kind(kind: Any) -> None:
    with pytest.raises(NetworkConfigurationError, match="Unknown network"):
        network_from_dict({"kind": kind, "dimension": 2})


def test_values_that_are_no_configuration() -> None:
    with pytest.raises(NetworkConfigurationError, match="Unknown network None"):
        network_from_dict({})
    with pytest.raises(NetworkConfigurationError, match="Unknown network setting colour, size"):
        network_from_dict({"kind": "mlp", "dimension": 2, "size": 3, "colour": 4})
    with pytest.raises(NetworkConfigurationError, match="setting is missing"):
        network_from_dict({"kind": "unet", "image_size": 32})
    with pytest.raises(NetworkConfigurationError, match="attention_sizes must be a list"):
        network_from_dict({**network_as_dict(PAPER), "attention_sizes": 16})
    with pytest.raises(NetworkConfigurationError, match="channel_multipliers must be a list"):
        network_from_dict({**network_as_dict(PAPER), "channel_multipliers": "1222"})


@pytest.mark.parametrize(
    "changes",
    [
        {"time_order": "table"},
        {"time_order": "table", "time_rows": 0},
        {"time_order": "table", "time_rows": 10**9},
        {"time_rows": 10},
        {"time_order": "table", "time_rows": 10, "time_scale": 2.0},
        {"time_formula": "fastest"},
    ],
)
def test_a_table_of_time_features_is_all_or_nothing(changes: dict[str, Any]) -> None:
    with pytest.raises(
        NetworkConfigurationError, match=r"^time_(order|rows|scale|formula) must be"
    ):
        UNetConfiguration(32, 3, **changes)
