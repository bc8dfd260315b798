"""Whatever goes wrong, the old file stays, nothing is left behind, and a sentence says why."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ddpm_studio.atomic_file import SaveProblem
from ddpm_studio.export import ExportError, encode_gif, preflight

Bytes = NDArray[np.uint8]
BEFORE = b"what was here before"
on_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such file or link")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "animation.gif"
    path.write_bytes(BEFORE)
    return path


def noise(count: int) -> Iterator[Bytes]:
    rng = np.random.default_rng(0)
    for _ in range(count):
        yield rng.integers(0, 256, (300, 400, 1)).astype(np.uint8).repeat(3, axis=2)


def nothing_changed(path: Path) -> bool:
    return path.read_bytes() == BEFORE and list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("frames_before", [1, 12, 19])
def test_cancelling_changes_nothing(path: Path, frames_before: int) -> None:
    encoding = encode_gif(noise(20), path, [50] * 20)
    for _ in range(frames_before):
        next(encoding)
    assert len(list(path.parent.iterdir())) == 2
    encoding.close()
    assert nothing_changed(path)


def test_the_last_progress_means_the_file_is_there(path: Path) -> None:
    encoding = encode_gif(noise(2), path, [50] * 2)
    assert next(encoding).frames_done == 1
    assert path.read_bytes() == BEFORE
    assert next(encoding).frames_done == 2
    assert path.read_bytes()[-1:] == b";"
    encoding.close()
    assert path.read_bytes()[:6] == b"GIF89a"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError("painting failed"), FileNotFoundError("a source")])
def test_an_error_of_the_pictures_passes_unchanged(path: Path, error: Exception) -> None:
    def frames() -> Iterator[Bytes]:
        yield from noise(3)
        raise error

    with pytest.raises(type(error)) as caught:
        list(encode_gif(frames(), path, [50] * 20))
    assert caught.value is error
    assert nothing_changed(path)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_how_much_to_free(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    free_bytes = 2_000_000
    write = os.write

    def full(descriptor: int, data: memoryview) -> int:
        nonlocal free_bytes
        count = write(descriptor, data[:free_bytes])
        free_bytes -= count
        if not count:
            raise OSError(code, os.strerror(code))
        return count

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ExportError, match="disk is full") as caught:
        list(encode_gif(noise(60), path, [50] * 60))
    monkeypatch.undo()
    assert nothing_changed(path)
    assert caught.value.errno == code
    list(encode_gif(noise(60), path, [50] * 60))
    missing_megabytes = path.stat().st_size / 1e6 - 2
    assert missing_megabytes - 0.5 < caught.value.megabytes < missing_megabytes + 2
    assert f"Free {caught.value.megabytes} MB and try again; nothing was changed" in str(
        caught.value
    )


def refusal(path: Path | str) -> ExportError:
    """The error of `preflight`, which is that of the export, too."""
    with pytest.raises(ExportError) as early:
        preflight(path)
    with pytest.raises(ExportError) as late:
        list(encode_gif(noise(1), path, [50]))
    assert str(early.value) == str(late.value)
    return early.value


def test_a_possible_path_passes_and_stays_as_it_was(path: Path) -> None:
    preflight(path)
    preflight(str(path.with_name("new.gif")))
    assert nothing_changed(path)


def test_impossible_paths_are_refused_with_what_to_do(path: Path) -> None:
    folder = path.parent
    cases: dict[Path | str, SaveProblem] = {
        folder: SaveProblem.IS_FOLDER,
        folder / "missing" / "a.gif": SaveProblem.FOLDER_MISSING,
        path / "a.gif": SaveProblem.FOLDER_MISSING,
        folder / ("a" * 300 + ".gif"): SaveProblem.BAD_NAME,
        "a\0b.gif": SaveProblem.BAD_NAME,
        "": SaveProblem.IS_FOLDER,
    }
    for target, problem in cases.items():
        error = refusal(target)
        assert error.problem is problem
        assert str(error.path) in str(error)
        assert ": c" in str(error)  # choose …, change …, create …
    assert nothing_changed(path)


@on_posix
def test_pipes_devices_and_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "to_pipe").symlink_to(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").problem is SaveProblem.NOT_A_FILE
    assert refusal(tmp_path / "to_pipe").problem is SaveProblem.NOT_A_FILE
    assert refusal("/dev/null").problem is SaveProblem.NOT_A_FILE
    assert refusal(tmp_path / "circle").problem is SaveProblem.LINK_LOOP
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_read_only_folder_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def denied(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "open", denied)
    error = refusal(path)
    monkeypatch.undo()
    assert error.problem is SaveProblem.NOT_WRITABLE
    assert error.errno == code
    assert nothing_changed(path)


def test_a_write_protected_file_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write everything: the test must also say something when root runs it.
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert refusal(path).problem is SaveProblem.FILE_PROTECTED
    assert nothing_changed(path)


@on_posix
def test_a_link_stays_and_its_target_is_replaced(path: Path) -> None:
    link = path.with_name("link.gif")
    link.symlink_to(path.name)
    list(encode_gif(noise(1), link, [50]))
    assert link.is_symlink()
    assert not path.is_symlink()
    with Image.open(path) as image:
        assert image.size == (400, 300)


@on_posix
def test_a_link_to_nothing_yet_creates_its_target(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "link.gif"
    link.symlink_to("elsewhere/new.gif")
    list(encode_gif(noise(1), link, [50]))
    assert link.is_symlink()
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["new.gif"]


def test_export_imports_neither_torch_nor_qt() -> None:
    code = (
        "import sys, ddpm_studio.export\n"
        "assert 'PIL' in sys.modules\n"
        "assert not {'torch', 'PySide6', 'pyqtgraph'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
