"""A preview shows what the import then writes, and says what is wrong as the import would."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import open_data_set
from ddpm_studio.datasets.data_cache import cached_sets
from ddpm_studio.datasets.importing.import_choices import Framing, ImportChoices
from ddpm_studio.datasets.importing.preview import PREVIEW_COUNT, look_into, preview
from ddpm_studio.datasets.set_description import DataSetError
from ddpm_studio.datasets.thumbnails import thumbnails

from .conftest import ImportSet, drive, picture


def images_of(work: Generator[Any, None, Any]) -> list[np.ndarray]:
    return list(drive(work))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for number in range(20):
        name = "a" if number < 10 else "b"
        picture(tmp_path / "s" / name / f"{number:02}.png", (30, 20), (12 * number, 255, 0))
    return tmp_path / "s"


@pytest.mark.parametrize("framing", Framing)
@pytest.mark.parametrize("grey", [True, False])
def test_it_shows_what_is_imported(
    pictures: Path, import_set: ImportSet, framing: Framing, grey: bool
) -> None:
    source = look_into(pictures)
    assert (source.count, source.classes, source.shape) == (20, ("a", "b"), None)
    choices = ImportChoices("new", size=16, grey=grey, framing=framing)
    shown = images_of(preview(source, choices))
    assert len(shown) == PREVIEW_COUNT
    import_set(pictures, size=16, grey=grey, framing=framing)
    data = open_data_set("new")
    assert isinstance(data, CachedImages)
    written = data.pixels.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()
    for image in shown:
        assert any(np.array_equal(image, each) for each in written)


def test_of_a_folder_it_shows_images_from_everywhere(pictures: Path) -> None:
    shown = images_of(preview(look_into(pictures), ImportChoices("new", size=8)))
    reds = sorted(int(image[4, 4, 0]) for image in shown)
    assert reds[0] < 12 * 5
    assert reds[-1] > 12 * 14


def test_a_file_is_shown_as_it_is(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 12, 12, 3), dtype=np.uint8)
    np.save(tmp_path / "a.npy", images)
    source = look_into(tmp_path / "a.npy")
    assert (source.count, source.classes, source.shape) == (3, (), (3, 12, 12))
    shown = images_of(preview(source, ImportChoices("new")))
    assert np.array_equal(shown, images)


def test_where_nothing_can_be_read_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    for number in range(3):
        (tmp_path / "s" / f"{number}.png").write_bytes(b"no")
    with pytest.raises(DataSetError, match=r"None of the pictures in “.*s” that were tried"):
        drive(preview(look_into(tmp_path / "s"), ImportChoices("new")))
    with pytest.raises(DataSetError, match="it is gone"):
        look_into(tmp_path / "gone")


def test_thumbnails_are_small_and_from_all_over_it(tmp_path: Path, import_set: ImportSet) -> None:
    images = np.zeros((50, 1, 256, 256), np.uint8)
    images += np.arange(50, dtype=np.uint8)[:, None, None, None]
    np.save(tmp_path / "a.npy", images)
    import_set(tmp_path / "a.npy")
    (cached,) = cached_sets()
    small = thumbnails(cached, 5)
    assert [int(each[0, 0, 0]) for each in small] == [0, 12, 24, 36, 49]
    assert {each.shape for each in small} == {(86, 86, 3)}
    (cached.folder / "images.npy").write_bytes(b"")
    assert thumbnails(cached, 5) == ()
