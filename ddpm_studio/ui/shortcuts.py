"""What the transport can do, in one table, and its keys on a window.

The keys work wherever the focus is, except that
- a text or number field keeps all of them: one is typing there;
- a widget that the *Tab key* reached keeps those it uses itself (Space on a button, arrows on a
  list): who walks through the window by keyboard needs them. After a click they are ours, so
  Space plays and does not press again the button that was clicked last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    Qt,
)
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from ddpm_studio.session.playback import Playback
from ddpm_studio.ui.noise_slider import NoiseSlider

translate = QCoreApplication.translate  # lupdate looks for calls of this name


@dataclass(frozen=True)
class TransportCommand:
    """One thing that a button or a key does to the playback.

    title:   what it does, in the language of the moment
    keys:    the first is the one that tooltips name
    repeats: whether holding the key does it again and again
    """

    identifier: str
    title: Callable[[], str]
    keys: tuple[str, ...]
    act: Callable[[Playback], None]
    repeats: bool = False

    def key_text(self) -> str:
        """The key as this system writes it."""
        return QKeySequence(self.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)

    def tooltip(self, title: str | None = None) -> str:
        """The title, or another that says more, and the key."""
        return f"{title or self.title()} ({self.key_text()})"


COMMANDS = {
    command.identifier: command
    for command in (
        TransportCommand(
            "play",
            lambda: translate("Transport", "Play or pause"),
            ("Space",),
            Playback.toggle,
        ),
        TransportCommand(
            "step-back",
            lambda: translate("Transport", "One step towards the data"),
            ("Left",),
            lambda playback: playback.step(-1),
            repeats=True,
        ),
        TransportCommand(
            "step-forward",
            lambda: translate("Transport", "One step towards the noise"),
            ("Right",),
            lambda playback: playback.step(1),
            repeats=True,
        ),
        TransportCommand(
            "long-step-back",
            lambda: translate("Transport", "A long step towards the data"),
            ("Shift+Left", "PgDown"),
            lambda playback: playback.step(-playback.long_step),
            repeats=True,
        ),
        TransportCommand(
            "long-step-forward",
            lambda: translate("Transport", "A long step towards the noise"),
            ("Shift+Right", "PgUp"),
            lambda playback: playback.step(playback.long_step),
            repeats=True,
        ),
        TransportCommand(
            "to-start",
            lambda: translate("Transport", "To the data, t = 0"),
            ("Home",),
            Playback.to_start,
        ),
        TransportCommand(
            "to-end",
            lambda: translate("Transport", "To the noise, t = T"),
            ("End",),
            Playback.to_end,
        ),
        TransportCommand(
            "slower",
            lambda: translate("Transport", "Slower"),
            ("[", "-"),
            lambda playback: playback.change_speed(-1),
        ),
        TransportCommand(
            "faster",
            lambda: translate("Transport", "Faster"),
            ("]", "+", "="),
            lambda playback: playback.change_speed(1),
        ),
        TransportCommand(
            "loop",
            lambda: translate("Transport", "What happens at the end: stop, start again or turn"),
            ("L",),
            lambda playback: playback.set_loop(playback.loop.following),
        ),
        TransportCommand(
            "direction",
            lambda: translate("Transport", "Turn the direction of playing"),
            ("D",),
            lambda playback: playback.set_direction(playback.direction.opposite),
        ),
    )
}

_KEYS = frozenset(
    key.removeprefix("Shift+") for command in COMMANDS.values() for key in command.keys
)
_MODIFIERS_OF_OTHERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class TransportShortcuts(QObject):
    """The actions of COMMANDS on one window, by identifier in ``actions``, for menus as well."""

    def __init__(self, window: QWidget, playback: Playback) -> None:
        super().__init__(window)
        self._window = window
        self._tab_was_pressed = False
        self._reached_by_tab: QWidget | None = None
        self.actions = {
            command.identifier: self._action(command, playback) for command in COMMANDS.values()
        }
        window.addActions(list(self.actions.values()))
        window.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text in the language of the moment."""
        for identifier, action in self.actions.items():
            command = COMMANDS[identifier]
            action.setText(command.title())
            action.setToolTip(command.tooltip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Of the window and of the widget with the focus only. Accepting a ShortcutOverride makes
        # Qt deliver the key to the widget instead of triggering an action.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self._tab_was_pressed = event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        elif event.type() == QEvent.Type.MouseButtonPress:
            self._reached_by_tab = None
        elif (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and isinstance(watched, QWidget)
            and self._belongs_to(watched, event)
        ):
            event.accept()
            return True
        elif event.type() == QEvent.Type.LanguageChange and watched is self._window:
            self.retranslate()
        return False

    def _action(self, command: TransportCommand, playback: Playback) -> QAction:
        action = QAction(self)
        action.setObjectName(command.identifier)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setAutoRepeat(command.repeats)
        action.triggered.connect(lambda: command.act(playback))
        return action

    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        by_tab, self._tab_was_pressed = self._tab_was_pressed, False
        if old is not None and old is not self._window:
            old.removeEventFilter(self)
        if now is None or now.window() is not self._window:
            return  # from a list that folds out, or another window, it comes back
        now.installEventFilter(self)
        if by_tab or now is not self._reached_by_tab:
            self._reached_by_tab = now if by_tab else None

    def _belongs_to(self, widget: QWidget, event: QKeyEvent) -> bool:
        key = QKeySequence(event.key()).toString()
        if key not in _KEYS or event.modifiers() & _MODIFIERS_OF_OTHERS:
            return False
        if _is_typed_into(widget):
            return True
        return widget is self._reached_by_tab and _uses(widget, key)


def install_shortcuts(window: QWidget, playback: Playback) -> TransportShortcuts:
    """Make the keys of COMMANDS work everywhere in ``window``, which owns the result."""
    return TransportShortcuts(window, playback)


def _is_typed_into(widget: QWidget) -> bool:
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QAbstractSpinBox)


def _uses(widget: QWidget, key: str) -> bool:
    """Whether the keyboard alone could not work this widget without that key."""
    if isinstance(widget, QAbstractButton):
        is_one_of_several = widget.group() is not None or widget.autoExclusive()
        return key == "Space" or (is_one_of_several and key in ("Left", "Right"))
    if isinstance(widget, NoiseSlider):
        return False
    return isinstance(widget, QComboBox | QAbstractSlider | QAbstractScrollArea | QTabBar)
