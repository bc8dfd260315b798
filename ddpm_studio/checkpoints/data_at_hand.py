"""Whether the data that a model was trained on are here; a model is shown without them, too."""

from __future__ import annotations

from dataclasses import replace

from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.datasets.catalogue import UnknownDataSetError, entry_for


def with_data_at_hand(model: ModelFile) -> ModelFile:
    """The model as it can be shown here and now.

    An imported data set may have been removed, or never been on this computer, or be another one of
    that name. Then the description names none, as that of another project's checkpoint, and
    ``missing_data`` does; if it is back later, it is named again.
    """
    name = trained_on(model)
    if not name:
        return model
    try:
        entry_for(name, model.description.network.sample_shape)
    except UnknownDataSetError:
        return _described(model, "", missing=name)
    return _described(model, name, missing="")


def trained_on(model: ModelFile) -> str:
    """The data set's name wherever the data are; empty where nobody knows it."""
    return model.description.data_set or model.missing_data


def as_in_file(model: ModelFile) -> ModelFile:
    """The model as its file describes it, wherever the data are."""
    return _described(model, trained_on(model), missing="")


def _described(model: ModelFile, data_set: str, *, missing: str) -> ModelFile:
    description = replace(model.description, data_set=data_set)
    return replace(model, description=description, missing_data=missing)
