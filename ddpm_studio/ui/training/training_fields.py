"""The fields of a training: which there are, what they offer, and the values that they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from ddpm_studio.checkpoints.description import TARGETS
from ddpm_studio.datasets.catalogue import entries
from ddpm_studio.session.devices import Device
from ddpm_studio.training.configuration import (
    LEARNING_RATE_SCHEDULES,
    MAX_BATCH_SIZE,
    MAX_SEED,
    MAX_TRAINING_STEPS,
    PRECISIONS,
    TrainingConfiguration,
)
from ddpm_studio.training.presets import PRESETS
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.data_names import data_name
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.panels.schedule_form import ScheduleForm
from ddpm_studio.ui.panels.segmented_control import Option, SegmentedControl
from ddpm_studio.ui.theme import Theme
from ddpm_studio.ui.training.class_field import ClassField
from ddpm_studio.ui.training.list_field import ListField

MLP_FIELDS = ("width", "depth")
UNET_FIELDS = (
    "classes",
    "channels",
    "channel_multipliers",
    "blocks_per_level",
    "attention_sizes",
    "dropout",
)
WHOLE_NUMBERS = {
    "steps": (1, MAX_TRAINING_STEPS),
    "batch_size": (1, MAX_BATCH_SIZE),
    "warm_up_steps": (0, MAX_TRAINING_STEPS),
    "seed": (0, MAX_SEED),
    "autosave_every": (1, MAX_TRAINING_STEPS),
    "width": (1, 4096),
    "depth": (1, 32),
    "channels": (2, 1024),
    "blocks_per_level": (1, 8),
}
"""The least and the greatest that each may be."""
NUMBERS = ("learning_rate", "gradient_clip", "ema_decay", "dropout")
LISTS = ("channel_multipliers", "attention_sizes")

translate = QCoreApplication.translate  # lupdate looks for calls of this name


class TrainingFields(QObject):
    """Widgets by the names of a configuration's fields; a form lays them out and owns them then.

    typed       a text is another one, and somebody may be about to go on typing
    committed   a value was chosen, or typing has ended
    """

    typed = Signal()
    committed = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.preset, self.data_set, self.device = ChoiceBox(), ChoiceBox(), ChoiceBox()
        self.learning_rate_schedule, self.precision = ChoiceBox(), ChoiceBox()
        self.compile, self.classes = QCheckBox(), ClassField()
        self.target = SegmentedControl(theme, len(TARGETS))
        self.schedule = ScheduleForm(theme, is_narrow=True)
        self.numbers = {name: NumberField(whole=True) for name in WHOLE_NUMBERS}
        self.numbers |= {name: NumberField() for name in NUMBERS}
        self.lists = {name: ListField() for name in LISTS}
        self._fill_choices()
        self._connect()

    def _fill_choices(self) -> None:
        for preset in PRESETS:
            self.preset.addItem("", preset.name)
        self.preset.addItem("", "")
        self.fill_data_sets()
        for name in LEARNING_RATE_SCHEDULES:
            self.learning_rate_schedule.addItem("", name)
        for name in PRECISIONS:
            self.precision.addItem(name, name)
        narrow = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        for box in self._boxes():
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(narrow)

    def fill_data_sets(self) -> None:
        """Those that there are now, and those that a preset wants; the same one stays chosen."""
        chosen = self.data_set.currentData()
        known = [each.name for each in entries()]
        names = [*known, *(p.data_set for p in PRESETS if p.data_set not in known)]
        if chosen is not None and chosen not in names:
            names.append(chosen)
        self.data_set.clear()
        for name in names:
            self.data_set.addItem(data_name(name), name)
        if chosen is not None:
            self.data_set.setCurrentIndex(names.index(chosen))

    def _boxes(self) -> tuple[QComboBox, ...]:
        return (
            self.preset,
            self.data_set,
            self.device,
            self.learning_rate_schedule,
            self.precision,
        )

    def _connect(self) -> None:
        """All but preset, data and schedule, which mean more than one value."""
        for box in (self.device, self.learning_rate_schedule, self.precision):
            box.activated.connect(self.committed)
        self.target.chosen.connect(self.committed)
        for tick in (self.compile, self.classes):
            tick.clicked.connect(self.committed)
        self.schedule.problem_changed.connect(self.committed)
        for number in self.numbers.values():
            number.stepped.connect(self.committed)
        for field in self.texts.values():
            field.committed.connect(self.committed)
            field.textEdited.connect(self.typed)

    @property
    def texts(self) -> dict[str, NumberField | ListField]:
        """Those into which something is typed, by name."""
        return {**self.numbers, **self.lists}

    def widget(self, name: str) -> QWidget:
        """The field that a sentence about ``name`` belongs to."""
        others: dict[str, QWidget] = {
            "data_set": self.data_set,
            "schedule": self.schedule,
            "device": self.device,
            "target": self.target,
            "precision": self.precision,
            "compile": self.compile,
            "classes": self.classes,
            "learning_rate_schedule": self.learning_rate_schedule,
            "network": self.numbers["channels"],
        }
        return others.get(name) or self.texts.get(name) or self.preset

    # Values

    def show_configuration(self, configuration: TrainingConfiguration) -> None:
        """Every value anew, whatever somebody has typed."""
        if self.data_set.findData(configuration.data_set) < 0:  # of a training from elsewhere
            self.data_set.addItem(data_name(configuration.data_set), configuration.data_set)
        select(self.data_set, configuration.data_set)
        self.classes.show_network(configuration.network, configuration.data_set)
        select(self.learning_rate_schedule, configuration.learning_rate_schedule)
        select(self.precision, configuration.precision)
        self.compile.setChecked(configuration.compile)
        self.target.choose(TARGETS.index(configuration.target))
        self.schedule.show_configurations(configuration.schedule, None)
        for part in (configuration, configuration.network):
            for name, number in self.numbers.items():
                if hasattr(part, name):
                    number.show_value(getattr(part, name))
            for name, listed in self.lists.items():
                if hasattr(part, name):
                    listed.show_values(getattr(part, name))

    def show_devices(self, devices: Sequence[Device], current: str) -> None:
        """The devices to choose among; what was chosen stays."""
        chosen = self.device.currentData() or current
        self.device.clear()
        for device in devices:
            self.device.addItem(device.name, device.key)
        select(self.device, chosen)

    @property
    def may_compile(self) -> bool:
        """Whether the device that is chosen is one where networks are compiled."""
        return str(self.device.currentData()).startswith("cuda")

    def number(self, name: str) -> float:
        """What stands in a field of a number; 0 for none, which no check lets through."""
        return self.numbers[name].value() or 0.0

    def chosen(self) -> dict[str, Any]:
        """The values of the fields in which one chooses, by name."""
        return {
            "data_set": self.data_set.currentData(),
            "target": TARGETS[self.target.index],
            "learning_rate_schedule": self.learning_rate_schedule.currentData(),
            "precision": self.precision.currentData(),
            "compile": self.may_compile and self.compile.isChecked(),
        }

    # Looks and words

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.target.set_theme(theme)
        self.schedule.set_theme(theme)

    def outline(self, wrong: str, problem: str, theme: Theme) -> None:
        """In the colour of what is wrong the field of that name, if any, and no other."""
        for name, field in self.texts.items():
            style = f"border-color: {theme.problem};" if name == wrong else ""
            if field.styleSheet() != style:
                field.setStyleSheet(style)
                field.setAccessibleDescription(problem if name == wrong else "")

    def retranslate(self) -> None:
        """Follow the language."""
        own = translate("TrainingForm", "Own settings")
        for row in range(self.preset.count()):
            name = self.preset.itemData(row)
            self.preset.setItemText(row, data_name(name) if name else own)
        for row in range(self.data_set.count()):
            self.data_set.setItemText(row, data_name(self.data_set.itemData(row)))
        self.classes.retranslate()
        after_warm_up = (
            translate("TrainingForm", "falls to 0 (cosine)"),
            translate("TrainingForm", "stays constant"),
        )
        for row, text in enumerate(after_warm_up):
            self.learning_rate_schedule.setItemText(row, text)
        self.target.set_options(_target_options())
        self.device.setPlaceholderText(translate("TrainingForm", "the fastest"))
        self.numbers["gradient_clip"].setPlaceholderText(translate("TrainingForm", "no limit"))
        self.lists["attention_sizes"].setPlaceholderText(translate("TrainingForm", "none"))


def select(box: QComboBox, key: str) -> None:
    """The row of that key, or the first."""
    box.setCurrentIndex(max(0, box.findData(key)))


def _target_options() -> list[Option]:
    names = {
        "noise": ("ε", translate("TrainingForm", "The noise ε, as in the paper")),
        "x_0": ("x₀", translate("TrainingForm", "The data x₀")),
        "v": ("v", translate("TrainingForm", "v = √ᾱ<sub>t</sub> ε − √(1 − ᾱ<sub>t</sub>) x₀")),
    }
    return [Option(*names[target]) for target in TARGETS]
