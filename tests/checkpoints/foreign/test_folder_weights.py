"""The weights of a folder, in every form in which diffusers writes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DModel
from safetensors.torch import save_file
from torch import Tensor

from ddpm_studio.checkpoints.foreign.diffusers_folder import model_files
from ddpm_studio.checkpoints.foreign.folder_weights import folder_weights
from ddpm_studio.checkpoints.foreign.safetensors_tensors import safetensors_tensors
from ddpm_studio.checkpoints.foreign.stored_tensor import NUMBER_BYTES, StoredTensor
from ddpm_studio.checkpoints.model_file import ModelFileError


@pytest.fixture(scope="module")
def network() -> UNet2DModel:
    torch.manual_seed(0)
    return UNet2DModel(
        sample_size=8,
        block_out_channels=(4, 8),
        norm_num_groups=2,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
    )


def assert_same(found: Mapping[str, StoredTensor], expected: dict[str, Tensor]) -> None:
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        assert found[name].shape == tuple(tensor.shape)
        assert torch.equal(found[name].read(), tensor)


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("shard_size", ["10GB", "10KB"])
@pytest.mark.parametrize("folder", ["", "unet"])
def test_whole_and_in_parts(
    tmp_path: Path, network: UNet2DModel, safe: bool, shard_size: str, folder: str
) -> None:
    network.save_pretrained(tmp_path / folder, safe_serialization=safe, max_shard_size=shard_size)
    written = [path.name for path in (tmp_path / folder).iterdir()]
    assert len(written) == 2 if shard_size == "10GB" else len(written) > 3
    assert_same(folder_weights(tmp_path / folder), network.state_dict())
    assert {path.name for path in model_files(tmp_path)} == set(written)


def test_numbers_of_every_type(tmp_path: Path) -> None:
    types = [getattr(torch, name) for name in NUMBER_BYTES if not name.startswith("complex")]
    tensors = {str(dtype): (torch.arange(24).view(2, 3, 4) % 2).to(dtype) for dtype in types}
    tensors |= {"scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3)}
    save_file(tensors, tmp_path / "all.safetensors", metadata={"format": "pt"})
    found = safetensors_tensors(tmp_path / "all.safetensors")
    wanted = {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
    }
    assert_same(found, wanted)


def test_a_folder_without_weights_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"is not complete: its diffusion_pytorch_model\.safe"):
        folder_weights(tmp_path)


def in_parts(tmp_path: Path) -> dict[str, Any]:
    save_file({"a": torch.ones(2)}, tmp_path / "one.safetensors")
    save_file({"b": torch.ones(3)}, tmp_path / "two.safetensors")
    return {"a": "one.safetensors", "b": "two.safetensors"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda places: places.update(b="../two.safetensors"), "list of parts is not valid"),
        (lambda places: places.update(b="/etc/passwd"), "list of parts is not valid"),
        (lambda places: places.update(b=".."), "list of parts is not valid"),
        (lambda places: places.update(b=5), "list of parts is not valid"),
        (lambda places: places.update(b=["two"]), "list of parts is not valid"),
        (lambda places: places.update({f"x{n}": f"{n}" for n in range(200)}), "list of parts"),
        (lambda places: places.update(b="one.safetensors"), "b is not where it says"),
        (lambda places: places.update(b="three.safetensors"), "There is no file"),
    ],
)
def test_an_index_that_leads_elsewhere_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    places = in_parts(tmp_path)
    index = tmp_path / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    assert set(folder_weights(tmp_path)) == {"a", "b"}
    change(places)
    index.write_text(json.dumps({"weight_map": places}))
    with pytest.raises(ModelFileError, match=reason):
        folder_weights(tmp_path)
