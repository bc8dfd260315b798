"""The classes that samples can show, as the rows of a choice: each in turn, or one of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ClassList(QAbstractListModel):
    """Row 0 stands for all in turn, row i + 1 for class i; a million of them cost nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count, self._names = 0, ()

    _names: tuple[str, ...]

    def show_classes(self, count: int, names: tuple[str, ...]) -> None:
        """``names`` of all ``count`` classes, or none."""
        if (count, names) != (self._count, self._names):
            self.beginResetModel()
            self._count, self._names = count, names
            self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """One more than there are classes."""
        return 0 if parent.isValid() else self._count + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text of a row."""
        if role != Qt.ItemDataRole.DisplayRole or not index.isValid():
            return None
        if index.row() == 0:
            return QCoreApplication.translate("ClassList", "each class in turn")
        return class_text(index.row() - 1, self._names)

    def retranslate(self) -> None:
        """Follow the language."""
        self.dataChanged.emit(self.index(0), self.index(0))


def class_text(label: int, names: tuple[str, ...]) -> str:
    """The number of a class, and its name where it has one that says more."""
    if label >= len(names) or names[label] == str(label):
        return str(label)
    return f"{label} · {names[label]}"
