"""A field for a few whole numbers with commas between them: 1, 2, 2."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ddpm_studio.ui.panels.number_field import parse_whole_number


class ListField(QLineEdit):
    """committed: Enter was pressed or the field was left, with another text than before."""

    committed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settled = ""
        self.editingFinished.connect(self._commit)

    def show_values(self, values: Sequence[int]) -> None:
        """The committed numbers."""
        self._settled = ", ".join(map(str, values))
        self.setText(self._settled)
        self.setCursorPosition(0)

    def values(self) -> tuple[int, ...] | None:
        """What the text means, () for an empty one; None where that is no list of whole numbers."""
        parts = self.text().replace(",", " ").split()
        numbers = [parse_whole_number(part) for part in parts]
        return (
            None if None in numbers else tuple(number for number in numbers if number is not None)
        )

    def _commit(self) -> None:
        if self.text() != self._settled:
            self._settled = self.text()
            self.committed.emit()
