"""What is wrong with the fields of a training, if anything: the first field and one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ddpm_studio.datasets.catalogue import entries
from ddpm_studio.datasets.importing.public_sets import PUBLIC_SETS
from ddpm_studio.networks.configuration import TrainableNetwork, UNetConfiguration
from ddpm_studio.ui.training import field_text
from ddpm_studio.ui.training.training_fields import (
    MLP_FIELDS,
    NUMBERS,
    UNET_FIELDS,
    WHOLE_NUMBERS,
    TrainingFields,
)

_SHARES = ("ema_decay", "dropout")
_MOST_LEVELS, _MOST_MULTIPLIER = 8, 16


@dataclass(frozen=True)
class FieldProblem:
    """A field by its name, and what is wrong with it in one sentence."""

    name: str
    sentence: str


def first_problem(fields: TrainingFields, network: TrainableNetwork) -> FieldProblem | None:
    """The first field that is no value; only those that this kind of network has."""
    is_unet = isinstance(network, UNetConfiguration)
    left_out = MLP_FIELDS if is_unet else UNET_FIELDS
    size = network.image_size if isinstance(network, UNetConfiguration) else 1
    checks: list[tuple[str, Callable[[], str]]] = [
        ("data_set", partial(_data_problem, fields)),
        *((name, partial(_whole_problem, fields, name)) for name in WHOLE_NUMBERS),
        *((name, partial(_number_problem, fields, name)) for name in NUMBERS),
        ("channels", partial(_channels_problem, fields)),
        ("channel_multipliers", partial(_levels_problem, fields, size)),
        ("attention_sizes", partial(_attention_problem, fields, size)),
        ("schedule", fields.schedule.problem_text),
    ]
    for name, check in checks:
        if name not in left_out and (sentence := check()):
            return FieldProblem(name, sentence)
    return None


def _data_problem(fields: TrainingFields) -> str:
    name = fields.data_set.currentData()
    if name in {each.name for each in entries()}:
        return ""
    is_public = name in {each.name for each in PUBLIC_SETS}
    return field_text.data_to_get_problem() if is_public else field_text.no_data_problem()


def _whole_problem(fields: TrainingFields, name: str) -> str:
    value, (low, high) = fields.numbers[name].value(), WHOLE_NUMBERS[name]
    is_fine = value is not None and low <= value <= high
    return "" if is_fine else field_text.whole_problem(_label(name), low, high)


def _number_problem(fields: TrainingFields, name: str) -> str:
    value = fields.numbers[name].value()
    if name in _SHARES:
        is_share = value is not None and 0 <= value < 1
        return "" if is_share else field_text.share_problem(_label(name))
    is_positive = value is not None and value > 0
    if name == "gradient_clip":
        is_none = not fields.numbers[name].text().strip()
        return "" if is_none or is_positive else field_text.clip_problem(_label(name))
    return "" if is_positive else field_text.positive_problem(_label(name))


def _channels_problem(fields: TrainingFields) -> str:
    is_even = int(fields.number("channels")) % 2 == 0
    return "" if is_even else field_text.even_problem(_label("channels"))


def _levels_problem(fields: TrainingFields, size: int) -> str:
    name = "channel_multipliers"
    levels = fields.lists[name].values()
    if (
        not levels
        or len(levels) > _MOST_LEVELS
        or not all(1 <= level <= _MOST_MULTIPLIER for level in levels)
    ):
        return field_text.list_problem(_label(name), "1, 2, 2")
    if size % 2 ** (len(levels) - 1):
        return field_text.levels_problem(size, len(levels))
    return ""


def _attention_problem(fields: TrainingFields, size: int) -> str:
    name = "attention_sizes"
    sizes, levels = fields.lists[name].values(), fields.lists["channel_multipliers"].values()
    if sizes is None:
        return field_text.list_problem(_label(name), "8, 4")
    there = [size // 2**order for order in range(len(levels or ()))]
    if set(sizes) <= set(there):
        return ""
    return field_text.attention_problem(", ".join(map(str, there)))


def _label(name: str) -> str:
    return field_text.field_texts()[name][0]
