"""The measures of quality against closed forms, SciPy, and samples whose faults are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from torch import Generator, Tensor

from ddpm_studio.datasets.digits import Digits
from ddpm_studio.datasets.points import POINT_DISTRIBUTIONS
from ddpm_studio.training.digit_classifier import DigitClassifier
from ddpm_studio.training.quality import (
    measure_digits,
    measure_points,
    nearest_distances,
)


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


@pytest.mark.parametrize("name", POINT_DISTRIBUTIONS)
def test_the_data_itself_is_as_good_as_can_be(name: str) -> None:
    data = POINT_DISTRIBUTIONS[name]
    assert 0.5 < measure_points(data.sample(2000, seeded(7)), data).ratio < 1.7


def test_points_with_a_fault_are_found_out() -> None:
    data = POINT_DISTRIBUTIONS["eight-gaussians"]
    good = data.sample(5000, seeded(7))
    one_mode_less = good.clone()
    right = good[:, 0] > 1.1 * good[:, 1].abs() + 1  # the Gaussian at angle 0 becomes the opposite
    assert 0.1 < right.double().mean() < 0.15
    one_mode_less[right, 0] *= -1
    for faulty in (good + 0.1, good * 1.1, good[:, [0, 0]], one_mode_less):
        assert measure_points(faulty, data).ratio > 2


def test_nearest_distances_are_scipys() -> None:
    a, b = normal(60, 1, 3, 3).float(), normal(80, 1, 3, 3, seed=1).float()
    expected, _ = cKDTree(b.flatten(1).numpy()).query(a.flatten(1).numpy())
    assert np.abs(nearest_distances(a, b).numpy() - expected).max() < 1e-5


def test_held_out_digits_are_what_samples_should_be(classifier: DigitClassifier) -> None:
    quality = measure_digits(Digits().held_out_images(), classifier)
    assert quality.neighbour_ratio == 1
    assert quality.confident_share == quality.held_out_confident_share > 0.9
    assert quality.copies < 0.01
    assert sum(quality.class_shares) == pytest.approx(1)


def test_copies_are_found_out(classifier: DigitClassifier) -> None:
    """Also where they are as noisy as rounding to the 17 grey levels of the data can hide."""
    copies = Digits().training_images()
    noise = torch.rand(copies.shape, generator=seeded()) - 0.5
    for copied in (copies, copies + noise * 2 / 16):
        quality = measure_digits(copied, classifier)
        assert quality.copies == 1
        assert quality.neighbour_ratio < 0.3


def test_bad_digits_are_found_out(classifier: DigitClassifier) -> None:
    digits = Digits()
    held_out = digits.held_out_images()
    noisy = held_out + 0.6 * normal(*held_out.shape).float()
    mixed = (held_out + held_out.flip(0)) / 2
    for bad in (noisy, mixed):
        quality = measure_digits(bad, classifier)
        assert quality.confident_share < quality.held_out_confident_share - 0.05
    assert measure_digits(noisy, classifier).neighbour_ratio > 1.25


def test_a_digit_that_is_never_drawn_is_found_out(classifier: DigitClassifier) -> None:
    digits = Digits()
    labels = torch.from_numpy(digits.held_out_labels())
    shares = measure_digits(digits.held_out_images()[labels != 3], classifier).class_shares
    assert shares[3] < 0.05 < min(shares[:3] + shares[4:])


def test_the_classifier_knows_what_it_was_not_shown(classifier: DigitClassifier) -> None:
    digits = Digits()
    probabilities = classifier.probabilities(digits.held_out_images())
    assert probabilities.shape == (360, 10)
    assert (probabilities.sum(dim=1) - 1).abs().max() < 1e-5
    right = probabilities.argmax(dim=1).numpy() == digits.held_out_labels()
    assert right.mean() >= 0.97


def test_the_same_seed_gives_the_same_classifier() -> None:
    digits = Digits()
    images, labels = digits.training_images()[:256], digits.training_labels()[:256]
    before = torch.get_rng_state()
    first, again, other = (
        DigitClassifier(images, torch.from_numpy(labels), seed=seed).probabilities(images)
        for seed in (1, 1, 2)
    )
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
