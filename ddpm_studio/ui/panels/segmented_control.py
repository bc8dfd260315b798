"""A choice of one among a few, side by side; a segment may show live values under its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from ddpm_studio.ui.theme import Theme, number_font, small_font

_PADDING = 8
_CORNER = 5.0
_DISABLED_ALPHA = 130
_SUBSCRIPT_DROP = 3  # pixels between a name and the values below it


@dataclass(frozen=True)
class Option:
    """A segment's name, with a subscript where it is a symbol, and words for those who cannot see."""

    name: str
    tool_tip: str
    subscript: str = ""
    spoken: str = ""


class Segment(QAbstractButton):
    """One option, painted by itself: a new value costs no layout."""

    def __init__(self, theme: Theme, value_lines: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._option = Option("", "")
        self._value_lines = value_lines
        self._values: Sequence[tuple[str, str]] = ()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.update()

    def set_option(self, option: Option) -> None:
        """Another name and explanation."""
        self._option = option
        self.setToolTip(option.tool_tip)
        self.setAccessibleName(option.spoken or option.name)
        self.updateGeometry()
        self.update()

    def set_value_lines(self, count: int) -> None:
        """How many values fit below the name."""
        self._value_lines = count
        self.updateGeometry()

    def set_values(self, values: Sequence[tuple[str, str]]) -> None:
        """Texts and their colours, one under the other."""
        if values != self._values:
            self._values = values
            self.update()

    @property
    def values(self) -> list[str]:
        """The texts under the name."""
        return [text for text, _ in self._values]

    def _name_width(self) -> float:
        metrics = QFontMetricsF(self.font(), self)
        small = QFontMetricsF(small_font(self.font()), self)
        subscript = self._option.subscript
        return metrics.horizontalAdvance(self._option.name) + small.horizontalAdvance(subscript)

    def sizeHint(self) -> QSize:
        height = self.fontMetrics().height()
        values = self._value_lines * height + _SUBSCRIPT_DROP if self._value_lines else 0
        return QSize(round(self._name_width()) + 2 * _PADDING, height + values + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint_frame(painter)
            self._paint_name(painter)
            self._paint_values(painter)

    def _paint_frame(self, painter: QPainter) -> None:
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = theme.canvas if self.isChecked() else theme.control
        if self.isEnabled() and self.underMouse() and not self.isChecked():
            fill = theme.control_hover
        is_marked = self.isEnabled() and (self.isChecked() or self.hasFocus())
        edge = theme.accent if is_marked else theme.border
        painter.setPen(QPen(QColor(edge), 1.6 if self.hasFocus() else 1.0))
        painter.setBrush(QColor(fill))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, _CORNER, _CORNER)

    def _paint_name(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(self.font(), self)
        x = (self.width() - self._name_width()) / 2
        baseline = 3 + metrics.ascent()
        is_lit = self.isEnabled() and self.isChecked()
        colour = QColor(self._theme.text if is_lit else self._theme.muted_text)
        if not self.isEnabled():
            colour.setAlpha(_DISABLED_ALPHA)
        painter.setPen(colour)
        painter.setFont(self.font())
        painter.drawText(QPointF(x, baseline), self._option.name)
        if self._option.subscript:
            x += metrics.horizontalAdvance(self._option.name)
            painter.setFont(small_font(self.font()))
            painter.drawText(QPointF(x, baseline + metrics.ascent() / 4), self._option.subscript)

    def _paint_values(self, painter: QPainter) -> None:
        font = QFont(number_font(self.font()))
        painter.setFont(font)
        height = self.fontMetrics().height()
        for line, (text, colour) in enumerate(self._values, start=1):
            painter.setPen(QColor(colour))
            area = QRectF(0, 3 + _SUBSCRIPT_DROP + line * height, self.width(), height)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


class SegmentedControl(QWidget):
    """Segments of which one is chosen; arrow keys move the choice. ``value_lines``: under each name."""

    chosen = Signal(int)

    def __init__(
        self, theme: Theme, count: int, *, value_lines: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.segments = [Segment(theme, value_lines) for _ in range(count)]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for order, segment in enumerate(self.segments):
            self._group.addButton(segment, order)
            layout.addWidget(segment, 1)
        self.segments[0].setChecked(True)
        self._group.idToggled.connect(self._announce)

    def _announce(self, order: int, checked: bool) -> None:
        if checked:
            self.chosen.emit(order)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        for segment in self.segments:
            segment.set_theme(theme)

    def set_options(self, options: Sequence[Option]) -> None:
        """Names and explanations, in order."""
        for segment, option in zip(self.segments, options, strict=True):
            segment.set_option(option)

    def choose(self, order: int) -> None:
        """Choose a segment as a click does."""
        self.segments[order].setChecked(True)

    @property
    def index(self) -> int:
        """Which segment is chosen."""
        return self._group.checkedId()
