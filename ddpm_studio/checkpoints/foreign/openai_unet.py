"""Diffusion models of OpenAI's improved-diffusion and guided-diffusion: model*.pt, ema_*.pt.

Everything that shapes tell is read off them; what they leave open has the default of the project's
own training, or what its authors say of a network that they published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

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
from ddpm_studio.checkpoints.foreign.openai_names import tensor_names, way_down, way_up
from ddpm_studio.checkpoints.foreign.openai_questions import Facts, model_questions
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
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.diffusion.schedule import ScheduleConfiguration, ScheduleError
from ddpm_studio.networks.configuration import Resampling, UNetConfiguration

_BETA_1, _BETA_T, _BETA_STEPS = 1e-4, 0.02, 1000
_FEWEST_LINEAR_STEPS = 21  # with fewer beta_T would not be below 1


@dataclass(frozen=True, eq=False)
class OpenAiUnet:
    """A diffusion model of either project; see ForeignCheckpoint."""

    path: Path
    facts: Facts
    names: Mapping[str, str]  # theirs by ours
    tensors: Mapping[str, StoredTensor] = field(repr=False)

    @property
    def family(self) -> str:
        """Only guided-diffusion joins levels by blocks, or without a convolution."""
        is_guided = self.facts.layout.resampling != Resampling.CONVOLUTION
        return "guided-diffusion" if is_guided else "improved-diffusion"

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Nothing but shapes is in the file."""
        return model_questions(self.facts)

    def describe(self, answers: Answers) -> ModelDescription:
        """Raises NetworkConfigurationError or ScheduleError."""
        # Their mean of p_theta is the output itself then: no limit of x_0 reaches it.
        clip = 0.0 if answers["target"] == "x_prev" else float(answers["clip"])
        return ModelDescription(
            name=model_name(self.path, self.family),
            data_set="",
            network=self._network(answers),
            schedule=openai_schedule(str(answers["schedule"]), int(answers["T"])),
            target=str(answers["target"]),
            variance=str(answers["variance"]),
            clip=clip or None,
            training=None,
            origin=self.family,
        )

    def _network(self, answers: Answers) -> UNetConfiguration:
        return self.facts.layout.configuration(
            int(answers["image_size"]),
            heads=int(answers["heads"]),
            head_width=int(answers["head_width"]) or None,
            time_scale=time_scale(answers),
            learned_range=self.facts.learned_range,
            classes=self.facts.classes,
        )

    def tensor_shapes(self, answers: Answers) -> dict[str, tuple[int, ...]]:
        """They are the same whatever is answered."""
        return our_shapes(self.names, shapes_of(self.tensors))

    def read_weights(self, answers: Answers) -> WeightReading:
        """Raises ModelFileError."""
        return read_openai(
            self.tensors,
            self.names,
            order=str(answers["qkv_order"]),
            heads=int(answers["heads"]),
            head_width=int(answers["head_width"]),
        )


def recognise(path: Path) -> OpenAiUnet | None:
    """None where it is of another project. Raises ModelFileError where it is no usable model."""
    return recognised(open_torch_file(path))


def recognised(file: TorchFile) -> OpenAiUnet | None:
    """The same of a file whose structure was read."""
    tensors = openai_tensors(file)
    if tensors is None:
        return None
    if not is_model(tensors):
        raise ModelFileError(
            "{file} is a noisy classifier, which guides a model: open the model, and choose this "
            "file as its classifier.",
            file=file.path.name,
        )
    shapes = shapes_of(tensors)
    try:
        facts = _facts(shapes, read_layout(shapes, possible_blocks(shapes)[0]))
        names = tensor_names(_layers(facts.layout), shapes)
    except LayoutError as error:
        raise ModelFileError(
            "{file} is like a model of improved-diffusion or guided-diffusion, but cannot be "
            "opened: {reason}.",
            file=file.path.name,
            reason=error,
        ) from error
    return OpenAiUnet(file.path, facts, names, tensors)


def _layers(layout: Layout) -> Iterator[tuple[str, str]]:
    yield "label", "label_emb"
    yield from way_down(layout)
    yield from way_up(layout)


def _facts(shapes: Shapes, layout: Layout) -> Facts:
    inputs, outputs = layout.image_channels, required_shape(shapes, "out.2.weight", 4)[0]
    if outputs * 2 == inputs or (inputs, outputs) == (6, 6):
        raise LayoutError(
            "it enlarges images that it is given, and only models that make images from noise "
            "alone can be shown"
        )
    if outputs not in (inputs, 2 * inputs):
        raise LayoutError(
            "it makes {outputs} channels of {inputs}, neither as many nor twice as many",
            outputs=outputs,
            inputs=inputs,
        )
    has_classes = "label_emb.weight" in shapes
    classes = required_shape(shapes, "label_emb.weight")[0] if has_classes else None
    return Facts(layout, outputs == 2 * inputs, classes)


def time_scale(answers: Answers) -> float:
    """What t - 1 is multiplied by: with "rescale_timesteps" it always runs to 1000."""
    return 1000.0 / int(answers["T"]) if answers["rescale_timesteps"] else 1.0


def openai_schedule(name: str, T: int) -> ScheduleConfiguration:
    """Their "linear", whose betas grow where T is smaller, or "cosine". Raises ScheduleError."""
    if name == "cosine":
        return ScheduleConfiguration("cosine", T).build().configuration
    if T < _FEWEST_LINEAR_STEPS:
        raise ScheduleError(
            "OpenAI's linear schedule needs at least {fewest} steps, not {T}: choose more, or the "
            "cosine one.",
            fewest=_FEWEST_LINEAR_STEPS,
            T=T,
        )
    scale = _BETA_STEPS / T
    schedule = ScheduleConfiguration("linear", T, scale * _BETA_1, scale * _BETA_T)
    return schedule.build().configuration
