"""The samples of a training as it goes on: training time × t, beside the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.session.training_run import TrainingSnapshot
from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.noise_slider import NoiseSlider
from ddpm_studio.ui.panels.panel_text import title_label
from ddpm_studio.ui.theme import SPACING, Chain, Theme, number_font
from ddpm_studio.ui.training.snapshot_slider import SnapshotSlider
from ddpm_studio.ui.views.chain_view import ChainView

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_PLAY_INTERVAL_MS = 33
_PLAY_MS = 2600  # from noise to data
_HOLD_MS = 1400  # at the data
_HINT_WIDTH = 380
_LABEL_DROP = 5  # pixels, to the height of the groove
_ICON_SIZE = QSize(18, 18)


class SampleHistory(QWidget):
    """Follows the newest samples until somebody goes back.

    time_changed(int)    the t of the model's schedule that is shown
    shown_changed        another snapshot is shown
    """

    time_changed = Signal(int)
    shown_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._snapshots: Sequence[TrainingSnapshot] = ()
        self._data: Trajectory | None = None
        self._played_ms = 0
        self.follows = True
        self.data_view = ChainView(Chain.FORWARD, theme)
        self.sample_view = ChainView(Chain.REVERSE, theme)
        self._data_title, self._sample_title = title_label(), title_label()
        self._step = QLabel()
        self.training_time, self.time = SnapshotSlider(theme), NoiseSlider(theme)
        self._training_label, self._time_label = QLabel(), QLabel()
        self.newest, self.play = QToolButton(), QToolButton()
        self._hint = QLabel()
        self._timer = QTimer(self, interval=_PLAY_INTERVAL_MS)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.retranslate()
        self.show_snapshots((), None)

    def _lay_out(self) -> None:
        self._data_card = _card(self._data_title, None, self.data_view)
        self._time_label.setFont(number_font(self._time_label.font()))
        self._step.setProperty("muted", True)
        self._pages = QStackedLayout()
        self._pages.addWidget(self._hint_page())
        self._pages.addWidget(self.sample_view)
        samples = QWidget()
        samples.setLayout(self._pages)
        self._sample_card = _card(self._sample_title, self._step, samples)
        views = QHBoxLayout()
        views.setContentsMargins(0, 0, 0, 0)
        views.setSpacing(SPACING)
        views.addWidget(self._data_card, 1)
        views.addWidget(self._sample_card, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addLayout(views, 1)
        layout.addWidget(self._scrubbers())

    def _hint_page(self) -> QWidget:
        page = QWidget()
        self._hint.setWordWrap(True)
        self._hint.setMaximumWidth(_HINT_WIDTH)
        self._hint.setMinimumWidth(_HINT_WIDTH // 3)
        layout = QVBoxLayout(page)
        layout.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._hint, 12)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(1)
        return page

    def _scrubbers(self) -> QFrame:
        card = QFrame()
        card.setProperty("card", True)
        grid = QGridLayout(card)
        grid.setContentsMargins(SPACING * 3 // 2, SPACING, SPACING, SPACING // 2)
        grid.setHorizontalSpacing(SPACING)
        grid.setVerticalSpacing(SPACING // 2)
        top = Qt.AlignmentFlag.AlignTop
        for row, (label, slider, button) in enumerate(
            (
                (self._training_label, self.training_time, self.newest),
                (self._time_label, self.time, self.play),
            )
        ):
            label.setContentsMargins(0, _LABEL_DROP, 0, 0)
            label.setBuddy(slider)
            button.setIconSize(_ICON_SIZE)
            button.setCheckable(True)
            grid.addWidget(label, row, 0, top)
            grid.addWidget(slider, row, 1)
            grid.addWidget(button, row, 2, top)
        grid.setColumnStretch(1, 1)
        return card

    def _connect(self) -> None:
        self.training_time.valueChanged.connect(self._on_training_time)
        self.time.valueChanged.connect(self._on_time)
        self.time.sliderPressed.connect(self.stop_playing)
        self.newest.clicked.connect(self._on_newest)
        self.play.toggled.connect(self._on_play)
        self._timer.timeout.connect(self._play_on)
        for view, other in (
            (self.data_view, self.sample_view),
            (self.sample_view, self.data_view),
        ):
            view.sample_enlarged.connect(other.show_enlarged)
            view.sample_selected.connect(other.show_selected)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        for part in (self.data_view, self.sample_view, self.training_time, self.time):
            part.set_theme(theme)
        for label, chain in (
            (self._data_title, Chain.FORWARD),
            (self._sample_title, Chain.REVERSE),
        ):
            label.setStyleSheet(f"QLabel {{ color: {theme.chain(chain).name()}; }}")
        self.newest.setIcon(icon("to-end", theme))
        self._show_play_icon()

    # What is shown

    @property
    def shown(self) -> TrainingSnapshot | None:
        """The snapshot in view."""
        index = self.training_time.value()
        return self._snapshots[index] if index < len(self._snapshots) else None

    def show_hint(self, text: str) -> None:
        """What stands in place of samples while there are none."""
        self._hint.setText(text)

    def show_snapshots(
        self,
        snapshots: Sequence[TrainingSnapshot],
        data: Trajectory | None,
        *,
        is_data_coming: bool = False,
    ) -> None:
        """All samples so far, and data as noisy at the same t, whose place is kept until they come."""
        self._data_card.setVisible(data is not None or is_data_coming)
        is_other_run = not (self._snapshots and snapshots and snapshots[0] is self._snapshots[0])
        before = self.shown
        self._snapshots, self._data = snapshots, data
        if is_other_run:
            self.follows = True
        with QSignalBlocker(self.training_time):
            self.training_time.set_snapshots([each.step for each in snapshots])
            if self.follows or before is None:
                self.training_time.setValue(max(0, len(snapshots) - 1))
            elif snapshots:  # some of the earlier ones may be gone
                self.training_time.setValue(self._nearest(before.step))
        self._fit_time(is_other_run)
        self._show_pages()
        self._show_following()
        self._show_snapshot()

    def expect(self, T: int) -> None:
        """The schedule that is chosen: the slider of t is as long before there is anything to see."""
        if not self._snapshots and self.time.maximum() != T:
            self._set_length(T)

    def _fit_time(self, is_other_run: bool) -> None:
        known = self._snapshots[0].trajectory if self._snapshots else self._data
        if known is None:
            return
        T = int(known.times[-1])
        is_other_run = is_other_run and bool(self._snapshots)
        if is_other_run or self.time.maximum() != T:
            self._set_length(T)

    def _set_length(self, T: int) -> None:
        self.time.set_length(T, 0)
        longest = "t = " + "0" * len(str(T))
        self._time_label.setMinimumWidth(self._time_label.fontMetrics().horizontalAdvance(longest))
        self._time_label.setText("t = 0")

    def _show_pages(self) -> None:
        has_samples = bool(self._snapshots)
        self._pages.setCurrentIndex(int(has_samples))
        for part in (self.training_time, self.newest):
            part.setEnabled(has_samples)
        for scrubber in (self.time, self.play):
            scrubber.setEnabled(has_samples or self._data is not None)

    def _show_following(self) -> None:
        self.newest.setChecked(self.follows and bool(self._snapshots))

    def _show_snapshot(self) -> None:
        shown = self.shown
        self.sample_view.set_trajectory(shown.trajectory if shown else None)
        self.data_view.set_trajectory(self._data)
        self._say_titles()
        self._show_time()
        self.shown_changed.emit()

    def _show_time(self) -> None:
        t, shown = self.time.value(), self.shown
        if shown is not None:
            self.sample_view.show_frame(_frame_at(shown.trajectory, t))
        if self._data is not None:
            self.data_view.show_frame(_frame_at(self._data, t))
        self._time_label.setText(f"t = {t}")

    # Changes

    def _on_training_time(self, index: int) -> None:
        self.follows = index >= len(self._snapshots) - 1
        self._show_following()
        self._show_snapshot()

    def _on_newest(self) -> None:
        self.follows = True
        self.training_time.setValue(max(0, len(self._snapshots) - 1))
        self._show_following()

    def _on_time(self, t: int) -> None:
        self._show_time()
        self.time_changed.emit(t)

    def seek(self, t: int) -> None:
        """Show x_t, standing still."""
        self.stop_playing()
        self.time.setValue(t)

    def seek_step(self, step: float) -> None:
        """Show the samples taken nearest to a step."""
        if self._snapshots:
            self.training_time.setValue(self._nearest(step))

    def _nearest(self, step: float) -> int:
        return int(np.argmin([abs(each.step - step) for each in self._snapshots]))

    def _on_play(self, plays: bool) -> None:
        self._show_play_icon()
        if plays and self.time.isEnabled():
            self._played_ms = 0
            self._timer.start()
        else:
            self._timer.stop()

    def stop_playing(self) -> None:
        """Stand still."""
        self.play.setChecked(False)

    def _play_on(self) -> None:
        """From noise to data, a moment of rest, and again."""
        if not self.isVisible():
            return
        share = 1 - min(1.0, self._played_ms / _PLAY_MS)
        self.time.setValue(round(share * self.time.maximum()))
        self._played_ms = (self._played_ms + _PLAY_INTERVAL_MS) % (_PLAY_MS + _HOLD_MS)

    def _show_play_icon(self) -> None:
        self.play.setIcon(icon("pause" if self.play.isChecked() else "play", self._theme))

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _say_titles(self) -> None:
        shown = self.shown
        self._data_title.setText(self.tr("Data"))
        self._sample_title.setText(self.tr("Samples"))
        self._step.setText(self.tr("step {0}").format(f"{shown.step:,}") if shown else "")

    def retranslate(self) -> None:
        """Follow the language."""
        self._say_titles()
        self._training_label.setText(self.tr("Training"))
        self._data_title.setToolTip(
            self.tr("Real data, as noisy as at this t: what the samples should look like")
        )
        self._sample_title.setToolTip(
            self.tr(
                "Drawn with the averaged weights of that step, from the same noise every time: "
                "what changes is what was learned"
            )
        )
        for widget, text in (
            (self.training_time, self.tr("Training time: samples of earlier steps")),
            (self.time, self.tr("t: from the data at the left to the noise")),
            (self.newest, self.tr("Follow the newest samples")),
            (self.play, self.tr("Play from noise to data")),
        ):
            widget.setToolTip(text)
            widget.setAccessibleName(text)


def _frame_at(trajectory: Trajectory, t: int) -> int:
    """The frame of a respaced chain that lies nearest to t."""
    return int(np.abs(trajectory.times - t).argmin())


def _card(title: QLabel, aside: QLabel | None, view: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("card", True)
    head = QHBoxLayout()
    head.addWidget(title, 1)
    if aside is not None:
        head.addWidget(aside)
    layout = QVBoxLayout(card)
    layout.setContentsMargins(*[SPACING] * 4)
    layout.setSpacing(SPACING // 2)
    layout.addLayout(head)
    layout.addWidget(view, 1)
    return card
