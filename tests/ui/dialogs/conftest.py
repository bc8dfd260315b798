"""A session with two short chains in which nothing is being computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.diffusion.chains import forward_chain
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.session.preferences import Preferences
from ddpm_studio.session.studio import Studio

RecordChain = Callable[..., Trajectory]


@pytest.fixture
def record_chain() -> RecordChain:
    """A chain over T steps that starts from 40 points, of which x_first … x_T are there."""

    def record(T: int = 20, seed: int = 0, first: int = 0) -> Trajectory:
        generator = torch.Generator().manual_seed(seed)
        x_0 = torch.randn(40, 2, generator=generator).sign()
        trajectory = Trajectory(T, 40, (2,))
        for step in forward_chain(NoiseSchedule.cosine(T), x_0, generator):
            if step.t >= first:
                trajectory.record(step.t, step.x)
        return trajectory

    return record


@pytest.fixture
def still_studio(qtbot: QtBot, record_chain: RecordChain) -> Iterator[Studio]:
    """Both chains complete, T = 20."""
    studio = Studio()
    studio.chains.forward.show(record_chain())
    studio.chains.reverse.show(record_chain(seed=1))
    yield studio
    assert studio.stop()


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    """Not those of whoever runs the tests."""
    return Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
