"""The page on which a network is trained: its settings, its samples as it learns, its curves."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.configuration import class_count
from ddpm_studio.session.training_run import ExplainedStepArrays, TrainingState, UnfinishedRun
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.ui.page import Page
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.training.questions import ask_for_folder_to_watch
from ddpm_studio.ui.training.run_commands import RunCommands
from ddpm_studio.ui.training.run_messages import RunMessages
from ddpm_studio.ui.training.run_text import hint, state_text
from ddpm_studio.ui.training.sample_history import SampleHistory
from ddpm_studio.ui.training.side_panels import SidePanels
from ddpm_studio.ui.training.training_controls import TrainingControls
from ddpm_studio.ui.training.training_form import TrainingForm

if TYPE_CHECKING:
    from ddpm_studio.session.comparison_data import ComparisonData
    from ddpm_studio.session.training_run import TrainingRun
    from ddpm_studio.session.watched_run import WatchedRun

POLL_INTERVAL_MS = 66
_FORM_WIDTH = 288
_MOVING = (TrainingState.LOADING, TrainingState.RUNNING, TrainingState.STOPPING)


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
        self.commands = RunCommands(run, watched, self)
        self._shown_configuration: TrainingConfiguration | None = None
        self._shown_data: tuple[str, int | None, ScheduleConfiguration] | None = None
        self.controls = TrainingControls(theme)
        self.messages = messages = RunMessages(run, theme, self)
        self.message_bar, self.offer_bar = messages.message_bar, messages.offer_bar
        self.form = TrainingForm(theme)
        self.samples = SampleHistory(theme)
        self.side = SidePanels(theme)
        self.losses, self.buckets = self.side.losses, self.side.buckets
        self.course, self.algorithm = self.side.course, self.side.algorithm
        self._timer = QTimer(self, interval=POLL_INTERVAL_MS)
        self._lay_out()
        self._connect()
        self.retranslate()
        self._on_settings()
        self._show_run()

    # What it is made of

    def _lay_out(self) -> None:
        self.form.setFixedWidth(_FORM_WIDTH)
        columns = QHBoxLayout()
        columns.setSpacing(SPACING)
        columns.addWidget(self.form)
        columns.addWidget(self.samples, 1)
        columns.addWidget(self.side)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(*[SPACING] * 4)
        rows.setSpacing(SPACING)
        for part in (self.controls, self.message_bar, self.offer_bar):
            rows.addWidget(part)
        rows.addLayout(columns, 1)

    def _connect(self) -> None:
        self._connect_run()
        self._connect_commands()
        self.form.changed.connect(self._on_settings)
        self.samples.time_changed.connect(self.buckets.show_time)
        self.samples.shown_changed.connect(self._show_mark)
        self.buckets.seek_requested.connect(self.samples.seek)
        self.course.step_requested.connect(self.samples.seek_step)
        self._timer.timeout.connect(self._poll)

    def _connect_run(self) -> None:
        run, watched = self.run, self.watched
        self.data.changed.connect(self._show_snapshots)
        for source in (run, watched):
            source.state_changed.connect(self._show_run)
            source.snapshots_changed.connect(self._show_snapshots)
        watched.failed.connect(self.show_problem)
        watched.told.connect(self.show_problem)
        run.explained.connect(self._show_explained)

    def _connect_commands(self) -> None:
        controls, commands, messages = self.controls, self.commands, self.messages
        controls.start_requested.connect(self.start)
        controls.pause_requested.connect(commands.pause)
        controls.go_on_requested.connect(commands.go_on)
        controls.stop_requested.connect(self.run.stop_and_keep)
        controls.discard_requested.connect(messages.ask_to_discard)
        controls.unwatch_requested.connect(self.watched.close)
        for source in (controls, self.algorithm):
            source.step_requested.connect(commands.take_step)
        messages.model_requested.connect(self.model_requested)
        messages.remedy_requested.connect(commands.go_on_from_folder)
        messages.resume_requested.connect(self._resume)
        commands.begun.connect(messages.forget)
        commands.curves_wanted.connect(self.side.show_curves)
        commands.algorithm_wanted.connect(self.side.show_algorithm)
        keys = {"P": commands.toggle_pause, "N": commands.take_step, "Ctrl+Return": self.start}
        for key, act in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        for part in (self.controls, self.messages, self.form, self.samples, self.side):
            part.set_theme(theme)

    # Data down

    @property
    def is_live(self) -> bool:
        """Whether a training goes on, or stands still in the middle."""
        return self.commands.is_live

    @property
    def is_watching(self) -> bool:
        """Whether it is a run of another process that is shown."""
        return self.commands.is_watching

    @property
    def _shown(self) -> TrainingRun | WatchedRun:
        return self.watched if self.is_watching else self.run

    def _show_run(self) -> None:
        """The state is another one: buttons, settings, and what is said."""
        state, configuration = self._shown.state, self._shown.configuration
        is_known = configuration is not None or not self.is_watching
        self.form.set_locked(self.is_live or self.is_watching, is_known=is_known)
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
        if not self.is_watching:
            self.commands.follow_state()

    def _show_configuration(self, configuration: TrainingConfiguration | None) -> None:
        if configuration is not self._shown_configuration:
            self._shown_configuration = configuration
            self.side.show_configuration(configuration)
            if configuration is not None:
                self.form.show_configuration(configuration)
        self._show_data(configuration)

    def _show_data(self, configuration: TrainingConfiguration | None) -> None:
        """Those of the run; before there is one, those that the settings name."""
        wanted = configuration
        if wanted is None and not self.is_watching:
            wanted = self.form.chosen
        key = (wanted.data_set, class_count(wanted.network), wanted.schedule) if wanted else None
        if key != self._shown_data and self.isVisible():
            self._shown_data = key
            self.data.show(wanted)
            if wanted is not None:
                self.buckets.set_steps(wanted.schedule.T)
                self.samples.expect(wanted.schedule.T)

    def _run_timer(self) -> None:
        is_moving = self._shown.state in _MOVING and self.isVisible()
        (self._timer.start if is_moving else self._timer.stop)()

    def _poll(self) -> None:
        progress = self._shown.progress if self._shown.state is not TrainingState.IDLE else None
        self.controls.show_progress(progress)
        self.side.show_progress(progress)

    def _show_snapshots(self) -> None:
        snapshots = () if self._shown.state is TrainingState.IDLE else self._shown.snapshots
        self.samples.show_snapshots(
            snapshots, self.data.trajectory, is_data_coming=self.data.is_coming
        )
        self.course.show_snapshots(snapshots, self._shown.data_distance)
        newest = snapshots[-1].distance if snapshots else math.nan
        self.controls.show_samples(newest, self._shown.data_distance)

    def _show_mark(self) -> None:
        """Where in training the samples were taken: only where that is not now."""
        shown = self.samples.shown
        self.side.show_mark(shown.step if shown and not self.samples.follows else None)

    def _show_explained(self, step: ExplainedStepArrays) -> None:
        self.algorithm.show_step(step)
        self._poll()

    def _on_settings(self) -> None:
        self.controls.allow_start(self.form.configuration() is not None, self.form.problem)
        self._show_data(self._shown_configuration)

    # What is said and asked

    @property
    def question(self) -> QMessageBox | None:
        """The box that was opened last."""
        return self.messages.question

    def show_problem(self, error: Exception) -> None:
        """Say what went wrong, in the window."""
        self.messages.show_problem(error)

    def offer_to_go_on(self, unfinished: UnfinishedRun) -> None:
        """Ask about a training that was left before its end."""
        self.messages.ask_to_go_on(unfinished)

    def ask_to_quit(self, leave: Callable[[], object]) -> None:
        """Ask whether the window is to be closed while a training goes on."""
        self.messages.ask_to_quit(leave)

    # Intent up

    def start(self) -> None:
        """Train with the settings as they are."""
        self.commands.start(self.form.configuration(), self.form.chosen_device)

    def _resume(self, unfinished: UnfinishedRun) -> None:
        self.page_requested.emit(Page.TRAIN)
        device = self.form.chosen_device
        self.form.show_configuration(unfinished.configuration)  # it takes a while until it is read
        self.commands.resume(unfinished, device)

    def choose_folder_to_watch(self) -> None:
        """Ask for the folder of a training that another process runs."""
        folder = ask_for_folder_to_watch(self)
        if folder is not None:
            self.watch(folder)

    def watch(self, folder: Path) -> None:
        """Show the run of a folder as it goes on; one of our own comes first."""
        if self.is_live:
            self.message_bar.show_problem(
                self.tr("A training goes on here: stop it before you watch another one.")
            )
            return
        self.messages.forget()
        self.watched.open(folder)

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
        self._say_state()

    def _say_state(self) -> None:
        shown, is_pausing, is_watched = self._shown, self.run.is_pausing, self.is_watching
        self.controls.show_status(
            state_text(shown.state, shown.configuration, is_pausing, is_watched)
        )
        self.samples.show_hint(hint(shown.state, is_watched))
