"""Numbers as people read them: significant figures, signs, powers of ten, constant width."""

import math

import pytest

from ddpm_studio.ui.number_text import FIGURE_SPACE, format_fixed, format_number, superscript


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0785872, "0.0786"),
        (4.035830e-5, "4.04·10⁻⁵"),
        (-0.012, "−0.0120"),
        (1.0, "1.00"),
        (0.99996, "1.00"),  # rounds into the next power of ten
        (0.00099996, "0.00100"),  # likewise, at the border between the two ways of writing
        (0.001, "0.00100"),
        (0.0009, "9.00·10⁻⁴"),
        (12.34, "12.3"),
        (1234.4, "1234"),
        (99_499, "99499"),
        (99_999, "1.00·10⁵"),
        (123_456, "1.23·10⁵"),
        (-2.5e12, "−2.50·10¹²"),
        (0.0, "0"),
        (-0.0, "0"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
    ],
)
def test_significant_figures(value: float, text: str) -> None:
    assert format_number(value) == text


def test_digits_count_significant_figures() -> None:
    assert format_number(math.pi, 1) == "3"
    assert format_number(math.pi, 5) == "3.1416"
    assert format_number(4.035830e-5, 5) == "4.0358·10⁻⁵"


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.012, "−0.012"), (1, "1.000"), (-0.0004, "0.000"), (0.0004, "0.000"), (math.nan, "–")],
)
def test_fixed_decimals_have_no_negative_zero(value: float, text: str) -> None:
    assert format_fixed(value) == text


def test_width_is_filled_with_figure_spaces_on_the_left() -> None:
    texts = [format_fixed(value, width=6) for value in (-0.5, 0.5, 12.25)]
    assert texts == ["−0.500", f"{FIGURE_SPACE}0.500", "12.250"]
    assert format_number(0, width=4) == FIGURE_SPACE * 3 + "0"
    assert format_number(math.inf, width=2) == FIGURE_SPACE + "∞"


def test_text_wider_than_the_width_is_not_cut() -> None:
    assert format_number(4.035830e-5, width=3) == "4.04·10⁻⁵"


def test_superscript() -> None:
    assert superscript(-1023456789) == "⁻¹⁰²³⁴⁵⁶⁷⁸⁹"
