"""A file without a name: read and written at any place, gone with its owner, and clear about trouble."""

from __future__ import annotations

import errno
import gc
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from ddpm_studio import temporary_file as module
from ddpm_studio.temporary_file import (
    RESERVE_BYTES,
    TemporaryFile,
    TemporaryFileError,
    temporary_folder,
)

PROJECT = Path(module.__file__).resolve().parent.parent
needs_descriptors = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="this system does not list a process's open files"
)


def read(file: TemporaryFile, place: int, count: int) -> bytes:
    out = bytearray(count)
    file.read(place, out)
    return bytes(out)


@pytest.mark.parametrize("positioned", [True, False], ids=["at a place", "by seeking"])
def test_bytes_come_back_from_any_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, positioned: bool
) -> None:
    if not positioned:  # as on Windows
        monkeypatch.delattr(os, "pwrite", raising=False)
        monkeypatch.delattr(os, "preadv", raising=False)
    file = TemporaryFile(tmp_path, 100)
    file.write(50, b"later")
    file.write(0, b"first")
    assert read(file, 50, 5) == b"later"
    assert read(file, 0, 5) == b"first"
    assert read(file, 3, 4) == b"st\0\0"
    assert read(file, 7, 0) == b""


def test_several_threads_write_and_read_at_a_time(tmp_path: Path) -> None:
    file, part = TemporaryFile(tmp_path, 8 * 4096), 4096
    problems: list[str] = []

    def use(number: int) -> None:
        for _ in range(200):
            file.write(number * part, bytes([number]) * part)
            if read(file, number * part, part) != bytes([number]) * part:
                problems.append(f"part {number} is another one's")

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_what_the_system_writes_or_reads_in_parts_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "preadv"):
        pytest.skip("this system reads by seeking")
    pwrite, preadv = os.pwrite, os.preadv
    monkeypatch.setattr(os, "pwrite", lambda fd, data, place: pwrite(fd, data[:7], place))
    monkeypatch.setattr(os, "preadv", lambda fd, outs, place: preadv(fd, [outs[0][:5]], place))
    file = TemporaryFile(tmp_path, 100)
    file.write(3, bytes(range(50)))
    assert read(file, 3, 50) == bytes(range(50))


@pytest.mark.skipif(os.name == "nt", reason="there the file has a name as long as it is open")
def test_the_folder_shows_nothing(tmp_path: Path) -> None:
    file = TemporaryFile(tmp_path, 10)
    file.write(0, b"content")
    assert list(tmp_path.iterdir()) == []


@needs_descriptors
def test_it_is_closed_with_its_owner(tmp_path: Path) -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    file = TemporaryFile(tmp_path, 10)
    assert len(os.listdir("/proc/self/fd")) == before + 1
    del file
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.skipif(os.name == "nt", reason="a process cannot kill itself like that there")
def test_a_killed_process_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from ddpm_studio.temporary_file import TemporaryFile;"
        "file = TemporaryFile(Path(sys.argv[1]), 10**6); file.write(0, bytes(10**6));"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", code, str(tmp_path)]
    ended = subprocess.run(command, env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    with pytest.raises(TemporaryFileError) as raised:
        TemporaryFile(folder, 10)
    assert str(raised.value) == (
        f"No temporary file can be made in {folder}: No such file or directory. Choose fewer samples, "
        "or set TMPDIR to a folder with more room before starting."
    )


def test_a_full_disk_is_said_and_what_was_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = TemporaryFile(tmp_path, 100)
    file.write(0, b"so far")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(TemporaryFile, "_write_some", full)
    with pytest.raises(TemporaryFileError) as raised:
        file.write(50, b"too much")
    assert str(raised.value) == (
        f"The disk with the temporary folder {tmp_path} takes no more: No space left on device. "
        "The steps so far stay; free some space or choose fewer samples."
    )
    assert read(file, 0, 6) == b"so far"


def test_what_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    file = TemporaryFile(tmp_path, 100)
    file.write(0, b"short")
    with pytest.raises(
        TemporaryFileError, match=r"cannot be read from the temporary file in .*cut"
    ):
        read(file, 3, 10)


# Room


def test_room_leaves_a_reserve_and_what_is_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = RESERVE_BYTES + 10_000
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _folder: usage)
    monkeypatch.setattr(TemporaryFile, "_open", type(TemporaryFile._open)())
    assert TemporaryFile.room_bytes(tmp_path) == 10_000
    file = TemporaryFile(tmp_path, 7_000)
    assert TemporaryFile.room_bytes(tmp_path) == 3_000
    file.write(0, bytes(2_000))  # which the disk itself counts from now on
    assert TemporaryFile.room_bytes(tmp_path) == 5_000
    usage.free = RESERVE_BYTES - 1
    assert TemporaryFile.room_bytes(tmp_path) == 0


def test_a_disk_that_says_nothing_has_no_room(tmp_path: Path) -> None:
    assert TemporaryFile.room_bytes(tmp_path / "gone") == 0


def test_the_folder_that_a_person_set_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(module.tempfile, "tempdir", None)
    assert temporary_folder() == tmp_path


def test_a_folder_in_memory_is_not_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory, on_disk = tmp_path / "memory", tmp_path / "home"
    in_memory.mkdir()
    (on_disk / ".cache").mkdir(parents=True)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module.tempfile, "gettempdir", lambda: str(in_memory))
    monkeypatch.setattr(module.Path, "home", lambda: on_disk)
    monkeypatch.setattr(TemporaryFile, "room_bytes", lambda folder: len(str(folder)))
    monkeypatch.setattr(module, "_is_in_memory", lambda folder: folder == in_memory)
    assert temporary_folder() == on_disk / ".cache"


@pytest.mark.skipif(not hasattr(os, "major"), reason="Windows has no device numbers")
@pytest.mark.parametrize(("kind", "expected"), [("tmpfs", True), ("ext4", False)])
def test_linux_says_what_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, expected: bool
) -> None:
    device = tmp_path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 0:5 / /proc rw - proc proc rw\n"
        f"2 0 {os.major(device)}:{os.minor(device)} / /tmp rw,nosuid shared:3 - {kind} none rw\n"
    )
    monkeypatch.setattr(module, "_MOUNTS", mounts)
    assert module._is_in_memory(tmp_path) is expected
    mounts.unlink()
    assert module._is_in_memory(tmp_path) is False


def test_numpy_arrays_are_written_as_their_bytes(tmp_path: Path) -> None:
    file = TemporaryFile(tmp_path, 100)
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)
    file.write(8, numbers.data)
    out = np.empty_like(numbers)
    file.read(8, out.data)
    np.testing.assert_array_equal(out, numbers)
