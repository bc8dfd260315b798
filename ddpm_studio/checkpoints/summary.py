"""A model file in words: one line for a list, and a table of all that it says about itself."""

from __future__ import annotations

from ddpm_studio.checkpoints.classifier_file import ClassifierFile
from ddpm_studio.checkpoints.description import Recipe, TrainingRecord
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.datasets.catalogue import UnknownDataSetError, entry
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    MlpConfiguration,
    NetworkConfiguration,
    UNetConfiguration,
)

_MAX_CLASSES_SHOWN = 20


def schedule_summary(schedule: ScheduleConfiguration) -> str:
    """For example "linear, T = 1000, beta from 0.0001 to 0.02" or "cosine, T = 50"."""
    words = f"{schedule.kind}, T = {schedule.T}"
    if schedule.betas is not None:
        return f"{words}, beta from {schedule.betas[0]:g} to {schedule.betas[-1]:g}"
    if schedule.beta_1 is None:
        return words
    if schedule.beta_T is None:
        return f"{words}, beta = {schedule.beta_1:g}"
    return f"{words}, beta from {schedule.beta_1:g} to {schedule.beta_T:g}"


def network_summary(network: NetworkConfiguration) -> str:
    """For example "MLP, 3 layers of 128" or "U-Net, 32 channels x (1, 2), attention at 4"."""
    if isinstance(network, MlpConfiguration):
        return f"MLP, {network.depth} layers of {network.width}"
    if isinstance(network, LucidrainsConfiguration):
        return _lucidrains_summary(network)
    multipliers = ", ".join(map(str, network.channel_multipliers))
    sizes = " and ".join(map(str, network.attention_sizes))
    where = f"at {sizes}" if sizes else "in the middle block alone"
    words = f"U-Net, {network.channels} channels x ({multipliers}), attention {where}"
    return ", ".join([words, *_variations(network)])


def _lucidrains_summary(network: LucidrainsConfiguration) -> str:
    """For example "lucidrains' U-Net, 64 channels x (1, 2, 4, 8), full attention in level 4"."""
    multipliers = ", ".join(map(str, network.channel_multipliers))
    levels = [str(level) for level, full in enumerate(network.full_attention, 1) if full]
    words = [
        f"lucidrains' U-Net, {network.channels} channels x ({multipliers})",
        _full_attention(levels) if levels else "linear attention",
    ]
    if network.self_condition:
        words.append("self-conditioned")
    if network.learned_range:
        words.append("learned variance")
    return ", ".join(words)


def _full_attention(levels: list[str]) -> str:
    return f"full attention in level{'s' if len(levels) > 1 else ''} {' and '.join(levels)}"


def _variations(network: UNetConfiguration) -> list[str]:
    """What is not the paper's."""
    words = []
    if network.classes is not None:
        words.append(f"{network.classes} classes")
    if network.head_width is not None:
        words.append(f"heads of {network.head_width}")
    elif network.heads > 1:
        words.append(f"{network.heads} heads")
    if network.scale_shift:
        words.append("t scales and shifts")
    if network.learned_range:
        words.append("learned variance")
    return words


def one_line_summary(model: ModelFile) -> str:
    """What it generates, its network and its schedule."""
    description = model.description
    return (
        f"{_data_description(description.data_set)}; {network_summary(description.network)}, "
        f"{model.parameter_count:,} parameters; {schedule_summary(description.schedule)}"
    )


def full_summary(model: ModelFile) -> list[tuple[str, str]]:
    """(label, value) pairs, in the order in which they are read."""
    description = model.description
    return [
        ("model", description.name),
        ("file", f"{model.path} ({model.byte_count:,} bytes)"),
        *([("made by", description.origin)] if description.origin else []),
        ("data", _data_row(description.data_set)),
        ("sample", " x ".join(map(str, description.network.sample_shape))),
        (
            "network",
            f"{network_summary(description.network)}, {model.parameter_count:,} parameters",
        ),
        *_class_rows(description.class_names),
        ("schedule", schedule_summary(description.schedule)),
        ("predicts", {"noise": "the noise epsilon"}.get(description.target, description.target)),
        ("variance", description.variance),
        ("clipping", "none" if description.clip is None else f"x_0 to ±{description.clip:g}"),
        *_training_rows(description.training),
    ]


def classifier_summary(file: ClassifierFile) -> list[tuple[str, str]]:
    """The same of a noisy classifier."""
    description, network = file.description, file.description.network
    return [
        ("classifier", description.name),
        ("file", f"{file.path} ({file.byte_count:,} bytes)"),
        ("made by", description.origin),
        ("looks at", " x ".join(map(str, network.sample_shape))),
        ("classes", f"{network.classes:,}"),
        ("network", f"{network_summary(network.body)}, {file.parameter_count:,} parameters"),
        ("pooling", network.pooling),
    ]


def _class_rows(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each with its number, as “sample --class” wants it; nothing where they are not known."""
    if not names:
        return []
    shown = ", ".join(
        name if name == str(label) else f"{label} {name}"
        for label, name in enumerate(names[:_MAX_CLASSES_SHOWN])
    )
    return [("classes", shown + (", …" if len(names) > _MAX_CLASSES_SHOWN else ""))]


def _training_rows(training: TrainingRecord | None) -> list[tuple[str, str]]:
    """Nothing of a model that another project trained."""
    if training is None:
        return []
    steps = f"{training.steps:,} steps"
    if training.interrupted:
        steps += f" of {training.planned_steps:,} planned (stopped early)"
    loss = "" if training.final_loss is None else f", loss {training.final_loss:.4g} at the end"
    return [
        (
            "training",
            f"{steps} of {training.batch_size} samples, seed {training.seed}, learning rate "
            f"{training.learning_rate:g}, moving average {training.ema_decay:g}{loss}",
        ),
        *_recipe_rows(training.recipe),
        ("trained on", f"{training.device}, {training.threads} CPU thread(s)"),
    ]


def _recipe_rows(recipe: Recipe | None) -> list[tuple[str, str]]:
    """Nothing where an older version did not record it."""
    if recipe is None:
        return []
    clip = "no clipping" if recipe.gradient_clip is None else f"clip {recipe.gradient_clip:g}"
    falls = (
        f" over {recipe.learning_rate_steps:,}" if recipe.learning_rate_schedule == "cosine" else ""
    )
    words = f"{recipe.learning_rate_schedule}{falls}, warm-up {recipe.warm_up_steps:,}"
    return [("learning rate", words), ("gradients", f"{clip}, {recipe.precision}")]


def _data_row(name: str) -> str:
    return f"{name}: {_data_description(name)}" if name else _data_description(name)


def _data_description(name: str) -> str:
    if not name:
        return "not known"
    try:
        return entry(name).description
    except UnknownDataSetError:
        return "not among the data sets here"
