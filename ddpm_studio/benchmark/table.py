"""Rows of measurements as text in columns. Plain ASCII: every console shows it."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field

HEADINGS = ("", "median", "p99", "max", "unit", "expected")
NOTHING = "-"


@dataclass(frozen=True)
class Expectation:
    """A bound on one column of a row: ``figure`` is "median", "p99" or "max"."""

    figure: str
    sign: str  # "<" or ">"
    bound: float

    def __str__(self) -> str:
        return f"{self.figure} {self.sign} {number(self.bound)}"

    def is_met_by(self, row: Row) -> bool:
        """Whether what was measured keeps it; False where that was not measured."""
        value: float | None = getattr(row, self.figure)
        compare = {"<": operator.lt, ">": operator.gt}[self.sign]
        return value is not None and compare(value, self.bound)


@dataclass(frozen=True)
class Row:
    """One measurement; a figure that makes no sense for it is None, and so is one not measured."""

    name: str
    unit: str
    median: float | None = None
    p99: float | None = None
    max: float | None = None
    expectations: tuple[Expectation, ...] = field(default=())

    def cells(self) -> tuple[str, ...]:
        """The texts of HEADINGS."""
        figures = [number(value) for value in (self.median, self.p99, self.max)]
        return (self.name, *figures, self.unit, self._expected())

    def _expected(self) -> str:
        """What is expected, and whether it holds: no verdict of a test, for machines differ."""
        return ", ".join(
            f"{each} {'(met)' if each.is_met_by(self) else '(NOT met)'}"
            for each in self.expectations
        )


def number(value: float | None) -> str:
    """Three significant digits, or all of them before the decimal point."""
    if value is None:
        return NOTHING
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def format_table(rows: Sequence[Row]) -> str:
    """Names and words to the left, numbers to the right, under headings and a line."""
    table = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(HEADINGS))]
    lines = [_line(cells, widths) for cells in table]
    rule = "-" * max(map(len, lines))
    return "\n".join([lines[0], rule, *lines[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = range(1, 4)
    padded = [
        cell.rjust(width) if column in numbers else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()
