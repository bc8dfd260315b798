"""The training that the fields describe, or what is wrong with one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.configuration import (
    MlpConfiguration,
    NetworkConfigurationError,
    TrainableNetwork,
)
from ddpm_studio.training.configuration import TrainingConfiguration, TrainingConfigurationError
from ddpm_studio.ui.problem_text import problem_text
from ddpm_studio.ui.training.field_checks import FieldProblem, first_problem
from ddpm_studio.ui.training.training_fields import (
    MLP_FIELDS,
    UNET_FIELDS,
    WHOLE_NUMBERS,
    TrainingFields,
)

_NORM_GROUPS = (32, 16, 8, 4, 2, 1)


def typed_training(
    fields: TrainingFields, base: TrainingConfiguration, schedule: ScheduleConfiguration
) -> TrainingConfiguration | FieldProblem:
    """``base`` with everything that the fields say; what has no field stays as it is there."""
    problem = first_problem(fields, base.network)
    if problem is not None:
        return problem
    chosen = fields.chosen()
    values: dict[str, Any] = {
        **{name: int(fields.number(name)) for name in _whole_numbers_of_a_training()},
        **chosen,
        "name": chosen["data_set"],
        "learning_rate": fields.number("learning_rate"),
        "gradient_clip": fields.numbers["gradient_clip"].value(),
        "ema_decay": fields.number("ema_decay"),
        "schedule": schedule,
    }
    try:
        return replace(base, network=typed_network(fields, base.network), **values)
    except NetworkConfigurationError as error:
        return FieldProblem("channels", problem_text(error))
    except TrainingConfigurationError as error:
        return FieldProblem(error.field, problem_text(error))


def _whole_numbers_of_a_training() -> list[str]:
    return [name for name in WHOLE_NUMBERS if name not in (*MLP_FIELDS, *UNET_FIELDS)]


def typed_network(fields: TrainingFields, base: TrainableNetwork) -> TrainableNetwork:
    """A network for the same data as ``base``. Raises NetworkConfigurationError."""
    if isinstance(base, MlpConfiguration):
        width, depth = (int(fields.number(name)) for name in MLP_FIELDS)
        return replace(base, width=width, depth=depth)
    channels = int(fields.number("channels"))
    return replace(
        base,
        channels=channels,
        channel_multipliers=fields.lists["channel_multipliers"].values() or (),
        blocks_per_level=int(fields.number("blocks_per_level")),
        attention_sizes=fields.lists["attention_sizes"].values() or (),
        dropout=fields.number("dropout"),
        classes=fields.classes.classes,
        norm_groups=_norm_groups(channels, base.norm_groups),
    )


def _norm_groups(channels: int, preferred: int) -> int:
    """Groups of the normalisation that divide the channels: the preset's, or as many as there can be."""
    if channels % preferred == 0:
        return preferred
    return next(groups for groups in _NORM_GROUPS if channels % groups == 0)


def is_preset(preset: TrainingConfiguration, wanted: object) -> bool:
    """Whether nothing but the seed differs."""
    return isinstance(wanted, TrainingConfiguration) and preset == replace(
        wanted, seed=preset.seed, name=preset.name
    )
