"""Start, pause, step, stop: what can be done with a training run, and how far it is."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.session.training_run import TrainingProgress, TrainingState, Verdict
from ddpm_studio.session.training_verdict import beside_samples
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.number_text import NO_VALUE, format_number
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.training.figures_row import Figure, FiguresRow

_LIVE = (TrainingState.RUNNING, TrainingState.PAUSED)
_STANDING = (TrainingState.PAUSED, TrainingState.STOPPED)
_BUSY = (TrainingState.LOADING, TrainingState.STOPPING)
_PROGRESS_PARTS = 1000
_FEW_STEPS = 10  # before these a pace is no pace


class TrainingControls(QFrame):
    """Buttons as the state allows them; a second row with the progress and its figures."""

    start_requested = Signal()
    pause_requested = Signal()
    go_on_requested = Signal()
    step_requested = Signal()
    stop_requested = Signal()
    discard_requested = Signal()
    unwatch_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._theme = theme
        self._state = TrainingState.IDLE
        self._can_start, self._problem = False, ""
        self._progress: TrainingProgress | None = None
        self._distances = (math.nan, math.nan)
        self.status = ElidedLabel()
        self.start, self.pause, self.step = QPushButton(), QPushButton(), QPushButton()
        self.stop, self.discard = QPushButton(), QPushButton()
        self.unwatch = QPushButton()
        self.bar = QProgressBar()
        self.figures = FiguresRow(theme)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.retranslate()
        self.show_state(self._state)

    def _lay_out(self) -> None:
        self.start.setProperty("primary", True)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _PROGRESS_PARTS)
        row = QHBoxLayout()
        row.setSpacing(SPACING * 3 // 4)
        row.addWidget(self.status, 1)
        row.addSpacing(SPACING)
        for button in (
            self.discard,
            self.stop,
            self.step,
            self.pause,
            self.start,
            self.unwatch,
        ):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING * 3 // 2, SPACING * 3 // 4, SPACING, SPACING)
        layout.setSpacing(SPACING * 3 // 4)
        layout.addLayout(row)
        layout.addWidget(self.bar)
        layout.addWidget(self.figures)

    def _connect(self) -> None:
        self.start.clicked.connect(self.start_requested)
        self.pause.clicked.connect(self._on_pause)
        self.step.clicked.connect(self.step_requested)
        self.stop.clicked.connect(self.stop_requested)
        self.discard.clicked.connect(self.discard_requested)
        self.unwatch.clicked.connect(self.unwatch_requested)

    def _on_pause(self) -> None:
        is_paused = self._state in _STANDING
        (self.go_on_requested if is_paused else self.pause_requested).emit()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.figures.set_theme(theme)
        self._describe_pause()
        self._show_figures()

    # What is shown

    def show_state(self, state: TrainingState, *, is_watched: bool = False) -> None:
        """Which buttons there are; none but one for a run of somebody else, which is watched."""
        self._state = state
        self.unwatch.setVisible(is_watched)
        if is_watched:
            for button in (self.start, self.pause, self.step, self.stop, self.discard):
                button.hide()
            return
        is_live, is_busy = state in _LIVE, state in _BUSY
        has_failed, was_stopped = state is TrainingState.FAILED, state is TrainingState.STOPPED
        self.start.setVisible(not is_live and not is_busy)
        for button, is_shown in (
            (self.pause, is_live or is_busy or was_stopped),
            (self.step, is_live or is_busy),
            (self.stop, is_live or is_busy or has_failed),
            (self.discard, state is not TrainingState.IDLE),
        ):
            button.setVisible(is_shown)
            button.setEnabled(not is_busy)
        self._describe_pause()
        self._show_start()

    def allow_start(self, allowed: bool, problem: str = "") -> None:
        """Whether the fields make a training, and else what is wrong, as far as it is said yet."""
        self._can_start, self._problem = allowed, problem
        self._show_start()

    def _show_start(self) -> None:
        self.start.setEnabled(self._can_start)
        ready = self.tr("Train a new network with these settings (Ctrl+Enter)")
        wrong = self._problem or self.tr("First correct the field that is wrong.")
        self.start.setToolTip(ready if self._can_start else wrong)

    def show_status(self, text: str) -> None:
        """What is going on, in a few words."""
        if text != self.status.text():
            self.status.show_text(text)

    def show_samples(self, distance: float, data_distance: float) -> None:
        """How far the newest samples are from the data, and other data: NaN where not known."""
        self._distances = (distance, data_distance)
        self._show_figures()

    def show_progress(self, progress: TrainingProgress | None) -> None:
        """How far it is; None for nothing."""
        self._progress = progress
        done = progress.step / max(1, progress.steps) if progress else 0.0
        self.bar.setUpdatesEnabled(False)  # setValue would paint at once
        self.bar.setValue(round(done * _PROGRESS_PARTS))
        self.bar.setUpdatesEnabled(True)
        self._show_figures()

    def _show_figures(self) -> None:
        progress = self._progress
        if progress is None:
            self.figures.set_texts([(NO_VALUE, "")] * 7)
            return
        has_pace = progress.step >= _FEW_STEPS
        pace = (progress.steps_per_second, progress.samples_per_second)
        is_going = self._state is TrainingState.RUNNING and progress.seconds_left > 0
        left = progress.seconds_left if is_going else math.nan
        texts = (
            self.tr("{0} of {1}").format(f"{progress.step:,}", f"{progress.steps:,}"),
            duration_text(left if has_pace else math.nan),
            *(count_text(value) if has_pace and value > 0 else NO_VALUE for value in pace),
            memory_text(progress.memory_bytes),
            format_number(progress.learning_rate, 3),
        )
        word, colour = self._verdict(beside_samples(progress.verdict, *self._distances))
        self.figures.set_texts([*((text, "") for text in texts), (word, colour)])

    def _verdict(self, verdict: Verdict) -> tuple[str, str]:
        return {
            Verdict.TOO_EARLY: (self.tr("too early to say"), self._theme.muted_text),
            Verdict.LEARNING: (self.tr("still learning"), self._theme.reverse),
            Verdict.FLAT: (self.tr("flat, samples off"), self._theme.reverse),
            Verdict.CONVERGED: (self.tr("converged"), self._theme.exact),
            Verdict.DIVERGED: (self.tr("diverged"), self._theme.problem),
        }[verdict]

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Follow the language."""
        self.start.setText(self.tr("Start"))
        self._show_start()
        for button, text, tool_tip in (
            (
                self.step,
                self.tr("Step"),
                self.tr("Slow motion: pause, and take one training step at a time (N)"),
            ),
            (
                self.stop,
                self.tr("Stop and keep"),
                self.tr("End here: the model is saved, and the training can go on another time"),
            ),
            (
                self.unwatch,
                self.tr("Stop watching"),
                self.tr("Look away; the training itself goes on, wherever it runs"),
            ),
            (self.discard, self.tr("Discard…"), self.tr("End, and throw this training away")),
        ):
            button.setText(text)
            button.setToolTip(tool_tip)
        self.bar.setAccessibleName(self.tr("Progress of the training"))
        self.figures.set_figures(self._figures())
        self._describe_pause()
        self._show_figures()

    def _describe_pause(self) -> None:
        is_paused = self._state in _STANDING
        self.pause.setText(self.tr("Go on") if is_paused else self.tr("Pause"))
        self.pause.setToolTip(
            self.tr("Go on training (P)")
            if is_paused
            else self.tr("Pause training; its state is saved (P)")
        )
        self.pause.setIcon(icon("play" if is_paused else "pause", self._theme))

    def _figures(self) -> list[Figure]:
        return [
            Figure(self.tr("Step"), self.tr("Training steps done, of those wanted"), 5),
            Figure(self.tr("Time left"), self.tr("At the present pace"), 3),
            Figure(self.tr("Steps/s"), self.tr("Training steps a second"), 3),
            Figure(self.tr("Samples/s"), self.tr("Samples a second: steps times batch"), 3),
            Figure(
                self.tr("Memory"),
                self.tr("What this application takes: of the GPU where it trains there"),
                3,
            ),
            Figure(self.tr("Learning rate"), self.tr("At the present step"), 3),
            Figure(self.tr("Verdict"), self._verdict_rule(), 4),
        ]

    def _verdict_rule(self) -> str:
        return self.tr(
            "<b>Still learning</b>: the mean loss of the last quarter of the steps is lower than that "
            "of the quarter before, by more than chance. <b>Converged</b>: it is not, or there is "
            "hardly anything left above the floor; a network that is too small comes to rest, too. "
            "<b>Flat, samples off</b>: the loss rests, but the samples are more than 1.3 times as far from "
            "the data as other data are: the loss is nearly all floor, and hides it. "
            "<b>Diverged</b>: the loss is not a number, or many times its first value."
        )


def duration_text(seconds: float) -> str:
    """1:02:03, 12:34 or 0:07; a dash where it is not known."""
    if not math.isfinite(seconds):
        return NO_VALUE
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def count_text(value: float) -> str:
    """A rate: 412, 8.31, 843,776."""
    if not math.isfinite(value):
        return NO_VALUE
    return f"{value:,.0f}" if value >= 100 else format_number(value, 3)


def memory_text(byte_count: int) -> str:
    """In MB or GB, of a thousand."""
    if byte_count <= 0:
        return NO_VALUE
    if byte_count < 1_000_000_000:
        return f"{byte_count / 1e6:.0f} MB"
    return f"{byte_count / 1e9:.1f} GB"
