"""What the questions about another project's checkpoint, and their answers, are called on the screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from ddpm_studio.checkpoints.foreign.questions import Value
from ddpm_studio.ui.data_names import data_name

_CONTEXT = "Questions"
LABELS: dict[str, str] = {
    "weights": str(QT_TRANSLATE_NOOP("Questions", "Weights")),
    "T": str(QT_TRANSLATE_NOOP("Questions", "Steps, T")),
    "schedule": str(QT_TRANSLATE_NOOP("Questions", "Noise schedule")),
    "beta_1": str(QT_TRANSLATE_NOOP("Questions", "β of the first step")),
    "beta_T": str(QT_TRANSLATE_NOOP("Questions", "β of the last step")),
    "target": str(QT_TRANSLATE_NOOP("Questions", "The network predicts")),
    "variance": str(QT_TRANSLATE_NOOP("Questions", "Variance of the reverse steps")),
    "clip": str(QT_TRANSLATE_NOOP("Questions", "Limit of the predicted x₀ (0: none)")),
    "heads": str(QT_TRANSLATE_NOOP("Questions", "Heads of attention")),
    "head_width": str(QT_TRANSLATE_NOOP("Questions", "Width of a head (0: by their number)")),
    "qkv_order": str(QT_TRANSLATE_NOOP("Questions", "Order of queries, keys and values")),
    "image_size": str(QT_TRANSLATE_NOOP("Questions", "Image size in pixels")),
    "rescale_timesteps": str(QT_TRANSLATE_NOOP("Questions", "t is rescaled to 1000 steps")),
    "blocks_per_level": str(QT_TRANSLATE_NOOP("Questions", "Blocks per level")),
    "time_scale": str(QT_TRANSLATE_NOOP("Questions", "Factor of t")),
    "norm_groups": str(QT_TRANSLATE_NOOP("Questions", "Groups of the group normalisation")),
    "time_base": str(QT_TRANSLATE_NOOP("Questions", "Base of the sines of t")),
    "data_set": str(QT_TRANSLATE_NOOP("Questions", "Data of the forward chain")),
}
ANSWERS: dict[str, str] = {
    "noise": str(QT_TRANSLATE_NOOP("Questions", "the noise, ε")),
    "x_0": str(QT_TRANSLATE_NOOP("Questions", "the data, x₀")),
    "v": str(QT_TRANSLATE_NOOP("Questions", "the velocity, v")),
    "x_prev": str(QT_TRANSLATE_NOOP("Questions", "the mean of x at t − 1")),
    "fixed-large": str(QT_TRANSLATE_NOOP("Questions", "fixed, large: β")),
    "fixed-small": str(QT_TRANSLATE_NOOP("Questions", "fixed, small: β̃")),
    "learned-range": str(QT_TRANSLATE_NOOP("Questions", "learned by the network")),
    "linear": str(QT_TRANSLATE_NOOP("Questions", "linear")),
    "cosine": str(QT_TRANSLATE_NOOP("Questions", "cosine")),
    "legacy": str(QT_TRANSLATE_NOOP("Questions", "head by head")),
    "new": str(QT_TRANSLATE_NOOP("Questions", "all queries, all keys, all values")),
    "quadratic": str(QT_TRANSLATE_NOOP("Questions", "quadratic")),
    "sigmoid": str(QT_TRANSLATE_NOOP("Questions", "sigmoid")),
    "ema": str(QT_TRANSLATE_NOOP("Questions", "the moving average")),
    "model": str(QT_TRANSLATE_NOOP("Questions", "those of the last step")),
}
_YES = str(QT_TRANSLATE_NOOP("Questions", "yes"))
_NO = str(QT_TRANSLATE_NOOP("Questions", "no"))
_NOT_KNOWN = str(QT_TRANSLATE_NOOP("Questions", "not known: its own samples"))

_translate: Callable[[str, str], str] = QCoreApplication.translate


def question_label(name: str) -> str:
    """What is asked; the name itself where this version has no words for it."""
    source = LABELS.get(name)
    return _translate(_CONTEXT, source) if source else name.replace("_", " ")


def answer_text(name: str, value: Value) -> str:
    """One of the answers to choose from."""
    if isinstance(value, bool):
        return _translate(_CONTEXT, _YES if value else _NO)
    if name == "data_set":
        return data_name(str(value)) if value else _translate(_CONTEXT, _NOT_KNOWN)
    source = ANSWERS.get(str(value))
    return _translate(_CONTEXT, source) if source else str(value)
