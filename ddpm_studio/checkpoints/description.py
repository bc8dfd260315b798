"""What a model is, apart from its weights: the metadata of a checkpoint, checked and free of torch."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from ddpm_studio.checkpoints.class_names import are_class_names
from ddpm_studio.datasets.catalogue import CATALOGUE
from ddpm_studio.diffusion.sampler_configuration import (
    FIXED_VARIANCES,
    ReverseVariance,
    SamplerConfiguration,
    SamplerError,
)
from ddpm_studio.diffusion.schedule import MAX_STEPS, ScheduleConfiguration, ScheduleError
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    NetworkConfiguration,
    NetworkConfigurationError,
    UNetConfiguration,
    class_count,
    network_as_dict,
    network_from_dict,
)

FORMAT = "ddpm-studio"
CLASSIFIER_FORMAT = "ddpm-studio-classifier"
FORMAT_VERSION = 1
MAX_METADATA_CHARACTERS = 400_000  # MAX_STEPS betas of 24 characters, and the rest

TARGETS = ("noise", "x_0", "v")
"""What a network can be trained for here; opened ones may also predict "x_prev"."""
VARIANCES = tuple(map(str, FIXED_VARIANCES))
_KNOWN_TARGETS = (*TARGETS, "x_prev")
_KNOWN_VARIANCES = tuple(map(str, ReverseVariance))

_MAX_WHOLE = 2**63 - 1


class DescriptionError(ExplainedError, ValueError):
    """Metadata that describes no model; the message is the end of a sentence about its file."""


@dataclass(frozen=True)
class Recipe:
    """How the optimiser was led.

    The learning rate rises linearly over ``warm_up_steps`` and then stays ("constant") or falls to
    zero along a cosine over ``learning_rate_steps`` in all. Gradients are clipped to the norm
    ``gradient_clip``, unless it is None.
    """

    learning_rate_schedule: str
    learning_rate_steps: int
    warm_up_steps: int
    gradient_clip: float | None
    precision: str


@dataclass(frozen=True)
class TrainingRecord:
    """How the weights came about; all that is needed to make them again.

    final_loss is the mean loss of the last steps (at most 200), or None before the first.
    The same seed gives the same weights, bit for bit, on one kind of ``device`` ("cpu", "cuda" …)
    with the same number of CPU ``threads``. ``recipe`` is None in the files of older versions,
    which did not record it.
    """

    steps: int
    planned_steps: int
    batch_size: int
    learning_rate: float
    ema_decay: float
    seed: int
    final_loss: float | None
    device: str
    threads: int
    recipe: Recipe | None = None

    @property
    def interrupted(self) -> bool:
        """Whether training was stopped early."""
        return self.steps < self.planned_steps


@dataclass(frozen=True)
class ModelDescription:
    """A trained model without its weights.

    data_set   name in the data catalogue; "" where it is not known what it was trained on
    target     "noise", "x_0", "v" or "x_prev": what the network's output stands for
    variance   "fixed-large" (beta_t), "fixed-small" (beta_tilde_t) or "learned-range" of p_theta
    clip       predictions of x_0 are limited to [-clip, clip]; None for no limit
    training   None where another project trained it
    origin     the name of that project, "" for a model of ours
    class_names
               of the classes 0, 1, … of its network; empty where they are not known
    """

    name: str
    data_set: str
    network: NetworkConfiguration
    schedule: ScheduleConfiguration
    target: str
    variance: str
    clip: float | None
    training: TrainingRecord | None
    origin: str = ""
    class_names: tuple[str, ...] = ()

    @property
    def sampler(self) -> SamplerConfiguration:
        """The sampler that the model was made for: ancestral, with all its steps."""
        return SamplerConfiguration(variance=self.variance, clip=self.clip)

    def to_metadata(self) -> dict[str, str]:
        """The string-to-string mapping that safetensors keeps beside the weights."""
        values = asdict(self)
        values["network"] = network_as_dict(self.network)
        values["schedule"] = self.schedule.as_dict()
        for name in ("origin", "class_names"):
            if not values[name]:
                del values[name]  # the files of ours keep the bytes of older versions
        text = json.dumps(values, sort_keys=True, allow_nan=False)
        return {"format": FORMAT, "format_version": str(FORMAT_VERSION), "description": text}

    @classmethod
    def from_metadata(cls, metadata: dict[str, str] | None) -> ModelDescription:
        """The description behind :meth:`to_metadata`. Raises DescriptionError."""
        if metadata and metadata.get("format") == CLASSIFIER_FORMAT:
            raise DescriptionError(
                "it is a noisy classifier, which guides a model: open the model, and choose this "
                "file as its classifier"
            )
        if not metadata or metadata.get("format") != FORMAT:
            raise DescriptionError("it was not written by DDPM Studio")
        version = metadata.get("format_version", "")
        if version != str(FORMAT_VERSION):
            raise DescriptionError(
                "it has format version {found!r}, and this application reads version {known}; "
                "a newer DDPM Studio may open it",
                found=version[:20],
                known=FORMAT_VERSION,
            )
        return _parse(metadata.get("description", ""))


def _parse(text: str) -> ModelDescription:
    if len(text) > MAX_METADATA_CHARACTERS:
        raise DescriptionError("its description is unreasonably long")
    try:
        values = json.loads(
            text, parse_constant=_refuse_constant, object_pairs_hook=without_repeats
        )
    except DescriptionError:
        raise
    except (ValueError, RecursionError) as error:
        raise DescriptionError("its description is damaged") from error
    if not isinstance(values, dict):
        raise DescriptionError("its description is damaged")
    try:
        description = ModelDescription(
            name=_text(values, "name"),
            data_set=_data_set(values),
            network=network_from_dict(_mapping(values, "network")),
            schedule=schedule_from_dict(_mapping(values, "schedule")),
            target=_choice(values, "target", _KNOWN_TARGETS),
            variance=_choice(values, "variance", _KNOWN_VARIANCES),
            clip=_optional_positive(values, "clip"),
            training=_training(values),
            origin=_origin(values),
            class_names=_class_names(values),
        )
        _ = description.sampler  # a limit of x_0 that no sampler can have
    except (NetworkConfigurationError, SamplerError, ScheduleError) as error:
        raise DescriptionError("its configuration is not valid: {reason}", reason=error) from error
    require_samples_like_data(description)
    _require_learned_variance(description)
    _require_known_times(description)
    _require_names_of_all_classes(description)
    return description


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object with no key twice, of which two readers could each take another value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise DescriptionError("it says the same thing twice")
    return found


def _refuse_constant(name: str) -> float:
    raise DescriptionError("its description holds {name}, which is not a number", name=name)


def require_samples_like_data(description: ModelDescription) -> None:
    """Raises DescriptionError where they differ; data that are not there may be of any shape."""
    made = description.network.sample_shape
    for data in CATALOGUE:
        if data.name == description.data_set and data.sample_shape != made:
            raise DescriptionError(
                "its network makes samples of shape {made}, and {data_set} are {wanted}",
                made=made,
                data_set=data.name,
                wanted=data.sample_shape,
            )


def _class_names(values: dict[str, Any]) -> tuple[str, ...]:
    """Empty in the files of older versions, and of models without classes."""
    names = values.get("class_names", [])
    if not are_class_names(names):
        raise DescriptionError("its description has no valid {key!r}", key="class_names")
    return tuple(names)


def _require_names_of_all_classes(description: ModelDescription) -> None:
    names, classes = len(description.class_names), class_count(description.network) or 0
    if names not in (0, classes):
        raise DescriptionError(
            "it names {names} classes, and its network was made for {classes}",
            names=names,
            classes=classes,
        )


def learns_variance(network: NetworkConfiguration) -> bool:
    """Whether the network's output holds a variance beside its prediction."""
    return (
        isinstance(network, UNetConfiguration | LucidrainsConfiguration) and network.learned_range
    )


def _require_learned_variance(description: ModelDescription) -> None:
    wanted = description.variance == ReverseVariance.LEARNED_RANGE
    if wanted and not learns_variance(description.network):
        raise DescriptionError("its network has not learned the variance that it asks for")


def _require_known_times(description: ModelDescription) -> None:
    network, T = description.network, description.schedule.T
    rows = network.time_rows if isinstance(network, UNetConfiguration) else None
    if rows is not None and rows < T:
        raise DescriptionError(
            "its network knows t up to {rows}, and its schedule has {T} steps", rows=rows, T=T
        )


def _mapping(values: dict[str, Any], key: str) -> dict[str, Any]:
    found = values.get(key)
    if not isinstance(found, dict):
        raise DescriptionError("its description has no valid {key!r}", key=key)
    return found


def _text(values: dict[str, Any], key: str) -> str:
    found = values.get(key)
    if not isinstance(found, str) or not 0 < len(found) <= 200 or not found.isprintable():
        raise DescriptionError("its description has no valid {key!r}", key=key)
    return found


def _origin(values: dict[str, Any]) -> str:
    """Empty for a model of ours, which does not say it."""
    return _text(values, "origin") if "origin" in values else ""


def _data_set(values: dict[str, Any]) -> str:
    """Only what another project trained may leave it open."""
    is_open = values.get("data_set") == "" and "origin" in values
    return "" if is_open else _text(values, "data_set")


def _choice(values: dict[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    found = _text(values, key)
    if found not in allowed:
        raise DescriptionError(
            "its {key} {found!r} is not one of {allowed}",
            key=key,
            found=found,
            allowed=", ".join(allowed),
        )
    return found


def _number(values: dict[str, Any], key: str) -> float:
    found = values.get(key)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or abs(found) > 1e18:
        raise DescriptionError("its description has no valid {key!r}", key=key)
    if not math.isfinite(found):
        raise DescriptionError("its description has no valid {key!r}", key=key)
    return float(found)


def _whole(values: dict[str, Any], key: str) -> int:
    found = values.get(key)
    if type(found) is not int or not 0 <= found <= _MAX_WHOLE:
        raise DescriptionError("its description has no valid {key!r}", key=key)
    return found


def _optional_number(values: dict[str, Any], key: str) -> float | None:
    return None if values.get(key) is None else _number(values, key)


def _optional_numbers(values: dict[str, Any], key: str) -> tuple[float, ...] | None:
    found = values.get(key)
    if found is None:
        return None
    if not isinstance(found, list) or len(found) > MAX_STEPS:
        raise DescriptionError("its description has no valid {key!r}", key=key)
    return tuple(_number({key: each}, key) for each in found)


def _optional_positive(values: dict[str, Any], key: str) -> float | None:
    number = _optional_number(values, key)
    if number is not None and number <= 0:
        raise DescriptionError("its {key} must be positive, not {number:g}", key=key, number=number)
    return number


def schedule_from_dict(values: dict[str, Any]) -> ScheduleConfiguration:
    """The configuration behind its ``as_dict``. Raises DescriptionError or ScheduleError."""
    T = values.get("T", 0)
    if isinstance(T, int) and abs(T) > _MAX_WHOLE:  # its digits would fill pages
        raise DescriptionError("its description has no valid {key!r}", key="T")
    configuration = ScheduleConfiguration(
        kind=_text(values, "kind"),
        T=T,
        beta_1=_optional_number(values, "beta_1"),
        beta_T=_optional_number(values, "beta_T"),
        betas=_optional_numbers(values, "betas"),
    )
    # Raises ScheduleError where the numbers allow none; what its kind does not need falls away.
    return configuration.build().configuration


def _training(description: dict[str, Any]) -> TrainingRecord | None:
    """None for a model of another project, which may lack it."""
    if description.get("origin") and description.get("training") is None:
        return None
    values = _mapping(description, "training")
    return TrainingRecord(
        steps=_whole(values, "steps"),
        planned_steps=_whole(values, "planned_steps"),
        batch_size=_whole(values, "batch_size"),
        learning_rate=_number(values, "learning_rate"),
        ema_decay=_number(values, "ema_decay"),
        seed=_whole(values, "seed"),
        final_loss=_optional_number(values, "final_loss"),
        device=_text(values, "device"),
        threads=_whole(values, "threads"),
        recipe=None if values.get("recipe") is None else _recipe(_mapping(values, "recipe")),
    )


def _recipe(values: dict[str, Any]) -> Recipe:
    return Recipe(
        learning_rate_schedule=_text(values, "learning_rate_schedule"),
        learning_rate_steps=_whole(values, "learning_rate_steps"),
        warm_up_steps=_whole(values, "warm_up_steps"),
        gradient_clip=_optional_positive(values, "gradient_clip"),
        precision=_text(values, "precision"),
    )
