"""The fields of a sampler: who predicts x_0, which steps are taken, and with how much noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QWidget

from ddpm_studio.diffusion.sampler_configuration import MAX_CLIP, ReverseVariance, SamplerKind
from ddpm_studio.networks.precision import Precision
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice
from ddpm_studio.ui.jumping_slider import JumpingSlider
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.panels.segmented_control import SegmentedControl
from ddpm_studio.ui.sampler_words import (
    denoiser_options,
    explanations,
    kind_options,
    labels,
    precision_options,
    variance_options,
)
from ddpm_studio.ui.theme import SPACING, Theme

_ETA_PARTS = 20  # of the slider, from 0 to 1
_FEW_STEPS = (10, 50, 250)
_DEFAULT_CLIP = 1.0
_DENOISERS = tuple(DenoiserChoice)
_KINDS = tuple(SamplerKind)
_VARIANCES = tuple(ReverseVariance)
_PRECISIONS = tuple(Precision)

translate = QCoreApplication.translate  # lupdate looks for calls of this name


class SamplerFields(QObject):
    """``rows`` for a form, each a label and a field.

    committed   a change was made
    stepped     a change was made that may go on: by a key, the wheel or the slider
    typed       somebody is typing
    """

    committed = Signal()
    stepped = Signal()
    typed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._T, self._eta_shown = 1, 0.0
        self.denoiser = SegmentedControl(theme, len(_DENOISERS))
        self.kind = SegmentedControl(theme, len(_KINDS))
        self.eta = JumpingSlider(Qt.Orientation.Horizontal)
        self.variance = SegmentedControl(theme, len(_VARIANCES))
        self.steps = NumberField(whole=True)
        self.few = [QPushButton() for _ in range(len(_FEW_STEPS) + 1)]
        self.clips, self.clip = QCheckBox(), NumberField()
        self.precision = SegmentedControl(theme, len(_PRECISIONS))
        self._labels = {name: QLabel() for name in labels()}
        self._eta_text, self._of_T = QLabel(), QLabel()
        self._set_up_fields()
        self.rows: list[tuple[QWidget, QWidget]] = [
            (self._labels["denoiser"], row(self.denoiser)),
            (self._labels["kind"], row(self.kind)),
            (self._labels["eta"], row(self.eta, self._eta_text)),
            (self._labels["variance"], row(self.variance)),
            (self._labels["steps"], row(self.steps, self._of_T, *self.few)),
            (self.clips, row(self.clip)),
            (self._labels["precision"], row(self.precision)),
        ]
        self._connect()

    def _set_up_fields(self) -> None:
        self.eta.setRange(0, _ETA_PARTS)
        self.eta.setPageStep(_ETA_PARTS // 4)
        metrics = self._eta_text.fontMetrics()
        self._eta_text.setMinimumWidth(metrics.horizontalAdvance("0.00") + 4)
        self._eta_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.steps.setMinimumWidth(60)
        for button in self.few:
            button.setFixedWidth(44)
        self._labels["eta"].setBuddy(self.eta)
        self._labels["steps"].setBuddy(self.steps)

    def _connect(self) -> None:
        for control in (self.denoiser, self.kind, self.variance, self.precision):
            control.chosen.connect(self.committed)
        self.eta.valueChanged.connect(self._on_eta)
        for field in (self.steps, self.clip):
            field.committed.connect(self.committed)
            field.stepped.connect(self.stepped)
            field.textEdited.connect(self.typed)
        self.clips.toggled.connect(self.committed)
        for button, count in zip(self.few, (*_FEW_STEPS, None), strict=True):
            button.clicked.connect(lambda _=False, count=count: self._choose_steps(count))

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        for control in (self.denoiser, self.kind, self.variance, self.precision):
            control.set_theme(theme)

    # What is shown

    def show_choice(
        self, sampling: SamplingChoice, T: int, *, learns_variance: bool, has_images: bool
    ) -> None:
        """Every field anew, whatever somebody has typed.

        Fewer digits are offered for images: networks for points gain nothing by them.
        """
        sampler, self._T = sampling.sampler, T
        self._eta_shown = sampler.eta
        self.variance.segments[_VARIANCES.index(ReverseVariance.LEARNED_RANGE)].setVisible(
            learns_variance
        )
        for part in self.rows[-1]:
            part.setVisible(has_images)
        self.precision.choose(_PRECISIONS.index(Precision(sampling.precision)))
        self.denoiser.choose(_DENOISERS.index(sampling.denoiser))
        self.kind.choose(_KINDS.index(SamplerKind(sampler.kind)))
        self.variance.choose(_VARIANCES.index(ReverseVariance(sampler.variance)))
        self.eta.setValue(round(sampler.eta * _ETA_PARTS))
        self.steps.show_value(sampler.steps or T)
        self.clips.setChecked(sampler.clip is not None)
        if sampler.clip is not None or self.clip.value() is None:
            self.clip.show_value(sampler.clip or _DEFAULT_CLIP)
        self._show_T()

    def show_state(self, theme: Theme, *, has_exact: bool) -> None:
        """What can be changed, and which fields have a problem."""
        is_ddim = _KINDS[self.kind.index] is SamplerKind.DDIM
        self.denoiser.setEnabled(has_exact)
        for widget in (self.eta, self._eta_text, self._labels["eta"]):
            widget.setEnabled(is_ddim)
        for part in (self.variance, self._labels["variance"]):
            part.setEnabled(not is_ddim)
        self.clip.setEnabled(self.clips.isChecked())
        self._eta_text.setText(f"{self._eta():.2f}")
        for button, count in zip(self.few, (*_FEW_STEPS, self._T), strict=True):
            button.setEnabled(count < self._T or button is self.few[-1])
        problems = self.problems()
        for name, field in (("steps", self.steps), ("clip", self.clip)):
            field.setStyleSheet(f"border-color: {theme.problem};" if name in problems else "")

    # Changes

    def _eta(self) -> float:
        """The slider's value, or the one that it stands for where that lies between its steps."""
        is_moved = round(self._eta_shown * _ETA_PARTS) != self.eta.value()
        return self.eta.value() / _ETA_PARTS if is_moved else self._eta_shown

    def _on_eta(self) -> None:
        self._eta_text.setText(f"{self._eta():.2f}")
        self.stepped.emit()

    def _choose_steps(self, count: int | None) -> None:
        self.steps.show_value(count or self._T)
        self.committed.emit()

    def wanted(self, shown: SamplingChoice) -> SamplingChoice:
        """What a field with a problem stands for, and what the sampler ignores, stay as they were."""
        steps, clip = int(self.steps.value() or 0), self.clip.value()
        changes: dict[str, Any] = {
            "kind": _KINDS[self.kind.index],
            "steps": None if steps == self._T else steps,
            "clip": clip if self.clips.isChecked() else None,
            "variance": _VARIANCES[self.variance.index],
            "eta": self._eta(),
        }
        for wrong in self.problems():
            del changes[wrong]
        sampler, denoiser = replace(shown.sampler, **changes), _DENOISERS[self.denoiser.index]
        self._eta_shown = sampler.eta
        precision = _PRECISIONS[self.precision.index]
        return replace(shown, sampler=sampler, denoiser=denoiser, precision=precision)

    def problems(self) -> dict[str, str]:
        """Of each field that no sampler can have its name, and what is allowed."""
        steps, clip = self.steps.value(), self.clip.value()
        problems = {}
        if steps is None or not 1 <= steps <= self._T:
            sentence = translate(
                "SamplingPopup", "The number of steps must be a whole number from 1 to {0}."
            )
            problems["steps"] = sentence.format(self._T)
        if self.clips.isChecked() and (clip is None or not 0 < clip <= MAX_CLIP):
            sentence = translate(
                "SamplingPopup", "The limit of x₀ must be a number above 0 and at most {0}."
            )
            problems["clip"] = sentence.format(f"{MAX_CLIP:g}")
        return problems

    # Words

    def _show_T(self) -> None:
        self._of_T.setText(translate("SamplingPopup", "of {0}").format(self._T))

    def retranslate(self) -> None:
        """Follow the language."""
        for name, text in labels().items():
            self._labels[name].setText(text)
        self._show_T()
        self.clips.setText(translate("SamplingPopup", "Limit x₀ to ±"))
        all_steps = translate("SamplingPopup", "All")
        for button, text in zip(self.few, (*map(str, _FEW_STEPS), all_steps), strict=True):
            button.setText(text)
        self.denoiser.set_options(denoiser_options())
        self.kind.set_options(kind_options())
        self.variance.set_options(variance_options())
        self.precision.set_options(precision_options())
        for name, text in explanations().items():
            explain(getattr(self, name), text)
        for button in self.few[:-1]:
            explain(button, translate("SamplingPopup", "Take {0} steps").format(button.text()))
        explain(self.few[-1], translate("SamplingPopup", "Take all steps"))


def explain(widget: QWidget, text: str) -> None:
    """As a tooltip, and for a screen reader."""
    widget.setToolTip(paragraphs(text))
    widget.setAccessibleName(text)


def row(*widgets: QWidget) -> QWidget:
    """Side by side; the first takes the room that the others leave."""
    whole = QWidget()
    layout = QHBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACING)
    for place, widget in enumerate(widgets):
        layout.addWidget(widget, 0 if place else 1)
    return whole
