"""The settings of a training: a preset or one's own, checked while they are typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from ddpm_studio.datasets.catalogue import entries, entry
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.session.devices import Device
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.presets import PRESETS
from ddpm_studio.training.suggestion import suggested_training
from ddpm_studio.ui.panels.panel_text import NoteLabel, title_label
from ddpm_studio.ui.quiet_scroll_area import QuietScrollArea
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.training import field_text
from ddpm_studio.ui.training.field_checks import FieldProblem
from ddpm_studio.ui.training.field_grid import FieldGrid
from ddpm_studio.ui.training.problem_bubble import ProblemBubble
from ddpm_studio.ui.training.training_fields import MLP_FIELDS, UNET_FIELDS, TrainingFields
from ddpm_studio.ui.training.typed_training import is_preset, typed_training

FIRST_PRESET = "moons-quick"
_BASIC = (
    "preset",
    "data_set",
    "classes",
    *MLP_FIELDS,
    "channels",
    "channel_multipliers",
    "schedule",
    "steps",
    "batch_size",
    "learning_rate",
    "seed",
    "device",
)
_MORE = (
    "target",
    "blocks_per_level",
    "attention_sizes",
    "dropout",
    "warm_up_steps",
    "learning_rate_schedule",
    "gradient_clip",
    "ema_decay",
    "precision",
    "compile",
    "autosave_every",
)


class TrainingForm(QFrame):
    """Scrolls where it must; what is wrong is said at its field, when one has finished typing.

    changed   :meth:`configuration` is another one, or None
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._theme = theme
        self._base = next(each for each in PRESETS if each.name == FIRST_PRESET)
        self._schedule = self._base.schedule
        self._locked = False
        self._problem: FieldProblem | None = None
        self._title, self.time_note = title_label(), NoteLabel(theme)
        self.fields = fields = TrainingFields(theme, self)
        self.preset, self.data_set, self.device = fields.preset, fields.data_set, fields.device
        self.schedule, self.numbers, self.lists = fields.schedule, fields.numbers, fields.lists
        self.more = QToolButton()
        self._basic_grid, self._more_grid = FieldGrid(), FieldGrid()
        self._contents = QWidget()
        self._scroll = QuietScrollArea(self._contents)
        self._bubble = ProblemBubble(theme, self._contents)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.retranslate()
        self.show_configuration(self._base)

    # What it is made of

    def _lay_out(self) -> None:
        for grid, names in ((self._basic_grid, _BASIC), (self._more_grid, _MORE)):
            for name in names:
                grid.add(name, self.fields.widget(name))
        self._arrange_contents()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING * 3 // 2, SPACING, SPACING // 2, SPACING)
        layout.addWidget(self._title)
        layout.addWidget(self.time_note)
        layout.addWidget(self._scroll, 1)
        layout.addStretch()  # below the title while the rest is hidden

    def _arrange_contents(self) -> None:
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self._more_grid.hide()
        column = QVBoxLayout(self._contents)
        column.setContentsMargins(0, 0, SPACING // 2, 0)
        column.setSpacing(SPACING)
        for part in (self._basic_grid, self.more, self._more_grid):
            column.addWidget(part)
        column.addStretch(1)

    def _connect(self) -> None:
        fields = self.fields
        fields.typed.connect(self._on_typed)
        fields.committed.connect(self._on_committed)
        fields.preset.activated.connect(self._choose_preset)
        fields.data_set.activated.connect(self._choose_data)
        fields.schedule.schedule_requested.connect(self._take_schedule)
        self.more.toggled.connect(self._show_more)

    # What is shown

    def show_configuration(self, configuration: TrainingConfiguration) -> None:
        """Every field anew, whatever somebody has typed."""
        self._base = configuration
        self._schedule = configuration.schedule
        with QSignalBlocker(self), QSignalBlocker(self.fields.target):
            self.fields.show_configuration(configuration)
        self._show_network_rows()
        self._on_committed()

    def show_devices(self, devices: Sequence[Device], current: str) -> None:
        """The devices to choose among."""
        self.fields.show_devices(devices, current)
        self._show_device_rows()

    def show_data_sets(self) -> None:
        """Those that there are now: one was imported, or is gone."""
        self.fields.fill_data_sets()
        self.fields.classes.show_data(self.data_set.currentData())
        self._on_committed()

    @property
    def chosen_device(self) -> str:
        """Torch's name of it; "" for the fastest, while they are not known."""
        return self.fields.device.currentData() or ""

    def set_locked(self, locked: bool, *, is_known: bool = True) -> None:
        """While a training goes on, its settings are shown, once they are known, and cannot be changed."""
        self._locked = locked
        for part in (self._scroll, self.time_note):
            part.setVisible(is_known)
        for grid in (self._basic_grid, self._more_grid):
            grid.setEnabled(not locked)
        self._say_title()
        self._show_time_note()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        for part in (self._scroll, self.fields, self._bubble, self.time_note):
            part.set_theme(theme)
        self._mark_problem()

    def configuration(self) -> TrainingConfiguration | None:
        """What the fields say; None where that is no training."""
        wanted = self._wanted()
        return wanted if isinstance(wanted, TrainingConfiguration) else None

    def _wanted(self) -> TrainingConfiguration | FieldProblem:
        return typed_training(self.fields, self._base, self._schedule)

    @property
    def chosen(self) -> TrainingConfiguration:
        """The data, their classes and the noise of now, whatever is wrong in other fields."""
        network = self._base.network
        if isinstance(network, UNetConfiguration):
            network = replace(network, classes=self.fields.classes.classes)
        return replace(self._base, network=network, schedule=self._schedule)

    @property
    def problem(self) -> str:
        """What is said about a field; empty where all is well, or somebody is still typing."""
        return self._problem.sentence if self._problem else ""

    @property
    def problem_field(self) -> str:
        """The name of the field that is wrong; empty for none."""
        return self._problem.name if self._problem else ""

    def _show_more(self, shown: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._more_grid.setVisible(shown)
        self._mark_problem()

    def _show_network_rows(self) -> None:
        is_unet = isinstance(self._base.network, UNetConfiguration)
        for names, is_shown in ((MLP_FIELDS, not is_unet), (UNET_FIELDS, is_unet)):
            for name in names:
                grid = self._basic_grid if name in self._basic_grid else self._more_grid
                grid.show_row(name, is_shown)

    def _show_device_rows(self) -> None:
        self._more_grid.show_row("compile", self.fields.may_compile)

    # Changes

    def _choose_preset(self) -> None:
        name = self.preset.currentData()
        chosen = next((each for each in PRESETS if each.name == name), None)
        if chosen is not None:
            self.show_configuration(chosen)
        else:
            self._show_preset()

    def _choose_data(self) -> None:
        """Own settings stay where they fit the data; else those of its preset come, which work."""
        name = self.data_set.currentData()
        self.fields.classes.show_data(name)
        preset = next((each for each in PRESETS if each.data_set == name), None)
        if preset is None and name not in {each.name for each in entries()}:
            return
        preset = preset or suggested_training(entry(name))
        is_same_kind = type(preset.network) is type(self._base.network)
        if is_same_kind and not self.preset.currentData():
            self._base = replace(preset, schedule=self._schedule)
            wanted = self._wanted()
            if not isinstance(wanted, FieldProblem) or wanted.name == self.problem_field:
                self._on_committed()
                return
        self.show_configuration(preset)

    def _take_schedule(self, schedule: ScheduleConfiguration) -> None:
        self._schedule = schedule
        self.schedule.show_configurations(schedule, None)
        self._on_committed()

    def _on_typed(self) -> None:
        """While somebody types, a sentence only goes away; it comes when they have finished."""
        wanted = self._wanted()
        if not isinstance(wanted, FieldProblem) or wanted.name != self.problem_field:
            self._problem = None
            self._mark_problem()
        self.changed.emit()

    def _on_committed(self) -> None:
        self._show_device_rows()
        wanted = self._wanted()
        self._problem = wanted if isinstance(wanted, FieldProblem) else None
        self._mark_problem()
        self._show_preset()
        self.changed.emit()

    def _show_preset(self) -> None:
        wanted = self._wanted()
        same = [each.name for each in PRESETS if is_preset(each, wanted)]
        name = same[0] if same else ""
        if not name and self.problem_field == "data_set":
            name = self._base.name
        self.preset.setCurrentIndex(self.preset.findData(name))
        self._show_time_note()

    def _show_time_note(self) -> None:
        """How long it will take; of a training that goes on, the time left is shown above."""
        note = "" if self._locked else field_text.time_note(self.preset.currentData() or "")
        self.time_note.show_text(note, self._theme.muted_text)

    # The problem

    def _mark_problem(self) -> None:
        problem = self._problem
        if problem is not None and problem.name in self._more_grid and not self.more.isChecked():
            self.more.setChecked(True)  # comes back here
            return
        self.fields.outline(self.problem_field, self.problem, self._theme)
        if problem is None:
            self._bubble.hide()
            return
        layout = self._contents.layout()
        if layout is not None:
            layout.activate()
        self._bubble.show_at(self.fields.widget(problem.name), problem.sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bubble.place()

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _say_title(self) -> None:
        locked, new = self.tr("Settings of this training"), self.tr("A new training")
        self._title.setText(locked if self._locked else new)

    def retranslate(self) -> None:
        """Follow the language."""
        self._say_title()
        self.fields.retranslate()
        self.more.setText(self.tr("More"))
        self.more.setToolTip(self.tr("Settings that seldom need another value"))
        for name, (label, tool_tip) in field_text.field_texts().items():
            grid = self._basic_grid if name in self._basic_grid else self._more_grid
            grid.describe(name, label, tool_tip)
        width = max(self._basic_grid.label_width(), self._more_grid.label_width())
        for grid in (self._basic_grid, self._more_grid):
            grid.set_label_width(width)
        self._on_committed()
