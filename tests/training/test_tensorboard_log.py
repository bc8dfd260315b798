"""What TensorBoard is given; the package itself is an optional extra and not needed here."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ddpm_studio import cli
from ddpm_studio.networks.configuration import MlpConfiguration, UNetConfiguration
from ddpm_studio.training import tensorboard_log
from ddpm_studio.training.command import train_model
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.run_start import TrainingRequest
from ddpm_studio.training.tensorboard_log import image_grid, scatter_picture
from ddpm_studio.training.trainer import Trainer


class Writer:
    """Stands for torch's SummaryWriter."""

    made: list[Writer]

    def __init__(self, folder: str, purge_step: int) -> None:
        self.folder, self.purge_step, self.closed = folder, purge_step, False
        self.added: list[tuple[str, str, int]] = []
        self.values: list[Any] = []
        Writer.made.append(self)

    def __getattr__(self, name: str) -> Callable[[str, Any, int], None]:
        def add(tag: str, value: Any, step: int) -> None:
            self.added.append((name, tag, step))
            self.values.append(value)

        return add

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def writers(monkeypatch: pytest.MonkeyPatch) -> list[Writer]:
    module = types.ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    Writer.made = []
    return Writer.made


def trained(settings: TrainingConfiguration, tmp_path: Path, **more: Any) -> None:
    config = tmp_path / "training.json"
    config.write_text(json.dumps(settings.as_dict()))
    out = tmp_path / "x.safetensors"
    request = TrainingRequest(
        out, configuration_file=config, tensorboard=tmp_path / "board", **more
    )
    assert train_model(request) == 0


def test_losses_and_samples_are_written(
    small: TrainingConfiguration, tmp_path: Path, writers: list[Writer]
) -> None:
    trained(small, tmp_path)
    trained(replace(small, steps=25), tmp_path, resume=True)
    first, second = writers
    assert (first.folder, first.purge_step) == (str(tmp_path / "board"), 1)
    assert second.purge_step == 21
    assert first.closed
    assert first.added == [
        ("add_scalar", "loss", 20),
        ("add_scalar", "gradient norm", 20),
        ("add_scalar", "learning rate", 20),
        ("add_histogram", "samples", 20),
    ]
    assert first.values[2] == small.learning_rate_at(19)
    losses = [step.loss for step in Trainer(small).run()]
    assert first.values[0] == pytest.approx(np.mean(losses), rel=1e-6)
    assert first.values[3].shape == (2000, 1)


def test_scalars_come_now_and_then(
    small: TrainingConfiguration,
    tmp_path: Path,
    writers: list[Writer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tensorboard_log, "_SCALARS_SECONDS", -1.0)
    trained(replace(small, steps=4), tmp_path)
    (writer,) = writers
    assert [step for _, tag, step in writer.added if tag == "loss"] == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["points", "images"])
def test_samples_are_pictures(
    kind: str, small: TrainingConfiguration, tmp_path: Path, writers: list[Writer]
) -> None:
    points = replace(small, data_set="moons", network=MlpConfiguration(2, 8, 1, 8), steps=1)
    network = UNetConfiguration(
        8, 1, channels=8, channel_multipliers=(1,), blocks_per_level=1, norm_groups=4
    )
    images = replace(small, data_set="digits", network=network, steps=1, batch_size=2)
    trained(points if kind == "points" else images, tmp_path)
    (writer,) = writers
    assert ("add_image", "samples", 1) in writer.added
    picture = writer.values[-1]
    assert picture.shape == ((1, 256, 256) if kind == "points" else (1, 64, 64))
    assert 0 <= picture.min() <= picture.max() <= 1


def test_without_it_one_sentence_says_what_to_install(
    small: TrainingConfiguration,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    arguments = ["train", "--preset", "moons", "--steps", "2", "--tensorboard", tmp_path / "b"]
    assert cli.main([*map(str, arguments), "--out", str(tmp_path / "x.safetensors")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("ddpm-studio: TensorBoard is not installed: install “ddpm-studio[")
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_grid_of_images() -> None:
    samples = torch.stack([torch.full((1, 2, 3), value) for value in (-1.0, 0.0, 1.0)])
    grid = image_grid(samples)
    assert grid.shape == (1, 4, 6)
    assert grid[0, 0].tolist() == [0, 0, 0, 0.5, 0.5, 0.5]
    assert grid[0, 2].tolist() == [1, 1, 1, 0, 0, 0]


def test_a_picture_of_points() -> None:
    picture = scatter_picture(torch.tensor([[2.9, 2.9], [-2.9, -2.9], [2.9, 2.9], [99.0, 0.0]]))
    dark = (picture[0] == 0).nonzero().tolist()
    assert dark == [[4, 251], [251, 4]]
