"""How the reverse chain is sampled: said on its card, changed beside it, asked of the session."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.checkpoints.condition import ConditionError
from ddpm_studio.session.sampling_choice import (
    SamplingChoice,
    class_names,
    exact_for,
    own_sampling,
)
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.chain_card import ChainCard
from ddpm_studio.ui.dialogs.classifier_dialogs import ClassifierDialogs
from ddpm_studio.ui.sampling_popup import SamplingPopup
from ddpm_studio.ui.sampling_text import sampling_text
from ddpm_studio.ui.theme import Theme


class SamplingControl(QObject):
    """``sampled_anew`` when another chain begins because somebody wanted to sample differently."""

    sampled_anew = Signal()

    def __init__(self, studio: Studio, card: ChainCard, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio, self._card, self._theme, self._parent = studio, card, theme, parent
        self._popup: SamplingPopup | None = None
        self._classifiers: ClassifierDialogs | None = None
        card.sampling_clicked.connect(self.open)
        studio.settings_changed.connect(self.show_sampling)
        # A chain tells how far the numbers of a less precise network are off.
        studio.chains.trajectories_changed.connect(self.show_sampling)

    @property
    def popup(self) -> SamplingPopup:
        """The fields. Made when they are wanted first, for they are a quarter of all widgets here."""
        if self._popup is None:
            self._popup = SamplingPopup(self._theme, self._parent)
            self._popup.sampling_requested.connect(self._sample)
            self._popup.condition.file_requested.connect(lambda: self.classifiers.choose())
            self.show_sampling()
        return self._popup

    @property
    def classifiers(self) -> ClassifierDialogs:
        """What opens a classifier for them."""
        if self._classifiers is None:
            self._classifiers = ClassifierDialogs(self._studio, self.popup, self._parent)
            self._classifiers.return_requested.connect(self.open)
        return self._classifiers

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self._theme = theme
        if self._popup is not None:
            self._popup.set_theme(theme)

    def stop(self) -> bool:
        """End the thread that reads a classifier; False where it has not ended in time."""
        return self._classifiers is None or self._classifiers.stop()

    def show_sampling(self) -> None:
        """As it is now, on the card and in the fields."""
        model, sampling = self._studio.model, self._studio.sampling
        if model is None or sampling is None:
            return
        about = model.description
        T, classes = about.schedule.T, sampling.condition.classes_of(about)
        names = class_names(about, classes or 0)
        error = None if self._studio.reverse is None else self._studio.reverse.prediction_error
        self._card.show_note(sampling_text(sampling, T, names, error))
        if self._popup is not None:
            exact = exact_for(about.data_set)
            self._popup.show_sampling(sampling, own_sampling(about), T, exact, about)

    def open(self) -> None:
        """Open the fields; without a model there is nothing to choose."""
        if self._studio.model is not None:
            self.popup.open_beside(self._card, self._card.sampling_button)

    def _sample(self, sampling: SamplingChoice) -> None:
        try:
            self._studio.set_sampling(sampling)
        except ConditionError as error:
            self.popup.show_problem(error)
            return
        self.sampled_anew.emit()
