"""What takes seconds to make: a classifier of digits, and the digits of the bundled model."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.datasets.digits import Digits
from ddpm_studio.networks.configuration import MlpConfiguration
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.digit_classifier import DigitClassifier
from ddpm_studio.training.presets import QUARTER_LINEAR


@pytest.fixture(scope="session")
def classifier() -> DigitClassifier:
    """Trained on the training digits alone."""
    digits = Digits()
    return DigitClassifier(digits.training_images(), torch.from_numpy(digits.training_labels()))


@pytest.fixture(scope="session")
def digit_samples() -> Tensor:
    """1,000 samples of the bundled model, (1000, 1, 8, 8)."""
    return sample_model(load_inspected(find_model("digits")), 1000, seed=1)


@pytest.fixture
def small() -> TrainingConfiguration:
    """A training of a second, on the three Gaussians."""
    return TrainingConfiguration(
        name="small",
        data_set="mixture-1d",
        network=MlpConfiguration(dimension=1, width=24, depth=2, time_features=16),
        schedule=QUARTER_LINEAR,
        steps=20,
        batch_size=64,
        learning_rate=1e-2,
        ema_decay=0.9,
        warm_up_steps=5,
    )
