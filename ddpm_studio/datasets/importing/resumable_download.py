"""Fetches one file whose size and SHA-256 are known, and goes on where an earlier try ended.

On requests, which is well kept and speaks HTTP for most of Python; going on after an interruption, and
knowing the file before it is used, are what it leaves to others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ddpm_studio.datasets.importing.import_progress import ImportProgress, Stage
from ddpm_studio.datasets.set_description import DataSetError

if TYPE_CHECKING:
    from requests import Response

CONNECT_SECONDS, READ_SECONDS = 10.0, 20.0
RETRIES = 3  # after connections that brought nothing
MAX_TRIES = 100
_AT_ONCE = 1 << 16
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_OK, _PARTIAL, _BAD_RANGE = 200, 206, 416


class DownloadError(DataSetError):
    """A file did not come; what came of it is kept where it can be gone on with."""


class _BrokenOffError(Exception):
    """The connection ended, or stalled, before the file did."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on a server, and what is known of it."""

    url: str
    byte_count: int
    sha256: str

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.url.rpartition("/")[2]


def download(remote: RemoteFile, target: Path) -> Generator[ImportProgress, None, None]:
    """Bring it to ``target``; yields bytes done. What is there of it already is not fetched again.

    Closed in the middle, or failing, it leaves ``target``.part behind, from which the next try goes
    on; nothing where nothing has come. ``target`` is there only when its SHA-256 is right. Raises
    DownloadError.
    """
    if target.is_file() and _is_right(target, remote):
        yield ImportProgress(Stage.DOWNLOADING, remote.byte_count, remote.byte_count)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        yield from _complete(remote, part)
    finally:
        if part.is_file() and part.stat().st_size == 0:
            part.unlink()
    if not _is_right(part, remote):
        part.unlink()  # nothing of it can be trusted
        raise DownloadError(
            "What “{url}” sent is not the file that it should be (its SHA-256 is another): it was "
            "deleted. Try again later.",
            url=remote.url,
        )
    part.replace(target)


def _is_right(path: Path, remote: RemoteFile) -> bool:
    if path.stat().st_size != remote.byte_count:
        return False
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == remote.sha256


def _complete(remote: RemoteFile, part: Path) -> Iterator[ImportProgress]:
    """Until the part has all bytes; a connection that breaks off is made anew."""
    tries = fruitless = 0
    with open(part, "ab") as file:
        if file.tell() > remote.byte_count:
            _empty(file)
        while file.tell() < remote.byte_count:
            before = file.tell()
            yield ImportProgress(Stage.DOWNLOADING, before, remote.byte_count)
            try:
                yield from _receive(remote, file)
                reason = "it ended too early"
            except _BrokenOffError as error:
                reason = str(error)
            tries, fruitless = tries + 1, 0 if file.tell() > before else fruitless + 1
            if fruitless > RETRIES or tries > MAX_TRIES:
                raise DownloadError(
                    "The connection to “{url}” broke off: download again to go on from {done} MB.",
                    url=remote.url,
                    done=file.tell() // 1_000_000,
                ) from ConnectionError(reason)


def _receive(remote: RemoteFile, file: BinaryIO) -> Iterator[ImportProgress]:
    """Add to ``file`` what the server sends from its end on; from the start where it cannot do that."""
    with _response(remote, file.tell()) as response:
        if response.status_code == _PARTIAL and not _continues(response, file.tell()):
            raise DownloadError(
                "“{url}” sends another part of the file than it was asked for: get the file elsewhere "
                "and import it.",
                url=remote.url,
            )
        if response.status_code != _PARTIAL:
            _empty(file)
        if response.status_code == _BAD_RANGE:
            return
        for data in response.iter_content(_AT_ONCE):
            file.write(data)
            if file.tell() > remote.byte_count:
                _empty(file)
                raise DownloadError(
                    "“{url}” sends more than the file that it should be: it was not kept.",
                    url=remote.url,
                )
            yield ImportProgress(Stage.DOWNLOADING, file.tell(), remote.byte_count)


def _empty(file: BinaryIO) -> None:
    file.truncate(0)
    file.seek(0)


def _continues(response: Response, begin: int) -> bool:
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == begin


@contextmanager
def _response(remote: RemoteFile, begin: int) -> Iterator[Response]:
    """The server's answer to a wish for the file from ``begin`` on. Raises DownloadError."""
    import requests  # 50 ms that only a download needs

    headers = {"Accept-Encoding": "identity"}  # packed again, positions would be others
    if begin:
        headers["Range"] = f"bytes={begin}-"
    timeout = (CONNECT_SECONDS, READ_SECONDS)
    try:
        with requests.get(remote.url, headers=headers, timeout=timeout, stream=True) as response:
            if response.status_code not in (_OK, _PARTIAL, _BAD_RANGE):
                raise DownloadError(
                    "The server of “{url}” answers {code} ({reason}): try again later, or get the file "
                    "elsewhere and import it.",
                    url=remote.url,
                    code=response.status_code,
                    reason=response.reason,
                )
            yield response
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ReadTimeout) as error:
        raise _BrokenOffError(str(error)) from error
    except requests.exceptions.ConnectionError as error:
        if _had_begun(error):
            raise _BrokenOffError(str(error)) from error
        raise DownloadError(
            "“{url}” cannot be reached: look at the network, then download again.", url=remote.url
        ) from error
    except requests.exceptions.RequestException as error:
        raise DownloadError("“{url}” cannot be downloaded ({detail}).",
                            url=remote.url, detail=type(error).__name__) from error  # fmt: skip


def _had_begun(error: Exception) -> bool:
    """Whether a connection was there; requests has one exception for both (a read that timed out)."""
    return "Read timed out" in str(error)
