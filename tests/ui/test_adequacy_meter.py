"""Whether a schedule ends in noise: the verdict, its numbers, and where it stands on the scale."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion.adequacy import schedule_adequacy
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.ui.panels.adequacy_meter import AdequacyMeter
from ddpm_studio.ui.theme import DARK, LIGHT, Theme

FIT, WEAK, UNFIT = (NoiseSchedule.linear(T) for T in (1000, 500, 50))
NEVER_NOISY = NoiseSchedule.constant(1, 1e-9)
UNDERFLOWN = NoiseSchedule.constant(10_000, 0.99)  # alpha_bar_T is 0 in float64


@pytest.fixture
def place(qtbot: QtBot) -> QWidget:
    """Whoever shows the meter: with the verdict above it."""
    place = QWidget()
    qtbot.addWidget(place)
    meter = AdequacyMeter(DARK)
    layout = QVBoxLayout(place)
    layout.addWidget(meter.verdict)
    layout.addWidget(meter)
    place.resize(346, 80)
    place.show()
    qtbot.waitExposed(place)
    return place


@pytest.fixture
def meter(place: QWidget) -> AdequacyMeter:
    return place.findChild(AdequacyMeter)


def show(meter: AdequacyMeter, schedule: NoiseSchedule, mean_square: float = 1.0) -> None:
    meter.show_adequacy(schedule_adequacy(schedule, mean_square))


def pixels(meter: AdequacyMeter) -> np.ndarray:
    """The scale as it is painted, (height, width), each pixel as QColor.rgb()."""
    picture = meter.scale.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(picture.constBits(), np.uint32)
    return rows.reshape(picture.height(), picture.width()).copy()


def marker(meter: AdequacyMeter, colour: str) -> float:
    """The middle of the marker, where it is of this colour; NaN where nothing is."""
    above_the_bar = pixels(meter)[:7]
    columns = np.nonzero(above_the_bar == QColor(colour).rgb())[1]
    return float(columns.mean()) + 0.5 if len(columns) else math.nan


def share_of(schedule: NoiseSchedule) -> float:
    """sqrt(L_T / 2) for data of variance 1, by the formula alone; at most 1."""
    nats = -0.5 * math.log(-math.expm1(np.log1p(-schedule.beta[1:]).sum()))
    return min(1.0, math.sqrt(nats / 2))


# The verdict and the numbers


@pytest.mark.parametrize(
    ("schedule", "verdict", "numbers"),
    [
        (UNFIT, "Unfit", ["0.603", "1.52", "0.67 bits/dim"]),
        (WEAK, "Weak", ["0.00635", "0.00639", "0.0046 bits/dim"]),
        (FIT, "Fit", ["4.04·10⁻⁵", "4.04·10⁻⁵", "2.9·10⁻⁵ bits/dim"]),
        (UNDERFLOWN, "Fit", ["0", "0", "0 bits/dim"]),
    ],
    ids=["unfit", "weak", "fit", "underflown"],
)
def test_a_verdict_and_three_numbers(
    meter: AdequacyMeter, schedule: NoiseSchedule, verdict: str, numbers: list[str]
) -> None:
    show(meter, schedule)
    assert f"<b>{verdict}</b>" in meter.verdict.text()
    shown = [part.split("</span> ")[1] for part in meter.numbers.text().split("&nbsp;&nbsp; ")]
    assert shown == numbers


def test_numbers_follow_the_data(meter: AdequacyMeter) -> None:
    """Larger x_0 stay visible for longer: L_T = ½ (alpha_bar_T (E[x_0²] - 1) - ln(1 - alpha_bar_T))."""
    show(meter, UNFIT, 4.0)
    alpha_bar = UNFIT.alpha_bar[-1]
    bits = 0.5 * (alpha_bar * 3.0 - math.log(1 - alpha_bar)) / math.log(2)
    assert f"{bits:.1f} bits/dim" in meter.numbers.text()
    assert "0.603" in meter.numbers.text()


def test_the_explanation_says_how_much_lies_elsewhere(meter: AdequacyMeter) -> None:
    show(meter, UNFIT)
    for part in (meter, meter.verdict):
        assert f"at most {100 * share_of(UNFIT):.0f} % of the values" in part.toolTip()
        assert "at most 1 %" in part.toolTip()
        assert "more than 5 %" in part.toolTip()
    show(meter, FIT)
    assert f"at most {100 * share_of(FIT):.2f} % of the values" in meter.toolTip()


# The scale


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_the_marker_stands_where_the_share_is(meter: AdequacyMeter, theme: Theme) -> None:
    """On a logarithmic scale from 0.01 % at the left end to 100 % at the right."""
    meter.set_theme(theme)
    show(meter, NEVER_NOISY)
    right = marker(meter, theme.problem)
    show(meter, UNDERFLOWN)
    left = marker(meter, theme.text)
    assert right - left > 40
    for schedule, colour in ((FIT, theme.text), (WEAK, theme.text), (UNFIT, theme.problem)):
        show(meter, schedule)
        part = 1 + math.log10(share_of(schedule)) / 4
        assert abs(marker(meter, colour) - (left + part * (right - left))) < 0.6


def test_every_verdict_has_a_zone_of_its_own_under_its_marker(meter: AdequacyMeter) -> None:
    zones = []
    for schedule, colour in ((FIT, DARK.text), (WEAK, DARK.text), (UNFIT, DARK.problem)):
        show(meter, schedule)
        zones.append(int(pixels(meter)[-1, int(marker(meter, colour))]))
    assert len(set(zones)) == 3
    reddest = [QColor(zone).red() - QColor(zone).blue() for zone in zones]
    assert reddest[2] > max(reddest[:2]) + 40


def test_the_ends_of_the_scale_stand_for_all_beyond_them(meter: AdequacyMeter) -> None:
    for schedule in (NEVER_NOISY, UNDERFLOWN):
        show(meter, schedule, 1e6)
        painted = pixels(meter)[:7]
        assert len(np.unique(painted)) > 1
        for colour in (DARK.text, DARK.problem):
            columns = np.nonzero(painted == QColor(colour).rgb())[1]
            assert not np.isin(columns, (0, meter.scale.width() - 1)).any()  # nothing is cut off


def test_before_a_schedule_is_known_nothing_is_claimed(meter: AdequacyMeter) -> None:
    assert meter.verdict.text() == meter.numbers.text() == ""
    assert len(np.unique(pixels(meter))) == 1


# Words and colours


def test_only_an_unfit_schedule_is_a_problem(meter: AdequacyMeter) -> None:
    for schedule, is_problem in ((FIT, False), (WEAK, False), (UNFIT, True)):
        show(meter, schedule)
        assert (DARK.problem in meter.verdict.text()) == is_problem
        meter.set_theme(LIGHT)
        assert (LIGHT.problem in meter.verdict.text()) == is_problem
        assert DARK.problem not in meter.verdict.text()
        assert LIGHT.muted_text in meter.numbers.text()
        meter.set_theme(DARK)


@pytest.mark.parametrize("schedule", [FIT, WEAK, UNFIT], ids=["fit", "weak", "unfit"])
def test_every_text_is_translated(
    place: QWidget,
    meter: AdequacyMeter,
    untranslated: Callable[[QWidget], set[str]],
    schedule: NoiseSchedule,
) -> None:
    show(meter, schedule)
    assert untranslated(place) == set()


def test_it_has_a_name_for_those_who_cannot_see(meter: AdequacyMeter) -> None:
    show(meter, WEAK)
    assert meter.accessibleName() == "Schedule adequacy"
