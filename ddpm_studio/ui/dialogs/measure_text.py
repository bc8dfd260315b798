"""The sentences of a measurement, in the present language, and its numbers with their errors."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from ddpm_studio.checkpoints.measurement import Floor, Measurement, MeasurementPlan
from ddpm_studio.ui.number_text import format_fixed, format_number
from ddpm_studio.ui.panels.panel_text import paragraphs

_MOST_DECIMALS = 6  # with more a power of ten is read more easily


def with_error(value: float, standard_error: float) -> str:
    """The error with two figures and the value as far as it goes: 106.81 ± 0.76, 7.51·10⁻⁴ ± 3.3·10⁻⁶.

    Without an error four figures of the value; "–" where there is no value.
    """
    if not math.isfinite(standard_error) or standard_error <= 0 or not math.isfinite(value):
        return format_number(value, 4)
    decimals = max(0, 1 - math.floor(math.log10(standard_error)))
    if decimals > _MOST_DECIMALS:
        return f"{format_number(value)} ± {format_number(standard_error, 2)}"
    return f"{format_fixed(value, decimals)} ± {format_fixed(standard_error, decimals)}"


def samples_text(plan: MeasurementPlan) -> str:
    """How much was measured."""
    translate = QCoreApplication.translate
    if plan.has_images:
        text = translate(
            "Measure",
            "Error: {0} training images at {1} of {2} t · bound: {3} held-out images at every t · "
            "seed {4}",
        )
    else:
        text = translate(
            "Measure",
            "Error: {0} samples at {1} of {2} t · bound: {3} samples at every t · seed {4}",
        )
    numbers = (plan.error_count, len(plan.steps), plan.T, plan.bound_count)
    return text.format(*(f"{number:,}" for number in numbers), plan.seed)


def verdict_text(measurement: Measurement) -> str:
    """What the numbers say, in one sentence or two; empty before the error is measured."""
    translate = QCoreApplication.translate
    if measurement.done < measurement.plan.error_work:
        return ""
    verdict = measurement.verdict
    if verdict is None:
        return translate(
            "Measure",
            "The smallest possible error is not known exactly for this data set: the curve alone "
            "does not tell how much there is left to learn.",
        )
    if measurement.plan.floor is Floor.LAW:
        text = translate(
            "Measure",
            "The network's error is {0} % above the floor that no network can beat. "
            "Half of that excess lies at t ≤ {1}.",
        )
    else:
        text = translate(
            "Measure",
            "On training images the network's error is {0} % above their floor, which only a network "
            "that has learned them by heart comes down to. Half of that excess lies at t ≤ {1}.",
        )
    return text.format(format_number(verdict.percent, 2), verdict.half_t)


def verdict_rule(measurement: Measurement) -> str:
    """How the sentence follows from the numbers."""
    translate = QCoreApplication.translate
    if measurement.verdict is None:
        return ""
    return paragraphs(
        translate(
            "Measure",
            "Percent: the mean of the excess over all measured t, divided by the mean of the floor.",
        ),
        translate(
            "Measure",
            "Half: the excess is summed from t = 1 on; there the sum comes to half of the whole.",
        ),
        translate(
            "Measure",
            "A loss that no longer falls has converged where the excess is small against the floor.",
        )
        if measurement.plan.floor is Floor.LAW
        else translate(
            "Measure",
            "New images need a network that stays above this floor: it is that of the finite "
            "training set, and not that of all digits.",
        ),
    )


def floor_note(plan: MeasurementPlan) -> str:
    """What the floor is known for."""
    translate = QCoreApplication.translate
    return {
        Floor.LAW: translate("Measure", "The floor is that of the data's exact law."),
        Floor.TRAINING_SET: translate(
            "Measure", "Measured on training images; the floor is that of this finite set."
        ),
        Floor.UNKNOWN: translate("Measure", "The floor is not known exactly for this data set."),
    }[plan.floor]


def bound_note(plan: MeasurementPlan) -> str:
    """What L_0 means for these data."""
    translate = QCoreApplication.translate
    if plan.levels is None:
        return translate(
            "Measure",
            "L₀ is a density: bits/dim depend on the data's unit and may be negative.",
        )
    return translate(
        "Measure", "Held-out images, coded losslessly with {0} grey levels per pixel."
    ).format(plan.levels)


def hint_text(*, is_image: bool) -> str:
    """What a measurement answers, and how long it takes, before there is one (rich text)."""
    translate = QCoreApplication.translate
    duration = (
        translate("Measure", "This takes about half a minute.")
        if is_image
        else translate("Measure", "This takes about ten seconds.")
    )
    return "".join(
        (
            "<h3>",
            translate("Measure", "How good is this model, and where in t?"),
            "</h3>",
            paragraphs(
                translate(
                    "Measure",
                    "The <b>denoising error</b> at every t, beside the floor that no network can "
                    "beat where that is known: has a flat loss converged?",
                ),
                translate(
                    "Measure",
                    "The <b>variational bound</b> on −ln p<sub>θ</sub>(x<sub>0</sub>), term by term, "
                    "in nats and bits per dimension.",
                ),
                duration,
            ),
        )
    )
