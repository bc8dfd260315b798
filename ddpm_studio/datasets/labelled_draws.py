"""Images together with their classes: drawn at random, or of the classes that are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from ddpm_studio.datasets.catalogue import DataSource, LabelledDataSource


def as_tensor(labels: NDArray[np.integer] | None) -> Tensor | None:
    """int64 of the same shape; None for None."""
    return None if labels is None else torch.from_numpy(labels.astype(np.int64))


def labelled_draw(
    data: DataSource, count: int, generator: Generator
) -> tuple[Tensor, Tensor | None]:
    """What ``data.sample`` draws, and int64 (count,): the class of each; None without classes."""
    if not isinstance(data, LabelledDataSource) or (labels := data.training_labels()) is None:
        return data.sample(count, generator), None
    chosen = data.choose(count, generator).cpu()
    return data.images(chosen), as_tensor(labels[chosen.numpy()])


def draw_in_turn(data: DataSource, count: int, classes: int | None, generator: Generator) -> Tensor:
    """Data to hold against the samples of a model for ``classes``, which shows them in turn.

    float32 (count, *sample_shape), of the classes 0, 1, … and 0 again; of a class without an image
    one of any class. What ``data.sample`` draws where the data have not these classes.
    """
    if isinstance(data, LabelledDataSource) and classes == len(data.classes):
        return draw_of_classes(data, [i % classes for i in range(count)], generator)
    return data.sample(count, generator)


def draw_of_classes(data: DataSource, wanted: Sequence[int], generator: Generator) -> Tensor:
    """An image of each class that is ``wanted``: float32 (len(wanted), *sample_shape).

    Of a class without an image one of any class; what ``data.sample`` draws of data without labels.
    """
    if not isinstance(data, LabelledDataSource) or (labels := data.training_labels()) is None:
        return data.sample(len(wanted), generator)
    places = {label: _places(labels, label) for label in set(wanted)}
    u = torch.rand(len(wanted), generator=generator, dtype=torch.float64).tolist()
    chosen = [
        int(places[label][int(at * len(places[label]))])  # at that share, in [0, 1), of them all
        for label, at in zip(wanted, u, strict=True)
    ]
    return data.images(torch.tensor(chosen))


def _places(labels: NDArray[np.integer], label: int) -> NDArray[np.intp]:
    """The numbers of the images with that label; where there is none, of all."""
    found = np.flatnonzero(labels == label)
    return found if len(found) else np.arange(len(labels))
