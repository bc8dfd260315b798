"""The field for whether a network is given the class of each image."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QWidget

from ddpm_studio.datasets.catalogue import entries
from ddpm_studio.networks.configuration import TrainableNetwork, class_count
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.training import field_text


class ClassField(QCheckBox):
    """Where the data have no labels it cannot be chosen, and says why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count: int | None = None  # of the data's classes; None for data that are not here

    def show_network(self, network: TrainableNetwork, data_set: str) -> None:
        """As a configuration has it, whose data may not be here."""
        classes = class_count(network)
        self.setChecked(classes is not None)
        self._show_count(_classes_of(data_set) if classes is None else classes)

    def show_data(self, data_set: str) -> None:
        """Of other data the classes are others, or there are none."""
        self._show_count(_classes_of(data_set))

    def _show_count(self, count: int | None) -> None:
        self._count = count
        if not count:
            self.setChecked(False)
        self.setEnabled(bool(count))
        self.retranslate()

    @property
    def classes(self) -> int | None:
        """Of the network that is wanted; None for one without."""
        return self._count if self.isChecked() else None

    def retranslate(self) -> None:
        """Follow the language."""
        self.setText(field_text.class_field_text(self._count))
        self.setToolTip(paragraphs(field_text.classes_tool_tip(self._count)))


def _classes_of(data_set: str) -> int | None:
    return next((len(each.classes) for each in entries() if each.name == data_set), None)
