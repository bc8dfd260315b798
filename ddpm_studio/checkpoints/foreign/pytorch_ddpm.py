"""w86763777/pytorch-ddpm: ``ckpt.pt``, with the ``flagfile.txt`` of its training where that lies beside it.

The network is the paper's, with its own formula of time features, which it keeps as a table. Its
sampler limits x_0 after the mean is formed, so that the limit has no effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.flag_file import FLAG_FILE, read_flag_file
from ddpm_studio.checkpoints.foreign.image_sizes import (
    COMMON_SIZES,
    guessed_size,
    possible_sizes,
)
from ddpm_studio.checkpoints.foreign.key_map import MappedWeights
from ddpm_studio.checkpoints.foreign.model_name import model_name
from ddpm_studio.checkpoints.foreign.pytorch_ddpm_network import TABLE, PytorchDdpmNetwork
from ddpm_studio.checkpoints.foreign.questions import Answers, Question, Value
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading
from ddpm_studio.checkpoints.foreign.torch_file import open_torch_file
from ddpm_studio.checkpoints.foreign.weight_sets import (
    AVERAGE,
    TRAINED,
    Tensors,
    chosen_set,
    weight_sets,
    weights_question,
)
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.explained_error import ExplainedError

FAMILY = "pytorch-ddpm"

_SETS = {AVERAGE: "ema_model", TRAINED: "net_model"}
_TARGETS = {"epsilon": "noise", "xstart": "x_0", "xprev": "x_prev"}
_VARIANCES = {"fixedlarge": "fixed-large", "fixedsmall": "fixed-small"}


def recognise(path: Path) -> PytorchDdpmCheckpoint | None:
    """The checkpoint, or None where it is of another family. Raises ModelFileError."""
    value = open_torch_file(path).value
    sets = weight_sets(_candidates(value), (f"{TABLE}.weight",))
    if not sets:
        return None
    x_T = value.get("x_T")
    size = x_T.shape[-1] if isinstance(x_T, StoredTensor) and len(x_T.shape) == 4 else None
    checkpoint = PytorchDdpmCheckpoint(path, sets, size)
    checkpoint.check()
    return checkpoint


def _candidates(value: Any) -> dict[str, Any]:
    """The averaged weights before the others; or the file itself, where it holds one network's alone."""
    if not isinstance(value, dict):
        return {}
    return {name: value[key] for name, key in _SETS.items() if key in value} or {TRAINED: value}


@dataclass(frozen=True, eq=False)
class PytorchDdpmCheckpoint:
    """Its sets of weights, and the size of the images x_T that it keeps, if it does."""

    path: Path
    sets: Mapping[str, Tensors]
    image_size: int | None

    family = FAMILY

    def check(self) -> None:
        """Raises ModelFileError where a set of weights is no network of this project."""
        for tensors in self.sets.values():
            structure = self._structure_of(tensors)
            MappedWeights(tensors, structure.layers).require_complete(self.path)

    def _structure_of(self, tensors: Mapping[str, StoredTensor]) -> PytorchDdpmNetwork:
        try:
            return PytorchDdpmNetwork.of(tensors)
        except (KeyError, IndexError, ValueError, ZeroDivisionError) as error:
            raise ModelFileError(
                "{file} is damaged or incomplete: its layers are not those of pytorch-ddpm's network.",
                file=self.path.name,
            ) from error

    @cached_property
    def _structure(self) -> PytorchDdpmNetwork:
        return self._structure_of(next(iter(self.sets.values())))

    @cached_property
    def _known(self) -> dict[str, Value]:
        """What the file of flags says, if it is of this training, and x_T."""
        flags = read_flag_file(self.path.with_name(FLAG_FILE))
        known = _answers_of(flags) if self._structure.fits(flags) else {}
        return known if self.image_size is None else known | {"image_size": self.image_size}

    @property
    def questions(self) -> tuple[Question, ...]:
        """Which weights; and without a file of flags, all that only it holds."""
        open_ones = [each for each in self._possible_questions() if each.name not in self._known]
        return (*weights_question(self.sets), *open_ones)

    def _possible_questions(self) -> list[Question]:
        default = ExplainedError(
            "No flagfile.txt of this training lies beside the file: this is the project's default."
        )
        levels = len(self._structure.multipliers)
        return [
            Question("image_size", guessed_size(levels), default, possible_sizes(levels)),
            Question("beta_1", 1e-4, default, low=1e-9, high=0.999),
            Question("beta_T", 0.02, default, low=1e-9, high=0.999),
            Question("target", "noise", default, tuple(_TARGETS.values())),
            Question("variance", "fixed-large", default, tuple(_VARIANCES.values())),
        ]

    def describe(self, answers: Answers) -> ModelDescription:
        """The model with these answers."""
        chosen = {**answers, **self._known}
        structure = self._structure
        schedule = ScheduleConfiguration(
            "linear", structure.T, float(chosen["beta_1"]), float(chosen["beta_T"])
        )
        return ModelDescription(
            name=model_name(self.path, FAMILY),
            data_set="",
            network=structure.network(int(chosen["image_size"])),
            schedule=schedule.build().configuration,
            target=str(chosen["target"]),
            variance=str(chosen["variance"]),
            clip=None,
            training=None,
            origin=FAMILY,
        )

    def tensor_shapes(self, answers: Answers) -> Mapping[str, tuple[int, ...]]:
        """Shapes of :meth:`read_weights`."""
        return self._weights(answers).shapes

    def read_weights(self, answers: Answers) -> WeightReading:
        """The chosen set of weights."""
        return self._weights(answers).read()

    def _weights(self, answers: Answers) -> MappedWeights:
        tensors = chosen_set(self.sets, answers)
        return MappedWeights(tensors, self._structure_of(tensors).layers)


def _answers_of(flags: Mapping[str, list[str]]) -> dict[str, Value]:
    """Under the names of our questions; a flag that says nothing usable stays a question."""
    known: dict[str, Value] = {}
    for flag, name in (("beta_1", "beta_1"), ("beta_T", "beta_T")):
        number = _number(flags, flag)
        if number is not None and 0.0 < number < 1.0:
            known[name] = number
    size = _number(flags, "img_size")
    if size is not None and size in COMMON_SIZES:
        known["image_size"] = int(size)
    for flag, name, meanings in (
        ("mean_type", "target", _TARGETS),
        ("var_type", "variance", _VARIANCES),
    ):
        for word in flags.get(flag, [])[-1:]:
            known |= {name: meanings[word]} if word in meanings else {}
    return known


def _number(flags: Mapping[str, list[str]], name: str) -> float | None:
    try:
        return float(flags[name][-1])
    except (KeyError, IndexError, ValueError):
        return None
