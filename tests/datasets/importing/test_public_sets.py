"""A public data set comes from a server and is there: fetched, checked, imported, tidied up."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from ddpm_studio.datasets.catalogue import entry
from ddpm_studio.datasets.importing.import_progress import Stage
from ddpm_studio.datasets.importing.public_sets import (
    PUBLIC_SETS,
    PublicSet,
    download_set,
    public_set,
)
from ddpm_studio.datasets.importing.resumable_download import DownloadError, RemoteFile
from ddpm_studio.datasets.set_description import DataSetError

from .conftest import drive, idx

FILES = {
    "train-images-idx3-ubyte.gz": np.arange(40 * 28 * 28).reshape(40, 28, 28) % 251,
    "train-labels-idx1-ubyte.gz": np.arange(40) % 10,
    "t10k-images-idx3-ubyte.gz": np.zeros((10, 28, 28)),
    "t10k-labels-idx1-ubyte.gz": np.arange(10),
}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def small_mnist(tmp_path: Path) -> Iterator[PublicSet]:
    """MNIST with few images, on a server of our own."""
    folder = tmp_path / "www"
    folder.mkdir()
    for name, values in FILES.items():
        (folder / name).write_bytes(gzip.compress(idx(values)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    remotes = tuple(
        RemoteFile(
            f"http://127.0.0.1:{server.server_port}/{name}",
            (folder / name).stat().st_size,
            hashlib.sha256((folder / name).read_bytes()).hexdigest(),
        )
        for name in FILES
    )
    yield PublicSet("mnist", "MNIST", remotes, False, "known")
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_is_fetched_imported_and_tidied_up(
    small_mnist: PublicSet, left_behind: Callable[[], list[str]]
) -> None:
    steps = list(download_set(small_mnist))
    fetching = [each for each in steps if each.stage is Stage.DOWNLOADING]
    assert fetching[-1].done == fetching[-1].total == small_mnist.byte_count
    assert [each.done for each in fetching] == sorted(each.done for each in fetching)
    assert steps[-1].stage is Stage.IMPORTING
    assert entry("mnist").sample_shape == (1, 28, 28)
    assert entry("mnist").classes == tuple("0123456789")
    assert (entry("mnist").training_count, entry("mnist").held_out_count) == (40, 10)
    assert left_behind() == ["mnist"]


def test_stopped_in_the_middle_it_goes_on(small_mnist: PublicSet, data_cache: Path) -> None:
    work = download_set(small_mnist)
    for progress in work:
        if progress.done > small_mnist.files[0].byte_count:
            break
    work.close()
    kept = data_cache / ".downloads" / "mnist" / small_mnist.files[0].name
    assert kept.is_file()
    before = kept.stat().st_mtime_ns
    first = next(download_set(small_mnist))
    assert first.done == small_mnist.files[0].byte_count
    assert kept.stat().st_mtime_ns == before
    assert drive(download_set(small_mnist)).description.count == 50


def test_of_a_download_that_brings_nothing_nothing_is_left(
    small_mnist: PublicSet, left_behind: Callable[[], list[str]]
) -> None:
    work = download_set(small_mnist)
    next(work)  # it has opened its file, and nothing has come
    work.close()
    assert left_behind() == []
    gone = replace(small_mnist.files[0], url=small_mnist.files[0].url + ".gone")
    with pytest.raises(DownloadError, match="404"):
        drive(download_set(replace(small_mnist, files=(gone,))))
    assert left_behind() == []


def test_one_that_is_there_is_not_fetched_again(small_mnist: PublicSet) -> None:
    drive(download_set(small_mnist))
    with pytest.raises(DataSetError, match="There is a data set named “mnist” already"):
        next(download_set(small_mnist))


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(DataSetError) as caught:
        public_set("imagenet")
    assert str(caught.value) == (
        "There is no data set named “imagenet” to download; there are mnist, fashion-mnist, cifar-10, "
        "cifar-100."
    )


def test_all_of_them_are_fetched_safely() -> None:
    for each in PUBLIC_SETS:
        assert public_set(each.name) is each
        for remote in each.files:
            assert remote.url.startswith("https://")
            assert len(bytes.fromhex(remote.sha256)) == 32
            assert 0 < remote.byte_count < 200_000_000
    every = [remote.sha256 for each in PUBLIC_SETS for remote in each.files]
    assert len(set(every)) == len(every) == 10
