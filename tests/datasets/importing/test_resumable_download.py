"""Downloads from a server on this machine that is slow, broken, stubborn or gone."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from ddpm_studio.datasets.importing import resumable_download
from ddpm_studio.datasets.importing.resumable_download import (
    DownloadError,
    RemoteFile,
    download,
)

CONTENT = np.random.default_rng(6).bytes(1_000_000)
READ = 65_536  # bytes at once: of a piece that is not whole when a connection ends nothing is kept
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Behaviour:
    """What the server does; ``asked`` are the Range headers of the requests that it got."""

    content: bytes = CONTENT
    status: int = 0
    ignores_range: bool = False
    breaks_after: list[int] = field(default_factory=list)  # bytes of each of the next answers
    pause_seconds: float = 0.0  # between pieces
    silent_seconds: float = 0.0  # before anything
    shift: int = 0  # of the range that it sends, against the one that it was asked for
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def url(behaviour: Behaviour) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            if self.path == "/old.gz":
                self.send_response(301)
                self.send_header("Location", "/file.gz")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            behaviour.asked.append(wanted)
            content = behaviour.content
            time.sleep(behaviour.silent_seconds)
            if behaviour.status:
                self.send_error(behaviour.status)
                return
            begin = 0
            if wanted and not behaviour.ignores_range:
                begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
                if begin >= len(content):
                    self.send_response(416)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                begin += behaviour.shift
                self.send_response(206)
                last = len(content) - 1
                self.send_header("Content-Range", f"bytes {begin}-{last}/{len(content)}")
            else:
                self.send_response(200)
            part = content[begin:]
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            if behaviour.breaks_after:
                part = part[: behaviour.breaks_after.pop(0)]
                self.close_connection = True
            for place in range(0, len(part), 100_000):
                self.wfile.write(part[place : place + 100_000])
                time.sleep(behaviour.pause_seconds)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # somebody hung up

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/file.gz"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def remote(url: str) -> RemoteFile:
    return RemoteFile(url, len(CONTENT), SHA256)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "file.gz"


def part_of(target: Path) -> Path:
    return target.with_name("file.gz.part")


def fetch(remote: RemoteFile, target: Path) -> list[int]:
    return [progress.done for progress in download(remote, target)]


def test_a_file_comes_with_progress(remote: RemoteFile, target: Path) -> None:
    done = fetch(remote, target)
    assert target.read_bytes() == CONTENT
    assert done == sorted(done)
    assert done[-1] == len(CONTENT)
    assert len(done) > 5
    assert not part_of(target).exists()


def test_what_is_there_is_not_fetched_again(
    remote: RemoteFile, target: Path, behaviour: Behaviour
) -> None:
    fetch(remote, target)
    fetch(remote, target)
    assert behaviour.asked == [None]


def test_a_download_that_was_stopped_goes_on(
    remote: RemoteFile, target: Path, behaviour: Behaviour
) -> None:
    work = download(remote, target)
    for progress in work:
        if progress.done > 400_000:
            break
    work.close()
    kept = part_of(target).stat().st_size
    assert kept > 400_000
    done = fetch(remote, target)
    assert done[0] == kept
    assert behaviour.asked == [None, f"bytes={kept}-"]
    assert target.read_bytes() == CONTENT


def test_a_connection_that_breaks_off_is_made_anew(
    remote: RemoteFile, target: Path, behaviour: Behaviour
) -> None:
    behaviour.breaks_after = [4 * READ, 0, 3 * READ]
    fetch(remote, target)
    assert target.read_bytes() == CONTENT
    begins = [4 * READ, 4 * READ, 7 * READ]
    assert behaviour.asked == [None, *(f"bytes={begin}-" for begin in begins)]


def test_a_connection_that_breaks_off_again_and_again_is_told(
    remote: RemoteFile, target: Path, behaviour: Behaviour
) -> None:
    behaviour.breaks_after = [4 * READ, *[0] * 20]
    with pytest.raises(DownloadError) as caught:
        fetch(remote, target)
    assert str(caught.value) == (
        f"The connection to “{remote.url}” broke off: download again to go on from 0 MB."
    )
    assert part_of(target).stat().st_size == 4 * READ
    behaviour.breaks_after = []
    fetch(remote, target)
    assert target.read_bytes() == CONTENT


def test_a_server_that_stalls_is_asked_again(
    remote: RemoteFile, target: Path, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable_download, "READ_SECONDS", 0.05)
    behaviour.pause_seconds = 0.3
    fetch(remote, target)  # each time brings a piece
    assert target.read_bytes() == CONTENT
    assert len(behaviour.asked) > 5


def test_a_server_that_is_silent_is_left(
    remote: RemoteFile, target: Path, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable_download, "READ_SECONDS", 0.05)
    behaviour.silent_seconds = 0.3
    with pytest.raises(DownloadError, match=r"broke off: download again to go on from 0 MB"):
        fetch(remote, target)
    assert len(behaviour.asked) == resumable_download.RETRIES + 1


def test_a_slow_server_is_waited_for(
    remote: RemoteFile, target: Path, behaviour: Behaviour
) -> None:
    behaviour.pause_seconds = 0.05
    done = [progress.done for progress in download(remote, target)]
    assert max(np.diff(done)) <= 1 << 16  # after so few bytes a person who cancels is heard
    assert done[-1] == len(CONTENT)
    assert behaviour.asked == [None]


def test_a_file_that_has_moved_is_followed_also_in_its_middle(
    url: str, target: Path, behaviour: Behaviour
) -> None:
    """As the CIFAR sets have, within the university."""
    moved = RemoteFile(url.replace("file.gz", "old.gz"), len(CONTENT), SHA256)
    behaviour.breaks_after = [5 * READ]
    assert list(download(moved, target))[-1].done == len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert behaviour.asked == [None, f"bytes={5 * READ}-"]


def test_without_ranges_it_begins_again(
    remote: RemoteFile, target: Path, behaviour: Behaviour
) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(b"x" * 400_000)
    behaviour.ignores_range = True
    fetch(remote, target)
    assert behaviour.asked == ["bytes=400000-"]
    assert target.read_bytes() == CONTENT


def test_a_part_that_is_not_of_this_file_is_found_out_and_deleted(
    remote: RemoteFile, target: Path
) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(b"x" * 400_000)
    with pytest.raises(DownloadError, match="SHA-256"):
        fetch(remote, target)
    assert not part_of(target).exists()
    fetch(remote, target)
    assert target.read_bytes() == CONTENT


def test_a_range_that_was_not_asked_for_is_not_believed(
    remote: RemoteFile, target: Path, behaviour: Behaviour
) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(CONTENT[:400_000])
    behaviour.shift = 10
    with pytest.raises(DownloadError) as caught:
        fetch(remote, target)
    assert str(caught.value) == (
        f"“{remote.url}” sends another part of the file than it was asked for: get the file elsewhere "
        "and import it."
    )
    assert part_of(target).stat().st_size == 400_000


def test_a_part_that_is_too_long_begins_again(remote: RemoteFile, target: Path) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(b"x" * 1_500_000)
    fetch(remote, target)
    assert target.read_bytes() == CONTENT


def test_another_file_is_not_kept(remote: RemoteFile, target: Path, behaviour: Behaviour) -> None:
    behaviour.content = CONTENT[:-1] + b"?"
    with pytest.raises(DownloadError) as caught:
        fetch(remote, target)
    assert str(caught.value) == (
        f"What “{remote.url}” sent is not the file that it should be (its SHA-256 is another): it was "
        "deleted. Try again later."
    )
    assert list(target.parent.iterdir()) == []


def test_a_server_that_sends_for_ever_is_stopped(
    remote: RemoteFile, target: Path, behaviour: Behaviour
) -> None:
    behaviour.content = CONTENT * 20
    with pytest.raises(DownloadError, match=r"sends more than the file that it should be"):
        fetch(remote, target)
    assert not part_of(target).exists()


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "Not Found"), (403, "Forbidden"), (503, "Service Unavailable")]
)
def test_a_refusal_is_told(
    remote: RemoteFile, target: Path, behaviour: Behaviour, status: int, reason: str
) -> None:
    behaviour.status = status
    with pytest.raises(DownloadError) as caught:
        fetch(remote, target)
    assert str(caught.value) == (
        f"The server of “{remote.url}” answers {status} ({reason}): try again later, or get the file "
        "elsewhere and import it."
    )
    assert behaviour.asked == [None]


def test_without_a_network_it_is_told(target: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    for address in (f"http://127.0.0.1:{port}/x", "http://no-such-host.invalid/x"):
        with pytest.raises(DownloadError) as caught:
            fetch(RemoteFile(address, 10, SHA256), target)
        assert str(caught.value) == (
            f"“{address}” cannot be reached: look at the network, then download again."
        )
