"""A measurement as aligned text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ddpm_studio.checkpoints.measurement import (
    BoundTerm,
    Floor,
    Measurement,
    MeasurementPlan,
    bound_terms,
)

_SHOWN_STEPS = 10
_TERMS = ("L_T", "L_1 + ... + L_{T-1}", "L_0", "total")


def report_lines(measurement: Measurement) -> list[str]:
    """The bound's table, the denoising error at about ten t, and one sentence about it."""
    plan = measurement.plan
    return [
        *_counts(plan),
        "",
        *_bound_table(measurement),
        *([] if plan.has_images else [_ABOUT_DENSITIES]),
        "",
        *_error_table(measurement),
        "",
        _conclusion(measurement),
    ]


_ABOUT_DENSITIES = (
    "L_0 is a density here: it and the total depend on the data's unit, and may be negative."
)


def _counts(plan: MeasurementPlan) -> list[str]:
    kinds = ("training images", "held-out images") if plan.has_images else ("samples", "samples")
    return [
        f"error: {plan.error_count:,} {kinds[0]} at {len(plan.steps):,} of {plan.T:,} t",
        f"bound: {plan.bound_count:,} {kinds[1]} at every t",
        f"seed:  {plan.seed}",
    ]


def _bound_table(measurement: Measurement) -> list[str]:
    assert measurement.bound is not None
    rows = [["bound", "nats", "+-", "bits/dim", "+-"]]
    for name, term in zip(_TERMS, bound_terms(measurement.bound), strict=True):
        rows.append([name, *map(_number, _values(term))])
    return _aligned(rows)


def _values(term: BoundTerm) -> tuple[float, float, float, float]:
    bits = term.bits_per_dimension, term.error_in_bits_per_dimension
    return term.nats, term.standard_error, *bits


def _error_table(measurement: Measurement) -> list[str]:
    errors, plan = measurement.errors, measurement.plan
    assert errors is not None
    is_known = plan.floor is not Floor.UNKNOWN
    quantities = [errors.error, *([errors.floor, errors.excess] if is_known else [])]
    names = ("error", "floor", "excess")[: len(quantities)]
    rows = [["t", *(text for name in names for text in (name, "+-"))]]
    for t in shown_steps(plan.steps):
        pairs = [(each.value[t], each.standard_error[t]) for each in quantities]
        rows.append([str(t), *(_number(value) for pair in pairs for value in pair)])
    means = [text for each in quantities for text in (_number(each.mean), "")]
    return _aligned([*rows, ["mean", *means]])


def shown_steps(steps: Sequence[int]) -> list[int]:
    """About ten of them, evenly spread and with both ends, from the data to the noise."""
    ordered = sorted(steps)
    count = min(len(ordered), _SHOWN_STEPS)
    last = max(count - 1, 1)
    return [ordered[round(place * (len(ordered) - 1) / last)] for place in range(count)]


def _conclusion(measurement: Measurement) -> str:
    verdict = measurement.verdict
    if verdict is None:
        return "The floor of the error is not known exactly for this data set."
    percent = f"{verdict.percent:.2g}" if verdict.percent < 100 else f"{verdict.percent:.0f}"
    where = f"Half of the excess lies at t <= {verdict.half_t}."
    if measurement.plan.floor is Floor.LAW:
        return (
            f"The network's error is {percent} % above the floor that no network can beat. {where}"
        )
    return (
        f"On training images the network's error is {percent} % above their floor, which only a "
        f"network that has learned them by heart comes down to. {where}"
    )


def _aligned(rows: list[list[str]]) -> list[str]:
    """Columns of equal width, the first to the left and numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])],
        ).rstrip()
        for row in rows
    ]


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4g}"
