"""The variational bound: L_{t-1} over t, and its sums in nats and in bits per dimension."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QLabel

from ddpm_studio.checkpoints.measurement import BoundTerm, bound_terms
from ddpm_studio.ui.dialogs.figure_table import FigureTable, Words, explained
from ddpm_studio.ui.dialogs.measure_card import NOTHING, LogCanvas, MeasureCard
from ddpm_studio.ui.dialogs.measure_text import bound_note, with_error
from ddpm_studio.ui.number_text import NO_VALUE
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.theme import Theme, number_font

if TYPE_CHECKING:
    from ddpm_studio.diffusion.bound import VariationalBound


class BoundCard(MeasureCard):
    """All terms are the network's, but for L_T."""

    def __init__(self, theme: Theme) -> None:
        self.readout = QLabel()
        self.readout.setFont(number_font(self.readout.font()))
        self.readout.setProperty("muted", True)
        super().__init__(theme, LogCanvas(theme, 1), self.readout, FigureTable(theme, 4))
        self.set_theme(theme)
        self.redraw()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.canvas.lines[0].setPen(self.canvas.pen(theme.reverse, 1.3))

    @property
    def _bound(self) -> VariationalBound | None:
        return self._measurement.bound if self._measurement else None

    def redraw(self) -> None:
        values = NOTHING
        if self._bound is not None:
            # L_{t-1} stands at t; L_0 and L_T are no divergences of a step.
            values = np.concatenate(([math.nan] * 2, self._bound.bits_per_dimension[1:-1]))
        self.canvas.set_curves([values], [values])

    # Words

    def retranslate(self) -> None:
        self.title.setText(self.tr("Bound by t: L<sub>t−1</sub> in bits/dim"))
        self.note.show_text(
            bound_note(self._measurement.plan) if self._measurement else "",
            self._theme.muted_text,
        )
        self.canvas.setAccessibleName(self.tr("Terms of the variational bound over t"))
        self.canvas.setToolTip(
            paragraphs(
                self.tr(
                    "L<sub>t−1</sub> = KL(q(x<sub>t−1</sub> | x<sub>t</sub>, x<sub>0</sub>) ‖ "
                    "p<sub>θ</sub>(x<sub>t−1</sub> | x<sub>t</sub>)) for t = 2 … T (logarithmic): "
                    "what each step of the reverse chain costs."
                ),
                self.tr("Click or drag to read the numbers at a t; ← and → step."),
            )
        )
        self.table.set_words(self._headers(), self._rows())
        self.show_numbers()

    def show_numbers(self) -> None:
        bound, t = self._bound, self._t
        if bound is None:
            self.canvas.show_cursor(t, math.nan)
            self.readout.setText("")
            self.table.show_texts([[NO_VALUE] * 2] * 4)
            return
        nats, error = (float(values[t - 1]) for values in (bound.nats, bound.standard_error))
        there = BoundTerm(nats, error, bound.dimension)
        self.canvas.show_cursor(t, there.bits_per_dimension if t > 1 else math.nan)
        self.readout.setText(self.tr("t = {0}: {1}").format(t, _texts(there)[1]))
        self.table.show_texts([_texts(term) for term in bound_terms(bound)])

    def _headers(self) -> list[Words]:
        return [
            explained(
                self.tr("nats"),
                self.tr("Of a whole x<sub>0</sub>: the sum over its D coordinates."),
            ),
            explained(
                self.tr("bits/dim"),
                self.tr("Per coordinate: nats divided by D · ln 2."),
            ),
        ]

    def _rows(self) -> list[Words]:
        return [
            explained(
                "L<sub>T</sub>",
                self.tr(
                    "KL(q(x<sub>T</sub> | x<sub>0</sub>) ‖ N(0, I)): what is left of the data at "
                    "T. Nothing in it is learned."
                ),
            ),
            explained(
                "L<sub>1</sub> + … + L<sub>T−1</sub>",
                self.tr(
                    "The sum of KL(q(x<sub>t−1</sub> | x<sub>t</sub>, x<sub>0</sub>) ‖ "
                    "p<sub>θ</sub>(x<sub>t−1</sub> | x<sub>t</sub>)) over t = 2 … T: all steps of "
                    "the reverse chain but the last."
                ),
            ),
            explained(
                "L<sub>0</sub>",
                self.tr(
                    "−ln p<sub>θ</sub>(x<sub>0</sub> | x<sub>1</sub>): the last step of the "
                    "reverse chain."
                ),
            ),
            explained(
                self.tr("Total"),
                self.tr(
                    "The variational bound: −ln p<sub>θ</sub>(x<sub>0</sub>) is on average at most "
                    "this. ± is the standard error of the mean over x<sub>0</sub>."
                ),
            ),
        ]


def _texts(term: BoundTerm) -> list[str]:
    """In nats and in bits per dimension."""
    return [
        with_error(term.nats, term.standard_error),
        with_error(term.bits_per_dimension, term.error_in_bits_per_dimension),
    ]
