"""Fetching a model from the hub, as a person does it; the hub itself is tested beside its core."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.foreign import hub
from ddpm_studio.checkpoints.foreign.hub import HubError, HubProgress
from ddpm_studio.session.hub_fetching import HubFetching
from ddpm_studio.ui.dialogs.hub_dialog import KNOWN_NAMES, HubDialog

LEFT = Qt.MouseButton.LeftButton
FOLDER = Path("somewhere")


class Hub:
    """Gives a model when it is told to; by default at once."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: Exception | None = None
        self.is_closed = False
        self.go = threading.Event()
        self.go.set()

    def fetch(self, name: str) -> Generator[HubProgress, None, Path]:
        self.asked.append(name)
        try:
            yield HubProgress("config.json", 1_000, 143_000_000)
            while not self.go.wait(0.01):
                yield HubProgress("unet.safetensors", 14_300_000, 143_000_000)
            if self.error is not None:
                raise self.error
            return FOLDER
        finally:
            self.is_closed = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Hub:
    made = Hub()
    monkeypatch.setattr(hub, "fetch_from_hub", made.fetch)
    return made


@pytest.fixture
def fetching() -> Iterator[HubFetching]:
    made = HubFetching()
    yield made
    assert made.task.stop()


@pytest.fixture
def dialog(qtbot: QtBot, fetching: HubFetching, server: Hub) -> HubDialog:
    made = HubDialog(fetching)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.open()
    return made


def test_without_a_word_the_first_known_model_is_fetched(
    qtbot: QtBot, dialog: HubDialog, fetching: HubFetching, server: Hub
) -> None:
    assert [dialog.name.itemText(row) for row in range(4)] == list(KNOWN_NAMES)
    assert dialog.name.currentText() == ""
    with qtbot.waitSignal(fetching.fetched) as fetched:
        qtbot.mouseClick(dialog.open_button, LEFT)
    assert fetched.args == [FOLDER]
    assert server.asked == ["google/ddpm-cifar10-32"]
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_enter_fetches_what_was_typed(
    qtbot: QtBot, dialog: HubDialog, fetching: HubFetching, server: Hub
) -> None:
    qtbot.keyClicks(dialog.name, "some/model")
    with qtbot.waitSignal(fetching.fetched):
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert server.asked == ["some/model"]


def test_it_says_how_far_it_is_and_can_be_stopped(
    qtbot: QtBot, dialog: HubDialog, fetching: HubFetching, server: Hub
) -> None:
    server.go.clear()
    qtbot.mouseClick(dialog.open_button, LEFT)
    qtbot.waitUntil(lambda: "14.3 of 143.0 MB" in dialog.status.text())
    assert dialog.progress.value() == 100
    assert not dialog.open_button.isEnabled()
    qtbot.waitUntil(lambda: "s left" in dialog.status.text(), timeout=10_000)
    qtbot.mouseClick(dialog.cancel_button, LEFT)
    qtbot.waitUntil(lambda: server.is_closed)
    assert dialog.isVisible()
    assert (dialog.status.text(), dialog.open_button.isEnabled()) == ("", True)
    qtbot.mouseClick(dialog.cancel_button, LEFT)
    assert not dialog.isVisible()


def test_closing_it_stops(qtbot: QtBot, dialog: HubDialog, server: Hub) -> None:
    server.go.clear()
    qtbot.mouseClick(dialog.open_button, LEFT)
    qtbot.waitUntil(lambda: bool(server.asked))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: server.is_closed)
    assert not dialog.isVisible()


def test_what_went_wrong_is_said_until_another_name_is_typed(
    qtbot: QtBot, dialog: HubDialog, fetching: HubFetching, server: Hub
) -> None:
    server.error = HubError("There is no model “{name}” on the hub.", name="a/b")
    with qtbot.waitSignal(fetching.failed):
        qtbot.mouseClick(dialog.open_button, LEFT)
    assert dialog.status.text() == "There is no model “a/b” on the hub."
    assert dialog.status.property("problem")
    assert dialog.open_button.isEnabled()
    qtbot.keyClicks(dialog.name, "x")
    assert dialog.status.text() == ""


def test_every_text_is_translated(
    dialog: HubDialog, untranslated: Callable[[QWidget], set[str]]
) -> None:
    assert untranslated(dialog) <= set(KNOWN_NAMES)
