"""The data sets that are Gaussian mixtures, as such; and the exact denoisers of data sets.

The mixtures need numpy alone; torch is imported only where a denoiser is asked for.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ddpm_studio.datasets.catalogue import (
    MAX_RESIDENT_VALUES,
    FiniteDataSource,
    LabelledDataSource,
    entry,
    open_data_set,
)
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.schedule import NoiseSchedule

if TYPE_CHECKING:
    from torch import Tensor

    from ddpm_studio.diffusion.classwise_denoiser import ClasswiseDenoiser
    from ddpm_studio.diffusion.exact_denoisers import ExactDenoiser

MIXTURE_WEIGHTS = (0.3, 0.5, 0.2)
MIXTURE_MEANS = (-2.0, 0.5, 2.5)
MIXTURE_STDS = (0.35, 0.5, 0.25)

RING_COMPONENTS = 8
RING_STD = 0.1
"""Of eight Gaussians around a circle of radius 1."""


@cache
def exact_mixture(name: str) -> GaussianMixture | None:
    """The law of a data set's x_0 in its own units (mean 0 and variance 1 per coordinate).

    ``name`` is one of the catalogue's; None where the data set is no mixture, so that nothing exact
    is claimed. Raises UnknownDataSetError.
    """
    known = {"mixture-1d": _mixture_1d, "eight-gaussians": _eight_gaussians}
    make = known.get(entry(name).name)
    return make().standardised() if make else None


def _mixture_1d() -> GaussianMixture:
    means, stds = np.array(MIXTURE_MEANS), np.array(MIXTURE_STDS)
    return GaussianMixture(np.array(MIXTURE_WEIGHTS), means[:, None], np.square(stds)[:, None])


def _eight_gaussians() -> GaussianMixture:
    angle = 2 * math.pi * np.arange(RING_COMPONENTS) / RING_COMPONENTS
    means = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    weights = np.full(RING_COMPONENTS, 1 / RING_COMPONENTS)
    return GaussianMixture(weights, means, np.full_like(means, RING_STD**2))


def exact_denoiser(name: str, schedule: NoiseSchedule) -> ExactDenoiser | None:
    """E[x_0 | x_t] for a data set of the catalogue; None where it is not known (imports torch).

    Of a mixture for its own law, of images for the finite set of those that are trained on (to which
    a network that memorised them would come); None where they are too many for that. Raises
    UnknownDataSetError or DataSetError.
    """
    from ddpm_studio.diffusion.exact_denoisers import FiniteDataDenoiser, MixtureDenoiser

    mixture = exact_mixture(name)
    if mixture:
        return MixtureDenoiser(mixture, schedule)
    if not has_exact_images(name):
        return None
    data = open_data_set(name)
    assert isinstance(data, FiniteDataSource)
    return FiniteDataDenoiser(data.training_images(), schedule)


def known_denoiser(
    name: str, schedule: NoiseSchedule, labels: Tensor | None
) -> ExactDenoiser | None:
    """:func:`exact_denoiser`, or where the classes of N samples are known that of their classes."""
    if labels is None:
        return exact_denoiser(name, schedule)
    return exact_class_denoiser(name, schedule, labels)


def exact_class_denoiser(
    name: str, schedule: NoiseSchedule, labels: Tensor
) -> ClasswiseDenoiser | None:
    """E[x_0 | x_t, y] for samples of the classes ``labels``, int64 (N,), of a data set with labels.

    Of each class for the finite set of its training images; None where they are too many, or a
    class that is asked for has none. Raises UnknownDataSetError or DataSetError.
    """
    from ddpm_studio.datasets.labelled_draws import as_tensor
    from ddpm_studio.diffusion.classwise_denoiser import ClasswiseDenoiser
    from ddpm_studio.diffusion.exact_denoisers import FiniteDataDenoiser

    if not has_exact_images(name):
        return None
    data = open_data_set(name)
    assert isinstance(data, LabelledDataSource)
    images, classes = data.training_images(), as_tensor(data.training_labels())
    asked = labels.unique().tolist()
    if classes is None or not set(asked) <= set(classes.tolist()):
        return None
    return ClasswiseDenoiser(
        {label: FiniteDataDenoiser(images[classes == label], schedule) for label in asked}, labels
    )


def has_exact_images(name: str) -> bool:
    """Whether all images that are trained on can be held at once. Raises UnknownDataSetError."""
    known = entry(name)
    return known.is_image and known.value_count <= MAX_RESIDENT_VALUES
