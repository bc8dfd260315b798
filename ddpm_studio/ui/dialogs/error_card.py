"""The denoising error at every t: the network's in its colour, the floor in that of exact quantities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QCheckBox

from ddpm_studio.checkpoints.measurement import Floor
from ddpm_studio.ui.dialogs.figure_table import FigureTable, LineKey, Words, explained
from ddpm_studio.ui.dialogs.measure_card import NOTHING, FloatArray, LogCanvas, MeasureCard
from ddpm_studio.ui.dialogs.measure_text import floor_note, with_error
from ddpm_studio.ui.number_text import NO_VALUE, format_number
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.theme import Theme

if TYPE_CHECKING:
    from ddpm_studio.diffusion.denoising_error import DenoisingErrors

_ERROR, _EXCESS, _FLOOR = range(3)  # the curves, from above
_WIDTHS = {_ERROR: 1.5, _EXCESS: 1.3, _FLOOR: 3.4}  # of a floor under the error both are seen


class ErrorCard(MeasureCard):
    """Error and floor as curves, on request the excess as well; all of them as numbers."""

    def __init__(self, theme: Theme) -> None:
        self.excess = QCheckBox()
        super().__init__(theme, LogCanvas(theme, 3), self.excess, FigureTable(theme, 4))
        self.excess.toggled.connect(self.redraw)
        self.set_theme(theme)
        self.redraw()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        keys = {
            _ERROR: LineKey(theme.reverse, _WIDTHS[_ERROR]),
            _EXCESS: LineKey(theme.reverse, _WIDTHS[_EXCESS], is_dashed=True),
            _FLOOR: LineKey(theme.exact, _WIDTHS[_FLOOR]),
        }
        for order, key in keys.items():
            pen = self.canvas.pen(key.colour, key.width, dashed=key.is_dashed)
            self.canvas.lines[order].setPen(pen)
        self.table.set_keys([keys[_ERROR], keys[_FLOOR], keys[_EXCESS], None])

    @property
    def _errors(self) -> DenoisingErrors | None:
        return self._measurement.errors if self._measurement else None

    def redraw(self) -> None:
        plan = self._measurement.plan if self._measurement else None
        self.excess.setEnabled(plan is None or plan.floor is not Floor.UNKNOWN)
        errors = self._errors
        if errors is None:
            self.canvas.set_curves([NOTHING] * 3, [NOTHING])
            return
        excess = errors.excess.value if self.excess.isChecked() else NOTHING
        error = errors.error.value
        # A floor that falls far below leaves the plot, and the error keeps its room.
        self.canvas.set_curves([error, excess, errors.floor.value], [error, excess])

    # Words

    def retranslate(self) -> None:
        self.title.setText(self.tr("Denoising error by t"))
        self.excess.setText(self.tr("Excess"))
        self.excess.setToolTip(paragraphs(self._excess_in_words()))
        self.note.show_text(
            floor_note(self._measurement.plan) if self._measurement else "",
            self._theme.muted_text,
        )
        self.canvas.setAccessibleName(self.tr("Denoising error over t"))
        self.canvas.setToolTip(
            paragraphs(
                self.tr(
                    "The mean squared error of the predicted noise at every t (logarithmic), per "
                    "coordinate as the training loss counts: a network that always answers 0 has 1. "
                    "Network orange, floor green."
                ),
                self.tr("Click or drag to read the numbers at a t; ← and → step."),
            )
        )
        self.table.set_words(self._headers(), self._rows())
        self.show_numbers()

    def show_numbers(self) -> None:
        errors, t = self._errors, self._t
        self.table.set_header(1, self.tr("t = {0}").format(t) if errors else "t")
        if errors is None:
            self.canvas.show_cursor(t, math.nan)
            self.table.show_texts([[NO_VALUE] * 2] * 4)
            return
        self.canvas.show_cursor(t, float(errors.error.value[t]))
        estimates = (errors.error, errors.floor, errors.excess)
        means = [_mean(each.value) for each in estimates]
        rows = [
            [format_number(mean), with_error(float(each.value[t]), float(each.standard_error[t]))]
            for mean, each in zip(means, estimates, strict=True)
        ]
        there = float(errors.excess.value[t]), float(errors.floor.value[t])
        self.table.show_texts([*rows, [_percent(means[2], means[1]), _percent(*there)]])

    def _headers(self) -> list[Words]:
        return [
            explained(
                self.tr("mean over t"),
                self.tr(
                    "Over the measured t, which are evenly spread: comparable to the training loss "
                    "where the network predicts the noise."
                ),
                self.tr(
                    "By chance the error may come out a little below the floor: the noise that was "
                    "drawn is in it. The excess is measured without that noise."
                ),
            ),
            explained(
                "t",
                self.tr("At the cursor; ± is the standard error of the mean over x<sub>0</sub>."),
            ),
        ]

    def _rows(self) -> list[Words]:
        return [
            explained(
                self.tr("error"),
                self.tr(
                    "E ‖ε − ε<sub>θ</sub>(x<sub>t</sub>, t)‖² / D, what training makes smaller."
                ),
            ),
            explained(
                self.tr("floor"),
                self.tr(
                    "SNR<sub>t</sub> E Var[x<sub>0</sub> | x<sub>t</sub>] / D: what remains even "
                    "with the exact denoiser E[x<sub>0</sub> | x<sub>t</sub>]."
                ),
            ),
            explained(self.tr("excess"), self._excess_in_words()),
            explained(
                self.tr("excess / floor"),
                self.tr("How far the network's error is above the floor."),
            ),
        ]

    def _excess_in_words(self) -> str:
        return self.tr(
            "SNR<sub>t</sub> E ‖E[x<sub>0</sub> | x<sub>t</sub>] − x̂<sub>0</sub>‖² / D: the part of "
            "the error that training can still remove, error − floor, measured directly and so with "
            "far less noise."
        )


def _mean(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _percent(excess: float, floor: float) -> str:
    if not math.isfinite(excess):
        return NO_VALUE
    return f"{format_number(100 * excess / floor if floor > 0 else math.inf, 2)} %"
