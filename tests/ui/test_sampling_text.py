"""How the reverse chain is sampled, in a few words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ddpm_studio.checkpoints.classifier_file import ClassifierDescription, ClassifierFile
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.diffusion.sampler_configuration import (
    ReverseVariance,
    SamplerConfiguration,
    SamplerKind,
)
from ddpm_studio.networks.classifier_configuration import ClassifierConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice
from ddpm_studio.ui.sampling_text import sampling_text

LARGE, SMALL = ReverseVariance.FIXED_LARGE, ReverseVariance.FIXED_SMALL


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (SamplingChoice(SamplerConfiguration()), "DDPM, σ² = β, 1000 steps"),
        (SamplingChoice(SamplerConfiguration(variance=SMALL)), "DDPM, σ² = β̃, 1000 steps"),
        (SamplingChoice(SamplerConfiguration(steps=1000)), "DDPM, σ² = β, 1000 steps"),
        (SamplingChoice(SamplerConfiguration(steps=1)), "DDPM, σ² = β, 1 of 1000 steps"),
        (
            SamplingChoice(SamplerConfiguration("ddim", steps=50, variance=LARGE)),
            "DDIM, η = 0, 50 of 1000 steps",
        ),
        (
            SamplingChoice(SamplerConfiguration(SamplerKind.DDIM, 0.35, 250, SMALL, 1.0)),
            "DDIM, η = 0.35, 250 of 1000 steps",
        ),
        (
            SamplingChoice(SamplerConfiguration("ddim", steps=50), DenoiserChoice.EXACT),
            "exact denoiser, DDIM, η = 0, 50 of 1000 steps",
        ),
        (
            SamplingChoice(SamplerConfiguration(variance=SMALL), DenoiserChoice.EXACT),
            "exact denoiser, DDPM, σ² = β̃, 1000 steps",
        ),
    ],
)
def test_what_differs_is_said(choice: SamplingChoice, words: str) -> None:
    assert sampling_text(choice, 1000) == words


def test_a_class_and_what_guides_to_it_are_said() -> None:
    body = UNetConfiguration(8, 1, 8, (1,), 1, (), 0.0, 4)
    network = ClassifierConfiguration(body, "average", 10)
    description = ClassifierDescription("small", network, "nobody")
    file = ClassifierFile(Path("small.safetensors"), description, {}, 0, 0)
    sampler = SamplerConfiguration(variance=ReverseVariance.LEARNED_RANGE)
    of_a_class = SamplingChoice(sampler, condition=Condition(7))
    guided = SamplingChoice(sampler, condition=Condition(None, file, 2.5))
    assert sampling_text(of_a_class, 50) == "DDPM, σ² = Σθ, 50 steps, class 7"
    exact = replace(of_a_class, denoiser=DenoiserChoice.EXACT)
    assert "class" not in sampling_text(exact, 50), "it knows no class"
    assert sampling_text(replace(exact, condition=Condition(7, file)), 50).endswith(
        "class 7, guidance 1"
    )
    assert sampling_text(guided, 50) == "DDPM, σ² = Σθ, 50 steps, guidance 2.5"


def test_the_number_of_steps_is_the_models_where_all_are_taken() -> None:
    assert sampling_text(SamplingChoice(SamplerConfiguration()), 250).endswith(", 250 steps")


def test_in_korean(speak: Callable[[str], None]) -> None:
    few = SamplingChoice(SamplerConfiguration("ddim", steps=50), DenoiserChoice.EXACT)
    english = [sampling_text(few, 1000), sampling_text(SamplingChoice(SamplerConfiguration()), 250)]
    speak("ko")
    korean = [sampling_text(few, 1000), sampling_text(SamplingChoice(SamplerConfiguration()), 250)]
    for one, two, figures in zip(english, korean, (("50", "1000"), ("250",)), strict=True):
        assert one != two
        assert not {"exact", "steps", "of"} & set(two.replace(",", "").split())
        assert all(figure in two for figure in figures)
    assert "DDIM, η = 0" in korean[0]


def test_fewer_digits_are_said_with_their_measured_error() -> None:
    rounded = SamplingChoice(SamplerConfiguration(), precision="bfloat16")
    assert sampling_text(rounded, 50) == "DDPM, σ² = β, 50 steps, bfloat16"
    text = sampling_text(rounded, 50, prediction_error=0.01234)
    assert text == "DDPM, σ² = β, 50 steps, bfloat16 (output off by 1.2 %)"
    exact = SamplingChoice(SamplerConfiguration(), DenoiserChoice.EXACT, precision="bfloat16")
    assert "bfloat16" not in sampling_text(exact, 50)
