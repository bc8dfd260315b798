"""CIFAR in its binary version, as files, folder and archive; everything else is refused."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import open_data_set
from ddpm_studio.datasets.set_description import DataSetError

from .conftest import ImportSet

RANDOM = np.random.default_rng(4)
TEN = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
EACH = 20  # images a file; 10,000 in the real ones


def records(count: int, label_bytes: int, classes: int) -> np.ndarray:
    """As the page of CIFAR has it: the labels, then 1024 red, 1024 green and 1024 blue pixels."""
    data = RANDOM.integers(0, 256, (count, label_bytes + 3072), dtype=np.uint8)
    data[:, label_bytes - 1] = np.arange(count) % classes
    if label_bytes == 2:
        data[:, 0] %= 20
    return data


BATCHES = [records(EACH, 1, 10) for _ in range(6)]
HUNDRED = [records(300, 2, 100), records(40, 2, 100)]


def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    """One member of a tar file, whatever its name may be."""
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data), kind, link
    return info.tobuf(tarfile.GNU_FORMAT) + data + b"\0" * (-len(data) % 512)


def archive(path: Path, *members: bytes) -> Path:
    path.write_bytes(gzip.compress(b"".join(members) + b"\0" * 1024, 1))
    return path


def ten_members() -> list[bytes]:
    """In the order of the real archive: the test file is not the last one."""
    folder = "cifar-10-batches-bin"
    order = (5, 0, 1, 2, 3, 4)
    names = [*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"]
    return [
        member(f"{folder}", kind=tarfile.DIRTYPE),
        member(f"{folder}/readme.html", b"<html>"),
        member(f"{folder}/batches.meta.txt", ("\n".join(TEN) + "\n\n").encode()),
        *(member(f"{folder}/{names[n]}", BATCHES[n].tobytes()) for n in order),
    ]


def require_ten(data: object) -> None:
    assert isinstance(data, CachedImages)
    training = np.concatenate(BATCHES[:5])
    wanted = torch.from_numpy(training[:, 1:].reshape(-1, 3, 32, 32))
    assert torch.equal(data.pixels[: 5 * EACH], wanted)
    assert torch.equal(data.pixels[5 * EACH :].flatten(1), torch.from_numpy(BATCHES[5][:, 1:]))
    labels = data.training_labels()
    assert labels is not None
    assert labels.tolist() == training[:, 0].tolist()


def test_the_archive_of_cifar_10(tmp_path: Path, import_set: ImportSet) -> None:
    path = archive(tmp_path / "cifar-10-binary.tar.gz", *ten_members())
    about = import_set(path).description
    assert (about.shape, about.count, about.held_out) == ((3, 32, 32), 6 * EACH, EACH)
    assert about.classes == tuple(TEN)
    require_ten(open_data_set("new"))


def test_tarfile_itself_makes_such_archives(tmp_path: Path, import_set: ImportSet) -> None:
    """Also with the extended headers that newer programs write."""
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        path = tmp_path / f"{form}.tar.gz"
        with tarfile.open(path, "w:gz", format=form) as made:
            for number, batch in enumerate(BATCHES):
                name = f"data_batch_{number + 1}.bin" if number < 5 else "test_batch.bin"
                info = tarfile.TarInfo(f"한/{name}")
                info.size = batch.nbytes
                made.addfile(info, io.BytesIO(batch.tobytes()))
        import_set(path, f"set-{form}")
        require_ten(open_data_set(f"set-{form}"))


def test_the_files_of_the_archive_in_a_folder(tmp_path: Path, import_set: ImportSet) -> None:
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    for number, batch in enumerate(BATCHES):
        name = f"data_batch_{number + 1}.bin" if number < 5 else "test_batch.bin"
        (folder / name).write_bytes(batch.tobytes())
    (folder / "batches.meta.txt").write_text("\n".join(TEN))
    assert import_set(folder).description.classes == tuple(TEN)
    require_ten(open_data_set("new"))


def test_one_file_alone(tmp_path: Path, import_set: ImportSet) -> None:
    (tmp_path / "any name").write_bytes(BATCHES[0].tobytes())
    about = import_set(tmp_path / "any name").description
    assert (about.count, about.held_out) == (EACH, EACH // 10)
    assert about.classes == tuple("0123456789")


def test_cifar_100_has_its_fine_labels(tmp_path: Path, import_set: ImportSet) -> None:
    names = [f"thing-{number}" for number in range(100)]
    path = archive(
        tmp_path / "c.tar.gz",
        member("cifar-100-binary/fine_label_names.txt", "\n".join(names).encode()),
        member("cifar-100-binary/test.bin", HUNDRED[1].tobytes()),
        member("cifar-100-binary/train.bin", HUNDRED[0].tobytes()),
    )
    about = import_set(path).description
    assert (about.count, about.held_out, about.classes) == (340, 40, tuple(names))
    data = open_data_set("new")
    assert isinstance(data, CachedImages)
    labels = data.training_labels()
    assert labels is not None
    assert labels.tolist() == HUNDRED[0][:, 1].tolist()
    assert torch.equal(data.pixels[:300].flatten(1), torch.from_numpy(HUNDRED[0][:, 2:]))


# What is refused

PYTHON = (
    "“{path}” is CIFAR's version for Python, a pickle, which could run code when it is opened: get the "
    "binary version, cifar-10-binary.tar.gz or cifar-100-binary.tar.gz."
)
DAMAGED = "“{path}” is damaged: get it again."
SHORT = "“{path}” ends too early: it is cut short, so get it again."
BATCH = BATCHES[0].tobytes()
FOLDER = "cifar-10-batches-bin"


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (Path.touch, (self._path,))


def tar_gz(*members: bytes) -> bytes:
    return gzip.compress(b"".join(members) + b"\0" * 1024, 1)


HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "python archive": (
        "cifar-10-python.tar.gz",
        tar_gz(member("cifar-10-batches-py/data_batch_1", b"\x80\x02}")),
        PYTHON,
    ),
    "python archive, its folder": (
        "c.tar.gz",
        tar_gz(member("cifar-100-python", kind=tarfile.DIRTYPE)),
        PYTHON,
    ),
    "a name outside": (
        "c.tar.gz",
        tar_gz(member(f"../../{FOLDER}/data_batch_1.bin", BATCH)),
        f"“{{path}}” holds “../../{FOLDER}/data_batch_1.bin”, which would lie outside of its folder: no "
        "CIFAR archive does.",
    ),
    "an absolute name": (
        "c.tar.gz",
        tar_gz(member("/etc/data_batch_1.bin", BATCH)),
        "“{path}” holds “/etc/data_batch_1.bin”, which would lie outside of its folder: no CIFAR archive "
        "does.",
    ),
    "a symbolic link": (
        "c.tar.gz",
        tar_gz(member(f"{FOLDER}/data_batch_1.bin", kind=tarfile.SYMTYPE, link="/etc/passwd")),
        f"“{{path}}” holds a link or a device, “{FOLDER}/data_batch_1.bin”, which no CIFAR archive does.",
    ),
    "a hard link": (
        "c.tar.gz",
        tar_gz(member(f"{FOLDER}/data_batch_1.bin", kind=tarfile.LNKTYPE, link="/etc/passwd")),
        f"“{{path}}” holds a link or a device, “{FOLDER}/data_batch_1.bin”, which no CIFAR archive does.",
    ),
    "a device": (
        "c.tar.gz",
        tar_gz(member("zero", kind=tarfile.CHRTYPE)),
        "“{path}” holds a link or a device, “zero”, which no CIFAR archive does.",
    ),
    "a pipe": (
        "c.tar.gz",
        tar_gz(member("pipe", kind=tarfile.FIFOTYPE)),
        "“{path}” holds a link or a device, “pipe”, which no CIFAR archive does.",
    ),
    "a bomb": (
        "c.tar.gz",
        tar_gz(member("readme.html", b"\0" * 50_000_000)),
        "“{path}” holds “readme.html” with 50,000,000 bytes, which no CIFAR archive does.",
    ),
    "an extended header that is a bomb": (
        "c.tar.gz",
        tar_gz(member("x", b"\0" * 50_000_000, kind=tarfile.XHDTYPE)),
        "“{path}” holds “x” with 50,000,000 bytes, which no CIFAR archive does.",
    ),
    "a batch that is no batch": (
        "c.tar.gz",
        tar_gz(member(f"{FOLDER}/data_batch_1.bin", BATCH[:-1])),
        "“data_batch_1.bin” has 61,459 bytes, which is no whole number of images with their labels "
        "(3,073 bytes each): it is damaged.",
    ),
    "a batch is missing": (
        "c.tar.gz",
        tar_gz(member(f"{FOLDER}/data_batch_1.bin", BATCH)),
        "“{path}” does not hold the files of CIFAR-10 or CIFAR-100 in their binary version.",
    ),
    "too many members": (
        "c.tar.gz",
        tar_gz(*(member(f"{number}") for number in range(500))),
        "“{path}” holds more files than a CIFAR archive.",
    ),
    "cut short": ("c.tar.gz", tar_gz(*ten_members())[:100_000], SHORT),
    "cut short where it is unpacked": (
        "c.tar.gz",
        gzip.compress(b"".join(ten_members())[:100_000]),
        SHORT,
    ),
    "a wrong checksum": (
        "c.tar.gz",
        tar_gz(member(f"{FOLDER}/readme.html", b"a"), b"x" * 512),
        DAMAGED,
    ),
    "not a multiple of 3073": (
        "data_batch_1.bin",
        BATCH[:-1],
        "“{path}” is no CIFAR file: 61,459 bytes are no whole number of images with their labels (3,073 "
        "bytes each in CIFAR-10, 3,074 in CIFAR-100).",
    ),
    "a label of no class": (
        "data_batch_1.bin",
        BATCH[: 3073 * 19] + bytes([77]) + BATCH[:3072] + BATCH[: 3073 * 10],
        "The labels in “{path}” are from 0 to 77, and should be from 0 to 9.",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_wrong_is_told_and_nothing_is_left(
    tmp_path: Path, require_refused: Callable[[Path, str], None], name: str
) -> None:
    file_name, data, sentence = HOSTILE[name]
    if name == "a label of no class":  # behind the first ones, by which a file is recognised
        data = BATCH + data
    path = tmp_path / file_name
    path.write_bytes(data)
    require_refused(path, sentence)
    assert [each.name for each in tmp_path.iterdir()] == [file_name]


def test_a_pickle_is_refused_and_never_opened(tmp_path: Path, import_set: ImportSet) -> None:
    """With the structure of the real batches of the Python version, and a trap in it."""
    path, trap = tmp_path / "data_batch_1", tmp_path / "trap"
    values = {b"batch_label": b"training batch 1 of 5", b"data": Trap(trap)}
    path.write_bytes(pickle.dumps(values, protocol=2))
    with pytest.raises(DataSetError) as caught:
        import_set(path)
    assert str(caught.value) == PYTHON.replace("{path}", str(path))
    assert not trap.exists()
