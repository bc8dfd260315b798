"""A field for a number as a person writes it: 1e-4, 0.02, 1000; the point is "." in every language."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def parse_number(text: str) -> float | None:
    """The finite number that a text means, else None; "−" is a sign, "0,02" is 0.02."""
    plain = text.strip().replace("−", "-")
    if re.fullmatch(r"\d+,\d+([eE][+-]?\d+)?", plain):
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain, 0) or not plain.isascii():
        return None
    number = float(plain)
    return number if math.isfinite(number) else None


def parse_whole_number(text: str) -> int | None:
    """The whole number that a text means, else None; "1,000" and "1e3" are 1000, "10.5" is none."""
    plain = text.strip()
    if re.fullmatch(r"\d{1,3}([, ]\d{3})+", plain):
        plain = re.sub("[, ]", "", plain)
    number = parse_number(plain)
    return int(number) if number is not None and number == int(number) else None


def number_as_typed(value: float) -> str:
    """The shortest way to type a number: 1e-4, 0.02, 1000."""
    plain = f"{value:.10g}"
    if value == 0 or abs(value) >= 1e-3:
        return plain
    mantissa, exponent = f"{value:.9e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def neighbour(value: float, steps: int) -> float:
    """``value`` > 0, rounded to two figures, plus so many units of the second figure."""
    for _ in range(abs(steps)):
        # Going down from 1e-4 the unit is a tenth of 1e-5, so that the way back is the same.
        just_below = value * (1 - 1e-9) if steps < 0 else value
        unit = 10.0 ** (math.floor(math.log10(just_below) + 1e-12 * (steps > 0)) - 1)
        value = (round(value / unit) + (1 if steps > 0 else -1)) * unit
    return float(f"{value:.6g}")


_CONFIRM = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NumberField(QLineEdit):
    """A line of text whose up and down keys, page keys and wheel change the second figure.

    committed  Enter was pressed or the field was left, with another text than before
    stepped    a key or the wheel changed the number

    Escape brings back the last number shown. ``whole``: only whole numbers are meant.
    """

    committed = Signal()
    stepped = Signal()

    def __init__(self, *, whole: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = whole
        self._shown: float | None = None
        self._settled = ""  # the last text that was shown or committed
        self.editingFinished.connect(self._commit)

    def show_value(self, value: float | None) -> None:
        """The committed number; empty for None."""
        self._shown = value
        self._settled = "" if value is None else number_as_typed(value)
        self.setText(self._settled)
        self.setCursorPosition(0)

    def value(self) -> float | None:
        """What the text means; None where it is not a (whole) number."""
        if self._shown is not None and self.text() == number_as_typed(self._shown):
            return self._shown  # which may have more figures than the text
        return parse_whole_number(self.text()) if self._whole else parse_number(self.text())

    def is_being_edited(self) -> bool:
        """Whether a text stands here that was never committed."""
        return self.text() != self._settled

    def _commit(self) -> None:
        if self.is_being_edited():
            self._settled = self.text()
            self.committed.emit()

    def _step(self, steps: int) -> None:
        value = self.value()
        if value is None or value <= 0:
            return
        stepped = neighbour(value, steps)
        if self._whole:
            stepped = max(1.0, round(value) + steps if value + steps < 20 else round(stepped))
        self.show_value(stepped)
        self.stepped.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }.get(Qt.Key(event.key()))
        if steps is not None:
            self._step(steps)
        elif event.key() == Qt.Key.Key_Escape:
            self.show_value(self._shown)
            self.textEdited.emit(self.text())
            self.clearFocus()
        else:
            super().keyPressEvent(event)
            if event.key() in _CONFIRM and self.value() is not None:
                self.clearFocus()  # the keys that play are the window's again

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A panel that scrolls must not change numbers on its way.
        if not self.hasFocus() or not event.angleDelta().y():
            event.ignore()
            return
        self._step(1 if event.angleDelta().y() > 0 else -1)
        event.accept()
