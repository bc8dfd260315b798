"""The bar under the film strip: the slider of t, the buttons that move it, and t itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QHideEvent, QIcon
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ddpm_studio.session.playback import SPEEDS, Direction, LoopMode, Playback
from ddpm_studio.ui.icons import ICON_SIZE, icon
from ddpm_studio.ui.noise_slider import NoiseSlider
from ddpm_studio.ui.shortcuts import COMMANDS
from ddpm_studio.ui.theme import SPACING, Chain, Theme
from ddpm_studio.ui.time_readout import TimeReadout

SPEED_NAMES = ("⅛×", "¼×", "½×", "1×", "2×", "4×")
LOOP_ICONS = {
    LoopMode.ONCE: "loop-once",
    LoopMode.LOOP: "loop",
    LoopMode.PING_PONG: "loop-ping-pong",
}
MOVES = ("to-start", "step-back", "play", "step-forward", "to-end")
MODES = ("direction", "loop")
BUTTON_SIZE = 32
PLAY_SIZE = 40
PLAY_ICON_SIZE = 24


class Timeline(QWidget):
    """A view of ``playback``: shows its t and state, and passes on to it what a person wants."""

    def __init__(self, playback: Playback, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._theme = theme
        self.slider = NoiseSlider(theme)
        self.readout = TimeReadout(theme)
        self.buttons = {name: self._make_button(name) for name in (*MOVES, *MODES)}
        self.buttons["play"].setIconSize(QSize(PLAY_ICON_SIZE, PLAY_ICON_SIZE))
        self.speed = QComboBox()
        for name, speed in zip(SPEED_NAMES, SPEEDS, strict=True):
            self.speed.addItem(name, speed)
        # Choosing a speed by mouse takes no focus, as the buttons take none.
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self._connect()
        self._show_length()
        self.set_theme(theme)
        self.retranslate()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.slider.set_theme(theme)
        self.readout.set_theme(theme)
        self.buttons["play"].setStyleSheet(_play_style(theme))
        self._icons = _load_icons(theme)
        for name in MOVES:
            self.buttons[name].setIcon(self._icons[name])
        self._show_state()

    def set_groove_margins(self, left: float, right: float) -> None:
        """Distance of t = 0 from the left edge and of t = T from the right one, in pixels."""
        self.slider.set_groove_margins(left, right)

    def set_reverse_recorded(self, mask: NDArray[np.bool_] | None) -> None:
        """Mark where the reverse chain is not sampled yet; ``mask`` of shape (reverse T + 1,)."""
        self.slider.set_reverse_recorded(mask)

    def retranslate(self) -> None:
        """Set every text in the language of the moment."""
        for name in MOVES:
            self._describe(self.buttons[name], COMMANDS[name].tooltip(), COMMANDS[name].title())
        long_steps = (COMMANDS[name].tooltip() for name in ("long-step-back", "long-step-forward"))
        self._describe(self.slider, "\n".join(long_steps), self.tr("Time step t"))
        self._describe(
            self.speed,
            self.tr("Speed ({0} slower, {1} faster); at 1× the whole chain takes 8 seconds").format(
                COMMANDS["slower"].key_text(), COMMANDS["faster"].key_text()
            ),
            self.tr("Speed"),
        )
        self._reserve_direction_width()
        self._show_state()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._reserve_direction_width()
        super().changeEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        # Nobody will see the button being released any more.
        self.slider.setSliderDown(False)
        super().hideEvent(event)

    def _make_button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        button.setMinimumSize(BUTTON_SIZE, BUTTON_SIZE)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAutoRepeat(COMMANDS[name].repeats)
        button.clicked.connect(lambda: COMMANDS[name].act(self._playback))
        return button

    def _lay_out(self) -> None:
        moves, modes = QHBoxLayout(), QHBoxLayout()
        for name in MOVES:
            moves.addWidget(self.buttons[name])
        for widget in (self.buttons["direction"], self.buttons["loop"], self.speed):
            modes.addWidget(widget)
        for group in (moves, modes):
            group.setSpacing(SPACING // 2)
        self.buttons["direction"].setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row = QGridLayout()
        row.setContentsMargins(0, 0, 0, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        row.addWidget(self.readout, 0, 0, middle | Qt.AlignmentFlag.AlignLeft)
        row.addLayout(moves, 0, 1, middle)
        row.addLayout(modes, 0, 2, middle | Qt.AlignmentFlag.AlignRight)
        row.setColumnStretch(0, 1)
        row.setColumnStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self.slider)
        layout.addLayout(row)

    def _connect(self) -> None:
        playback, slider = self._playback, self.slider
        # Both ends ignore what they know already: an echo ends at once.
        slider.valueChanged.connect(playback.seek)
        slider.sliderPressed.connect(playback.begin_scrub)
        slider.sliderReleased.connect(playback.end_scrub)
        self.speed.activated.connect(lambda row: playback.set_speed(SPEEDS[row]))
        playback.moved.connect(self._show_t)
        playback.range_changed.connect(self._show_length)
        playback.state_changed.connect(self._show_state)

    def _show_t(self, t: int) -> None:
        self.slider.setValue(t)
        self.readout.show_t(t)

    def _show_length(self) -> None:
        T, t = self._playback.last_t, self._playback.t
        self.slider.set_length(T, t)
        self.slider.setPageStep(self._playback.long_step)
        self.readout.set_length(T)
        self.readout.show_t(t)

    def _show_state(self) -> None:
        playback = self._playback
        play = "pause" if playback.is_playing else "play"
        self.buttons["play"].setIcon(self._icons[play])
        self.buttons["loop"].setIcon(self._icons[LOOP_ICONS[playback.loop]])
        self.buttons["direction"].setIcon(self._icons[f"direction-{playback.direction}"])
        self.buttons["direction"].setText(self._direction_texts()[playback.direction])
        self.speed.setCurrentIndex(SPEEDS.index(playback.speed))
        for name, text in self._state_texts().items():
            self._describe(self.buttons[name], COMMANDS[name].tooltip(text), text)

    def _direction_texts(self) -> dict[Direction, str]:
        return {
            Direction.NOISING: self.tr("To noise"),
            Direction.DENOISING: self.tr("To data"),
        }

    def _state_texts(self) -> dict[str, str]:
        playback = self._playback
        loops = {
            LoopMode.ONCE: self.tr("At the end: stop"),
            LoopMode.LOOP: self.tr("At the end: start again"),
            LoopMode.PING_PONG: self.tr("At the end: turn round"),
        }
        directions = {
            Direction.NOISING: self.tr("Plays from data to noise: t rises"),
            Direction.DENOISING: self.tr("Plays from noise to data: t falls"),
        }
        return {
            "play": self.tr("Pause") if playback.is_playing else self.tr("Play"),
            "loop": loops[playback.loop],
            "direction": directions[playback.direction],
        }

    def _describe(self, widget: QWidget, tooltip: str, name: str) -> None:
        widget.setToolTip(tooltip)
        widget.setAccessibleName(name)

    def _reserve_direction_width(self) -> None:
        """Wide enough for both texts: turning moves no button."""
        button = self.buttons["direction"]
        button.setMinimumWidth(0)
        widths = []
        for text in self._direction_texts().values():
            button.setText(text)
            widths.append(button.sizeHint().width())
        button.setMinimumWidth(max(widths))


def _load_icons(theme: Theme) -> dict[str, QIcon]:
    icons = {name: icon(name, theme) for name in (*MOVES, *LOOP_ICONS.values())}
    for name in ("play", "pause"):
        colour = theme.window if theme.is_dark else theme.card
        icons[name] = icon(name, theme, colour, PLAY_ICON_SIZE)
    for direction, chain in (
        (Direction.NOISING, Chain.FORWARD),
        (Direction.DENOISING, Chain.REVERSE),
    ):
        name = f"direction-{direction}"
        icons[name] = icon(name, theme, theme.chain(chain).name())
    return icons


def _play_style(theme: Theme) -> str:
    """The one round button, in the accent colour. Only a style sheet's own sizes count beside it."""
    content = PLAY_SIZE - 4
    hover = QColor(theme.accent).lighter(115).name()
    return f"""
    QToolButton {{ background: {theme.accent}; border: 2px solid {theme.accent};
        border-radius: {PLAY_SIZE // 2}px; padding: 0; min-width: {content}px;
        max-width: {content}px; min-height: {content}px; max-height: {content}px; }}
    QToolButton:hover, QToolButton:pressed {{ background: {hover}; border-color: {hover}; }}
    QToolButton:focus {{ border-color: {theme.text}; }}
    """
