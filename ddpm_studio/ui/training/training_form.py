"""The settings of a training: a preset or one's own, checked while they are typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.checkpoints.description import TARGETS
from ddpm_studio.datasets.catalogue import CATALOGUE
from ddpm_studio.networks.configuration import (
    MlpConfiguration,
    NetworkConfiguration,
    NetworkConfigurationError,
    UNetConfiguration,
)
from ddpm_studio.session.devices import Device
from ddpm_studio.training.configuration import (
    LEARNING_RATE_SCHEDULES,
    MAX_BATCH_SIZE,
    MAX_SEED,
    MAX_TRAINING_STEPS,
    PRECISIONS,
    TrainingConfiguration,
    TrainingConfigurationError,
)
from ddpm_studio.training.presets import PRESETS
from ddpm_studio.ui.data_names import data_name
from ddpm_studio.ui.panels.number_field import NumberField
from ddpm_studio.ui.panels.panel_text import title_label
from ddpm_studio.ui.panels.schedule_form import ScheduleForm
from ddpm_studio.ui.panels.segmented_control import Option, SegmentedControl
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.theme import SPACING, Theme
from ddpm_studio.ui.training import field_text
from ddpm_studio.ui.training.field_grid import FieldGrid
from ddpm_studio.ui.training.list_field import ListField
from ddpm_studio.ui.training.problem_bubble import ProblemBubble

FIRST_PRESET = "moons-quick"
_MLP = ("width", "depth")
_UNET_BASIC = ("channels", "channel_multipliers")
_UNET_MORE = ("blocks_per_level", "attention_sizes", "dropout")
_WHOLE = {
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
_NUMBERS = ("learning_rate", "gradient_clip", "ema_decay", "dropout")
_SHARES = ("ema_decay", "dropout")
_LISTS = ("channel_multipliers", "attention_sizes")
_MOST_LEVELS, _MOST_MULTIPLIER = 8, 16
_NORM_GROUPS = (32, 16, 8, 4, 2, 1)


@dataclass(frozen=True)
class _Problem:
    name: str
    sentence: str


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
        self._problem: _Problem | None = None
        self._title = title_label()
        self.preset, self.data_set, self.device = QComboBox(), QComboBox(), QComboBox()
        self.learning_rate_schedule, self.precision = QComboBox(), QComboBox()
        self.target = SegmentedControl(theme, len(TARGETS))
        self.schedule = ScheduleForm(theme, is_narrow=True)
        self.numbers = {name: NumberField(whole=True) for name in _WHOLE}
        self.numbers |= {name: NumberField() for name in _NUMBERS}
        self.lists = {name: ListField() for name in _LISTS}
        self.more = QToolButton()
        self._basic_grid, self._more_grid = FieldGrid(), FieldGrid()
        self._contents = QWidget()
        self._scroll = QScrollArea()
        self._bubble = ProblemBubble(theme, self._contents)
        self._fill_choices()
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.retranslate()
        self.show_configuration(self._base)

    # What it is made of

    def _fill_choices(self) -> None:
        for preset in PRESETS:
            self.preset.addItem("", preset.name)
        self.preset.addItem("", "")
        known = [each.name for each in CATALOGUE]
        for name in (*known, *(p.data_set for p in PRESETS if p.data_set not in known)):
            self.data_set.addItem("", name)
        for name in LEARNING_RATE_SCHEDULES:
            self.learning_rate_schedule.addItem("", name)
        for name in PRECISIONS:
            self.precision.addItem(name, name)
        for box in self._boxes():
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )

    def _boxes(self) -> tuple[QComboBox, ...]:
        return (
            self.preset,
            self.data_set,
            self.device,
            self.learning_rate_schedule,
            self.precision,
        )

    def _lay_out(self) -> None:
        numbers, lists = self.numbers, self.lists
        for name, field in {
            "preset": self.preset,
            "data_set": self.data_set,
            **{each: numbers[each] for each in (*_MLP, "channels")},
            "channel_multipliers": lists["channel_multipliers"],
            "schedule": self.schedule,
            **{each: numbers[each] for each in ("steps", "batch_size", "learning_rate", "seed")},
            "device": self.device,
        }.items():
            self._basic_grid.add(name, field)
        for name, field in {
            "target": self.target,
            "blocks_per_level": numbers["blocks_per_level"],
            "attention_sizes": lists["attention_sizes"],
            "dropout": numbers["dropout"],
            "warm_up_steps": numbers["warm_up_steps"],
            "learning_rate_schedule": self.learning_rate_schedule,
            **{each: numbers[each] for each in ("gradient_clip", "ema_decay")},
            "precision": self.precision,
            "autosave_every": numbers["autosave_every"],
        }.items():
            self._more_grid.add(name, field)
        self._arrange_contents()
        self._scroll.setWidget(self._contents)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING * 3 // 2, SPACING, SPACING // 2, SPACING)
        layout.addWidget(self._title)
        layout.addWidget(self._scroll, 1)

    def _arrange_contents(self) -> None:
        self._contents.setObjectName("contents")
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self._more_grid.hide()
        column = QVBoxLayout(self._contents)
        column.setContentsMargins(0, 0, SPACING // 2, 0)
        column.setSpacing(SPACING)
        column.addWidget(self._basic_grid)
        column.addWidget(self.more)
        column.addWidget(self._more_grid)
        column.addStretch(1)

    def _connect(self) -> None:
        self.preset.activated.connect(self._choose_preset)
        self.data_set.activated.connect(self._choose_data)
        for box in (self.device, self.learning_rate_schedule, self.precision):
            box.activated.connect(self._on_committed)
        self.target.chosen.connect(self._on_committed)
        self.more.toggled.connect(self._show_more)
        self.schedule.schedule_requested.connect(self._take_schedule)
        self.schedule.problem_changed.connect(self._on_committed)
        for number in self.numbers.values():
            number.committed.connect(self._on_committed)
            number.stepped.connect(self._on_committed)
            number.textEdited.connect(self._on_typed)
        for listed in self.lists.values():
            listed.committed.connect(self._on_committed)
            listed.textEdited.connect(self._on_typed)

    # What is shown

    def show_configuration(self, configuration: TrainingConfiguration) -> None:
        """Every field anew, whatever somebody has typed."""
        self._base = configuration
        self._schedule = configuration.schedule
        with QSignalBlocker(self), QSignalBlocker(self.target):
            self._select(self.data_set, configuration.data_set)
            self._select(self.learning_rate_schedule, configuration.learning_rate_schedule)
            self._select(self.precision, configuration.precision)
            self.target.choose(TARGETS.index(configuration.target))
            self.schedule.show_configurations(configuration.schedule, None)
            for part in (configuration, configuration.network):
                for name, number in self.numbers.items():
                    if hasattr(part, name):
                        number.show_value(getattr(part, name))
                for name, listed in self.lists.items():
                    if hasattr(part, name):
                        listed.show_values(getattr(part, name))
        self._show_network_rows()
        self._on_committed()

    def show_devices(self, devices: Sequence[Device], current: str) -> None:
        """The devices to choose among."""
        chosen = self.device.currentData() or current
        self.device.clear()
        for device in devices:
            self.device.addItem(device.name, device.key)
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))

    @property
    def chosen_device(self) -> str:
        """Torch's name of it; "" for the fastest, while they are not known."""
        return self.device.currentData() or ""

    def set_locked(self, locked: bool) -> None:
        """While a training goes on, its settings are shown and cannot be changed."""
        self._locked = locked
        for grid in (self._basic_grid, self._more_grid):
            grid.setEnabled(not locked)
        self._say_title()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self._scroll.setStyleSheet(_scroll_style(theme))
        self.target.set_theme(theme)
        self.schedule.set_theme(theme)
        self._bubble.set_theme(theme)
        self._mark_problem()

    def configuration(self) -> TrainingConfiguration | None:
        """What the fields say; None where that is no training."""
        wanted = self._wanted()
        return wanted if isinstance(wanted, TrainingConfiguration) else None

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
        for name in _MLP:
            self._basic_grid.show_row(name, not is_unet)
        for name in _UNET_BASIC:
            self._basic_grid.show_row(name, is_unet)
        for name in _UNET_MORE:
            self._more_grid.show_row(name, is_unet)

    @staticmethod
    def _select(box: QComboBox, key: str) -> None:
        box.setCurrentIndex(max(0, box.findData(key)))

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
        preset = next((each for each in PRESETS if each.data_set == name), None)
        if preset is None:
            return
        is_same_kind = type(preset.network) is type(self._base.network)
        if is_same_kind and not self.preset.currentData():
            self._base = replace(
                preset, schedule=self._schedule, network=self._network(preset.network)
            )
            self._on_committed()
        else:
            self.show_configuration(preset)

    def _take_schedule(self, schedule: Any) -> None:
        self._schedule = schedule
        self.schedule.show_configurations(schedule, None)
        self._on_committed()

    def _on_typed(self) -> None:
        """While somebody types, a sentence only goes away; it comes when they have finished."""
        wanted = self._wanted()
        if not isinstance(wanted, _Problem) or (
            self._problem is not None and wanted.name != self._problem.name
        ):
            self._problem = None
            self._mark_problem()
        self.changed.emit()

    def _on_committed(self) -> None:
        wanted = self._wanted()
        self._problem = wanted if isinstance(wanted, _Problem) else None
        self._mark_problem()
        self._show_preset()
        self.changed.emit()

    def _show_preset(self) -> None:
        wanted = self._wanted()
        same = [each.name for each in PRESETS if self._is_preset(each, wanted)]
        self._select_preset(same[0] if same else "")

    @staticmethod
    def _is_preset(preset: TrainingConfiguration, wanted: object) -> bool:
        """Whether nothing but the seed differs; data that is missing is the preset's all the same."""
        return isinstance(wanted, TrainingConfiguration) and preset == replace(
            wanted, seed=preset.seed, name=preset.name
        )

    def _select_preset(self, name: str) -> None:
        if not name and self._problem is not None and self._problem.name == "data_set":
            name = self._base.name
        self.preset.setCurrentIndex(self.preset.findData(name))

    # What the fields say

    def _wanted(self) -> TrainingConfiguration | _Problem:
        problem = self._first_problem()
        if problem is not None:
            return problem
        values: dict[str, Any] = {
            name: int(self._value(name))
            for name in _WHOLE
            if name not in (*_MLP, *_UNET_BASIC, *_UNET_MORE)
        }
        name = self.data_set.currentData()
        values["name"] = name
        values["data_set"] = name
        values["learning_rate"] = self._value("learning_rate")
        values["gradient_clip"] = self.numbers["gradient_clip"].value()
        values["ema_decay"] = self._value("ema_decay")
        values["target"] = TARGETS[self.target.index]
        values["learning_rate_schedule"] = self.learning_rate_schedule.currentData()
        values["precision"] = self.precision.currentData()
        values["schedule"] = self._schedule
        try:
            return replace(self._base, network=self._network(self._base.network), **values)
        except NetworkConfigurationError as error:
            return _Problem("channels", problem_text(error))
        except TrainingConfigurationError as error:
            return _Problem(error.field, problem_text(error))

    def _value(self, name: str) -> float:
        return self.numbers[name].value() or 0.0

    def _network(self, base: NetworkConfiguration) -> NetworkConfiguration:
        if isinstance(base, MlpConfiguration):
            return replace(base, width=int(self._value("width")), depth=int(self._value("depth")))
        channels = int(self._value("channels"))
        multipliers = self.lists["channel_multipliers"].values() or ()
        return replace(
            base,
            channels=channels,
            channel_multipliers=multipliers,
            blocks_per_level=int(self._value("blocks_per_level")),
            attention_sizes=self.lists["attention_sizes"].values() or (),
            dropout=self._value("dropout"),
            norm_groups=_norm_groups(channels, base.norm_groups),
        )

    def _first_problem(self) -> _Problem | None:
        is_unet = isinstance(self._base.network, UNetConfiguration)
        left_out = _MLP if is_unet else (*_UNET_BASIC, *_UNET_MORE)
        checks: list[tuple[str, Callable[[], str]]] = [
            ("data_set", self._data_problem),
            *((name, self._whole_check(name)) for name in _WHOLE),
            *((name, self._number_check(name)) for name in _NUMBERS),
            ("channels", self._channels_problem),
            ("channel_multipliers", self._levels_problem),
            ("attention_sizes", self._attention_problem),
            ("schedule", self.schedule.problem_text),
        ]
        for name, check in checks:
            if name not in left_out and (sentence := check()):
                return _Problem(name, sentence)
        return None

    def _data_problem(self) -> str:
        known = {each.name for each in CATALOGUE}
        return "" if self.data_set.currentData() in known else field_text.no_data_problem()

    def _whole_check(self, name: str) -> Callable[[], str]:
        def check() -> str:
            value, (low, high) = self.numbers[name].value(), _WHOLE[name]
            if value is not None and low <= value <= high:
                return ""
            return field_text.whole_problem(self._label(name), low, high)

        return check

    def _number_check(self, name: str) -> Callable[[], str]:
        def check() -> str:
            field = self.numbers[name]
            value = field.value()
            if name in _SHARES:
                is_share = value is not None and 0 <= value < 1
                return "" if is_share else field_text.share_problem(self._label(name))
            if name == "gradient_clip":
                is_none = not field.text().strip()
                is_fine = is_none or (value is not None and value > 0)
                return "" if is_fine else field_text.clip_problem(self._label(name))
            is_positive = value is not None and value > 0
            return "" if is_positive else field_text.positive_problem(self._label(name))

        return check

    def _channels_problem(self) -> str:
        is_even = int(self._value("channels")) % 2 == 0
        return "" if is_even else field_text.even_problem(self._label("channels"))

    def _image_size(self) -> int:
        network = self._base.network
        return network.image_size if isinstance(network, UNetConfiguration) else 1

    def _levels_problem(self) -> str:
        name = "channel_multipliers"
        levels = self.lists[name].values()
        if (
            not levels
            or len(levels) > _MOST_LEVELS
            or not all(1 <= level <= _MOST_MULTIPLIER for level in levels)
        ):
            return field_text.list_problem(self._label(name), "1, 2, 2")
        if self._image_size() % 2 ** (len(levels) - 1):
            return field_text.levels_problem(self._image_size(), len(levels) - 1)
        return ""

    def _attention_problem(self) -> str:
        name = "attention_sizes"
        sizes, levels = self.lists[name].values(), self.lists["channel_multipliers"].values()
        if sizes is None:
            return field_text.list_problem(self._label(name), "8, 4")
        there = [self._image_size() // 2**order for order in range(len(levels or ()))]
        if set(sizes) <= set(there):
            return ""
        return field_text.attention_problem(", ".join(map(str, there)))

    @staticmethod
    def _label(name: str) -> str:
        return field_text.field_texts()[name][0]

    # The problem

    def _field(self, name: str) -> QWidget:
        widgets: dict[str, QWidget] = {
            "preset": self.preset,
            "data_set": self.data_set,
            "schedule": self.schedule,
            "device": self.device,
            "target": self.target,
            "precision": self.precision,
            "learning_rate_schedule": self.learning_rate_schedule,
            "network": self.numbers["channels"],
            **self.numbers,
            **self.lists,
        }
        return widgets.get(name, self.preset)

    def _mark_problem(self) -> None:
        problem = self._problem
        if problem is not None and problem.name in self._more_grid and not self.more.isChecked():
            self.more.setChecked(True)  # comes back here
            return
        for name, field in {**self.numbers, **self.lists}.items():
            is_wrong = problem is not None and problem.name == name
            self._outline(field, is_wrong)
        if problem is None:
            self._bubble.hide()
            return
        layout = self._contents.layout()
        if layout is not None:
            layout.activate()
        self._bubble.show_at(self._field(problem.name), problem.sentence)

    def _outline(self, field: QLineEdit, is_wrong: bool) -> None:
        style = f"border-color: {self._theme.problem};" if is_wrong else ""
        if field.styleSheet() != style:
            field.setStyleSheet(style)
            field.setAccessibleDescription(self.problem if is_wrong else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bubble.place()

    # Words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _say_title(self) -> None:
        self._title.setText(
            self.tr("Settings of this training") if self._locked else self.tr("A new training")
        )

    def retranslate(self) -> None:
        """Follow the language."""
        self._say_title()
        for row in range(self.preset.count()):
            name = self.preset.itemData(row)
            self.preset.setItemText(row, data_name(name) if name else self.tr("Own settings"))
        for row in range(self.data_set.count()):
            self.data_set.setItemText(row, data_name(self.data_set.itemData(row)))
        for row, text in enumerate((self.tr("falls to 0 (cosine)"), self.tr("stays constant"))):
            self.learning_rate_schedule.setItemText(row, text)
        self.more.setText(self.tr("More"))
        self.more.setToolTip(self.tr("Settings that seldom need another value"))
        self.target.set_options(self._target_options())
        self.numbers["gradient_clip"].setPlaceholderText(self.tr("no limit"))
        self.lists["attention_sizes"].setPlaceholderText(self.tr("none"))
        for name, (label, tool_tip) in field_text.field_texts().items():
            grid = self._basic_grid if name in self._basic_grid else self._more_grid
            grid.describe(name, label, tool_tip)
        width = max(self._basic_grid.label_width(), self._more_grid.label_width())
        for grid in (self._basic_grid, self._more_grid):
            grid.set_label_width(width)
        self._on_committed()

    def _target_options(self) -> list[Option]:
        names = {
            "noise": ("ε", self.tr("The noise ε, as in the paper")),
            "x_0": ("x₀", self.tr("The data x₀")),
            "v": ("v", self.tr("v = √ᾱ<sub>t</sub> ε − √(1 − ᾱ<sub>t</sub>) x₀")),
        }
        return [Option(*names[target]) for target in TARGETS]


def _norm_groups(channels: int, preferred: int) -> int:
    """Groups of the normalisation that divide the channels: the preset's, or as many as there can be."""
    if channels % preferred == 0:
        return preferred
    return next(groups for groups in _NORM_GROUPS if channels % groups == 0)


def _scroll_style(theme: Theme) -> str:
    """A quiet bar, as thin as a scroll bar may be."""
    return f"""
    QScrollArea, QWidget#contents {{ background: transparent; }}
    QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {theme.border}; border-radius: 3px;
        min-height: 24px; margin: 0 0 0 2px; }}
    QScrollBar::handle:vertical:hover {{ background: {theme.muted_text}; }}
    QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
    QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
    """
