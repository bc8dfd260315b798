"""The fields for what the samples shall show: a class, and a classifier that draws them towards it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QToolButton, QWidget

from ddpm_studio.checkpoints.classifier_file import ClassifierFile
from ddpm_studio.checkpoints.condition import (
    MAX_GUIDANCE,
    UNCONDITIONED,
    Condition,
    ConditionError,
)
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.explained_error import printable
from ddpm_studio.networks.configuration import class_count
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice, class_names
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.class_list import ClassList
from ddpm_studio.ui.elided_button import ElidedButton
from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.jumping_slider import JumpingSlider
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.sampler_fields import explain, row
from ddpm_studio.ui.theme import Theme

_SLIDER_MOST, _SLIDER_PARTS = 10, 100  # beyond that a number is typed
_SCALE_WIDTH = 64


class ConditionFields(QObject):
    """``rows`` for a form, each a label and a field; those that mean nothing to the model are hidden.

    committed, stepped, typed   as of SamplerFields
    file_requested              somebody wants to choose a classifier
    """

    committed = Signal()
    stepped = Signal()
    typed = Signal()
    file_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model: ModelDescription | None = None
        self._classifier: ClassifierFile | None = None
        self._opening = ""
        self._is_filling = False
        self.label, self._classes = ChoiceBox(), ClassList(self)
        self.file, self.remove = ElidedButton(), QToolButton()
        self.guidance = JumpingSlider(Qt.Orientation.Horizontal)
        self.scale = NumberField()
        self._labels = {name: QLabel() for name in ("label", "file", "scale")}
        self.rows: list[tuple[QWidget, QWidget]] = [
            (self._labels["label"], row(self.label)),
            (self._labels["file"], row(self.file, self.remove)),
            (self._labels["scale"], row(self.guidance, self.scale)),
        ]
        self._set_up_fields()
        self.set_theme(theme)
        self._connect()

    def _set_up_fields(self) -> None:
        self.label.setModel(self._classes)
        self.label.setMaxVisibleItems(12)
        self.label.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.guidance.setRange(0, _SLIDER_PARTS)
        self.guidance.setPageStep(_SLIDER_PARTS // 10)
        self.scale.setFixedWidth(_SCALE_WIDTH)
        self._labels["label"].setBuddy(self.label)
        self._labels["file"].setBuddy(self.file)
        self._labels["scale"].setBuddy(self.scale)

    def _connect(self) -> None:
        self.label.activated.connect(self.committed)
        self.file.clicked.connect(self.file_requested)
        self.remove.clicked.connect(self._remove)
        self.guidance.valueChanged.connect(self._on_slider)
        self.scale.committed.connect(self._on_number)
        self.scale.stepped.connect(self._on_stepped)
        self.scale.textEdited.connect(self.typed)

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self.remove.setIcon(icon("close", theme))

    # What is shown

    def show_choice(self, condition: Condition, model: ModelDescription | None) -> None:
        """Every field anew; without a model there is nothing to choose."""
        self._model, self._classifier = model, condition.classifier
        self._show_classes(condition)
        self._show_scale(condition.scale)
        self._show_file()
        self._show_rows()

    def _show_classes(self, condition: Condition) -> None:
        count = 0 if self._model is None else _classes_of(condition, self._model)
        names = () if self._model is None else class_names(self._model, count)
        self._classes.show_classes(count, names)
        label = condition.label
        self.label.setCurrentIndex(0 if label is None else min(label, count - 1) + 1)

    def _show_scale(self, scale: float) -> None:
        self.scale.show_value(scale)
        self._move_slider(scale)

    def _move_slider(self, scale: float) -> None:
        self._is_filling = True
        part = round(scale / _SLIDER_MOST * _SLIDER_PARTS)
        self.guidance.setValue(max(0, min(part, _SLIDER_PARTS)))
        self._is_filling = False

    def show_opening(self, name: str) -> None:
        """A classifier is being read; empty when that has ended."""
        self._opening = name
        self._show_file()

    def _show_file(self) -> None:
        if self._opening:
            self.file.show_text(self.tr("Opening {0}…").format(printable(self._opening)))
        elif self._classifier is not None:
            self.file.show_text(printable(self._classifier.path.name))
        else:
            self.file.show_text(self.tr("Choose a noisy classifier…"))
        self.file.setEnabled(not self._opening)
        self.remove.setVisible(self._classifier is not None)

    def _show_rows(self) -> None:
        has_classes = self._classes.rowCount() > 1
        is_image = self._model is not None and len(self._model.network.sample_shape) == 3
        shown = (has_classes, is_image, is_image and self._classifier is not None)
        for (label, field), is_shown in zip(self.rows, shown, strict=True):
            label.setVisible(is_shown)
            field.setVisible(is_shown)

    def show_state(self, theme: Theme, sampling: SamplingChoice) -> None:
        """What can be changed, and what has a problem: the exact denoiser alone knows no class."""
        is_guided = sampling.condition.classifier is not None and sampling.condition.scale > 0
        has_say = is_guided or sampling.denoiser is DenoiserChoice.NETWORK
        self.label.setEnabled(has_say)
        self._labels["label"].setEnabled(has_say)
        style = f"border-color: {theme.problem};" if self.problem() else ""
        self.scale.setStyleSheet(style)

    # Changes

    def _on_slider(self, part: int) -> None:
        if not self._is_filling:
            self.scale.show_value(round(part * _SLIDER_MOST / _SLIDER_PARTS, 3))
            self.stepped.emit()

    def _on_stepped(self) -> None:
        self._move_slider(self.scale.value() or 0.0)
        self.stepped.emit()

    def _on_number(self) -> None:
        if not self.problem():
            self._move_slider(self.scale.value() or 0.0)
        self.committed.emit()

    def _remove(self) -> None:
        self._classifier = None
        self.committed.emit()

    def with_classifier(self, shown: Condition, classifier: ClassifierFile) -> Condition:
        """A scale that was 0 would not show what it does."""
        return replace(shown, classifier=classifier, scale=shown.scale or UNCONDITIONED.scale)

    def wanted(self, shown: Condition) -> Condition:
        """What a field with a problem stands for stays as it was."""
        if self._model is None:
            return shown
        row_number = self.label.currentIndex()
        label = row_number - 1 if row_number > 0 else None
        scale = self.scale.value()
        if self._classifier is None and class_count(self._model.network) is None:
            label = None
        if self.problem() or scale is None or self._classifier is None:
            scale = shown.scale
        return Condition(label, self._classifier, scale)

    def problem(self) -> str:
        """What is wrong with the scale of the guidance, if it is."""
        scale = self.scale.value()
        if self._classifier is None or (scale is not None and 0 <= scale <= MAX_GUIDANCE):
            return ""
        sentence = self.tr("The scale of the guidance must be a number from 0 to {0}.")
        return sentence.format(f"{MAX_GUIDANCE:g}")

    # Words

    def retranslate(self) -> None:
        """Follow the language."""
        self._labels["label"].setText(self.tr("Class"))
        self._labels["file"].setText(self.tr("Classifier"))
        self._labels["scale"].setText(self.tr("Guidance s"))
        self._classes.retranslate()
        self._show_file()
        explain(self.label, self.tr("What the samples shall show"))
        self.file.setToolTip(
            self.tr(
                "<p>A network that was trained to tell the class of noisy images: its gradient draws "
                "the samples towards their class (Dhariwal and Nichol 2021).</p>"
            )
        )
        explain(self.remove, self.tr("Sample without the classifier"))
        scale = self.tr(
            "s: how strongly the classifier draws. 0 not at all, 1 samples p(x₀ | y), more sharpens."
        )
        explain(self.guidance, scale)
        explain(self.scale, scale)


def _classes_of(condition: Condition, model: ModelDescription) -> int:
    """How many there are to choose from; 0 where there are none."""
    try:
        return condition.classes_of(model) or 0
    except ConditionError:  # somebody else says so
        return class_count(model.network) or 0
