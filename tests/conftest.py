"""A project that never was: its checkpoints are zip files, and its network is a small U-Net of ours."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partialmethod
from pathlib import Path

import pytest
import torch
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign import opening
from ddpm_studio.checkpoints.foreign.questions import Answers, Question
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading
from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.denoiser import build_network

REASON = ExplainedError("Most of them have it.")
QUESTIONS = (
    Question("T", 20, REASON, low=1, high=10_000),
    Question("target", "noise", REASON, ("noise", "x_0")),
    Question("heads", 1, REASON, (1, 2, 3)),
    Question("rescale_timesteps", False, REASON),
)


@dataclass(frozen=True)
class InventedCheckpoint:
    """Its weights are drawn anew from one seed, whenever they are asked for."""

    path: Path
    family: str = "invented-diffusion"
    questions: tuple[Question, ...] = QUESTIONS
    size: int = 8

    def describe(self, answers: Answers) -> ModelDescription:
        heads = answers["heads"]
        assert isinstance(heads, int)
        network = UNetConfiguration(
            self.size, 1, 8, (1, 2), 1, (4,), 0.0, 4, heads=heads, time_order="cos-sin"
        )
        T = answers["T"]
        assert isinstance(T, int)
        return ModelDescription(
            name="invented",
            data_set="",
            network=network,
            schedule=ScheduleConfiguration("linear", T, 0.01, 0.3),
            target=str(answers["target"]),
            variance="fixed-small",
            clip=1.0,
            training=None,
            origin=self.family,
        )

    def tensor_shapes(self, answers: Answers) -> Mapping[str, tuple[int, ...]]:
        with torch.device("meta"):
            network = build_network(self.describe(answers).network)
        return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}

    def read_weights(self, answers: Answers) -> WeightReading:
        yield LoadingProgress(0, 1)
        generator = torch.Generator().manual_seed(0)
        shapes = self.tensor_shapes(answers)
        return {
            name: 0.1 * torch.randn(shape, generator=generator) for name, shape in shapes.items()
        }


def recognise_invented(path: Path) -> InventedCheckpoint | None:
    with zipfile.ZipFile(path) as archive:
        return InventedCheckpoint(path) if archive.namelist() == ["invented"] else None


WAIT_MS = 60_000


class PatientQtBot(QtBot):
    """Waits longer than the 5 s of its own: the cores may be busy with other tests, or other work."""

    waitActive = partialmethod(QtBot.waitActive, timeout=WAIT_MS)
    waitExposed = partialmethod(QtBot.waitExposed, timeout=WAIT_MS)
    waitSignal = partialmethod(QtBot.waitSignal, timeout=WAIT_MS)
    waitSignals = partialmethod(QtBot.waitSignals, timeout=WAIT_MS)
    waitUntil = partialmethod(QtBot.waitUntil, timeout=WAIT_MS)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientQtBot(request)


def pytest_configure() -> None:
    """No data set of whoever runs the tests is seen, also where modules are only read."""
    os.environ["DDPM_STUDIO_DATA"] = str(Path(tempfile.gettempdir()) / "there is no data set here")


@pytest.fixture(autouse=True)
def data_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for imported data sets, which is not made yet."""
    folder = tmp_path_factory.mktemp("data") / "sets"
    monkeypatch.setenv("DDPM_STUDIO_DATA", str(folder))
    return folder


@pytest.fixture
def invented_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint of that project, which the application knows for the length of a test."""
    monkeypatch.setattr(opening, "_file_families", lambda: (recognise_invented,))
    path = tmp_path / "weights.ckpt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("invented", "")
    return path
