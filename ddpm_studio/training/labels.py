"""The classes that a conditional training learns: epsilon_theta(x_t, t, y), with y drawn with x_0."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from ddpm_studio.checkpoints.class_names import storable_names
from ddpm_studio.datasets.catalogue import DataSource, LabelledDataSource, entries
from ddpm_studio.datasets.labelled_draws import as_tensor
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import TrainableNetwork, UNetConfiguration, class_count
from ddpm_studio.training.configuration import TrainingConfiguration


class LabelsError(ExplainedError, ValueError):
    """Data whose classes are not those that a network is made for."""


def labels_to_learn(configuration: TrainingConfiguration, data: DataSource) -> Tensor | None:
    """int64 (M,), the class of each training image; None where the network knows no classes.

    Raises LabelsError where the data have other classes or none, and DataSetError.
    """
    wanted, name = class_count(configuration.network), configuration.data_set
    if wanted is None:
        return None
    labels = as_tensor(data.training_labels()) if isinstance(data, LabelledDataSource) else None
    there = classes_of(data)
    if labels is None or not there:
        raise _no_labels(name)
    if len(there) != wanted:
        raise LabelsError(
            "The network is made for {classes} classes, and the data {data_set!r} have {there}: "
            "give its “classes” that number.",
            classes=wanted,
            data_set=name,
            there=len(there),
        )
    return labels


def classes_of(data: DataSource) -> tuple[str, ...]:
    """Their names; empty for data without labels."""
    return data.classes if isinstance(data, LabelledDataSource) else ()


def require_same_classes(data_set: str, before: tuple[str, ...]) -> None:
    """Raises LabelsError where data that are here have other classes than the training began with.

    ``before`` is empty where it has none, or none that a file could hold.
    """
    for data in entries():
        if before and data.name == data_set and storable_names(data.classes) != before:
            raise LabelsError(
                "The data {data_set!r} have other classes than when the training began: import "
                "them as they were, or begin another training.",
                data_set=data_set,
            )


def conditioned_network(network: TrainableNetwork, data_set: str) -> TrainableNetwork:
    """The same network, for the classes of the data. Raises LabelsError where they have none.

    For data that are not here it stays as it is.
    """
    for data in entries():
        if data.name == data_set:
            if not data.classes or not isinstance(network, UNetConfiguration):
                raise _no_labels(data_set)
            return replace(network, classes=len(data.classes))
    return network


def unconditioned_network(network: TrainableNetwork) -> TrainableNetwork:
    """The same network without classes."""
    return replace(network, classes=None) if isinstance(network, UNetConfiguration) else network


def _no_labels(data_set: str) -> LabelsError:
    return LabelsError(
        "The data {data_set!r} have no labels, so that no network can be trained to know their "
        "classes: train it without, or choose images that have labels.",
        data_set=data_set,
    )
