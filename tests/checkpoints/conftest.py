"""A small model file, and what takes one apart to put it together wrongly."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.checkpoints.description import ModelDescription, TrainingRecord
from ddpm_studio.checkpoints.weights import save_model
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.configuration import MlpConfiguration
from ddpm_studio.networks.denoiser import build_network

Header = dict[str, Any]


@pytest.fixture
def description() -> ModelDescription:
    """Points in the plane, ten steps of noise, a training that was stopped early."""
    return ModelDescription(
        name="small",
        data_set="moons",
        network=MlpConfiguration(dimension=2, width=4, depth=1, time_features=4),
        schedule=ScheduleConfiguration("linear", 10, 0.01, 0.5),
        target="noise",
        variance="fixed-large",
        clip=None,
        training=TrainingRecord(7, 9, 64, 1e-3, 0.999, 5, 0.25, "cpu", 1),
    )


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Writes a model of that description with random weights, and gives its path."""

    def write(
        description: ModelDescription, name: str = "small.safetensors", **changes: Any
    ) -> Path:
        described = replace(description, **changes)
        generator = torch.Generator().manual_seed(0)
        weights = {
            key: torch.randn(tensor.shape, generator=generator)
            for key, tensor in build_network(described.network).state_dict().items()
        }
        save_model(tmp_path / name, described, weights)
        return tmp_path / name

    return write


@pytest.fixture
def path(description: ModelDescription, save: Callable[..., Path]) -> Path:
    """The small model's file."""
    return save(description)


@pytest.fixture
def parts(path: Path) -> tuple[Header, bytes]:
    """Header and data of the small model, by the definition of the format."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


@pytest.fixture
def rewrite(path: Path) -> Callable[[Header | bytes, bytes], Path]:
    """Puts another header and other data into the small model's file."""

    def write(header: Header | bytes, data: bytes) -> Path:
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        path.write_bytes(struct.pack("<Q", len(text)) + text + data)
        return path

    return write
