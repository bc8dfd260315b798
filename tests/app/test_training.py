"""Training in the real window, with the real session: from the first click to the model on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ddpm_studio.app import Application
from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.checkpoints.weights import load_model
from ddpm_studio.datasets.catalogue import open_data_set
from ddpm_studio.session.preferences import Preferences
from ddpm_studio.session.run_folders import model_of
from ddpm_studio.session.training_run import TrainingState
from ddpm_studio.training.quality import MAX_POINT_RATIO, measure_points
from ddpm_studio.ui.page import Page
from ddpm_studio.ui.training.training_page import TrainingPage

WAIT_MS = 120_000
LEARNING_MS = 900_000  # half a minute where nothing else runs
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def training(qtbot: QtBot, studio_application: Application) -> TrainingPage:
    """The page, as a click on the switch brings it."""
    switch = studio_application.window.page_switch.control
    qtbot.mouseClick(switch.segments[Page.TRAIN], LEFT)
    assert studio_application.training_page is not None
    assert studio_application.training_page.isVisible()
    return studio_application.training_page


def wait_for(qtbot: QtBot, page: TrainingPage, state: TrainingState) -> None:
    qtbot.waitUntil(lambda: page.run.state is state, timeout=WAIT_MS)


def set_number(qtbot: QtBot, page: TrainingPage, name: str, text: str) -> None:
    field = page.form.numbers[name]
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def begin(qtbot: QtBot, page: TrainingPage, steps: int) -> None:
    """A tiny network, so that steps are quick."""
    for name, text in (("steps", str(steps)), ("batch_size", "32"), ("width", "16")):
        set_number(qtbot, page, name, text)
    qtbot.mouseClick(page.controls.start, LEFT)
    qtbot.waitUntil(lambda: page.run.state is not TrainingState.LOADING, timeout=WAIT_MS)


def test_the_page_is_made_when_it_is_wanted_first(studio_application: Application) -> None:
    application = studio_application
    assert application.training_page is None
    application.window.menus.train.trigger()
    assert application.training_page is not None
    assert application.training_page.isVisible()
    assert not application.screen.isVisible()
    assert application.window.page_switch.control.index == Page.TRAIN
    assert application.window.windowTitle() == "Training — DDPM Studio"
    application.window.menus.look.trigger()
    assert application.screen.isVisible()
    assert application.window.page_switch.control.index == Page.LOOK
    assert application.window.windowTitle() == "Swiss roll — DDPM Studio"


def test_what_is_not_seen_stands_still(
    qtbot: QtBot, studio_application: Application, training: TrainingPage
) -> None:
    application = studio_application
    assert not application.playback.is_playing
    t = application.playback.t
    application.window.activateWindow()
    qtbot.keyClick(application.window, Qt.Key.Key_Space)
    qtbot.keyClick(application.window, Qt.Key.Key_Left)
    qtbot.wait(50)
    assert not application.playback.is_playing
    assert application.playback.t == t
    qtbot.mouseClick(application.window.page_switch.control.segments[Page.LOOK], LEFT)
    assert application.playback.is_playing  # as it was left
    qtbot.keyClick(application.window, Qt.Key.Key_Space)
    assert not application.playback.is_playing


def test_a_training_runs_to_its_end_and_its_model_is_looked_at(
    qtbot: QtBot, studio_application: Application, training: TrainingPage
) -> None:
    begin(qtbot, training, 300)
    wait_for(qtbot, training, TrainingState.FINISHED)
    assert training.message_bar.isHidden()
    progress = training.run.progress
    assert progress is not None
    assert progress.step == len(progress.losses) == 300
    assert training.controls.figures.texts[0] == "300 of 300"
    assert training.samples.shown is not None
    assert training.samples.shown.step == 300
    qtbot.waitUntil(lambda: training.data.trajectory is not None, timeout=WAIT_MS)
    assert training.samples.data_view.isVisible()
    assert not training.losses.canvas.is_empty
    qtbot.waitUntil(training.offer_bar.isVisible, timeout=WAIT_MS)
    qtbot.mouseClick(training.offer_bar.button, LEFT)
    studio = studio_application.studio
    assert studio_application.screen.isVisible()
    qtbot.waitUntil(
        lambda: studio.model is not None and studio.model.path.name.startswith("moons-"),
        timeout=WAIT_MS,
    )


def test_the_moons_learned_from_zero_are_as_close_to_the_data_as_data_nearly(
    qtbot: QtBot, training: TrainingPage
) -> None:
    """As the page offers it first: half a minute on two cores. What the window says, and its model."""
    assert training.form.preset.currentText() == "Two moons, quick"
    qtbot.mouseClick(training.controls.start, LEFT)
    qtbot.waitUntil(lambda: bool(training.run.snapshots), timeout=WAIT_MS)
    first = training.run.snapshots[0]
    assert first.step == 0
    assert first.distance > 5 * training.run.data_distance
    qtbot.waitUntil(
        lambda: training.run.state not in (TrainingState.LOADING, TrainingState.RUNNING),
        timeout=LEARNING_MS,
    )
    wait_for(qtbot, training, TrainingState.FINISHED)
    newest, folder = training.run.snapshots[-1], training.run.folder
    assert newest.distance < MAX_POINT_RATIO * training.run.data_distance
    assert folder is not None
    samples = sample_model(load_model(model_of(folder)), 5000, seed=1)
    assert measure_points(samples, open_data_set("moons")).ratio < MAX_POINT_RATIO


def test_slow_motion_takes_one_step_at_a_time(qtbot: QtBot, training: TrainingPage) -> None:
    begin(qtbot, training, 100_000)
    qtbot.mouseClick(training.controls.step, LEFT)
    wait_for(qtbot, training, TrainingState.PAUSED)
    values = training.algorithm.values
    qtbot.waitUntil(lambda: values["loss"].text != "", timeout=WAIT_MS)
    progress = training.run.progress
    assert progress is not None
    step, loss = progress.step, values["loss"].text
    qtbot.mouseClick(training.algorithm.step, LEFT)
    qtbot.waitUntil(lambda: values["loss"].text != loss, timeout=WAIT_MS)
    assert training.run.progress.step == step + 1  # type: ignore[union-attr]
    qtbot.mouseClick(training.controls.discard, LEFT)
    assert training.question is not None
    next(each for each in training.question.buttons() if each.text() == "Discard").click()
    wait_for(qtbot, training, TrainingState.IDLE)


def test_closing_the_window_asks_saves_and_can_go_on(
    qtbot: QtBot, training: TrainingPage, studio_application: Application
) -> None:
    application = studio_application
    begin(qtbot, training, 1_000_000)
    qtbot.waitUntil(
        lambda: training.run.progress is not None and training.run.progress.step > 20,
        timeout=WAIT_MS,
    )
    application.window.close()
    assert application.window.isVisible()
    assert training.question is not None
    training.question.reject()
    assert training.run.state is TrainingState.RUNNING
    application.window.close()
    leave = next(each for each in training.question.buttons() if each.text() == "Save and quit")
    qtbot.mouseClick(leave, LEFT)
    qtbot.waitUntil(lambda: not application.window.isVisible(), timeout=WAIT_MS)
    assert not application.is_stuck
    unfinished = training.run.unfinished()
    assert unfinished is not None
    assert unfinished.step > 20


def test_the_next_start_offers_to_go_on(
    qtbot: QtBot,
    qapp: QApplication,
    runs_folder: Path,
    preferences: Preferences,
    training: TrainingPage,
    studio_application: Application,
) -> None:
    begin(qtbot, training, 400)
    training.run.pause()
    wait_for(qtbot, training, TrainingState.PAUSED)
    studio_application.close_unasked()
    application = Application(qapp, preferences, runs_folder)
    with qtbot.waitExposed(application.window):
        application.open()
    try:
        qtbot.waitUntil(
            lambda: (
                application.training_page is not None
                and application.training_page.question is not None
            ),
            timeout=WAIT_MS,
        )
        page = application.training_page
        assert page is not None
        assert page.question is not None
        assert not page.isVisible()  # a start is not disturbed by more than the question
        go_on = next(each for each in page.question.buttons() if each.text() == "Go on")
        qtbot.mouseClick(go_on, LEFT)
        wait_for(qtbot, page, TrainingState.FINISHED)
        assert page.isVisible()
        assert page.run.progress is not None
        assert page.run.progress.step == 400
        assert page.form.numbers["steps"].text() == "400"
    finally:
        application.close_unasked()
        application.window.deleteLater()
