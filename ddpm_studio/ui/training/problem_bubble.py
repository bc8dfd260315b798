"""A sentence under the field that it is about: it lies over what comes next, and moves nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from ddpm_studio.ui.theme import Theme

_GAP = 3  # pixels under the field


class ProblemBubble(QLabel):
    """Lets clicks through, so that it never keeps anybody from a field below."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._field: QWidget | None = None
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.setStyleSheet(
            f"QLabel {{ background: {theme.card}; color: {theme.problem}; border: 1px solid "
            f"{theme.problem}; border-radius: 6px; padding: 4px 8px; }}"
        )

    def show_at(self, field: QWidget, text: str) -> None:
        """Say what is wrong with a field."""
        self._watch(field)
        self.setText(text)
        self.place()
        self.show()
        self.raise_()

    def _watch(self, field: QWidget) -> None:
        """The field and the grid that it is in: where these are moved, it goes along."""
        for widget in _chain(self._field, self.parentWidget()):
            widget.removeEventFilter(self)
        self._field = field
        for widget in _chain(field, self.parentWidget()):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize) and self.isVisible():
            self.place()
        return False

    def place(self) -> None:
        """Under its field, wherever that is now."""
        parent = self.parentWidget()
        if self._field is None or parent is None:
            return
        corner = self._field.mapTo(parent, QPoint(0, self._field.height() + _GAP))
        width = max(160, self._field.width())
        left = min(corner.x(), parent.width() - width)
        height = self.heightForWidth(width)
        below = corner.y()
        if below + height > parent.height():  # the last field: over it
            below = corner.y() - self._field.height() - height - 2 * _GAP
        self.setGeometry(left, below, width, height)


def _chain(field: QWidget | None, top: QWidget | None) -> list[QWidget]:
    """A widget and those around it, up to but without ``top``."""
    found: list[QWidget] = []
    while field is not None and field is not top:
        found.append(field)
        field = field.parentWidget()
    return found
