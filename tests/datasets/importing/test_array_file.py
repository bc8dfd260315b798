"""Arrays of numpy: which are the images, how they lie, on what scale; and those that are none."""

from __future__ import annotations

import io
import pickle
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import open_data_set

from .conftest import ImportSet

RANDOM = np.random.default_rng(5)
BYTES = RANDOM.integers(0, 256, (20, 3, 12, 12), dtype=np.uint8)


def pixels() -> np.ndarray:
    data = open_data_set("new")
    assert isinstance(data, CachedImages)
    return data.pixels.numpy()


@pytest.mark.parametrize(
    ("array", "wanted"),
    [
        (BYTES, BYTES),
        (BYTES.transpose(0, 2, 3, 1).copy(), BYTES),
        (BYTES[:, 0], BYTES[:, :1]),
        (BYTES[:, :1].transpose(0, 2, 3, 1).copy(), BYTES[:, :1]),
        (BYTES.astype(np.int64), BYTES),
        (BYTES.astype(">i2"), BYTES),
    ],
    ids=["NCHW", "NHWC", "NHW", "NHW1", "int64", "big-endian"],
)
@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_images_lie_in_one_of_three_ways(
    tmp_path: Path, import_set: ImportSet, array: np.ndarray, wanted: np.ndarray, suffix: str
) -> None:
    path = tmp_path / f"images.{suffix}"
    if suffix == "npy":
        np.save(path, array)
    else:
        np.savez_compressed(path, array)
    result = import_set(path)
    assert result.assumption is None
    assert np.array_equal(pixels(), wanted)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (BYTES / 255, "Its values are from 0 to 1: 0 was taken for black."),
        (
            (BYTES / 127.5 - 1).astype(np.float32),
            "Its values are from −1 to 1: −1 was taken for black.",
        ),
        (
            BYTES.astype(np.float32),
            "Its values are from 0 to 255: 0 was taken for black, 255 for white.",
        ),
    ],
    ids=["0 to 1", "-1 to 1", "0 to 255"],
)
def test_the_scale_of_floats_is_found_and_told(
    tmp_path: Path, import_set: ImportSet, array: np.ndarray, said: str
) -> None:
    np.savez(tmp_path / "a.npz", x=array)
    assert str(import_set(tmp_path / "a.npz").assumption) == said
    assert np.array_equal(pixels(), BYTES)


@pytest.mark.parametrize("name", ["y", "labels", "y_train"])
@pytest.mark.parametrize("shape", [(20,), (20, 1)])
def test_labels_are_found_by_their_name(
    tmp_path: Path, import_set: ImportSet, name: str, shape: tuple[int, ...]
) -> None:
    labels = RANDOM.integers(0, 4, 20)
    np.savez(tmp_path / "a.npz", **{"pictures": BYTES, name: labels.reshape(shape)})
    about = import_set(tmp_path / "a.npz").description
    assert about.classes == tuple(map(str, range(labels.max() + 1)))
    data = open_data_set("new")
    assert isinstance(data, CachedImages)
    assert data._all_labels is not None
    assert data._all_labels.tolist() == labels.tolist()


def test_test_images_are_held_out(tmp_path: Path, import_set: ImportSet) -> None:
    """As in the file of MNIST that Keras has."""
    np.savez(
        tmp_path / "mnist.npz",
        x_test=BYTES[:5, 0],
        x_train=BYTES[:, 0],
        y_test=np.arange(5),
        y_train=np.arange(20),
    )
    about = import_set(tmp_path / "mnist.npz").description
    assert (about.count, about.held_out) == (25, 5)
    data = open_data_set("new")
    assert isinstance(data, CachedImages)
    assert torch.equal(data.pixels[20:, 0], torch.from_numpy(BYTES[:5, 0]))


def test_samples_of_this_application_can_be_imported(tmp_path: Path, import_set: ImportSet) -> None:
    samples = np.clip(RANDOM.normal(0, 0.4, (9, 1, 8, 8)), -1, 1).astype(np.float32)
    np.savez_compressed(tmp_path / "s.npz", x_0=samples)
    import_set(tmp_path / "s.npz")
    assert np.abs(pixels() / 127.5 - 1 - samples).max() <= 0.5 / 127.5 + 1e-6


# What is refused


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(text: str, data: bytes = b"", version: tuple[int, int] = (1, 0)) -> bytes:
    """A .npy file that says ``text`` about itself."""
    padded = text + " " * (-(len(text) + 11) % 64) + "\n"
    size = struct.pack("<H" if version == (1, 0) else "<I", len(padded))
    return b"\x93NUMPY" + bytes(version) + size + padded.encode() + data


def says(shape: str, descr: str = "'|u1'") -> bytes:
    return header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}", b"\0" * 100)


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
    return file.getvalue()


def lying_zip() -> bytes:
    """Its directory says that a member is of another size than it is."""
    data = bytearray(zipped(("images.npy", npy(BYTES))))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 1000)
    return bytes(data)


def with_trap() -> bytes:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (exec, ("raise SystemExit('code of a file was run')",))

    array = np.empty((4, 8, 8), object)
    array[:] = 0
    text = "{'descr': '|O', 'fortran_order': False, 'shape': (4, 8, 8)}"
    return header(text, pickle.dumps(Trap()))


SHORT = "“{path}” ends too early: it is cut short, so get it again."
NO_ARRAY = "“{path}” is no array of numpy, or damaged."
DAMAGED = "“{path}” is damaged: get it again."
LAYOUT = (
    "The array in “{path}” has the shape {shape}: images are N × H × W, N × H × W × C or "
    "N × C × H × W, with 1 or 3 channels C."
)
RANGE = (
    "The values in “{path}” are from {low} to {high}: images are from 0 to 255, 0 to 1, or −1 to 1."
)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "objects": (
        with_trap(),
        "“{path}” holds Python objects, which could run code when they are opened: save the images as "
        "an array of numbers.",
    ),
    "10^12 images": (says("(10**12, 8, 8)"), NO_ARRAY),
    "10^12 images, as a number": (says("(1000000000000, 8, 8)"), SHORT),
    "a shape that lies": (says("(1000, 8, 8)"), SHORT),
    "a negative shape": (says("(-1, 8, 8)"), NO_ARRAY),
    "a shape of text": (says("('a', 8, 8)"), NO_ARRAY),
    "code instead of a header": (header("__import__('os').system('true')"), NO_ARRAY),
    "a header of a gigabyte": (b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**30) + b"{}", NO_ARRAY),
    "cut short": (npy(BYTES)[:5000], SHORT),
    "only its first bytes": (npy(BYTES)[:9], NO_ARRAY),
    "a list of numbers": (npy(np.arange(9.0)), LAYOUT.replace("{shape}", "9")),
    "four channels": (
        npy(np.zeros((5, 8, 8, 4), np.uint8)),
        LAYOUT.replace("{shape}", "5 × 8 × 8 × 4"),
    ),
    "text": (
        npy(np.full((2, 8, 8), "a")),
        "The array in “{path}” holds values of the kind <U1: images are numbers.",
    ),
    "complex numbers": (
        npy(np.zeros((2, 8, 8), np.complex64)),
        "The array in “{path}” holds values of the kind complex64: images are numbers.",
    ),
    "NaN": (
        npy(np.full((2, 8, 8), np.nan)),
        "Some values in “{path}” are no numbers (NaN).",
    ),
    "infinite": (
        npy(np.full((2, 8, 8), np.inf)),
        "Some values in “{path}” are no numbers (NaN).",
    ),
    "out of range": (
        npy(np.full((2, 8, 8), -7.5)),
        RANGE.replace("{low}", "-7.5").replace("{high}", "-7.5"),
    ),
    "whole numbers out of range": (
        npy(np.full((2, 8, 8), 256)),
        RANGE.replace("{low}", "256").replace("{high}", "256"),
    ),
    "column by column": (
        npy(np.asfortranarray(np.zeros((4, 8, 8), np.uint8))),
        "“{path}” is stored column by column: save numpy.ascontiguousarray of it.",
    ),
    "no image": (npy(np.zeros((0, 8, 8), np.uint8)), "There is no image in “{path}”."),
    "too small": (
        npy(np.zeros((2, 2, 2), np.uint8)),
        "“{path}” holds images of 2 × 2 pixels with 1 channels: from 4 to 1024 pixels a side, and 1 or "
        "3 channels, are possible.",
    ),
    "too large": (
        npy(np.zeros((2, 8, 2000), np.uint8)),
        "“{path}” holds images of 8 × 2,000 pixels with 1 channels: from 4 to 1024 pixels a side, and 1 "
        "or 3 channels, are possible.",
    ),
    "a member that is shorter than it says": (zipped(("images.npy", says("(1000, 8, 8)"))), SHORT),
    "a directory that lies": (lying_zip(), DAMAGED),
    "a zip that is cut short": (zipped(("images.npy", npy(BYTES)))[:3000], DAMAGED),
    "a name twice": (
        zipped(("x.npy", npy(BYTES)), ("x.npy", npy(BYTES))),
        "“{path}” holds two arrays of the same name.",
    ),
    "many members": (
        zipped(*((f"{number}.npy", npy(np.zeros(1))) for number in range(1001))),
        "“{path}” holds more than 1000 arrays.",
    ),
    "two that could be the images": (
        zipped(("a.npy", npy(BYTES)), ("b.npy", npy(BYTES))),
        "It is not clear which array in “{path}” holds the images: name it “images”.",
    ),
    "labels of another length": (
        zipped(("images.npy", npy(BYTES)), ("labels.npy", npy(np.arange(19)))),
        "The labels “labels” in “{path}” should be one whole number for each image.",
    ),
    "labels that are fractions": (
        zipped(("images.npy", npy(BYTES)), ("labels.npy", npy(np.zeros(20)))),
        "The labels “labels” in “{path}” should be one whole number for each image.",
    ),
    "negative labels": (
        zipped(("images.npy", npy(BYTES)), ("labels.npy", npy(np.full(20, -3)))),
        "The labels in “{path}” are from -1 to -1, and should be from 0 to 9999.",
    ),
    "labels beyond all classes": (
        zipped(("images.npy", npy(BYTES)), ("labels.npy", npy(np.full(20, 2**62)))),
        "The labels in “{path}” are from 65535 to 65535, and should be from 0 to 9999.",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_wrong_is_told_and_nothing_is_left(
    tmp_path: Path, require_refused: Callable[[Path, str], None], name: str
) -> None:
    data, sentence = HOSTILE[name]
    path = tmp_path / "array.npz"
    path.write_bytes(data)
    require_refused(path, sentence)


def test_what_is_packed_well_takes_no_more_memory_than_a_part_of_it(
    tmp_path: Path, import_set: ImportSet
) -> None:
    images = says("(2000000, 8, 8)")[:-100]
    (tmp_path / "a.npz").write_bytes(zipped(("images.npy", images + b"\0" * 128_000_000)))
    tracemalloc.start()
    try:
        assert import_set(tmp_path / "a.npz").description.count == 2_000_000
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 30_000_000
