"""MNIST's files, packed or not; and what is wrong with those that are none."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import open_data_set
from ddpm_studio.datasets.set_description import DataSetError

from .conftest import ImportSet, idx

RANDOM = np.random.default_rng(3)
TRAINING = RANDOM.integers(0, 256, (50, 28, 28), dtype=np.uint8)
LABELS = RANDOM.integers(0, 10, 50)
TEST = RANDOM.integers(0, 256, (7, 28, 28), dtype=np.uint8)


def written(folder: Path, *, packed: bool, dash: str = "-") -> Path:
    """MNIST's four files; returns the one to import."""
    folder.mkdir(exist_ok=True)
    for name, values in {
        f"train-images{dash}idx3-ubyte": TRAINING,
        f"train-labels{dash}idx1-ubyte": LABELS,
        f"t10k-images{dash}idx3-ubyte": TEST,
        f"t10k-labels{dash}idx1-ubyte": np.arange(7),
    }.items():
        data = idx(values)
        (folder / f"{name}.gz" if packed else folder / name).write_bytes(
            gzip.compress(data) if packed else data
        )
    return folder / f"train-images{dash}idx3-ubyte{'.gz' if packed else ''}"


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("dash", ["-", "."])
def test_the_four_files_become_one_set(
    tmp_path: Path, import_set: ImportSet, packed: bool, dash: str
) -> None:
    about = import_set(written(tmp_path / "mnist", packed=packed, dash=dash)).description
    assert (about.shape, about.count, about.held_out) == ((1, 28, 28), 57, 7)
    assert about.classes == tuple("0123456789"[: max(LABELS.max(), 6) + 1])
    data = open_data_set("new")
    assert isinstance(data, CachedImages)
    wanted = torch.from_numpy(TRAINING.astype(np.float32) / 127.5 - 1)[:, None]
    assert torch.equal(data.training_images(), wanted)
    labels = data.training_labels()
    assert labels is not None
    assert labels.tolist() == LABELS.tolist()
    held_out = data.held_out(7, torch.Generator().manual_seed(0))[0]
    assert held_out.sum() == pytest.approx(float((TEST / 127.5 - 1).sum()), abs=0.01)


def test_the_folder_does_as_well(tmp_path: Path, import_set: ImportSet) -> None:
    written(tmp_path / "mnist", packed=True)
    assert import_set(tmp_path / "mnist").description.count == 57


def test_without_labels_there_are_no_classes(tmp_path: Path, import_set: ImportSet) -> None:
    (tmp_path / "images.idx").write_bytes(idx(TRAINING))
    about = import_set(tmp_path / "images.idx").description
    assert about.classes == ()
    assert (about.count, about.held_out) == (50, 5)


def test_images_can_be_made_of_another_size(tmp_path: Path, import_set: ImportSet) -> None:
    (tmp_path / "a").write_bytes(idx(np.full((3, 20, 28), 77)))
    assert import_set(tmp_path / "a").description.shape == (1, 20, 20)
    about = import_set(tmp_path / "a", "larger", size=32, grey=False).description
    assert about.shape == (3, 32, 32)
    data = open_data_set("larger")
    assert isinstance(data, CachedImages)
    assert data.pixels.unique().tolist() == [77]


def head(*dimensions: int, kind: int = 8) -> bytes:
    rank = len(dimensions)
    return bytes((0, 0, kind, rank)) + struct.pack(f">{rank}I", *dimensions)


HUGE = 2**31
PATH = "“{path}”"
HOSTILE: dict[str, tuple[bytes, str]] = {
    "2^31 images": (
        head(HUGE, 28, 28),
        PATH
        + " says that it holds 2,147,483,648 × 28 × 28 values, which cannot be: it is damaged.",
    ),
    "2^31 rows": (
        head(1, HUGE, HUGE),
        PATH
        + " says that it holds 1 × 2,147,483,648 × 2,147,483,648 values, which cannot be: it is "
        "damaged.",
    ),
    "packed, and promising all": (
        gzip.compress(head(10_000_000, 1000, 1000)),
        PATH + " ends too early: it is cut short, so get it again.",
    ),
    "no values": (head(50, 28, 28), PATH + " ends too early: it is cut short, so get it again."),
    "half of it": (
        idx(TRAINING)[:20_000],
        PATH + " ends too early: it is cut short, so get it again.",
    ),
    "half of it, packed": (
        gzip.compress(idx(TRAINING))[:20_000],
        PATH + " ends too early: it is cut short, so get it again.",
    ),
    "only a head": (
        head(50, 28, 28)[:9],
        PATH + " ends too early: it is cut short, so get it again.",
    ),
    "more than it says": (
        idx(TRAINING) + b"x",
        PATH + " is longer than it says: it is no IDX file, or damaged.",
    ),
    "a bit flip in what is packed": (
        gzip.compress(idx(TRAINING))[:-6] + b"\0\0\0\0\0\0",
        PATH + " is damaged: get it again.",
    ),
    "no image": (head(0, 28, 28), "There is no image in " + PATH + "."),
    "one pixel": (
        head(1, 1, 1) + b"x",
        PATH
        + " holds images of 1 × 1 pixels with 1 channels: from 4 to 1024 pixels a side, and 1 or "
        "3 channels, are possible.",
    ),
    "labels alone": (
        idx(LABELS),
        PATH + " holds labels: choose the file of images, whose name has “images” in it.",
    ),
    "floats": (
        head(1, 28, 28, kind=0x0D),
        PATH
        + " is no data set: a folder of pictures, an IDX file (MNIST), CIFAR's binary version, or "
        "an .npz or .npy array can be imported.",
    ),
    "nothing": (b"", PATH + " is empty."),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_wrong_is_told_and_nothing_is_left(
    tmp_path: Path, require_refused: Callable[[Path, str], None], name: str
) -> None:
    data, sentence = HOSTILE[name]
    path = tmp_path / "file"
    path.write_bytes(data)
    require_refused(path, sentence)


def test_labels_that_are_too_few_are_told(tmp_path: Path, import_set: ImportSet) -> None:
    path = written(tmp_path / "mnist", packed=False)
    labels = tmp_path / "mnist" / "train-labels-idx1-ubyte"
    labels.write_bytes(idx(LABELS[:49]))
    with pytest.raises(DataSetError) as caught:
        import_set(path)
    assert str(caught.value) == (
        f"“{labels}” holds 49 labels, and “{path}” 50 images: they do not belong together."
    )


def test_test_images_of_another_size_are_told(tmp_path: Path, import_set: ImportSet) -> None:
    path = written(tmp_path / "mnist", packed=False)
    other = tmp_path / "mnist" / "t10k-images-idx3-ubyte"
    other.write_bytes(idx(TEST[:, :20]))
    with pytest.raises(DataSetError) as caught:
        import_set(path)
    assert str(caught.value) == f"“{path}” and “{other}” hold images of different sizes."
