"""How the reverse chain is sampled: denoiser, sampler, noise, steps; every change is taken at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.diffusion.sampler_configuration import (
    MAX_CLIP,
    ReverseVariance,
    SamplerKind,
)
from ddpm_studio.session.sampling_choice import DenoiserChoice, ExactFor, SamplingChoice
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.panels.panel_text import NoteLabel, paragraphs, title_label
from ddpm_studio.ui.panels.segmented_control import Option, SegmentedControl
from ddpm_studio.ui.theme import SPACING, Theme

_SETTLE_MS = 150  # after the last step of a key, the wheel or the slider
_WIDTH = 488
_ETA_PARTS = 20  # of the slider, from 0 to 1
_FEW_STEPS = (10, 50, 250)
_HANDLE_WIDTH = 12  # of the slider, in Fusion style
_DEFAULT_CLIP = 1.0
_DENOISERS = tuple(DenoiserChoice)
_KINDS = tuple(SamplerKind)
_VARIANCES = tuple(ReverseVariance)


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
        self._T = 1
        self._title = title_label()
        self.denoiser = SegmentedControl(theme, len(_DENOISERS))
        self.kind = SegmentedControl(theme, len(_KINDS))
        self.eta = _JumpingSlider(Qt.Orientation.Horizontal)
        self.variance = SegmentedControl(theme, len(_VARIANCES))
        self.steps = NumberField(whole=True)
        self.few = [QPushButton() for _ in range(len(_FEW_STEPS) + 1)]
        self.clips, self.clip = QCheckBox(), NumberField()
        self.reset = QPushButton()
        self.note = NoteLabel(theme)
        self._labels = {name: QLabel() for name in ("denoiser", "kind", "eta", "variance", "steps")}
        self._eta_text, self._of_T = QLabel(), QLabel()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        self.setFixedWidth(_WIDTH)
        self.eta.setRange(0, _ETA_PARTS)
        self.eta.setPageStep(_ETA_PARTS // 4)
        self._eta_text.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.00") + 4)
        self._eta_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        rows = QGridLayout()
        rows.setHorizontalSpacing(2 * SPACING)
        rows.setVerticalSpacing(SPACING)
        rows.setColumnStretch(1, 1)
        steps = _row(self.steps, self._of_T, *self.few)
        steps.setStretch(0, 1)
        steps.setSpacing(SPACING)
        self.steps.setMinimumWidth(60)
        for button in self.few:
            button.setFixedWidth(44)
        for row, (label, content) in enumerate(
            (
                (self._labels["denoiser"], _row(self.denoiser)),
                (self._labels["kind"], _row(self.kind)),
                (self._labels["eta"], _row(self.eta, self._eta_text)),
                (self._labels["variance"], _row(self.variance)),
                (self._labels["steps"], steps),
                (self.clips, _row(self.clip)),
            )
        ):
            rows.addWidget(label, row, 0)
            rows.addLayout(content, row, 1)
        self._labels["eta"].setBuddy(self.eta)
        self._labels["steps"].setBuddy(self.steps)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * SPACING] * 4)
        layout.setSpacing(SPACING)
        layout.addLayout(head)
        layout.addLayout(rows)
        layout.addWidget(self.note)

    def _connect(self) -> None:
        for control in (self.denoiser, self.kind, self.variance):
            control.chosen.connect(self._commit)
        self.eta.valueChanged.connect(self._on_eta)
        for field in (self.steps, self.clip):
            field.committed.connect(self._commit)
            field.stepped.connect(self._settle.start)
            field.textEdited.connect(self._check_again)
        self.clips.toggled.connect(self._commit)
        self._settle.timeout.connect(self._commit)
        self.reset.clicked.connect(self._reset)
        QShortcut(QKeySequence("S"), self).activated.connect(self.close)  # the key that opened it
        for button, count in zip(self.few, (*_FEW_STEPS, None), strict=True):
            button.clicked.connect(lambda _=False, count=count: self._choose_steps(count))

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self._theme = theme
        for control in (self.denoiser, self.kind, self.variance):
            control.set_theme(theme)
        self.note.set_theme(theme)
        self._show_state()

    # What is shown

    def show_sampling(
        self, sampling: SamplingChoice, own: SamplingChoice, T: int, exact_for: ExactFor | None
    ) -> None:
        """The present choice, the model's own, its T, and what an exact denoiser is exact for.

        None stands for data that are not known, and so no exact denoiser.
        """
        if (sampling, own, T, exact_for) != (self._shown, self._own, self._T, self._exact_for):
            self._own, self._T, self._exact_for = own, T, exact_for
            self._fill(sampling)

    def _fill(self, sampling: SamplingChoice) -> None:
        """Every field anew, whatever somebody has typed."""
        self._settle.stop()
        self._shown = None  # what follows is not a person's change
        sampler, T = sampling.sampler, self._T
        self.denoiser.choose(_DENOISERS.index(sampling.denoiser))
        self.kind.choose(_KINDS.index(SamplerKind(sampler.kind)))
        self.variance.choose(_VARIANCES.index(ReverseVariance(sampler.variance)))
        self.eta.setValue(round(sampler.eta * _ETA_PARTS))
        self.steps.show_value(sampler.steps or T)
        self.clips.setChecked(sampler.clip is not None)
        if sampler.clip is not None or self.clip.value() is None:
            self.clip.show_value(sampler.clip or _DEFAULT_CLIP)
        self._shown = sampling
        self._of_T.setText(self.tr("of {0}").format(T))
        self._show_state()

    @property
    def _has_learned_variance(self) -> bool:
        """Of a model that learned one it is the own variance."""
        own = None if self._own is None else self._own.sampler.variance
        return own == ReverseVariance.LEARNED_RANGE

    def open_beside(self, card: QWidget, button: QWidget) -> None:
        """Show it at the left of a card, which it changes, and at the height of its button.

        What was typed and never taken is gone.
        """
        if self._shown is not None:
            self._fill(self._shown)
        self.adjustSize()
        x = card.mapToGlobal(QPoint(0, 0)).x() - self.width()
        y = button.mapToGlobal(QPoint(0, 0)).y()
        screen = card.screen().availableGeometry()
        self.move(max(screen.left(), x), max(screen.top(), min(y, screen.bottom() - self.height())))
        self.show()
        self.kind.setFocus()

    def _show_state(self) -> None:
        """What can be changed, and what there is to say about it."""
        is_ddim = _KINDS[self.kind.index] is SamplerKind.DDIM
        self.denoiser.setEnabled(self._exact_for is not None)
        for widget in (self.eta, self._eta_text, self._labels["eta"]):
            widget.setEnabled(is_ddim)
        for part in (self.variance, self._labels["variance"]):
            part.setEnabled(not is_ddim)
        learned = _VARIANCES.index(ReverseVariance.LEARNED_RANGE)
        self.variance.segments[learned].setVisible(self._has_learned_variance)
        self.clip.setEnabled(self.clips.isChecked())
        self._eta_text.setText(f"{self._eta():.2f}")
        for button, count in zip(self.few, (*_FEW_STEPS, self._T), strict=True):
            button.setEnabled(count < self._T or button is self.few[-1])
        self.reset.setEnabled(self._own is not None and self._shown != self._own)
        problems = self._problems()
        for name, field in (("steps", self.steps), ("clip", self.clip)):
            field.setStyleSheet(f"border-color: {self._theme.problem};" if name in problems else "")
        if problems:
            self.note.show_text(next(iter(problems.values())), self._theme.problem)
        else:
            exact = self._shown is not None and self._shown.denoiser is DenoiserChoice.EXACT
            has_note = exact or self._exact_for is None
            self.note.show_text(self._exact_text() if has_note else "", self._theme.exact)

    # Changes

    def _eta(self) -> float:
        """The slider's value, or the one that it stands for where that lies between its steps."""
        shown = self._shown.sampler.eta if self._shown is not None else 0.0
        is_moved = round(shown * _ETA_PARTS) != self.eta.value()
        return self.eta.value() / _ETA_PARTS if is_moved else shown

    def _check_again(self) -> None:
        """While somebody types, a sentence only goes away; it comes when they have finished."""
        if self.note.text() and not self._problems():
            self._show_state()

    def _on_eta(self) -> None:
        self._eta_text.setText(f"{self._eta():.2f}")
        if self._shown is not None:
            self._settle.start()

    def _choose_steps(self, count: int | None) -> None:
        self.steps.show_value(count or self._T)
        self._commit()

    def _reset(self) -> None:
        if self._own is not None:
            self.sampling_requested.emit(self._own)

    def _commit(self) -> None:
        self._settle.stop()
        if self._shown is None:
            return
        wanted = self._wanted(self._shown)
        if wanted != self._shown:
            self._shown = wanted
            self.sampling_requested.emit(wanted)
        self._show_state()

    def _wanted(self, shown: SamplingChoice) -> SamplingChoice:
        """What a field with a problem stands for, and what the sampler ignores, stay as they were."""
        steps, clip = int(self.steps.value() or 0), self.clip.value()
        changes: dict[str, Any] = {
            "kind": _KINDS[self.kind.index],
            "steps": None if steps == self._T else steps,
            "clip": clip if self.clips.isChecked() else None,
            "variance": _VARIANCES[self.variance.index],
            "eta": self._eta(),
        }
        for wrong in self._problems():
            del changes[wrong]
        sampler, denoiser = replace(shown.sampler, **changes), _DENOISERS[self.denoiser.index]
        return replace(shown, sampler=sampler, denoiser=denoiser)

    def _problems(self) -> dict[str, str]:
        """Of each field that no sampler can have its name, and what is allowed."""
        steps, clip = self.steps.value(), self.clip.value()
        problems = {}
        if steps is None or not 1 <= steps <= self._T:
            sentence = self.tr("The number of steps must be a whole number from 1 to {0}.")
            problems["steps"] = sentence.format(self._T)
        if self.clips.isChecked() and (clip is None or not 0 < clip <= MAX_CLIP):
            sentence = self.tr("The limit of x₀ must be a number above 0 and at most {0}.")
            problems["clip"] = sentence.format(f"{MAX_CLIP:g}")
        return problems

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Follow the language."""
        self._title.setText(self.tr("How the reverse chain is sampled"))
        self._labels["denoiser"].setText(self.tr("x₀ predicted by"))
        self._labels["kind"].setText(self.tr("Sampler"))
        self._labels["eta"].setText("η")
        self._labels["variance"].setText(self.tr("Variance σ<sub>t</sub>²"))
        self._labels["steps"].setText(self.tr("Steps"))
        self._of_T.setText(self.tr("of {0}").format(self._T))
        self.clips.setText(self.tr("Limit x₀ to ±"))
        self.reset.setText(self.tr("Reset"))
        for button, text in zip(self.few, (*map(str, _FEW_STEPS), self.tr("All")), strict=True):
            button.setText(text)
        self.denoiser.set_options(self._denoiser_options())
        self.kind.set_options(self._kind_options())
        self.variance.set_options(self._variance_options())
        self._explain_fields()
        self._show_state()

    def _denoiser_options(self) -> list[Option]:
        return [
            Option(
                self.tr("Network"), self.tr("The trained network predicts x₀ from x<sub>t</sub>.")
            ),
            Option(
                self.tr("Exact"),
                self.tr(
                    "E[x₀ | x<sub>t</sub>], computed from the data by Bayes' rule: what a perfect "
                    "network would predict. Compare the two."
                ),
            ),
        ]

    def _kind_options(self) -> list[Option]:
        return [
            Option(
                "DDPM",
                self.tr(
                    "<p><b>Ancestral sampling</b> (Ho et al. 2020): every step adds fresh noise of "
                    "variance σ<sub>t</sub>².</p>"
                ),
            ),
            Option(
                "DDIM",
                self.tr(
                    "<p><b>DDIM</b> (Song et al. 2021): with η = 0 no noise is added, so that x<sub>T</sub> "
                    "alone decides x₀; few steps are often enough.</p>"
                ),
            ),
        ]

    def _variance_options(self) -> list[Option]:
        return [
            Option(
                "β",
                self.tr(
                    "<p><b>Fixed large</b>, σ<sub>t</sub>² = β<sub>t</sub>: best where x₀ ~ N(0, I).</p>"
                ),
                "t",
                self.tr("fixed large: beta"),
            ),
            Option(
                "β̃",
                self.tr(
                    "<p><b>Fixed small</b>, σ<sub>t</sub>² = β̃<sub>t</sub> = (1 − ᾱ<sub>t−1</sub>) / "
                    "(1 − ᾱ<sub>t</sub>) β<sub>t</sub>: best where x₀ is a single point.</p>"
                ),
                "t",
                self.tr("fixed small: beta tilde"),
            ),
            Option(
                "Σ",
                self.tr(
                    "<p><b>Learned</b>: the network says for every pixel where between "
                    "β̃<sub>t</sub> and β<sub>t</sub> the variance lies.</p>"
                ),
                "θ",
                self.tr("learned by the network"),
            ),
        ]

    def _explain_fields(self) -> None:
        for widget, text in (
            (
                self.eta,
                self.tr(
                    "How much noise DDIM adds: 0 none, 1 as much as DDPM with the small variance"
                ),
            ),
            (
                self.steps,
                self.tr(
                    "How many of the model's T steps are taken, evenly spaced. The schedule is "
                    "respaced, not cut off: the chain still begins at T."
                ),
            ),
            (
                self.clips,
                self.tr(
                    "Limit the predicted x₀ before the mean is formed, as for images with values "
                    "from −1 to 1"
                ),
            ),
            (self.clip, self.tr("The limit of the predicted x₀")),
            (self.reset, self.tr("Sample as the model was made to be sampled")),
        ):
            self._name(widget, text)
        for button in self.few[:-1]:
            self._name(button, self.tr("Take {0} steps").format(button.text()))
        self._name(self.few[-1], self.tr("Take all steps"))

    @staticmethod
    def _name(widget: QWidget, text: str) -> None:
        widget.setToolTip(paragraphs(text))
        widget.setAccessibleName(text)

    def _exact_text(self) -> str:
        if self._exact_for is None:
            return self.tr("Without knowing the data there is no exact denoiser.")
        return {
            ExactFor.LAW: self.tr("Exact for the distribution of the data."),
            ExactFor.TRAINING_DATA: self.tr("Exact for the training images: it repeats them."),
            ExactFor.SHOWN_DATA: self.tr("Exact for the points at the left: it repeats them."),
        }[self._exact_for]


class _JumpingSlider(QSlider):
    """A click goes where it is made, and may go on as a drag."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        room = max(1, self.width() - _HANDLE_WIDTH)
        share = (event.position().x() - _HANDLE_WIDTH / 2) / room
        self.setValue(round(min(max(share, 0.0), 1.0) * self.maximum()))
        super().mousePressEvent(event)  # the handle is under the pointer now


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACING // 2)
    for widget in widgets:
        row.addWidget(widget)
    return row
