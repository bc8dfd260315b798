"""A large checkpoint of another project in the real window: how far its reading is, and its end."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from torch import Tensor

from ddpm_studio.app import Application
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.diffusers_export import export_to_diffusers
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.locations import resource
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.denoiser import build_network

WAIT_MS = 20_000
TENSORS_READ = 20  # then it waits


class HeldReading:
    """The disk stands still after so many tensors, until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.release = threading.Event()
        self.read_bytes: list[int] = []
        own = StoredTensor.read

        def read(tensor: StoredTensor) -> Tensor:
            if len(self.read_bytes) == TENSORS_READ:
                assert self.release.wait(WAIT_MS / 1000)
            self.read_bytes.append(tensor.byte_count)
            return own(tensor)

        monkeypatch.setattr(StoredTensor, "read", read)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldReading]:
    reading = HeldReading(monkeypatch)
    yield reading
    reading.release.set()


@pytest.fixture
def large_folder(tmp_path: Path) -> Path:
    """About 20 MB, as diffusers writes it; for images that fit no data set."""
    network = UNetConfiguration(16, 3, 64, (1, 2, 2), 2)
    description = replace(
        find_model("digits").description, name="large", data_set="", training=None, network=network
    )
    folder = tmp_path / "large"
    export_to_diffusers(folder, description, build_network(network).state_dict())
    return folder


def test_its_bytes_are_counted_until_it_is_given_up(
    qtbot: QtBot, studio_application: Application, large_folder: Path, held: HeldReading
) -> None:
    studio, bar = studio_application.studio, studio_application.screen.opening_bar
    before = studio.model
    studio_application.screen.open_model_file(large_folder)
    qtbot.waitUntil(lambda: bar.isVisible() and bar.progress.value() > 0, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bar.progress.value() == sum(held.read_bytes) // 1000, timeout=WAIT_MS)
    total = bar.progress.maximum()
    assert 20_000 < total < 40_000
    done = round(sum(held.read_bytes) / 1e6)
    assert bar.text.text() == f"Opening large: {done} of {round(total / 1000)} MB"
    qtbot.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=WAIT_MS)
    with qtbot.waitSignal(studio.opening.task.released, timeout=WAIT_MS):
        held.release.set()
    assert len(held.read_bytes) == TENSORS_READ + 1  # the one at which it stood, and no other
    assert studio.model is before


def test_of_several_it_says_which_one_is_read(
    qtbot: QtBot, studio_application: Application, large_folder: Path, held: HeldReading
) -> None:
    studio, bar = studio_application.studio, studio_application.screen.opening_bar
    path = large_folder.with_name("mine.safetensors")
    shutil.copy(resource("models", "circles.safetensors"), path)
    studio_application.window.dropped.emit([path, large_folder, path])
    qtbot.waitUntil(lambda: bar.isVisible() and bar.progress.value() > 0, timeout=WAIT_MS)
    assert bar.text.text().startswith("Opening large (2 / 3): ")
    assert studio.model is not None
    assert studio.model.path == path
    qtbot.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    assert not studio.opening.task.is_running  # nor is the third begun
