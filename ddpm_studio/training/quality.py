"""How close a model's samples are to its data: the measures that the bundled models must pass."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import torch
from torch import Generator, Tensor

from ddpm_studio.datasets.catalogue import DataSource
from ddpm_studio.datasets.digits import GREY_LEVELS, Digits
from ddpm_studio.diffusion.distances import sliced_wasserstein
from ddpm_studio.training.digit_classifier import CLASSES, DigitClassifier

MAX_POINT_RATIO = 2.0
CONFIDENT = 0.9
MAX_CONFIDENCE_LOSS = 0.05
CLASS_SHARES = (0.05, 0.20)
NEIGHBOUR_RATIOS = (0.8, 1.25)
MAX_COPIES = 0.01

_REPEATS = 15


@dataclass(frozen=True)
class PointQuality:
    """Sliced Wasserstein distances, medians over independent draws of the data.

    model_to_data  between the samples and fresh data
    data_to_data   between two fresh draws of the data, as many as there are samples: the noise that
                   even a perfect model has
    """

    model_to_data: float
    data_to_data: float

    @property
    def ratio(self) -> float:
        """About 1 for a perfect model; MAX_POINT_RATIO is allowed."""
        return self.model_to_data / self.data_to_data


def measure_points(samples: Tensor, data: DataSource, *, seed: int = 0) -> PointQuality:
    """Compare ``samples`` (N, D) with the distribution they should come from."""
    generator = Generator().manual_seed(seed)

    def fresh() -> Tensor:
        return data.sample(len(samples), generator)

    to_data = [sliced_wasserstein(samples, fresh(), generator) for _ in range(_REPEATS)]
    floor = [sliced_wasserstein(fresh(), fresh(), generator) for _ in range(_REPEATS)]
    return PointQuality(median(to_data), median(floor))


def nearest_distances(samples: Tensor, references: Tensor) -> Tensor:
    """Euclidean distance of each sample (N, …) to the nearest reference (M, …), shape (N,)."""
    return torch.cdist(samples.flatten(1), references.flatten(1)).min(dim=1).values


@dataclass(frozen=True)
class DigitQuality:
    """What a classifier trained on the real training digits, and their neighbourhood, say.

    accuracy                  of the classifier on the held-out digits
    confident_share           of samples with a class of probability > CONFIDENT
    held_out_confident_share  the same of held-out digits: what real ones reach
    class_shares              (10,) of samples that look most like 0 … 9
    neighbour_ratio           median distance to the nearest training digit, samples' over held-out
                              digits'. Under 1 samples lean on single training digits, over 1 they
                              lie off the digits; a model that memorises comes near 0, blurred or
                              noisy samples exceed 1
    copies                    share of samples that rounding to the data's grey levels would turn
                              into a training digit, give or take as much again
    """

    accuracy: float
    confident_share: float
    held_out_confident_share: float
    class_shares: tuple[float, ...]
    neighbour_ratio: float
    copies: float


def measure_digits(
    samples: Tensor, classifier: DigitClassifier, digits: Digits | None = None
) -> DigitQuality:
    """Compare ``samples`` (N, 1, 8, 8) with the digits; the classifier must not know held-out ones."""
    digits = digits or Digits()
    training, held_out = digits.training_images(), digits.held_out_images()
    of_samples = classifier.probabilities(samples).max(dim=1)
    of_held_out = classifier.probabilities(held_out).max(dim=1)
    labels = torch.from_numpy(digits.held_out_labels())
    counts = torch.bincount(of_samples.indices, minlength=CLASSES)
    near = nearest_distances(samples, training)
    return DigitQuality(
        accuracy=_share(of_held_out.indices == labels),
        confident_share=_share(of_samples.values > CONFIDENT),
        held_out_confident_share=_share(of_held_out.values > CONFIDENT),
        class_shares=tuple((counts / len(samples)).tolist()),
        neighbour_ratio=float(near.median() / nearest_distances(held_out, training).median()),
        copies=_share(near < 2 * _rounding_distance(samples[0].numel())),
    )


def _rounding_distance(pixels: int) -> float:
    """Root mean square distance of an image to its rounding to grey levels, on [-1, 1]."""
    level = 2.0 / GREY_LEVELS
    return level * (pixels / 12) ** 0.5


def _share(condition: Tensor) -> float:
    return float(condition.double().mean())
