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
    labels = data.training_labels() if isinstance(data, LabelledDataSource) else None
    if labels is None:
        return data.sample(count, generator), None
    assert isinstance(data, LabelledDataSource)
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
    labels = data.training_labels() if isinstance(data, LabelledDataSource) else None
    if labels is None:
        return data.sample(len(wanted), generator)
    assert isinstance(data, LabelledDataSource)
    u = torch.rand(len(wanted), generator=generator, dtype=torch.float64).tolist()
    chosen = [_one_of(labels, label, at) for label, at in zip(wanted, u, strict=True)]
    return data.images(torch.tensor(chosen))


def _one_of(labels: NDArray[np.integer], label: int, at: float) -> int:
    """The number of an image with that label, at the share ``at`` in [0, 1) of all of them."""
    places = np.flatnonzero(labels == label)
    return int(places[int(at * len(places))]) if len(places) else int(at * len(labels))
