"""Folders of pictures become data sets: framed, in classes, with what is left out named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import entry, open_data_set
from ddpm_studio.datasets.importing.import_choices import Framing, ImportChoices
from ddpm_studio.datasets.importing.import_progress import Stage
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.datasets.set_description import DataSetError

from .conftest import ImportSet, picture


def opened(name: str = "new") -> CachedImages:
    data = open_data_set(name)
    assert isinstance(data, CachedImages)
    return data


def three_stripes(path: Path) -> Path:
    """30 x 10: red, green and blue squares from left to right."""
    array = np.zeros((10, 30, 3), np.uint8)
    for number in range(3):
        array[:, 10 * number : 10 * number + 10, number] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)
    return path


def test_sub_folders_are_classes(tmp_path: Path, import_set: ImportSet) -> None:
    for name, level, count in (("cat", 10, 3), ("dog", 200, 2), ("나무", 90, 1)):
        for number in range(count):
            picture(tmp_path / "pets" / name / "deeper" / f"{number}.png", colour=(level,) * 3)
    result = import_set(tmp_path / "pets", size=8)
    assert result.description.classes == ("cat", "dog", "나무")
    assert entry("new").classes == ("cat", "dog", "나무")
    data = opened()
    labels = data.training_labels()
    assert labels is not None
    # The order of the training images is drawn; each must have kept its own label.
    levels = ((data.training_images()[:, 0, 0, 0] + 1) * 127.5).round().int().tolist()
    assert [{10: 0, 200: 1, 90: 2}[level] for level in levels] == labels.tolist()
    assert sorted(labels.tolist()) == [0, 0, 0, 1, 1, 2]


def test_one_sub_folder_is_no_class(tmp_path: Path, import_set: ImportSet) -> None:
    picture(tmp_path / "all" / "images" / "a.png")
    picture(tmp_path / "all" / "images" / "b.png")
    assert import_set(tmp_path / "all").description.classes == ()
    assert opened().training_labels() is None


@pytest.mark.parametrize(
    ("framing", "left", "middle"),
    [
        (Framing.CROP, (0, 255, 0), (0, 255, 0)),
        (Framing.STRETCH, (255, 0, 0), (0, 255, 0)),
        (Framing.PAD, (255, 0, 0), (0, 255, 0)),
    ],
)
def test_what_is_not_square_is_framed(
    tmp_path: Path,
    import_set: ImportSet,
    framing: Framing,
    left: tuple[int, ...],
    middle: tuple[int, ...],
) -> None:
    three_stripes(tmp_path / "s" / "a.png")
    import_set(tmp_path / "s", size=30, framing=framing)
    image = opened().pixels[0]
    assert image[:, 15, 2].tolist() == list(left)
    assert image[:, 15, 15].tolist() == list(middle)
    top = [0, 0, 0] if framing is Framing.PAD else list(middle)
    assert image[:, 1, 15].tolist() == top


def test_grey_is_one_channel(tmp_path: Path, import_set: ImportSet) -> None:
    picture(tmp_path / "s" / "a.png", colour=(255, 255, 255))
    assert import_set(tmp_path / "s", size=16, grey=True).description.shape == (1, 16, 16)
    assert opened().training_images().unique().tolist() == [1.0]


def test_flips_are_remembered(tmp_path: Path, import_set: ImportSet) -> None:
    picture(tmp_path / "s" / "a.png")
    import_set(tmp_path / "s", "plain")
    import_set(tmp_path / "s", "mirrored", flips=True)
    assert not opened("plain").flips
    assert opened("mirrored").flips


def test_a_tenth_is_held_out_and_never_drawn(tmp_path: Path, import_set: ImportSet) -> None:
    for level in range(60):
        picture(tmp_path / "s" / f"{level:02}.png", colour=level)
    about = import_set(tmp_path / "s", size=4, grey=True).description
    assert (about.count, about.held_out) == (60, 6)
    data = opened()
    generator = torch.Generator().manual_seed(0)
    drawn = set(data.sample(54, generator)[:, 0, 0, 0].tolist())
    held_out = set(data.held_out(100, generator)[0][:, 0, 0, 0].tolist())
    assert len(drawn) == 54
    assert len(held_out) == 6
    assert not drawn & held_out
    assert set(data.training_images()[:, 0, 0, 0].tolist()) == drawn


def test_progress_reaches_its_total_and_an_end_in_the_middle_leaves_nothing(
    tmp_path: Path, data_cache: Path, left_behind: Callable[[], list[str]]
) -> None:
    for number in range(5):
        picture(tmp_path / "s" / f"{number}.png")
    work = import_data(tmp_path / "s", ImportChoices("new"))
    assert [next(work).done for _ in range(3)] == [1, 2, 3]
    assert left_behind() != []
    work.close()
    assert left_behind() == []
    steps = list(import_data(tmp_path / "s", ImportChoices("new")))
    assert {each.stage for each in steps} == {Stage.IMPORTING}
    assert (steps[-1].done, steps[-1].total) == (5, 5)
    assert left_behind() == ["new"]


def test_a_name_that_is_taken_is_refused_before_anything_is_read(
    tmp_path: Path, import_set: ImportSet
) -> None:
    picture(tmp_path / "s" / "a.png")
    import_set(tmp_path / "s", "Faces")
    for name in ("Faces", "faces", "moons"):
        with pytest.raises(DataSetError, match=f"There is a data set named “{name}” already"):
            import_set(tmp_path / "s", name)


@pytest.mark.parametrize(
    "name",
    ["", ".hidden", "../up", "a/b", "a\\b", "CON", "con.txt", "x" * 61, "a\n", "end.", "a\0"],
)
def test_a_name_that_no_folder_can_have_is_refused(name: str) -> None:
    with pytest.raises(DataSetError, match="A data set cannot be named"):
        ImportChoices(name)


@pytest.mark.parametrize("size", [0, 3, 1025])
def test_a_size_that_no_network_can_have_is_refused(size: int) -> None:
    with pytest.raises(DataSetError, match=f"from 4 to 1024 pixels a side, not {size}"):
        ImportChoices("new", size=size)


def test_file_names_with_any_character_are_read(tmp_path: Path, import_set: ImportSet) -> None:
    for name in ("new\nline", "quote'\"", "한글", "emoji 🐢", "-rf", "perc%nt", "\x1b[31m"):
        picture(tmp_path / "s" / f"{name}.png")
    assert import_set(tmp_path / "s").description.count == 7
