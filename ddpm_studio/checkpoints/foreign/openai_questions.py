"""What OpenAI's files leave open, each question with its best guess and the reason for it."""

from __future__ import annotations

from dataclasses import dataclass

from ddpm_studio.checkpoints.foreign.openai_layout import Layout
from ddpm_studio.checkpoints.foreign.openai_names import LEGACY, NEW
from ddpm_studio.checkpoints.foreign.openai_presets import Preset, preset_for
from ddpm_studio.checkpoints.foreign.questions import Question, Value
from ddpm_studio.diffusion.sampler_configuration import MAX_CLIP
from ddpm_studio.diffusion.schedule import MAX_STEPS
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import Resampling

MAX_IMAGE_SIZE = 1024
_ATTENDED_SIZE = 8  # the smallest resolution with attention in nearly all of their networks
_HEADS, _HEAD_WIDTH = 4, 64


@dataclass(frozen=True)
class Facts:
    """All that the shapes of a model's tensors tell."""

    layout: Layout
    learned_range: bool
    classes: int | None


def model_questions(facts: Facts) -> tuple[Question, ...]:
    """Of a diffusion model."""
    preset = preset_for(facts.layout, facts.classes, facts.learned_range)
    asked = (
        size_question(facts.layout),
        *_diffusion_questions(facts),
        *attention_questions(facts.layout),
    )
    return tuple(question if preset is None else _preset(question, preset) for question in asked)


def _preset(question: Question, preset: Preset) -> Question:
    """The published answer in the place of a guess."""
    if question.name not in preset.answers:
        return question
    reason = ExplainedError(
        "Its layers are those of {names}, and OpenAI says so.", names=preset.names
    )
    answer = preset.answers[question.name]
    return Question(question.name, answer, reason, question.choices, question.low, question.high)


def size_question(layout: Layout) -> Question:
    """Convolutions fit any size that can be halved often enough."""
    coarsest = max((level for level in range(layout.levels) if layout.attends[level]), default=None)
    level = layout.levels - 1 if coarsest is None else coarsest
    guess = min(_ATTENDED_SIZE * 2**level, MAX_IMAGE_SIZE)
    reason = ExplainedError(
        "Its coarsest attention is then at {size} x {size} pixels, as in most of their networks.",
        size=_ATTENDED_SIZE,
    )
    return Question("image_size", guess, reason, low=2 ** (layout.levels - 1), high=MAX_IMAGE_SIZE)


def _diffusion_questions(facts: Facts) -> tuple[Question, ...]:
    default = ExplainedError("It is the default of their training.")
    learned = ("learned-range",) if facts.learned_range else ()
    variance = (
        ExplainedError("The network has learned a variance.") if facts.learned_range else default
    )
    is_guided = facts.layout.resampling != Resampling.CONVOLUTION
    return (
        Question("T", 1000, default, low=1, high=MAX_STEPS),
        Question("schedule", "linear", default, ("linear", "cosine")),
        rescale_question(guess=not is_guided),
        Question("target", "noise", default, ("noise", "x_0", "x_prev")),
        Question(
            "variance",
            "learned-range" if learned else "fixed-large",
            variance,
            (*learned, "fixed-large", "fixed-small"),
        ),
        Question(
            "clip",
            1.0,
            ExplainedError("Their samplers limit it to 1; 0 stands for no limit."),
            low=0.0,
            high=MAX_CLIP,
        ),
    )


def rescale_question(*, guess: bool) -> Question:
    """Their "rescale_timesteps": whether the network is told t · 1000 / T."""
    if guess:
        reason = ExplainedError("It is the default of improved-diffusion.")
    else:
        reason = ExplainedError("It is the default of guided-diffusion.")
    return Question("rescale_timesteps", guess, reason)


def attention_questions(layout: Layout) -> tuple[Question, ...]:
    """Wrong answers are not noticed when a file is opened: its pictures are just bad."""
    widest = max(layout.attended_widths)
    by_width = layout.resampling == Resampling.BLOCKS and _divides_all(layout, _HEAD_WIDTH)
    return (
        Question("heads", *_heads(layout), low=1, high=widest),
        Question("head_width", *_head_width(by_width), low=0, high=widest),
        Question(
            "qkv_order",
            LEGACY,
            ExplainedError("All of their published networks but 64x64_diffusion have it."),
            (LEGACY, NEW),
        ),
    )


def _heads(layout: Layout) -> tuple[Value, ExplainedError]:
    if _divides_all(layout, _HEADS):
        return _HEADS, ExplainedError("It is the default of their training.")
    return 1, ExplainedError("Its widths cannot be shared out among more.")


def _head_width(by_width: bool) -> tuple[Value, ExplainedError]:
    if by_width:
        return _HEAD_WIDTH, ExplainedError(
            "Nearly all published networks whose blocks change the size have it."
        )
    return 0, ExplainedError("It is the default of their training: so many heads at every level.")


def _divides_all(layout: Layout, number: int) -> bool:
    return not any(width % number for width in layout.attended_widths)
