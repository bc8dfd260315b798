"""Checkpoints of other projects say how many bytes are read, and can be given up between tensors."""

from __future__ import annotations

import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ddpm_studio.checkpoints.foreign.opening import open_model
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.weights import loading_steps

REFERENCE = Path(__file__).parents[2] / "reference" / "foreign"
FILES = {
    "ermon_ddim": ("ermon_ddim", "of-ho", "ckpt.pth"),
    "pytorch_ddpm": ("pytorch_ddpm", "epsilon-large", "ckpt.pt"),
    "diffusers": ("diffusers_folder", "tutorial", ""),
    "diffusers_bin": ("diffusers_folder", "google-flat", ""),
}


@pytest.fixture(params=[*FILES, "lucidrains", "openai"])
def checkpoint(request: pytest.FixtureRequest, tmp_path: Path, reference: Callable) -> Path:
    """One of every family."""
    if request.param in FILES:
        found: Path = reference(*FILES[request.param]).path
        return found
    path = tmp_path / "model.pt"
    if request.param == "lucidrains":
        packed = (REFERENCE / "lucidrains" / "defaults.pt.gz").read_bytes()
        path.write_bytes(gzip.decompress(packed))
    else:
        packed = (REFERENCE / "openai" / "improved.pt.xz").read_bytes()
        path.write_bytes(lzma.decompress(packed))
    return path


@pytest.fixture
def bytes_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of every tensor that is read from a file, when it has been."""
    found: list[int] = []
    own = StoredTensor.read

    def read(tensor: StoredTensor) -> Tensor:
        numbers = own(tensor)
        found.append(numbers.numel() * getattr(torch, tensor.dtype).itemsize)
        return numbers

    monkeypatch.setattr(StoredTensor, "read", read)
    return found


def test_what_is_told_is_what_was_read(checkpoint: Path, bytes_read: list[int]) -> None:
    file = open_model(checkpoint)
    bytes_read.clear()  # of what had to be known first, as the betas
    steps = loading_steps(file)
    first = next(steps)
    before = sum(bytes_read)  # the same is looked at again: the file may have changed
    told = [first]
    for progress in steps:
        told.append(progress)
        assert progress.done == sum(bytes_read) - before
    assert first == LoadingProgress(0, told[-1].done)
    assert {each.total for each in told} == {told[-1].done}
    assert len(told) > 20
    assert 0 < told[-1].done < 2 * sum(each.stat().st_size for each in files_of(checkpoint))


def files_of(path: Path) -> list[Path]:
    return [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]


def test_nothing_more_is_read_once_it_is_given_up(checkpoint: Path, bytes_read: list[int]) -> None:
    steps = loading_steps(open_model(checkpoint))
    told = [next(steps) for _ in range(4)]
    count = len(bytes_read)
    steps.close()
    assert 0 < told[-1].done < told[-1].total
    assert len(bytes_read) == count


@pytest.mark.parametrize("harm", ["delete", "cut", "replace by a folder", "replace by a pipe"])
def test_a_file_that_changes_while_it_is_read_is_said_to_have_changed(
    checkpoint: Path, harm: str
) -> None:
    before = open_descriptors()
    steps = loading_steps(open_model(checkpoint))
    for _ in range(4):
        next(steps)
    for path in files_of(checkpoint):
        _harm(path, harm)
    with pytest.raises(ModelFileError):
        list(steps)
    assert open_descriptors() == before


def _harm(path: Path, harm: str) -> None:
    if harm == "cut":
        os.truncate(path, path.stat().st_size // 2)
        return
    path.unlink()
    if harm == "replace by a folder":
        path.mkdir()
    elif harm == "replace by a pipe":
        os.mkfifo(path)


def open_descriptors() -> list[str]:
    """Files that this process holds open."""
    links = Path("/proc/self/fd")
    return sorted(os.readlink(each) for each in links.iterdir() if each.exists())
