"""The public data sets that are downloaded by name: where they are, how large, and their SHA-256.

Sizes and checksums are those that TensorFlow Datasets publishes (its url_checksums).
"""

from __future__ import annotations

import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.datasets.cache_location import cache_folder
from ddpm_studio.datasets.data_cache import DOWNLOADS, remove_if_empty
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.import_progress import ImportProgress, ImportWork, Stage
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.datasets.importing.resumable_download import RemoteFile, download
from ddpm_studio.datasets.importing.set_writer import require_free_name
from ddpm_studio.datasets.set_description import DataSetError


@dataclass(frozen=True)
class PublicSet:
    """A data set on a server. ``files`` are all that is fetched; the first one is imported."""

    name: str
    title: str
    files: tuple[RemoteFile, ...]
    flips: bool
    licence: str

    @property
    def byte_count(self) -> int:
        """To download."""
        return sum(each.byte_count for each in self.files)


def _idx(base: str, *files: tuple[str, int, str]) -> tuple[RemoteFile, ...]:
    return tuple(RemoteFile(f"{base}/{name}", size, sha256) for name, size, sha256 in files)


_MNIST = _idx(
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    (
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    (
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    (
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    (
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
)
_FASHION_MNIST = _idx(
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
    (
        "train-images-idx3-ubyte.gz",
        26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    (
        "train-labels-idx1-ubyte.gz",
        29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    (
        "t10k-images-idx3-ubyte.gz",
        4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    (
        "t10k-labels-idx1-ubyte.gz",
        5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)
_CIFAR = "https://www.cs.toronto.edu/~kriz"
_CIFAR_10 = _idx(
    _CIFAR,
    (
        "cifar-10-binary.tar.gz",
        170_052_171,
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ),
)
_CIFAR_100 = _idx(
    _CIFAR,
    (
        "cifar-100-binary.tar.gz",
        168_513_733,
        "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    ),
)

PUBLIC_SETS: tuple[PublicSet, ...] = (
    PublicSet("mnist", "MNIST", _MNIST, False, "Y. LeCun, C. Cortes, C. Burges; CC BY-SA 3.0"),
    PublicSet("fashion-mnist", "Fashion-MNIST", _FASHION_MNIST, True, "Zalando SE; MIT"),
    PublicSet("cifar-10", "CIFAR-10", _CIFAR_10, True, "A. Krizhevsky; no licence given"),
    PublicSet("cifar-100", "CIFAR-100", _CIFAR_100, True, "A. Krizhevsky; no licence given"),
)


def public_set(name: str) -> PublicSet:
    """The one of that name. Raises DataSetError."""
    for each in PUBLIC_SETS:
        if each.name == name:
            return each
    raise DataSetError(
        "There is no data set named “{name}” to download; there are {names}.",
        name=name,
        names=", ".join(each.name for each in PUBLIC_SETS),
    )


def download_set(wanted: PublicSet, cache: Path | None = None) -> ImportWork:
    """Fetch its files, check them, and import them; what was fetched is then deleted.

    Closed in the middle, or where the network fails, the next call goes on from there; where nothing
    has come yet, nothing is left. Raises DataSetError.
    """
    cache = cache or cache_folder()
    require_free_name(cache, wanted.name)
    folder = cache / DOWNLOADS / wanted.name
    try:
        yield from _fetch(wanted, folder)
        choices = ImportChoices(wanted.name, flips=wanted.flips, licence=wanted.licence)
        result = yield from import_data(folder / wanted.files[0].name, choices, cache)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        remove_if_empty(folder, folder.parent)
    return result


def _fetch(wanted: PublicSet, folder: Path) -> Generator[ImportProgress, None, None]:
    before = 0
    try:
        for remote in wanted.files:
            for progress in download(remote, folder / remote.name):
                yield ImportProgress(Stage.DOWNLOADING, before + progress.done, wanted.byte_count)
            before += remote.byte_count
    except OSError as error:
        raise DataSetError(
            "The download cannot be written to “{folder}” ({detail}): make room there, or move the "
            "data sets.",
            folder=folder,
            detail=error.strerror or error,
        ) from error
