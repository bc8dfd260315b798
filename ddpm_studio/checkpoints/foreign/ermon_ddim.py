"""ermongroup/ddim: the paper's network in torch; also Ho's own weights as that project downloads them.

A checkpoint of a training is a list: the network, the optimiser, the epoch, the step and the
average of the weights. A downloaded one holds the network's weights alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.image_sizes import guessed_size, possible_sizes
from ddpm_studio.checkpoints.foreign.key_map import BlockNames, LayerMap, MappedWeights, numbered
from ddpm_studio.checkpoints.foreign.model_name import model_name
from ddpm_studio.checkpoints.foreign.questions import Answers, Question
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
from ddpm_studio.diffusion.schedule import MAX_STEPS, ScheduleConfiguration
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import FrequencyFormula, Resampling, UNetConfiguration

FAMILY = "ermongroup/ddim"

_MARKS = ("temb.dense.0.weight", "down.0.block.0.conv1.weight")
_LOG_VARIANCE = "logvar"  # of the configuration "bayesian"; its length is T, and nothing reads it
_ATTENTION_SIZE = 16

_NAMES = BlockNames(
    block={
        "norm_in": "norm1",
        "conv_in": "conv1",
        "time": "temb_proj",
        "norm_out": "norm2",
        "conv_out": "conv2",
    },
    shortcut="nin_shortcut",
    attention={
        "norm": ("norm",),
        "query_key_value": ("q", "k", "v"),
        "projection": ("proj_out",),
    },
)
_ENDS: LayerMap = {
    "time.0": ("temb.dense.0",),
    "time.2": ("temb.dense.1",),
    "stem": ("conv_in",),
    "head_norm": ("norm_out",),
    "head": ("conv_out",),
}


def recognise(path: Path) -> ErmonDdimCheckpoint | None:
    """The checkpoint, or None where it is of another family. Raises ModelFileError."""
    sets = weight_sets(_candidates(open_torch_file(path).value), _MARKS)
    if not sets:
        return None
    checkpoint = ErmonDdimCheckpoint(path, sets)
    checkpoint.check()
    return checkpoint


def _candidates(value: Any) -> dict[str, Any]:
    """The average first."""
    if isinstance(value, list) and value:
        return {AVERAGE: value[-1], TRAINED: value[0]}
    return {TRAINED: value}


@dataclass(frozen=True, eq=False)
class ErmonDdimCheckpoint:
    """Its sets of weights."""

    path: Path
    sets: Mapping[str, Tensors]

    family = FAMILY

    def check(self) -> None:
        """Raises ModelFileError where a set of weights is no network of this project."""
        for name in self.sets:
            self._weights({"weights": name}).require_complete(self.path)

    @cached_property
    def _structure(self) -> _Structure:
        return self._structure_of(next(iter(self.sets.values())))

    def _structure_of(self, tensors: Mapping[str, StoredTensor]) -> _Structure:
        try:
            return _Structure.of(tensors)
        except (KeyError, IndexError, ValueError, ZeroDivisionError) as error:
            raise ModelFileError(
                "{file} is damaged or incomplete: its layers are not those of ddim's network.",
                file=self.path.name,
            ) from error

    @property
    def questions(self) -> tuple[Question, ...]:
        """All that stands in the project's configuration files and not in its checkpoints."""
        usual = ExplainedError("All configurations of this project have it.")
        sizes = self._structure.image_sizes
        return (
            *weights_question(self.sets),
            Question("image_size", *self._structure.guessed_size(), sizes),
            *([] if self._structure.T else [Question("T", 1000, usual, low=1, high=MAX_STEPS)]),
            Question("beta_1", 1e-4, usual, low=1e-9, high=0.999),
            Question("beta_T", 0.02, usual, low=1e-9, high=0.999),
            self._variance_question(),
        )

    def _variance_question(self) -> Question:
        reason = ExplainedError("This project's sampler of DDPM always takes it.")
        return Question("variance", "fixed-large", reason, ("fixed-large", "fixed-small"))

    def describe(self, answers: Answers) -> ModelDescription:
        """The model with these answers."""
        schedule = ScheduleConfiguration(
            "linear",
            self._structure.T or int(answers["T"]),
            float(answers["beta_1"]),
            float(answers["beta_T"]),
        )
        return ModelDescription(
            name=model_name(self.path, FAMILY),
            data_set="",
            network=self._structure.network(int(answers["image_size"])),
            schedule=schedule.build().configuration,
            target="noise",
            variance=str(answers["variance"]),
            clip=1.0,
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
        tensors = dict(chosen_set(self.sets, answers))
        tensors.pop(_LOG_VARIANCE, None)
        return MappedWeights(tensors, self._structure_of(tensors).layers)


@dataclass(frozen=True)
class _Structure:
    """What the names and shapes of a network's tensors say; ``T`` where they do, else None."""

    T: int | None
    image_channels: int
    channels: int
    multipliers: tuple[int, ...]
    blocks_per_level: int
    attends: tuple[bool, ...]
    has_convolutions: bool  # where two levels are joined
    layers: LayerMap

    @classmethod
    def of(cls, tensors: Mapping[str, StoredTensor]) -> _Structure:
        """Raises KeyError, IndexError or ValueError where they are no network of this project."""
        levels = numbered(tensors, "down")
        channels, image_channels = tensors["conv_in.weight"].shape[:2]
        widths = [tensors[f"down.{n}.block.0.conv1.weight"].shape[0] for n in range(levels)]
        blocks = {numbered(tensors, f"down.{level}.block") for level in range(levels)}
        if any(width % channels for width in widths) or len(blocks) > 1:
            raise ValueError
        log_variance = tensors.get(_LOG_VARIANCE)
        return cls(
            T=log_variance.numel if log_variance is not None else None,
            image_channels=image_channels,
            channels=channels,
            multipliers=tuple(width // channels for width in widths),
            blocks_per_level=blocks.pop(),
            attends=tuple(f"down.{n}.attn.0.q.weight" in tensors for n in range(levels)),
            has_convolutions="down.0.downsample.conv.weight" in tensors or levels == 1,
            layers=_layers(tensors, levels),
        )

    @property
    def image_sizes(self) -> tuple[int, ...]:
        """Those that can be halved as often as this network does."""
        return possible_sizes(len(self.multipliers))

    def guessed_size(self) -> tuple[int, ExplainedError]:
        """A size of images, and why."""
        if any(self.attends):
            guess = _ATTENTION_SIZE * 2 ** self.attends.index(True)
            if guess in self.image_sizes:
                return guess, ExplainedError(
                    "In all configurations of this project images attend at 16 × 16."
                )
        smallest = guessed_size(len(self.multipliers))
        return smallest, ExplainedError("The file does not say it; CIFAR-10's is 32.")

    def network(self, image_size: int) -> UNetConfiguration:
        """Raises NetworkConfigurationError where this size does not allow it."""
        sizes = [image_size // 2**level for level in range(len(self.multipliers))]
        padded, average = Resampling.CONVOLUTION_END_PADDED, Resampling.AVERAGE
        return UNetConfiguration(
            image_size=image_size,
            image_channels=self.image_channels,
            channels=self.channels,
            channel_multipliers=self.multipliers,
            blocks_per_level=self.blocks_per_level,
            attention_sizes=tuple(
                size for size, attends in zip(sizes, self.attends, strict=True) if attends
            ),
            norm_epsilon=1e-6,
            time_formula=FrequencyFormula.STEP_FIRST,
            resampling=padded if self.has_convolutions else average,
        )


def _layers(tensors: Mapping[str, StoredTensor], levels: int) -> LayerMap:
    layers: dict[str, tuple[str, ...]] = dict(_ENDS)
    layers |= _NAMES.stage(tensors, "middle.0", "mid.block_1", "mid.attn_1")
    layers |= _NAMES.stage(tensors, "middle.1", "mid.block_2", "")
    for level in range(levels):
        layers |= _level(tensors, f"down.{level}", f"down.{level}")
        layers |= _level(tensors, f"up.{levels - 1 - level}", f"up.{level}")
        if f"down.{level}.downsample.conv.weight" in tensors:
            layers[f"shrink.{level}"] = (f"down.{level}.downsample.conv",)
        if f"up.{level}.upsample.conv.weight" in tensors:
            layers[f"grow.{levels - 1 - level}"] = (f"up.{level}.upsample.conv",)
    return layers


def _level(
    tensors: Mapping[str, StoredTensor], ours: str, theirs: str
) -> dict[str, tuple[str, ...]]:
    layers: dict[str, tuple[str, ...]] = {}
    for place in range(numbered(tensors, f"{theirs}.block")):
        block, attention = f"{theirs}.block.{place}", f"{theirs}.attn.{place}"
        layers |= _NAMES.stage(tensors, f"{ours}.{place}", block, attention)
    return layers
