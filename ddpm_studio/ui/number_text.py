"""Numbers as text: the same figures everywhere, with a true minus sign and powers of ten."""

from __future__ import annotations

import math

MINUS = "\u2212"
INFINITY = "∞"
NO_VALUE = "\u2013"  # where there is nothing to show yet (NaN)
FIGURE_SPACE = "\u2007"  # as wide as a figure, so that padded numbers do not move

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWEST_PLAIN, _HIGHEST_PLAIN = -3, 4  # powers of ten that are written without an exponent


def format_number(value: float, digits: int = 3, *, width: int = 0) -> str:
    """``value`` with ``digits`` significant figures: 0.0786, −0.0120, 1234, 4.04·10⁻⁵, ∞.

    Trailing zeros stay, as they are figures; exactly 0 is "0" and NaN is "–". Magnitudes below
    0.001 and from 100,000 take a power of ten. With ``width`` the text is filled on its left
    with figure spaces to at least that many characters.
    """
    if value == 0 or not math.isfinite(value):
        return _special(value).rjust(width, FIGURE_SPACE)
    mantissa, exponent_text = f"{abs(value):.{digits - 1}e}".split("e")
    exponent = int(exponent_text)  # after rounding: 0.9999 is 1.00, not 1.000
    if _LOWEST_PLAIN <= exponent <= _HIGHEST_PLAIN:
        text = f"{abs(value):.{max(0, digits - 1 - exponent)}f}"
    else:
        text = f"{mantissa}·10{superscript(exponent)}"
    return (_sign(value) + text).rjust(width, FIGURE_SPACE)


def format_fixed(value: float, decimals: int = 3, *, width: int = 0) -> str:
    """``value`` with that many decimals, for live numbers that pass through zero: −0.012, 1.000.

    What rounds to zero has no sign; NaN is "–". ``width`` fills as in :func:`format_number`.
    """
    if not math.isfinite(value):
        return _special(value).rjust(width, FIGURE_SPACE)
    text = f"{abs(value):.{decimals}f}"
    sign = _sign(value) if float(text) != 0 else ""
    return (sign + text).rjust(width, FIGURE_SPACE)


def superscript(number: int) -> str:
    """An integer in raised figures: −5 is ⁻⁵."""
    return str(number).translate(_SUPERSCRIPTS)


def _special(value: float) -> str:
    if math.isnan(value):
        return NO_VALUE
    return "0" if value == 0 else _sign(value) + INFINITY


def _sign(value: float) -> str:
    return MINUS if value < 0 else ""
