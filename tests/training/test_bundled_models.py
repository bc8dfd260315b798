"""The models that ship are what their presets say, and as good as the README promises."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.datasets.catalogue import open_data_set
from ddpm_studio.datasets.digits import Digits
from ddpm_studio.training.digit_classifier import DigitClassifier
from ddpm_studio.training.presets import BUNDLED_PRESETS, preset
from ddpm_studio.training.quality import (
    DigitQuality,
    measure_digits,
    measure_points,
    nearest_distances,
)

POINT_MODELS = [name for name in BUNDLED_PRESETS if name != "digits"]


@pytest.mark.parametrize("name", BUNDLED_PRESETS)
def test_a_bundled_model_is_what_its_preset_makes(name: str) -> None:
    made, wanted = find_model(name).description, preset(name)
    assert (made.name, made.data_set) == (wanted.name, wanted.data_set)
    assert (made.network, made.schedule) == (wanted.network, wanted.schedule)
    assert (made.target, made.variance, made.clip) == (wanted.target, wanted.variance, wanted.clip)
    record = made.training
    assert (record.steps, record.planned_steps) == (wanted.steps, wanted.steps)
    assert (record.batch_size, record.learning_rate, record.ema_decay, record.seed) == (
        wanted.batch_size,
        wanted.learning_rate,
        wanted.ema_decay,
        wanted.seed,
    )


@pytest.mark.parametrize("name", POINT_MODELS)
def test_points_are_at_most_twice_as_far_from_the_data_as_the_data_from_itself(name: str) -> None:
    samples = sample_model(load_inspected(find_model(name)), 5000, seed=1)
    assert measure_points(samples, open_data_set(name)).ratio <= 2.0


@pytest.fixture(scope="module")
def quality(digit_samples: Tensor, classifier: DigitClassifier) -> DigitQuality:
    return measure_digits(digit_samples, classifier)


def test_the_classifier_may_judge(quality: DigitQuality) -> None:
    assert quality.accuracy >= 0.97


def test_digits_are_as_clear_as_real_ones(quality: DigitQuality) -> None:
    assert quality.confident_share >= quality.held_out_confident_share - 0.05


def test_every_digit_is_drawn_and_none_too_often(quality: DigitQuality) -> None:
    assert len(quality.class_shares) == 10
    assert min(quality.class_shares) >= 0.05
    assert max(quality.class_shares) <= 0.20


def test_digits_are_no_copies(quality: DigitQuality, digit_samples: Tensor) -> None:
    assert 0.8 <= quality.neighbour_ratio <= 1.25
    assert quality.copies <= 0.01
    digits = Digits()
    training, held_out = digits.training_images(), digits.held_out_images()
    # The nearest, too, are no nearer than among real digits: the median could hide some copies.
    share = torch.tensor([0.01, 0.05, 0.25, 0.75, 0.95])
    near = nearest_distances(digit_samples, training).quantile(share)
    real = nearest_distances(held_out, training).quantile(share)
    assert ((near / real - 1).abs() <= 0.25).all()


def test_digits_differ_from_each_other(digit_samples: Tensor) -> None:
    held_out = Digits().held_out_images()
    samples = digit_samples[: len(held_out)].flatten(1)
    spread, real_spread = torch.pdist(samples).mean(), torch.pdist(held_out.flatten(1)).mean()
    assert abs(spread / real_spread - 1) <= 0.1
