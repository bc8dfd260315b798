"""The choices of an import: a name, one size for all images, and what becomes of those that differ."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from ddpm_studio.datasets.importing.import_choices import DEFAULT_SIZE, Framing, ImportChoices
from ddpm_studio.datasets.set_description import MAX_SIDE, MIN_SIDE
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.theme import SPACING

SIZES = (16, 28, 32, 64, 128, 256)


class ImportForm(QWidget):
    """``changed`` after each edit. Raises DataSetError where it is asked for choices that cannot be."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keeps_size = False
        self.name = QLineEdit()
        self.size_px, self.framing, self.colours = QComboBox(), ChoiceBox(), ChoiceBox()
        self.flips = QCheckBox()
        self._labels = {name: QLabel() for name in ("name", "size", "framing", "colours")}
        self.size_px.setEditable(True)
        self.size_px.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for framing in Framing:
            self.framing.addItem("", framing)
        self._lay_out()
        self.show_source_shape(None)
        self.name.textEdited.connect(self.changed)
        self.size_px.currentTextChanged.connect(self.changed)
        for box in (self.framing, self.colours):
            box.currentIndexChanged.connect(self.changed)
        self.flips.toggled.connect(self.changed)

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(SPACING)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields: dict[str, QWidget] = {
            "name": self.name,
            "size": self.size_px,
            "framing": self.framing,
            "colours": self.colours,
        }
        for name, field in fields.items():
            label = self._labels[name]
            label.setProperty("muted", True)
            label.setBuddy(field)
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
            form.addRow(label, field)
        form.addRow("", self.flips)

    def show_source_shape(self, shape: tuple[int, int, int] | None) -> None:
        """(C, H, W) of the images of a file, which can stay as they are; None for pictures."""
        self._keeps_size = shape is not None
        with QSignalBlocker(self.size_px), QSignalBlocker(self.colours):
            self.size_px.clear()
            if shape is not None:
                self.size_px.addItem("", None)
            for size in SIZES:
                self.size_px.addItem(str(size), size)
            self.size_px.setCurrentIndex(0 if shape is not None else SIZES.index(DEFAULT_SIZE))
            self.colours.clear()
            for grey in (None, False, True) if shape is not None else (False, True):
                self.colours.addItem("", grey)
        self.retranslate()

    def choices(self) -> ImportChoices:
        """As the fields say. Raises DataSetError."""
        return ImportChoices(
            self.name.text().strip(),
            size=self._size(),
            grey=self.colours.currentData(),
            framing=Framing(self.framing.currentData()),
            flips=self.flips.isChecked(),
        )

    def _size(self) -> int | None:
        text = self.size_px.currentText().strip()
        if self._keeps_size and text == self.size_px.itemText(0):
            return None
        return int(text) if text.isdecimal() and len(text) <= 6 else 0  # which is refused

    def retranslate(self) -> None:
        """Follow the language."""
        texts = {
            "name": self.tr("Name"),
            "size": self.tr("Size in pixels"),
            "framing": self.tr("Not square"),
            "colours": self.tr("Colours"),
        }
        for name, text in texts.items():
            self._labels[name].setText(text)
        framings = (
            self.tr("Keep the middle"),
            self.tr("Stretch"),
            self.tr("Pad with black"),
        )
        for row, text in enumerate(framings):
            self.framing.setItemText(row, text)
        names = {None: self.tr("As in the file"), False: self.tr("Colour"), True: self.tr("Grey")}
        for row in range(self.colours.count()):
            self.colours.setItemText(row, names[self.colours.itemData(row)])
        if self._keeps_size:
            with QSignalBlocker(self.size_px):
                self.size_px.setItemText(0, self.tr("As in the file"))
        self.flips.setText(self.tr("Training may mirror them"))
        self._explain()

    def _explain(self) -> None:
        self.name.setToolTip(self.tr("What the data set is called in lists and in model files"))
        self.size_px.setToolTip(
            self.tr("A side of the square images, from {0} to {1}; 32 and 64 train fast").format(
                MIN_SIDE, MAX_SIDE
            )
        )
        self.framing.setToolTip(self.tr("What becomes of an image that is not square"))
        self.colours.setToolTip(self.tr("Three channels, or one"))
        self.flips.setToolTip(
            self.tr(
                "Half of the images that a training draws are mirrored, left for right: right for "
                "faces and things, wrong for letters and digits"
            )
        )

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
