"""A chain with its title and, while it is being sampled, its progress."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.ui.elided_button import ElidedButton
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.plain_words import plain
from ddpm_studio.ui.theme import SPACING, Chain, Theme
from ddpm_studio.ui.views.chain_view import ChainView


class ChainCard(QFrame):
    """The title in the chain's colour, a row about it with its progress, and the view.

    The reverse chain's words are a button: how it is sampled can be changed. The row keeps its
    height when there is nothing to report, so that nothing moves.
    """

    stop_requested = Signal()
    restart_requested = Signal()
    sampling_clicked = Signal()

    def __init__(self, chain: Chain, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chain = chain
        self.setProperty("card", True)
        self.view = ChainView(chain, theme)
        self._title = QLabel()
        self._time = QLabel()
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._note = ElidedLabel()
        self._note.setProperty("muted", True)
        self.sampling_button = ElidedButton()
        self.sampling_button.clicked.connect(self.sampling_clicked)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setMaximumWidth(88)
        self.button = QToolButton()
        self.button.clicked.connect(self._on_button)
        self._is_running = self._has_begun = False
        self._lay_out()
        self.set_theme(theme)
        self.retranslate()
        self.show_idle(can_restart=False)

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.addWidget(self._title, 1)
        heading.addWidget(self._time)
        status = QHBoxLayout()
        status.setSpacing(SPACING)
        if self.chain is Chain.FORWARD:
            status.addWidget(self._note, 1)
        else:
            status.addWidget(self.sampling_button)
            status.addStretch(1)
        status.addWidget(self._progress)
        status.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(heading)
        layout.addLayout(status)
        layout.addWidget(self.view, 1)
        status.addStrut(self.button.sizeHint().height())

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self.view.set_theme(theme)
        colour = theme.chain(self.chain).name()
        # For labels alone: without that the tooltip would take it over.
        self._title.setStyleSheet(f"QLabel {{ color: {colour}; font-weight: 600; }}")
        self.sampling_button.setIcon(icon("sliders", theme))

    def show_time(self, text: str) -> None:
        """The t shown, set so that a longer number never moves the title."""
        self._time.setText(text)

    def reserve_time_width(self, longest_text: str) -> None:
        """Keep room for the longest label of t."""
        self._time.setMinimumWidth(QFontMetrics(self._time.font()).horizontalAdvance(longest_text))

    def show_note(self, text: str) -> None:
        """A few words under the title."""
        if self.chain is Chain.FORWARD:
            self._note.show_text(text)
        else:
            self.sampling_button.show_text(text)
            self._explain_sampling()

    def show_running(self, done: int, total: int, time_left: str) -> None:
        """Progress in steps, and the time left in words."""
        self._is_running = True
        self._progress.setRange(0, total)
        # setValue paints at once, and all that waits to be painted with it, unless updates are off.
        self._progress.setUpdatesEnabled(False)
        self._progress.setValue(done)
        self._progress.setUpdatesEnabled(True)
        self._progress.setToolTip(time_left)
        self._progress.show()
        self._describe_button()
        self.button.show()

    def show_idle(self, *, can_restart: bool, has_begun: bool = False) -> None:
        """Nothing is being computed; ``can_restart`` where the chain was stopped before its end.

        With ``has_begun`` there are steps to go on from.
        """
        self._is_running = False
        self._has_begun = has_begun
        self._progress.hide()
        self._describe_button()
        self.button.setVisible(can_restart)

    def retranslate(self) -> None:
        """Follow the language."""
        self._describe_button()
        if self.chain is Chain.FORWARD:
            self._title.setText(self.tr("Forward chain  q(x<sub>t</sub> | x<sub>t−1</sub>)"))
            self._title.setToolTip(
                self.tr(
                    "From real data to noise, truly step by step:"
                    "<br>x<sub>t</sub> = √(1 − β<sub>t</sub>) x<sub>t−1</sub> + √β<sub>t</sub> z<sub>t</sub>"
                )
            )
        else:
            self._title.setText(
                self.tr("Reverse chain  p<sub>θ</sub>(x<sub>t−1</sub> | x<sub>t</sub>)")
            )
            self._title.setToolTip(
                self.tr("From noise x<sub>T</sub> ~ N(0, I) to data, step by step")
            )
            self._explain_sampling()

    def _explain_sampling(self) -> None:
        hint = self.tr("How the reverse chain is sampled: sampler, noise, steps, denoiser (S)")
        self.sampling_button.setToolTip(paragraphs(plain(self.sampling_button.whole_text()), hint))

    def _describe_button(self) -> None:
        if self._is_running:
            self.button.setText(self.tr("Stop"))
            self.button.setToolTip(self.tr("Stop this chain; the steps so far stay"))
        elif self._has_begun:
            self.button.setText(self.tr("Continue"))
            self.button.setToolTip(self.tr("Go on with this chain from where it was stopped"))
        else:
            self.button.setText(self.tr("Start again"))
            self.button.setToolTip(self.tr("Compute this chain from its beginning"))

    def _on_button(self) -> None:
        (self.stop_requested if self._is_running else self.restart_requested).emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
