"""The timeline: each button does one thing and names its key; it follows playback; nothing moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QVBoxLayout, QWidget

from ddpm_studio.session.playback import SPEEDS, Direction, LoopMode, Playback
from ddpm_studio.ui.groove_slider import GROOVE_CENTRE
from ddpm_studio.ui.shortcuts import COMMANDS
from ddpm_studio.ui.theme import DARK, LIGHT, THEMES, Theme
from ddpm_studio.ui.timeline import BUTTON_SIZE, MOVES, PLAY_SIZE, SPEED_NAMES, Timeline

T = 1000


class Clock:
    """Seconds that pass only when they are told to."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


class LayoutRequests(QObject):
    """Counts how often the layout of a widget, or of one inside it, was asked for again."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        for part in (widget, *widget.findChildren(QWidget)):
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def playback(qapp: QApplication, clock: Clock) -> Iterator[Playback]:
    playback = Playback(T, clock=clock)
    yield playback
    playback.pause()


@pytest.fixture
def timeline(qtbot, playback: Playback, dress: Callable[[Theme], None]) -> Iterator[Timeline]:
    """As wide as in the smallest window."""
    dress(DARK)
    window = QWidget()
    qtbot.addWidget(window)
    timeline = Timeline(playback, DARK)
    QVBoxLayout(window).addWidget(timeline)
    window.resize(660, 120)
    with qtbot.waitExposed(window):
        window.show()
    yield timeline
    window.hide()  # which is kept alive here until then


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def places(timeline: Timeline) -> dict[str, QRect]:
    """Where everything is, once all layouts are done."""
    QApplication.processEvents()
    parts = {"window": timeline.window(), "timeline": timeline, "speed": timeline.speed}
    parts |= {"slider": timeline.slider, "readout": timeline.readout} | timeline.buttons
    return {name: QRect(part.geometry()) for name, part in parts.items()}


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def drawn_icon(button: QToolButton) -> QImage:
    return button.icon().pixmap(button.iconSize()).toImage()


def has_colour(image: QImage, colour: QColor) -> bool:
    """Whether an opaque pixel has it."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4).astype(int)
    opaque = flat[flat[:, 3] == 255][:, 2::-1]
    return bool((np.abs(opaque - colour.getRgb()[:3]).max(axis=1) <= 2).any())


class TestButtons:
    def test_each_does_what_it_says(self, timeline: Timeline, playback: Playback) -> None:
        playback.seek(500)
        seen = []
        for name in ("step-forward", "step-back", "step-back", "to-end", "to-start"):
            click(timeline.buttons[name])
            seen.append(playback.t)
        assert seen == [501, 500, 499, T, 0]

    def test_play_is_pause_while_playing(self, timeline: Timeline, playback: Playback) -> None:
        button = timeline.buttons["play"]
        still = drawn_icon(button)
        assert button.accessibleName() == "Play"
        click(button)
        assert playback.is_playing
        assert button.accessibleName() == "Pause"
        assert drawn_icon(button) != still
        click(button)
        assert not playback.is_playing
        assert drawn_icon(button) == still

    def test_loop_walks_through_the_modes(self, timeline: Timeline, playback: Playback) -> None:
        button, seen = timeline.buttons["loop"], []
        for _ in LoopMode:
            seen.append((playback.loop, button.toolTip(), drawn_icon(button)))
            click(button)
        assert [mode for mode, _, _ in seen] == list(LoopMode)
        assert len({text for _, text, _ in seen}) == 3
        assert all(one != two for _, _, one in seen for _, _, two in seen if one is not two)
        assert playback.loop is seen[0][0]

    def test_direction_turns_and_wears_the_colour_of_the_chain(self, timeline, playback) -> None:
        button = timeline.buttons["direction"]
        assert button.text() == "To noise"
        assert has_colour(drawn_icon(button), QColor(DARK.forward))
        click(button)
        assert playback.direction is Direction.DENOISING
        assert button.text() == "To data"
        assert has_colour(drawn_icon(button), QColor(DARK.reverse))

    def test_steps_repeat_while_held_and_the_others_do_not(self, timeline: Timeline) -> None:
        repeating = {name for name, button in timeline.buttons.items() if button.autoRepeat()}
        assert repeating == {"step-back", "step-forward"}

    def test_a_click_takes_no_focus(self, qtbot, timeline: Timeline) -> None:
        timeline.window().activateWindow()
        timeline.slider.setFocus()
        qtbot.waitUntil(timeline.slider.hasFocus)
        for button in timeline.buttons.values():
            click(button)
            assert timeline.slider.hasFocus()

    def test_the_keyboard_reaches_every_one_of_them(self, qtbot, timeline: Timeline) -> None:
        timeline.window().activateWindow()
        timeline.slider.setFocus()
        qtbot.waitUntil(timeline.slider.hasFocus)
        reached = []
        for _ in range(9):
            reached.append(QApplication.focusWidget())
            QTest.keyClick(reached[-1], Qt.Key.Key_Tab)
        wanted = {timeline.slider, timeline.speed, *timeline.buttons.values()}
        assert set(reached) == wanted

    def test_they_are_large_enough_for_what_is_drawn_on_them(self, timeline: Timeline) -> None:
        for name, button in timeline.buttons.items():
            assert button.width() >= (PLAY_SIZE if name == "play" else BUTTON_SIZE)
            assert button.height() >= button.iconSize().height() + 8


class TestKeysAreNamed:
    def test_every_act_has_a_place_on_the_screen_that_names_its_key(
        self, timeline, playback
    ) -> None:
        shown = dict(timeline.buttons)
        shown |= dict.fromkeys(("slower", "faster"), timeline.speed)
        shown |= dict.fromkeys(("long-step-back", "long-step-forward"), timeline.slider)
        assert shown.keys() == COMMANDS.keys()
        for name, widget in shown.items():
            for mode in LoopMode:
                playback.set_loop(mode)
                key = QKeySequence(COMMANDS[name].keys[0])
                assert key.toString(QKeySequence.SequenceFormat.NativeText) in widget.toolTip()
                assert widget.accessibleName()

    def test_they_are_named_in_every_state(self, timeline: Timeline, playback: Playback) -> None:
        for act in (playback.play, playback.pause, playback.to_end):
            act()
            assert "Space" in timeline.buttons["play"].toolTip()
        for direction in Direction:
            playback.set_direction(direction)
            assert "(D)" in timeline.buttons["direction"].toolTip()


class TestSpeed:
    def test_every_speed_can_be_chosen(self, timeline: Timeline, playback: Playback) -> None:
        timeline.speed.setFocus()
        for _ in SPEEDS:
            QTest.keyClick(timeline.speed, Qt.Key.Key_Up)
        seen = [playback.speed]
        for _ in SPEEDS[1:]:
            QTest.keyClick(timeline.speed, Qt.Key.Key_Down)
            seen.append(playback.speed)
        assert tuple(seen) == SPEEDS

    def test_it_shows_the_speed(self, timeline: Timeline, playback: Playback) -> None:
        assert timeline.speed.currentText() == "1×"
        for speed, name in zip(SPEEDS, SPEED_NAMES, strict=True):
            playback.set_speed(speed)
            assert timeline.speed.currentText() == name


class TestSlider:
    def place(self, timeline: Timeline, t: int) -> QPoint:
        return QPoint(round(timeline.slider.x_of(t)), round(GROOVE_CENTRE))

    def test_a_drag_moves_t_at_once_and_play_goes_on_after_it(
        self, timeline: Timeline, playback: Playback, clock: Clock
    ) -> None:
        moves: list[int] = []
        playback.play()
        playback.moved.connect(moves.append)
        QTest.mousePress(timeline.slider, Qt.MouseButton.LeftButton, pos=self.place(timeline, 400))
        for t in (500, 600, 300):
            QTest.mouseMove(timeline.slider, self.place(timeline, t))
            assert moves[-1] == playback.t == timeline.slider.value()
            assert abs(playback.t - t) <= 1
        held = playback.t
        clock.now += 5
        playback.tick()
        assert playback.t == held  # the hand holds it
        assert playback.is_playing
        QTest.mouseRelease(
            timeline.slider, Qt.MouseButton.LeftButton, pos=self.place(timeline, 300)
        )
        clock.now += 0.8
        playback.tick()
        assert playback.t == held + 100

    def test_a_click_in_the_groove_jumps_and_plays_on(self, timeline, playback, clock) -> None:
        playback.play()
        QTest.mouseClick(timeline.slider, Qt.MouseButton.LeftButton, pos=self.place(timeline, 700))
        assert abs(playback.t - 700) <= 1
        there = playback.t
        clock.now += 0.08
        playback.tick()
        assert (playback.t, playback.is_playing) == (there + 10, True)

    def test_a_window_that_is_hidden_lets_the_slider_go(self, timeline, playback, clock) -> None:
        playback.play()
        QTest.mousePress(timeline.slider, Qt.MouseButton.LeftButton, pos=self.place(timeline, 400))
        held = playback.t
        timeline.window().hide()
        clock.now += 0.08
        playback.tick()
        assert playback.t == held + 10

    def test_it_follows_t_and_answers_with_no_echo(self, timeline, playback) -> None:
        moves: list[int] = []
        playback.moved.connect(moves.append)
        for t in (9, 10, 437, T, 0):
            playback.seek(t)
            assert timeline.slider.value() == t
            assert timeline.readout.text() == f"t = {t} / {T}"
        assert moves == [9, 10, 437, T, 0]

    def test_another_chain_length(self, timeline: Timeline, playback: Playback) -> None:
        playback.seek(500)
        moves: list[int] = []
        playback.moved.connect(moves.append)
        playback.set_last_t(50)
        slider = timeline.slider
        assert (slider.maximum(), slider.value(), slider.pageStep()) == (50, 25, 5)
        assert timeline.readout.text() == "t = 25 / 50"
        assert moves == [25]

    def test_margins_and_the_mark_of_what_is_missing_reach_it(self, timeline: Timeline) -> None:
        timeline.set_groove_margins(60, 40)
        assert (timeline.slider.x_of(0), timeline.slider.x_of(T)) == (
            60,
            timeline.slider.width() - 40,
        )
        unmarked = picture(timeline.slider)
        timeline.set_reverse_recorded(np.arange(T + 1) > 700)
        assert picture(timeline.slider) != unmarked
        timeline.set_reverse_recorded(None)
        assert picture(timeline.slider) == unmarked


class TestNothingMoves:
    def test_when_t_changes(self, timeline: Timeline, playback: Playback) -> None:
        playback.seek(9)
        before, requests = places(timeline), LayoutRequests(timeline.window())
        for t in (10, 99, 100, 999, 1000, 0):
            playback.seek(t)
            assert places(timeline) == before
        assert requests.count == 0

    def test_when_the_state_changes(self, timeline: Timeline, playback: Playback) -> None:
        before = places(timeline)
        for name in ("play", "play", "direction", "loop", "direction", "loop", "loop"):
            click(timeline.buttons[name])
            assert places(timeline) == before
        for speed in SPEEDS:
            playback.set_speed(speed)
            assert places(timeline) == before

    def test_when_the_language_changes(
        self, timeline: Timeline, playback: Playback, speak: Callable[[str], None]
    ) -> None:
        english = places(timeline)
        speak("ko")
        korean = places(timeline)
        # The direction is written: its button alone may be as wide as its word.
        fixed = english.keys() - {"direction"}
        assert {name: korean[name] for name in fixed} == {name: english[name] for name in fixed}
        playback.set_direction(Direction.DENOISING)
        assert places(timeline) == korean
        speak("en")
        assert places(timeline) == english

    def test_in_a_larger_font_either(self, timeline: Timeline, playback: Playback) -> None:
        font = timeline.font()
        font.setPointSizeF(1.5 * font.pointSizeF())
        for part in (timeline, timeline.buttons["direction"]):
            part.setFont(font)
        before = places(timeline)
        playback.set_direction(Direction.DENOISING)
        assert places(timeline) == before

    def test_it_has_room_in_the_smallest_window(self, timeline, speak) -> None:
        for language in ("ko", "en"):
            speak(language)
            rectangles = places(timeline)
            for name in (*timeline.buttons, "speed", "readout"):
                assert timeline.rect().contains(rectangles[name])
            row = [*timeline.buttons.values(), timeline.speed, timeline.readout]
            for widget in row:
                wanted = min(widget.sizeHint().width(), widget.maximumWidth())
                assert widget.width() >= wanted
            order = sorted(row, key=lambda widget: widget.x())
            for one, two in pairwise(order):
                assert one.geometry().right() < two.x()


class TestLook:
    def test_every_text_is_translated(self, timeline: Timeline, untranslated) -> None:
        assert untranslated(timeline) == set()

    @pytest.mark.parametrize("act", ["toggle", "to_end"])
    def test_texts_of_the_state_are_translated_too(self, timeline, act, playback, speak) -> None:
        getattr(playback, act)()
        playback.set_loop(LoopMode.PING_PONG)
        playback.set_direction(Direction.DENOISING)
        names = ("play", "loop", "direction")
        english = [timeline.buttons[name].toolTip() for name in names]
        speak("ko")
        korean = [timeline.buttons[name].toolTip() for name in names]
        assert all(one != two for one, two in zip(english, korean, strict=True))
        assert timeline.buttons["direction"].text() not in ("To data", "To noise")

    def test_it_follows_the_theme(self, timeline: Timeline) -> None:
        shown = {}
        for theme in (DARK, LIGHT):
            timeline.set_theme(theme)
            shown[theme.name] = [picture(timeline.slider), picture(timeline.readout)]
            shown[theme.name] += [drawn_icon(timeline.buttons[name]) for name in MOVES]
            assert has_colour(drawn_icon(timeline.buttons["to-end"]), QColor(theme.text))
            assert has_colour(picture(timeline.buttons["play"]), QColor(theme.accent))
        assert shown.keys() == THEMES.keys()
        assert all(one != two for one, two in zip(*shown.values(), strict=True))

    def test_the_theme_changes_while_it_plays(self, timeline: Timeline, playback) -> None:
        playback.play()
        dark = drawn_icon(timeline.buttons["play"])
        timeline.set_theme(LIGHT)
        timeline.set_theme(DARK)
        assert drawn_icon(timeline.buttons["play"]) == dark
