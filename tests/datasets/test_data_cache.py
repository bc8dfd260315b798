"""The cache: what is in it is listed, read from the disk, checked, removed and moved."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import platformdirs
import pytest
import torch

from ddpm_studio.datasets import cache_location, move_cache
from ddpm_studio.datasets.cache_location import LocationFixedError, cache_folder, default_folder
from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import (
    CATALOGUE,
    UnknownDataSetError,
    entries,
    entry,
    entry_for,
    open_data_set,
)
from ddpm_studio.datasets.data_cache import (
    DOWNLOADS,
    UNFINISHED,
    UnfinishedDownload,
    cached_sets,
    clear,
    damaged_sets,
    forget,
    remove_download,
    remove_set,
    sweep,
    unfinished_downloads,
)
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.datasets.mixtures import exact_denoiser
from ddpm_studio.datasets.set_description import DataSetError, name_for, require_name
from ddpm_studio.diffusion.schedule import NoiseSchedule

IMAGES = np.random.default_rng(7).integers(0, 256, (30, 3, 16, 16), dtype=np.uint8)


def imported(folder: Path, name: str = "new", images: np.ndarray = IMAGES, **more: object) -> Path:
    """A data set in the cache, from an array; returns its folder."""
    source = folder / f"{name}.npz"
    np.savez(source, images=images, **more)  # type: ignore[arg-type]
    for _ in import_data(source, ImportChoices(name)):
        pass
    return cache_folder() / name


def opened(name: str = "new") -> CachedImages:
    data = open_data_set(name)
    assert isinstance(data, CachedImages)
    return data


@pytest.fixture
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folders, without a variable that fixes the cache; returns the default one."""
    monkeypatch.delenv("DDPM_STUDIO_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for kind in ("data", "config"):
        where = tmp_path / f"own {kind}"
        monkeypatch.setattr(platformdirs, f"user_{kind}_path", lambda *_, where=where, **__: where)
    return default_folder()


# What is in it


def test_a_new_set_is_listed_at_once(tmp_path: Path) -> None:
    assert entries() == CATALOGUE
    imported(tmp_path)
    assert [each.name for each in entries()] == [*(each.name for each in CATALOGUE), "new"]
    assert entry("new").description == "30 images, 16x16 in colour"
    assert (entry("new").training_count, entry("new").held_out_count) == (27, 3)
    remove_set("new")
    assert entries() == CATALOGUE


def test_another_process_is_noticed(tmp_path: Path, data_cache: Path) -> None:
    imported(tmp_path)
    shutil.copytree(data_cache / "new", tmp_path / "copy")
    remove_set("new")
    assert cached_sets() == ()
    shutil.move(tmp_path / "copy", data_cache / "new")
    assert [each.description.name for each in cached_sets()] == ["new"]


def test_sizes_are_those_on_the_disk(tmp_path: Path) -> None:
    folder = imported(tmp_path)
    (found,) = cached_sets()
    assert found.byte_count == sum(each.stat().st_size for each in folder.iterdir())
    assert found.byte_count > IMAGES.nbytes


def test_images_are_scaled_to_minus_one_to_one(tmp_path: Path) -> None:
    imported(tmp_path, images=np.array([0, 51, 255] * 64, np.uint8).reshape(3, 8, 8))
    assert opened().training_images().unique().tolist() == pytest.approx([-1, -0.6, 1])


def test_samples_follow_their_generator_and_are_training_images(tmp_path: Path) -> None:
    imported(tmp_path)
    data = opened()
    first = data.sample(9, torch.Generator().manual_seed(1))
    again = data.sample(9, torch.Generator().manual_seed(1))
    chosen = data.choose(9, torch.Generator().manual_seed(1))
    assert first.dtype == torch.float32
    assert torch.equal(first, again)
    assert torch.equal(first, data.training_images()[chosen])
    assert len(set(chosen.tolist())) == 9
    assert data.sample(100, torch.Generator().manual_seed(1)).shape == (100, 3, 16, 16)


def test_the_split_is_the_same_at_every_start(tmp_path: Path) -> None:
    imported(tmp_path)
    first = opened().training_images()
    forget()
    assert torch.equal(opened().training_images(), first)


def test_a_large_set_is_never_read_as_a_whole(tmp_path: Path) -> None:
    """300 MB as float32: what is drawn takes memory, and nothing else does."""
    images = np.zeros((25_000, 56, 56), np.uint8)
    images[::1000] = 255
    imported(tmp_path, images=images)
    del images
    tracemalloc.start()
    try:
        data = opened()
        assert data.sample(64, torch.Generator().manual_seed(0)).shape == (64, 1, 56, 56)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 5_000_000
    assert exact_denoiser("new", NoiseSchedule.linear(10)) is None


def test_a_small_set_has_its_exact_denoiser(tmp_path: Path) -> None:
    imported(tmp_path)
    exact = exact_denoiser("new", NoiseSchedule.linear(10))
    assert exact is not None
    x_0 = opened().training_images()[:1]
    assert torch.allclose(exact.predict_x_0(x_0, 1), x_0, atol=1e-3)


def test_a_set_of_the_same_name_and_another_shape_is_told(tmp_path: Path) -> None:
    imported(tmp_path)
    assert entry_for("new", (3, 16, 16)) == entry("new")
    with pytest.raises(UnknownDataSetError) as caught:
        entry_for("new", (1, 28, 28))
    assert str(caught.value) == (
        "The data set named 'new' here has samples of shape (3, 16, 16), and the model makes (1, 28, 28)."
    )


# What is wrong with it


def changed(folder: Path, **values: object) -> None:
    about = json.loads((folder / "about.json").read_text())
    (folder / "about.json").write_text(json.dumps(about | values))
    os.utime(folder.parent)
    forget()


@pytest.mark.parametrize(
    "values",
    [
        {"shape": [3, 2**31, 16]},
        {"shape": [2, 16, 16]},
        {"shape": "3, 16, 16"},
        {"count": -1},
        {"count": 10**30},
        {"count": 30.0},
        {"held_out": 30},
        {"classes": 5},
        {"name": "other"},
        {"sha256": None},
        {"format": "else"},
        {"format_version": 2},
    ],
)
def test_a_description_that_cannot_be_is_left_out_and_told(
    tmp_path: Path, values: dict[str, object]
) -> None:
    folder = imported(tmp_path)
    imported(tmp_path, "good")
    changed(folder, **values)
    assert [each.description.name for each in cached_sets()] == ["good"]
    assert damaged_sets() == (folder,)
    remove_set("new")
    assert damaged_sets() == ()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000])
def test_a_description_that_is_none_is_left_out(tmp_path: Path, text: str) -> None:
    folder = imported(tmp_path)
    (folder / "about.json").write_text(text)
    forget()
    assert cached_sets() == ()
    assert damaged_sets() == (folder,)


@pytest.mark.parametrize("damage", ["gone", "short", "of another shape", "objects", "a folder"])
def test_images_that_are_not_what_they_should_be_are_told(tmp_path: Path, damage: str) -> None:
    folder = imported(tmp_path)
    images = folder / "images.npy"
    data = images.read_bytes()
    images.unlink()
    if damage == "short":
        images.write_bytes(data[:500])
    elif damage == "of another shape":
        np.save(images, IMAGES[:5])
    elif damage == "objects":
        np.save(images, np.array([None] * 30), allow_pickle=True)
    elif damage == "a folder":
        images.mkdir()
    with pytest.raises(DataSetError) as caught:
        open_data_set("new")
    assert str(caught.value) == (
        f"The data set in “{folder}” is damaged: remove it and import it again."
    )


def test_labels_of_no_class_are_told(tmp_path: Path) -> None:
    folder = imported(tmp_path, labels=np.arange(30) % 3)
    np.save(folder / "labels.npy", np.full(30, 3, "<u2"))
    with pytest.raises(DataSetError, match="is damaged"):
        opened().training_labels()


def test_what_is_no_data_set_is_neither_listed_nor_removed(tmp_path: Path) -> None:
    folder = imported(tmp_path)
    (folder.parent / "letters").mkdir()
    (folder.parent / "letters" / "love.txt").write_text("…")
    (folder.parent / "file").write_text("…")
    assert damaged_sets() == ()
    for name in ("letters", "file", "..", ".", "", "../cache", "none", str(folder)):
        with pytest.raises(DataSetError, match="There is no imported data set named"):
            remove_set(name)
    assert clear() == 1
    assert sorted(each.name for each in folder.parent.iterdir()) == ["file", "letters"]


def test_what_a_killed_process_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    cache = imported(tmp_path).parent
    old, young = cache / f"{UNFINISHED}1-a", cache / f"{UNFINISHED}2-b"
    for each in (old, young):
        each.mkdir()
        (each / "images.npy").write_bytes(b"half")
    os.utime(old, (0, 0))
    assert [each.description.name for each in cached_sets()] == ["new"]
    sweep(cache)
    assert not old.exists()
    assert young.exists()


def begun_download(cache: Path, name: str, count: int) -> Path:
    folder = cache / ".downloads" / name
    folder.mkdir(parents=True)
    (folder / "images.gz.part").write_bytes(bytes(count))
    return folder


def test_what_has_come_of_downloads_is_listed_and_removed(data_cache: Path) -> None:
    assert unfinished_downloads() == ()
    mnist, cifar = (begun_download(data_cache, *each) for each in (("mnist", 70), ("cifar-10", 9)))
    begun_download(data_cache, "nothing-came", 0)
    assert unfinished_downloads() == (
        UnfinishedDownload("cifar-10", cifar, 9),
        UnfinishedDownload("mnist", mnist, 70),
    )
    remove_download("mnist")
    assert not mnist.exists()
    for name in ("mnist", "..", "", "none"):
        with pytest.raises(DataSetError, match="There is no unfinished download of"):
            remove_download(name)
    assert [each.name for each in unfinished_downloads()] == ["cifar-10"]


@pytest.mark.parametrize("remove", [partial(remove_download, "mnist"), clear])
def test_a_download_that_cannot_be_deleted_is_said_to_be_there_still(
    data_cache: Path, remove: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = begun_download(data_cache, "mnist", 70)
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", _may_not)
        with pytest.raises(DataSetError, match=r"downloads.*” cannot be deleted"):
            remove()
    assert unfinished_downloads() == (UnfinishedDownload("mnist", folder, 70),)
    remove()
    assert unfinished_downloads() == ()


def _may_not(*_: object, **__: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied")


def test_folders_elsewhere_are_no_downloads(tmp_path: Path, data_cache: Path) -> None:
    """A link may lead to them: nobody is asked to delete them."""
    others = tmp_path / "others"
    kept = begun_download(others, "photos", 7)
    data_cache.mkdir(parents=True, exist_ok=True)
    (data_cache / DOWNLOADS).symlink_to(kept.parent, target_is_directory=True)
    assert unfinished_downloads() == ()
    with pytest.raises(DataSetError, match="There is no unfinished download"):
        remove_download("photos")
    clear()
    (data_cache / DOWNLOADS).unlink()
    begun_download(data_cache, "mnist", 70)
    (data_cache / DOWNLOADS / "photos").symlink_to(kept, target_is_directory=True)
    (data_cache / DOWNLOADS / "mnist" / "more").symlink_to(kept, target_is_directory=True)
    assert [each.name for each in unfinished_downloads()] == ["mnist"]
    remove_download("mnist")
    clear()
    assert [each.stat().st_size for each in kept.iterdir()] == [7]


def test_folders_that_lie_deep_in_each_other_are_counted(
    data_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(begun_download(data_cache, "mnist", 70))
    depth = 1200
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")
    try:
        (found,) = unfinished_downloads()
    finally:  # nobody else can delete them
        for _ in range(depth):
            os.chdir("..")
            os.rmdir("d")
    assert found.byte_count == 70


def test_clearing_removes_downloads_and_what_old_processes_left(data_cache: Path) -> None:
    begun_download(data_cache, "mnist", 70)
    old = data_cache / f"{UNFINISHED}1-a"
    old.mkdir()
    os.utime(old, (0, 0))
    assert clear() == 0
    assert list(data_cache.iterdir()) == []


def test_a_full_disk_is_told_before_anything_is_written(
    tmp_path: Path, data_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=100_001_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DataSetError, match=r"The data set needs 100 MB and “.*” has 100 MB left"):
        imported(tmp_path)
    assert not data_cache.exists()


def test_a_disk_that_fills_up_is_told_and_nothing_is_left(
    tmp_path: Path, data_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataSetError) as caught:
        imported(tmp_path)
    assert str(caught.value) == (
        f"The data set cannot be written to “{data_cache}” (No space left on device): make room there, "
        "or move the data sets."
    )
    assert list(data_cache.iterdir()) == []


def test_a_cache_that_is_a_file_is_told(tmp_path: Path, data_cache: Path) -> None:
    data_cache.write_text("")
    with pytest.raises(DataSetError, match=r"The folder “.*sets” of the data sets cannot be used"):
        imported(tmp_path)
    assert cached_sets() == ()


# Where it is


def test_the_variable_has_the_first_word(data_cache: Path) -> None:
    assert cache_folder() == data_cache
    with pytest.raises(LocationFixedError, match="The variable DDPM_STUDIO_DATA says where"):
        next(move_cache.move_cache(data_cache / "other"))


def test_moving_brings_all_of_it_and_is_remembered(tmp_path: Path, own_places: Path) -> None:
    folders = [imported(tmp_path, name) for name in ("one", "two")]
    begun_download(own_places, "mnist", 70)
    before = opened("one").training_images()
    target = tmp_path / "new place" / "한글"
    steps = list(move_cache.move_cache(target))
    assert steps[-1].done == steps[-1].total > 2 * IMAGES.nbytes
    assert cache_folder() == target
    assert [each.folder for each in cached_sets()] == [target / "one", target / "two"]
    assert torch.equal(opened("one").training_images(), before)
    assert not any(folder.exists() for folder in (*folders, own_places))
    assert [each.name for each in target.iterdir() if each.name.startswith(".")] == []


def driven_partly(target: Path) -> Iterator[object]:
    work = move_cache.move_cache(target)
    yield from (next(work) for _ in range(2))
    work.close()


def test_a_move_that_is_stopped_changes_nothing(tmp_path: Path, own_places: Path) -> None:
    for name in ("one", "two"):
        imported(tmp_path, name)
    target = tmp_path / "target"
    list(driven_partly(target / "in it"))
    assert cache_folder() == own_places
    assert [each.folder.parent for each in cached_sets()] == [own_places] * 2
    assert not target.exists()
    target.mkdir()
    list(driven_partly(target))
    assert list(target.iterdir()) == []  # it was there


def damage(folder: Path) -> None:
    """One bit of its images."""
    data = bytearray((folder / "images.npy").read_bytes())
    data[-1] ^= 1
    (folder / "images.npy").write_bytes(bytes(data))


def test_a_move_that_fails_at_the_second_set_takes_the_first_back(
    tmp_path: Path, own_places: Path
) -> None:
    folders = sorted(imported(tmp_path, name) for name in ("one", "two"))
    damage(folders[1])
    target = tmp_path / "target"
    with pytest.raises(DataSetError, match="“two” is damaged"):
        list(move_cache.move_cache(target))
    assert cache_folder() == own_places
    assert not target.exists()
    assert all(folder.is_dir() for folder in folders)


def test_a_copy_that_is_not_the_same_is_not_trusted(tmp_path: Path, own_places: Path) -> None:
    folder = imported(tmp_path)
    damage(folder)
    with pytest.raises(DataSetError, match="“new” is damaged, here or in its copy"):
        list(move_cache.move_cache(tmp_path / "target"))
    assert cache_folder() == own_places
    assert folder.exists()
    assert not (tmp_path / "target").exists()


def test_places_that_cannot_be_are_told(tmp_path: Path, own_places: Path) -> None:
    imported(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "taken" / "new").mkdir(parents=True)
    for target, sentence in {
        own_places: "The data sets are in “{0}” already.",
        own_places / "in": "“{0}” lies inside the folder of the data sets: choose another.",
        tmp_path / "file": "“{0}” is a file: choose a folder.",
        tmp_path / "taken": "There is a “new” in “{0}” already: choose another folder.",
    }.items():
        with pytest.raises(DataSetError) as caught:
            list(move_cache.move_cache(target))
        assert str(caught.value) == sentence.format(target)
    assert cache_folder() == own_places


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"folder": 5}', '{"folder": "relative"}', "[" * 9999]
)
def test_a_pointer_that_is_none_leaves_the_default(own_places: Path, text: str) -> None:
    pointer = cache_location._pointer()
    pointer.parent.mkdir(parents=True)
    pointer.write_text(text)
    assert cache_folder() == own_places


# Names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("faces", "faces"),
        ("my pictures!", "my-pictures"),
        ("한글", "한글"),
        ("..", "images"),
        ("con", "data-con"),
        ("a" * 200, "a" * 60),
        ("x\ny", "x-y"),
        ("-rf", "rf"),
    ],
)
def test_a_name_is_made_from_that_of_a_file(text: str, name: str) -> None:
    assert name_for(text) == name
    require_name(name)
