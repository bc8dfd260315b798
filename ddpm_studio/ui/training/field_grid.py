"""Labels at the left and fields at the right, each of which can be left out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.theme import SPACING

_TALL = 40  # pixels from which a label stands at the top of its field


class FieldGrid(QWidget):
    """Rows by name; the names are those of the fields of a configuration."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, tuple[QLabel, QWidget]] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACING)
        self._grid.setVerticalSpacing(SPACING * 3 // 4)
        self._grid.setColumnStretch(1, 1)

    def add(self, name: str, field: QWidget) -> None:
        """One more row."""
        label = QLabel()
        label.setProperty("muted", True)
        label.setBuddy(field)
        row = len(self._rows)
        is_tall = field.sizeHint().height() > _TALL
        top = Qt.AlignmentFlag.AlignTop if is_tall else Qt.AlignmentFlag.AlignVCenter
        if is_tall:
            label.setContentsMargins(0, SPACING // 2 + 1, 0, 0)
        self._grid.addWidget(label, row, 0, top)
        self._grid.addWidget(field, row, 1)
        self._rows[name] = (label, field)

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def show_row(self, name: str, visible: bool) -> None:
        """Show or leave out a row."""
        for part in self._rows[name]:
            part.setVisible(visible)

    def describe(self, name: str, label: str, tool_tip: str) -> None:
        """What a field is called and what it does."""
        words, field = self._rows[name]
        words.setText(label)
        words.setToolTip(paragraphs(tool_tip))
        if not field.toolTip() or field.property("described"):
            field.setToolTip(paragraphs(tool_tip))
            field.setProperty("described", True)
        field.setAccessibleName(label)

    def set_label_width(self, width: int) -> None:
        """The same for grids under each other."""
        self._grid.setColumnMinimumWidth(0, width)

    def label_width(self) -> int:
        """Of the widest label."""
        return max((label.sizeHint().width() for label, _ in self._rows.values()), default=0)
