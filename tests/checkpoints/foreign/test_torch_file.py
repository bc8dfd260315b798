"""What torch.save wrote is read as torch itself reads it, by the first look without its numbers."""

from __future__ import annotations

import argparse
import collections
import datetime
import pathlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ddpm_studio.checkpoints.foreign import stored_tensor
from ddpm_studio.checkpoints.foreign.pickled_names import Name, Opaque
from ddpm_studio.checkpoints.foreign.state_dict import named_tensors
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.foreign.torch_file import open_torch_file
from ddpm_studio.checkpoints.model_file import ModelFileError

FORMS = [(is_zip, protocol) for is_zip in (True, False) for protocol in (2, 3, 4, 5)]


def saved(path: Path, value: object, is_zip: bool = True, protocol: int = 2) -> Path:
    torch.save(value, path, pickle_protocol=protocol, _use_new_zipfile_serialization=is_zip)
    return path


def training() -> dict[str, Any]:
    """A checkpoint of a training that took a step, as pytorch-ddpm writes it."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.Linear(7, 3))
    optimiser = torch.optim.Adam(network.parameters())
    network(torch.randn(4, 5)).sum().backward()
    optimiser.step()
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1.0)
    return {
        "net_model": network.state_dict(),
        "optim": optimiser.state_dict(),
        "sched": schedule.state_dict(),
        "step": 7,
        "x_T": torch.randn(4, 3, 2, 2),
    }


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, Tensor):
        assert isinstance(found, StoredTensor)
        assert found.shape == tuple(expected.shape)
        numbers = found.read()
        wanted = expected.float() if expected.is_floating_point() else expected.detach()
        assert numbers.dtype == wanted.dtype
        assert torch.equal(numbers, wanted)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key, value in expected.items():
            assert_same(found[key], value)
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == expected
        assert type(found) is type(expected)


@pytest.mark.parametrize(("is_zip", "protocol"), FORMS)
def test_a_training_is_read_to_the_last_bit(tmp_path: Path, is_zip: bool, protocol: int) -> None:
    value = training()
    file = open_torch_file(saved(tmp_path / "ckpt.pt", value, is_zip, protocol))
    assert_same(file.value, value)
    assert file.path == tmp_path / "ckpt.pt"
    assert file.byte_count == file.path.stat().st_size


@pytest.mark.parametrize(("is_zip", "protocol"), FORMS)
def test_numbers_of_every_type_and_layout(tmp_path: Path, is_zip: bool, protocol: int) -> None:
    types = [getattr(torch, name) for name in stored_tensor.NUMBER_BYTES]
    several = torch.arange(24).view(4, 6)
    value = {
        **{str(dtype): (several % 2).to(dtype) for dtype in types},
        "half": torch.randn(9, generator=torch.Generator().manual_seed(0)).half(),
        "transposed": several.t(),
        "part": several[1:3, 2:5],
        "every other": several[:, ::2],
        "parameter": nn.Parameter(torch.ones(2, 3)),
        "empty": torch.empty(0, 3),
        "scalar": torch.tensor(3.5),
    }
    value["shared"] = value["half"]
    file = open_torch_file(saved(tmp_path / "all.pt", value, is_zip, protocol))
    assert_same(file.value, value)
    assert file.value["transposed"].storage is file.value["part"].storage


@pytest.mark.parametrize(("is_zip", "protocol"), FORMS)
def test_what_lies_beside_the_weights_is_noted_and_not_made(
    tmp_path: Path, is_zip: bool, protocol: int
) -> None:
    beside = {
        "options": argparse.Namespace(ch=128, attn=[1]),
        "loss": np.float64(0.5),
        "times": np.arange(4),
        "folder": pathlib.PurePosixPath("logs"),
        "when": datetime.datetime(2020, 6, 19),
        "version": torch.__version__,
        "device": torch.device("cpu"),
    }
    plain = {
        "betas": (0.9, 0.999),
        "names": ["a", "b"],
        "nothing": None,
        "yes": True,
        "long": 2**62,
        "shape": torch.Size([3, 4]),
        "counts": collections.Counter({"a": 2}),
        "lists": collections.defaultdict(list, {"a": [1]}),
    }
    file = open_torch_file(saved(tmp_path / "ckpt.pt", beside | plain, is_zip, protocol))
    assert {type(file.value[key]) for key in beside} == {Opaque}
    assert file.value["options"] == Opaque(Name("argparse", "Namespace"))
    assert {key: file.value[key] for key in plain} == plain


def test_a_look_reads_none_of_the_weights(tmp_path: Path) -> None:
    path = saved(tmp_path / "big.pt", {"w": torch.zeros(5_000_000)})
    code = (
        "import resource, sys, pathlib\n"
        "from ddpm_studio.checkpoints.foreign.torch_file import open_torch_file\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(open_torch_file(pathlib.Path(sys.argv[1])).value['w'].shape)\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "assert grown < 4_000, grown\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "(5000000,)\n"), done.stderr


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    path = saved(tmp_path / "ckpt.pt", {"w": torch.ones(1000)})
    content = bytearray(path.read_bytes())
    content[content.index(torch.ones(1000).numpy().tobytes()) + 800] ^= 1  # 1 becomes 1 + 2^-23
    path.write_bytes(content)
    assert torch.load(path, weights_only=True)["w"].max() > 1  # nobody else notices
    with pytest.raises(ModelFileError, match=r"ckpt.pt is damaged"):
        open_torch_file(path).value["w"].read()


def test_an_archive_without_checksums_is_read(tmp_path: Path) -> None:
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    try:
        path = saved(tmp_path / "ckpt.pt", {"w": torch.ones(10)})
    finally:
        torch.serialization.set_crc32_options(before)
    assert_same(open_torch_file(path).value, {"w": torch.ones(10)})


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_training_that_writes_the_file_anew_is_noticed(tmp_path: Path, is_zip: bool) -> None:
    path = saved(tmp_path / "ckpt.pt", {"w": torch.ones(1000)}, is_zip)
    tensor = open_torch_file(path).value["w"]
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ModelFileError, match=r"ckpt.pt has changed since it was opened"):
        tensor.read()


@pytest.mark.parametrize("is_zip", [True, False])
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused_when_they_are_read(
    tmp_path: Path, is_zip: bool, bad: float
) -> None:
    path = saved(tmp_path / "ckpt.pt", {"w": torch.tensor([1.0, bad]), "v": torch.ones(2)}, is_zip)
    value = open_torch_file(path).value
    assert torch.equal(value["v"].read(), torch.ones(2))
    with pytest.raises(ModelFileError, match=r"ckpt.pt holds weights that are not finite"):
        value["w"].read()


def test_the_prefix_of_data_parallel_falls_away(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Linear(2, 3))
    value = {"plain": network.state_dict(), "wrapped": nn.DataParallel(network).state_dict()}
    found = open_torch_file(saved(tmp_path / "ckpt.pt", value)).value
    for each in found.values():
        tensors = named_tensors(each)
        assert tensors is not None
        assert_same(tensors, dict(network.state_dict()))
    assert list(found["wrapped"]) == ["module.0.weight", "module.0.bias"]


@pytest.mark.parametrize("value", [None, {}, [1], 5, {"a": 1}, {"a": {}}, {1: torch.ones(1)}])
def test_what_is_no_network_has_no_named_tensors(tmp_path: Path, value: object) -> None:
    assert named_tensors(open_torch_file(saved(tmp_path / "ckpt.pt", value)).value) is None
