"""A large model in the real window: its reading is shown and can be stopped, its samples are few."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar
from pytestqt.qtbot import QtBot

from ddpm_studio.app import Application
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.weights import save_model
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.session.live_chain import LiveChain

WAIT_MS = 60_000


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    """A very small network for images of 3x256x256, of another project: without data."""
    network = UNetConfiguration(256, 3, 8, (1, 1), 1, norm_groups=4)
    moons = find_model("moons").description
    description = replace(
        moons, name="large", data_set="", origin="pytorch-ddpm", training=None, network=network
    )
    path = tmp_path / "large.safetensors"
    save_model(path, description, build_network(network).state_dict())
    return path


def test_large_images_are_watched_stopped_and_gone_on_with(
    qtbot: QtBot, studio_application: Application, large_file: Path
) -> None:
    studio, screen = studio_application.studio, studio_application.screen
    screen.open_model_file(large_file)
    qtbot.waitUntil(
        lambda: studio.model is not None and studio.model.path == large_file, timeout=WAIT_MS
    )
    assert studio.sample_count == 4
    assert screen.top_bar.count.currentData() == 4
    qtbot.waitUntil(
        lambda: studio.reverse is not None and studio.reverse.recorded.sum() > 1, timeout=WAIT_MS
    )
    chain, card = studio.reverse, screen.stage.reverse_card
    assert chain is not None
    assert not chain.is_in_memory
    studio.chains.stop_reverse()
    qtbot.waitUntil(lambda: chain.position is not None, timeout=WAIT_MS)
    studio_application.playback.pause()
    studio_application.playback.seek(studio_application.playback.last_t)
    qtbot.waitUntil(lambda: card.view.shows_present_frame, timeout=WAIT_MS)
    assert "temporary file" in card.view.toolTip()
    done = int(chain.recorded.sum())
    qtbot.waitUntil(lambda: card.button.text() == "Continue", timeout=WAIT_MS)
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: chain.recorded.sum() > done, timeout=WAIT_MS)
    assert studio.reverse is chain


def test_the_reading_of_a_large_model_is_shown_in_its_card(
    qtbot: QtBot, studio_application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, card = studio_application.studio, studio_application.screen.stage.reverse_card
    studio.chains.stop_reverse()
    monkeypatch.setattr(LiveChain, "loading_progress", LoadingProgress(40_000_000, 143_000_000))
    studio.chains.grew.emit()
    bar = card.findChild(QProgressBar)
    assert (bar.value(), bar.maximum()) == (40, 143)
    assert bar.toolTip() == "40 of 143 MB of the model are read"
    assert bar.isVisible()
    assert card.button.text() == "Stop"
