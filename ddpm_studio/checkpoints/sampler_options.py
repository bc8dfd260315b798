"""The sampler and the condition that the options of a command make of a model's own."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from ddpm_studio.checkpoints.classifier_opening import answered_classifier
from ddpm_studio.checkpoints.condition import Condition, ConditionError
from ddpm_studio.checkpoints.convert_command import given_answers
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.diffusion.respacing import kept_times
from ddpm_studio.diffusion.sampler_configuration import (
    SamplerConfiguration,
    SamplerError,
    SamplerKind,
)


def sampler_from_options(
    options: argparse.Namespace, description: ModelDescription
) -> SamplerConfiguration:
    """What ``sampler``, ``eta`` and ``steps`` ask for, and of the model's own sampler the rest.

    Raises SamplerError for an eta without DDIM, and ScheduleError for more steps than T.
    """
    changes: dict[str, Any] = {"steps": options.steps}
    if options.steps is not None:
        kept_times(description.schedule.T, options.steps)  # refuses more than there are
    if options.sampler == SamplerKind.DDIM:
        changes |= {"kind": SamplerKind.DDIM, "eta": options.eta or 0.0}
    elif options.eta is not None:
        raise SamplerError("--eta belongs to DDIM: give --sampler ddim, too, or leave it out.")
    return replace(description.sampler, **changes)


def condition_from_options(options: argparse.Namespace, description: ModelDescription) -> Condition:
    """What ``label``, ``classifier``, ``classifier_answer`` and ``guidance`` ask for.

    Raises ConditionError where they do not fit the model, and ModelFileError or AnswerError for a
    classifier that cannot be used.
    """
    if options.classifier is None:
        if options.guidance is not None or options.classifier_answer:
            raise ConditionError(
                "--guidance and --classifier-answer belong to --classifier: give it, too, or leave "
                "them out."
            )
        condition = Condition(options.label)
    else:
        answers = given_answers(options.classifier_answer)
        file = answered_classifier(options.classifier, description, answers)
        scale = 1.0 if options.guidance is None else options.guidance
        condition = Condition(options.label, file, scale)
    condition.classes_of(description)  # raises where they do not fit
    return condition
