"""Noisy classifiers of OpenAI's guided-diffusion, such as 128x128_classifier.pt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from ddpm_studio.checkpoints.classifier_file import ClassifierDescription
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.model_name import model_name
from ddpm_studio.checkpoints.foreign.openai_layout import (
    Layout,
    LayoutError,
    Shapes,
    possible_blocks,
    read_layout,
    required_shape,
)
from ddpm_studio.checkpoints.foreign.openai_names import Layers, pool, tensor_names, way_down
from ddpm_studio.checkpoints.foreign.openai_questions import attention_questions, size_question
from ddpm_studio.checkpoints.foreign.openai_tensors import (
    is_model,
    openai_tensors,
    our_shapes,
    read_openai,
    shapes_of,
)
from ddpm_studio.checkpoints.foreign.questions import Answers, Question
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading
from ddpm_studio.checkpoints.foreign.torch_file import TorchFile, open_torch_file
from ddpm_studio.checkpoints.regular_file import ModelFileError
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.classifier_configuration import ClassifierConfiguration, Pooling
from ddpm_studio.networks.configuration import UNetConfiguration

FAMILY = "guided-diffusion"
_DEPTH = 2  # blocks per level of all published ones but 64x64_classifier, whose levels tell it
_MAX_TIME_SCALE = 1e6


@dataclass(frozen=True, eq=False)
class OpenAiClassifier:
    """A noisy classifier; ``layouts`` are all that its shapes allow, the likeliest first."""

    path: Path
    layouts: tuple[Layout, ...]
    pooling: str
    shapes: Shapes = field(repr=False)
    tensors: Mapping[str, StoredTensor] = field(repr=False)

    @property
    def family(self) -> str:
        """The project's name."""
        return FAMILY

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What the shapes leave open."""
        layout = self.layouts[0]
        scale = ExplainedError("It is told t itself, as the models that it was published with.")
        asked = [
            *attention_questions(layout),
            Question("time_scale", 1.0, scale, low=1e-6, high=_MAX_TIME_SCALE),
        ]
        if self._known_image_size is None:
            asked.append(size_question(layout))
        if len(self.layouts) > 1:
            reason = ExplainedError("Nearly all published classifiers have so many.")
            choices = tuple(each.blocks_per_level for each in self.layouts)
            asked.append(Question("blocks_per_level", choices[0], reason, choices))
        return tuple(asked)

    def questions_beside(self, model: ModelDescription) -> tuple[Question, ...]:
        """The questions, with what the model that it shall guide answers."""
        network = model.network
        if not isinstance(network, UNetConfiguration):
            return self.questions
        answers = {"image_size": network.image_size, "time_scale": network.time_scale}
        reason = ExplainedError("So it is with the model that it shall guide.")
        return tuple(
            replace(question, guess=answers[question.name], reason=reason)
            if question.name in answers
            else question
            for question in self.questions
        )

    def describe(self, answers: Answers) -> ClassifierDescription:
        """Raises NetworkConfigurationError where these answers allow no network."""
        size = self._known_image_size or int(answers["image_size"])
        body = self._layout(answers).configuration(
            size,
            heads=int(answers["heads"]),
            head_width=int(answers["head_width"]) or None,
            time_scale=float(answers["time_scale"]),
        )
        classes, hidden = self._outputs
        network = ClassifierConfiguration(body, self.pooling, classes, hidden)
        return ClassifierDescription(model_name(self.path, FAMILY), network, FAMILY)

    @property
    def _known_image_size(self) -> int | None:
        """Attention has one position for each pixel of the coarsest level, and one for their mean."""
        if self.pooling != Pooling.ATTENTION or len(self.layouts) > 1:
            return None
        positions = self.shapes["out.2.positional_embedding"][-1] - 1
        return round(positions**0.5) * 2 ** (self.layouts[0].levels - 1)

    @property
    def _outputs(self) -> tuple[int, int]:
        """Classes, and features of the layer before them where all levels are pooled."""
        shape = _last_shape(self.shapes, self.pooling)
        of_levels = self.pooling in (Pooling.ALL_LEVELS, Pooling.ALL_LEVELS_NORMED)
        return shape[0], shape[1] if of_levels else ClassifierConfiguration.hidden_width

    def _layout(self, answers: Answers) -> Layout:
        blocks = answers.get("blocks_per_level", self.layouts[0].blocks_per_level)
        return next(each for each in self.layouts if each.blocks_per_level == blocks)

    def _names(self, answers: Answers) -> dict[str, str]:
        return tensor_names(_layers(self._layout(answers), self.pooling), self.shapes)

    def tensor_shapes(self, answers: Answers) -> dict[str, tuple[int, ...]]:
        """Of :meth:`read_weights`, under our names."""
        return our_shapes(self._names(answers), self.shapes)

    def read_weights(self, answers: Answers) -> WeightReading:
        """In our names and layouts, float32 on the CPU. Raises ModelFileError."""
        return read_openai(
            self.tensors,
            self._names(answers),
            order=str(answers["qkv_order"]),
            heads=int(answers["heads"]),
            head_width=int(answers["head_width"]),
        )


def is_openai_classifier(path: Path) -> bool:
    """False, too, where it cannot be read: whoever opens it otherwise says why."""
    try:
        tensors = openai_tensors(open_torch_file(path))
    except ModelFileError:
        return False
    return tensors is not None and not is_model(tensors)


def recognise_classifier(path: Path) -> OpenAiClassifier | None:
    """None where it is of another project, or a model. Raises ModelFileError where it is damaged."""
    return recognised(open_torch_file(path))


def recognised(file: TorchFile) -> OpenAiClassifier | None:
    """The same of a file whose structure was read."""
    tensors, path = openai_tensors(file), file.path
    if tensors is None or is_model(tensors):
        return None
    shapes = shapes_of(tensors)
    try:
        pooling = _pooling(shapes)
        layouts = _layouts(shapes, pooling)
    except LayoutError as error:
        raise ModelFileError(
            "{file} is like a classifier of guided-diffusion, but cannot be opened: {reason}.",
            file=path.name,
            reason=error,
        ) from error
    return OpenAiClassifier(path, layouts, pooling, shapes, tensors)


def _pooling(shapes: Shapes) -> str:
    """By what comes after the middle."""
    if len(shapes.get("out.2.positional_embedding", ())) == 2:
        return Pooling.ATTENTION
    dimensions = tuple(len(shapes.get(f"out.{n}.weight", ())) for n in range(4))
    known = {
        (1, 0, 0, 4): Pooling.AVERAGE,
        (2, 0, 2, 0): Pooling.ALL_LEVELS,
        (2, 1, 0, 2): Pooling.ALL_LEVELS_NORMED,
    }
    if dimensions not in known:
        raise LayoutError("it ends like none of their classifiers")
    return known[dimensions]


def _last_shape(shapes: Shapes, pooling: str) -> tuple[int, ...]:
    """Of the weights whose rows are the classes."""
    name, dimensions = {
        Pooling.ATTENTION: ("out.2.c_proj.weight", 3),
        Pooling.AVERAGE: ("out.3.weight", 4),
        Pooling.ALL_LEVELS: ("out.2.weight", 2),
        Pooling.ALL_LEVELS_NORMED: ("out.3.weight", 2),
    }[Pooling(pooling)]
    return required_shape(shapes, name, dimensions)


def _layouts(shapes: Shapes, pooling: str) -> tuple[Layout, ...]:
    """All that fit; the likeliest depth first."""
    _last_shape(shapes, pooling)  # raises where there is none
    depths = sorted(possible_blocks(shapes), key=lambda blocks: (blocks != _DEPTH, blocks))
    layouts = tuple(read_layout(shapes, blocks) for blocks in depths)
    if not layouts:
        raise LayoutError("its levels do not have the same number of blocks")
    for layout in layouts:
        tensor_names(_layers(layout, pooling), shapes)
    return layouts


def _layers(layout: Layout, pooling: str) -> Layers:
    yield from way_down(layout)
    yield from pool(pooling)
