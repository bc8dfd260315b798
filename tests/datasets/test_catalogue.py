"""Every data set of the catalogue opens, and is what its entry says."""

from __future__ import annotations

import pytest
import torch

from ddpm_studio.datasets.catalogue import CATALOGUE, UnknownDataSetError, entry, open_data_set
from ddpm_studio.datasets.points import POINT_DISTRIBUTIONS

NAMES = [candidate.name for candidate in CATALOGUE]


@pytest.mark.parametrize("name", NAMES)
def test_data_set_is_what_its_entry_says(name: str) -> None:
    shape = entry(name).sample_shape
    sample = open_data_set(name).sample(7, torch.Generator().manual_seed(0))
    assert sample.shape == (7, *shape)
    assert sample.dtype == torch.float32
    assert entry(name).is_image == (sample.ndim == 4)
    assert entry(name).description


def test_names_are_unique_and_leave_out_nothing() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {name for name in NAMES if not entry(name).is_image} == set(POINT_DISTRIBUTIONS)
    assert {name for name in NAMES if entry(name).is_image} == {"digits", "digits-16"}


@pytest.mark.parametrize("name", ["", "Moons", "digits-32", "../moons"])
def test_unknown_name_is_refused_with_those_there_are(name: str) -> None:
    for look_up in (entry, open_data_set):
        with pytest.raises(UnknownDataSetError) as raised:
            look_up(name)
        assert repr(name) in str(raised.value)
        assert all(known in str(raised.value) for known in NAMES)
