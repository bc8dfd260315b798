"""The networks that OpenAI published are known by their layers, and asked nothing that it has said.

Their shapes were made by OpenAI's own code with the flags of its READMEs.
"""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.checkpoints.foreign import openai_classifier, openai_unet
from ddpm_studio.checkpoints.foreign.openai_classifier import OpenAiClassifier
from ddpm_studio.checkpoints.foreign.openai_unet import OpenAiUnet
from ddpm_studio.checkpoints.foreign.questions import Question
from ddpm_studio.checkpoints.foreign.source_file import SourceFile
from ddpm_studio.checkpoints.foreign.stored_tensor import Storage, StoredTensor
from ddpm_studio.checkpoints.foreign.torch_file import TorchFile
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.networks.noisy_classifier import NoisyClassifier

REFERENCE = Path(__file__).parents[2] / "reference" / "foreign" / "openai"
# image size, T, schedule, heads, their width, order of q, k and v, t rescaled, millions of parameters
PUBLISHED: dict[str, tuple[Any, ...]] = {
    "cifar10_uncond_50M_500K": (32, 4000, "cosine", 4, 0, "legacy", True, 52.5),
    "imagenet64_uncond_100M_1500K": (64, 4000, "cosine", 4, 0, "legacy", True, 121.1),
    "imagenet64_cond_270M_250K": (64, 4000, "cosine", 4, 0, "legacy", False, 273.1),
    "lsun_uncond_100M_1200K_bs128": (256, 1000, "linear", 1, 0, "legacy", False, 113.7),
    "64x64_diffusion": (64, 1000, "cosine", 4, 64, "new", False, 295.9),
    "128x128_diffusion": (128, 1000, "linear", 4, 0, "legacy", False, 421.5),
    "256x256_diffusion": (256, 1000, "linear", 4, 64, "legacy", False, 553.8),
    "256x256_diffusion_uncond": (256, 1000, "linear", 4, 64, "legacy", False, 552.8),
    "512x512_diffusion": (512, 1000, "linear", 4, 64, "legacy", False, 559.0),
}


@pytest.fixture(scope="module")
def shapes() -> dict[str, dict[str, list[int]]]:
    content = lzma.decompress((REFERENCE / "published_shapes.json.xz").read_bytes())
    found: dict[str, dict[str, list[int]]] = json.loads(content)
    return found


def as_file(name: str, shapes: dict[str, list[int]]) -> TorchFile:
    """What is read of a file before any of its numbers."""
    path = Path(f"{name}.pt")
    storage = Storage(SourceFile(path, 0, 0, 0), 0, 0, "float32")
    tensors = {key: StoredTensor(storage, 0, tuple(shape), ()) for key, shape in shapes.items()}
    return TorchFile(path, tensors, 0)


def guesses(questions: tuple[Question, ...]) -> dict[str, Any]:
    return {question.name: question.guess for question in questions}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_model(name: str, shapes: dict[str, dict[str, list[int]]]) -> None:
    model = openai_unet.recognised(as_file(name, shapes[name]))
    assert isinstance(model, OpenAiUnet)
    size, T, schedule, heads, width, order, rescaled, millions = PUBLISHED[name]
    answers = guesses(model.questions)
    assert answers == {
        "image_size": size,
        "T": T,
        "schedule": schedule,
        "heads": heads,
        "head_width": width,
        "qkv_order": order,
        "rescale_timesteps": rescaled,
        "target": "noise",
        "variance": "learned-range",
        "clip": 1.0,
    }
    (asked_size,) = (each for each in model.questions if each.name == "image_size")
    assert name in str(asked_size.reason)
    description = model.describe(answers)
    assert description.network.sample_shape == (3, size, size)
    assert description.origin == ("improved" if T == 4000 or "lsun" in name else "guided") + (
        "-diffusion"
    )
    with torch.device("meta"):
        network = build_network(description.network)
    mine = {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}
    assert mine == model.tensor_shapes(answers)
    count = sum(tensor.numel() for tensor in network.state_dict().values())
    assert count / 1e6 == pytest.approx(millions, abs=0.06)


@pytest.mark.parametrize(("size", "depth"), [(64, 4), (128, 2), (256, 2), (512, 2)])
def test_a_published_classifier(
    size: int, depth: int, shapes: dict[str, dict[str, list[int]]]
) -> None:
    name = f"{size}x{size}_classifier"
    classifier = openai_classifier.recognised(as_file(name, shapes[name]))
    assert isinstance(classifier, OpenAiClassifier)
    answers = guesses(classifier.questions)
    assert answers == {"heads": 4, "head_width": 64, "qkv_order": "legacy", "time_scale": 1.0}
    configuration = classifier.describe(answers).network
    assert configuration.sample_shape == (3, size, size)
    assert configuration.body.blocks_per_level == depth
    assert configuration.classes == 1000
    with torch.device("meta"):
        network = NoisyClassifier(configuration)
    mine = {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}
    assert mine == classifier.tensor_shapes(answers)
