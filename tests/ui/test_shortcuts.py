"""The keys of the transport: everywhere in the window, but not where somebody types or tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QTabBar,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.session.playback import Direction, LoopMode, Playback
from ddpm_studio.ui.message_bar import MessageBar
from ddpm_studio.ui.noise_slider import NoiseSlider
from ddpm_studio.ui.shortcuts import COMMANDS, TransportShortcuts, install_shortcuts
from ddpm_studio.ui.theme import DARK, Chain
from ddpm_studio.ui.timeline import Timeline
from ddpm_studio.ui.top_bar import TopBar
from ddpm_studio.ui.views.chain_view import ChainView
from ddpm_studio.ui.views.film_strip import FilmStrip

Key = Qt.Key
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
State = tuple[int, bool, float, LoopMode, Direction]

# What each key makes of t = 500 of 1000, at rest, at normal speed, once, towards the noise.
REST: State = (500, False, 1.0, LoopMode.ONCE, Direction.NOISING)
EFFECTS: dict[str, tuple[Key, Qt.KeyboardModifier, State]] = {
    "Space": (Key.Key_Space, NONE, (500, True, *REST[2:])),
    "Left": (Key.Key_Left, NONE, (499, *REST[1:])),
    "Right": (Key.Key_Right, NONE, (501, *REST[1:])),
    "Shift+Left": (Key.Key_Left, SHIFT, (480, *REST[1:])),
    "Shift+Right": (Key.Key_Right, SHIFT, (520, *REST[1:])),
    "PgDown": (Key.Key_PageDown, NONE, (480, *REST[1:])),
    "PgUp": (Key.Key_PageUp, NONE, (520, *REST[1:])),
    "Home": (Key.Key_Home, NONE, (0, *REST[1:])),
    "End": (Key.Key_End, NONE, (1000, *REST[1:])),
    "[": (Key.Key_BracketLeft, NONE, (500, False, 0.5, *REST[3:])),
    "-": (Key.Key_Minus, NONE, (500, False, 0.5, *REST[3:])),
    "]": (Key.Key_BracketRight, NONE, (500, False, 2.0, *REST[3:])),
    "+": (Key.Key_Plus, NONE, (500, False, 2.0, *REST[3:])),
    "=": (Key.Key_Equal, NONE, (500, False, 2.0, *REST[3:])),
    "L": (Key.Key_L, NONE, (500, False, 1.0, LoopMode.LOOP, Direction.NOISING)),
    "D": (Key.Key_D, NONE, (500, False, 1.0, LoopMode.ONCE, Direction.DENOISING)),
}


class Window(QWidget):
    """The parts of the main window that take the focus, and other widgets that might."""

    def __init__(self, playback: Playback) -> None:
        super().__init__()
        self.playback = playback
        self.timeline = Timeline(playback, DARK)
        self.top_bar = TopBar(DARK)
        self.message = MessageBar(DARK)
        self.message.show_problem("Something happened.")
        self.combo = QComboBox()
        self.combo.addItems([f"choice {i}" for i in range(30)])
        self.push = QPushButton("push")
        self.tool = QToolButton()
        self.check = QCheckBox("check")
        self.radio = QRadioButton("radio")
        self.list = QListWidget()
        self.list.addItems(["light", "dark", "long"])
        self.scroll = QScrollArea()
        self.bar = QSlider(Qt.Orientation.Horizontal)
        self.tabs = QTabBar()
        self.tabs.addTab("one")
        self.tabs.addTab("two")
        self.quiet = QLineEdit("to be read")
        self.quiet.setReadOnly(True)
        self.view = ChainView(Chain.FORWARD, DARK)
        self.strip = FilmStrip(DARK)
        self.texts = (QLineEdit(), QTextEdit(), QPlainTextEdit())
        self.editable = QComboBox()
        self.editable.setEditable(True)
        self.numbers = (QSpinBox(), QDoubleSpinBox())
        layout = QVBoxLayout(self)
        for part in (*self.others(), *self.fields(), self.quiet):
            if part.parent() is None:
                layout.addWidget(part)
        for part in (self.top_bar, self.timeline, self.message):
            layout.addWidget(part)
        self.shortcuts = install_shortcuts(self, playback)

    def others(self) -> tuple[QWidget, ...]:
        """Where nobody types."""
        bar, timeline = self.top_bar, self.timeline
        own = (bar.model, bar.count, bar.language, bar.export, timeline.slider, timeline.speed)
        plain = (self.combo, self.push, self.tool, self.check, self.radio, self.list)
        rest = (self.scroll, self.bar, self.tabs, self.view, self.strip, self.message)
        return (*own, *timeline.buttons.values(), *plain, *rest)

    def fields(self) -> tuple[QWidget, ...]:
        """Where somebody types."""
        return (*self.texts, self.editable, *self.numbers)

    def state(self) -> State:
        playback = self.playback
        return (
            playback.t,
            playback.is_playing,
            playback.speed,
            playback.loop,
            playback.direction,
        )

    def rest(self) -> None:
        playback = self.playback
        playback.pause()
        playback.set_speed(1.0)
        playback.set_loop(LoopMode.ONCE)
        playback.set_direction(Direction.NOISING)
        playback.seek(500)

    def focus(self, widget: QWidget | None) -> None:
        """Give the focus as a program does, or to nothing in particular."""
        if widget is not None:
            widget.setFocus()
        elif QApplication.focusWidget() is not None:
            QApplication.focusWidget().clearFocus()

    def tab_to(self, widget: QWidget) -> None:
        """Give the focus as a keyboard does."""
        self.focus(widget)
        self.type(Key.Key_Tab)
        self.type(Key.Key_Backtab)
        assert QApplication.focusWidget() is widget

    def type(self, key: Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key as the system does: the window finds out whom it concerns."""
        QTest.keyClick(self.windowHandle(), key, modifiers)


@pytest.fixture
def window(qtbot) -> Iterator[Window]:
    # A clock that stands still: playing alone moves nothing.
    window = Window(Playback(1000, clock=lambda: 50.0))
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.rest()
    yield window
    window.playback.pause()


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


class TestTable:
    def test_every_key_is_tested_here_and_belongs_to_one_act(self) -> None:
        keys = [key for command in COMMANDS.values() for key in command.keys]
        assert sorted(keys) == sorted(EFFECTS)

    def test_tooltips_name_the_first_key(self) -> None:
        for command in COMMANDS.values():
            key = QKeySequence(command.keys[0])
            assert command.key_text() == key.toString(QKeySequence.SequenceFormat.NativeText)
            assert command.tooltip() == f"{command.title()} ({command.key_text()})"
            assert command.tooltip("Other") == f"Other ({command.key_text()})"

    def test_menus_get_an_action_for_each(self, window: Window) -> None:
        actions = window.shortcuts.actions
        assert actions.keys() == COMMANDS.keys()
        assert set(actions.values()) <= set(window.actions())
        for name, action in actions.items():
            assert action.text() == COMMANDS[name].title()
            assert action.autoRepeat() == COMMANDS[name].repeats
            window.rest()
            action.trigger()
            assert window.state() == EFFECTS[COMMANDS[name].keys[0]][2]

    def test_actions_follow_the_language(self, window: Window, speak) -> None:
        def written() -> list[str]:
            actions = window.shortcuts.actions.values()
            return [text for action in actions for text in (action.text(), action.toolTip())]

        english = written()
        speak("ko")
        assert not set(written()) & set(english)
        speak("en")
        assert written() == english


class TestEverywhere:
    @pytest.mark.parametrize("name", EFFECTS)
    def test_the_key_works_wherever_the_focus_is(self, window: Window, name: str) -> None:
        key, modifiers, expected = EFFECTS[name]
        for widget in (None, *window.others()):
            window.rest()
            window.focus(widget)
            window.type(key, modifiers)
            assert window.state() == expected, widget

    def test_a_clicked_button_does_not_swallow_space(self, window: Window) -> None:
        presses: list[str] = []
        for button in (window.push, window.tool, window.check, window.top_bar.export):
            button.clicked.connect(lambda: presses.append("again"))
            click(button)
            presses.clear()
            window.rest()
            window.type(Key.Key_Space)
            assert window.state() == EFFECTS["Space"][2]
            assert presses == []

    def test_nor_does_a_button_of_the_timeline(self, window: Window) -> None:
        for name, button in window.timeline.buttons.items():
            click(button)
            window.rest()
            window.type(Key.Key_Space)
            assert window.state() == EFFECTS["Space"][2], name

    def test_a_list_that_was_clicked_folds_out_no_more(self, window: Window) -> None:
        for combo in (window.combo, window.top_bar.language, window.timeline.speed):
            click(combo)
            QApplication.processEvents()
            assert combo.view().isVisible()
            QTest.keyClick(combo.view(), Key.Key_Escape)
            window.rest()
            row = combo.currentIndex()
            for name in ("Space", "Right", "End"):
                window.rest()
                key, modifiers, expected = EFFECTS[name]
                window.type(key, modifiers)
                assert window.state() == expected
            assert not combo.view().isVisible()
            assert combo.currentIndex() == row

    def test_space_twice_pauses(self, window: Window) -> None:
        window.type(Key.Key_Space)
        window.type(Key.Key_Space)
        assert window.state() == REST

    def test_keys_of_others_stay_theirs(self, window: Window) -> None:
        seen: list[str] = []
        QShortcut(QKeySequence("Ctrl+L"), window).activated.connect(lambda: seen.append("L"))
        for widget in (None, window.push, *window.texts):
            window.focus(widget)
            window.type(Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert seen == ["L"] * 5
        assert window.state() == REST


class TestTyping:
    @pytest.mark.parametrize("name", EFFECTS)
    def test_a_field_keeps_the_key(self, window: Window, name: str) -> None:
        key, modifiers, _ = EFFECTS[name]
        for field in window.fields():
            window.focus(field)
            window.type(key, modifiers)
            assert window.state() == REST, field

    def test_what_is_typed_arrives(self, window: Window) -> None:
        for field in window.texts:
            window.focus(field)
            for key in (
                Key.Key_L,
                Key.Key_Space,
                Key.Key_D,
                Key.Key_Minus,
                Key.Key_Home,
                Key.Key_X,
            ):
                window.type(key)
            text = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
            assert text.lower() == "xl d-"

    def test_text_that_is_only_read_keeps_the_arrows_alone(self, window: Window) -> None:
        window.focus(window.quiet)
        window.type(Key.Key_Home)
        assert (window.quiet.cursorPosition(), window.state()) == (0, REST)
        window.type(Key.Key_Space)
        assert (window.quiet.text(), window.playback.is_playing) == ("to be read", True)

    def test_keys_work_again_afterwards(self, window: Window) -> None:
        window.focus(window.texts[0])
        window.type(Key.Key_Space)
        click(window.push)
        window.type(Key.Key_Right)
        assert window.playback.t == 501

    def test_the_seed_can_be_typed(self, window: Window) -> None:
        seed = window.top_bar.seed
        window.focus(seed)
        seed.selectAll()
        for key in (Key.Key_4, Key.Key_2, Key.Key_Left, Key.Key_1, Key.Key_Return):
            window.type(key)
        assert (seed.value(), window.state()) == (412, REST)


class TestTabbing:
    def test_space_presses_the_button_that_tab_has_reached(self, window: Window) -> None:
        for button in (window.push, window.tool, window.check, window.timeline.buttons["loop"]):
            presses: list[bool] = []
            button.clicked.connect(lambda *_, presses=presses: presses.append(True))
            window.tab_to(button)
            window.type(Key.Key_Space)
            assert presses == [True]
            assert not window.playback.is_playing

    def test_a_button_leaves_the_other_keys(self, window: Window) -> None:
        for name in ("Left", "Home", "PgUp", "]", "L", "D"):
            window.rest()
            window.tab_to(window.push)
            key, modifiers, expected = EFFECTS[name]
            window.type(key, modifiers)
            assert window.state() == expected

    def test_one_of_several_is_chosen_with_arrows(self, window: Window) -> None:
        window.tab_to(window.radio)
        window.type(Key.Key_Right)
        assert window.state() == REST
        window.type(Key.Key_End)
        assert window.playback.t == 1000

    def test_a_list_is_worked_by_its_own_keys(self, window: Window) -> None:
        for widget, value in (
            (window.combo, window.combo.currentIndex),
            (window.list, window.list.currentRow),
            (window.bar, window.bar.value),
        ):
            window.tab_to(widget)
            window.type(Key.Key_End)
            last = value()
            window.type(Key.Key_Home)
            assert value() == 0 < last
            assert window.state() == REST

    def test_the_slider_of_t_leaves_them_all(self, window: Window) -> None:
        for key, modifiers, expected in EFFECTS.values():
            window.rest()
            window.tab_to(window.timeline.slider)
            window.type(key, modifiers)
            assert window.state() == expected

    def test_after_its_choices_were_folded_out_a_list_still_has_its_keys(self, window) -> None:
        window.tab_to(window.combo)
        window.type(Key.Key_Space)
        QApplication.processEvents()
        assert window.combo.view().isVisible()
        QTest.keyClick(window.combo.view(), Key.Key_Down)
        QTest.keyClick(window.combo.view(), Key.Key_Return)
        assert window.combo.currentIndex() == 1
        window.type(Key.Key_End)
        assert (window.combo.currentIndex(), window.state()) == (29, REST)

    def test_after_a_visit_to_another_window_too(self, qtbot, window: Window) -> None:
        other = QLineEdit()
        qtbot.addWidget(other)
        window.tab_to(window.push)
        presses: list[bool] = []
        window.push.clicked.connect(lambda: presses.append(True))
        other.show()
        other.activateWindow()
        other.setFocus()
        qtbot.waitUntil(other.hasFocus)
        QTest.keyClick(other.windowHandle(), Key.Key_Space)
        assert (other.text(), window.state()) == (" ", REST)
        window.activateWindow()
        qtbot.waitUntil(window.push.hasFocus)
        window.type(Key.Key_Space)
        assert (presses, window.state()) == ([True], REST)

    def test_a_click_on_it_gives_the_keys_back(self, window: Window) -> None:
        window.tab_to(window.push)
        click(window.push)
        window.type(Key.Key_Space)
        assert window.playback.is_playing

    def test_a_click_elsewhere_gives_them_back(self, window: Window) -> None:
        window.tab_to(window.push)
        click(window.combo)
        QApplication.processEvents()
        QTest.keyClick(window.combo.view(), Key.Key_Escape)
        click(window.check)
        window.type(Key.Key_Space)
        assert window.playback.is_playing


def test_another_window_has_keys_of_its_own(qtbot, window: Window) -> None:
    other = QPushButton("other")
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    QTest.keyClick(other.windowHandle(), Key.Key_Right)
    assert window.state() == REST


def test_a_window_that_is_gone_hears_of_no_focus(qtbot) -> None:
    gone = QWidget()
    shortcuts = install_shortcuts(gone, Playback(10))
    destroyed: list[bool] = []
    shortcuts.destroyed.connect(lambda: destroyed.append(True))
    gone.deleteLater()
    qtbot.waitUntil(lambda: bool(destroyed))
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    field.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)  # an exception in a slot would fail this test


def test_the_focus_of_many_widgets_leaves_no_filter_behind(window: Window) -> None:
    """A widget that lost the focus asks nobody about its keys any more."""
    asked: list[QWidget] = []
    original = TransportShortcuts.eventFilter

    def spy(self: TransportShortcuts, watched: QWidget, event: object) -> bool:
        asked.append(watched)
        return original(self, watched, event)

    window.focus(window.push)
    window.focus(window.check)
    window.shortcuts.eventFilter = spy.__get__(window.shortcuts)
    QTest.keyClick(window.push, Key.Key_F5)
    assert window.push not in asked
    QTest.keyClick(window.check, Key.Key_F5)
    assert window.check in asked


def test_a_slider_of_noise_is_no_list(window: Window) -> None:
    assert isinstance(window.timeline.slider, NoiseSlider)
    speak_of: Callable[[], int] = window.timeline.slider.value
    window.tab_to(window.timeline.slider)
    window.type(Key.Key_Up)
    assert speak_of() == window.playback.t == 501
