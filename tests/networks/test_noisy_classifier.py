"""The classifier's gradient, and what its configuration allows.

That it is guided-diffusion's network: tests/checkpoints/foreign/test_openai.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from ddpm_studio.networks.classifier_configuration import (
    ClassifierConfiguration,
    Pooling,
    classifier_from_dict,
)
from ddpm_studio.networks.configuration import (
    MlpConfiguration,
    NetworkConfigurationError,
    UNetConfiguration,
    network_as_dict,
)
from ddpm_studio.networks.noisy_classifier import NoisyClassifier

BODY = UNetConfiguration(8, 1, 8, (1, 2), 1, (4,), 0.0, 4, heads=2, resampling="blocks")
STEP, LABELS = torch.tensor([5]), torch.tensor([2, 0, 1])


def configuration(pooling: str = Pooling.ATTENTION, **changes: Any) -> ClassifierConfiguration:
    return replace(ClassifierConfiguration(BODY, pooling, 3, hidden_width=16), **changes)


def network(pooling: str) -> NoisyClassifier:
    """Of random weights in double precision; fresh ones would answer alike to everything."""
    torch.manual_seed(3)
    classifier = NoisyClassifier(configuration(pooling)).double().eval()
    for parameter in classifier.parameters():
        nn.init.normal_(parameter, std=0.3)
    # The sines of t are in single precision, whatever the network is in.
    classifier.time.register_forward_pre_hook(lambda _, inputs: (inputs[0].double(),))
    return classifier.requires_grad_(False)


@pytest.mark.parametrize("pooling", list(Pooling))
def test_the_score_is_the_gradient_by_finite_differences(pooling: str) -> None:
    classifier = network(pooling)
    x = torch.randn(3, 1, 8, 8, dtype=torch.float64)
    direction = torch.randn_like(x)
    score, step = classifier.score(x, STEP, LABELS), 1e-5

    def log_probability(x: torch.Tensor) -> torch.Tensor:
        return functional.log_softmax(classifier(x, STEP), dim=1)[range(3), LABELS]

    slope = log_probability(x + step * direction) - log_probability(x - step * direction)
    along = (score * direction).flatten(1).sum(dim=1)
    assert (slope / (2 * step) - along).abs().max() < 1e-6
    assert along.abs().max() > 1e-3


def test_the_score_is_taken_where_gradients_are_switched_off() -> None:
    classifier = network(Pooling.AVERAGE)
    x = torch.randn(3, 1, 8, 8, dtype=torch.float64)
    outside = classifier.score(x, STEP, LABELS)
    with torch.inference_mode():
        inside = classifier.score(x.clone(), STEP.clone(), LABELS.clone())
        assert (inside + 1).is_inference()
    assert torch.equal(inside, outside)
    assert not outside.requires_grad
    assert all(parameter.grad is None for parameter in classifier.parameters())


@pytest.mark.parametrize("pooling", list(Pooling))
def test_the_configuration_is_kept_as_plain_values(pooling: str) -> None:
    first = configuration(pooling)
    assert classifier_from_dict(first.as_dict()) == first
    assert first.sample_shape == (1, 8, 8)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pooling": "maximum"}, "pooling must be one of"),
        ({"classes": 1}, "classes must be a whole number from 2"),
        ({"hidden_width": 0}, "hidden_width must be a whole number"),
        ({"pooling": "all-levels-normed", "hidden_width": 6}, "divisible by norm_groups"),
        ({"body": replace(BODY, classes=3)}, "neither a class nor a variance"),
        ({"body": replace(BODY, learned_range=True)}, "neither a class nor a variance"),
    ],
)
def test_a_classifier_that_cannot_be(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(NetworkConfigurationError, match=reason):
        configuration(**changes)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {**configuration().as_dict(), "body": network_as_dict(MlpConfiguration(2))},
        {**configuration().as_dict(), "surprise": 1},
        {"body": network_as_dict(BODY)},
    ],
)
def test_values_that_are_no_configuration(values: dict[str, Any]) -> None:
    with pytest.raises(NetworkConfigurationError, match="A network setting is missing"):
        classifier_from_dict(values)
