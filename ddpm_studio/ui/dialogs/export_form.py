"""The choices of an export: what is shown, which t, how fast and how large."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from ddpm_studio.export import AnimationPlan
from ddpm_studio.ui.export_layout import ExportView, StageOptions
from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.theme import SPACING, Theme

WIDTHS_PX = (320, 480, 640, 800, 1000, 1280, 1600, 1920)
DEFAULT_WIDTH_PX = 800
MAX_FRAMES, DEFAULT_FRAMES = 1000, 120
DEFAULT_FRAMES_PER_SECOND, MAX_FRAMES_PER_SECOND = 20.0, 50.0
DEFAULT_HOLD_SECONDS, MAX_HOLD_SECONDS = 1.0, 60.0


@dataclass(frozen=True)
class ExportSubject:
    """What a person looks at while opening the dialog: ``chosen`` is a sample's index, or -1."""

    name: str
    is_denoising: bool
    chosen: int


class ExportForm(QWidget):
    """Fields for a plan and for the looks of its pictures; ``changed`` after each edit."""

    changed = Signal()

    def __init__(self, theme: Theme, subject: ExportSubject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._subject = subject
        self.view = QComboBox()
        for view in ExportView:
            self.view.addItem("", view)
        self.t_first, self.t_last = QSpinBox(), QSpinBox()
        self.swap = QToolButton()
        self.swap.setIcon(icon("loop-ping-pong", theme))
        self.frames = _whole(2, MAX_FRAMES, DEFAULT_FRAMES)
        self.frames_per_second = _real(1.0, MAX_FRAMES_PER_SECOND, DEFAULT_FRAMES_PER_SECOND)
        self.width_px = QComboBox()
        for width_px in WIDTHS_PX:
            self.width_px.addItem(f"{width_px} px", width_px)
        self.width_px.setCurrentIndex(WIDTHS_PX.index(DEFAULT_WIDTH_PX))
        self.hold_seconds = _real(0.0, MAX_HOLD_SECONDS, DEFAULT_HOLD_SECONDS)
        self.ping_pong, self.histogram, self.captions = QCheckBox(), QCheckBox(), QCheckBox()
        self.histogram.setChecked(True)
        self.captions.setChecked(True)
        self.chosen = QCheckBox()
        self.chosen.setChecked(subject.chosen >= 0)
        self.chosen.setVisible(subject.chosen >= 0)
        self._labels = {
            name: QLabel() for name in ("view", "range", "frames", "rate", "width", "hold")
        }
        self._lay_out()
        self._connect()
        self.set_length(1)
        self.retranslate()

    def _lay_out(self) -> None:
        steps = QHBoxLayout()
        steps.setSpacing(SPACING // 2)
        steps.addWidget(self.t_first, 1)
        steps.addWidget(self.swap)
        steps.addWidget(self.t_last, 1)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(SPACING)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: tuple[tuple[str, QWidget | QLayout, QWidget], ...] = (
            ("view", self.view, self.view),
            ("range", steps, self.t_first),
            ("frames", self.frames, self.frames),
            ("rate", self.frames_per_second, self.frames_per_second),
            ("width", self.width_px, self.width_px),
            ("hold", self.hold_seconds, self.hold_seconds),
        )
        for name, row, buddy in rows:
            label = self._labels[name]
            label.setProperty("muted", True)
            label.setBuddy(buddy)
            # As high as the field, so that both texts stand on one line.
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
            form.addRow(label, row)
        for box in (self.ping_pong, self.histogram, self.captions, self.chosen):
            form.addRow("", box)

    def _connect(self) -> None:
        for spin in (self.t_first, self.t_last, self.frames):
            spin.valueChanged.connect(self.changed)
        for real in (self.frames_per_second, self.hold_seconds):
            real.valueChanged.connect(self.changed)
        for box in (self.ping_pong, self.histogram, self.captions, self.chosen):
            box.toggled.connect(self.changed)
        self.view.currentIndexChanged.connect(self._on_view)
        self.width_px.currentIndexChanged.connect(self.changed)
        self.swap.clicked.connect(self._swap_range)

    @property
    def export_view(self) -> ExportView:
        """What is shown."""
        return ExportView(self.view.currentData())

    def set_length(self, T: int) -> None:
        """The chain that the view's t counts has T steps: offer all of them."""
        if self.t_first.maximum() == T:
            return
        first, last = (T, 0) if self._subject.is_denoising else (0, T)
        for spin, value in ((self.t_first, first), (self.t_last, last)):
            with QSignalBlocker(spin):
                spin.setRange(0, T)
                spin.setValue(value)

    def plan(self) -> AnimationPlan:
        """The animation as chosen. Every combination of the fields is a possible one."""
        return AnimationPlan(
            t_first=self.t_first.value(),
            t_last=self.t_last.value(),
            frame_count=self.frames.value(),
            frames_per_second=self.frames_per_second.value(),
            ping_pong=self.ping_pong.isChecked(),
            hold_last_seconds=self.hold_seconds.value(),
        )

    def stage_options(self) -> StageOptions:
        """The looks of the pictures as chosen."""
        return StageOptions(
            view=self.export_view,
            width_px=self.width_px.currentData(),
            theme=self._theme,
            histogram=self.histogram.isChecked(),
            captions=self.captions.isChecked(),
            name=self._subject.name,
            chosen=self._subject.chosen if self.chosen.isChecked() else -1,
        )

    def _on_view(self) -> None:
        only_histograms = self.export_view is ExportView.HISTOGRAMS
        self.histogram.setEnabled(not only_histograms)
        self.chosen.setEnabled(not only_histograms)
        self.changed.emit()

    def _swap_range(self) -> None:
        first, last = self.t_first.value(), self.t_last.value()
        with QSignalBlocker(self.t_first):
            self.t_first.setValue(last)
        with QSignalBlocker(self.t_last):
            self.t_last.setValue(first)
        self.changed.emit()

    def retranslate(self) -> None:
        """Follow the language."""
        self._name_views()
        self._name_rows()
        self._explain_fields()
        self.hold_seconds.setSuffix(self.tr(" s"))
        self.ping_pong.setText(self.tr("There and back (ping-pong)"))
        self.histogram.setText(self.tr("Histograms of xₜ below"))
        self.captions.setText(self.tr("Titles, t and legend"))
        self.chosen.setText(
            self.tr("Sample {0}, as on the screen").format(self._subject.chosen + 1)
        )

    def _name_views(self) -> None:
        names = {
            ExportView.BOTH: self.tr("Both chains (as on the screen)"),
            ExportView.FORWARD: self.tr("Forward chain q"),
            ExportView.REVERSE: self.tr("Reverse chain pθ"),
            ExportView.HISTOGRAMS: self.tr("Histograms only"),
        }
        for view, name in names.items():
            self.view.setItemText(self.view.findData(view), name)

    def _name_rows(self) -> None:
        names = {
            "view": self.tr("Picture"),
            "range": self.tr("From t, to t"),
            "frames": self.tr("Frames"),
            "rate": self.tr("Frames per second"),
            "width": self.tr("Width"),
            "hold": self.tr("Hold the last frame"),
        }
        for row, name in names.items():
            self._labels[row].setText(name)

    def _explain_fields(self) -> None:
        self.t_first.setAccessibleName(self.tr("First t"))
        self.t_last.setAccessibleName(self.tr("Last t"))
        self.swap.setToolTip(self.tr("Turn the direction round"))
        self.swap.setAccessibleName(self.tr("Turn the direction round"))
        self.frames.setToolTip(
            self.tr("In one pass, evenly spaced; fewer where the range has fewer steps")
        )
        self.frames_per_second.setToolTip(
            self.tr("A GIF measures time in hundredths of a second; browsers slow down beyond 50")
        )

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _whole(low: int, high: int, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setValue(value)
    spin.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
    return spin


def _real(low: float, high: float, value: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setDecimals(1)
    spin.setRange(low, high)
    spin.setValue(value)
    return spin
