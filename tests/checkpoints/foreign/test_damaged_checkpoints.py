"""A checkpoint that is recognised, and damaged: it is refused before anything is made of it."""

from __future__ import annotations

import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from ddpm_studio.checkpoints.foreign.foreign_checkpoint import ForeignCheckpoint
from ddpm_studio.checkpoints.foreign.opening import answered, look_at
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError
from ddpm_studio.checkpoints.weights import load_inspected

PACKED = Path(__file__).parents[2] / "reference" / "foreign" / "openai" / "pooled.pt.xz"
ANSWERS = {"image_size": 8, "T": 25, "heads": 2}
Weights = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "ckpt.pt"
    found.write_bytes(lzma.decompress(PACKED.read_bytes()))
    return found


@pytest.fixture
def weights(path: Path) -> Weights:
    return dict(torch.load(path, weights_only=True))


def looked_at(path: Path) -> ForeignCheckpoint:
    found = look_at(path)
    assert not isinstance(found, ModelFile)
    return found


def parameters(path: Path) -> dict[str, Tensor]:
    return load_inspected(answered(looked_at(path), ANSWERS)).denoiser.network.state_dict()


def a_name(weights: Weights) -> str:
    return max(weights, key=lambda name: weights[name].numel())


def not_finite(weights: Weights) -> None:
    weights[a_name(weights)].view(-1)[7] = float("inf")


def of_other_shape(weights: Weights) -> None:
    name = a_name(weights)
    weights[name] = weights[name][..., :1].clone()


def without_dimensions(weights: Weights) -> None:
    weights["out.2.weight"] = torch.tensor(1.0)


def without_one(weights: Weights) -> None:
    del weights[a_name(weights)]


def with_one_more(weights: Weights) -> None:
    weights["input_blocks.0.0.extra"] = torch.ones(3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (not_finite, r"holds weights that are not finite \(NaN or infinity\)"),
        (of_other_shape, "ckpt.pt"),
        (without_dimensions, "ckpt.pt"),
        (without_one, "ckpt.pt"),
        (with_one_more, "ckpt.pt"),
    ],
)
def test_weights_that_make_no_network_are_refused(
    path: Path, weights: Weights, change: Callable[[Weights], None], reason: str
) -> None:
    parameters(path)  # as it was
    change(weights)
    torch.save(weights, path)
    with pytest.raises(ModelFileError, match=reason) as caught:
        parameters(path)
    assert str(caught.value).isprintable()
    assert str(caught.value).endswith(".")


def test_a_flipped_bit_of_a_weight_is_found(path: Path, weights: Weights) -> None:
    needle = weights[a_name(weights)].numpy().tobytes()
    content = bytearray(path.read_bytes())
    content[content.index(needle) + len(needle) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"ckpt\.pt is damaged or cut short"):
        parameters(path)


def test_data_parallels_prefix_changes_nothing(path: Path, weights: Weights) -> None:
    expected = parameters(path)
    torch.save({f"module.{name}": tensor for name, tensor in weights.items()}, path)
    found = parameters(path)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_numbers_of_half_the_width_are_widened(path: Path, weights: Weights) -> None:
    torch.save({name: tensor.half() for name, tensor in weights.items()}, path)
    found = parameters(path)
    assert {tensor.dtype for tensor in found.values()} == {torch.float32}


@pytest.mark.parametrize("kind", ["vanished", "cut", "written anew"])
def test_a_file_that_changes_between_the_look_and_the_answers_is_noticed(
    path: Path, weights: Weights, kind: str
) -> None:
    checkpoint = looked_at(path)
    change(path, weights, kind)
    with pytest.raises(ModelFileError, match=r"ckpt\.pt"):
        load_inspected(answered(checkpoint, ANSWERS))


@pytest.mark.parametrize("kind", ["vanished", "cut", "written anew"])
def test_a_file_that_changes_between_the_answers_and_the_reading_is_noticed(
    path: Path, weights: Weights, kind: str
) -> None:
    file = answered(looked_at(path), ANSWERS)
    change(path, weights, kind)
    with pytest.raises(ModelFileError, match=r"ckpt\.pt has changed since it was opened"):
        load_inspected(file)


def change(path: Path, weights: Weights, kind: str) -> None:
    if kind == "vanished":
        path.unlink()
    elif kind == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    else:
        torch.save({"epoch": 1, "model": weights}, path)
