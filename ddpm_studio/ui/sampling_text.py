"""How the reverse chain is sampled, in a few words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ddpm_studio.diffusion.sampler_configuration import ReverseVariance, SamplerKind
from ddpm_studio.networks.precision import Precision
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice
from ddpm_studio.ui.class_list import class_text

VARIANCE_SIGNS = {
    ReverseVariance.FIXED_LARGE: "β",
    ReverseVariance.FIXED_SMALL: "β̃",
    ReverseVariance.LEARNED_RANGE: "Σθ",
}


def sampling_text(
    sampling: SamplingChoice,
    T: int,
    class_names: tuple[str, ...] = (),
    prediction_error: float | None = None,
) -> str:
    """For example "DDPM, σ² = β, 1000 steps" or "exact denoiser, DDIM, η = 0, 50 of 1000 steps".

    ``prediction_error`` is how far the network in fewer digits was measured to be off.
    """
    sampler = sampling.sampler
    steps = sampler.steps or T
    translate = QCoreApplication.translate
    parts = []
    if sampling.denoiser is DenoiserChoice.EXACT:
        parts.append(translate("Sampling", "exact denoiser"))
    if sampler.kind == SamplerKind.DDIM:
        parts += ["DDIM", f"η = {sampler.eta:g}"]
    else:
        parts += ["DDPM", f"σ² = {VARIANCE_SIGNS[ReverseVariance(sampler.variance)]}"]
    if steps == T:
        parts.append(translate("Sampling", "{0} steps").format(T))
    else:
        parts.append(translate("Sampling", "{0} of {1} steps").format(steps, T))
    if sampling.precision != Precision.FLOAT32 and sampling.denoiser is DenoiserChoice.NETWORK:
        parts.append(_precision_text(sampling.precision, prediction_error))
    return ", ".join([*parts, *_condition_texts(sampling, class_names)])


def _precision_text(precision: str, error: float | None) -> str:
    if error is None:
        return str(precision)
    sentence = QCoreApplication.translate("Sampling", "{0} (output off by {1} %)")
    return sentence.format(precision, f"{100 * error:.2g}")


def _condition_texts(sampling: SamplingChoice, names: tuple[str, ...]) -> list[str]:
    """What the samples shall show, where that was asked for; the exact denoiser alone knows no class."""
    translate = QCoreApplication.translate
    condition, texts = sampling.condition, []
    is_network = sampling.denoiser is DenoiserChoice.NETWORK
    if condition.label is not None and (is_network or condition.classifier is not None):
        texts.append(translate("Sampling", "class {0}").format(class_text(condition.label, names)))
    if condition.classifier is not None:
        texts.append(translate("Sampling", "guidance {0}").format(f"{condition.scale:g}"))
    return texts
