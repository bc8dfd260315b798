"""The row of choices above the chains: model, samples, seed, device; language, theme, export."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.session.devices import Device
from ddpm_studio.session.studio import MAX_SEED
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.data_names import model_titles
from ddpm_studio.ui.icons import icon
from ddpm_studio.ui.languages import LANGUAGE_NAMES
from ddpm_studio.ui.plain_words import plain_tip
from ddpm_studio.ui.theme import SPACING, Theme

_ICON_SIZE = QSize(18, 18)


class TopBar(QFrame):
    """Shows what the session says, and emits what a person asks for."""

    model_requested = Signal(object)  # ModelFile
    open_requested = Signal()
    count_requested = Signal(int)
    seed_requested = Signal(int)
    new_seed_requested = Signal()
    device_requested = Signal(str)
    language_requested = Signal(str)
    theme_toggled = Signal()
    export_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._models: tuple[ModelFile, ...] = ()
        self.model = ChoiceBox()
        self.open = QToolButton()
        self.count = ChoiceBox()
        self.seed = QSpinBox()
        self.seed.setRange(0, MAX_SEED)
        self.seed.setKeyboardTracking(False)
        self.seed.lineEdit().returnPressed.connect(self.seed.clearFocus)
        self.seed.setFixedWidth(self.seed.fontMetrics().horizontalAdvance("0" * 10) + 36)
        self.new_seed = QToolButton()
        self.device = ChoiceBox()
        self.language = ChoiceBox()
        self.theme = QToolButton()
        self.export = QPushButton()
        self.export.setProperty("primary", True)
        self._labels = {name: QLabel() for name in ("model", "count", "seed", "device")}
        self._fill_languages()
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.retranslate()

    def _fill_languages(self) -> None:
        for code, name in LANGUAGE_NAMES.items():
            self.language.addItem(name, code)

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING * 3 // 2, SPACING * 3 // 4, SPACING, SPACING * 3 // 4)
        layout.setSpacing(SPACING * 3 // 4)
        groups: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            ("model", (self.model, self.open)),
            ("count", (self.count,)),
            ("seed", (self.seed, self.new_seed)),
            ("device", (self.device,)),
        )
        for name, widgets in groups:
            label = self._labels[name]
            label.setProperty("muted", True)
            label.setBuddy(widgets[0])
            layout.addWidget(label)
            for widget in widgets:
                layout.addWidget(widget)
            layout.addSpacing(SPACING)
        # The name of a device is long: it gives way first.
        self.device.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.device.setMinimumWidth(90)
        self.device.setMaximumWidth(260)
        layout.setStretchFactor(self.device, 1)
        layout.addStretch(0)  # takes what the device leaves over
        for widget in (self.language, self.theme, self.export):
            layout.addWidget(widget)
        for button in (self.open, self.new_seed, self.theme):
            button.setIconSize(_ICON_SIZE)
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        self.model.activated.connect(lambda row: self.model_requested.emit(self._models[row]))
        self.open.clicked.connect(self.open_requested)
        self.count.activated.connect(
            lambda row: self.count_requested.emit(self.count.itemData(row))
        )
        self.seed.valueChanged.connect(self.seed_requested)
        self.new_seed.clicked.connect(self.new_seed_requested)
        self.device.activated.connect(
            lambda row: self.device_requested.emit(self.device.itemData(row))
        )
        self.language.activated.connect(
            lambda row: self.language_requested.emit(self.language.itemData(row))
        )
        self.theme.clicked.connect(self.theme_toggled)
        self.export.clicked.connect(self.export_requested)

    def show_models(self, models: tuple[ModelFile, ...], current: ModelFile | None) -> None:
        """The models to choose among."""
        self._models = models
        self.model.clear()
        for row, (model, title) in enumerate(zip(models, model_titles(models), strict=True)):
            self.model.addItem(title)
            tip = plain_tip(str(model.path))
            self.model.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
        if current in models:
            self.model.setCurrentIndex(models.index(current))

    def show_settings(self, counts: tuple[int, ...], count: int, seed: int, device: str) -> None:
        """The present choices, without emitting them back."""
        self.count.clear()
        for choice in counts:
            self.count.addItem(f"{choice:,}", choice)
        self.count.setCurrentIndex(self.count.findData(count))
        with QSignalBlocker(self.seed):
            self.seed.setValue(seed)
        self._show_device(device)

    def show_devices(self, devices: tuple[Device, ...], current: str) -> None:
        """The devices to choose among, by the hardware's names."""
        self.device.clear()
        for device in devices:
            self.device.addItem(device.name, device.key)
            self.device.setItemData(
                self.device.count() - 1, device.name, Qt.ItemDataRole.ToolTipRole
            )
        self.device.setEnabled(len(devices) > 1)
        self._show_device(current)

    def _show_device(self, key: str) -> None:
        self.device.setCurrentIndex(max(0, self.device.findData(key)))
        self.device.setToolTip(self.device.currentText())  # there may be no room for all of it

    def show_language(self, language: str) -> None:
        """The present language."""
        self.language.setCurrentIndex(self.language.findData(language))

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self.open.setIcon(icon("open", theme))
        self.new_seed.setIcon(icon("dice", theme))
        self.theme.setIcon(icon("sun" if theme.is_dark else "moon", theme))

    def retranslate(self) -> None:
        """Follow the language."""
        texts = {
            "model": self.tr("Model"),
            "count": self.tr("Samples"),
            "seed": self.tr("Seed"),
            "device": self.tr("Device"),
        }
        for name, text in texts.items():
            self._labels[name].setText(text)
        self.export.setText(self.tr("Export GIF…"))
        for widget, text in (
            (self.model, self.tr("The trained model, and the data it was trained on")),
            (self.open, self.tr("Open a model file (Ctrl+O)")),
            (self.count, self.tr("How many samples each chain has")),
            (self.seed, self.tr("The same seed gives the same chains, always")),
            (self.new_seed, self.tr("Draw both chains anew with another seed (R)")),
            (self.language, self.tr("Language · 언어")),
            (self.theme, self.tr("Dark or light (Ctrl+T)")),
            (self.export, self.tr("Save the animation as a GIF (Ctrl+E)")),
        ):
            widget.setToolTip(text)
            widget.setAccessibleName(text)
        self.device.setAccessibleName(self.tr("Where the reverse chain is computed"))
        if self._models:
            row = self.model.currentIndex()
            self.show_models(self._models, self._models[row] if row >= 0 else None)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
