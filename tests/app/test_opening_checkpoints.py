"""A checkpoint of another project in the real window: asked about, opened, its chains shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ddpm_studio.app import Application

WAIT_MS = 20_000


def wait_until_idle(qtbot: QtBot, application: Application) -> None:
    studio = application.studio
    qtbot.waitUntil(
        lambda: (
            not studio.is_busy
            and studio.forward is not None
            and studio.forward.is_complete
            and studio.reverse is not None
            and studio.reverse.is_complete
        ),
        timeout=WAIT_MS,
    )


@pytest.fixture
def asking(qtbot: QtBot, studio_application: Application, invented_checkpoint: Path) -> Application:
    """It has been dropped, and its questions are on the screen."""
    studio_application.window.dropped.emit([invented_checkpoint])
    screen = studio_application.screen
    qtbot.waitUntil(lambda: screen.questions.dialog is not None, timeout=WAIT_MS)
    return studio_application


def test_its_forward_chain_begins_where_its_reverse_chain_ends(
    qtbot: QtBot, asking: Application
) -> None:
    dialog = asking.screen.questions.dialog
    assert dialog is not None
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: asking.screen.questions.dialog is None, timeout=WAIT_MS)
    wait_until_idle(qtbot, asking)
    studio = asking.studio
    assert studio.model is not None
    assert studio.model.path.name == "weights.ckpt"
    assert studio.forward is not None
    assert studio.reverse is not None
    assert studio.forward.T == studio.reverse.T == 20
    assert np.array_equal(studio.forward.frame(0), studio.reverse.frame(0))
    words = [label.text() for label in asking.screen.stage.forward_card.findChildren(QLabel)]
    assert "from the model's own samples" in words
    studio.set_seed(5)
    wait_until_idle(qtbot, asking)
    assert np.array_equal(studio.forward.frame(0), studio.reverse.frame(0))


def test_answers_that_fit_no_network_are_said_in_the_dialog(
    qtbot: QtBot, asking: Application
) -> None:
    before = asking.studio.model
    dialog = asking.screen.questions.dialog
    assert dialog is not None
    dialog.fields["heads"].widget.setCurrentIndex(2)  # type: ignore[attr-defined]
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "8 channels" in dialog.status.text(), timeout=WAIT_MS)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: asking.screen.questions.dialog is None, timeout=WAIT_MS)
    assert asking.studio.model is before
    assert not asking.screen.message_bar.isVisible()


def test_data_can_be_chosen(qtbot: QtBot, asking: Application) -> None:
    dialog = asking.screen.questions.dialog
    assert dialog is not None
    box = dialog.fields["data_set"].widget
    box.setCurrentIndex(box.count() - 1)  # type: ignore[attr-defined]
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: asking.screen.questions.dialog is None, timeout=WAIT_MS)
    wait_until_idle(qtbot, asking)
    studio = asking.studio
    assert studio.model is not None
    assert studio.model.description.data_set == "digits"
    assert studio.forward is not None
    assert studio.reverse is not None
    assert not np.array_equal(studio.forward.frame(0), studio.reverse.frame(0))
