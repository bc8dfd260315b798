"""The column at the right of the training page: the curves of a training, or its next step."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QFrame, QStackedLayout, QVBoxLayout, QWidget

from ddpm_studio.session.training_run import TrainingProgress
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.ui.panels.segmented_control import Option, SegmentedControl
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.training.algorithm_panel import AlgorithmPanel
from ddpm_studio.ui.training.bucket_plot import BucketPlot
from ddpm_studio.ui.training.course_plot import CoursePlot
from ddpm_studio.ui.training.loss_plot import LossPlot

_WIDTH = 332
_CURVES, _ALGORITHM = range(2)

translate = QCoreApplication.translate  # lupdate looks for calls of this name


class SidePanels(QWidget):
    """Loss, loss by t and the course of other figures under each other; or slow motion."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.losses, self.buckets = LossPlot(theme), BucketPlot(theme)
        self.course = CoursePlot(theme)
        self.algorithm = AlgorithmPanel(theme)
        self.side = SegmentedControl(theme, 2)
        self._pages = QStackedLayout()
        self._lay_out()
        self.side.chosen.connect(self._pages.setCurrentIndex)
        self.retranslate()

    def _lay_out(self) -> None:
        curves = QWidget()
        column = QVBoxLayout(curves)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        for panel, stretch in ((self.losses, 6), (self.buckets, 5), (self.course, 5)):
            column.addWidget(_card(panel), stretch)
        self._pages.addWidget(curves)
        self._pages.addWidget(_card(self.algorithm))
        self.setFixedWidth(_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.side)
        layout.addLayout(self._pages, 1)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        for part in (self.losses, self.buckets, self.course, self.algorithm, self.side):
            part.set_theme(theme)

    def show_curves(self) -> None:
        """Bring them to the front."""
        self.side.choose(_CURVES)

    def show_algorithm(self) -> None:
        """Bring slow motion to the front."""
        self.side.choose(_ALGORITHM)

    def show_configuration(self, configuration: TrainingConfiguration | None) -> None:
        """Another training; None for none."""
        self.course.show_configuration(configuration)
        self.algorithm.show_configuration(configuration)
        if configuration is not None:
            self.buckets.set_steps(configuration.schedule.T)

    def show_progress(self, progress: TrainingProgress | None) -> None:
        """The curves as far as they have come."""
        self.losses.show_progress(progress)
        self.buckets.show_progress(progress)
        self.course.show_progress(progress)

    def show_mark(self, step: int | None) -> None:
        """A line at a training step; None for none."""
        self.losses.show_mark(step)
        self.course.show_mark(step)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Follow the language."""
        curves = translate("TrainingPage", "Curves")
        slow_motion = translate("TrainingPage", "Slow motion")
        algorithm = translate(
            "TrainingPage", "Algorithm 1 of the paper with its values, one step at a time"
        )
        about_curves = translate("TrainingPage", "How the training goes")
        self.side.set_options([Option(curves, about_curves), Option(slow_motion, algorithm)])


def _card(panel: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("card", True)
    layout = QVBoxLayout(card)
    layout.setContentsMargins(*[SPACING] * 4)
    layout.addWidget(panel)
    return card
