"""How the reverse chain is sampled: denoiser, sampler, classes, guidance; a change is taken at once."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.checkpoints.classifier_file import ClassifierFile
from ddpm_studio.checkpoints.condition import ConditionError
from ddpm_studio.checkpoints.description import ModelDescription, learns_variance
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.session.sampling_choice import DenoiserChoice, ExactFor, SamplingChoice
from ddpm_studio.ui.condition_fields import ConditionFields
from ddpm_studio.ui.panels.panel_text import NoteLabel, title_label
from ddpm_studio.ui.problem_text import explained_text, problem_text
from ddpm_studio.ui.sampler_fields import SamplerFields, explain
from ddpm_studio.ui.sampler_words import exact_text
from ddpm_studio.ui.theme import SPACING, Theme

_SETTLE_MS = 150  # after the last step of a key, the wheel or a slider
_WIDTH = 488


class SamplingPopup(QFrame):
    """Fields for a SamplingChoice, over the window; a click elsewhere or Esc closes it.

    sampling_requested(SamplingChoice)   a valid change was made
    """

    sampling_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("card", True)
        self._theme = theme
        self._shown: SamplingChoice | None = None
        self._own: SamplingChoice | None = None
        self._exact_for: ExactFor | None = ExactFor.LAW
        self._model: ModelDescription | None = None
        self._T = 1
        self._title = title_label()
        self.sampler = SamplerFields(theme, self)
        self.condition = ConditionFields(theme, self)
        self.reset = QPushButton()
        self.note = NoteLabel(theme)
        self.problem = QLabel(wordWrap=True)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        self.setFixedWidth(_WIDTH)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setProperty("problem", True)
        self.problem.hide()
        rows = QGridLayout()
        rows.setHorizontalSpacing(2 * SPACING)
        rows.setVerticalSpacing(SPACING)
        rows.setColumnStretch(1, 1)
        for place, (label, field) in enumerate(self.sampler.rows + self.condition.rows):
            rows.addWidget(label, place, 0)
            rows.addWidget(field, place, 1)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(SPACING)
        layout.addLayout(head)
        layout.addLayout(rows)
        layout.addWidget(self.problem)
        layout.addWidget(self.note)

    def _connect(self) -> None:
        for fields in (self.sampler, self.condition):
            fields.committed.connect(self._commit)
            fields.stepped.connect(self._on_stepped)
            fields.typed.connect(self._check_again)
        self._settle.timeout.connect(self._commit)
        self.reset.clicked.connect(self._reset)
        QShortcut(QKeySequence("S"), self).activated.connect(self.close)  # the key that opened it

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self._theme = theme
        for part in (self.sampler, self.condition, self.note):
            part.set_theme(theme)
        self._show_state()

    # What is shown

    def show_sampling(
        self,
        sampling: SamplingChoice,
        own: SamplingChoice,
        T: int,
        exact_for: ExactFor | None,
        model: ModelDescription | None = None,
    ) -> None:
        """The present choice, the model's own, its T, and what an exact denoiser is exact for.

        None stands for data that are not known, and so no exact denoiser. ``model`` tells of classes
        and of a variance that was learned; without it neither is offered.
        """
        present = self._shown, self._own, self._T, self._exact_for, self._model
        if (sampling, own, T, exact_for, model) != present:
            self._own, self._T, self._exact_for, self._model = own, T, exact_for, model
            self._fill(sampling)

    def _fill(self, sampling: SamplingChoice) -> None:
        """Every field anew, whatever somebody has typed."""
        self._settle.stop()
        self._shown = None  # what follows is not a person's change
        network = None if self._model is None else self._model.network
        self.sampler.show_choice(
            sampling,
            self._T,
            learns_variance=network is not None and learns_variance(network),
            has_images=network is not None and len(network.sample_shape) == 3,
        )
        self.condition.show_choice(sampling.condition, self._model)
        self._shown = sampling
        self._show_problem("")
        self._show_state()

    def open_beside(self, card: QWidget, button: QWidget) -> None:
        """Show it at the left of a card, which it changes, and at the height of its button.

        What was typed and never taken is gone.
        """
        if self._shown is not None:
            self._fill(self._shown)
        self._fit()
        x = card.mapToGlobal(QPoint(0, 0)).x() - self.width()
        y = button.mapToGlobal(QPoint(0, 0)).y()
        self.move(x, y)
        self._keep_on_screen(card)
        self.show()
        self.sampler.kind.setFocus()

    def _fit(self) -> None:
        """As high as what is shown."""
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        layout.activate()
        by_width = layout.totalHeightForWidth(_WIDTH) if layout.hasHeightForWidth() else -1
        self.resize(_WIDTH, max(by_width, layout.totalSizeHint().height()))
        self._keep_on_screen(self)

    def _keep_on_screen(self, beside: QWidget) -> None:
        screen = beside.screen().availableGeometry()
        y = max(screen.top(), min(self.y(), screen.bottom() - self.height()))
        self.move(max(screen.left(), self.x()), y)

    def _show_state(self) -> None:
        """What can be changed, and what there is to say about it."""
        self.sampler.show_state(self._theme, has_exact=self._exact_for is not None)
        if self._shown is not None:
            self.condition.show_state(self._theme, self._shown)
        self.reset.setEnabled(self._own is not None and self._shown != self._own)
        problem = self._field_problem()
        if problem:
            self.note.show_text(problem, self._theme.problem)
        else:
            exact = self._shown is not None and self._shown.denoiser is DenoiserChoice.EXACT
            has_note = exact or self._exact_for is None
            self.note.show_text(exact_text(self._exact_for) if has_note else "", self._theme.exact)

    def _field_problem(self) -> str:
        return next(iter(self.sampler.problems().values()), "") or self.condition.problem()

    def show_problem(self, error: Exception) -> None:
        """Why a classifier, or a class, was not taken."""
        if isinstance(error, ExplainedError):
            self._show_problem(explained_text(error))
        else:
            self._show_problem(problem_text(error))

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self._fit()

    # Changes

    def _check_again(self) -> None:
        """While somebody types, a sentence only goes away; it comes when they have finished."""
        if self.note.text() and not self._field_problem():
            self._show_state()

    def _on_stepped(self) -> None:
        if self._shown is not None:
            self._settle.start()

    def _reset(self) -> None:
        if self._own is not None:
            self.sampling_requested.emit(self._own)

    def _commit(self) -> None:
        self._settle.stop()
        if self._shown is None:
            return
        wanted = self.sampler.wanted(self._shown)
        self._ask_for(replace(wanted, condition=self.condition.wanted(wanted.condition)))
        self._show_state()

    def take_classifier(self, classifier: ClassifierFile) -> None:
        """Somebody has chosen it, and it was found good."""
        if self._shown is not None:
            condition = self.condition.with_classifier(self._shown.condition, classifier)
            self._ask_for(replace(self._shown, condition=condition))

    def _ask_for(self, wanted: SamplingChoice) -> None:
        """Unless it is what there is, or nothing that the model can do: that is said."""
        shown = self._shown
        if shown is None or wanted == shown:
            return
        if self._model is not None and wanted.condition != shown.condition:
            try:
                wanted.condition.classes_of(self._model)
            except ConditionError as error:
                self._fill(shown)
                self.show_problem(error)
                return
        self._shown = wanted
        if wanted.condition.classifier != shown.condition.classifier:
            self._fill(wanted)  # there are other rows now, and other classes
        self._show_problem("")
        self.sampling_requested.emit(wanted)

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Follow the language."""
        self._title.setText(self.tr("How the reverse chain is sampled"))
        self.reset.setText(self.tr("Reset"))
        explain(self.reset, self.tr("Sample as the model was made to be sampled"))
        self.sampler.retranslate()
        self.condition.retranslate()
        self._show_state()
