"""A file is replaced at once or not at all."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ddpm_studio import atomic_file
from ddpm_studio.atomic_file import (
    SaveError,
    SaveProblem,
    check_replaceable,
    replacing_file,
    sweep_stray_temporaries,
)

BEFORE = b"what was here before"
DAY_SECONDS = 24 * 60 * 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "model.pt"
    path.write_bytes(BEFORE)
    return path


def nothing_changed(path: Path) -> bool:
    return path.read_bytes() == BEFORE and list(path.parent.iterdir()) == [path]


def write_and_raise(path: Path, error: BaseException) -> None:
    with replacing_file(path) as file:
        file.write(bytes(3_000_000))
        raise error


def fail_writes(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def failing(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "write", failing)


def test_it_replaces_and_seeks(path: Path) -> None:
    with replacing_file(path) as file:
        file.write(b"xx new")
        assert file.tell() == 6
        file.seek(0)
        file.write(b"a ")
        assert path.read_bytes() == BEFORE
    assert path.read_bytes() == b"a  new"
    assert list(path.parent.iterdir()) == [path]


def test_a_large_file_arrives_whole(path: Path) -> None:
    data = os.urandom(5_000_001)
    with replacing_file(path) as file:
        for start in range(0, len(data), 70_000):
            file.write(data[start : start + 70_000])
    assert path.read_bytes() == data


def test_an_error_in_the_block_passes_and_changes_nothing(path: Path) -> None:
    with pytest.raises(KeyError, match="mine"):
        write_and_raise(path, KeyError("mine"))
    assert nothing_changed(path)


def test_an_interrupt_changes_nothing(path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_and_raise(path, KeyboardInterrupt())
    assert nothing_changed(path)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (errno.ENOSPC, SaveProblem.DISK_FULL),
        (errno.EDQUOT, SaveProblem.DISK_FULL),
        (errno.EFBIG, SaveProblem.TOO_LARGE),
        (errno.EIO, SaveProblem.FAILED),
    ],
)
@pytest.mark.parametrize("size", [10, 3_000_000])
def test_a_failed_write_is_explained(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int, problem: SaveProblem, size: int
) -> None:
    closed: list[int] = []
    close = os.close

    def counted(descriptor: int) -> None:
        closed.append(descriptor)
        close(descriptor)

    monkeypatch.setattr(os, "close", counted)
    fail_writes(monkeypatch, code)
    with pytest.raises(SaveError) as caught, replacing_file(path) as file:
        file.write(bytes(size))
    assert len(closed) == 1
    assert (caught.value.problem, caught.value.errno) == (problem, code)
    assert str(path) in str(caught.value)
    assert nothing_changed(path)


def test_a_writer_that_hides_the_cause_does_not_hide_it_from_the_person(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_as_torch_does() -> None:
        with replacing_file(path) as file:
            try:
                file.write(bytes(3_000_000))
            except OSError:
                raise RuntimeError("unexpected pos 64 vs 0") from None

    fail_writes(monkeypatch, errno.ENOSPC)
    with pytest.raises(SaveError, match="disk is full"):
        save_as_torch_does()
    assert nothing_changed(path)


def test_a_writer_that_swallows_the_error_does_not_replace_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing_once(descriptor: int, data: memoryview) -> int:
        monkeypatch.undo()
        raise OSError(errno.ENOSPC, "full")

    def save_carelessly() -> None:
        with replacing_file(path) as file:
            with suppress(OSError):
                file.write(bytes(3_000_000))
            file.write(b"and on it goes")

    monkeypatch.setattr(os, "write", failing_once)
    with pytest.raises(SaveError, match="disk is full"):
        save_carelessly()
    assert nothing_changed(path)


@pytest.mark.parametrize("function", ["fsync", "close"])
def test_an_error_at_the_end_is_not_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    original = getattr(os, function)

    def failing(descriptor: int) -> None:
        original(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, function, failing)
    with pytest.raises(SaveError, match="Input/output error"), replacing_file(path) as file:
        file.write(b"new")
    monkeypatch.undo()
    assert nothing_changed(path)


@pytest.mark.parametrize(
    ("is_windows", "problem"), [(True, SaveProblem.IN_USE), (False, SaveProblem.NOT_WRITABLE)]
)
def test_a_file_that_cannot_be_moved_into_place_is_explained(
    path: Path, monkeypatch: pytest.MonkeyPatch, is_windows: bool, problem: SaveProblem
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(atomic_file, "_IS_WINDOWS", is_windows)
    monkeypatch.setattr(os, "replace", denied)
    with pytest.raises(SaveError) as caught, replacing_file(path) as file:
        file.write(b"new")
    assert caught.value.problem is problem
    assert nothing_changed(path)


def test_a_file_that_windows_holds_for_a_moment_is_replaced(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace
    refusals = 3

    def busy(source: Path, target: Path) -> None:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise PermissionError(errno.EACCES, "Access is denied")
        replace(source, target)

    monkeypatch.setattr(atomic_file, "_IS_WINDOWS", True)
    monkeypatch.setattr(os, "replace", busy)
    with replacing_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_the_callers_own_error_type_is_raised(tmp_path: Path) -> None:
    class NotSavedError(SaveError):
        pass

    with pytest.raises(NotSavedError), replacing_file(tmp_path, error=NotSavedError):
        pass
    with pytest.raises(NotSavedError):
        check_replaceable(tmp_path / "missing" / "x", error=NotSavedError)


def test_the_longest_possible_name_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    with replacing_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_permissions_are_kept(path: Path) -> None:
    path.chmod(0o640)
    with replacing_file(path) as file:
        file.write(b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_killed_process_leaves_the_file_and_one_stray_that_is_swept_later(path: Path) -> None:
    code = (
        "import os, sys; from ddpm_studio.atomic_file import replacing_file\n"
        "with replacing_file(sys.argv[1]) as file:\n"
        "    file.write(bytes(3_000_000))\n"
        "    os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], check=False)
    assert done.returncode == 9
    assert path.read_bytes() == BEFORE
    (stray,) = set(path.parent.iterdir()) - {path}
    assert sweep_stray_temporaries(path.parent) == ()
    os.utime(stray, (time.time() - DAY_SECONDS - 60,) * 2)
    assert sweep_stray_temporaries(path.parent) == (stray,)
    assert nothing_changed(path)


def test_the_sweep_touches_nothing_else(tmp_path: Path) -> None:
    ours = ".ddpm-studio-unfinished-0123456789abcdef.tmp"
    (tmp_path / ours).mkdir()
    for name in ["a.tmp", ours[1:], ours + "~", ours.upper(), ours.replace("f.", ".")]:
        (tmp_path / name).write_bytes(b"a person's file")
    for entry in tmp_path.iterdir():
        os.utime(entry, (0, 0))
    count = len(list(tmp_path.iterdir()))
    assert sweep_stray_temporaries(tmp_path) == ()
    assert len(list(tmp_path.iterdir())) == count
    assert sweep_stray_temporaries(tmp_path / "missing") == ()
