"""A newcomer's first minutes in the real window, with real events."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.app import Application
from ddpm_studio.diffusion.sampler_configuration import SamplerKind
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.locations import resource
from ddpm_studio.session.playback import Direction
from ddpm_studio.ui.panels.adequacy_meter import AdequacyMeter
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.panels.number_table import NumberTable
from ddpm_studio.ui.panels.panel_text import NoteLabel
from ddpm_studio.ui.shortcuts import COMMANDS
from ddpm_studio.ui.theme import Chain, small_font

WAIT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


def wait_for_chains(qtbot: QtBot, application: Application) -> None:
    studio = application.studio
    qtbot.waitUntil(
        lambda: (
            studio.forward is not None
            and studio.forward.is_complete
            and studio.reverse is not None
            and studio.reverse.is_complete
            and not studio.is_busy
        ),
        timeout=WAIT_MS,
    )


def show_model(qtbot: QtBot, application: Application, name: str, count: int) -> None:
    """Choose a model in the list, then a number of samples, as a person would."""
    bar = application.screen.top_bar
    names = [model.description.name for model in application.studio.models]
    choose(qtbot, bar.model, names.index(name))
    choose(qtbot, bar.count, bar.count.findData(count))


def choose(qtbot: QtBot, box, row: int) -> None:
    """Walk through the list by keyboard."""
    box.setFocus()
    while box.currentIndex() != row:
        before = box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down if row > before else Qt.Key.Key_Up)
        assert box.currentIndex() != before


@pytest.fixture
def moons(qtbot: QtBot, studio_application: Application) -> Application:
    show_model(qtbot, studio_application, "moons", 250)
    return studio_application


def test_what_is_shown_first_is_alive(qtbot: QtBot, studio_application: Application) -> None:
    application = studio_application
    studio, playback = application.studio, application.playback
    assert studio.model is not None
    assert studio.model.description.name == "swiss-roll"
    assert playback.is_playing
    assert playback.direction is Direction.DENOISING
    assert playback.t == playback.last_t  # the noise, where the reverse chain begins
    shown = []

    def look(t: int) -> None:
        chains = (studio.forward, studio.reverse)
        shown.append(all(chain is not None and chain.is_recorded(t) for chain in chains))

    playback.moved.connect(look)
    qtbot.waitUntil(lambda: len(shown) > 20, timeout=WAIT_MS)
    assert all(shown)  # nothing moved on before both chains were there
    assert application.window.windowTitle() == "Swiss roll — DDPM Studio"


def test_both_chains_are_shown_at_the_same_t(qtbot: QtBot, moons: Application) -> None:
    wait_for_chains(qtbot, moons)
    window, playback = moons.window, moons.playback
    playback.pause()
    slider = moons.screen.stage.timeline.slider
    qtbot.mouseClick(slider, LEFT, pos=QPoint(round(slider.x_of(400)), 13))
    t = playback.t
    assert abs(t - 400) <= 2  # to the pixel
    labels = [label.text() for label in window.findChildren(QLabel) if label.text() == f"t = {t}"]
    assert len(labels) == 2
    ratio = moons.screen.stage.forward_card.view.devicePixelRatioF()
    for card, chain in (
        (moons.screen.stage.forward_card, "forward"),
        (moons.screen.stage.reverse_card, "reverse"),
    ):
        expected = card.view.picture(t, (60, 60), ratio)
        trajectory = getattr(moons.studio, chain)
        assert trajectory.is_recorded(t)
        assert expected != card.view.picture(0, (60, 60), ratio)


def test_while_it_is_sampled_playing_waits_and_the_slider_shows_what_is_missing(
    qtbot: QtBot, studio_application: Application
) -> None:
    application = studio_application
    show_model(qtbot, application, "digits", 16)
    studio, playback = application.studio, application.playback
    qtbot.waitUntil(
        lambda: studio.reverse is not None and studio.chains.reverse.is_awaited, timeout=WAIT_MS
    )
    lowest = []

    def look() -> bool:
        if studio.reverse is not None and not studio.reverse.is_complete:
            recorded = np.flatnonzero(studio.reverse.recorded)
            lowest.append((playback.t, int(recorded[0]) if len(recorded) else 250))
        return studio.reverse is not None and studio.reverse.is_complete

    qtbot.waitUntil(look, timeout=WAIT_MS)
    assert lowest
    # t was read before the chain: by then the chain may have come further, never less far.
    assert all(t >= recorded for t, recorded in lowest)


def test_stopping_and_sampling_again(qtbot: QtBot, studio_application: Application) -> None:
    application = studio_application
    show_model(qtbot, application, "digits", 36)
    studio, card = application.studio, application.screen.stage.reverse_card
    qtbot.waitUntil(
        lambda: (
            studio.reverse is not None and studio.reverse.recorded.any() and card.button.isVisible()
        ),
        timeout=WAIT_MS,
    )
    assert card.button.text() == "Stop"
    qtbot.mouseClick(card.button, LEFT)
    assert not studio.chains.reverse.is_awaited
    assert studio.reverse is not None
    assert not studio.reverse.is_complete
    stopped = studio.reverse
    assert card.button.text() == "Continue"
    qtbot.waitUntil(lambda: stopped.position is not None, timeout=WAIT_MS)  # the last step is done
    qtbot.mouseClick(card.button, LEFT)
    wait_for_chains(qtbot, application)
    assert studio.reverse is stopped
    assert stopped.position is None
    assert not card.button.isVisible()


def test_a_new_seed_gives_new_chains_and_the_old_one_the_old(
    qtbot: QtBot, moons: Application
) -> None:
    wait_for_chains(qtbot, moons)
    studio, seed = moons.studio, moons.screen.top_bar.seed
    assert studio.reverse is not None
    first = studio.reverse.frame(0).copy()
    qtbot.mouseClick(moons.screen.top_bar.new_seed, LEFT)
    assert studio.seed != 0
    assert seed.value() == studio.seed
    wait_for_chains(qtbot, moons)
    assert studio.reverse is not None
    assert not np.array_equal(studio.reverse.frame(0), first)
    seed.setFocus()
    seed.selectAll()
    qtbot.keyClicks(seed, "0")
    qtbot.keyClick(seed, Qt.Key.Key_Return)
    assert studio.seed == 0
    wait_for_chains(qtbot, moons)
    assert studio.reverse is not None
    np.testing.assert_array_equal(studio.reverse.frame(0), first)


def test_another_schedule_changes_the_forward_chain_alone(qtbot: QtBot, moons: Application) -> None:
    wait_for_chains(qtbot, moons)
    studio, window = moons.studio, moons.window
    reverse = studio.reverse
    assert moons.screen.stage.side is not None
    field = next(
        each
        for each in moons.screen.stage.side.schedule.findChildren(NumberField)
        if each.accessibleName() == "Number of steps T"
    )
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "50")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: studio.forward is not None and studio.forward.T == 50 and not studio.is_busy,
        timeout=WAIT_MS,
    )
    assert studio.reverse is reverse
    assert moons.playback.last_t == 50
    moons.playback.seek(25)
    texts = {label.text() for label in window.findChildren(QLabel)}
    assert {"t = 25", "t = 500"} <= texts  # the same share of both ways
    assert "1000 steps" in moons.screen.stage.reverse_card.sampling_button.whole_text()


def test_a_sample_is_enlarged_in_both_chains(qtbot: QtBot, studio_application: Application) -> None:
    application = studio_application
    show_model(qtbot, application, "digits", 4)
    wait_for_chains(qtbot, application)
    forward, reverse = (
        application.screen.stage.forward_card.view,
        application.screen.stage.reverse_card.view,
    )
    forward_rect = forward.rect()
    third_of_four = QPoint(forward_rect.width() // 4, 3 * forward_rect.height() // 4)
    qtbot.mouseClick(forward, LEFT, pos=third_of_four)
    assert forward.chosen == reverse.chosen == 2
    qtbot.mouseClick(reverse, LEFT, pos=reverse.rect().center())
    assert forward.chosen == reverse.chosen == -1


def test_opening_a_file_adds_it_and_a_bad_one_changes_nothing(
    qtbot: QtBot, moons: Application, tmp_path: Path
) -> None:
    wait_for_chains(qtbot, moons)
    window, studio = moons.window, moons.studio
    bad = tmp_path / "not a model.safetensors"
    bad.write_bytes(b"\x80\x02cos\nsystem\n")
    before = (studio.model, studio.forward, studio.reverse, studio.models)
    drop(window, bad)
    qtbot.waitUntil(moons.screen.message_bar.isVisible)
    assert "not a model.safetensors" in moons.screen.message_bar.text
    assert (studio.model, studio.forward, studio.reverse, studio.models) == before
    good = tmp_path / "mine.safetensors"
    shutil.copy(resource("models", "circles.safetensors"), good)
    drop(window, good)
    qtbot.waitUntil(lambda: studio.model is not None and studio.model.path == good)
    assert not moons.screen.message_bar.isVisible()
    assert moons.screen.top_bar.model.currentText() == "mine.safetensors"


def drop(window, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    modifiers = Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, LEFT, modifiers)
    window.dropEvent(event)
    assert event.isAccepted()  # the other application is told so


def test_a_model_file_that_vanishes_before_it_is_loaded_is_said(
    qtbot: QtBot, moons: Application, tmp_path: Path
) -> None:
    path = tmp_path / "gone.safetensors"
    shutil.copy(resource("models", "circles.safetensors"), path)
    moons.studio.failed.connect(lambda _: None)
    moons.screen.open_model_file(path)
    path.unlink()
    qtbot.waitUntil(lambda: not moons.studio.is_busy, timeout=WAIT_MS)
    # Either it was read in time, or the window says what is wrong.
    complete = moons.studio.reverse is not None and moons.studio.reverse.is_complete
    assert complete or "gone.safetensors" in moons.screen.message_bar.text


def test_language_changes_every_text_at_run_time(qtbot: QtBot, moons: Application) -> None:
    window = moons.window
    box = moons.screen.top_bar.language
    choose(qtbot, box, box.findData("ko"))
    qtbot.waitUntil(lambda: window.menus.file.title() == "파일(&F)")  # Qt posts the change
    assert moons.screen.top_bar.export.text() == "GIF 내보내기…"
    assert window.windowTitle() == "두 개의 반달 — DDPM Studio"
    assert moons.preferences.language == "ko"
    texts = [label.text() for label in window.findChildren(QLabel)]
    assert any("순방향 연쇄" in text for text in texts)
    assert not any("Forward chain" in text for text in texts)


def test_menus_offer_everything_that_keys_do(moons: Application) -> None:
    actions = moons.window.menus.playback.actions()
    assert [action.objectName() for action in actions] == list(COMMANDS)
    assert all(action.text() and action.shortcut().toString() for action in actions)


def test_theme_is_switched_and_remembered(qtbot: QtBot, moons: Application) -> None:
    before = moons.window.grab().toImage().pixelColor(3, 400).lightness()
    qtbot.mouseClick(moons.screen.top_bar.theme, LEFT)
    after = moons.window.grab().toImage().pixelColor(3, 400).lightness()
    assert before < 80 < 200 < after
    assert moons.preferences.theme == "light"


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("size", [(1040, 680), (1280, 800), (1920, 1080)])
def test_nothing_is_cut_off_at_any_size(
    moons: Application, language: str, size: tuple[int, int]
) -> None:
    window = moons.window
    moons.use_language(language)
    window.resize(*size)
    QTest.qWait(1)
    assert (window.width(), window.height()) == size  # no part asks for more
    for card in (moons.screen.stage.forward_card, moons.screen.stage.reverse_card):
        assert card.view.width() >= 200
        assert card.view.height() >= 150
    timeline = moons.screen.stage.timeline
    for button in (moons.screen.top_bar.export, timeline.buttons["direction"]):
        assert button.width() >= button.minimumSizeHint().width()
    for button in timeline.buttons.values():
        assert button.width() >= button.iconSize().width()
        assert window.rect().contains(button.mapTo(window, button.rect().bottomRight())), (
            button.objectName()
        )


def test_the_thumbnails_stand_above_their_t_on_the_slider(qtbot: QtBot, moons: Application) -> None:
    qtbot.waitUntil(lambda: moons.studio.forward is not None, timeout=WAIT_MS)  # its T is known
    window = moons.window
    strip, slider = moons.screen.stage.film_strip, moons.screen.stage.timeline.slider
    for width in (1040, 1500):
        window.resize(width, 800)
        QTest.qWait(1)
        for t in (0, 500, 1000):
            centre = strip.thumbnail_rect(Chain.FORWARD, t).center().toPoint()
            thumbnail = strip.mapTo(window, centre).x()
            handle = slider.mapTo(window, QPoint(round(slider.x_of(t)), 0)).x()
            assert abs(thumbnail - handle) <= 1


@pytest.mark.parametrize("T", [1000, 50], ids=["fit", "unfit"])
def test_the_tallest_numbers_are_not_cut_off_at_the_smallest_size(
    qtbot: QtBot, studio_application: Application, T: int
) -> None:
    """A mixture's table has the most rows; an unfit schedule the longest numbers, and two curves."""
    application = studio_application
    show_model(qtbot, application, "mixture-1d", 250)
    wait_for_chains(qtbot, application)
    window, side = application.window, application.screen.stage.side
    assert side is not None
    application.studio.set_forward_schedule(ScheduleConfiguration("linear", T, 1e-4, 0.02))
    wait_for_chains(qtbot, application)
    application.playback.pause()
    application.playback.seek(T // 2)
    for language in ("en", "ko"):
        application.use_language(language)
        window.resize(1040, 680)

        def nothing_is_cut_off() -> None:
            assert (window.width(), window.height()) == (1040, 680)
            table = side.histograms.findChild(NumberTable)
            assert table.row_count == 7
            assert table.height() >= table.sizeHint().height()
            assert side.minimumSizeHint().height() <= side.height()
            for part in side.findChildren(QWidget):
                corner = part.mapTo(window, part.rect().bottomRight())
                assert not part.isVisible() or window.rect().contains(corner), part
            assert cut_off(side) == []

        qtbot.waitUntil(nothing_is_cut_off)  # once the layouts have settled


def cut_off(widget: QWidget) -> list[str]:
    """The texts in a widget for which there is too little room."""

    def is_cut(part: QWidget) -> bool:
        if isinstance(part, QLabel):
            return part.sizeHint().width() > part.width()
        font = small_font(part.font()) if isinstance(part, NoteLabel) else part.font()
        margin = 8 if isinstance(part, NumberField) else 0
        return QFontMetrics(font).horizontalAdvance(part.text()) + margin > part.width()

    parts = [
        part for kind in (QLabel, NoteLabel, NumberField) for part in widget.findChildren(kind)
    ]
    assert len(parts) > 10
    return [part.text() for part in parts if part.isVisible() and is_cut(part)]


# How the reverse chain is sampled


def press_s(qtbot: QtBot, application: Application) -> None:
    """In the window, which must be the active one for that."""
    window, popup = application.window, application.screen.sampling.popup
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert not popup.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert popup.isVisible()


def test_another_sampling_is_chosen_with_a_key_and_two_clicks(
    qtbot: QtBot, moons: Application
) -> None:
    studio, screen, popup = moons.studio, moons.screen, moons.screen.sampling.popup
    assert screen.stage.reverse_card.sampling_button.whole_text() == "DDPM, σ² = β̃, 1000 steps"
    press_s(qtbot, moons)
    qtbot.mouseClick(popup.sampler.kind.segments[1], LEFT)
    qtbot.mouseClick(popup.sampler.few[0], LEFT)
    assert studio.sampling is not None
    assert studio.sampling.sampler.kind == SamplerKind.DDIM
    assert studio.sampling.sampler.steps == 10
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    wait_for_chains(qtbot, moons)
    assert studio.reverse is not None
    assert studio.reverse.times.tolist() == list(range(0, 1001, 100))
    button = screen.stage.reverse_card.sampling_button
    assert button.whole_text() == "DDIM, η = 0, 10 of 1000 steps"
    assert button.whole_text().startswith(button.text().rstrip("…"))
    moons.playback.pause()
    moons.playback.seek(437)
    texts = {label.text() for label in moons.window.findChildren(QLabel)}
    assert {"t = 437", "t = 400"} <= texts  # the nearest of the steps that are taken
    moons.playback.seek(1000)
    texts = [label.text() for label in moons.window.findChildren(QLabel)]
    assert texts.count("t = 1000") == 2


def test_the_cards_button_opens_the_same_fields(qtbot: QtBot, moons: Application) -> None:
    popup, button = moons.screen.sampling.popup, moons.screen.stage.reverse_card.sampling_button
    qtbot.mouseClick(button, LEFT)
    assert popup.isVisible()
    # Nothing was chosen: nothing is sampled anew.
    sampling = moons.studio.sampling
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert moons.studio.sampling is sampling


def test_playing_waits_for_the_new_chain_and_shows_it_from_the_noise_on(
    qtbot: QtBot, moons: Application
) -> None:
    wait_for_chains(qtbot, moons)
    studio, playback, popup = moons.studio, moons.playback, moons.screen.sampling.popup
    assert playback.is_playing
    press_s(qtbot, moons)
    qtbot.mouseClick(popup.sampler.few[1], LEFT)
    assert playback.t == playback.last_t
    assert playback.direction is Direction.DENOISING
    wait_for_chains(qtbot, moons)
    qtbot.waitUntil(lambda: studio.reverse is not None and studio.reverse.T == 50)
    before = playback.t
    qtbot.waitUntil(lambda: playback.t != before, timeout=WAIT_MS)


def test_s_is_a_letter_where_one_types(qtbot: QtBot, moons: Application) -> None:
    moons.window.activateWindow()
    qtbot.waitUntil(moons.window.isActiveWindow)
    seed = moons.screen.top_bar.seed
    seed.setFocus()
    qtbot.keyClick(seed, Qt.Key.Key_S)
    assert not moons.screen.sampling.popup.isVisible()


def test_another_model_is_sampled_in_its_own_way_again(qtbot: QtBot, moons: Application) -> None:
    popup = moons.screen.sampling.popup
    press_s(qtbot, moons)
    qtbot.mouseClick(popup.sampler.few[0], LEFT)
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    show_model(qtbot, moons, "digits", 4)
    words = moons.screen.stage.reverse_card.sampling_button.whole_text()
    assert words == "DDPM, σ² = β, 250 steps"
    assert popup.sampler.steps.text() == "250"
    assert not popup.reset.isEnabled()


def test_the_words_about_sampling_follow_the_language(qtbot: QtBot, moons: Application) -> None:
    button = moons.screen.stage.reverse_card.sampling_button
    english = button.whole_text()
    moons.use_language("ko")
    qtbot.waitUntil(lambda: button.whole_text() != english)
    assert "steps" not in button.whole_text()
    assert "1000" in button.whole_text()


def test_the_data_of_the_forward_chain_decide_about_the_schedule(
    qtbot: QtBot, moons: Application
) -> None:
    """L_T depends on E[x_0²], which for standardised points is 1 but for the sample's own error."""
    wait_for_chains(qtbot, moons)
    studio, side = moons.studio, moons.screen.stage.side
    assert side is not None
    studio.set_forward_schedule(ScheduleConfiguration("linear", 50, 1e-4, 0.02))
    wait_for_chains(qtbot, moons)
    meter = side.schedule.findChild(AdequacyMeter)
    x_0 = studio.forward.frame(0).astype(float)
    alpha_bar = studio.forward_schedule.alpha_bar[-1]
    nats = 0.5 * (alpha_bar * (np.mean(x_0**2) - 1) - np.log(1 - alpha_bar))
    assert f"{nats / np.log(2):#.2g} bits/dim" in meter.numbers.text()
    assert "<b>Unfit</b>" in meter.verdict.text()


def test_the_threads_are_waited_for_once(
    studio_application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, waits = studio_application.studio, []
    stop = studio.stop
    monkeypatch.setattr(studio, "stop", lambda: waits.append(stop()) or waits[-1])
    studio_application.close()  # of the window, and then of the application
    studio_application.close()
    assert waits == [True]
