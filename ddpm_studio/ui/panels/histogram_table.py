"""Mean, standard deviation and distances to N(0, 1) of both chains, with their explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ddpm_studio.diffusion.noise_floor import expected_kolmogorov_smirnov, expected_wasserstein
from ddpm_studio.ui.number_text import NO_VALUE, format_fixed
from ddpm_studio.ui.panels.number_table import Column, Key, NumberTable, Row
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.theme import Theme

if TYPE_CHECKING:
    from ddpm_studio.diffusion.frame_statistics import FrameStatistics

_ROWS = 4


class HistogramTable(NumberTable):
    """For each marginal a forward and a reverse column; what N(0, 1) would give at the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._marginals: list[str] = [""]
        self._counts = (0, 0)
        self.retranslate()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.retranslate()

    def set_marginals(self, names: list[str]) -> None:
        """One group of columns for each name; a single marginal needs no name."""
        self._marginals = names if len(names) > 1 else [""]
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
            _numbers(statistics, marginal)
            for marginal in range(len(self._marginals))
            for statistics in (forward, reverse)
        ]
        columns.append(_normal_numbers(counts[1]))
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
        total, chosen = (f"{count:,}" for count in self._counts)
        all_values = self.tr("Measured on all {0} values of x<sub>t</sub>.").format(total)
        measured = self.tr("Exact for all {0} values (not taken from the bins).").format(total)
        if self._counts[1] < self._counts[0]:
            measured = self.tr(
                "Measured on {0} of the {1} values: a random subset, the same at every t."
            ).format(chosen, total)
        return [
            Row(
                self.tr("mean"),
                paragraphs(
                    self.tr("<b>Mean</b> m = (1/n) ∑ x<sub>i</sub>. N(0, 1) has 0."), all_values
                ),
            ),
            Row(
                self.tr("std"),
                paragraphs(
                    self.tr(
                        "<b>Standard deviation</b> √((1/n) ∑ (x<sub>i</sub> − m)²). N(0, 1) has 1."
                    ),
                    all_values,
                ),
            ),
            Row(
                "KS",
                paragraphs(
                    self.tr(
                        "<b>Kolmogorov–Smirnov distance</b> to N(0, 1): sup |F<sub>n</sub>(u) − Φ(u)|, "
                        "the largest gap between the share of values below u and the share that "
                        "N(0, 1) has there. Between 0 and 1."
                    ),
                    measured,
                ),
            ),
            Row(
                "W₁",
                paragraphs(
                    self.tr(
                        "<b>1-Wasserstein distance</b> to N(0, 1): ∫ |F<sub>n</sub>(u) − Φ(u)| du, "
                        "how far values must move on average to become N(0, 1)."
                    ),
                    measured,
                ),
            ),
        ]


def _numbers(statistics: FrameStatistics | None, marginal: int) -> list[str]:
    if statistics is None:
        return [NO_VALUE] * _ROWS
    values = (
        statistics.mean,
        statistics.std,
        statistics.kolmogorov_smirnov,
        statistics.wasserstein,
    )
    return [format_fixed(float(value[marginal])) for value in values]


def _normal_numbers(count: int) -> list[str]:
    if count == 0:
        return [NO_VALUE] * _ROWS
    floors = expected_kolmogorov_smirnov(count), expected_wasserstein(count)
    return ["0", "1", *(f"≈ {format_fixed(floor)}" for floor in floors)]
