"""Mean, standard deviation and distances to N(0, 1) of both chains, with their explanations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ddpm_studio.diffusion.kolmogorov_smirnov import p_value
from ddpm_studio.diffusion.noise_floor import expected_kolmogorov_smirnov, expected_wasserstein
from ddpm_studio.ui.number_text import NO_VALUE, format_fixed
from ddpm_studio.ui.panels.number_table import Column, Key, NumberTable, Row
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.theme import Theme

if TYPE_CHECKING:
    from ddpm_studio.diffusion.frame_statistics import FrameStatistics

_LEAST_P = 0.001  # smaller ones are only said to be smaller


class HistogramTable(NumberTable):
    """For each marginal a forward and a reverse column; what N(0, 1) would give at the right.

    p-values only where the values are independent: for points, not for the pixels of images. The
    distance to x_t's own law, and its p-value, only where that law is known.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._marginals: list[str] = [""]
        self._counts = (0, 0)
        self._are_independent = True
        self._law_is_known = False
        self.retranslate()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.retranslate()

    def set_marginals(self, names: list[str], *, are_independent: bool, law_is_known: bool) -> None:
        """One group of columns for each name; a single marginal needs no name.

        ``are_independent``: the values of one marginal are; ``law_is_known``: what they should be.
        """
        self._marginals = names if len(names) > 1 else [""]
        self._are_independent, self._law_is_known = are_independent, law_is_known
        self.retranslate()

    def show_statistics(
        self, forward: FrameStatistics | None, reverse: FrameStatistics | None
    ) -> None:
        """The numbers of x_t; a chain without a frame has dashes."""
        known = forward or reverse
        counts = (known.value_count, known.distance_value_count) if known else (0, 0)
        if counts != self._counts:
            self._counts = counts
            self.retranslate()
        columns = [
            self._numbers(statistics, marginal)
            for marginal in range(len(self._marginals))
            for statistics in (forward, reverse)
        ]
        columns.append(self._normal_numbers(counts[1]))
        self.set_texts([list(row) for row in zip(*columns, strict=True)])

    def retranslate(self) -> None:
        """Set every header, label and explanation."""
        theme = self._theme
        columns = []
        for name in self._marginals:
            columns += [
                Column(
                    self.tr("forward"),
                    theme.forward,
                    Key.FILLED,
                    self.tr("x<sub>t</sub> of the forward chain q, which turns data into noise"),
                    name,
                ),
                Column(
                    self.tr("reverse"),
                    theme.reverse,
                    Key.OUTLINE,
                    self.tr(
                        "x<sub>t</sub> of the reverse chain p<sub>θ</sub>, "
                        "which turns noise into data"
                    ),
                    name,
                ),
            ]
        columns.append(Column("N(0, 1)", theme.normal, Key.DASHED, self._normal_tool_tip()))
        self.set_content(columns, self._described_rows())
        self.setAccessibleName(self.tr("Numbers of x_t, compared with N(0, 1)"))

    def _normal_tool_tip(self) -> str:
        return self.tr(
            "Standard normal noise: what {0} independent draws from N(0, 1) give on average. "
            "Even true noise has a distance, as it is a finite sample."
        ).format(f"{self._counts[1]:,}")

    def _described_rows(self) -> list[Row]:
        ks, wasserstein = self._distance_rows()
        return [
            *self._moment_rows(),
            ks,
            *([self._p_row()] if self._are_independent else []),
            wasserstein,
            *(self._law_rows() if self._law_is_known else []),
        ]

    def _moment_rows(self) -> list[Row]:
        all_values = self.tr("Measured on all {0} values of x<sub>t</sub>.").format(
            f"{self._counts[0]:,}"
        )
        mean = self.tr("<b>Mean</b> m = (1/n) ∑ x<sub>i</sub>. N(0, 1) has 0.")
        std = self.tr("<b>Standard deviation</b> √((1/n) ∑ (x<sub>i</sub> − m)²). N(0, 1) has 1.")
        return [
            Row(self.tr("mean"), paragraphs(mean, all_values)),
            Row(self.tr("std"), paragraphs(std, all_values)),
        ]

    def _distance_rows(self) -> tuple[Row, Row]:
        ks = self.tr(
            "<b>Kolmogorov–Smirnov distance</b> to N(0, 1): sup |F<sub>n</sub>(u) − Φ(u)|, "
            "the largest gap between the share of values below u and the share that "
            "N(0, 1) has there. Between 0 and 1."
        )
        wasserstein = self.tr(
            "<b>1-Wasserstein distance</b> to N(0, 1): ∫ |F<sub>n</sub>(u) − Φ(u)| du, "
            "how far values must move on average to become N(0, 1)."
        )
        measured = self._measured_on()
        return Row("KS", paragraphs(ks, measured)), Row("W₁", paragraphs(wasserstein, measured))

    def _measured_on(self) -> str:
        """Of which values the distances are."""
        total, chosen = (f"{count:,}" for count in self._counts)
        if self._counts[1] < self._counts[0]:
            return self.tr(
                "Measured on {0} of the {1} values: a random subset, the same at every t."
            ).format(chosen, total)
        return self.tr("Exact for all {0} values (not taken from the bins).").format(total)

    def _p_row(self) -> Row:
        return Row(
            "p",
            paragraphs(
                self.tr(
                    "<b>p-value</b> of the KS distance above: how often {0} independent draws from "
                    "N(0, 1) lie at least as far away. It takes the sample's size into account."
                ).format(f"{self._counts[1]:,}"),
                self.tr("Small, say below 0.01: x<sub>t</sub> is not N(0, 1)."),
            ),
        )

    def _law_rows(self) -> list[Row]:
        colour = self._theme.exact
        return [
            Row(
                "KS pₜ",
                self.tr(
                    "<b>Kolmogorov–Smirnov distance</b> to the exact p<sub>t</sub> (the green curve), "
                    "each chain at its own t: sup |F<sub>n</sub>(u) − F<sub>t</sub>(u)|."
                ),
                colour,
            ),
            Row(
                "p",
                paragraphs(
                    self.tr(
                        "<b>p-value</b> of that distance: how often {0} independent draws from the "
                        "exact p<sub>t</sub> lie at least as far away."
                    ).format(f"{self._counts[1]:,}"),
                    self.tr(
                        "For the forward chain any value is as likely as any other. Small for the "
                        "reverse chain: it has not learned p<sub>t</sub> to this precision."
                    ),
                ),
                colour,
            ),
        ]

    def _row_count(self) -> int:
        return 4 + (1 if self._are_independent else 0) + (2 if self._law_is_known else 0)

    def _numbers(self, statistics: FrameStatistics | None, marginal: int) -> list[str]:
        if statistics is None:
            return [NO_VALUE] * self._row_count()
        count = statistics.distance_value_count
        ks, law_ks = (
            float(distances[marginal])
            for distances in (statistics.kolmogorov_smirnov, statistics.law_kolmogorov_smirnov)
        )
        moments = (statistics.mean, statistics.std)
        texts = [format_fixed(float(value[marginal])) for value in moments]
        texts.append(format_fixed(ks))
        if self._are_independent:
            texts.append(p_value_text(ks, count))
        texts.append(format_fixed(float(statistics.wasserstein[marginal])))
        if self._law_is_known:
            texts += [format_fixed(law_ks), p_value_text(law_ks, count)]
        return texts

    def _normal_numbers(self, count: int) -> list[str]:
        if count == 0:
            return [NO_VALUE] * self._row_count()
        ks, wasserstein = (
            f"≈ {format_fixed(floor)}"
            for floor in (expected_kolmogorov_smirnov(count), expected_wasserstein(count))
        )
        p_row = [""] if self._are_independent else []
        return ["0", "1", ks, *p_row, wasserstein, *([ks, ""] if self._law_is_known else [])]


def p_value_text(distance: float, count: int) -> str:
    """The p-value of a KS distance of ``count`` values: 0.430, or < 0.001."""
    if not math.isfinite(distance):
        return NO_VALUE
    p = p_value(distance, count)
    return f"< {_LEAST_P}" if p < _LEAST_P else format_fixed(p)
