"""The page on which a network is trained: what a person presses, and what a run lets them see."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import class_count
from ddpm_studio.session.training_run import TrainingState, UnfinishedRun, Verdict
from ddpm_studio.training.failures import (
    DeviceLostError,
    TooLargeBatchError,
    TrainingDivergedError,
)
from ddpm_studio.training.presets import preset
from ddpm_studio.ui.theme import LIGHT
from ddpm_studio.ui.training.training_page import TrainingPage

LEFT = Qt.MouseButton.LeftButton


def answer(qtbot: QtBot, page: TrainingPage, text: str) -> None:
    assert page.question is not None
    button = next(each for each in page.question.buttons() if each.text() == text)
    qtbot.mouseClick(button, LEFT)


def visible_buttons(page: TrainingPage) -> set[str]:
    controls = page.controls
    buttons = (controls.start, controls.pause, controls.step, controls.stop, controls.discard)
    return {each.text() for each in buttons if each.isVisible()}


# Control


def test_start_trains_with_the_settings(qtbot: QtBot, page: TrainingPage, run) -> None:
    assert visible_buttons(page) == {"Start"}
    qtbot.mouseClick(page.controls.start, LEFT)
    assert run.calls == [("start", replace(preset("moons-quick"), name="moons"), "")]
    assert not page.form.numbers["steps"].isEnabled()


def test_start_is_off_while_a_field_is_wrong(qtbot: QtBot, page: TrainingPage, run) -> None:
    field = page.form.numbers["batch_size"]
    field.selectAll()
    qtbot.keyClicks(field, "0")
    assert not page.controls.start.isEnabled()
    qtbot.mouseClick(page.controls.start, LEFT)
    assert run.calls == []
    qtbot.keyClicks(field, "1")
    field.setText("10")
    field.textEdited.emit("10")
    assert page.controls.start.isEnabled()


def test_start_says_why_it_is_off(qtbot: QtBot, page: TrainingPage, run) -> None:
    field = page.form.numbers["batch_size"]
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert page.controls.start.toolTip() == page.form.problem != ""
    qtbot.keyClick(field, Qt.Key.Key_Home)
    qtbot.keyClicks(field, "1")
    assert "Ctrl+Enter" in page.controls.start.toolTip()


def test_a_key_starts(qtbot: QtBot, page: TrainingPage, run) -> None:
    page.activateWindow()
    page.form.numbers["steps"].setFocus()
    qtbot.keyClick(
        page.form.numbers["steps"], Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    )
    assert [call[0] for call in run.calls] == ["start"]


def test_the_data_in_view_are_those_chosen_whatever_is_wrong_elsewhere(
    qtbot: QtBot, page: TrainingPage, run
) -> None:
    field = page.form.numbers["width"]
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "nonsense")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    for name in ("spiral", preset("cifar10").data_set):
        page.form.data_set.setCurrentIndex(page.form.data_set.findData(name))
        page.form.data_set.activated.emit(page.form.data_set.currentIndex())
        assert page.form.configuration() is None
        shown = run.comparison.shown[-1]
        assert shown is not None
        assert shown.data_set == name


def test_nothing_moves_when_the_data_come(page: TrainingPage, run, moons) -> None:
    samples = page.samples
    run.comparison.expect()
    page.grab()  # lays out
    place = samples._sample_card.geometry()
    assert samples.time.maximum() == 1000
    run.comparison.come(moons)
    page.grab()
    assert samples._sample_card.geometry() == place
    assert samples.time.maximum() == 1000
    run.comparison.come(None)
    assert not samples._data_card.isVisible()


def test_the_slider_of_training_time_names_no_step_that_is_not_there(running, run) -> None:
    run.show_samples(0)
    assert running.samples.training_time.labels() == [(0, "0")]
    run.show_samples(0, 10)
    labels = running.samples.training_time.labels()
    assert all(step == int(step) and 0 <= step <= 10 for step, _ in labels)
    assert len(labels) >= 3


def test_pause_and_go_on(qtbot: QtBot, running: TrainingPage, run) -> None:
    qtbot.mouseClick(running.controls.pause, LEFT)
    assert run.calls == [("pause",)]
    assert running.controls.pause.text() == "Go on"
    qtbot.mouseClick(running.controls.pause, LEFT)
    assert run.calls == [("pause",), ("go_on",)]


def test_keys_pause_go_on_and_step(qtbot: QtBot, running: TrainingPage, run) -> None:
    running.activateWindow()
    running.setFocus()
    qtbot.keyClick(running, Qt.Key.Key_P)
    qtbot.keyClick(running, Qt.Key.Key_P)
    qtbot.keyClick(running, Qt.Key.Key_N)
    assert run.calls == [("pause",), ("go_on",), ("pause",), ("explain",)]


def test_slow_motion_shows_a_step_before_it_is_taken(
    qtbot: QtBot, running: TrainingPage, run
) -> None:
    qtbot.mouseClick(running.controls.step, LEFT)
    assert run.calls == [("pause",), ("explain",)]
    assert running.algorithm.isVisible()
    assert not running.losses.isVisible()
    run.explained.emit(run.explained_step(100))
    values = running.algorithm.values
    assert values["t"].text == "250"
    assert values["loss"].text == "0.0312"
    assert values["x_0"].text.startswith("(")
    qtbot.mouseClick(running.algorithm.step, LEFT)
    assert run.calls[-1] == ("step_once",)
    qtbot.mouseClick(running.controls.pause, LEFT)
    assert run.calls[-1] == ("go_on",)
    assert running.losses.isVisible()
    assert values["t"].text == ""


def test_a_pause_is_no_slow_motion_until_one_asks_for_it(
    qtbot: QtBot, running: TrainingPage, run
) -> None:
    qtbot.mouseClick(running.controls.pause, LEFT)
    qtbot.mouseClick(running.controls.step, LEFT)
    assert run.calls == [("pause",), ("explain",)]  # nothing was taken yet
    qtbot.mouseClick(running.controls.step, LEFT)
    assert run.calls[-1] == ("step_once",)


def test_images_are_small_pictures_in_slow_motion(page: TrainingPage, run) -> None:
    run.configuration = preset("digits")
    run.train_to(100)
    run.go_to(TrainingState.PAUSED)
    run.explained.emit(run.explained_step(100))
    for name in ("x_0", "noise", "x_t", "prediction", "target"):
        assert page.algorithm.values[name].has_picture


def test_the_class_of_each_image_is_in_the_algorithm_where_the_network_is_given_it(
    page: TrainingPage, run
) -> None:
    def words() -> str:
        return " ".join(label.text() for label in page.algorithm.findChildren(QLabel))

    run.configuration = digits = preset("digits")
    run.train_to(100)
    assert "ε<sub>θ</sub>(x<sub>t</sub>, t)" in words()
    assert not re.search(r"\by\b", words())
    run.configuration = replace(digits, network=replace(digits.network, classes=10))
    run.train_to(200)
    run.go_to(TrainingState.PAUSED)
    assert "(x₀, y) ~ q(x₀, y)" in words()
    run.explained.emit(run.explained_step(200))
    assert "(x₀, y = 7) ~ q(x₀, y)" in words()
    assert words().replace("\N{NO-BREAK SPACE}", " ").count("(x<sub>t</sub>, t, y)") == 3


def test_data_are_shown_in_the_order_of_the_classes_that_samples_have(
    qtbot: QtBot, page: TrainingPage, run
) -> None:
    page.form.show_configuration(preset("digits"))
    page.form.fields.classes.click()
    before, after = run.comparison.shown[-2:]
    assert class_count(before.network) is None
    assert class_count(after.network) == 10


def test_formulas_are_never_cut_off(page: TrainingPage, run) -> None:
    digits = preset("digits")
    for classes in (None, 10):
        run.configuration = replace(digits, network=replace(digits.network, classes=classes))
        run.train_to(100)
        run.go_to(TrainingState.PAUSED)
        page.commands.algorithm_wanted.emit()
        page.algorithm.layout().activate()
        for label in page.algorithm.findChildren(QLabel):
            assert label.width() >= label.minimumSizeHint().width(), label.text()
            assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_stop_keeps(qtbot: QtBot, running: TrainingPage, run) -> None:
    qtbot.mouseClick(running.controls.stop, LEFT)
    assert run.calls == [("stop_and_keep",)]


@pytest.mark.parametrize(("text", "calls"), [("Discard", [("discard",)]), ("Cancel", [])])
def test_discard_asks(qtbot: QtBot, running: TrainingPage, run, text: str, calls: list) -> None:
    qtbot.mouseClick(running.controls.discard, LEFT)
    assert run.calls == []
    assert "100" in running.question.informativeText()  # type: ignore[union-attr]
    answer(qtbot, running, text)
    assert run.calls == calls


def test_nothing_can_be_asked_for_while_it_saves(running: TrainingPage, run) -> None:
    run.go_to(TrainingState.STOPPING)
    for button in running.controls.findChildren(QPushButton):
        assert not (button.isVisible() and button.isEnabled())


@pytest.mark.parametrize(
    ("state", "others"),
    [
        (TrainingState.FINISHED, set()),
        (TrainingState.STOPPED, {"Go on"}),
        (TrainingState.FAILED, {"Stop and keep"}),
    ],
)
def test_after_its_end_another_one_can_be_started(
    running: TrainingPage, run, state: TrainingState, others: set[str]
) -> None:
    run.go_to(state)
    assert visible_buttons(running) == {"Start", "Discard…"} | others
    assert running.form.numbers["steps"].isEnabled()
    assert running.samples.shown is not None  # what was learned can still be looked at


# What is said


def test_figures_are_those_of_the_run(running: TrainingPage) -> None:
    running._poll()
    assert running.controls.figures.texts == [
        "100 of 200",
        "0:01",
        "412",
        "26,368",
        "512 MB",
        "5.08·10⁻⁴",
        "still learning",
    ]
    assert running.controls.bar.value() == 500


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        (Verdict.TOO_EARLY, "too early to say"),
        (Verdict.LEARNING, "still learning"),
        (Verdict.CONVERGED, "converged"),
        (Verdict.DIVERGED, "diverged"),
    ],
)
def test_the_verdict_is_a_word_with_its_rule(
    running: TrainingPage, run, verdict: Verdict, word: str
) -> None:
    run.train_to(100, verdict=verdict)
    running._poll()
    figures = running.controls.figures
    assert figures.texts[-1] == word
    assert "quarter" in figures.tool_tip_at(QPoint(figures.width() - 20, 10).toPointF())


def test_an_error_is_said_in_the_window(running: TrainingPage, run) -> None:
    run.go_to(TrainingState.FAILED)
    run.failed.emit(ExplainedError("The loss is not a number."))
    assert running.message_bar.isVisible()
    assert running.message_bar.text == "The loss is not a number."


def test_a_run_that_was_stopped_can_go_on(qtbot: QtBot, running: TrainingPage, run) -> None:
    run.go_to(TrainingState.STOPPED)
    qtbot.mouseClick(running.controls.pause, LEFT)
    assert run.calls == [("resume_from", run.folder, "cpu")]


def fails(error: Exception, running: TrainingPage, run) -> None:
    run.go_to(TrainingState.FAILED)
    run.failed.emit(error)
    assert running.message_bar.text == str(error)
    assert running.offer_bar.isVisible()


def test_after_too_large_a_batch_one_that_fits_is_offered(
    qtbot: QtBot, running: TrainingPage, run
) -> None:
    fails(TooLargeBatchError("Too much: {fitting} fit.", fitting=16), running, run)
    assert "16" in running.offer_bar.button.text()
    qtbot.mouseClick(running.offer_bar.button, LEFT)
    (_, folder, device, configuration) = run.calls[-1]
    assert (folder, device, configuration.batch_size) == (run.folder, "cpu", 16)


def test_after_the_device_is_gone_the_cpu_is_offered(
    qtbot: QtBot, running: TrainingPage, run
) -> None:
    run.device = "cuda:0"
    fails(DeviceLostError("The device is gone."), running, run)
    qtbot.mouseClick(running.offer_bar.button, LEFT)
    assert run.calls[-1] == ("resume_from", run.folder, "cpu")
    assert not running.message_bar.isVisible()


def test_after_the_loss_exploded_a_calmer_rate_is_offered(
    qtbot: QtBot, running: TrainingPage, run
) -> None:
    before = run.configuration.learning_rate
    fails(TrainingDivergedError("It explodes."), running, run)
    qtbot.mouseClick(running.offer_bar.button, LEFT)
    assert run.calls[-1][-1].learning_rate == before / 3


def test_a_warning_does_not_end_it(running: TrainingPage, run) -> None:
    run.told.emit(ExplainedError("The disk is full."))
    assert running.message_bar.text == "The disk is full."
    assert running.is_live


def test_a_saved_model_can_be_looked_at(
    qtbot: QtBot, running: TrainingPage, run, saved: Path
) -> None:
    run.model_saved.emit(saved)
    assert saved.name in running.offer_bar.label.text()
    with qtbot.waitSignal(running.model_requested) as signal:
        qtbot.mouseClick(running.offer_bar.button, LEFT)
    assert signal.args == [saved]
    assert not running.offer_bar.isVisible()


UNFINISHED = UnfinishedRun(Path("/runs/moons"), preset("moons"), 100, 200, 1_700_000_000.0)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("Go on", [("resume_from", UNFINISHED.folder, "")]),
        ("Not now", []),
        ("Discard…", []),
    ],
)
def test_going_on_is_offered(qtbot: QtBot, page: TrainingPage, run, text: str, calls: list) -> None:
    page.offer_to_go_on(UNFINISHED)
    assert page.question is not None
    assert "step 100" in page.question.text()
    answer(qtbot, page, text)
    assert run.calls == calls


def test_what_is_gone_on_with_is_shown_before_it_is_read(
    qtbot: QtBot, page: TrainingPage, run
) -> None:
    page.offer_to_go_on(replace(UNFINISHED, configuration=preset("digits-quick")))
    answer(qtbot, page, "Go on")
    run.go_to(TrainingState.LOADING)
    assert page.form.data_set.currentData() == "digits"
    assert page.controls.status.text() == "Getting ready …"


@pytest.mark.parametrize(
    ("text", "calls"), [("Discard", [("forget", UNFINISHED.folder)]), ("Cancel", [])]
)
def test_what_was_left_unfinished_is_not_thrown_away_by_one_click(
    qtbot: QtBot, page: TrainingPage, run, text: str, calls: list
) -> None:
    page.offer_to_go_on(UNFINISHED)
    answer(qtbot, page, "Discard…")
    assert page.question is not None
    assert "100" in page.question.informativeText()
    answer(qtbot, page, text)
    assert run.calls == calls


# Watching what another process trains


def test_a_run_of_somebody_else_is_watched_and_left_alone(
    qtbot: QtBot, page: TrainingPage, run
) -> None:
    page.watch(Path("/somewhere/moons.run"))
    assert run.watched.folder == Path("/somewhere/moons.run")
    assert visible_buttons(page) == set()
    assert not page.form.preset.isVisible()  # its settings are not known yet
    assert "checkpoints" in page.samples._hint.text()
    run.configuration = preset("moons")
    run.train_to(40)
    run.watched.configuration, run.watched.progress = run.configuration, run.progress
    run.watched.state = TrainingState.RUNNING
    run.watched.state_changed.emit()
    assert page.controls.status.text() == "Watching: Two moons"
    assert page.controls.figures.texts[0] == "40 of 20,000"
    assert page._timer.isActive()
    assert page.form.numbers["steps"].isVisible()
    assert not page.form.numbers["steps"].isEnabled()
    page.activateWindow()
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_P)
    qtbot.keyClick(page, Qt.Key.Key_N)
    page.start()
    assert run.calls == []
    assert not page.is_live  # the window may be closed without a question
    run.configuration = None
    qtbot.mouseClick(page.controls.unwatch, LEFT)
    assert run.watched.folder is None
    assert visible_buttons(page) == {"Start"}
    assert page.form.numbers["steps"].isEnabled()


def test_a_training_of_ones_own_is_not_hidden_by_another_one(running: TrainingPage, run) -> None:
    running.watch(Path("/somewhere/moons.run"))
    assert run.watched.folder is None
    assert running.message_bar.isVisible()
    assert running.controls.status.text() == "Training: Two moons"


# Samples


def test_samples_follow_the_newest_until_somebody_goes_back(
    qtbot: QtBot, running: TrainingPage, run
) -> None:
    samples = running.samples
    assert samples.shown is run.snapshots[-1]
    samples.training_time.setFocus()
    qtbot.keyClick(samples.training_time, Qt.Key.Key_Left)
    assert samples.shown is run.snapshots[-2]
    assert not samples.follows
    first, second, third = run.snapshots
    run.snapshots = (first, third, second)  # whatever their number, the one in view stays
    run.snapshots_changed.emit()
    assert samples.shown is second
    run.snapshots = (first, third)  # it was thinned out
    run.snapshots_changed.emit()
    qtbot.mouseClick(samples.newest, LEFT)
    assert samples.shown is third
    assert samples.follows


def test_a_click_on_training_time_shows_the_samples_of_then(
    qtbot: QtBot, running: TrainingPage, run
) -> None:
    slider = running.samples.training_time
    place = QPoint(round(slider.x_of(1)), slider.height() // 3)
    qtbot.mouseClick(slider, LEFT, pos=place)
    assert running.samples.shown is run.snapshots[1]
    assert running.losses.canvas._marked == 50


def test_samples_and_data_are_at_the_same_t(qtbot: QtBot, running: TrainingPage) -> None:
    samples = running.samples
    samples.time.setValue(500)
    assert samples.sample_view._t == samples.data_view._t == 5
    assert samples._data_card.isVisible()


def test_playing_goes_from_noise_to_data(qtbot: QtBot, running: TrainingPage) -> None:
    samples = running.samples
    seen: list[int] = []
    samples.time.valueChanged.connect(seen.append)
    qtbot.mouseClick(samples.play, LEFT)
    qtbot.waitUntil(lambda: len(seen) > 5)
    qtbot.mouseClick(samples.play, LEFT)
    assert seen[0] == 1000
    assert seen == sorted(seen, reverse=True)


def test_the_loss_by_t_leads_to_its_samples(qtbot: QtBot, running: TrainingPage) -> None:
    canvas = running.buckets.canvas
    x = round(canvas.to_pixels(0.5, 0).x())
    qtbot.mouseClick(canvas.viewport(), LEFT, pos=QPoint(x, 20))
    assert abs(running.samples.time.value() - 500) <= 5


def test_the_distance_leads_to_its_samples(qtbot: QtBot, running: TrainingPage, run) -> None:
    canvas = running.course.canvas
    x = round(canvas.to_pixels(12, 0).x())
    qtbot.mouseClick(canvas.viewport(), LEFT, pos=QPoint(x, 20))
    assert running.samples.shown is run.snapshots[0]


def test_before_the_first_samples_it_says_what_is_coming(page: TrainingPage, run) -> None:
    assert page.samples._hint.isVisible()
    run.configuration = preset("moons")
    run.go_to(TrainingState.LOADING)
    assert page.samples._hint.isVisible()
    run.show_samples(10)
    assert not page.samples._hint.isVisible()


def test_the_data_of_the_settings_are_shown_before_a_run(page: TrainingPage, run) -> None:
    shown = [each.data_set for each in run.comparison.shown if each is not None]
    assert shown == ["moons"]
    page.form.show_configuration(preset("spiral"))
    assert run.comparison.shown[-1].data_set == "spiral"  # type: ignore[union-attr]


# While it only trains


class LayoutRequests(QObject):
    """Which widgets would be laid out anew."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.sources.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


def test_a_poll_lays_nothing_out(qtbot: QtBot, running: TrainingPage, run) -> None:
    running._poll()
    qtbot.wait(50)
    requests = LayoutRequests()
    for widget in (running, *running.findChildren(QWidget)):
        widget.installEventFilter(requests)
    for step in range(101, 131):
        run.train_to(step)
        running._poll()
        qtbot.wait(1)
    assert requests.sources == []


def test_it_polls_only_while_it_is_seen_and_something_goes_on(
    qtbot: QtBot, running: TrainingPage, run
) -> None:
    assert running._timer.isActive()
    assert 50 <= running._timer.interval() <= 100
    running.hide()
    assert not running._timer.isActive()
    running.show()
    assert running._timer.isActive()
    run.go_to(TrainingState.PAUSED)
    assert not running._timer.isActive()


def test_a_long_history_is_drawn_in_little_time(running: TrainingPage, run) -> None:
    from time import thread_time

    steps = 400_000
    losses = np.random.default_rng(0).random(steps).astype(np.float32)
    run.train_to(100, step=steps - 1, losses=losses[:-1], gradient_norms=losses[:-1])
    running._poll()
    run.train_to(100, step=steps, losses=losses, gradient_norms=losses)
    began = thread_time()
    running._poll()
    assert thread_time() - began < 0.1


def test_diverging_losses_are_drawn_as_far_as_they_can_be(running: TrainingPage, run) -> None:
    losses = np.ones(150, np.float32)
    losses[100:120], losses[120:] = np.inf, np.nan
    run.train_to(100, step=150, losses=losses, gradient_norms=losses)
    running._poll()
    assert not running.grab().isNull()


def test_axes_are_logarithmic_at_choice(qtbot: QtBot, running: TrainingPage) -> None:
    running._poll()
    plot = running.losses
    assert plot.canvas.log_axes == (False, True)
    qtbot.mouseClick(plot.log_x, LEFT)
    qtbot.mouseClick(plot.log_y, LEFT)
    assert plot.canvas.log_axes == (True, False)
    assert not plot.canvas.is_empty


@pytest.mark.parametrize("course", range(3))
def test_every_course_is_drawn(qtbot: QtBot, running: TrainingPage, course: int) -> None:
    qtbot.mouseClick(running.course.choice.segments[course], LEFT)
    assert not running.course.canvas.is_empty


def test_it_fits_the_smallest_window(running: TrainingPage, run) -> None:
    hint = running.minimumSizeHint()
    assert hint.width() <= 1040
    assert hint.height() <= 660
    run.go_to(TrainingState.PAUSED)
    running.form.show_configuration(preset("digits"))
    assert running.minimumSizeHint().width() <= 1040


def test_it_follows_the_theme(running: TrainingPage) -> None:
    running.set_theme(LIGHT)
    assert not running.grab().isNull()
