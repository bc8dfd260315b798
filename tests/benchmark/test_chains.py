"""The benchmark of reverse steps: small networks in place of the paper's, and real diffusers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from ddpm_studio.benchmark import chain_probe
from ddpm_studio.benchmark.results import ChainSpeed
from ddpm_studio.benchmark.rows import chain_rows
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.cli import main
from ddpm_studio.networks.configuration import UNetConfiguration


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> ModelDescription:
    network = UNetConfiguration(8, 3, 32, (1, 2), 1, (4,), 0.0)
    description = dataclasses.replace(chain_probe._description(), network=network)
    monkeypatch.setattr(chain_probe, "_description", lambda: description)
    return description


@pytest.mark.usefixtures("small")
def test_all_projects_take_the_steps_of_one_network(tmp_path: Path) -> None:
    model, networks, ways = chain_probe._ways(None, tmp_path)
    assert list(ways) == ["ours, float32", "ours, bfloat16", "diffusers"]
    x_T = torch.randn(2, *model.description.network.sample_shape)
    chain_probe._require_one_network(networks, x_T)
    rates = chain_probe._in_turns(ways, x_T, rounds=2, steps=3)
    assert set(rates) == set(ways)
    assert all(len(each) == 2 and min(each) > 0 for each in rates.values())


@pytest.mark.usefixtures("small")
def test_networks_that_differ_are_not_compared(tmp_path: Path) -> None:
    _, networks, _ = chain_probe._ways(None, tmp_path)
    ours = networks["ours"]
    networks["another"] = lambda x, t: ours(x, t) + 1e-3
    with pytest.raises(ValueError, match=r"another differs by 0\.001"):
        chain_probe._require_one_network(networks, torch.randn(1, 3, 8, 8))


def test_ratios_are_medians_of_rounds() -> None:
    speed = ChainSpeed(
        parameter_count=35_746_307,
        sample_count=16,
        threads=2,
        rates={
            "pytorch-ddpm": [1.0, 2.0, 1.0],
            "ours, float32": [1.2, 2.0, 1.3],
            "ours, bfloat16": [2.0, 4.0, 2.0],
        },
        bfloat16_error=0.012,
        peak_bytes=None,
    )
    rows = {row.name.strip(): row for row in chain_rows(speed)}
    exact = rows["float32 / pytorch-ddpm"]
    assert exact.median == pytest.approx(1.2)
    assert [str(each) for each in exact.expectations] == ["median > 1.10"]
    assert rows["bfloat16 / pytorch-ddpm"].median == 2.0
    assert rows["reverse steps, 16 at once, ours, float32"].median == 1.3


def test_a_folder_that_is_no_checkout_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["benchmark", "--sampling", "--pytorch-ddpm", str(tmp_path)]
    assert main(command) == 1
    assert "is no checkout of pytorch-ddpm" in capsys.readouterr().err
