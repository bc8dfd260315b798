"""What the fields for the sampling of the reverse chain are called, and what they say of themselves."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ddpm_studio.session.sampling_choice import ExactFor
from ddpm_studio.ui.panels.segmented_control import Option

translate = QCoreApplication.translate  # lupdate looks for calls of this name


def denoiser_options() -> list[Option]:
    """In the order of DenoiserChoice."""
    return [
        Option(
            translate("SamplingPopup", "Network"),
            translate("SamplingPopup", "The trained network predicts x₀ from x<sub>t</sub>."),
        ),
        Option(
            translate("SamplingPopup", "Exact"),
            translate(
                "SamplingPopup",
                "E[x₀ | x<sub>t</sub>], computed from the data by Bayes' rule: what a perfect "
                "network would predict. Compare the two.",
            ),
        ),
    ]


def kind_options() -> list[Option]:
    """In the order of SamplerKind."""
    return [
        Option(
            "DDPM",
            translate(
                "SamplingPopup",
                "<p><b>Ancestral sampling</b> (Ho et al. 2020): every step adds fresh noise of "
                "variance σ<sub>t</sub>².</p>",
            ),
        ),
        Option(
            "DDIM",
            translate(
                "SamplingPopup",
                "<p><b>DDIM</b> (Song et al. 2021): with η = 0 no noise is added, so that x<sub>T</sub> "
                "alone decides x₀; few steps are often enough.</p>",
            ),
        ),
    ]


def variance_options() -> list[Option]:
    """In the order of ReverseVariance."""
    return [
        Option(
            "β",
            translate(
                "SamplingPopup",
                "<p><b>Fixed large</b>, σ<sub>t</sub>² = β<sub>t</sub>: best where x₀ ~ N(0, I).</p>",
            ),
            "t",
            translate("SamplingPopup", "fixed large: beta"),
        ),
        Option(
            "β̃",
            translate(
                "SamplingPopup",
                "<p><b>Fixed small</b>, σ<sub>t</sub>² = β̃<sub>t</sub> = (1 − ᾱ<sub>t−1</sub>) / "
                "(1 − ᾱ<sub>t</sub>) β<sub>t</sub>: best where x₀ is a single point.</p>",
            ),
            "t",
            translate("SamplingPopup", "fixed small: beta tilde"),
        ),
        Option(
            "Σ",
            translate(
                "SamplingPopup",
                "<p><b>Learned</b>: the network says for every pixel where between "
                "β̃<sub>t</sub> and β<sub>t</sub> the variance lies.</p>",
            ),
            "θ",
            translate("SamplingPopup", "learned by the network"),
        ),
    ]


def precision_options() -> list[Option]:
    """In the order of Precision."""
    return [
        Option(
            "float32",
            translate("SamplingPopup", "The network computes with 24 binary digits."),
        ),
        Option(
            "bfloat16",
            translate(
                "SamplingPopup",
                "The network computes with 8 binary digits: faster where the device knows such "
                "numbers. How far its output is off is measured, and shown.",
            ),
        ),
    ]


def explanations() -> dict[str, str]:
    """Of the fields that have no options, by their names in SamplerFields."""
    return {
        "eta": translate(
            "SamplingPopup",
            "How much noise DDIM adds: 0 none, 1 as much as DDPM with the small variance",
        ),
        "steps": translate(
            "SamplingPopup",
            "How many of the model's T steps are taken, evenly spaced. The schedule is "
            "respaced, not cut off: the chain still begins at T.",
        ),
        "clips": translate(
            "SamplingPopup",
            "Limit the predicted x₀ before the mean is formed, as for images with values "
            "from −1 to 1",
        ),
        "clip": translate("SamplingPopup", "The limit of the predicted x₀"),
    }


def labels() -> dict[str, str]:
    """Of the rows, by the names of their fields."""
    return {
        "denoiser": translate("SamplingPopup", "x₀ predicted by"),
        "kind": translate("SamplingPopup", "Sampler"),
        "eta": "η",
        "variance": translate("SamplingPopup", "Variance σ<sub>t</sub>²"),
        "steps": translate("SamplingPopup", "Steps"),
        "precision": translate("SamplingPopup", "Network in"),
    }


def exact_text(exact_for: ExactFor | None) -> str:
    """Of what the exact denoiser is exact."""
    if exact_for is None:
        return translate("SamplingPopup", "Without knowing the data there is no exact denoiser.")
    return {
        ExactFor.LAW: translate("SamplingPopup", "Exact for the distribution of the data."),
        ExactFor.TRAINING_DATA: translate(
            "SamplingPopup", "Exact for the training images: it repeats them."
        ),
        ExactFor.SHOWN_DATA: translate(
            "SamplingPopup", "Exact for the points at the left: it repeats them."
        ),
    }[exact_for]
