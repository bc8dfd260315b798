"""Measures the model that is open: its denoising error by t, and its variational bound."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.checkpoints.measurement import Measurement
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.datasets.catalogue import entry, is_known
from ddpm_studio.session.measurement_run import MeasurementRequest, MeasurementRun
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.data_names import data_name, model_title
from ddpm_studio.ui.dialogs.bound_card import BoundCard
from ddpm_studio.ui.dialogs.error_card import ErrorCard
from ddpm_studio.ui.dialogs.measure_text import (
    hint_text,
    samples_text,
    verdict_rule,
    verdict_text,
)
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.panels.panel_text import title_label
from ddpm_studio.ui.problem_mark import mark_problem
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING, Theme

POLL_INTERVAL_MS = 100
_SIZE, _MINIMUM_SIZE, _HINT_WIDTH = (1000, 640), (860, 540), 460
_LEAST_SECONDS = 1.0  # before and until a time left is worth its name


class MeasureDialog(QDialog):
    """Beside the window, which goes on. Closing it cancels a measurement; ``run`` keeps the results.

    ``count`` samples are measured, or the usual number.
    """

    def __init__(
        self,
        studio: Studio,
        theme: Theme,
        run: MeasurementRun,
        parent: QWidget | None = None,
        *,
        count: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._studio, self.count = studio, count
        self.run = run
        self._shown: Measurement | None = None
        self._t = 0
        self._problem: object = None  # what ended the last run
        self.title, self.samples, self.verdict = title_label(), ElidedLabel(), QLabel()
        self.hint, self.status = QLabel(), ElidedLabel()
        self.errors, self.bound = ErrorCard(theme), BoundCard(theme)
        self.progress = QProgressBar()
        self.measure_button, self.cancel_button = QPushButton(), QPushButton()
        self.close_button = QPushButton()
        self._timer = QTimer(self, interval=POLL_INTERVAL_MS)
        self._lay_out()
        self._connect()
        self._show_model()
        self.measure_button.setFocus()

    def _lay_out(self) -> None:
        self.samples.setProperty("muted", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(SPACING)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        layout.addWidget(self.title)
        layout.addWidget(self.samples)
        layout.addSpacing(SPACING // 2)
        self._pages = QStackedLayout()
        self._pages.addWidget(self._hint_page())
        self._pages.addWidget(self._result_page())
        layout.addLayout(self._pages, 1)
        layout.addSpacing(SPACING // 2)
        layout.addLayout(self._bottom_row())
        self.setMinimumSize(*_MINIMUM_SIZE)
        self.resize(*_SIZE)

    def _hint_page(self) -> QWidget:
        page = QFrame()
        page.setProperty("card", True)
        self.hint.setWordWrap(True)
        self.hint.setFixedWidth(_HINT_WIDTH)
        QVBoxLayout(page).addWidget(self.hint, 0, Qt.AlignmentFlag.AlignCenter)
        return page

    def _result_page(self) -> QWidget:
        page = QWidget()
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        # Room for two lines, so that nothing moves when the sentence comes.
        self.verdict.setMinimumHeight(2 * self.verdict.fontMetrics().lineSpacing())
        font = self.verdict.font()
        font.setWeight(QFont.Weight.Medium)
        self.verdict.setFont(font)
        cards = QHBoxLayout()
        cards.setSpacing(SPACING + SPACING // 2)
        for card in (self.errors, self.bound):
            cards.addWidget(card, 1)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING + SPACING // 2)
        layout.addWidget(self.verdict)
        layout.addLayout(cards, 1)
        return page

    def _bottom_row(self) -> QHBoxLayout:
        self.measure_button.setProperty("primary", True)
        self.measure_button.setDefault(True)
        self.progress.setTextVisible(False)
        left = QVBoxLayout()
        left.setSpacing(SPACING // 2)
        left.addWidget(self.status)
        left.addWidget(self.progress)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        row.addLayout(left, 1)
        row.addSpacing(SPACING)
        for button in (self.cancel_button, self.close_button, self.measure_button):
            row.addWidget(button)
        return row

    def _connect(self) -> None:
        self.measure_button.clicked.connect(self.measure)
        self.cancel_button.clicked.connect(self.run.cancel)
        self.close_button.clicked.connect(self.reject)
        self.run.changed.connect(self._on_run_changed)
        self.run.failed.connect(self._on_failed)
        self._timer.timeout.connect(self._poll)
        self._studio.model_changed.connect(self._show_model)
        for card in (self.errors, self.bound):
            card.seek_requested.connect(self.seek)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        for card in (self.errors, self.bound):
            card.set_theme(theme)

    # What is measured

    @property
    def _model(self) -> ModelFile | None:
        return self._studio.model

    def measure(self) -> None:
        """Begin; another time with other random numbers, unless the last one was cancelled."""
        if self._model is None or self.run.is_running:
            return
        last = self.run.result_of(self._model)
        seed = 0 if last is None else last.plan.seed + last.is_complete
        self._problem = None
        self.run.start(MeasurementRequest(self._model, self._studio.device, seed, self.count))
        self.cancel_button.setFocus()

    def _show_model(self) -> None:
        """Another model is open: its last measurement, if there is one."""
        if self.run.request is not None and self.run.request.model != self._model:
            self.run.cancel()
        self._problem, self._t = None, 0
        self._show_measurement(self.run.result_of(self._model) if self._model else None)
        self.retranslate()

    def _on_run_changed(self) -> None:
        if self.run.is_running:
            self._timer.start()
            self._show_measurement(None)
        else:
            self._timer.stop()
            if self.cancel_button.hasFocus():
                self.measure_button.setEnabled(True)
                self.measure_button.setFocus()
            if self._model is not None:
                self._show_measurement(self.run.result_of(self._model))
        self._say_status()
        self._describe_buttons()

    def _on_failed(self, error: object) -> None:
        self._problem = error

    def _poll(self) -> None:
        progress = self.run.latest
        if progress is not None and progress.measurement is not self._shown:
            self._show_measurement(progress.measurement)
            self._say_status()

    # What is shown

    def _show_measurement(self, measurement: Measurement | None) -> None:
        self._shown = measurement
        if measurement is not None:
            self._t = _nearest(measurement.plan.steps, self._t or measurement.plan.T // 4)
        self._pages.setCurrentIndex(int(measurement is not None or self.run.is_running))
        for card in (self.errors, self.bound):
            card.show_measurement(measurement, self._t)
        self._say_results()

    def seek(self, t: int) -> None:
        """Move both cursors to the t nearest by at which the error is measured."""
        if self._shown is None:
            return
        steps, before = self._shown.plan.steps, self._t
        self._t = _nearest(steps, t)
        if self._t == before:  # between two of them, but a key must move the cursor
            beyond = [step for step in steps if (step - before) * (t - before) > 0]
            self._t = _nearest(beyond, t) if beyond else before
        for card in (self.errors, self.bound):
            card.show_step(self._t)

    def _say_results(self) -> None:
        shown = self._shown
        self.samples.setVisible(shown is not None or self.run.is_running)
        self.samples.show_text(samples_text(shown.plan) if shown else "")
        text = verdict_text(shown) if shown else ""
        self.verdict.setText(text or self.tr("Measuring …") if self.run.is_running else text)
        self.verdict.setToolTip(verdict_rule(shown) if shown else "")

    def _say_status(self) -> None:
        is_running = self.run.is_running
        self.progress.setVisible(is_running)
        mark_problem(self.status, is_problem=self._problem is not None)
        if is_running:
            self._say_progress()
        elif isinstance(self._problem, BaseException):
            self.status.show_text(problem_text(self._problem))
        elif self._shown is not None and not self._shown.is_complete:
            self.status.show_text(self.tr("Cancelled: this is what was known by then."))
        else:
            self.status.show_text("")

    def _say_progress(self) -> None:
        progress = self.run.latest
        if progress is None:
            self.progress.setRange(0, 1)
            self.progress.setValue(0)
            self.status.show_text(self.tr("Loading the model …"))
            return
        known = progress.measurement
        self.progress.setRange(0, known.plan.work)
        self.progress.setValue(known.done)
        text = (
            self.tr("Measuring the denoising error …")
            if known.bound is None
            else self.tr("Measuring the bound …")
        )
        if min(progress.elapsed_seconds, progress.seconds_left) >= _LEAST_SECONDS:
            text += self.tr(" · {0} s left").format(round(progress.seconds_left))
        self.status.show_text(text)

    # Words

    def retranslate(self) -> None:
        """Follow the language."""
        self.setWindowTitle(self.tr("Measure the model"))
        self._say_title()
        self._say_results()
        self._say_status()
        self._describe_buttons()
        self.progress.setAccessibleName(self.tr("Progress of the measurement"))

    def _say_title(self) -> None:
        if self._model is None:
            self.title.setText(self.tr("No model is open."))
            self.hint.setText("")
            return
        name, description = model_title(self._model), self._model.description
        if not is_known(description.data_set):
            self.title.setText(name)
            self.hint.setText(self.tr("To measure a model one must know its data."))
            return
        data = data_name(description.data_set)
        self.title.setText(
            name if name == data else self.tr("{0}  ·  data: {1}").format(name, data)
        )
        self.hint.setText(hint_text(is_image=entry(description.data_set).is_image))

    def _describe_buttons(self) -> None:
        is_running = self.run.is_running
        has_data = self._model is not None and is_known(self._model.description.data_set)
        self.measure_button.setEnabled(has_data and not is_running)
        self.cancel_button.setVisible(is_running)
        has_result = self._shown is not None
        self.measure_button.setText(
            self.tr("Measure again") if has_result or is_running else self.tr("Measure")
        )
        self.measure_button.setToolTip(
            self.tr("Measure with other random numbers: what changes is noise")
            if has_result
            else self.tr("Measure the denoising error and the bound of this model")
        )
        self.cancel_button.setText(self.tr("Cancel"))
        self.cancel_button.setToolTip(self.tr("Stop measuring; what is known by now stays"))
        self.close_button.setText(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close (Esc); a measurement that is going on ends"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def reject(self) -> None:
        """Esc and the window's own button."""
        self.run.cancel()
        super().reject()


def _nearest(steps: Sequence[int], t: int) -> int:
    return min(steps, key=lambda step: abs(step - t))
