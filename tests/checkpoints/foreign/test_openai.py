"""OpenAI's checkpoints against what OpenAI's own code made of them: tests/reference/foreign/openai."""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ddpm_studio.checkpoints.foreign.openai_unet import recognise
from ddpm_studio.checkpoints.foreign.opening import answered
from ddpm_studio.checkpoints.weights import LoadedModel, load_inspected

REFERENCE = Path(__file__).parents[2] / "reference" / "foreign" / "openai"
ANSWERS: dict[str, dict[str, Any]] = {
    "improved": {"T": 16, "schedule": "cosine", "rescale_timesteps": True, "heads": 4},
    "conditional": {"T": 12, "schedule": "cosine", "head_width": 16, "qkv_order": "new"},
    "pooled": {"T": 25, "heads": 2, "target": "x_0"},
    "half_width": {"head_width": 32, "rescale_timesteps": False},
}


def unpacked(name: str, folder: Path) -> Path:
    path = folder / f"{name}.pt"
    path.write_bytes(lzma.decompress((REFERENCE / f"{name}.pt.xz").read_bytes()))
    return path


def opened(name: str, folder: Path, **changes: Any) -> LoadedModel:
    checkpoint = recognise(unpacked(name, folder))
    assert checkpoint is not None
    return load_inspected(answered(checkpoint, {"image_size": 8, **ANSWERS[name], **changes}))


def reference(name: str, group: str) -> dict[str, Any]:
    with np.load(REFERENCE / f"{name}.npz") as arrays:
        prefix = f"{group}."
        return {
            key.removeprefix(prefix): torch.from_numpy(arrays[key])
            for key in arrays.files
            if key.startswith(prefix)
        }


def difference(name: str, model: LoadedModel) -> float:
    """From the network's own output at each t."""
    known = reference(name, "answers")
    label = torch.tensor([3, 0]) if name == "conditional" else None
    outputs = [
        model.denoiser.network(known["x"], torch.full((1,), int(t)), label) for t in known["t"]
    ]
    return float((torch.stack(outputs) - known["output"]).abs().max())


@pytest.mark.parametrize("name", ANSWERS)
def test_the_network_answers_as_theirs(name: str, tmp_path: Path) -> None:
    assert difference(name, opened(name, tmp_path)) < 1e-5


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("improved", {"heads": 2}),
        ("improved", {"qkv_order": "new"}),
        ("improved", {"rescale_timesteps": False}),
        ("conditional", {"head_width": 8}),
        ("conditional", {"qkv_order": "legacy"}),
        ("pooled", {"heads": 4}),
    ],
)
def test_a_wrong_answer_is_no_parity(name: str, wrong: dict[str, Any], tmp_path: Path) -> None:
    assert difference(name, opened(name, tmp_path, **wrong)) > 1e-3
