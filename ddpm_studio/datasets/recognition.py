"""What a path holds, told by its contents: a data set, and of which kind."""

from __future__ import annotations

import os
import zipfile
from enum import StrEnum
from pathlib import Path

from ddpm_studio.datasets.importing.cifar_file import CIFAR_100, kind_of_file, kind_of_folder
from ddpm_studio.datasets.importing.idx_file import is_idx
from ddpm_studio.datasets.importing.picture_file import SUFFIXES, PictureError, open_regular
from ddpm_studio.datasets.importing.source_file import GZIP_MAGIC, MAX_BYTES, unpacked
from ddpm_studio.datasets.set_description import DataSetError

_HEAD_BYTES = CIFAR_100.record * 20
_TAR_MAGIC = b"ustar"
_MOST_ENTRIES = 2000  # that are looked at for a first answer


class DataKind(StrEnum):
    """Kinds of sources that can be imported."""

    FOLDER = "folder"
    IDX = "idx"
    IDX_FOLDER = "idx-folder"
    CIFAR_FILE = "cifar-file"
    CIFAR_FOLDER = "cifar-folder"
    CIFAR_ARCHIVE = "cifar-archive"
    CIFAR_PICKLE = "cifar-pickle"
    ARRAY = "array"


def looks_like_data(path: Path) -> bool:
    """Whether a dropped file or folder is to be imported as data. Reads little, raises nothing."""
    return data_kind(path) is not None


def data_kind(path: Path) -> DataKind | None:
    """Of a file by its first bytes, of a folder by its files; None where it is no data set."""
    try:
        return _folder_kind(path) if path.is_dir() else _file_kind(path)
    except (OSError, ValueError, PictureError, DataSetError):
        return None


def _folder_kind(folder: Path) -> DataKind | None:
    names = set(os.listdir(folder))
    if kind_of_folder(names) is not None:
        return DataKind.CIFAR_FOLDER
    if idx_images_in(folder) is not None:
        return DataKind.IDX_FOLDER
    return DataKind.FOLDER if _holds_pictures(folder) else None


def idx_images_in(folder: Path) -> Path | None:
    """The file of training images among MNIST's four, packed or not."""
    found = sorted(each for each in os.listdir(folder) if each.startswith("train-images"))
    return next(
        (folder / each for each in found if _file_kind(folder / each) is DataKind.IDX), None
    )


def _holds_pictures(folder: Path) -> bool:
    """Whether one of the first files is named like a picture; links to folders are not followed."""
    looked = 0
    for _, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        if any(os.path.splitext(name)[1].lower() in SUFFIXES for name in files):
            return True
        looked += 1 + len(files)
        if looked > _MOST_ENTRIES:
            return False
    return False


def _file_kind(path: Path) -> DataKind | None:
    with open_regular(path, MAX_BYTES) as file:
        head = file.read(_HEAD_BYTES)
        byte_count = os.fstat(file.fileno()).st_size
    if head[:2] == GZIP_MAGIC:
        with unpacked(path) as (inside, _):
            head, byte_count = inside.read(512), -1
        return _plain_kind(path, head, byte_count)
    return _plain_kind(path, head, byte_count)


def _plain_kind(path: Path, head: bytes, byte_count: int) -> DataKind | None:
    if is_idx(head):
        return DataKind.IDX
    if head[257:262] == _TAR_MAGIC:
        return DataKind.CIFAR_ARCHIVE
    if head.startswith(np_magic()):
        return DataKind.ARRAY
    if head.startswith(b"PK\x03\x04"):
        return DataKind.ARRAY if _holds_arrays(path) else None
    if head[:1] == b"\x80" and _is_cifar_pickle(path, head):
        return DataKind.CIFAR_PICKLE
    if byte_count > 0 and kind_of_file(byte_count, head) is not None:
        return DataKind.CIFAR_FILE
    return None


def np_magic() -> bytes:
    """The first bytes of a .npy file."""
    return b"\x93NUMPY"


def _holds_arrays(path: Path) -> bool:
    """Of a zip file: whether all that it holds are arrays. A checkpoint of torch is a zip as well."""
    try:
        with open_regular(path, MAX_BYTES) as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return path.suffix.lower() == ".npz"
    return bool(names) and all(name.endswith(".npy") for name in names)


def _is_cifar_pickle(path: Path, head: bytes) -> bool:
    """Its names are those of the archive; a pickle of torch begins in the same way."""
    named = path.name in ("train", "test", "meta", "batches.meta", "test_batch") or (
        path.name.startswith("data_batch_")
    )
    return named and any(each in head for each in (b"batch_label", b"fine_labels", b"label_names"))
