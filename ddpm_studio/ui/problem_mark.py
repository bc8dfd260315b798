"""The look of a sentence that says what went wrong."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel


def mark_problem(label: QLabel, *, is_problem: bool) -> None:
    """Give a label the colour of problems, or take it away; the style sheet asks for the property."""
    if label.property("problem") != is_problem:
        label.setProperty("problem", is_problem)
        label.style().polish(label)  # a style sheet notices no property that changes
