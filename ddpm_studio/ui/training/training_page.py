"""The page on which a network is trained: its settings, its samples as it learns, its curves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.session.devices import Device
from ddpm_studio.session.training_run import (
    ExplainedStepArrays,
    TrainingState,
    UnfinishedRun,
)
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.failures import (
    DeviceLostError,
    TooLargeBatchError,
    TrainingDivergedError,
)
from ddpm_studio.ui.data_names import data_name
from ddpm_studio.ui.message_bar import MessageBar
from ddpm_studio.ui.page import Page
from ddpm_studio.ui.panels.segmented_control import Option, SegmentedControl
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.training.algorithm_panel import AlgorithmPanel
from ddpm_studio.ui.training.bucket_plot import BucketPlot
from ddpm_studio.ui.training.course_plot import CoursePlot
from ddpm_studio.ui.training.loss_plot import LossPlot
from ddpm_studio.ui.training.offer_bar import OfferBar
from ddpm_studio.ui.training.questions import ask_to_discard, ask_to_go_on, ask_to_quit
from ddpm_studio.ui.training.sample_history import SampleHistory
from ddpm_studio.ui.training.training_controls import TrainingControls
from ddpm_studio.ui.training.training_form import TrainingForm

if TYPE_CHECKING:
    from ddpm_studio.session.comparison_data import ComparisonData
    from ddpm_studio.session.training_run import TrainingRun
    from ddpm_studio.session.watched_run import WatchedRun

POLL_INTERVAL_MS = 66
_FORM_WIDTH, _CURVES_WIDTH = 288, 332
_CURVES, _ALGORITHM = range(2)
_CALMER = 3  # times less learning rate, after the loss has exploded
_MOVING = (TrainingState.LOADING, TrainingState.RUNNING, TrainingState.STOPPING)
_LIVE = (*_MOVING, TrainingState.PAUSED)


class TrainingPage(QWidget):
    """Renders a run and reports what a person wants of it; pulls its progress by a timer.

    page_requested(Page)      the other page is wanted
    model_requested(Path)     the model file that was saved is to be looked at
    """

    page_requested = Signal(object)
    model_requested = Signal(Path)

    def __init__(
        self,
        run: TrainingRun,
        watched: WatchedRun,
        data: ComparisonData,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.run, self.watched, self.data = run, watched, data
        self._slow_motion = False  # the run pauses in order to be stepped
        self._shown_configuration: TrainingConfiguration | None = None
        self._shown_data: tuple[str, ScheduleConfiguration] | None = None
        self.question: QMessageBox | None = None
        self.controls = TrainingControls(theme)
        self.message_bar, self.offer_bar = MessageBar(theme), OfferBar(theme)
        self.form = TrainingForm(theme)
        self._offered: Callable[[], object] = self.offer_bar.hide  # what the bar is for
        self.samples = SampleHistory(theme)
        self.losses, self.buckets = LossPlot(theme), BucketPlot(theme)
        self.course = CoursePlot(theme)
        self.algorithm = AlgorithmPanel(theme)
        self.side = SegmentedControl(theme, 2)
        self._timer = QTimer(self, interval=POLL_INTERVAL_MS)
        self._lay_out()
        self._connect()
        self.retranslate()
        self._show_run()

    # What it is made of

    def _lay_out(self) -> None:
        self.form.setFixedWidth(_FORM_WIDTH)
        columns = QHBoxLayout()
        columns.setSpacing(SPACING)
        columns.addWidget(self.form)
        columns.addWidget(self.samples, 1)
        columns.addWidget(self._side_column())
        rows = QVBoxLayout(self)
        rows.setContentsMargins(*[SPACING] * 4)
        rows.setSpacing(SPACING)
        for part in (self.controls, self.message_bar, self.offer_bar):
            rows.addWidget(part)
        rows.addLayout(columns, 1)

    def _side_column(self) -> QWidget:
        curves = QWidget()
        column = QVBoxLayout(curves)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        for panel, stretch in ((self.losses, 6), (self.buckets, 5), (self.course, 5)):
            column.addWidget(_card(panel), stretch)
        self._sides = QStackedLayout()
        self._sides.addWidget(curves)
        self._sides.addWidget(_card(self.algorithm))
        side = QWidget()
        side.setFixedWidth(_CURVES_WIDTH)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.side)
        layout.addLayout(self._sides, 1)
        return side

    def _connect(self) -> None:
        run, controls = self.run, self.controls
        run.state_changed.connect(self._show_run)
        run.snapshots_changed.connect(self._show_snapshots)
        self.data.changed.connect(self._show_snapshots)
        for signal, act in (
            (self.watched.state_changed, self._show_run),
            (self.watched.snapshots_changed, self._show_snapshots),
            (self.watched.failed, self.show_problem),
            (controls.unwatch_requested, self.watched.close),
        ):
            signal.connect(act)
        run.explained.connect(self._show_explained)
        run.failed.connect(self._on_failed)
        run.told.connect(self.show_problem)
        run.model_saved.connect(self._offer_model)
        controls.start_requested.connect(self.start)
        controls.pause_requested.connect(self._pause)
        controls.go_on_requested.connect(self._go_on)
        controls.step_requested.connect(self.take_step)
        controls.stop_requested.connect(run.stop_and_keep)
        controls.discard_requested.connect(self._ask_to_discard)
        self.form.changed.connect(self._on_settings)
        self.samples.time_changed.connect(self.buckets.show_time)
        self.samples.shown_changed.connect(self._show_mark)
        self.buckets.seek_requested.connect(self.samples.seek)
        self.course.step_requested.connect(self.samples.seek_step)
        self.algorithm.step_requested.connect(self.take_step)
        self.offer_bar.taken.connect(self._take_offer)
        self.side.chosen.connect(self._choose_side)
        self._timer.timeout.connect(self._poll)
        for key, act in (("P", self._toggle_pause), ("N", self.take_step)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        for part in (
            self.controls,
            self.message_bar,
            self.offer_bar,
            self.form,
            self.samples,
            self.losses,
            self.buckets,
            self.course,
            self.algorithm,
            self.side,
        ):
            part.set_theme(theme)

    def show_devices(self, devices: Sequence[Device], current: str) -> None:
        """The devices to choose among."""
        self.form.show_devices(devices, current)

    # Data down

    @property
    def is_live(self) -> bool:
        """Whether a training goes on, or stands still in the middle."""
        return self.run.state in _LIVE

    @property
    def is_watching(self) -> bool:
        """Whether it is a run of another process that is shown."""
        return self.watched.state is not TrainingState.IDLE

    @property
    def _shown(self) -> TrainingRun | WatchedRun:
        return self.watched if self.is_watching else self.run

    def _show_run(self) -> None:
        """The state is another one: buttons, settings, and what is said."""
        state, configuration = self._shown.state, self._shown.configuration
        self.form.set_locked(self.is_live or self.is_watching)
        self._show_configuration(configuration if state is not TrainingState.IDLE else None)
        if state is not TrainingState.PAUSED:
            self.algorithm.show_step(None)
        can_step = state in (TrainingState.RUNNING, TrainingState.PAUSED)
        self.algorithm.allow_step(can_step and not self.is_watching)
        self.controls.show_state(state, is_watched=self.is_watching)
        self._say_state()
        self._show_snapshots()
        self._poll()
        self._run_timer()
        if self.is_watching:
            return
        if state is TrainingState.PAUSED and self._slow_motion:
            self.run.explain()
        elif state is not TrainingState.PAUSED:
            self._slow_motion = self._slow_motion and state is TrainingState.RUNNING

    def _show_configuration(self, configuration: TrainingConfiguration | None) -> None:
        if configuration is self._shown_configuration:
            self._show_data(configuration)
            return
        self._shown_configuration = configuration
        self.course.show_configuration(configuration)
        self._show_data(configuration)
        self.algorithm.show_configuration(configuration)
        if configuration is not None:
            self.form.show_configuration(configuration)
            self.buckets.set_steps(configuration.schedule.T)

    def _show_data(self, configuration: TrainingConfiguration | None) -> None:
        """Those of the run; before there is one, those that the settings name."""
        wanted = configuration
        if wanted is None and not self.is_watching:
            wanted = self.form.configuration()
            if wanted is None:  # somebody is typing
                return
        key = (wanted.data_set, wanted.schedule) if wanted else None
        if key != self._shown_data and self.isVisible():
            self._shown_data = key
            self.data.show(wanted)
            self.buckets.set_steps(key[1].T if key else 1)

    def _run_timer(self) -> None:
        if self._shown.state in _MOVING and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def _poll(self) -> None:
        progress = self._shown.progress if self._shown.state is not TrainingState.IDLE else None
        self.controls.show_progress(progress)
        self.losses.show_progress(progress)
        self.buckets.show_progress(progress)
        self.course.show_progress(progress)

    def _show_snapshots(self) -> None:
        is_idle = self._shown.state is TrainingState.IDLE
        snapshots = () if is_idle else self._shown.snapshots
        self.samples.show_snapshots(snapshots, self.data.trajectory)
        self.course.show_snapshots(snapshots, self._shown.data_distance)
        newest = snapshots[-1].distance if snapshots else math.nan
        self.controls.show_samples(newest, self._shown.data_distance)

    def _show_mark(self) -> None:
        """Where in training the samples were taken: only where that is not now."""
        shown = self.samples.shown
        step = shown.step if shown is not None and not self.samples.follows else None
        self.losses.show_mark(step)
        self.course.show_mark(step)

    def _show_explained(self, step: ExplainedStepArrays) -> None:
        self.algorithm.show_step(step)
        self._poll()

    def _show_start(self) -> None:
        self.controls.allow_start(self.form.configuration() is not None)

    def _on_settings(self) -> None:
        self._show_start()
        self._show_data(self._shown_configuration)

    def show_problem(self, error: Exception) -> None:
        """Say what went wrong, in the window."""
        self.message_bar.show_problem(problem_text(error))

    def _on_failed(self, error: Exception) -> None:
        """Say why, and offer what may help; nothing is lost."""
        self.show_problem(error)
        configuration = self.run.configuration
        if self.run.folder is None or configuration is None:
            return
        text, action = self.tr("The last good state was kept."), ""
        if isinstance(error, TooLargeBatchError) and error.fitting:
            batch = error.fitting
            action = self.tr("Go on with batches of {0}").format(batch)
            self._offered = partial(self._go_on_from_folder, batch_size=batch)
        elif isinstance(error, DeviceLostError):
            action = self.tr("Go on on the CPU")
            self._offered = partial(self._go_on_from_folder, "cpu")
        elif isinstance(error, TrainingDivergedError):
            rate = configuration.learning_rate / _CALMER
            action = self.tr("Go on with the learning rate {0}").format(f"{rate:.3g}")
            self._offered = partial(self._go_on_from_folder, learning_rate=rate)
        if action:
            self.offer_bar.offer(text, action)

    def _offer_model(self, path: Path) -> None:
        self._offered = partial(self.model_requested.emit, path)
        self.offer_bar.offer(
            self.tr("The model was saved as {0}.").format(path.name), self.tr("Look at it")
        )

    def offer_to_go_on(self, unfinished: UnfinishedRun) -> None:
        """Ask about a training that was left before its end."""
        self.question = ask_to_go_on(
            self.window(),
            unfinished,
            lambda: self._resume(unfinished),
            lambda: self.run.forget(unfinished),
        )

    def ask_to_quit(self, leave: Callable[[], object]) -> None:
        """Ask whether the window is to be closed while a training goes on."""
        self.question = ask_to_quit(self.window(), self.run.configuration, leave)

    # Intent up

    def start(self) -> None:
        """Train with the settings as they are."""
        configuration = self.form.configuration()
        if configuration is None or self.is_live or self.is_watching:
            return
        self.message_bar.hide()
        self.offer_bar.hide()
        self._slow_motion = False
        self.run.start(configuration, self.form.chosen_device)

    def choose_folder_to_watch(self) -> None:
        """Ask for the folder of a training that another process runs."""
        folder = QFileDialog.getExistingDirectory(
            self, self.tr("Watch a training: choose its folder (NAME.run)")
        )
        if folder:
            self.watch(Path(folder))

    def watch(self, folder: Path) -> None:
        """Show the run of a folder as it goes on; one of our own comes first."""
        if self.is_live:
            self.message_bar.show_problem(
                self.tr("A training goes on here: stop it before you watch another one.")
            )
            return
        self.message_bar.hide()
        self.offer_bar.hide()
        self.watched.open(folder)

    def _resume(self, unfinished: UnfinishedRun) -> None:
        self.message_bar.hide()
        self.page_requested.emit(Page.TRAIN)
        self.run.resume_from(unfinished.folder, self.form.chosen_device)

    def _pause(self) -> None:
        self._slow_motion = False
        self.run.pause()

    def _go_on(self) -> None:
        self._slow_motion = False
        self.side.choose(_CURVES)
        if self.run.state is TrainingState.STOPPED:
            self._go_on_from_folder()
        else:
            self.run.go_on()

    def _go_on_from_folder(self, device: str | None = None, **changes: Any) -> None:
        """With the run that has ended, from its newest checkpoint; with other settings, or as it was."""
        run = self.run
        if run.folder is None or run.configuration is None or self.is_live:
            return
        self.message_bar.hide()
        self.offer_bar.hide()
        wanted = replace(run.configuration, **changes) if changes else None
        run.resume_from(run.folder, run.device if device is None else device, wanted)

    def _toggle_pause(self) -> None:
        if self.is_watching:
            return
        if self.run.state is TrainingState.RUNNING:
            self._pause()
        elif self.run.state is TrainingState.PAUSED:
            self._go_on()

    def take_step(self) -> None:
        """Slow motion: first pause and show what comes next, then take it, step by step."""
        state = self.run.state
        if self.is_watching:
            return
        if state is TrainingState.RUNNING:
            self._slow_motion = True
            self.side.choose(_ALGORITHM)
            self.run.pause()
        elif state is TrainingState.PAUSED:
            if self._slow_motion:
                self.run.step_once()
            else:
                self._slow_motion = True
                self.run.explain()
            self.side.choose(_ALGORITHM)

    def _ask_to_discard(self) -> None:
        progress = self.run.progress
        step = progress.step if progress is not None else 0
        self.question = ask_to_discard(self.window(), step, self.run.discard)

    def _take_offer(self) -> None:
        self._offered()

    def _choose_side(self, order: int) -> None:
        self._sides.setCurrentIndex(order)

    # When it is seen

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_data(self._shown_configuration)
        self._poll()
        self._run_timer()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Follow the language."""
        self.setWindowTitle(self.tr("Training"))
        self.side.set_options(
            [
                Option(self.tr("Curves"), self.tr("How the training goes")),
                Option(
                    self.tr("Slow motion"),
                    self.tr("Algorithm 1 of the paper with its values, one step at a time"),
                ),
            ]
        )
        self._say_state()
        self._show_start()

    def _say_state(self) -> None:
        state, configuration = self._shown.state, self._shown.configuration
        name = data_name(configuration.data_set) if configuration else ""
        texts = {
            TrainingState.IDLE: self.tr("Choose data, and press Start."),
            TrainingState.LOADING: self.tr("Getting ready: {0}"),
            TrainingState.RUNNING: self.tr("Training: {0}"),
            TrainingState.PAUSED: self.tr("Paused: {0}"),
            TrainingState.STOPPING: self.tr("Saving: {0}"),
            TrainingState.FINISHED: self.tr("All steps are done: {0}"),
            TrainingState.STOPPED: self.tr("Stopped and kept: {0}"),
            TrainingState.FAILED: self.tr("Ended by an error: {0}"),
        }
        text = texts[state]
        if self.is_watching and state is TrainingState.RUNNING:
            text = self.tr("Watching: {0}")
        elif self.is_watching and configuration is None:
            text = self.tr("Waiting for the first checkpoint of that training …")
        elif self.run.is_pausing:
            text = self.tr("Pausing: {0}")
        self.controls.show_status(text.format(name))
        self.samples.show_hint(self._hint(state))

    def _hint(self, state: TrainingState) -> str:
        if state in _LIVE:
            return self.tr(
                "<b>The first samples are about to come.</b><br><br>They are drawn from the same "
                "noise every few seconds, so that one can see what the network has learned "
                "meanwhile."
            )
        return self.tr(
            "<b>Watch a network learn.</b><br><br>Choose data at the left and press Start. Every few "
            "seconds the network draws samples from the same noise: at first they are nothing but "
            "noise, then they come to look like the data. Afterwards the training can be gone "
            "through again with two sliders: training time, and t."
        )


def _card(panel: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("card", True)
    layout = QVBoxLayout(card)
    layout.setContentsMargins(*[SPACING] * 4)
    layout.addWidget(panel)
    return card
