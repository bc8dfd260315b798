"""The sampler that the options of a command make of a model's own."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

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
