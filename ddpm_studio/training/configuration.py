"""A training run as plain numbers: everything it needs, checked, and what JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any

from ddpm_studio.checkpoints.description import (
    TARGETS,
    VARIANCES,
    DescriptionError,
    schedule_from_dict,
)
from ddpm_studio.datasets.catalogue import entries
from ddpm_studio.diffusion.schedule import ScheduleConfiguration, ScheduleError
from ddpm_studio.explained_error import ExplainedError, brief
from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    NetworkConfigurationError,
    TrainableNetwork,
    UNetConfiguration,
    network_as_dict,
    network_from_dict,
)

LEARNING_RATE_SCHEDULES = ("cosine", "constant")
AUTO = "auto"
PRECISIONS = ("float32", "bfloat16", AUTO)
MAX_TRAINING_STEPS = 100_000_000
MAX_BATCH_SIZE = 1_000_000
MAX_SEED = 2**63 - 1
_MAX_NAME_CHARACTERS = 200


class TrainingConfigurationError(ExplainedError, ValueError):
    """A training that cannot be; the message says which number is wrong and what is allowed."""

    @property
    def field(self) -> str:
        """Name of the field of TrainingConfiguration that is wrong."""
        return str(self.values["field"])


@dataclass(frozen=True)
class TrainingConfiguration:
    """One training run, from the data to the moving average. Raises TrainingConfigurationError.

    name, data_set          of the model; in the catalogue of data
    network, schedule       what is trained, and beta_1 … beta_T
    steps                   of the optimiser, counted from 0
    batch_size              samples a step, over all processes
    learning_rate           of Adam, at its highest
    ema_decay               of the moving average of the weights
    target                  what the network predicts: "noise", "x_0" or "v"
    variance, clip          of the model's own sampler, as in ModelDescription
    learning_rate_schedule  after the warm-up: "cosine" (falls to zero) or "constant" (as in DDPM)
    learning_rate_steps     over which the cosine falls; None for ``steps``. A run that is to go on
                            after ``steps`` has more
    warm_up_steps           over which the learning rate rises linearly
    gradient_clip           greatest norm of all gradients together (DDPM: 1); None for no limit
    seed                    of all that is drawn at random
    precision               "float32", "bfloat16" for autocast, or "auto": measured at the start,
                            bfloat16 only where it is at least 10 % faster
    autosave_every          steps from one checkpoint to the next
    compile                 whether torch.compile is tried, on CUDA: minutes at the start, and faster
                            steps after
    """

    name: str
    data_set: str
    network: TrainableNetwork
    schedule: ScheduleConfiguration
    steps: int
    batch_size: int
    learning_rate: float
    ema_decay: float
    target: str = "noise"
    variance: str = "fixed-large"
    clip: float | None = None
    learning_rate_schedule: str = "cosine"
    learning_rate_steps: int | None = None
    warm_up_steps: int = 200
    gradient_clip: float | None = 1.0
    seed: int = 0
    precision: str = "float32"
    autosave_every: int = 1000
    compile: bool = False

    def __post_init__(self) -> None:
        for field in ("name", "data_set"):
            _require_text(field, getattr(self, field))
        for field, (low, high) in _WHOLE_NUMBERS.items():
            _require_whole(field, getattr(self, field), low, high)
        for field, (allowed, rule) in _NUMBERS.items():
            _require_number(field, getattr(self, field), allowed, rule)
        for field, choices in _CHOICES.items():
            _require_choice(field, getattr(self, field), choices)
        if not isinstance(self.compile, bool):
            raise TrainingConfigurationError("{field} must be true or false.", field="compile")
        self._check_learning_rate_steps()
        self._check_schedule()
        self._check_network()

    def _check_learning_rate_steps(self) -> None:
        if self.learning_rate_steps is not None:
            field = "learning_rate_steps"
            _require_whole(field, self.learning_rate_steps, self.steps, MAX_TRAINING_STEPS)

    def _check_schedule(self) -> None:
        if not isinstance(self.schedule, ScheduleConfiguration):
            raise TrainingConfigurationError("{field} must be a schedule.", field="schedule")
        try:
            self.schedule.build()
        except ScheduleError as error:
            raise TrainingConfigurationError(
                "{field} is not valid: {reason}.", field="schedule", reason=error
            ) from error

    def _check_network(self) -> None:
        """Data that are not there may be of any shape."""
        if not isinstance(self.network, TrainableNetwork):
            raise TrainingConfigurationError("{field} must be a network.", field="network")
        if isinstance(self.network, UNetConfiguration) and self.network.learned_range:
            raise TrainingConfigurationError(
                "{field} learns a variance: such models can be opened, and not be trained here.",
                field="network",
            )
        for data in entries():
            if data.name == self.data_set and data.sample_shape != self.network.sample_shape:
                raise TrainingConfigurationError(
                    "{field} makes samples of shape {made}, and {data_set} are {wanted}.",
                    field="network",
                    made=self.network.sample_shape,
                    data_set=self.data_set,
                    wanted=data.sample_shape,
                )

    @property
    def learning_rate_length(self) -> int:
        """Steps after which a cosine has brought the learning rate to zero."""
        return self.learning_rate_steps or self.steps

    def learning_rate_at(self, step: int) -> float:
        """Of the step after ``step`` others: linear warm-up, then what the schedule says."""
        rate = self.learning_rate * min(1.0, (step + 1) / max(1, self.warm_up_steps))
        if self.learning_rate_schedule == "constant":
            return rate
        return rate * 0.5 * (1 + math.cos(math.pi * step / self.learning_rate_length))

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["network"] = network_as_dict(self.network)
        values["schedule"] = self.schedule.as_dict()
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingConfiguration:
        """The configuration behind :meth:`as_dict`. Raises TrainingConfigurationError."""
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise TrainingConfigurationError(
                    "There is no setting {field!r} of a training.", field=brief(str(name))
                )
        for name in ("network", "schedule"):
            if not isinstance(values.get(name), dict):
                raise TrainingConfigurationError("{field} is missing or not an object.", field=name)
        parts = {"network": _network(values["network"]), "schedule": _schedule(values["schedule"])}
        return cls(**_complete(values) | parts)


def _complete(values: dict[str, Any]) -> dict[str, Any]:
    for field in fields(TrainingConfiguration):
        if field.default is MISSING and field.name not in values:
            raise TrainingConfigurationError("{field} is missing.", field=field.name)
    return values


def _network(values: dict[str, Any]) -> TrainableNetwork:
    try:
        network = network_from_dict(values)
    except NetworkConfigurationError as error:
        raise TrainingConfigurationError(
            "{field} is not valid: {reason}.", field="network", reason=error
        ) from error
    if isinstance(network, LucidrainsConfiguration):
        raise TrainingConfigurationError(
            "{field} is another project's: such models can be opened, and not be trained here.",
            field="network",
        )
    return network


def _schedule(values: dict[str, Any]) -> ScheduleConfiguration:
    try:
        return schedule_from_dict(values)
    except (DescriptionError, ScheduleError) as error:
        raise TrainingConfigurationError(
            "{field} is not valid: {reason}.", field="schedule", reason=error
        ) from error


def _require_text(field: str, value: object) -> None:
    if (
        not isinstance(value, str)
        or not value.isprintable()
        or not 0 < len(value) <= _MAX_NAME_CHARACTERS
    ):
        raise TrainingConfigurationError(
            "{field} must be a text of at most {most} characters.",
            field=field,
            most=_MAX_NAME_CHARACTERS,
        )


def _require_whole(field: str, value: object, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise TrainingConfigurationError(
            "{field} must be a whole number from {low} to {high}, not {value}.",
            field=field,
            low=low,
            high=high,
            value=brief(_shown(value)),
        )


def _require_number(
    field: str, value: object, allowed: Callable[[float], bool], rule: ExplainedError
) -> None:
    if value is None and field in _OPTIONAL_NUMBERS:
        return
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not _is_allowed(value, allowed):
        raise TrainingConfigurationError(
            "{field} must be {rule}, not {value}.",
            field=field,
            rule=rule,
            value=brief(_shown(value)),
        )


def _is_allowed(value: Any, allowed: Callable[[float], bool]) -> bool:
    try:
        return allowed(float(value))  # every comparison with NaN is false
    except OverflowError:
        return False


def _require_choice(field: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise TrainingConfigurationError(
            "{field} must be one of {choices}, not {value}.",
            field=field,
            choices=", ".join(choices),
            value=brief(_shown(value)),
        )


def _shown(value: object) -> str:
    try:
        return repr(value)
    except ValueError:  # a whole number of more digits than Python writes out
        return "…"


_POSITIVE = ExplainedError("a positive number")
_SHARE = ExplainedError("at least 0 and under 1")

_WHOLE_NUMBERS = {
    "steps": (1, MAX_TRAINING_STEPS),
    "batch_size": (1, MAX_BATCH_SIZE),
    "warm_up_steps": (0, MAX_TRAINING_STEPS),
    "seed": (0, MAX_SEED),
    "autosave_every": (1, MAX_TRAINING_STEPS),
}
_NUMBERS: dict[str, tuple[Callable[[float], bool], ExplainedError]] = {
    "learning_rate": (lambda value: 0.0 < value < math.inf, _POSITIVE),
    "gradient_clip": (lambda value: 0.0 < value < math.inf, _POSITIVE),
    "clip": (lambda value: 0.0 < value < math.inf, _POSITIVE),
    "ema_decay": (lambda value: 0.0 <= value < 1.0, _SHARE),
}
_OPTIONAL_NUMBERS = ("gradient_clip", "clip")
_CHOICES = {
    "target": TARGETS,
    "variance": VARIANCES,
    "learning_rate_schedule": LEARNING_RATE_SCHEDULES,
    "precision": PRECISIONS,
}
